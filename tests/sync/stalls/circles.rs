//! Tasks that wait for each other: through locks, through the ends of tasks, and through both.

use super::stalled;
use greenlight::sync::{Condition, Lock};
use greenlight::{Stalled, Task, Until, spawn_detached, task, wait, yield_now};
use insta::assert_snapshot;
use stage::{quoted, unwrapped};
use std::cell::OnceCell;
use std::future::pending;
use std::rc::Rc;

/// The lines of a report that draw circles.
fn drawn(report: &Stalled) -> Vec<String> {
    let report = unwrapped(report);
    let drawn = report.lines().filter(|line| line.contains("circle of waits") || line.contains("waits for itself"));
    drawn.map(|line| line.trim_start().to_string()).collect()
}

fn locks<const N: usize>(names: [&str; N]) -> [Rc<Lock>; N] {
    names.map(|name| Rc::new(Lock::new(()).named(name)))
}

/// A task that takes one lock, and then another while it holds the first.
fn grabs(name: &str, first: &Rc<Lock>, second: &Rc<Lock>) -> Task {
    let (first, second) = (first.clone(), second.clone());
    task(name).spawn_detached(async move {
        let _first = first.lock().await;
        yield_now().await;
        let _second = second.lock().await;
    })
}

#[test]
fn a_lock_cycle_of_three_is_drawn() {
    let stalled = stalled(async {
        let [left, middle, right] = locks(["left", "middle", "right"]);
        let philosophers =
            [grabs("Kant", &left, &middle), grabs("Hume", &middle, &right), grabs("Mill", &right, &left)];
        for philosopher in philosophers {
            philosopher.ended().await;
        }
    });
    assert_snapshot!(quoted(&stalled), @"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      a circle of waits: Kant -> lock `middle` -> Hume -> lock `right` -> Mill -> lock `left` -> Kant
      Kant, spawned at [task(name).»spawn_detached(async move {]
        waits on lock `middle`, at [let _second = second.»lock().await;]
          made at [names.map(|name| Rc::new(»Lock::new(()).named(name)))]
          taken by Hume, at [let _first = first.»lock().await;]
      Hume, spawned at [task(name).»spawn_detached(async move {]
        waits on lock `right`, at [let _second = second.»lock().await;]
          made at [names.map(|name| Rc::new(»Lock::new(()).named(name)))]
          taken by Mill, at [let _first = first.»lock().await;]
      Mill, spawned at [task(name).»spawn_detached(async move {]
        waits on lock `left`, at [let _second = second.»lock().await;]
          made at [names.map(|name| Rc::new(»Lock::new(()).named(name)))]
          taken by Kant, at [let _first = first.»lock().await;]
      main, spawned at [let stalled = »stalled(async {]
        awaits the end of Kant, at [philosopher.»ended().await;]
      help: one task of a circle has to go on without the next: drop a guard or permit before waiting, or take them in the same order everywhere
    ");
}

#[test]
fn one_who_holds_a_lock_and_awaits_a_task_that_needs_it_is_in_a_circle() {
    let stalled = stalled(async {
        let till = Rc::new(Lock::new(0).named("till"));
        let theirs = till.clone();
        let mut guard = till.lock().await;
        let counted = task("counter").spawn(async move { *theirs.lock().await });
        *guard = counted.await.unwrap();
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      a circle of waits: main -> counter -> lock `till` -> main
      main, spawned at [let stalled = »stalled(async {]
        awaits the end of counter, at [*guard = counted.»await.unwrap();]
      counter, spawned at [let counted = task("counter").»spawn(async move { *theirs.lock().await });]
        waits on lock `till`, at [let counted = task("counter").spawn(async move { *theirs.»lock().await });]
          made at [let till = Rc::new(»Lock::new(0).named("till"));]
          taken by main, at [let mut guard = till.»lock().await;]
      help: one task of a circle has to go on without the next: drop a guard or permit before waiting, or take them in the same order everywhere
    "#);
}

#[test]
fn two_locks_make_a_circle_of_which_one_is_that_of_a_condition() {
    let stalled = stalled(async {
        let (shop, stock) = (Rc::new(Lock::new(()).named("shop")), Rc::new(Condition::new(()).named("stock")));
        let (their_shop, their_stock) = (shop.clone(), stock.clone());
        task("buyer").spawn_detached(async move {
            let guard = their_stock.lock().await;
            let _open = their_shop.lock().await;
            let _guard = their_stock.wait(guard).await;
        });
        yield_now().await;
        let guard = stock.lock().await;
        stock.notify_one(&guard);
        let _open = shop.lock().await;
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      a circle of waits: main -> lock `shop` -> buyer -> lock `stock` -> main
      main, spawned at [let stalled = »stalled(async {]
        waits on lock `shop`, at [let _open = shop.»lock().await;]
          made at [let (shop, stock) = (Rc::new(»Lock::new(()).named("shop")), Rc::new(Condition::new(()).named("stock")));]
          taken by buyer, at [let _open = their_shop.»lock().await;]
      buyer, spawned at [task("buyer").»spawn_detached(async move {]
        waits on lock `stock`, at [let _guard = their_stock.»wait(guard).await;]
          made at [let (shop, stock) = (Rc::new(Lock::new(()).named("shop")), Rc::new(»Condition::new(()).named("stock")));]
          taken by main, at [let guard = stock.»lock().await;]
      help: one task of a circle has to go on without the next: drop a guard or permit before waiting, or take them in the same order everywhere
    "#);
}

#[test]
fn every_circle_is_drawn_from_the_task_in_it_that_was_spawned_first() {
    let stalled = stalled(async {
        let [a, b, c, d] = locks(["a", "b", "c", "d"]);
        grabs("first", &a, &b);
        grabs("second", &c, &d);
        grabs("third", &d, &c);
        grabs("fourth", &b, &a);
        pending::<()>().await;
    });
    assert_eq!(
        drawn(&stalled),
        [
            "a circle of waits: first -> lock `b` -> fourth -> lock `a` -> first",
            "a circle of waits: second -> lock `d` -> third -> lock `c` -> second",
        ]
    );
}

#[test]
fn circles_are_drawn_in_the_order_of_spawning_whichever_was_there_first() {
    let stalled = stalled(async {
        let [a, b, c, d] = locks(["a", "b", "c", "d"]);
        let grabs_late = |name: &str, first: &Rc<Lock>, second: &Rc<Lock>| {
            let (first, second) = (first.clone(), second.clone());
            task(name).spawn_detached(async move {
                let _first = first.lock().await;
                yield_now().await;
                yield_now().await;
                drop(second.lock().await);
            });
        };
        grabs_late("late", &a, &b);
        grabs_late("later", &b, &a);
        grabs("early", &c, &d);
        grabs("earlier", &d, &c);
        pending::<()>().await;
    });
    assert_eq!(
        drawn(&stalled),
        [
            "a circle of waits: late -> lock `b` -> later -> lock `a` -> late",
            "a circle of waits: early -> lock `d` -> earlier -> lock `c` -> early",
        ]
    );
}

#[test]
fn a_task_is_drawn_in_one_circle_at_most() {
    let stalled = stalled(async {
        let [mine, left, right] = locks(["mine", "left", "right"]);
        let (held, first, second) = (mine.clone(), left.clone(), right.clone());
        task("both").spawn_detached(async move {
            let _held = held.lock().await;
            yield_now().await;
            _ = futures::join!(first.lock(), second.lock());
        });
        grabs("one", &left, &mine);
        grabs("other", &right, &mine);
        pending::<()>().await;
    });
    let [circle] = &drawn(&stalled)[..] else { panic!("{stalled}") };
    assert!(circle.starts_with("a circle of waits: both -> lock `"), "{circle}");
}

#[test]
fn a_circle_through_the_ends_of_several_tasks_leads_through_the_first_of_them() {
    for until in [Until::All, Until::First] {
        let stalled = stalled(async {
            let till = Rc::new(Lock::new(()).named("till"));
            let _guard = till.lock().await;
            let counters = ["first", "second", "third"].map(|name| {
                let till = till.clone();
                task(name).spawn(async move { drop(till.lock().await) })
            });
            wait(&counters, until).await;
        });
        assert_eq!(drawn(&stalled), ["a circle of waits: main -> first -> lock `till` -> main"]);
    }
}

#[test]
fn who_waits_for_somebody_in_a_circle_is_not_in_it() {
    let stalled = stalled(async {
        let [entrance, a, b] = locks(["entrance", "a", "b"]);
        grabs("outside", &entrance, &a);
        grabs("one", &a, &b);
        grabs("other", &b, &a).ended().await;
    });
    assert_eq!(drawn(&stalled), ["a circle of waits: one -> lock `b` -> other -> lock `a` -> one"]);
}

#[test]
fn a_circle_is_found_behind_the_other_waits_of_its_tasks() {
    let stalled = stalled(async {
        let [a, b, elsewhere] = locks(["a", "b", "elsewhere"]);
        let bystander = elsewhere.clone();
        task("bystander").spawn_detached(async move {
            let _guard = bystander.lock().await;
            pending().await
        });
        let (mine, next) = (a.clone(), b.clone());
        task("one").spawn_detached(async move {
            let _mine = mine.lock().await;
            yield_now().await;
            _ = futures::join!(elsewhere.lock(), next.lock(), elsewhere.lock());
        });
        grabs("other", &b, &a);
        pending::<()>().await;
    });
    assert_eq!(drawn(&stalled), ["a circle of waits: one -> lock `b` -> other -> lock `a` -> one"]);
}

#[test]
fn a_wait_that_was_leaked_by_a_task_that_has_ended_is_in_no_circle() {
    let stalled = stalled(async {
        let [a, b] = locks(["a", "b"]);
        let (theirs, next) = (a.clone(), b.clone());
        let _guard = b.lock().await;
        task("careless").spawn_detached(async move {
            std::mem::forget(theirs.lock().await);
            let mut wait = Box::pin(async move { drop(next.lock().await) });
            assert!(futures::poll!(&mut wait).is_pending());
            std::mem::forget(wait);
        });
        yield_now().await;
        drop(a.lock().await);
    });
    assert_eq!(drawn(&stalled), [""; 0]);
}

#[test]
fn a_ring_of_1000_is_drawn_whole() {
    const TASKS: usize = 1000;
    let stalled = stalled(async {
        let locks: Vec<Rc<Lock>> = (0..TASKS).map(|_| Rc::default()).collect();
        for n in 0..TASKS {
            grabs(&n.to_string(), &locks[n], &locks[(n + 1) % TASKS]);
        }
        pending::<()>().await;
    });
    let expected: String = (0..TASKS).map(|n| format!("{n} -> lock {} -> ", n + 1)).collect();
    assert_eq!(drawn(&stalled), [format!("a circle of waits: {expected}0")]);
}

#[test]
fn tasks_that_await_each_other_without_a_lock_are_told_only_that_one_has_to_go_on() {
    let stalled = stalled(async {
        let last: Rc<OnceCell<Task>> = Rc::default();
        let known = last.clone();
        let first = task("first").spawn_detached(async move { known.get().expect("last is known").ended().await });
        last.set(spawn_detached(async move { first.ended().await })).expect("last is set once");
        pending::<()>().await;
    });
    let report = stalled.to_string();
    assert!(report.ends_with("\n  help: one task of a circle has to go on without the next"), "{report}");
}
