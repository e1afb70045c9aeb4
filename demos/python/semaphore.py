"""A crawl follows every link it finds, and a Semaphore keeps it to two pages at a time."""

import asyncio

# How many seconds it takes to fetch each page, and the pages that it links to.
PAGES = [(1, [1, 2]), (2, [3, 4]), (3, [5, 6]), (3, []), (5, []), (2, []), (4, [])]


async def crawl(page, site):
    print(f"Page {page} is known.")
    seconds, links = PAGES[page]
    async with site:
        print(f"Page {page} is being fetched.")
        await asyncio.sleep(seconds)
        print(f"Page {page} is here, with {len(links)} links.")
    await asyncio.gather(*(crawl(link, site) for link in links))


async def main():
    await crawl(0, asyncio.Semaphore(2))
    print("The crawl is over.")


asyncio.run(main())
