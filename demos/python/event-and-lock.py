"""An Event opens the bank to three clerks at once, and a Lock lets them at the account one by one."""

import asyncio

balance = 100


async def clerk(number, opened, account):
    global balance
    print(f"Clerk {number} waits for the bank to open.")
    await opened.wait()
    async with account:
        seen = balance
        print(f"Clerk {number} reads {seen}.")
        await asyncio.sleep(2)
        balance = seen + 10
        print(f"Clerk {number} writes {balance}.")


async def main():
    opened, account = asyncio.Event(), asyncio.Lock()
    clerks = [asyncio.create_task(clerk(number, opened, account)) for number in range(3)]
    await asyncio.sleep(1)
    print("The bank opens.")
    opened.set()
    await asyncio.gather(*clerks)
    async with account:
        print(f"The account holds {balance}.")


asyncio.run(main())
