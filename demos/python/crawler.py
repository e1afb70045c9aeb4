"""A crawler fetches every page of a site once, two at a time, from a Queue of links."""

import asyncio

SITE = {
    "/": (1, ["/news", "/shop", "/about"]),
    "/news": (2, ["/", "/news/today"]),
    "/shop": (5, ["/shop/lamps", "/about"]),
    "/about": (1, ["/", "/team"]),
    "/news/today": (4, ["/news"]),
    "/shop/lamps": (3, ["/shop"]),
    "/team": (3, []),
}


async def fetch(link, site, links, seen):
    try:
        seconds, leads_to = SITE[link]
        print(f"{link} is being fetched.")
        await asyncio.sleep(seconds)
        new = [link for link in leads_to if link not in seen]
        seen.update(new)
        print(f"{link} is here, with {len(new)} new links.")
    finally:
        site.release()
    for link in new:
        links.put_nowait(link)
    links.task_done()


async def dispatch(crawl, site, links):
    seen = {"/"}
    while True:
        link = await links.get()
        await site.acquire()
        crawl.create_task(fetch(link, site, links, seen))


async def main():
    site, links = asyncio.Semaphore(2), asyncio.Queue()
    links.put_nowait("/")
    async with asyncio.TaskGroup() as crawl:
        dispatcher = crawl.create_task(dispatch(crawl, site, links))
        await links.join()
        dispatcher.cancel()
    print(f"The site was crawled in {asyncio.get_running_loop().time():.0f} s.")


asyncio.run(main())
