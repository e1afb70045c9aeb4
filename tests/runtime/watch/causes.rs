//! Who woke whom: following the causes back from any event of a trace leads to who brought it
//! about.

use greenlight::sync::Event;
use greenlight::trace::{Recorder, TraceEvent};
use greenlight::{sleep, task, yield_now};
use stage::foreign::{Foreign, Held, park};
use stage::{on_drop, recorded, shared, unlined};
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);

/// The last event that reads so, and all that led to it, latest first.
fn causes(recorder: &Recorder, line: &str) -> Vec<String> {
    let events = recorder.events();
    let last = events.iter().rfind(|event| unlined(&event.to_string()) == line);
    let last = last.unwrap_or_else(|| panic!("no event reads `{line}`: {:#?}", recorder.lines()));
    let cause = |event: &&TraceEvent| event.cause.map(|seq| &events[seq as usize - 1]);
    std::iter::successors(Some(last), cause).map(|event| unlined(&event.to_string())).collect()
}

/// What the causes lead to in the end: main was spawned, and polled.
const FROM_MAIN: [&str; 2] = ["main polled", "main spawned"];

fn with_main(lines: &[&'static str]) -> Vec<&'static str> {
    [lines, &FROM_MAIN].concat()
}

#[test]
fn the_causes_lead_from_the_waiter_to_the_one_who_set_the_event() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let light = shared(Event::new());
        task("waiter").spawn_detached(async move { light.wait().await });
        task("setter").spawn_detached(async move { light.set() });
        yield_now().await;
        yield_now().await;
    });
    assert_eq!(
        causes(&recorder, "waiter returned"),
        with_main(&["waiter returned", "waiter polled", "waiter woken", "setter polled", "setter spawned"])
    );
    assert_eq!(causes(&recorder, "setter sets event 1, releasing 1")[1], "setter polled");
}

#[test]
fn a_timer_is_caused_by_its_arming() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        task("sleeper").spawn_detached(sleep(MS));
        sleep(2 * MS).await;
    });
    assert_eq!(
        causes(&recorder, "sleeper returned"),
        with_main(&[
            "sleeper returned",
            "sleeper polled",
            "sleeper woken",
            "timer of sleeper fires",
            "sleeper sleeps until t=0.001000s",
            "sleeper polled",
            "sleeper spawned",
        ])
    );
    assert_eq!(causes(&recorder, "time jumps to t=0.001000s").len(), 1, "time moves by itself");
}

#[test]
fn the_end_of_a_task_is_the_cause_of_its_joiners_wake() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let child = task("child").spawn(async {});
        child.await.expect("the child returns");
    });
    assert_eq!(
        causes(&recorder, "main returned"),
        with_main(&["main returned", "main polled", "main woken", "child polled", "child spawned"])
    );
}

#[test]
fn a_cancel_is_the_cause_of_the_drop_and_the_drop_of_all_that_it_does() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let light = shared(Event::new());
        let victim = task("victim").spawn(async move {
            let _guard = on_drop(|| light.set());
            pending::<()>().await;
        });
        task("waiter").spawn_detached(async move { light.wait().await });
        yield_now().await;
        victim.task().cancel();
        victim.await.expect_err("it is cancelled");
        yield_now().await;
    });
    let dropped = ["victim dropped", "victim to be cancelled", "main polled", "main woken"];
    for (line, expected) in [
        ("victim cancelled", vec!["victim cancelled"]),
        ("waiter returned", vec!["waiter returned", "waiter polled", "waiter woken"]),
    ] {
        let expected = [&expected[..], &dropped].concat();
        assert_eq!(causes(&recorder, line), with_main(&expected));
    }
}

#[test]
fn a_cancel_that_overtakes_a_wake_is_the_cause_of_the_drop() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let light = shared(Event::new());
        let victim = task("victim").spawn_detached(async move { light.wait().await });
        yield_now().await;
        light.set();
        victim.cancel();
        yield_now().await;
    });
    assert_eq!(causes(&recorder, "victim dropped")[1], "victim to be cancelled");
}

#[test]
fn the_first_wake_is_the_cause_of_the_poll_and_not_a_later_one() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let [first, second] = [0, 1].map(|_| Rc::new(Event::new()));
        let waits = [first.clone(), second.clone()];
        task("waiter").spawn_detached(async move {
            let [first, second] = waits.map(|event| async move { event.wait().await });
            futures::join!(first, second);
        });
        task("first").spawn_detached(async move { first.set() });
        task("second").spawn_detached(async move { second.set() });
        yield_now().await;
        yield_now().await;
    });
    assert_eq!(causes(&recorder, "waiter woken again")[1], "second polled");
    assert_eq!(causes(&recorder, "waiter returned")[1..4], ["waiter polled", "waiter woken", "first polled"]);
}

#[test]
fn a_wake_from_a_thread_is_caused_by_its_arrival_which_nothing_here_caused() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let mut first = true;
        poll_fn(|cx| {
            if !std::mem::take(&mut first) {
                return Poll::Ready(());
            }
            let waker = cx.waker().clone();
            thread::spawn(move || waker.wake()).join().expect("waking does not panic");
            Poll::Pending
        })
        .await;
        greenlight::remote().spawn(async {}).expect("the runtime is there");
        yield_now().await;
        yield_now().await;
    });
    assert_eq!(
        causes(&recorder, "a task returned"),
        ["a task returned", "a task polled", "a task spawned", "a thread arrives"]
    );
    let lines = recorder.lines();
    let arrival = lines.iter().position(|line| line == "a thread arrives").expect("the wake arrives");
    assert_eq!(lines[arrival + 1], "main woken");
    let events = recorder.events();
    assert_eq!(events[arrival].cause, None);
    assert_eq!(events[arrival + 1].cause, Some(events[arrival].seq));
}

#[test]
fn what_is_done_from_outside_has_no_cause() {
    let (runtime, recorder) = recorded();
    let light = shared(Event::new());
    runtime.task("waiter").spawn_detached(async move { light.wait().await });
    runtime.turn();
    runtime.enter(|| light.set());
    runtime.turn();
    assert_eq!(causes(&recorder, "waiter woken"), ["waiter woken"]);
    assert_eq!(causes(&recorder, "outside sets event 1, releasing 1").len(), 1);
}

#[test]
fn what_a_foreign_waker_does_when_a_timer_fires_is_caused_by_the_timer() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let light = shared(Event::new());
        let waker = Foreign::default().on_wake(move || light.set()).waker();
        let mut asleep: Held = Box::pin(sleep(MS));
        park(&mut asleep, &waker);
        light.wait().await;
    });
    assert_eq!(
        causes(&recorder, "main returned"),
        with_main(&[
            "main returned",
            "main polled",
            "main woken",
            "timer of main fires",
            "main sleeps until t=0.001000s",
        ])
    );
}

#[test]
fn a_panic_and_a_timer_that_was_dropped_are_told() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let asleep = task("asleep").spawn(sleep(MS));
        let panics = task("panics").spawn(async { panic!("boom") });
        let panics: greenlight::JoinHandle<()> = panics;
        yield_now().await;
        asleep.task().cancel();
        panics.await.expect_err("it panics");
        asleep.await.expect_err("it is cancelled");
    });
    assert_eq!(causes(&recorder, "panics panicked")[..2], ["panics panicked", "panics polled"]);
    assert_eq!(causes(&recorder, "panics panics: boom")[1], "panics polled");
    assert_eq!(causes(&recorder, "asleep sleeps no more")[..2], ["asleep sleeps no more", "asleep dropped"]);
}
