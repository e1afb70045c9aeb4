"""Alice and Bob wait on a Condition, and the bouncer notifies everybody."""

import asyncio


async def guest(name, club):
    async with club:
        print(f"{name} wants to enter the club.")
        await club.wait()
        print(f"{name} enters the club.")


async def bouncer(club):
    await asyncio.sleep(2)
    async with club:
        print("Bouncer signals everyone can enter.")
        club.notify_all()


async def main():
    club = asyncio.Condition()
    await asyncio.gather(guest("Alice", club), guest("Bob", club), bouncer(club))


asyncio.run(main())
