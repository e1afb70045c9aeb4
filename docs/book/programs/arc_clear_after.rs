//! Who clears an event after the work forgets what was told meanwhile; who clears before it looks does not.

use greenlight::{say, sleep, sync::Event, task, try_run};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

#[derive(Clone, Copy, PartialEq)]
enum Clears {
    BeforeItLooks,
    AfterTheWork,
}

#[derive(Default)]
struct Desk {
    bell: Event,
    jobs: Cell<u32>,
}

// ANCHOR: clerk
async fn serve(desk: Rc<Desk>, when: Clears) {
    let mut done = 0;
    while done < 2 {
        desk.bell.wait().await;
        if when == Clears::BeforeItLooks {
            desk.bell.clear();
        }
        let jobs = desk.jobs.take();
        say!("the clerk takes {jobs}");
        sleep(Duration::from_secs(2)).await; // works
        if when == Clears::AfterTheWork {
            desk.bell.clear();
        }
        done += jobs;
    }
    say!("the clerk goes home");
}
// ANCHOR_END: clerk

// ANCHOR: customers
async fn day(when: Clears) {
    let desk = Rc::new(Desk { bell: Event::new().named("bell"), ..Desk::default() });
    let clerk = task("clerk").spawn(serve(desk.clone(), when));
    for _ in 0..2 {
        sleep(Duration::from_secs(1)).await;
        desk.jobs.update(|jobs| jobs + 1);
        desk.bell.set();
    }
    clerk.await.expect("nobody cancels the clerk");
}
// ANCHOR_END: customers

pub(crate) fn main() {
    println!("clears after the work:");
    println!("{}\n", try_run(day(Clears::AfterTheWork)).expect_err("the second job is forgotten"));
    println!("clears before it looks:");
    assert!(try_run(day(Clears::BeforeItLooks)).is_ok());
}
