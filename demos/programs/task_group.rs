//! Three helpers prepare a dinner as a TaskGroup; one of them fails, and so the group does.
//!
//! The first failure has those who are not done cancelled, in the order of spawning, and `join`
//! yields only once all of them have ended. A helper cannot refuse, but what it holds is dropped,
//! and that is when it puts its things away.
//!
//! What to change:
//! - Add a cake of 4 seconds: it is put away after the soup, for it was spawned after it. asyncio
//!   cancels a group in no particular order.
//! - Let the wine be found, with `false`: everybody is done, and `join` yields `Ok`.
//! - Put `assert!(dish != "soup", "the soup fell")` before the sleep: a panic is a failure too.
//! - Let the soup fail as well, after the same two seconds: both failures are reported.
//! - Write `_ = greenlight::timeout(Duration::from_millis(500), dinner.join()).await` in place of
//!   the `match`: dropping the group cancels all three.

use greenlight::{TaskGroup, say, sleep};
use std::time::Duration;

pub(crate) async fn program() {
    let mut dinner = TaskGroup::new();
    for (dish, seconds, fails) in [("salad", 1, false), ("soup", 3, false), ("wine", 2, true)] {
        dinner.task(dish).spawn(prepare(dish, seconds, fails));
    }
    match dinner.join().await {
        Ok(()) => say!("Dinner is served."),
        Err(failed) => failed.failures().iter().for_each(|failure| say!("There is no dinner: {}.", failure.cause)),
    }
}

async fn prepare(dish: &'static str, seconds: u64, fails: bool) -> Result<(), String> {
    say!("The {dish} is begun.");
    let mut helper = Helper { dish, did: "is put away" };
    sleep(Duration::from_secs(seconds)).await;
    if fails {
        helper.did = "fails";
        return Err(format!("no {dish} left"));
    }
    helper.did = "is done";
    Ok(())
}

struct Helper {
    dish: &'static str,
    did: &'static str,
}

impl Drop for Helper {
    fn drop(&mut self) {
        say!("The {} {}.", self.dish, self.did);
    }
}

fn main() {
    greenlight::run(program());
}
