"""A pulse reaches only those who wait at that moment: a consumer that is busy then misses it."""

import argparse
import asyncio

latest = 0


async def consume(pulse):
    while True:
        await pulse.wait()
        print(f"Consumer gets pulse {latest}.")
        await asyncio.sleep(7)


async def main(ticks):
    global latest
    pulse = asyncio.Event()
    consumer = asyncio.create_task(consume(pulse), name="consumer")
    for number in range(1, ticks + 1):
        await asyncio.sleep(5)
        print(f"Signaller sends pulse {number}.")
        latest = number
        pulse.set()
        pulse.clear()
    # The consumer was woken first, so it runs first.
    await asyncio.sleep(0)
    consumer.cancel()


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--ticks", type=int, default=3, metavar="N")
asyncio.run(main(parser.parse_args().ticks))
