"""Tea that is ready in time, tea that is not, a deadline that moves, and a race of two kettles."""

import asyncio


async def boil(name, takes):
    state = "is switched off"
    try:
        print(f"The {name} kettle is on.")
        await asyncio.sleep(takes)
        state = "boils"
    finally:
        print(f"The {name} kettle {state}.")


async def try_to(tea):
    try:
        await tea
        print("There is tea.")
    except TimeoutError:
        print("There is no tea.")


async def patient():
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(2) as deadline:
        await asyncio.sleep(1)
        print("The guests are willing to wait.")
        deadline.reschedule(loop.time() + 5)
        await boil("third", 3)


async def main():
    await try_to(asyncio.wait_for(boil("first", 1), 2))
    await try_to(asyncio.wait_for(boil("second", 3), 2))
    await try_to(patient())
    # Unlike race, wait leaves the losers running.
    kettles = [asyncio.create_task(boil(*kettle)) for kettle in (("slow", 4), ("fast", 2))]
    [winner], losers = await asyncio.wait(kettles, return_when=asyncio.FIRST_COMPLETED)
    for loser in losers:
        loser.cancel()
    await asyncio.wait(losers)
    print(f"Number {kettles.index(winner)} of the race was first.")


asyncio.run(main())
