"""A waiter and a setter, spawned as two tasks that have names, and awaited one after the other."""

import asyncio


async def waiter(event):
    print("Waiting for the event to be set.")
    await event.wait()
    print("The event was set.")


async def setter(event):
    print("Setting the event in 2 seconds.")
    await asyncio.sleep(2)
    event.set()


async def main():
    event = asyncio.Event()
    waiting = asyncio.create_task(waiter(event), name="waiter")
    setting = asyncio.create_task(setter(event), name="setter")
    await waiting
    await setting


asyncio.run(main())
