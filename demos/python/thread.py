"""A thread sets an Event the right way: through call_soon_threadsafe."""

import asyncio
import threading


async def main():
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def tell(total):
        print(f"The thread has counted up to {total}.")
        done.set()

    worker = threading.Thread(target=lambda: loop.call_soon_threadsafe(tell, sum(range(1001))))
    print("Waiting for the thread.")
    worker.start()
    await done.wait()
    print("The event was set.")
    worker.join()


asyncio.run(main())
