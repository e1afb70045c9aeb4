"""A visitor awaits an Event, a Lock and a sleep, and is cancelled before, in each, and after."""

import asyncio


class Desk(asyncio.Lock):
    stamps = 0


async def clerk(opened, desk):
    async with desk:
        await asyncio.sleep(2)
        opened.set()
        await asyncio.sleep(2)


async def visitor(opened, desk):
    place = "at the door"
    try:
        await opened.wait()
        place = "in line"
        async with desk:
            place = "at the desk"
            await asyncio.sleep(2)
            desk.stamps += 1
            place = "with a stamp"
    finally:
        print(f"  The visit ends {place}.")


async def main():
    for seconds in 0, 1, 3, 5, 7:
        opened, desk = asyncio.Event(), Desk()
        clerking = asyncio.create_task(clerk(opened, desk))
        visiting = asyncio.create_task(visitor(opened, desk))
        if seconds > 0:
            await asyncio.sleep(seconds)
        in_time = visiting.cancel()
        print(f"After {seconds}s: {'cancelled' if in_time else 'too late to cancel'}.")
        await asyncio.wait([visiting])
        end = "is gone" if visiting.cancelled() else "has ended"
        await clerking
        state = "taken" if desk.locked() else f"free, stamps: {desk.stamps}"
        print(f"  The visitor {end}; the desk is {state}.")


asyncio.run(main())
