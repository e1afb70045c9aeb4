"""Two cooks put dishes on a counter that has room for two, two waiters serve them, and it closes.

A Queue can be shut down as of Python 3.13. Before that, one None for each waiter says that nothing
comes any more.
"""

import asyncio


async def cook(dish, counter):
    for number in range(1, 4):
        await counter.put(f"{dish} {number}")
        print(f"{dish} {number} is on the counter.")


async def waiter(seconds, counter):
    while dish := await counter.get():
        print(f"The {seconds}-second waiter takes {dish}.")
        await asyncio.sleep(seconds)
    print(f"The {seconds}-second waiter goes home.")


async def main():
    counter = asyncio.Queue(2)
    cooks = [asyncio.create_task(cook(dish, counter)) for dish in ("Soup", "Bread")]
    waiters = [asyncio.create_task(waiter(seconds, counter)) for seconds in (2, 5)]
    await asyncio.gather(*cooks)
    print("The counter closes.")
    for _ in waiters:
        await counter.put(None)
    await asyncio.gather(*waiters)


asyncio.run(main())
