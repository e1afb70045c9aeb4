//! Waits that only a foreign waker could end: what is reported as a stall, what is only suspected, and what is silent.

use crate::kinds::{KINDS, Kind, Receiver, Sender};
use futures::channel::oneshot;
use greenlight::{Runtime, run, sleep, timeout};
use stage::{in_time, run_unreported};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// A task that waits for an item that only itself could send.
async fn receive_from_oneself(mut receiver: Receiver, _mine: Sender) {
    receiver.receive().await;
}

/// Wakes and ends whoever waits for an item: the way out of these tests.
fn rescuer(sender: &Sender) -> impl Fn() + use<> {
    let sender = sender.clone();
    move || assert!(pollster::block_on(sender.clone().send(1)), "the receiver waits")
}

/// The reports of a run on the real clock that is rescued by the second of them: the first is a line.
fn reports_of_a_rescued_run(kind: Kind) -> Vec<String> {
    let (reports, read) = mpsc::channel();
    let (sender, receiver) = kind.open(1);
    let rescue = rescuer(&sender);
    let runtime = Runtime::builder().on_report(move |report| {
        reports.send(report.to_string()).expect("the test reads it");
        if report.starts_with("possible stall") {
            rescue();
        }
    });
    runtime.build().run(receive_from_oneself(receiver, sender));
    read.iter().collect()
}

#[test]
fn a_receiver_whose_sender_sleeps_with_it_is_a_possible_stall_on_the_real_clock() {
    let threads = KINDS.map(|kind| thread::spawn(move || in_time(move || reports_of_a_rescued_run(kind))));
    for (thread, kind) in threads.into_iter().zip(KINDS) {
        let reports = thread.join().expect("the run is rescued");
        assert_eq!(reports.len(), 2, "{kind:?}");
        assert!(reports[0].starts_with("no task has run for 1 s, at t="), "{kind:?}: {reports:?}");
        let report = &reports[1].lines().map(str::trim).collect::<Vec<_>>().join(" ");
        assert!(report.starts_with("possible stall, 1 waker is held outside"), "{kind:?}: {report}");
        assert!(report.contains(" waits for something that is not greenlight's "), "{kind:?}: {report}");
        assert!(report.contains(" its waker is held outside "), "{kind:?}: {report}");
        assert!(report.contains("a channel of this thread that holds it, this is a stall"), "{kind:?}: {report}");
    }
}

#[test]
fn a_receiver_whose_sender_sleeps_with_it_is_a_stall_at_once_on_the_virtual_clock() {
    for kind in KINDS {
        let (sender, receiver) = kind.open(1);
        let runtime = Runtime::builder().virtual_clock().build();
        let stalled = runtime.try_run(receive_from_oneself(receiver, sender)).unwrap_err();
        assert_eq!(stalled.tasks().len(), 1, "{kind:?}");
        let report = stalled.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ");
        assert!(report.starts_with("stalled at t=0.000000s: "), "{kind:?}: {report}");
        assert!(report.contains("no Remote is alive") && report.contains("its waker is held outside"), "{report}");
        assert!(!report.contains("nothing outside can wake one"), "{kind:?} contradicts itself: {report}");
        assert!(report.contains("on the virtual clock"), "{kind:?} is told what a thread has to do: {report}");
    }
}

#[test]
fn a_thread_that_goes_without_a_word_leaves_a_possible_stall_on_the_real_clock() {
    let reports = in_time(|| {
        let (reports, read) = mpsc::channel();
        let bell = Arc::new(Notify::new());
        let theirs = bell.clone();
        let rescuer = bell.clone();
        let runtime = Runtime::builder().on_report(move |report| {
            reports.send(report.to_string()).expect("the test reads it");
            rescuer.notify_one();
        });
        runtime.build().run(async {
            // It could ring, but never does.
            thread::spawn(move || drop(theirs)).join().expect("the thread does not panic");
            bell.notified().await;
        });
        read.iter().collect::<Vec<_>>()
    });
    assert_eq!(reports.len(), 1);
    assert!(reports[0].starts_with("no task has run for 1 s, at t="), "{reports:?}");
}

#[test]
fn a_thread_that_goes_with_its_remote_and_without_a_word_leaves_a_stall_on_the_virtual_clock() {
    let stalled = in_time(|| {
        let runtime = Runtime::builder().virtual_clock().build();
        let (bell, remote) = (Arc::new(Notify::new()), runtime.remote());
        let theirs = bell.clone();
        let thread = thread::spawn(move || {
            thread::sleep(Duration::from_millis(30));
            drop((theirs, remote));
        });
        let stalled = runtime.try_run(async { bell.notified().await });
        thread.join().expect("the thread does not panic");
        stalled.map_err(|stalled| stalled.to_string())
    });
    assert!(stalled.unwrap_err().starts_with("stalled at t=0.000000s"));
}

#[test]
fn a_thread_that_goes_with_its_sender_is_heard_and_leaves_no_stall() {
    for kind in KINDS {
        let received = in_time(move || {
            let (sender, mut receiver) = kind.open(1);
            let thread = thread::spawn(move || {
                thread::sleep(Duration::from_millis(30));
                drop(sender);
            });
            let received = run(receiver.receive());
            thread.join().expect("the thread does not panic");
            received
        });
        assert_eq!(received, None, "{kind:?}");
    }
}

#[test]
fn what_a_thread_sends_while_it_keeps_a_remote_is_received_in_virtual_time_too() {
    for kind in KINDS {
        let received = in_time(move || {
            let runtime = Runtime::builder().virtual_clock().build();
            let ((mut sender, mut receiver), remote) = (kind.open(1), runtime.remote());
            let thread = thread::spawn(move || {
                thread::sleep(Duration::from_millis(30));
                assert!(sender.send_blocking(1), "the receiver waits");
                drop(remote);
            });
            let received = runtime.try_run(receiver.receive()).map_err(|stalled| stalled.to_string());
            thread.join().expect("the thread does not panic");
            received
        });
        assert_eq!(received, Ok(Some(1)), "{kind:?}");
    }
}

#[test]
fn a_timeout_in_virtual_time_is_up_at_once_though_a_thread_works_and_a_remote_is_alive() {
    let began = Instant::now();
    in_time(|| {
        let runtime = Runtime::builder().virtual_clock().build();
        let (go, may_go) = mpsc::channel();
        let (remote, (done, is_done)) = (runtime.remote(), oneshot::channel());
        let worker = thread::spawn(move || {
            may_go.recv().expect("it is told to go");
            drop((done.send(42), remote));
        });
        assert!(runtime.run(timeout(Duration::from_secs(100), is_done)).is_err());
        go.send(()).expect("the thread waits");
        worker.join().expect("the thread does not panic");
    });
    assert!(began.elapsed() < Duration::from_secs(50), "nobody waits for the thread");
}

#[test]
fn a_wait_beside_a_timer_is_nothing_to_report() {
    let began = Instant::now();
    in_time(|| {
        run_unreported(|runtime| {
            let (sender, receiver) = oneshot::channel();
            runtime.spawn_detached(async move {
                sleep(Duration::from_millis(1_300)).await;
                sender.send(()).expect("main waits");
            });
            runtime.run(receiver).expect("the task sends");
        });
    });
    assert!(began.elapsed() >= Duration::from_millis(1_300), "it waited for longer than a suspicion takes");
}
