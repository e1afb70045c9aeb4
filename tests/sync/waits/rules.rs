//! Who gets a `Lock` while some of those in line are dying: cancelled, and not dropped yet. As in
//! asyncio.
//!
//! The guard is held by the test itself, outside of any task, and the tasks in line are stepped
//! turn by turn.

use futures::FutureExt;
use greenlight::sync::{Lock, LockGuard};
use greenlight::{Runtime, Task, Turn};
use stage::{Log, shared, standing};
use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;

/// Tasks in line for a lock, each of which says its name once it has the lock, and lets go.
struct Line {
    runtime: Runtime,
    lock: Rc<Lock>,
    log: Log,
}

impl Line {
    /// A line in which so many wait.
    fn of<const N: usize>(names: [&'static str; N]) -> (Line, LockGuard<'static, ()>, [Task; N]) {
        let held: &'static Rc<Lock> = Box::leak(Box::new(Rc::new(Lock::new(()))));
        let line = Line { runtime: standing(), lock: held.clone(), log: Log::default() };
        let guard = held.try_lock().expect("nobody holds it");
        let tasks = names.map(|name| line.join(name));
        assert_eq!(line.turn(), N);
        (line, guard, tasks)
    }

    fn join(&self, name: &'static str) -> Task {
        let (lock, log) = (self.lock.clone(), self.log);
        self.runtime.spawn_detached(async move {
            let _guard = lock.lock().await;
            log.say(name);
        })
    }

    /// Steps by one turn; tells how many tasks ran.
    fn turn(&self) -> usize {
        if let Turn::Ran(tasks) = self.runtime.turn() { tasks } else { 0 }
    }

    /// What was said in the next turn.
    fn said(&self) -> Vec<String> {
        self.turn();
        self.log.take()
    }

    /// Whether `try_lock` gets it. If so, it is let go at once.
    fn is_to_be_had(&self) -> bool {
        self.lock.try_lock().is_some()
    }
}

const NOBODY: [&str; 0] = [];

#[test]
fn a_free_lock_is_to_be_had_and_a_held_one_is_not() {
    let (line, guard, []) = Line::of([]);
    assert!(!line.is_to_be_had());
    drop(guard);
    assert!(line.is_to_be_had());
}

#[test]
fn a_held_lock_is_not_to_be_had_though_all_in_line_are_dying() {
    let (line, guard, [a, b]) = Line::of(["a", "b"]);
    a.cancel();
    b.cancel();
    assert!(!line.is_to_be_had());
    drop(guard);
}

#[test]
fn what_is_promised_to_one_who_lives_is_not_to_be_had() {
    let (line, guard, [_a]) = Line::of(["a"]);
    drop(guard);
    assert!(!line.is_to_be_had());
    assert_eq!(line.said(), ["a"]);
    assert!(line.is_to_be_had());
}

#[test]
fn a_release_grants_the_first_in_line_though_it_is_dying_and_it_passes_the_lock_on() {
    let (line, guard, [a, _b]) = Line::of(["a", "b"]);
    a.cancel();
    drop(guard);
    // Had the release granted it to the second, that one would run in this turn.
    assert_eq!(line.turn(), 1);
    assert!(a.is_finished());
    assert_eq!(line.log.take(), NOBODY);
    assert_eq!(line.said(), ["b"]);
}

#[test]
fn one_who_dies_after_the_grant_passes_the_lock_on_too() {
    let (line, guard, [a, _b]) = Line::of(["a", "b"]);
    drop(guard);
    a.cancel();
    assert_eq!(line.turn(), 1);
    assert_eq!(line.log.take(), NOBODY);
    assert_eq!(line.said(), ["b"]);
}

#[test]
fn a_chain_of_the_dying_passes_the_lock_on_to_the_first_who_lives() {
    let (line, guard, [a, b, c, _d]) = Line::of(["a", "b", "c", "d"]);
    drop(guard);
    for dying in [&c, &b, &a] {
        dying.cancel();
    }
    // The first was in the queue already, and is dropped before the others.
    assert_eq!(line.turn(), 3);
    assert_eq!(line.said(), ["d"]);
}

#[test]
fn the_last_in_line_who_dies_leaves_the_lock_free() {
    let (line, guard, [a]) = Line::of(["a"]);
    drop(guard);
    a.cancel();
    assert!(!line.is_to_be_had(), "it was alive when it was granted the lock");
    assert_eq!(line.turn(), 1);
    assert!(line.is_to_be_had());
}

#[test]
fn a_newcomer_queues_behind_one_who_died_after_the_grant() {
    let (line, guard, [a]) = Line::of(["a"]);
    line.join("newcomer");
    drop(guard);
    a.cancel();
    assert_eq!(line.turn(), 2);
    assert_eq!(line.log.take(), NOBODY, "the newcomer, who ran before the other was dropped, queued");
    assert_eq!(line.said(), ["newcomer"]);
}

#[test]
fn a_newcomer_takes_what_is_promised_to_one_who_was_dying() {
    let (line, guard, [a]) = Line::of(["a"]);
    a.cancel();
    drop(guard);
    let robber = line.lock.try_lock().expect("a dying waiter does not count");
    assert_eq!(line.turn(), 1);
    assert!(a.is_finished());
    assert!(line.lock.is_locked(), "the robbed one passes nothing on");
    drop(robber);
    assert!(line.is_to_be_had());
}

#[test]
fn one_who_awaits_it_takes_it_from_one_who_was_dying_without_suspending() {
    let (line, guard, [a]) = Line::of(["a"]);
    a.cancel();
    drop(guard);
    assert!(line.lock.lock().now_or_never().is_some());
    assert_eq!(line.turn(), 1);
}

#[test]
fn a_newcomer_takes_it_past_a_whole_line_of_the_dying() {
    let (line, guard, [a, b, c]) = Line::of(["a", "b", "c"]);
    for dying in [&a, &b, &c] {
        dying.cancel();
    }
    drop(guard);
    let robber = line.lock.try_lock().expect("nobody in line lives");
    assert_eq!(line.turn(), 3);
    assert!(line.lock.is_locked(), "nobody passes it on");
    drop(robber);
    assert!(line.is_to_be_had());
}

#[test]
fn a_newcomer_queues_as_soon_as_one_in_line_lives() {
    let (line, guard, [a, _b]) = Line::of(["a", "b"]);
    a.cancel();
    drop(guard);
    assert!(!line.is_to_be_had(), "it would overtake the second");
    line.join("newcomer");
    assert_eq!(line.turn(), 2);
    assert_eq!([line.said(), line.said()], [["b"], ["newcomer"]]);
}

#[test]
fn what_a_robber_lets_go_of_is_granted_to_the_next_and_not_to_the_robbed() {
    let (line, guard, [a]) = Line::of(["a"]);
    a.cancel();
    drop(guard);
    let robber = line.lock.try_lock().expect("a dying waiter does not count");
    // It waits behind the robbed one, who is no longer in line.
    let late = line.lock.clone();
    let mut late = late.lock();
    assert!((&mut late).now_or_never().is_none());
    drop(robber);
    assert_eq!(line.turn(), 1);
    assert!(a.is_finished());
    assert!((&mut late).now_or_never().is_some(), "the robbed one took nothing with it");
}

#[test]
fn a_wait_that_was_robbed_and_lives_on_in_another_task_queues_again() {
    let (runtime, log) = (standing(), Log::default());
    let lock: &'static Lock = Box::leak(Box::new(Lock::new(())));
    let guard = lock.try_lock().expect("nobody holds it");
    let wait = shared(RefCell::new(lock.lock()));
    let dying = runtime.spawn_detached(async move {
        drop(poll_fn(|cx| wait.borrow_mut().poll_unpin(cx)).await);
    });
    runtime.turn();
    dying.cancel();
    drop(guard);
    let robber = lock.try_lock().expect("a dying waiter does not count");
    runtime.turn();
    runtime.spawn_detached(async move {
        let _guard = poll_fn(|cx| wait.borrow_mut().poll_unpin(cx)).await;
        log.say("it has the lock");
    });
    runtime.turn();
    assert_eq!(log.take(), NOBODY);
    drop(robber);
    runtime.turn();
    assert_eq!(log.take(), ["it has the lock"]);
    assert!(lock.try_lock().is_some());
}
