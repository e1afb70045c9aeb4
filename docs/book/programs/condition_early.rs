//! A notify finds nobody who waits, and is lost; who looks before waiting does not need it.

use greenlight::{gather_tasks, say, sync::Condition, task, try_run, yield_now};
use std::rc::Rc;

// ANCHOR: program
async fn evening(looks_first: bool) {
    let club = Rc::new(Condition::new(false).named("club"));
    let door = club.clone();
    let bouncer = task("bouncer").spawn(async move {
        let mut is_open = door.lock().await;
        *is_open = true;
        say!("the notify reaches {}", door.notify_all(&is_open));
    });
    let alice = task("alice").spawn(async move {
        yield_now().await; // she is late
        let guard = club.lock().await;
        let guard = match looks_first {
            true => club.wait_for(guard, |is_open| *is_open).await,
            false => club.wait(guard).await,
        };
        drop(guard);
        say!("alice enters");
    });
    gather_tasks([bouncer, alice]).await;
}
// ANCHOR_END: program

pub(crate) fn main() {
    println!("with wait:");
    println!("{}\n", try_run(evening(false)).expect_err("alice comes after the notify"));
    println!("with wait_for:");
    assert!(try_run(evening(true)).is_ok());
}
