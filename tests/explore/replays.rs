//! A schedule that was found is played again by its text alone.

use greenlight::explore::Explorer;
use greenlight::{replay, sleep, spawn, sync::Event, task, timeout, yield_now};
use stage::message;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

/// Alice waits for a light that is set when she is there. An answer takes a second less than it may, and a little work.
async fn program() {
    let light = Rc::new(Event::new().named("light"));
    let seen = light.clone();
    let alice = task("alice").spawn(async move { seen.wait().await });
    let answer = spawn(timeout(Duration::from_secs(2), async {
        sleep(Duration::from_secs(1)).await;
        yield_now().await;
    }));
    yield_now().await;
    light.set();
    alice.await.expect("nobody cancels Alice");
    answer.await.expect("nobody cancels the answer").expect("the answer is in time");
}

#[test]
fn a_schedule_that_cancels_or_is_late_replays_whatever_bounds_it_was_found_within() {
    let explorer = Explorer::new().deferrals(1);
    for (explorer, schedule, told) in [
        (explorer.clone().cancels(["alice"], 1), "gl1:cancel1:2@1", "nobody cancels Alice"),
        (explorer.late_clock(), "gl1:late:2@2", "the answer is in time"),
    ] {
        let failed = explorer.try_run(program).expect_err("a schedule fails");
        assert_eq!(failed.found[0].schedule.to_string(), schedule);
        let replayed = catch_unwind(AssertUnwindSafe(|| replay(schedule, program)));
        let message = message(&*replayed.expect_err("it fails again"));
        assert!(message.contains(told), "{schedule}: {message}");
    }
}
