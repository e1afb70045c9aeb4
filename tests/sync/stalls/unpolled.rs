//! The futurelock: a lock or a notify that was handed to a wait which its task does not poll,
//! because it awaits something else. Also what only looks like one.

use super::stalled;
use futures::future::select;
use futures::stream::{FuturesUnordered, StreamExt};
use greenlight::dump::{Hold, WaitInfo, dump};
use greenlight::sync::{Condition, Event, Lock};
use greenlight::{Turn, Until, race, sleep, spawn, spawn_detached, task, wait, yield_now};
use insta::assert_snapshot;
use stage::foreign::{Held, park};
use stage::{quoted, shared, standing, unwrapped};
use std::future::{Future, pending};
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// A lock that a task of its own holds for two seconds from now on.
async fn held_for_2_seconds() -> Rc<Lock> {
    let till = Rc::new(Lock::new(()).named("till"));
    let theirs = till.clone();
    task("cashier").spawn_detached(async move {
        let _guard = theirs.lock().await;
        sleep(2 * SECOND).await;
    });
    yield_now().await;
    till
}

/// Polls a future once, in its task, and gives it back.
async fn begun<F: Future + Unpin>(mut future: F) -> F {
    assert!(futures::poll!(&mut future).is_pending());
    future
}

#[test]
fn a_lock_that_is_granted_to_a_wait_which_select_polls_no_more_is_a_futurelock() {
    let stalled = stalled(async {
        let till = held_for_2_seconds().await;
        let mut first = till.lock();
        select(&mut first, sleep(SECOND)).await;
        // The time was up, and `first` is still in line.
        drop(till.lock().await);
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=2.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main waits for itself: main -> lock `till` -> main
      main, spawned at [let stalled = »stalled(async {]
        was granted lock `till`, but does not poll the wait at [let mut first = till.»lock();]
          made at [let till = Rc::new(»Lock::new(()).named("till"));]
        waits on lock `till`, at [drop(till.»lock().await);]
          made at [let till = Rc::new(»Lock::new(()).named("till"));]
          granted to main, which does not poll the wait at [let mut first = till.»lock();]
      help: a wait that is not polled keeps what it was handed from everybody else: await it or drop it before anything else, or spawn it as a task of its own
    "#);
}

#[test]
fn a_lock_that_was_granted_to_a_task_which_is_just_being_polled_is_not_told_as_unpolled() {
    let dump = standing().run(async {
        let till = Rc::new(Lock::new(()).named("till"));
        let guard = till.try_lock().expect("nobody holds it");
        let (theirs, behind) = (till.clone(), till.clone());
        let first = task("first").spawn(async move {
            let mine = begun(theirs.lock()).await;
            yield_now().await;
            let dump = dump();
            drop(mine.await);
            dump
        });
        task("second").spawn_detached(async move { drop(behind.lock().await) });
        yield_now().await;
        drop(guard);
        first.await.expect("it ends")
    });
    let second = dump.tasks.iter().find(|task| task.label.to_string() == "second").expect("it waits");
    let [WaitInfo::Object { holders, .. }] = &second.waits[..] else { panic!("it waits for the lock: {dump}") };
    assert_eq!(holders.iter().map(|holder| holder.hold).collect::<Vec<_>>(), [Hold::Granted], "{dump}");
}

#[test]
fn a_task_that_sits_on_its_grant_is_named_to_those_behind_it() {
    let stalled = stalled(async {
        let (till, bell) = (held_for_2_seconds().await, Event::new().named("bell"));
        let theirs = till.clone();
        task("dreamer").spawn_detached(async move {
            let _first = begun(theirs.lock()).await;
            bell.wait().await;
        });
        yield_now().await;
        drop(till.lock().await);
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=2.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      dreamer, spawned at [task("dreamer").»spawn_detached(async move {]
        was granted lock `till`, but does not poll the wait at [let _first = begun(theirs.»lock()).await;]
          made at [let till = Rc::new(»Lock::new(()).named("till"));]
        waits on event `bell`, at [bell.»wait().await;]
          made at [let (till, bell) = (held_for_2_seconds().await, »Event::new().named("bell"));]
      main, spawned at [let stalled = »stalled(async {]
        waits on lock `till`, at [drop(till.»lock().await);]
          made at [let till = Rc::new(»Lock::new(()).named("till"));]
          granted to dreamer, which does not poll the wait at [let _first = begun(theirs.»lock()).await;]
      help: a wait that is not polled keeps what it was handed from everybody else: await it or drop it before anything else, or spawn it as a task of its own
    "#);
}

#[test]
fn a_circle_goes_through_a_grant_that_is_not_polled() {
    let stalled = stalled(async {
        let (till, safe) = (held_for_2_seconds().await, shared(Lock::new(()).named("safe")));
        let their_till = till.clone();
        task("dreamer").spawn_detached(async move {
            let _first = begun(their_till.lock()).await;
            drop(safe.lock().await);
        });
        let _safe = safe.lock().await;
        yield_now().await;
        drop(till.lock().await);
    });
    let report = stalled.to_string();
    let circle = report.lines().find(|line| line.contains("circle")).expect("there is a circle");
    assert_eq!(circle, "  a circle of waits: main -> lock `till` -> dreamer -> lock `safe` -> main");
}

#[test]
fn race_drops_the_loser_and_the_lock_goes_on() {
    let runtime = standing();
    let ended = runtime.try_run(async {
        let till = held_for_2_seconds().await;
        let asks = async { drop(till.lock().await) };
        let gives_up = async { sleep(SECOND).await };
        let runners: [std::pin::Pin<Box<dyn Future<Output = ()>>>; 2] = [Box::pin(asks), Box::pin(gives_up)];
        assert_eq!(race(runners).await, (1, ()));
        drop(till.lock().await);
        greenlight::now().as_micros()
    });
    assert_eq!(ended.expect("nobody sits on the lock"), 2_000_000);
}

#[test]
fn a_wait_in_a_set_that_is_not_polled_sits_on_its_grant_too() {
    let stalled = stalled(async {
        let till = held_for_2_seconds().await;
        let mut waits = FuturesUnordered::from_iter([till.lock()]);
        select(waits.next(), sleep(SECOND)).await;
        drop(till.lock().await);
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=2.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main waits for itself: main -> lock `till` -> main
      main, spawned at [let stalled = »stalled(async {]
        was granted lock `till`, but does not poll the wait at [let mut waits = FuturesUnordered::from_iter([till.»lock()]);]
          made at [let till = Rc::new(»Lock::new(()).named("till"));]
        waits on lock `till`, at [drop(till.»lock().await);]
          made at [let till = Rc::new(»Lock::new(()).named("till"));]
          granted to main, which does not poll the wait at [let mut waits = FuturesUnordered::from_iter([till.»lock()]);]
      help: a wait that is not polled keeps what it was handed from everybody else: await it or drop it before anything else, or spawn it as a task of its own
    "#);
}

#[test]
fn a_notify_that_reached_a_wait_which_is_not_polled_is_told() {
    let stalled = stalled(async {
        let club = Rc::new(Condition::new(()).named("club"));
        let guests = club.clone();
        task("dreamer").spawn_detached(async move {
            let _wait = begun(guests.wait(guests.lock().await)).await;
            pending().await
        });
        let guests = club.clone();
        task("guest").spawn_detached(async move {
            let guard = guests.lock().await;
            let _guard = guests.wait(guard).await;
        });
        yield_now().await;
        club.notify_one(&club.lock().await);
        pending::<()>().await;
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main, spawned at [let stalled = »stalled(async {]
        its future, async code in `a_notify_that_reached_a_wait_which_is_not_polled_is_told`, returned Pending, and nobody holds its waker: nothing can wake it
      dreamer, spawned at [task("dreamer").»spawn_detached(async move {]
        was notified by condition `club`, but does not poll the wait at [let _wait = begun(guests.»wait(guests.lock().await)).await;]
          made at [let club = Rc::new(»Condition::new(()).named("club"));]
      guest, spawned at [task("guest").»spawn_detached(async move {]
        waits on condition `club`, at [let _guard = guests.»wait(guard).await;]
          made at [let club = Rc::new(»Condition::new(()).named("club"));]
          last notified at [club.»notify_one(&club.lock().await);], which woke 1 of 2
      help: a wait that is not polled keeps what it was handed from everybody else: await it or drop it before anything else, or spawn it as a task of its own
    "#);
}

#[test]
fn a_wake_for_all_takes_nothing_from_anybody_so_it_is_told_without_blame() {
    let stalled = stalled(async {
        let (light, bell) = (Rc::new(Event::new().named("light")), Event::new().named("bell"));
        let setter = light.clone();
        spawn_detached(async move { setter.set() });
        let _unpolled = begun(light.wait()).await;
        bell.wait().await;
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main, spawned at [let stalled = »stalled(async {]
        was woken by event `light`, but does not poll the wait at [let _unpolled = begun(light.»wait()).await;]
          made at [let (light, bell) = (Rc::new(»Event::new().named("light")), Event::new().named("bell"));]
        waits on event `bell`, at [bell.»wait().await;]
          made at [let (light, bell) = (Rc::new(Event::new().named("light")), »Event::new().named("bell"));]
      help: each of these waits needs somebody to end it: another task, or a thread that keeps a Remote until then
    "#);
}

#[test]
fn the_end_of_tasks_takes_nothing_from_anybody_either() {
    let stalled = stalled(async {
        let handles = [spawn(yield_now())];
        let _unpolled = begun(Box::pin(wait(&handles, Until::All))).await;
        Event::new().wait().await;
    });
    let report = unwrapped(&stalled);
    assert!(report.contains("was woken by the end of its tasks, but does not poll the wait at "), "{report}");
    assert!(report.contains("help: each of these waits needs somebody to end it"), "{report}");
}

#[test]
fn a_handle_that_was_polled_and_whose_task_has_ended_is_not_waited_for() {
    let stalled = stalled(async {
        let _unpolled = begun(spawn(async { yield_now().await })).await;
        yield_now().await;
        yield_now().await;
        // Its line may be at the place in memory where that of the handle was.
        Event::new().named("light").wait().await;
    });
    let [main] = stalled.tasks() else { panic!("main is alone: {stalled}") };
    let waits: Vec<_> = main.waits.iter().map(|wait| wait.to_string()).collect();
    assert_eq!(waits.len(), 1, "{waits:?}");
    assert!(waits[0].starts_with("waits on event `light`, at "), "{waits:?}");
}

#[test]
fn a_lock_that_is_granted_to_a_wait_which_its_task_has_leaked_is_told_so() {
    let stalled = stalled(async {
        let till = held_for_2_seconds().await;
        let theirs = till.clone();
        let careless = task("careless").spawn(async move {
            let mut wait = Box::pin(async move { drop(theirs.lock().await) });
            assert!(futures::poll!(&mut wait).is_pending());
            std::mem::forget(wait);
        });
        careless.await.unwrap();
        drop(till.lock().await);
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=2.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main, spawned at [let stalled = »stalled(async {]
        waits on lock `till`, at [drop(till.»lock().await);]
          made at [let till = Rc::new(»Lock::new(()).named("till"));]
          granted to the wait at [let mut wait = Box::pin(async move { drop(theirs.»lock().await) });], which a task that has ended has leaked
      help: each of these waits needs somebody to end it: another task, or a thread that keeps a Remote until then
    "#);
}

#[test]
fn a_lock_that_is_granted_to_a_wait_of_nobody_is_told_so() {
    let runtime = standing();
    let till = Rc::new(Lock::new(()).named("till"));
    let guard = till.try_lock().expect("nobody holds it");
    let theirs = till.clone();
    let mut apart: Held = Box::pin(async move { drop(theirs.lock().await) });
    park(&mut apart, Waker::noop());
    drop(guard);
    runtime.task("customer").spawn_detached(async move { drop(till.lock().await) });
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(runtime.turn(), Turn::Stalled);
    assert_snapshot!(quoted(runtime.stalled()), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      customer, spawned at [runtime.task("customer").»spawn_detached(async move { drop(till.lock().await) });]
        waits on lock `till`, at [runtime.task("customer").spawn_detached(async move { drop(till.»lock().await) });]
          made at [let till = Rc::new(»Lock::new(()).named("till"));]
          granted to the wait at [let mut apart: Held = Box::pin(async move { drop(theirs.»lock().await) });], which is not polled by any task
      help: each of these waits needs somebody to end it: another task, or a thread that keeps a Remote until then
    "#);
    drop(apart);
    assert_eq!(runtime.turn(), Turn::Ran(1), "it is passed on");
}
