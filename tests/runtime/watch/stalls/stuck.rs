//! Two tasks that wait for each other's lock, one of which waits for something else at the same time, in a runtime in which
//! others may go on: they are in a deadlock if that other thing depends on them, and in none if it may come.

use futures::future::select;
use futures::poll;
use greenlight::sync::{Event, Lock, Semaphore};
use greenlight::{JoinHandle, Runtime, Task, Until, sleep, spawn, spawn_detached, task, timeout, wait, yield_now};
use stage::{Log, shared, unwrapped};
use std::cell::OnceCell;
use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

/// Longer than a runtime waits before it looks for deadlocks.
const LONG: Duration = Duration::from_millis(1500);

type Other = Pin<Box<dyn Future<Output = ()>>>;

/// Spawns two tasks that take two locks crosswise, of which the first waits for something else as well, which is
/// made of the other task.
fn quarrel(name: &'static str, other: impl FnOnce(Task) -> Other + 'static) {
    let (left, right) = (shared_lock(), shared_lock());
    let partner: Rc<OnceCell<Task>> = Rc::default();
    let known = partner.clone();
    task(name).spawn_detached(async move {
        let _left = left.lock().await;
        yield_now().await;
        let other = other(known.get().expect("it was spawned").clone());
        select(pin!(right.lock()), other).await;
    });
    let second = task(format!("partner of {name}")).spawn_detached(async {
        let _right = right.lock().await;
        yield_now().await;
        drop(left.lock().await);
    });
    partner.set(second).expect("it is set once");
}

/// A task that ends after everything.
fn sleeper() -> Task {
    spawn_detached(sleep(2 * LONG))
}

fn shared_lock() -> &'static Lock<()> {
    Box::leak(Box::new(Lock::new(())))
}

fn ends(awaited: Task) -> Other {
    Box::pin(async move { awaited.ended().await })
}

/// The ends of tasks that await these, each one.
fn ends_behind<const N: usize>(awaited: [Task; N], until: Until) -> Other {
    let handles: [JoinHandle<()>; N] = awaited.map(|awaited| spawn(ends(awaited)));
    Box::pin(async move { drop(wait(&handles, until).await) })
}

/// A task that awaits the end of another.
fn behind(awaited: Task) -> Task {
    spawn_detached(ends(awaited))
}

/// The wait for a lock that another task holds, which waits for something.
fn held_until(end: Other) -> Other {
    let lock = shared_lock();
    spawn_detached(async {
        let _guard = lock.lock().await;
        end.await;
    });
    Box::pin(async {
        yield_now().await;
        drop(lock.lock().await);
    })
}

/// A wait for a lock that was granted it, and is not polled.
async fn sit_on_a_grant() {
    let lock = shared_lock();
    let guard = lock.lock().await;
    let mut granted = pin!(lock.lock());
    assert!(poll!(&mut granted).is_pending());
    drop(guard);
    pending().await
}

/// A permit that the task itself has. It may give that to anybody.
async fn wait_for_its_permit() {
    let desk = Semaphore::new(1);
    let _permit = desk.acquire().await;
    drop(desk.acquire().await);
}

/// Something that is not greenlight's, and has the waker.
async fn wait_outside() {
    let waker: Waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
    pending::<()>().await;
    drop(waker);
}

/// The first tasks of the circles that are reported, within that time.
fn told(within: Duration, program: impl FnOnce() + 'static) -> Vec<String> {
    let (log, is_told) = (Log::default(), shared(Event::new()));
    let on_report = move |report: &str| {
        log.say(report);
        is_told.set();
    };
    Runtime::builder().check_every_turn().on_report(on_report).build().run(async move {
        program();
        _ = timeout(within, is_told.wait()).await;
    });
    let reports: Vec<String> = log.take().iter().map(|report| unwrapped(report)).collect();
    let lines = reports.iter().flat_map(|report| report.lines());
    let circles = lines.filter(|line| line.contains(" -> ")).filter_map(|line| line.split_once(": "));
    circles.map(|(_, circle)| circle.split(" -> ").next().expect("somebody is in it").to_string()).collect()
}

#[test]
fn who_waits_for_what_depends_on_the_circle_as_well_is_in_a_deadlock() {
    let told = told(20 * LONG, || {
        quarrel("an end", ends);
        quarrel("all ends", |other| ends_behind([other.clone(), other], Until::All));
        quarrel("all ends, one of which comes", |other| ends_behind([sleeper(), other], Until::All));
        quarrel("the first end", |other| ends_behind([other.clone(), other], Until::First));
        quarrel("the end of one behind", |other| ends(behind(behind(other))));
        quarrel("a lock", |other| held_until(ends(other)));
    });
    let all =
        ["an end", "all ends", "all ends, one of which comes", "the first end", "the end of one behind", "a lock"];
    assert_eq!(told, all);
}

#[test]
fn who_waits_for_what_may_come_as_well_is_in_no_deadlock() {
    let told = told(LONG, || {
        quarrel("a timer", |_| Box::pin(sleep(2 * LONG)));
        quarrel("an event", |_| Box::pin(async { Event::new().wait().await }));
        quarrel("a permit", |_| Box::pin(wait_for_its_permit()));
        quarrel("something foreign", |_| Box::pin(wait_outside()));
        quarrel("a grant", |_| Box::pin(sit_on_a_grant()));
        quarrel("an end", |_| ends(sleeper()));
        quarrel("all ends", |_| ends_behind([sleeper(), sleeper()], Until::All));
        quarrel("the first end", |other| ends_behind([other, sleeper()], Until::First));
        quarrel("the end of one behind", |_| ends(behind(behind(behind(sleeper())))));
        quarrel("a lock", |_| held_until(ends(sleeper())));
    });
    assert_eq!(told, [""; 0]);
}
