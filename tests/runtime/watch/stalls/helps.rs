//! The help at the end of a report, where several things may be behind the stall: it is for the one that is the surest.

use futures::poll;
use greenlight::sync::{Event, Lock, Queue};
use greenlight::{spawn_detached, yield_now};
use stage::{standing, unwrapped};
use std::future::{Future, pending, poll_fn};
use std::mem::forget;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

fn lock() -> Rc<Lock> {
    Rc::default()
}

async fn keep_no_waker() {
    pending().await
}

async fn keep_a_waker() {
    let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
    pending::<()>().await;
    drop(waker);
}

async fn wait_for_an_item() {
    _ = Queue::<()>::unbounded().get().await;
}

async fn wait_after_a_signal() {
    let light = Event::new();
    light.pulse();
    light.wait().await;
}

async fn wait_for_another_runtime() {
    let till = lock();
    let theirs = till.clone();
    let there = standing();
    there.spawn_detached(async move {
        let _guard = theirs.lock().await;
        pending::<()>().await;
    });
    there.turn();
    drop(till.lock().await);
}

async fn wait_for_who_has_ended() {
    let till: &'static Lock = Box::leak(Box::default());
    spawn_detached(async { forget(till.lock().await) }).ended().await;
    drop(till.lock().await);
}

async fn wait_in_a_circle() {
    let (till, safe) = (lock(), lock());
    let (their_till, their_safe) = (till.clone(), safe.clone());
    spawn_detached(async move {
        let _safe = their_safe.lock().await;
        yield_now().await;
        drop(their_till.lock().await);
    });
    let _till = till.lock().await;
    yield_now().await;
    drop(safe.lock().await);
}

async fn wait_for_itself() {
    let till = lock();
    let _guard = till.lock().await;
    drop(till.lock().await);
}

async fn sit_on_a_grant() {
    let till = lock();
    let guard = till.lock().await;
    let mut granted = pin!(till.lock());
    assert!(poll!(&mut granted).is_pending());
    drop(guard);
    pending().await
}

fn begin(problem: impl Future<Output = ()> + 'static) {
    spawn_detached(problem);
}

#[test]
fn the_help_is_for_the_surest_of_several_things_behind_a_stall() {
    let problems: [(&str, fn()); 9] = [
        ("a future that returns Pending has to leave", || begin(keep_no_waker())),
        ("on the virtual clock, a thread", || begin(keep_a_waker())),
        ("nobody puts an item", || begin(wait_for_an_item())),
        ("a signal that comes when nobody waits", || begin(wait_after_a_signal())),
        ("a task of another runtime", || begin(wait_for_another_runtime())),
        ("a guard or permit was forgotten", || begin(wait_for_who_has_ended())),
        ("one task of a circle", || begin(wait_in_a_circle())),
        ("a task cannot wait for what it holds", || begin(wait_for_itself())),
        ("a wait that is not polled", || begin(sit_on_a_grant())),
    ];
    for surest in 0..problems.len() {
        let stalled = standing().try_run(async {
            problems[..=surest].iter().rev().for_each(|(_, begins)| begins());
            pending::<()>().await;
        });
        let report = unwrapped(&stalled.expect_err("nobody goes on"));
        let (help, _) = problems[surest];
        assert!(report.contains(&format!("help: {help}")), "{help}: {report}");
    }
}
