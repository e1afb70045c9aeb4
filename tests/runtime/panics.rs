//! A panic ends its own task and nothing else. Somebody always hears of it: the one who joins the
//! task, or the report.

mod escapes;
mod matrix;

use greenlight::{Runtime, spawn, spawn_detached, task, yield_now};
use stage::{Log, on_drop, reporting};
use std::future::pending;

/// What a report says of a lost panic, without the line of the spawn.
fn shortened(report: &str) -> String {
    let (task, rest) = report.split_once(", spawned at ").expect("a report names the spawn site");
    let (site, rest) = rest.split_once(", ").expect("the site ends");
    assert!(site.starts_with(file!()), "{site}");
    format!("{task} {}", rest.split("; ").next().expect("a report has parts"))
}

async fn panics_with(message: &'static str) {
    panic!("{message}")
}

#[test]
fn a_panic_whose_handle_was_dropped_before_is_reported_with_name_and_site() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        drop(task("alice").spawn(panics_with("boom")));
        task("bob").spawn_detached(panics_with("bang"));
        yield_now().await;
    });
    let reports: Vec<_> = reports.take().iter().map(|report| shortened(report)).collect();
    assert_eq!(
        reports,
        ["lost: alice panicked, and nobody awaits it: boom", "lost: bob panicked, and nobody awaits it: bang"]
    );
}

#[test]
fn a_panic_whose_handle_is_dropped_after_is_reported_then() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        let handle = task("alice").spawn(panics_with("boom"));
        yield_now().await;
        assert_eq!(reports.take(), [""; 0], "somebody may still await it");
        drop(handle);
        let reports: Vec<_> = reports.take().iter().map(|report| shortened(report)).collect();
        assert_eq!(reports, ["lost: alice panicked, and nobody awaits it: boom"]);
    });
}

#[test]
fn a_panic_that_somebody_receives_is_not_reported() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        let handle = spawn(panics_with("boom"));
        handle.await.expect_err("it panics");
    });
    assert_eq!(reports.take(), [""; 0]);
}

#[test]
fn awaiting_the_end_alone_does_not_receive_the_panic() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        let alice = task("alice").spawn_detached(panics_with("boom"));
        alice.ended().await;
    });
    assert_eq!(reports.take().len(), 1);
}

#[test]
fn a_report_says_what_to_do() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        spawn_detached(panics_with("boom"));
        yield_now().await;
    });
    let advice = "; await the JoinHandle that spawn() returns, gather_tasks() or the TaskGroup to receive each panic";
    assert!(reports.take()[0].ends_with(advice));
}

#[test]
fn a_report_is_one_line_whatever_the_panic_says() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        task("alice").spawn_detached(panics_with("\u{1b}[2J\u{7}wiped\r\nünd\u{85}\tgone \\ \"quoted\""));
        yield_now().await;
    });
    let reports: Vec<_> = reports.take().iter().map(|report| shortened(report)).collect();
    let message = r#"\u{1b}[2J\u{7}wiped\r\nünd\u{85}\tgone \ "quoted""#;
    assert_eq!(reports, [format!("lost: alice panicked, and nobody awaits it: {message}")]);
}

#[test]
fn a_task_without_a_name_that_has_ended_is_reported_by_its_line() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        let handle = spawn(panics_with("boom"));
        yield_now().await;
        drop(handle);
    });
    let reports: Vec<_> = reports.take().iter().map(|report| shortened(report)).collect();
    assert_eq!(reports, ["lost: a task panicked, and nobody awaits it: boom"]);
}

#[test]
fn a_task_without_a_name_is_reported_by_its_line() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        spawn_detached(async {});
        spawn_detached(panics_with("boom"));
        yield_now().await;
    });
    let report = reports.take().remove(0);
    assert!(report.starts_with("lost: panics.rs:"), "{report}");
    assert!(report.contains(", spawned at tests/runtime/panics.rs:"), "{report}");
}

#[test]
fn a_panic_in_the_drop_of_a_cancelled_future_is_how_the_task_ended() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        let handle = spawn(async {
            let _guard = on_drop(|| panic!("in drop"));
            pending::<()>().await;
        });
        yield_now().await;
        handle.task().cancel();
        let error = handle.await.expect_err("it does not return");
        assert!(error.to_string().ends_with("panicked: in drop"));
    });
    assert_eq!(reports.take(), [""; 0]);
}

#[test]
fn a_panic_in_the_drop_of_a_future_that_has_returned_is_how_the_task_ended() {
    /// Ready at once, and panics when it is dropped afterwards.
    struct ReadyThenPanics;
    impl Future for ReadyThenPanics {
        type Output = u32;
        fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<u32> {
            std::task::Poll::Ready(7)
        }
    }
    impl Drop for ReadyThenPanics {
        fn drop(&mut self) {
            panic!("in drop");
        }
    }
    let (runtime, reports) = reporting();
    runtime.run(async {
        let error = spawn(ReadyThenPanics).await.expect_err("the drop counts");
        assert!(error.is_panic());
        drop(spawn(ReadyThenPanics));
        yield_now().await;
    });
    assert_eq!(reports.take().len(), 1);
}

#[test]
fn a_panic_in_the_drop_of_an_output_that_nobody_will_fetch_ends_its_task_only() {
    let (runtime, reports) = reporting();
    let log = Log::default();
    runtime.run(async {
        drop(task("alice").spawn(async { on_drop(|| panic!("in the output")) }));
        spawn_detached(async move { log.say("the next in the batch runs") });
        yield_now().await;
        log.say("main goes on");
    });
    let reports: Vec<_> = reports.take().iter().map(|report| shortened(report)).collect();
    assert_eq!(reports, ["lost: alice panicked, and nobody awaits it: in the output"]);
    assert_eq!(log.take(), ["the next in the batch runs", "main goes on"]);
}

#[test]
fn a_panic_in_the_drop_of_a_cancelled_output_is_how_the_task_ended() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        let own = std::rc::Rc::new(std::cell::RefCell::new(None));
        let me = own.clone();
        let handle = spawn(async move {
            let me: Option<greenlight::Task> = me.borrow_mut().take();
            me.expect("the task knows itself").cancel();
            on_drop(|| panic!("in the output"))
        });
        *own.borrow_mut() = Some(handle.task());
        let Err(error) = handle.await else {
            panic!("a cancelled task has no output");
        };
        assert!(error.is_panic());
    });
    assert_eq!(reports.take(), [""; 0]);
}

#[test]
fn a_payload_moves_through_any_number_of_joiners() {
    let (runtime, reports) = reporting();
    let payload = runtime.run(async {
        let inner = spawn(panics_with("boom"));
        let outer = spawn(async move {
            let error = inner.await.expect_err("inner panics");
            std::panic::resume_unwind(error.into_panic().expect("there was a panic"))
        });
        let outer: greenlight::JoinHandle<()> = outer;
        outer.await.expect_err("outer panics").into_panic()
    });
    let payload = payload.expect("there was a panic");
    assert_eq!(payload.downcast_ref::<String>().map(String::as_str), Some("boom"));
    assert_eq!(reports.take(), [""; 0]);
}

/// A payload whose own drop panics.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the payload goes off");
    }
}

#[test]
fn a_payload_that_panics_when_it_is_dropped_ends_one_task_only() {
    let runtime = Runtime::builder().virtual_clock().on_report(|_| {}).build();
    runtime.run(async {
        let lost = spawn_detached(async { std::panic::panic_any(Bomb) });
        drop(spawn(async { std::panic::panic_any(Bomb) }));
        lost.ended().await;
        assert_eq!(spawn(async { 1 }).await.expect("the run goes on"), 1);
    });
}

#[test]
fn a_receiver_of_reports_that_panics_ends_nothing() {
    let runtime = Runtime::builder().virtual_clock().on_report(|_| panic!("the receiver fails")).build();
    let lost = runtime.spawn_detached(async { panic!("nobody awaits this") });
    assert_eq!(runtime.turn(), greenlight::Turn::Ran(1));
    assert!(lost.is_finished());
    assert_eq!(runtime.run(async { 1 }), 1);
}
