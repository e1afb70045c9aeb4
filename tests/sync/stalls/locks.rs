//! A lock that nobody lets go of: who holds it, since which line, and who stands in line.

use super::stalled;
use greenlight::sync::Lock;
use greenlight::{Stalled, Turn, spawn, spawn_detached, task, yield_now};
use insta::assert_snapshot;
use stage::{on_drop, quoted, shared, standing};
use std::cell::Cell;
use std::future::pending;
use std::mem::forget;
use std::rc::Rc;

/// What a task of that name is told about its only wait.
fn told(report: &Stalled, name: &str) -> String {
    let mut tasks = report.tasks().iter();
    let task = tasks.find(|task| task.label.to_string() == name).expect("the task is reported");
    let [wait] = &task.waits[..] else { panic!("{name} waits for one thing: {report}") };
    quoted(wait)
}

#[test]
fn a_task_that_asks_for_a_lock_that_it_holds_waits_for_itself() {
    let stalled = stalled(async {
        let till = Lock::new(100).named("till");
        let mut first = till.lock().await;
        *first -= 30;
        let second = till.lock().await;
        *first += *second;
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main waits for itself: main -> lock `till` -> main
      main, spawned at [let stalled = »stalled(async {]
        waits on lock `till`, at [let second = till.»lock().await;]
          made at [let till = »Lock::new(100).named("till");]
          taken by main, at [let mut first = till.»lock().await;]
      help: a task cannot wait for what it holds: drop the guard or permit first; if it gave that away, whoever has it has to drop it
    "#);
}

#[test]
fn the_holder_is_named_with_the_line_since_which_it_holds() {
    let taken = Cell::new(0);
    let (made, asked) = (line!() + 2, line!() + 9);
    let stalled = stalled(async {
        let till = Rc::new(Lock::new(()).named("till"));
        let theirs = till.clone();
        task("cashier").spawn_detached(async move {
            let _guard = theirs.lock().await;
            pending().await
        });
        yield_now().await;
        let _guard = till.lock().await;
        taken.set(line!());
    });
    assert_eq!(taken.get(), 0, "main never gets it");
    let held = line!() - 8;
    let expected = format!(
        "waits on lock `till`, at {file}:{asked}:27
made at {file}:{made}:28
taken by cashier, at {file}:{held}:33",
        file = file!()
    );
    assert_eq!(stalled.tasks()[0].waits[0].to_string(), expected);
}

#[test]
fn who_got_the_lock_from_another_holds_it_since_the_line_where_it_asked() {
    let stalled = stalled(async {
        let till = Rc::new(Lock::new(()).named("till"));
        for name in ["first", "second", "third"] {
            let till = till.clone();
            task(name).spawn_detached(async move {
                let guard = till.lock().await;
                yield_now().await;
                if name == "first" {
                    return drop(guard);
                }
                pending().await
            });
        }
        pending::<()>().await
    });
    assert_snapshot!(told(&stalled, "third"), @r#"
    waits on lock `till`, at [let guard = till.»lock().await;]
    made at [let till = Rc::new(»Lock::new(()).named("till"));]
    taken by second, at [let guard = till.»lock().await;]
    "#);
}

#[test]
fn try_lock_holds_since_its_line_too() {
    let stalled = stalled(async {
        let till = Lock::new(());
        let _guard = till.try_lock().expect("nobody holds it");
        drop(till.lock().await);
    });
    assert_snapshot!(told(&stalled, "main"), @r#"
    waits on lock 1, at [drop(till.»lock().await);]
    made at [let till = »Lock::new(());]
    taken by main, at [let _guard = till.»try_lock().expect("nobody holds it");]
    "#);
}

#[test]
fn everybody_in_line_is_told_the_place_and_the_holder() {
    let stalled = stalled(async {
        let till = Rc::new(Lock::new(()).named("till"));
        let _guard = till.lock().await;
        for name in ["alice", "bob"] {
            let till = till.clone();
            task(name).spawn_detached(async move { drop(till.lock().await) });
        }
        pending::<()>().await;
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main, spawned at [let stalled = »stalled(async {]
        its future, async code in `everybody_in_line_is_told_the_place_and_the_holder`, returned Pending, and nobody holds its waker: nothing can wake it
      alice, spawned at [task(name).»spawn_detached(async move { drop(till.lock().await) });]
        waits on lock `till`, at [task(name).spawn_detached(async move { drop(till.»lock().await) });]
          made at [let till = Rc::new(»Lock::new(()).named("till"));]
          number 1 of 2 who wait
          taken by main, at [let _guard = till.»lock().await;]
      bob, spawned at [task(name).»spawn_detached(async move { drop(till.lock().await) });]
        waits on lock `till`, at [task(name).spawn_detached(async move { drop(till.»lock().await) });]
          made at [let till = Rc::new(»Lock::new(()).named("till"));]
          number 2 of 2 who wait
          taken by main, at [let _guard = till.»lock().await;]
      help: a future that returns Pending has to leave a clone of its context's waker with whoever is to wake it; one that is pending() ends only by being cancelled
    "#);
}

#[test]
fn a_guard_that_was_leaked_keeps_the_lock_after_the_end_of_its_task() {
    let stalled = stalled(async {
        let till = Rc::new(Lock::new(()).named("till"));
        let theirs = till.clone();
        let careless = spawn(async move { std::mem::forget(theirs.lock().await) });
        careless.await.unwrap();
        drop(till.lock().await);
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main, spawned at [let stalled = »stalled(async {]
        waits on lock `till`, at [drop(till.»lock().await);]
          made at [let till = Rc::new(»Lock::new(()).named("till"));]
          taken at [let careless = spawn(async move { std::mem::forget(theirs.»lock().await) });] by a task that has ended: its guard or permit was leaked or given away
      help: a guard or permit was forgotten, or is kept by somebody else: drop it, and the others go on
    "#);
}

#[test]
fn a_guard_that_was_given_away_keeps_the_lock_after_the_end_of_its_task() {
    let stalled = stalled(async {
        // Only what lives for ever can be guarded across tasks.
        let till: &'static Lock = Box::leak(Box::new(Lock::new(()).named("till")));
        let taker = task("taker").spawn(async { till.lock().await });
        let guard = taker.await.unwrap();
        task("keeper").spawn_detached(async move {
            let _guard = guard;
            pending().await
        });
        drop(till.lock().await);
    });
    assert_snapshot!(told(&stalled, "main"), @r#"
    waits on lock `till`, at [drop(till.»lock().await);]
    made at [let till: &'static Lock = Box::leak(Box::new(»Lock::new(()).named("till")));]
    taken at [let taker = task("taker").spawn(async { till.»lock().await });] by a task that has ended: its guard or permit was leaked or given away
    "#);
}

#[test]
fn a_lock_that_was_taken_outside_of_any_task_is_told_so() {
    let till = Lock::new(()).named("till");
    let _guard = till.try_lock().expect("nobody holds it");
    let stalled = stalled(async { drop(till.lock().await) });
    assert_snapshot!(told(&stalled, "main"), @r#"
    waits on lock `till`, at [let stalled = stalled(async { drop(till.»lock().await) });]
    made at [let till = »Lock::new(()).named("till");]
    taken at [let _guard = till.»try_lock().expect("nobody holds it");], in no task's name
    "#);
}

#[test]
fn a_lock_that_is_taken_in_a_drop_is_not_in_the_name_of_the_task_that_was_polled_before() {
    let (runtime, till) = (standing(), shared(Lock::new(()).named("till")));
    let takes_it = runtime.spawn_detached(async {
        let _takes = on_drop(|| forget(till.try_lock().expect("nobody holds it")));
        pending::<()>().await;
    });
    runtime.turn();
    runtime.spawn_detached(pending());
    takes_it.cancel();
    runtime.turn();
    runtime.spawn_detached(async { drop(till.lock().await) });
    runtime.turn();
    let report = runtime.stalled().to_string();
    assert!(report.contains(", in no task's name"), "{report}");
}

#[test]
fn locks_of_several_names_are_told_apart() {
    let stalled = stalled(async {
        let [till, safe] = ["till", "safe"].map(|name| Rc::new(Lock::new(()).named(name)));
        let unnamed = Rc::new(Lock::new(()));
        let _guards = (till.lock().await, safe.lock().await, unnamed.lock().await);
        for lock in [&till, &safe, &unnamed] {
            let lock = lock.clone();
            spawn_detached(async move { drop(lock.lock().await) });
        }
        pending::<()>().await;
    });
    let waits: Vec<_> = stalled.tasks().iter().flat_map(|task| &task.waits).map(|wait| wait.to_string()).collect();
    let first: Vec<_> = waits.iter().filter_map(|wait| wait.lines().next()).collect();
    let line = first[0].strip_prefix("waits on lock `till`, ").expect("the till comes first");
    assert_eq!(first[1..], [format!("waits on lock `safe`, {line}"), format!("waits on lock 3, {line}")]);
}

#[test]
fn a_lock_that_is_free_again_is_in_no_report() {
    let runtime = standing();
    let till = shared(Lock::new(()).named("till"));
    let guard = till.try_lock().expect("nobody holds it");
    runtime.task("customer").spawn_detached(async move { drop(till.lock().await) });
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(runtime.turn(), Turn::Stalled);
    assert_eq!(runtime.stalled().tasks().len(), 1);
    drop(guard);
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(runtime.stalled().tasks().len(), 0);
}

#[test]
fn who_was_granted_the_lock_and_is_ready_is_told_so() {
    let runtime = standing();
    let till = Rc::new(Lock::new(()).named("till"));
    let guard = till.try_lock().expect("nobody holds it");
    for name in ["first", "second"] {
        let till = till.clone();
        runtime.task(name).spawn_detached(async move { drop(till.lock().await) });
    }
    assert_eq!(runtime.turn(), Turn::Ran(2));
    drop(guard);
    let report = runtime.stalled();
    assert!(report.to_string().starts_with("not stalled at "), "{report}");
    assert_snapshot!(told(&report, "second"), @r#"
    waits on lock `till`, at [runtime.task(name).spawn_detached(async move { drop(till.»lock().await) });]
    made at [let till = Rc::new(»Lock::new(()).named("till"));]
    granted to first, which is ready, at [runtime.task(name).spawn_detached(async move { drop(till.»lock().await) });]
    "#);
}

#[test]
fn a_line_of_20_000_is_reported_in_no_longer_than_its_reading() {
    const TASKS: usize = 20_000;
    let stalled = stalled(async {
        let till = Rc::new(Lock::new(()).named("till"));
        let _guard = till.lock().await;
        for _ in 0..TASKS {
            let till = till.clone();
            spawn_detached(async move { drop(till.lock().await) });
        }
        pending::<()>().await;
    });
    let waits = |number: usize| stalled.tasks()[number].waits[0].to_string();
    assert!(waits(1).contains("\nnumber 1 of 20000 who wait\ntaken by main"), "{}", waits(1));
    assert!(waits(TASKS).contains("\nnumber 20000 of 20000 who wait\ntaken by main"), "{}", waits(TASKS));
}
