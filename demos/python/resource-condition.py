"""Five workers share two places, and a Condition guards the number of those in use."""

import asyncio
import sys

CAPACITY = 2


class Resource:
    def __init__(self):
        self.condition = asyncio.Condition()
        self.in_use = self.futile = 0

    async def acquire(self):
        asked = 0

        def has_place():
            nonlocal asked
            has_place = self.in_use < CAPACITY
            self.futile += asked > 0 and not has_place
            asked += 1
            return has_place

        async with self.condition:
            await self.condition.wait_for(has_place)
            self.in_use += 1

    async def release(self):
        async with self.condition:
            self.in_use -= 1
            self.condition.notify(1)


async def work(number, resource):
    print(f"Worker {number} trying to acquire")
    await resource.acquire()
    print(f"Worker {number} acquired resource")
    await asyncio.sleep(2)
    await resource.release()
    print(f"Worker {number} released resource")


async def main():
    resource = Resource()
    await asyncio.gather(*(work(number, resource) for number in range(5)))
    print(f"{resource.futile} wakes found no place.", file=sys.stderr)


asyncio.run(main())
