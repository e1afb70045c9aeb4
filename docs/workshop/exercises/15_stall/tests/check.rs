use given::crosswalk::{sleep, task};
use kit::{check, note};
use stall::{Event, try_run};
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::thread;
use std::time::Duration;

#[test]
fn who_returns_is_no_stall() {
    check(|| {
        let light = Event::new("light");
        let setter = light.clone();
        let ended = try_run(async move {
            task("setter", async move { setter.set() });
            light.wait().await;
            7
        });
        assert_eq!(ended, Ok(7));
    });
}

#[test]
fn a_stall_is_told_instead_of_hung_on() {
    check(|| {
        note("main waits for an event that nobody sets: this is to be an error, not a park".into());
        let light = Event::new("light");
        let (wait, line) = (light.wait(), line!());
        let told = try_run(wait).expect_err("nobody sets the event");
        let expected = format!("nobody can ever run again\n  main waits for event `light` since line {line}\n");
        assert_lines(&told, &expected, "main waits for the event, and that is to be noted when the wait begins");
    });
}

#[test]
fn each_task_has_a_line_and_who_is_over_has_none() {
    check(|| {
        note("nobody sets `club`: this is to be an error, not a park".into());
        let club = Event::new("club");
        let (alice, bob, line) = (club.wait(), club.wait(), line!());
        let told = try_run(async move {
            task("alice", alice);
            task("bob", bob);
            task("over", async {});
            task("odd", pending::<()>());
            pending::<()>().await;
        });
        let lines = [
            "nobody can ever run again".to_string(),
            "  main waits for nothing that is known".to_string(),
            format!("  alice waits for event `club` since line {line}"),
            format!("  bob waits for event `club` since line {line}"),
            "  odd waits for nothing that is known\n".to_string(),
        ];
        let told = told.expect_err("nobody sets the event");
        let why = "each task that is alive has a line, also one of which nothing is known";
        assert_lines(&told, &lines.join("\n"), why);
    });
}

#[test]
fn a_wait_that_was_given_up_is_not_told() {
    check(|| {
        note("nobody sets `b`: this is to be an error, not a park".into());
        let told = try_run(async {
            let (a, b) = (Event::new("a"), Event::new("b"));
            poll_once(a.wait()).await;
            b.wait().await;
        });
        let told = told.expect_err("nobody sets b");
        assert!(!told.contains("`a`"), "main gave up to wait for `a` long ago:\n{told}");
        assert!(told.contains("main waits for event `b`"), "main waits for `b`:\n{told}");
    });
}

#[test]
fn a_wait_that_was_given_up_takes_its_own_fact_along() {
    check(|| {
        note("nobody sets `b`: this is to be an error, not a park".into());
        let told = try_run(async {
            let (a, b) = (Event::new("a"), Event::new("b"));
            let mut waits_for_b = pin!(b.wait());
            poll_once(waits_for_b.as_mut()).await;
            poll_once(a.wait()).await;
            waits_for_b.await;
        });
        let told = told.expect_err("nobody sets b");
        let is_told = told.contains("main waits for event `b`");
        assert!(is_told, "main waited for both, gave up to wait for `a`, and still waits for `b`:\n{told}");
    });
}

#[test]
fn a_sleeper_is_no_stall() {
    check(|| {
        note("`clock` sleeps, and sets the event after that: time has to jump, for nobody outside wakes it".into());
        let ended = try_run(async {
            let light = Event::new("light");
            let sets = light.clone();
            task("clock", async move {
                sleep(Duration::from_secs(5)).await;
                sets.set();
            });
            light.wait().await;
            7
        });
        assert_eq!(ended, Ok(7), "`clock` slept, and was going to set the event: a false alarm");
    });
}

#[test]
fn a_thread_that_holds_a_waker_is_no_stall() {
    check(|| {
        assert_eq!(try_run(letter()), Ok(7), "a thread had a waker of main, and was about to call it: a false alarm");
    });
}

#[test]
fn it_may_be_the_waker_of_any_task() {
    check(|| {
        let ended = try_run(async {
            let light = Event::new("light");
            let sets = light.clone();
            task("reader", async move {
                letter().await;
                sets.set();
            });
            light.wait().await;
            7
        });
        assert_eq!(ended, Ok(7), "a thread had a waker of `reader`, and was about to call it: a false alarm");
    });
}

#[test]
fn a_waker_that_was_dropped_wakes_nobody() {
    check(|| {
        note("main's waker was cloned and dropped, so nobody has one: this is to be an error, not a park".into());
        let told = try_run(poll_fn(|cx| {
            drop(cx.waker().clone());
            Poll::<()>::Pending
        }));
        assert!(told.is_err());
    });
}

/// What was told has these lines, and no other. One below the other they are compared at a glance.
#[track_caller]
fn assert_lines(told: &str, expected: &str, why: &str) {
    assert!(told == expected, "{why}.\nYou say:\n\n{told}\nand it is to be:\n\n{expected}");
}

/// 7, once another thread has called its waker, 50 ms after its first poll.
fn letter() -> impl Future<Output = i32> {
    let mut was_polled = false;
    poll_fn(move |cx| {
        if was_polled {
            return Poll::Ready(7);
        }
        was_polled = true;
        let waker = cx.waker().clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            waker.wake();
        });
        Poll::Pending
    })
}

/// Polls a future once, and drops it.
async fn poll_once(future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    poll_fn(|cx| {
        assert!(future.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
}
