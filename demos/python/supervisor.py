"""A supervisor runs three services, gives each attempt a deadline, tries again, and gives up."""

import asyncio


async def start(attempt):
    await asyncio.sleep(9 if attempt == "takes too long" else 1)
    if attempt == "fails":
        raise OSError("no connection")


async def supervise(attempts):
    name = asyncio.current_task().get_name()
    for number, attempt in enumerate(attempts, 1):
        print(f"{name}: attempt {number}")
        try:
            async with asyncio.timeout(2):
                await start(attempt)
            print(f"{name}: is up")
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                print(f"{name}: goes down")
        except TimeoutError:
            print(f"{name}: takes too long")
        except OSError as why:
            print(f"{name}: {why}")
        await asyncio.sleep(number)
    raise RuntimeError(f"{name} gave up")


async def clock():
    while True:
        await asyncio.sleep(4)
        print("clock: tick")


async def main():
    try:
        async with asyncio.timeout(60), asyncio.TaskGroup() as services:
            services.create_task(supervise(["takes too long", "runs"]), name="cache")
            services.create_task(supervise(["fails", "takes too long", "fails"]), name="mailer")
            services.create_task(clock(), name="clock")
    except* RuntimeError as failed:
        print(f"All services are down: {failed.exceptions[0]}.")
    except* TimeoutError:
        print("All services are up.")


asyncio.run(main())
