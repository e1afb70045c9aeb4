//! Tasks that wait for each other in a runtime that is not stalled, because something else may go on: who they are is said
//! after a second, once, and the run goes on.

use super::idle::outside;
use futures::channel::oneshot;
use futures::future::{Either, join, select};
use greenlight::sync::{Barrier, Event, Lock, Semaphore};
use greenlight::{Builder, Runtime, Task, remote, sleep, spawn_detached, task, timeout, yield_now};
use insta::assert_snapshot;
use stage::{Log, quoted, shared, unwrapped};
use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// Tasks that are cancelled one by one, with each report the next.
type Victims = Rc<RefCell<Vec<Task>>>;

/// A runtime, a log of what it reports, and whom a report cancels.
fn rescued(builder: Builder) -> (Runtime, Log, Victims) {
    let (log, victims) = (Log::default(), Victims::default());
    let theirs = victims.clone();
    let builder = builder.check_every_turn().on_report(move |report| {
        log.say(report);
        let victim = theirs.borrow_mut().pop();
        _ = victim.map(|task| task.cancel());
    });
    (builder.build(), log, victims)
}

fn locks() -> [Rc<Lock>; 2] {
    ["left", "right"].map(|name| Rc::new(Lock::new(()).named(name)))
}

/// Spawns two tasks that take the locks crosswise.
fn quarrel([left, right]: &[Rc<Lock>; 2]) -> [Task; 2] {
    [("alice", left, right), ("bob", right, left)].map(|(name, first, second)| {
        let (first, second) = (first.clone(), second.clone());
        task(name).spawn_detached(async move {
            let _first = first.lock().await;
            yield_now().await;
            drop(second.lock().await);
        })
    })
}

#[test]
fn a_circle_of_locks_is_told_once_though_a_remote_is_alive() {
    let (runtime, log, victims) = rescued(Runtime::builder().virtual_clock());
    runtime.run(async {
        let _remote = remote();
        let [alice, bob] = quarrel(&locks());
        spawn_detached(std::future::pending());
        *victims.borrow_mut() = vec![alice.clone()];
        alice.ended().await;
        bob.ended().await;
    });
    let reports = log.take();
    assert_eq!(reports.len(), 1, "{reports:?}");
    let first = reports[0].lines().next().expect("it has lines");
    assert!(first.len() <= 80 - "greenlight: ".len(), "a reporter puts its name before it: {first}");
    assert_snapshot!(quoted(&reports[0]), @r#"
    deadlock at t=0.000000s: these tasks wait in a circle, unless one has given its guard away or is cancelled
      a circle of waits: alice -> lock `right` -> bob -> lock `left` -> alice
      alice, spawned at [task(name).»spawn_detached(async move {]
        waits on lock `right`, at [drop(second.»lock().await);]
          made at [["left", "right"].map(|name| Rc::new(»Lock::new(()).named(name)))]
          taken by bob, at [let _first = first.»lock().await;]
      bob, spawned at [task(name).»spawn_detached(async move {]
        waits on lock `left`, at [drop(second.»lock().await);]
          made at [["left", "right"].map(|name| Rc::new(»Lock::new(()).named(name)))]
          taken by alice, at [let _first = first.»lock().await;]
      help: one task of a circle has to go on without the next: drop a guard or permit before waiting, or take them in the same order everywhere
    "#);
}

#[test]
fn a_task_that_waits_for_itself_is_told_while_a_timer_is_armed_on_the_real_clock() {
    let (runtime, log, victims) = rescued(Runtime::builder());
    runtime.run(async {
        let [left, _] = locks();
        let alice = task("alice").spawn_detached(async move {
            let _guard = left.lock().await;
            drop(left.lock().await);
        });
        spawn_detached(sleep(HOUR));
        *victims.borrow_mut() = vec![alice.clone()];
        alice.ended().await;
    });
    let reports = log.take();
    assert_eq!(reports.len(), 1, "{reports:?}");
    let (_, rest) = reports[0].split_once("s: ").expect("it begins with the moment");
    assert_snapshot!(quoted(rest), @r#"
    these tasks wait in a circle, unless one has given its guard away or is cancelled
      alice waits for itself: alice -> lock `left` -> alice
      alice, spawned at [let alice = task("alice").»spawn_detached(async move {]
        waits on lock `left`, at [drop(left.»lock().await);]
          made at [["left", "right"].map(|name| Rc::new(»Lock::new(()).named(name)))]
          taken by alice, at [let _guard = left.»lock().await;]
      help: a task cannot wait for what it holds: drop the guard or permit first; if it gave that away, whoever has it has to drop it
    "#);
}

#[test]
fn a_circle_that_stays_is_not_told_again_beside_one_that_comes() {
    let (runtime, log, victims) = rescued(Runtime::builder().virtual_clock());
    runtime.run(async {
        let _remote = remote();
        let [first, _] = quarrel(&locks());
        let waits_for_itself = |name: &'static str| {
            let [left, _] = locks();
            task(name).spawn_detached(async move {
                let _guard = left.lock().await;
                drop(left.lock().await);
            })
        };
        let carol = waits_for_itself("carol");
        *victims.borrow_mut() = vec![carol.clone()];
        carol.ended().await;
        let dave = waits_for_itself("dave");
        *victims.borrow_mut() = vec![dave.clone()];
        dave.ended().await;
        assert!(!first.is_finished());
    });
    let told = |report: String| {
        let waits = report.lines().filter_map(|line| line.split_once(", spawned at "));
        waits.map(|(name, _)| name.trim().to_string()).collect::<Vec<_>>()
    };
    let told: Vec<_> = log.take().into_iter().map(told).collect();
    assert_eq!(told, [vec!["alice", "bob", "carol"], vec!["dave"]]);
}

#[test]
fn a_circle_that_comes_again_after_a_while_is_told_again() {
    let (log, given) = (Log::default(), shared(RefCell::new(None)));
    let on_report = move |report: &str| {
        log.say(report);
        drop(given.take());
    };
    Runtime::builder().check_every_turn().on_report(on_report).build().run(async move {
        let _remote = remote();
        let [left, right] = [(); 2].map(|()| &*Box::leak(Box::new(Lock::new(()))));
        let both = shared(Barrier::new(2));
        let alice = spawn_detached(async move {
            for _ in 0..2 {
                both.wait().await.expect("nobody aborts");
                given.replace(Some(left.lock().await));
                yield_now().await;
                drop(right.lock().await);
            }
        });
        for pause in [Duration::ZERO, Duration::from_millis(2500)] {
            // Somebody looks in that time, and sees no circle.
            sleep(pause).await;
            both.wait().await.expect("nobody aborts");
            let guard = right.lock().await;
            yield_now().await;
            drop(left.lock().await);
            drop(guard);
        }
        alice.ended().await;
    });
    assert_eq!(log.take().len(), 2);
}

#[test]
fn one_who_waits_for_something_else_too_is_no_deadlock_and_nobody_looks_twice() {
    let (runtime, log, _) = rescued(Runtime::builder());
    runtime.run(async {
        let _remote = remote();
        let [left, _] = locks();
        let holds = async {
            let _guard = left.lock().await;
            outside().await;
        };
        drop(join(holds, left.lock()).await);
    });
    assert_eq!(log.take(), [""; 0]);
    // One to begin, one before it parks, one to look, and one to be woken; a park may end early.
    let printed = format!("{runtime:?}");
    let (_, turns) = printed.split_once("turn: ").expect("a runtime prints its turn");
    let digits = turns.find(|c: char| !c.is_ascii_digit()).expect("something follows");
    assert!(turns[..digits].parse::<u64>().expect("a number") <= 6, "{printed}");
}

#[test]
fn a_look_that_finds_no_circle_gives_no_object_a_number() {
    let (runtime, log, _) = rescued(Runtime::builder());
    let stalled = runtime.try_run(async {
        _ = timeout(Duration::from_millis(2500), Event::new().wait()).await;
        Event::new().wait().await;
    });
    assert_eq!(log.take(), [""; 0]);
    let report = stalled.expect_err("nobody sets the second").to_string();
    assert!(report.contains("waits on event 1, at "), "{report}");
}

#[test]
fn a_park_that_ends_early_puts_nothing_off() {
    let (runtime, log, victims) = rescued(Runtime::builder());
    runtime.run(async {
        let _remote = remote();
        let [alice, _] = quarrel(&locks());
        *victims.borrow_mut() = vec![alice.clone()];
        let (parked, (over, is_over)) = (thread::current(), oneshot::channel::<()>());
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(500));
            parked.unpark();
            thread::sleep(Duration::from_millis(1100));
            drop(over);
        });
        let is_told = matches!(select(pin!(alice.ended()), is_over).await, Either::Left(_));
        assert!(is_told, "the report comes after a second all the same");
    });
    assert_eq!(log.take().len(), 1);
}

#[test]
fn a_circle_through_a_semaphore_is_not_told_because_its_permits_may_come_from_anybody() {
    let (runtime, log, _) = rescued(Runtime::builder());
    runtime.run(async {
        let desk: &Semaphore = Box::leak(Box::new(Semaphore::new(1)));
        let permit = desk.acquire().await;
        // Main took it, and has given it away.
        spawn_detached(async move {
            sleep(Duration::from_millis(1200)).await;
            drop(permit);
        });
        drop(desk.acquire().await);
    });
    assert_eq!(log.take(), [""; 0]);
}

#[test]
fn a_task_of_a_circle_has_its_number_if_another_task_has_its_name() {
    let (runtime, log, victims) = rescued(Runtime::builder().virtual_clock());
    runtime.run(async {
        let _remote = remote();
        task("alice").spawn_detached(std::future::pending());
        let [alice, bob] = quarrel(&locks());
        *victims.borrow_mut() = vec![alice.clone()];
        alice.ended().await;
        bob.ended().await;
    });
    let reports = log.take();
    let report = unwrapped(&reports[0]);
    assert!(report.contains("a circle of waits: alice (task 2) -> lock `right` -> bob -> lock `left` -> "), "{report}");
}
