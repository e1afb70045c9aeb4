"""Every five seconds an Event is set and at once cleared. Five tasks wait for it, again and again."""

import argparse
import asyncio


async def signal(pulse, ticks):
    for _ in range(ticks):
        await asyncio.sleep(5)
        pulse.set()
        pulse.clear()


async def perform(number, pulse, ticks):
    for _ in range(ticks):
        await pulse.wait()
        print(f"Task {number} performing operation.")


async def main(ticks):
    pulse = asyncio.Event()
    tasks = asyncio.gather(*(perform(number, pulse, ticks) for number in range(5)))
    await signal(pulse, ticks)
    await tasks


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--ticks", type=int, default=3, metavar="N")
asyncio.run(main(parser.parse_args().ticks))
