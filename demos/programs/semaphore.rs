//! A crawl follows every link it finds, and a Semaphore keeps it to two pages at a time.
//!
//! Each page is a task that takes a permit to fetch, drops it, and crawls what the page links to.
//! All tasks are there as soon as their links are known; the wait list of the Semaphore says who is
//! next, in the order of asking.
//!
//! What to change:
//! - Make it `Semaphore::new(7)`: every page is fetched as soon as a link to it is known.
//! - Keep the permit, by deleting `drop(permit)`: each page holds one while it waits for those it
//!   links to, and the crawl stalls when both permits are held that way.
//! - Ask for `acquire_many(2)` for the pages over 4: each waits until it has the site for itself.

use greenlight::{gather_tasks, say, sleep, sync::Semaphore, task};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

/// How many seconds it takes to fetch each page, and the pages that it links to.
const PAGES: &[(u64, &[usize])] = &[(1, &[1, 2]), (2, &[3, 4]), (3, &[5, 6]), (3, &[]), (5, &[]), (2, &[]), (4, &[])];

pub(crate) async fn program() {
    let site = Rc::new(Semaphore::new(2).named("site"));
    crawl(0, site).await;
    say!("The crawl is over.");
}

/// Boxed, for it crawls on by calling itself.
fn crawl(page: usize, site: Rc<Semaphore>) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        say!("Page {page} is known.");
        let (seconds, links) = PAGES[page];
        let permit = site.acquire().await;
        say!("Page {page} is being fetched.");
        sleep(Duration::from_secs(seconds)).await;
        say!("Page {page} is here, with {} links.", links.len());
        drop(permit);
        let pages = links.iter().map(|&link| task(format!("page {link}")).spawn(crawl(link, site.clone())));
        gather_tasks(pages).await;
    })
}

fn main() {
    greenlight::run(program());
}
