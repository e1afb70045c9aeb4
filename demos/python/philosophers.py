"""Five philosophers share five forks, each of which is a Lock, and none of them starves."""

import asyncio

NAMES = ["Arendt", "Beauvoir", "Confucius", "Descartes", "Epicurus"]


async def dine(seat, forks):
    name, left, right = NAMES[seat], seat, (seat + 1) % 5
    low, high = min(left, right), max(left, right)
    for course in 1, 2:
        print(f"{name} thinks.")
        await asyncio.sleep(1)
        await forks[low].acquire()
        print(f"{name} takes fork {low}.")
        # Time for everybody else to take one, too.
        await asyncio.sleep(0.1)
        await forks[high].acquire()
        print(f"{name} takes fork {high}, and has course {course}.")
        await asyncio.sleep(2)
        forks[low].release()
        forks[high].release()
        print(f"{name} puts both down.")


async def main():
    forks = [asyncio.Lock() for _ in NAMES]
    await asyncio.gather(*(dine(seat, forks) for seat in range(5)))
    print(f"The table is cleared after {asyncio.get_running_loop().time():.0f} s.")


asyncio.run(main())
