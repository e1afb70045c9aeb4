//! Who holds the permits of a semaphore: what dumps and the reports of stalls say of it, in the order of spawning and since
//! which line, and that whoever gives permits back or forgets them holds them no more.

use futures::future::select;
use greenlight::dump::{Dump, Hold, HolderInfo, TaskInfo, WaitInfo, Who, dump};
use greenlight::sync::{Lock, Permit, Semaphore};
use greenlight::{Runtime, Stalled, task, yield_now};
use insta::assert_snapshot;
use stage::{quoted, run, shared, turns};
use std::fmt::Display;
use std::future::{Future, pending};
use std::sync::Arc;

fn said(report: &dyn Display) -> String {
    quoted(report)
}

/// The report of a program that stalls.
#[track_caller]
fn stalled(program: impl Future<Output = ()>) -> Stalled {
    let runtime = Runtime::builder().virtual_clock().check_every_turn().build();
    runtime.try_run(program).expect_err("the program stalls")
}

/// Who holds what the task of that name waits for.
fn holders(dump: &Dump, name: &str) -> Arc<[HolderInfo]> {
    let is_named = |task: &&TaskInfo| task.label.to_string() == name;
    let task = dump.tasks.iter().find(is_named).expect("the task is in the dump");
    let [WaitInfo::Object { holders, .. }] = &task.waits[..] else { panic!("{name} waits for one object: {dump}") };
    holders.clone()
}

/// The holders in words, without their lines.
fn in_short(holders: &[HolderInfo]) -> Vec<String> {
    holders.iter().map(|holder| format!("{:?} {} {:?}", holder.hold, holder.permits, holder.who)).collect()
}

/// A task that takes so many permits and keeps them.
fn keeper(name: &'static str, desks: &'static Semaphore, permits: usize) {
    task(name).spawn_detached(async move {
        let _permits = desks.acquire_many(permits).await;
        pending().await
    });
}

#[test]
fn whoever_waits_for_permits_is_told_who_has_them_and_since_which_line() {
    let stalled = stalled(async {
        let desks = shared(Semaphore::new(3).named("desks"));
        keeper("anna", desks, 1);
        task("bert").spawn_detached(async {
            let _two = desks.acquire_many(2).await;
            pending().await
        });
        yield_now().await;
        _ = desks.acquire().await;
    });
    assert_snapshot!(said(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      anna, spawned at [task(name).»spawn_detached(async move {]
        its future, async code in `keeper`, returned Pending, and nobody holds its waker: nothing can wake it
      bert, spawned at [task("bert").»spawn_detached(async {]
        its future, async code in `whoever_waits_for_permits_is_told_who_has_them_and_since_which_line`, returned Pending, and nobody holds its waker: nothing can wake it
      main, spawned at [let stalled = »stalled(async {]
        waits on semaphore `desks`, at [_ = desks.»acquire().await;]
          made at [let desks = shared(»Semaphore::new(3).named("desks"));]
          taken by anna, at [let _permits = desks.»acquire_many(permits).await;]
          2 permits taken by bert, at [let _two = desks.»acquire_many(2).await;]
      help: a future that returns Pending has to leave a clone of its context's waker with whoever is to wake it; one that is pending() ends only by being cancelled
    "#);
}

#[test]
fn the_one_who_asks_for_several_says_how_many() {
    let dump = run(async {
        let desks = shared(Semaphore::new(3).named("desks"));
        keeper("anna", desks, 2);
        keeper("bert", desks, 3);
        keeper("carl", desks, 1);
        turns(2).await;
        dump()
    });
    assert_snapshot!(said(&dump), @r#"
    4 tasks at t=0.000000s
    main, spawned at [let dump = »run(async {]
       is being polled
    anna, spawned at [task(name).»spawn_detached(async move {]
       its future, async code in `keeper`, returned Pending, and nobody holds its waker: nothing can wake it
    bert, spawned at [task(name).»spawn_detached(async move {]
       waits on semaphore `desks` for 3 permits, at [let _permits = desks.»acquire_many(permits).await;]
         made at [let desks = shared(»Semaphore::new(3).named("desks"));]
         number 1 of 2 who wait: bert, carl
         2 permits taken by anna, at [let _permits = desks.»acquire_many(permits).await;]
    carl, spawned at [task(name).»spawn_detached(async move {]
       waits on semaphore `desks`, at [let _permits = desks.»acquire_many(permits).await;]
         made at [let desks = shared(»Semaphore::new(3).named("desks"));]
         number 2 of 2 who wait: bert, carl
         2 permits taken by anna, at [let _permits = desks.»acquire_many(permits).await;]
    "#);
}

#[test]
fn permits_that_were_granted_to_a_wait_nobody_polls_are_held_by_its_task() {
    let stalled = stalled(async {
        let desks = shared(Semaphore::new(1).named("desks"));
        let first = desks.acquire().await;
        let mut second = desks.acquire();
        select(&mut second, std::pin::pin!(yield_now())).await;
        drop(first);
        keeper("anna", desks, 1);
        pending().await
    });
    assert_snapshot!(said(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main, spawned at [let stalled = »stalled(async {]
        was granted semaphore `desks`, but does not poll the wait at [let mut second = desks.»acquire();]
          made at [let desks = shared(»Semaphore::new(1).named("desks"));]
      anna, spawned at [task(name).»spawn_detached(async move {]
        waits on semaphore `desks`, at [let _permits = desks.»acquire_many(permits).await;]
          made at [let desks = shared(»Semaphore::new(1).named("desks"));]
          granted to main, which does not poll the wait at [let mut second = desks.»acquire();]
      help: a wait that is not polled keeps what it was handed from everybody else: await it or drop it before anything else, or spawn it as a task of its own
    "#);
}

#[test]
fn the_holders_stand_in_the_order_of_spawning_and_all_who_wait_share_them() {
    let dump = run(async {
        let desks = shared(Semaphore::new(3));
        let early = desks.acquire().await;
        keeper("anna", desks, 1);
        yield_now().await;
        keeper("bert", desks, 1);
        yield_now().await;
        drop(early);
        keeper("carl", desks, 1);
        yield_now().await;
        keeper("first", desks, 1);
        keeper("second", desks, 1);
        yield_now().await;
        dump()
    });
    let names: Vec<_> = holders(&dump, "first").iter().map(|holder| holder.to_string()).collect();
    let names: Vec<_> = names.iter().filter_map(|holder| holder.split(',').next()).collect();
    assert_eq!(names, ["taken by anna", "taken by bert", "taken by carl"]);
    assert!(Arc::ptr_eq(&holders(&dump, "first"), &holders(&dump, "second")));
}

#[test]
fn who_has_taken_permits_stands_before_one_who_was_granted_some_and_was_spawned_earlier() {
    let dump = run(async {
        let desks = shared(Semaphore::new(2));
        let taken = desks.acquire().await;
        task("anna").spawn_detached(async {
            turns(2).await;
            let _permit = desks.acquire().await;
            pending().await
        });
        keeper("bert", desks, 1);
        turns(3).await;
        keeper("carl", desks, 1);
        yield_now().await;
        drop(taken);
        dump()
    });
    let holders = holders(&dump, "carl");
    let names = holders.iter().map(|HolderInfo { hold, who, .. }| match who {
        Who::Task(task) => format!("{hold:?} {task}"),
        _ => format!("{hold:?} by nobody"),
    });
    assert_eq!(names.collect::<Vec<_>>(), ["Taken bert", "Granted anna"]);
}

#[test]
fn whoever_gives_permits_back_or_forgets_them_or_took_none_holds_them_no_more() {
    let held = |ends: fn(Permit<'static>)| {
        let dump = run(async move {
            let desks = shared(Semaphore::new(2));
            let none = desks.acquire_many(0).await;
            let permit = desks.acquire().await;
            keeper("anna", desks, 3);
            yield_now().await;
            ends(permit);
            let dump = dump();
            drop(none);
            dump
        });
        in_short(&holders(&dump, "anna")).len()
    };
    assert_eq!(held(std::mem::forget), 1);
    assert_eq!(held(drop), 0);
    assert_eq!(held(Permit::forget), 0);
}

#[test]
fn a_permit_that_was_taken_outside_of_any_task_is_held_by_nobody_in_particular() {
    let desks = shared(Semaphore::new(1));
    let _taken = desks.try_acquire().expect("the desk is free");
    let dump = run(async move {
        keeper("anna", desks, 1);
        yield_now().await;
        dump()
    });
    assert_eq!(in_short(&holders(&dump, "anna")), ["Taken 1 Outside"]);
}

#[test]
fn a_granted_permit_is_said_to_be_on_its_way_while_its_task_is_ready() {
    let dump = run(async {
        let desks = shared(Semaphore::new(1));
        let taken = desks.acquire().await;
        keeper("anna", desks, 1);
        keeper("bert", desks, 1);
        yield_now().await;
        drop(taken);
        dump()
    });
    let holders = holders(&dump, "bert");
    assert!(matches!(&holders[..], [HolderInfo { hold: Hold::Granted, permits: 1, .. }]), "{:?}", in_short(&holders));
}

/// What one who waits for a permit is told of those who have them, when the first so many of ten keepers have one each.
fn told_of(permits: usize) -> Vec<String> {
    let report = run(async move {
        let desks = shared(Semaphore::new(permits));
        let keepers = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"].into_iter().take(permits);
        keepers.chain(["waiter"]).for_each(|name| keeper(name, desks, 1));
        turns(2).await;
        dump().tasks.last().expect("the waiter is the last task").to_string()
    });
    report.lines().skip(3).map(|line| line.split(',').next().unwrap_or_default().trim().to_string()).collect()
}

#[test]
fn of_many_holders_the_first_eight_are_named() {
    let named = ["a", "b", "c", "d", "e", "f", "g", "h"].map(|name| format!("taken by {name}"));
    assert_eq!(told_of(8), named);
    assert_eq!(told_of(10), [&named[..], &["and 2 more holders".to_string()]].concat());
}

#[test]
fn a_task_that_waits_for_the_permit_that_it_has_waits_for_itself() {
    let stalled = stalled(async {
        let desk = Semaphore::bounded(1).named("desk");
        let _first = desk.acquire().await;
        _ = desk.acquire().await;
    });
    assert_snapshot!(said(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main waits for itself: main -> semaphore `desk` -> main
      main, spawned at [let stalled = »stalled(async {]
        waits on semaphore `desk`, at [_ = desk.»acquire().await;]
          made at [let desk = »Semaphore::bounded(1).named("desk");]
          taken by main, at [let _first = desk.»acquire().await;]
      help: a task cannot wait for what it holds: drop the guard or permit first; if it gave that away, whoever has it has to drop it
    "#);
}

#[test]
fn a_circle_leads_through_a_lock_and_through_permits_that_one_task_has() {
    let stalled = stalled(async {
        let till = shared(Lock::new(()).named("till"));
        let desk = shared(Semaphore::new(1).named("desk"));
        task("anna").spawn_detached(async {
            let _guard = till.lock().await;
            yield_now().await;
            _ = desk.acquire().await;
        });
        let _permit = desk.acquire().await;
        yield_now().await;
        _ = till.lock().await;
    });
    assert_snapshot!(said(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      a circle of waits: main -> lock `till` -> anna -> semaphore `desk` -> main
      main, spawned at [let stalled = »stalled(async {]
        waits on lock `till`, at [_ = till.»lock().await;]
          made at [let till = shared(»Lock::new(()).named("till"));]
          taken by anna, at [let _guard = till.»lock().await;]
      anna, spawned at [task("anna").»spawn_detached(async {]
        waits on semaphore `desk`, at [_ = desk.»acquire().await;]
          made at [let desk = shared(»Semaphore::new(1).named("desk"));]
          taken by main, at [let _permit = desk.»acquire().await;]
      help: one task of a circle has to go on without the next: drop a guard or permit before waiting, or take them in the same order everywhere
    "#);
}

#[test]
fn a_circle_leads_through_permits_that_one_task_has_taken_one_by_one() {
    let report = stalled(async {
        let desks = shared(Semaphore::new(2).named("desks"));
        let _pair = (desks.acquire().await, desks.acquire().await);
        _ = task("clerk").spawn(async { drop(desks.acquire().await) }).await;
    })
    .to_string();
    assert!(report.contains("a circle of waits: main -> clerk -> semaphore `desks` -> main\n"), "{report}");
}

#[test]
fn two_who_have_a_permit_each_and_wait_for_a_third_are_in_no_circle() {
    let report = stalled(async {
        let desks = shared(Semaphore::new(2).named("desks"));
        for name in ["anna", "bert"] {
            task(name).spawn_detached(async {
                let _one = desks.acquire().await;
                yield_now().await;
                _ = desks.acquire().await;
            });
        }
        pending().await
    })
    .to_string();
    assert!(report.contains("taken by anna") && report.contains("taken by bert"), "{report}");
    assert!(!report.contains("a circle of") && !report.contains("itself"), "{report}");
}

#[test]
fn a_permit_that_an_ended_task_has_leaked_is_told() {
    let stalled = stalled(async {
        let desk = shared(Semaphore::new(1).named("desk"));
        task("anna").spawn(async { std::mem::forget(desk.acquire().await) }).await.expect("anna ends");
        _ = desk.acquire().await;
    });
    assert_snapshot!(said(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main, spawned at [let stalled = »stalled(async {]
        waits on semaphore `desk`, at [_ = desk.»acquire().await;]
          made at [let desk = shared(»Semaphore::new(1).named("desk"));]
          taken at [task("anna").spawn(async { std::mem::forget(desk.»acquire().await) }).await.expect("anna ends");] by a task that has ended: its guard or permit was leaked or given away
      help: a guard or permit was forgotten, or is kept by somebody else: drop it, and the others go on
    "#);
}
