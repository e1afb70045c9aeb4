"""Five workers share two places. An Event says that there is a free one."""

import asyncio
import sys

CAPACITY = 2


class Resource:
    def __init__(self):
        self.free = asyncio.Event()
        self.free.set()
        self.in_use = self.waiting = self.futile = self.again = 0

    def has_place(self):
        has_place = self.in_use < CAPACITY
        assert self.free.is_set() == has_place, "set while a place is free"
        return has_place

    async def acquire(self):
        while not self.has_place():
            self.waiting += 1
            await self.free.wait()
            if not self.has_place():
                self.again += 1
        self.in_use += 1
        if self.in_use == CAPACITY:
            self.free.clear()

    def release(self):
        self.in_use -= 1
        self.futile += max(self.waiting - 1, 0)
        self.waiting = 0
        self.free.set()


async def work(number, resource):
    print(f"Worker {number} trying to acquire")
    await resource.acquire()
    print(f"Worker {number} acquired resource")
    await asyncio.sleep(2)
    resource.release()
    print(f"Worker {number} released resource")


async def main():
    resource = Resource()
    await asyncio.gather(*(work(number, resource) for number in range(5)))
    print(
        f"{resource.futile} futile wakes were sent; {resource.again} of them found no place, "
        "and waited again.",
        file=sys.stderr,
    )


asyncio.run(main())
