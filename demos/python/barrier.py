"""Three runners start together at a Barrier, and meet at it again when they have finished."""

import asyncio

# How many seconds each runner takes to warm up, and to run.
RUNNERS = [(3, 2), (1, 3), (2, 1)]


async def runner(number, warm_up, run, line):
    await asyncio.sleep(warm_up)
    print(f"Runner {number} is at the start.")
    await line.wait()
    print(f"Runner {number} is off.")
    await asyncio.sleep(run)
    print(f"Runner {number} has finished.")
    index = await line.wait()
    print(f"Runner {number} is told of place {index + 1}.")


async def main():
    line = asyncio.Barrier(3)
    await asyncio.gather(*(runner(number, *times, line) for number, times in enumerate(RUNNERS)))


asyncio.run(main())
