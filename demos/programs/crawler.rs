//! A crawler fetches every page of a site once, two at a time, from a Queue of links.
//!
//! The dispatcher takes a link from the Queue and a permit from the Semaphore, and hands both to a
//! task of its own: so it never has more tasks than permits, however many links there are. A page
//! that is done puts the links that nobody has seen into the Queue. `join()` is through once every
//! link was taken and is done, and then the dispatcher, which waits for more, is cancelled.
//!
//! What to change:
//! - Make it `Semaphore::new(1)`: one page after the other, and 19 seconds instead of 11.
//! - Delete `links.task_done()`: the report of the stall says that main waits for it.
//! - Move `drop(permit)` in front of the sleep: the site has up to three to serve, and 9 seconds do.

use greenlight::sync::{OwnedPermit, Queue, Semaphore};
use greenlight::{TaskGroup, now, say, sleep};
use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

/// A page, how many seconds it takes, and where it links to.
type Page = (&'static str, u64, &'static [&'static str]);

const SITE: [Page; 7] = [
    ("/", 1, &["/news", "/shop", "/about"]),
    ("/news", 2, &["/", "/news/today"]),
    ("/shop", 5, &["/shop/lamps", "/about"]),
    ("/about", 1, &["/", "/team"]),
    ("/news/today", 4, &["/news"]),
    ("/shop/lamps", 3, &["/shop"]),
    ("/team", 3, &[]),
];

pub(crate) async fn program() {
    let links = Rc::new(Queue::unbounded().named("links"));
    links.try_put("/").expect("it is open");
    let mut crawl = TaskGroup::infallible();
    let (site, queue, spawner) = (Rc::new(Semaphore::new(2).named("site")), links.clone(), crawl.spawner());
    crawl.task("dispatcher").spawn(async move {
        let seen = Rc::new(RefCell::new(HashSet::from(["/"])));
        while let Ok(link) = queue.get().await {
            let permit = site.acquire_owned().await;
            let fetched = fetch(link, permit, queue.clone(), seen.clone());
            spawner.task(link).expect("the crawl goes on as long as there are links").spawn(fetched);
        }
    });
    links.join().await;
    crawl.cancel();
    crawl.join().await.expect("nobody panics");
    say!("The site was crawled in {} s.", now().since_start().as_secs());
}

async fn fetch(link: &'static str, permit: OwnedPermit, links: Rc<Queue<&str>>, seen: Rc<RefCell<HashSet<&str>>>) {
    let (_, seconds, leads_to) = SITE.into_iter().find(|page| page.0 == link).expect("no link is dead");
    say!("{link} is being fetched.");
    sleep(Duration::from_secs(seconds)).await;
    let new: Vec<_> = leads_to.iter().filter(|link| seen.borrow_mut().insert(link)).collect();
    say!("{link} is here, with {} new links.", new.len());
    drop(permit);
    for link in new {
        links.try_put(link).expect("it is open");
    }
    links.task_done().expect("it was taken once");
}

fn main() {
    greenlight::run(program());
}
