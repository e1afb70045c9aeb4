"""Three helpers prepare a dinner as a TaskGroup; one of them fails, and so the group does."""

import asyncio


async def prepare(dish, seconds, fails):
    print(f"The {dish} is begun.")
    did = "is put away"
    try:
        await asyncio.sleep(seconds)
        if fails:
            did = "fails"
            raise LookupError(f"no {dish} left")
        did = "is done"
    finally:
        print(f"The {dish} {did}.")


async def main():
    try:
        async with asyncio.TaskGroup() as dinner:
            for dish, seconds, fails in ("salad", 1, False), ("soup", 3, False), ("wine", 2, True):
                dinner.create_task(prepare(dish, seconds, fails), name=dish)
        print("Dinner is served.")
    except* LookupError as failed:
        for failure in failed.exceptions:
            print(f"There is no dinner: {failure}.")


asyncio.run(main())
