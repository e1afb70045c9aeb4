//! Panics of which more than one comes at once, or for which there is nobody who could receive them: none aborts the process,
//! none harms who has nothing to do with it, and each is told.

use super::Bomb;
use greenlight::sync::{Condition, Event, Lock};
use greenlight::trace::{Observer, TraceEvent};
use greenlight::{
    Deadline, JoinHandle, Remote, Runtime, TaskGroup, gather, race, spawn, task, timeout, timeout_at, yield_now,
};
use stage::{Log, OnDrop, on_drop, reporting, shared};
use std::cell::RefCell;
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

fn bomb(message: &'static str) -> OnDrop<impl FnMut()> {
    on_drop(move || panic!("{message}"))
}

/// What was reported, without the places in the code.
fn told(reports: Log) -> Vec<String> {
    let place = |word: &str| word.starts_with(file!()) || word.starts_with("tests/");
    let without_places = |report: String| {
        let words: Vec<_> = report.split(' ').filter(|word| !place(word)).collect();
        words.join(" ").split("; await the JoinHandle").next().unwrap_or_default().to_string()
    };
    reports.take().into_iter().map(without_places).collect()
}

fn message(payload: Box<dyn std::any::Any + Send>) -> String {
    payload.downcast_ref::<&str>().map(|text| text.to_string()).or(payload.downcast_ref().cloned()).unwrap_or_default()
}

/// Ready at once with an output that panics when it is dropped, as the future does itself.
struct ReadyThenPanics;

impl Future for ReadyThenPanics {
    type Output = Bomb;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Bomb> {
        Poll::Ready(Bomb)
    }
}

impl Drop for ReadyThenPanics {
    fn drop(&mut self) {
        panic!("the future goes off");
    }
}

#[test]
fn an_output_that_panics_when_its_future_has_panicked_is_told_and_the_runtime_runs_on() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        let kept = task("kept").spawn(ReadyThenPanics);
        drop(task("gone").spawn(ReadyThenPanics));
        let error = kept.await.err().expect("the future panics");
        assert!(error.to_string().ends_with("panicked: the future goes off"), "{error}");
    });
    assert_eq!(
        told(reports),
        [
            "lost: kept, spawned at panicked once more while it ended: the payload goes off",
            "lost: gone, spawned at panicked once more while it ended: the payload goes off",
            "lost: gone, spawned at panicked, and nobody awaits it: the future goes off",
        ]
    );
    assert_eq!(runtime.run(async { 1 }), 1);
}

#[test]
fn a_future_that_panics_and_once_more_when_it_is_dropped_is_told_twice() {
    let (runtime, reports) = reporting();
    struct PanicsTwice;
    impl Future for PanicsTwice {
        type Output = ();
        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            panic!("polled")
        }
    }
    impl Drop for PanicsTwice {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    runtime.run(async {
        let error = task("twice").spawn(PanicsTwice).await.expect_err("it panics");
        assert!(error.to_string().ends_with("panicked: polled"), "{error}");
    });
    assert_eq!(told(reports), ["lost: twice, spawned at panicked once more while it ended: dropped"]);
}

#[test]
fn whoever_drops_a_handle_is_not_harmed_by_its_output_before_the_end_or_after() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        drop(task("before").spawn(async { Bomb }));
        yield_now().await;
        let after = task("after").spawn(async { Bomb });
        yield_now().await;
        drop(after);
    });
    let outside = runtime.task("outside").spawn(async { Bomb });
    runtime.turn();
    drop(outside);
    assert_eq!(
        told(reports),
        ["before", "after", "outside"]
            .map(|name| format!("lost: {name}, spawned at panicked, and nobody awaits it: the payload goes off"))
    );
}

#[test]
fn whoever_drops_the_output_of_a_group_is_not_harmed_by_it() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        let mut group = TaskGroup::<()>::new();
        let output = group.spawn_with_output(async { Ok(Bomb) });
        group.join().await.expect("the task returns");
        drop(output);
    });
    let report = told(reports).concat();
    assert!(report.ends_with("which nobody took, panicked when it was dropped: the payload goes off"), "{report}");
}

/// Panics at every event.
struct Panics;

impl Observer for Panics {
    fn on_event(&self, event: &TraceEvent) {
        panic!("{:?}", event.kind);
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        panic!("the observer goes off");
    }
}

#[test]
fn an_observer_that_panics_at_everything_is_told_each_time_and_harms_nobody() {
    let reports = Log::default();
    let seen = Rc::new(greenlight::trace::Recorder::default());
    let runtime = Runtime::builder()
        .virtual_clock()
        .check_every_turn()
        .observer(Rc::new(Panics))
        .observer(seen.clone())
        .on_report(move |report| reports.say(report))
        .build();
    let run = || {
        runtime.run(async {
            let light = Rc::new(Event::new());
            let (seen, never) = (light.clone(), spawn(pending::<()>()));
            let waits = spawn(async move { seen.wait().await });
            yield_now().await;
            light.set();
            waits.await.expect("it returns");
            never.task().cancel();
            7
        })
    };
    assert_eq!((run(), run()), (7, 7));
    let told = reports.take();
    let events = seen.events().len();
    let gone = told.iter().filter(|report| report.ends_with("an observer panicked: ObjectGone")).count();
    assert_eq!((told.len(), gone > 0), (events, true), "{told:?}");
    drop(runtime);
    let last = reports.take();
    assert_eq!(
        last.last().map(String::as_str),
        Some("lost: an observer panicked when it was dropped: the observer goes off")
    );
}

#[test]
fn a_future_that_is_sent_to_a_runtime_that_ends_panics_at_nobody() {
    let (runtime, reports) = reporting();
    let sends = |remote: Remote, message: &'static str| {
        on_drop(move || {
            let bomb = bomb(message);
            remote.spawn(async move { drop(bomb) }).expect("the runtime is there");
        })
    };
    // The last look into the inbox finds a future whose drop sends another one.
    let (first, second) = (sends(runtime.remote(), "late"), runtime.remote());
    runtime.spawn_detached(async move {
        let mut first = Some(first);
        let _sends = on_drop(move || {
            let (first, late) = (first.take(), bomb("not so late"));
            second.spawn(async move { drop((first, late)) }).expect("the runtime is there");
        });
        pending::<()>().await;
    });
    runtime.turn();
    drop(runtime);
    assert_eq!(
        told(reports),
        [
            "lost: a task, spawned at panicked, and nobody awaits it: not so late",
            "lost: a future that a Remote sent to a runtime that is gone, at panicked when it was dropped: late",
        ]
    );
}

#[test]
fn a_future_that_is_sent_to_a_runtime_that_is_gone_panics_at_nobody() {
    let runtime = Runtime::builder().build();
    let remote = runtime.remote();
    drop(runtime);
    let bomb = on_drop(|| panic!("too late"));
    remote.spawn(async move { drop(bomb) }).expect_err("the runtime is gone");
}

/// Panics when it is woken, with a payload that panics when it is dropped.
struct PanicsWithABomb;

impl Wake for PanicsWithABomb {
    fn wake(self: Arc<Self>) {
        panic_any(Bomb);
    }
}

/// Counts how often it is woken.
#[derive(Default)]
struct Counts(AtomicUsize);

impl Wake for Counts {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn foreign_wakers_that_panic_with_bombs_cost_nobody_a_wake() {
    let (runtime, reports) = reporting();
    let light = shared(Event::new());
    let waker = Waker::from(Arc::new(PanicsWithABomb));
    let mut waits: Vec<_> = (0..3).map(|_| Box::pin(light.wait())).collect();
    for wait in &mut waits {
        assert!(wait.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    let counts = Arc::new(Counts::default());
    let mut last = Box::pin(light.wait());
    assert!(last.as_mut().poll(&mut Context::from_waker(&Waker::from(counts.clone()))).is_pending());
    let panic = catch_unwind(AssertUnwindSafe(|| runtime.enter(|| light.set()))).expect_err("the first panic goes on");
    assert!(panic.is::<Bomb>());
    std::mem::forget(panic);
    assert_eq!(counts.0.load(Ordering::Relaxed), 1, "the last is woken");
    assert_eq!(
        told(reports),
        [
            "lost: a second panic, while the first was on its way: (a payload that is not a string)",
            "lost: the payload of that panic panicked when it was dropped: the payload goes off",
        ]
        .repeat(2)
    );
}

#[test]
fn the_panic_of_main_is_that_of_the_run_whatever_else_panics() {
    let (runtime, reports) = reporting();
    let main = bomb("main, dropped");
    spawn_bombs(&runtime);
    struct Main<G> {
        _bomb: G,
    }
    impl<G> Future for Main<G> {
        type Output = ();
        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            panic!("main, polled")
        }
    }
    let panic =
        catch_unwind(AssertUnwindSafe(|| runtime.try_run(Main { _bomb: main }).is_ok())).expect_err("main panics");
    assert_eq!(message(panic), "main, polled");
    assert_eq!(
        told(reports),
        [
            "lost: one, spawned at panicked, and nobody awaits it: one",
            "lost: two, spawned at panicked, and nobody awaits it: two",
            "lost: main panicked once more while it ended: main, dropped",
        ]
    );
    assert_eq!(runtime.run(async { 1 }), 1);
}

/// Two tasks whose futures panic when the run ends.
fn spawn_bombs(runtime: &Runtime) {
    for name in ["one", "two"] {
        let bomb = bomb(name);
        runtime.task(name).spawn_detached(async move {
            let _bomb = bomb;
            pending::<()>().await;
        });
    }
}

#[test]
fn a_stall_is_told_if_main_panics_when_it_is_dropped_for_that() {
    let (runtime, reports) = reporting();
    let panic = catch_unwind(AssertUnwindSafe(|| {
        runtime.try_run(async {
            let _bomb = bomb("main");
            Event::new().named("night").wait().await;
        })
    }));
    assert_eq!(message(panic.expect_err("main panics")), "main");
    assert!(reports.take()[0].starts_with("stalled at t=0.000000s"));
}

#[test]
fn the_output_of_a_main_that_panics_when_it_is_dropped_is_told() {
    let (runtime, reports) = reporting();
    let panic = catch_unwind(AssertUnwindSafe(|| drop(runtime.try_run(ReadyThenPanics))));
    assert_eq!(message(panic.expect_err("main panics")), "the future goes off");
    assert_eq!(
        told(reports),
        ["lost: the output of main, which has panicked, panicked when it was dropped: the payload goes off"]
    );
}

#[test]
fn a_receiver_of_reports_that_panics_when_it_is_dropped_harms_nobody() {
    let bomb = RefCell::new(Some(Bomb));
    let runtime = Runtime::builder().on_report(move |_| drop(bomb.borrow_mut())).build();
    let handle: JoinHandle<()> = runtime.spawn(pending());
    drop(runtime);
    drop(handle);
}

#[test]
fn an_iterator_that_panics_has_gathered_nobody() {
    let (runtime, _) = reporting();
    let begun = Log::default();
    let futures = (0..3).map(|n| {
        assert!(n < 2, "the iterator panics");
        async move { begun.say("runs") }
    });
    let gathered = catch_unwind(AssertUnwindSafe(|| runtime.enter(|| drop(gather(futures)))));
    assert!(gathered.is_err());
    runtime.turn();
    assert_eq!(begun.take(), [""; 0]);
}

/// Polls a future, and panics when it is dropped.
struct PanicsLate<F>(F);

impl<F: Future + Unpin> Future for PanicsLate<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl<F> Drop for PanicsLate<F> {
    fn drop(&mut self) {
        panic!("the future goes off");
    }
}

#[test]
fn what_was_about_to_be_returned_is_dropped_when_something_else_panics_on_the_way_out() {
    type Way = fn(Rc<Condition<()>>) -> Pin<Box<dyn Future<Output = ()>>>;
    let ways: [(&str, Way); 4] = [
        ("timeout", |stock| Box::pin(async move { drop(timeout(Duration::MAX, PanicsLate(stock.lock())).await) })),
        ("timeout_at", |stock| {
            Box::pin(async move { drop(timeout_at(&Deadline::new(), PanicsLate(stock.lock())).await) })
        }),
        ("race", |stock| Box::pin(async move { drop(race([stock.lock(), stock.lock()].map(PanicsLate)).await) })),
        ("wait_for", |stock| {
            Box::pin(async move {
                let bomb = bomb("the predicate goes off");
                let holds = move |_: &mut ()| {
                    let _kept = &bomb;
                    true
                };
                drop(stock.wait_for(stock.lock().await, holds).await);
            })
        }),
    ];
    for (name, way) in ways {
        let (runtime, _) = reporting();
        runtime.run(async {
            let stock = Rc::new(Condition::new(()));
            let error = spawn(way(stock.clone())).await.expect_err("it panics");
            assert!(error.to_string().ends_with("goes off"), "{name}: {error}");
            assert!(!stock.is_locked(), "{name}");
        });
    }
}

#[test]
fn losers_of_a_race_and_errors_of_a_group_panic_one_after_the_other() {
    let (runtime, reports) = reporting();
    let lock = Lock::new(());
    let raced = catch_unwind(AssertUnwindSafe(|| {
        runtime.run(async { drop(race([(); 3].map(|()| PanicsLate(lock.lock()))).await) })
    }));
    assert_eq!(message(raced.expect_err("the losers panic")), "the future goes off");
    let second = "lost: a second panic, while the first was on its way: the future goes off";
    assert_eq!(told(reports), [second; 2]);
    let dropped =
        catch_unwind(AssertUnwindSafe(|| runtime.enter(|| drop(race([(); 2].map(|()| PanicsLate(lock.lock())))))));
    assert_eq!(message(dropped.expect_err("the racers panic")), "the future goes off");
    assert_eq!(told(reports), [second]);

    let failed = catch_unwind(AssertUnwindSafe(|| {
        runtime.run(async {
            let mut group = TaskGroup::new();
            for _ in 0..3 {
                group.spawn(async { Err(bomb("the error goes off")) });
            }
            for _ in 0..4 {
                yield_now().await;
            }
        });
    }));
    assert_eq!(message(failed.expect_err("the errors panic")), "the error goes off");
    let told = told(reports);
    assert_eq!(told.iter().filter(|told| told.ends_with(": the error goes off")).count(), 2, "{told:#?}");
}

#[test]
fn outputs_that_panic_are_told_when_another_child_of_their_gather_was_cancelled() {
    let (runtime, reports) = reporting();
    let (gathered, both) = runtime
        .enter(|| (gather((0..3).map(bomb_or_never)), gather!(bomb_or_never(0), bomb_or_never(1), bomb_or_never(2))));
    runtime.turn();
    drop(runtime);
    reporting().0.run(async {
        let errors = [spawn(async { drop(gathered.await) }).await, spawn(async { drop(both.await) }).await];
        for error in errors {
            let error = error.expect_err("a child was cancelled").to_string();
            assert!(error.contains("was cancelled while it was gathered"), "{error}");
        }
    });
    let told = told(reports);
    assert_eq!(told.iter().filter(|told| told.ends_with(": the output goes off")).count(), 4, "{told:#?}");
}

/// Returns what panics when it is dropped, but the last one does not return.
async fn bomb_or_never(n: usize) -> OnDrop<impl FnMut()> {
    if n == 2 {
        pending::<()>().await;
    }
    bomb("the output goes off")
}
