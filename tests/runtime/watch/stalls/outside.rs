//! What the outside can still do: wakers and Remotes that threads hold, on the real clock. What
//! they may yet end is no stall, and what they let go of is one.

use futures::stream::{FuturesUnordered, StreamExt};
use greenlight::sync::Event;
use greenlight::{Runtime, Turn, sleep, task};
use insta::{Settings, assert_snapshot};
use stage::{Log, quoted, shared, standing};
use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

/// A runtime with the real clock that sends its reports there.
fn reporting(reports: mpsc::Sender<String>) -> Runtime {
    Runtime::builder().on_report(move |report| reports.send(report.to_string()).expect("the test reads it")).build()
}

/// Runs a program on the real clock that leaves its runtime nothing to report.
fn unreported<T>(program: impl FnOnce(&Runtime) -> T) -> T {
    let log = Log::default();
    // The runtime would catch a panic in here.
    let output = program(&Runtime::builder().on_report(move |report| log.say(report)).build());
    assert_eq!(log.take(), Vec::<String>::new(), "a false alarm");
    output
}

/// Hands the waker of the task that polls it to a function, and waits until the flag is up.
fn until<F: FnOnce(Waker)>(flag: &Arc<AtomicBool>, hand_over: F) -> impl Future<Output = ()> + use<F> {
    let (flag, mut hand_over) = (flag.clone(), Some(hand_over));
    poll_fn(move |cx| {
        if let Some(hand_over) = hand_over.take() {
            hand_over(cx.waker().clone());
        }
        if flag.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
    })
}

/// Raises the flag, then wakes.
fn raise(flag: &AtomicBool, waker: Waker) {
    flag.store(true, Ordering::Release);
    waker.wake();
}

#[test]
fn on_the_real_clock_too_a_wait_that_nothing_can_end_is_a_stall_at_once() {
    let began = Instant::now();
    let stalled = unreported(|runtime| runtime.try_run(async { Event::new().wait().await }));
    assert_eq!(stalled.unwrap_err().tasks().len(), 1);
    assert!(began.elapsed() < Duration::from_millis(500), "nobody suspects what is certain");
}

#[test]
fn a_waker_that_a_thread_uses_soon_is_no_stall() {
    let flag = Arc::new(AtomicBool::new(false));
    let used = until(&flag, |waker| {
        let flag = flag.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(300));
            raise(&flag, waker);
        });
    });
    unreported(|runtime| runtime.run(used));
}

#[test]
fn a_waker_that_a_thread_keeps_is_reported_once_and_the_run_goes_on_when_it_is_used() {
    let (flag, (reports, read)) = (Arc::new(AtomicBool::new(false)), mpsc::channel());
    let (to_thread, report_at_thread) = mpsc::channel();
    let runtime = reporting(reports);
    runtime.run(async {
        let (bell, theirs) = (Rc::new(Event::new().named("bell")), flag.clone());
        let waiter = bell.clone();
        task("waiter").spawn_detached(async move { waiter.wait().await });
        until(&flag, move |waker| {
            thread::spawn(move || {
                let line: String = read.recv().expect("the runtime reports");
                assert!(line.starts_with("no task has run for 1 s, at t="), "{line}");
                let report: String = read.recv().expect("the runtime reports");
                // Past the next look, so that another report would be seen.
                thread::sleep(Duration::from_millis(1200));
                to_thread.send((report, read.try_recv().ok())).expect("the test reads it");
                raise(&theirs, waker);
            });
        })
        .await;
    });
    let (report, again) = report_at_thread.recv().unwrap();
    assert_eq!(again, None);
    let mut settings = Settings::clone_current();
    settings.add_filter(r"t=\d\.\d+s", "[time]");
    settings.bind(|| {
        assert_snapshot!(quoted(&report), @r#"
        possible stall, 1 waker is held outside: no task is ready at [time], and no timer is armed
          waiter, spawned at [task("waiter").»spawn_detached(async move { waiter.wait().await });]
            waits on event `bell`, at [task("waiter").spawn_detached(async move { waiter.»wait().await });]
              made at [let (bell, theirs) = (Rc::new(»Event::new().named("bell")), flag.clone());]
          main, spawned at [runtime.»run(async {]
            waits for something that is not greenlight's
            its waker is held outside
          help: if a thread is going to use that waker, all is well, and a Remote that it keeps until then says so; if it is a FuturesUnordered or a channel of this thread that holds it, this is a stall
        "#)
    });
}

#[test]
fn a_waker_that_a_thread_drops_makes_it_a_stall() {
    let (began, flag) = (Instant::now(), Arc::default());
    let dropped = until(&flag, |waker| {
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            drop(waker);
        });
    });
    let stalled = unreported(|runtime| runtime.try_run(dropped));
    let report = stalled.unwrap_err().to_string();
    assert!(report.starts_with("stalled at"), "{report}");
    assert!(began.elapsed() >= Duration::from_millis(50), "the waker could still be used");
}

#[test]
fn a_waker_that_a_thread_drops_after_the_report_makes_it_a_stall_too() {
    let (reports, read) = mpsc::channel();
    let stalled = reporting(reports).try_run(until(&Arc::default(), |waker| {
        thread::spawn(move || {
            // First in a line, then whole.
            (0..2).for_each(|_| _ = read.recv().expect("the runtime reports"));
            drop(waker);
        });
    }));
    assert_eq!(stalled.unwrap_err().tasks().len(), 1);
}

#[test]
fn a_wait_under_futures_unordered_is_only_suspected_and_what_the_report_wakes_runs_at_once() {
    let light = Rc::new(Event::new().named("light"));
    let (reported, reports) = (Rc::new(Cell::new(None)), shared(RefCell::new(Vec::new())));
    let runtime = Runtime::builder().on_report({
        let (light, reported) = (light.clone(), reported.clone());
        move |report| {
            reports.borrow_mut().push(report.to_string());
            if reports.borrow().len() == 2 {
                reported.set(Some(Instant::now()));
                light.set();
            }
        }
    });
    runtime.build().run(async {
        let mut waits = FuturesUnordered::new();
        waits.push(light.wait());
        waits.next().await;
    });
    let reported = reported.get().expect("there was a report");
    assert!(reported.elapsed() < Duration::from_millis(900), "nobody parks while a task is ready");
    let reports = reports.take();
    assert_eq!(reports.len(), 2);
    let mut settings = Settings::clone_current();
    settings.add_filter(r"t=\d\.\d+s", "[time]");
    settings.bind(|| {
        assert_snapshot!(quoted(&reports[1]), @r#"
        possible stall, 1 waker is held outside: no task is ready at [time], and no timer is armed
          main, spawned at [runtime.build().»run(async {]
            waits on event `light`, at [waits.push(light.»wait());]
              made at [let light = Rc::new(»Event::new().named("light"));]
            its waker is held outside
          help: if a thread is going to use that waker, all is well, and a Remote that it keeps until then says so; if it is a FuturesUnordered or a channel of this thread that holds it, this is a stall
        "#)
    });
}

#[test]
fn an_armed_timer_is_no_stall() {
    let sleeping = async {
        let mut waits = FuturesUnordered::new();
        waits.push(sleep(Duration::from_millis(1300)));
        waits.next().await;
    };
    unreported(|runtime| runtime.run(sleeping));
}

#[test]
fn a_remote_that_spawns_late_is_no_stall() {
    thread_local! { static DONE: Rc<Event> = Rc::new(Event::new()) }
    let wait_for_a_thread = |runtime: &Runtime, millis| {
        let remote = runtime.remote();
        let thread = thread::spawn(move || {
            thread::sleep(Duration::from_millis(millis));
            remote.spawn(async { DONE.with(|done| done.set()) })
        });
        runtime.run(DONE.with(Rc::clone).wait());
        assert_eq!(thread.join().unwrap(), Ok(()));
        DONE.with(|done| done.clear());
    };
    unreported(|runtime| wait_for_a_thread(runtime, 1200));
    wait_for_a_thread(&standing(), 30);
}

/// Steps a runtime until a turn finds more to do than to wait.
fn turn_until_it_matters(runtime: &Runtime) -> Turn {
    loop {
        match runtime.turn() {
            Turn::Idle(_) => thread::yield_now(),
            turn => return turn,
        }
    }
}

#[test]
fn a_message_sent_right_before_the_last_remote_is_dropped_arrives() {
    for round in 0..3000 {
        let runtime = standing();
        runtime.spawn_detached(pending());
        runtime.turn();
        let remote = runtime.remote();
        let thread = thread::spawn(move || remote.spawn(async {}));
        assert_ne!(turn_until_it_matters(&runtime), Turn::Stalled, "in round {round}");
        assert_eq!(thread.join().unwrap(), Ok(()));
    }
}

#[test]
fn a_wake_right_before_the_last_clone_of_a_waker_is_dropped_arrives() {
    for round in 0..3000 {
        unreported(|runtime| {
            let (left, flag) = (shared(Cell::new(None)), Arc::new(AtomicBool::new(false)));
            let theirs = flag.clone();
            runtime.spawn_detached(until(&flag, move |waker| left.set(Some(waker))));
            runtime.turn();
            let waker = left.take().expect("the task was polled");
            let thread = thread::spawn(move || raise(&theirs, waker));
            assert_ne!(turn_until_it_matters(runtime), Turn::Stalled, "in round {round}");
            thread.join().unwrap();
        });
    }
}
