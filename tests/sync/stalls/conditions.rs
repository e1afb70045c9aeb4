//! A condition that nobody notifies, or too early: who waits on which one, and which notify was
//! lost.

use super::stalled;
use greenlight::sync::{Condition, Lock};
use greenlight::{gather_tasks, now, sleep, spawn_detached, task, timeout, yield_now};
use insta::assert_snapshot;
use stage::{quoted, standing};
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

#[test]
fn the_club() {
    let stalled = stalled(async {
        let club = Rc::new(Condition::new(()).named("club"));
        let guests = ["Alice", "Bob"].map(|name| {
            let club = club.clone();
            task(name).spawn(async move {
                let guard = club.lock().await;
                let _guard = club.wait(guard).await;
            })
        });
        let bouncer = task("bouncer").spawn(async move {
            sleep(Duration::from_secs(2)).await;
            let guard = club.lock().await;
            assert_eq!(club.notify_one(&guard), 1, "Alice is the only one");
        });
        gather_tasks(guests.into_iter().chain([bouncer])).await;
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=2.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      Bob, spawned at [task(name).»spawn(async move {]
        waits on condition `club`, at [let _guard = club.»wait(guard).await;]
          made at [let club = Rc::new(»Condition::new(()).named("club"));]
          last notified at [assert_eq!(club.»notify_one(&guard), 1, "Alice is the only one");], which woke 1 of 2
      main, spawned at [let stalled = »stalled(async {]
        waits on its gather, at [»gather_tasks(guests.into_iter().chain([bouncer])).await;]
      help: nobody notifies those who are left: notify_all wakes everybody, and one who goes on may notify the next
    "#);
}

#[test]
fn a_notify_that_came_before_the_wait_is_told_with_its_line() {
    let stalled = stalled(async {
        let club = Rc::new(Condition::new(()).named("club"));
        let doors = club.clone();
        task("bouncer").spawn_detached(async move {
            let guard = doors.lock().await;
            assert_eq!(doors.notify_all(&guard), 0);
        });
        yield_now().await;
        let guard = club.lock().await;
        let _guard = club.wait(guard).await;
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main, spawned at [let stalled = »stalled(async {]
        waits on condition `club`, at [let _guard = club.»wait(guard).await;]
          made at [let club = Rc::new(»Condition::new(()).named("club"));]
          last signalled at [assert_eq!(doors.»notify_all(&guard), 0);], when nobody waited
      help: a signal that comes when nobody waits is lost: look at the state before waiting, as Condition::wait_for does
    "#);
}

#[test]
fn a_notify_that_reached_somebody_is_not_told() {
    let stalled = stalled(async {
        let club = Rc::new(Condition::new(()));
        let guests = club.clone();
        drop(club.lock().await);
        spawn_detached(async move {
            let mut guard = guests.lock().await;
            assert_eq!(guests.notify_one(&guard), 0);
            loop {
                guard = guests.wait(guard).await;
            }
        });
        yield_now().await;
        assert_eq!(club.notify_one(&club.lock().await), 1);
        yield_now().await;
        pending::<()>().await;
    });
    assert!(!stalled.to_string().contains("signal"), "{stalled}");
}

#[test]
fn a_notify_of_nobody_is_not_lost() {
    let stalled = stalled(async {
        let club = Condition::new(());
        let guard = club.lock().await;
        assert_eq!(club.notify(&guard, 0), 0);
        let _guard = club.wait(guard).await;
    });
    assert!(!stalled.to_string().contains("signal"), "{stalled}");
}

#[test]
fn a_predicate_that_is_never_true_waits_at_the_line_of_wait_for() {
    let stalled = stalled(async {
        let stock = Condition::new(1).named("stock");
        let guard = stock.lock().await;
        let _guard = stock.wait_for(guard, |count| *count >= 2).await;
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main, spawned at [let stalled = »stalled(async {]
        waits on condition `stock`, at [let _guard = stock.»wait_for(guard, |count| *count >= 2).await;]
          made at [let stock = »Condition::new(1).named("stock");]
      help: each of these waits needs somebody to end it: another task, or a thread that keeps a Remote until then
    "#);
}

#[test]
fn one_who_was_notified_waits_for_the_lock_at_the_line_of_the_wait() {
    let stalled = stalled(async {
        let club = Rc::new(Condition::new(()).named("club"));
        let guests = club.clone();
        task("guest").spawn_detached(async move {
            let guard = guests.lock().await;
            let _guard = guests.wait(guard).await;
        });
        yield_now().await;
        let guard = club.lock().await;
        club.notify_one(&guard);
        pending::<()>().await;
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main, spawned at [let stalled = »stalled(async {]
        its future, async code in `one_who_was_notified_waits_for_the_lock_at_the_line_of_the_wait`, returned Pending, and nobody holds its waker: nothing can wake it
      guest, spawned at [task("guest").»spawn_detached(async move {]
        waits on lock `club`, at [let _guard = guests.»wait(guard).await;]
          made at [let club = Rc::new(»Condition::new(()).named("club"));]
          taken by main, at [let guard = club.»lock().await;]
      help: a future that returns Pending has to leave a clone of its context's waker with whoever is to wake it; one that is pending() ends only by being cancelled
    "#);
}

#[test]
fn conditions_of_one_lock_are_told_apart_by_their_names() {
    let stalled = stalled(async {
        let lock = Rc::new(Lock::new(Vec::<u8>::new()).named("buffer"));
        let [not_empty, not_full] = ["not empty", "not full"].map(|name| Condition::sharing(&lock).named(name));
        let (reader, writer) = (Rc::new(not_empty), Rc::new(not_full));
        task("reader").spawn_detached(async move {
            let guard = lock.lock().await;
            let _guard = reader.wait_for(guard, |buffer| !buffer.is_empty()).await;
        });
        let guard = writer.lock().await;
        let _guard = writer.wait(guard).await;
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      reader, spawned at [task("reader").»spawn_detached(async move {]
        waits on condition `not empty`, at [let _guard = reader.»wait_for(guard, |buffer| !buffer.is_empty()).await;]
          made at [let [not_empty, not_full] = ["not empty", "not full"].map(|name| »Condition::sharing(&lock).named(name));]
      main, spawned at [let stalled = »stalled(async {]
        waits on condition `not full`, at [let _guard = writer.»wait(guard).await;]
          made at [let [not_empty, not_full] = ["not empty", "not full"].map(|name| »Condition::sharing(&lock).named(name));]
      help: each of these waits needs somebody to end it: another task, or a thread that keeps a Remote until then
    "#);
}

#[test]
fn a_wait_lets_go_of_its_own_lock_only_and_the_report_shows_the_other() {
    let stalled = stalled(async {
        let (shop, stock) = (Rc::new(Lock::new(()).named("shop")), Rc::new(Condition::new(0).named("stock")));
        let (their_shop, their_stock) = (shop.clone(), stock.clone());
        task("buyer").spawn_detached(async move {
            let _open = their_shop.lock().await;
            let guard = their_stock.lock().await;
            let _guard = their_stock.wait_for(guard, |count| *count > 0).await;
        });
        yield_now().await;
        let _open = shop.lock().await;
        *stock.lock().await += 1;
        stock.notify_one(&stock.lock().await);
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      buyer, spawned at [task("buyer").»spawn_detached(async move {]
        waits on condition `stock`, at [let _guard = their_stock.»wait_for(guard, |count| *count > 0).await;]
          made at [let (shop, stock) = (Rc::new(Lock::new(()).named("shop")), Rc::new(»Condition::new(0).named("stock")));]
      main, spawned at [let stalled = »stalled(async {]
        waits on lock `shop`, at [let _open = shop.»lock().await;]
          made at [let (shop, stock) = (Rc::new(»Lock::new(()).named("shop")), Rc::new(Condition::new(0).named("stock")));]
          taken by buyer, at [let _open = their_shop.»lock().await;]
      help: each of these waits needs somebody to end it: another task, or a thread that keeps a Remote until then
    "#);
}

#[test]
fn timed_waits_name_the_lines_of_their_callers() {
    let runtime = standing();
    let second = Duration::from_secs(1);
    runtime.task("guest").spawn_detached(async move {
        let club = Condition::new(()).named("club");
        let guard = club.lock().await;
        let _guard = club.wait_until(guard, now() + second).await;
    });
    runtime.task("hasty").spawn_detached(async move {
        let till = Lock::new(()).named("till");
        let _guard = till.lock().await;
        timeout(2 * second, till.lock()).await.err();
    });
    runtime.turn();
    assert_snapshot!(quoted(runtime.stalled()), @r#"
    not stalled at t=0.000000s: a task is ready, a timer is armed, or something outside can wake one
      hasty waits for itself: hasty -> lock `till` -> hasty
      hasty, spawned at [runtime.task("hasty").»spawn_detached(async move {]
        waits on lock `till`, at [timeout(2 * second, till.»lock()).await.err();]
          made at [let till = »Lock::new(()).named("till");]
          taken by hasty, at [let _guard = till.»lock().await;]
        sleeps until t=2.000000s, at [»timeout(2 * second, till.lock()).await.err();]
      guest, spawned at [runtime.task("guest").»spawn_detached(async move {]
        waits on condition `club`, at [let _guard = club.»wait_until(guard, now() + second).await;]
          made at [let club = »Condition::new(()).named("club");]
        sleeps until t=1.000000s, at [let _guard = club.»wait_until(guard, now() + second).await;]
      help: the tasks that wait here may go on yet
    "#);
}
