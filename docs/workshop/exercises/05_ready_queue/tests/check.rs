//! An executor with one task, with several, and with tasks that wake and spawn each other.

use kit::{called_from, check, watched};
use ready_queue::Executor;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn, ready};
use std::rc::Rc;
use std::task::{Poll, Waker};

/// What the tasks say, a letter a poll.
type Log = Rc<RefCell<String>>;

/// Says its letter at each poll, wakes itself, and is ready at the last one.
fn turns(log: &Log, letter: char, polls: usize) -> impl Future<Output = ()> + 'static {
    let log = log.clone();
    let mut left = polls;
    poll_fn(move |cx| {
        log.borrow_mut().push(letter);
        left -= 1;
        if left == 0 {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

/// A place for the waker of a task.
type Place = Rc<RefCell<Option<Waker>>>;

/// Is ready at once, and leaves its waker behind.
async fn quick(place: Place) {
    poll_fn(|cx| {
        place.replace(Some(cx.waker().clone()));
        Poll::Ready(())
    })
    .await;
}

fn take(place: &Place) -> Waker {
    place.take().expect("the task was polled, and has left its waker here")
}

#[test]
fn a_spawned_task_is_run() {
    check(|| {
        let (executor, log) = (Executor::new(), Log::default());
        executor.spawn(watched("a", turns(&log, 'a', 1)));
        assert_eq!(*log.borrow(), "", "spawn must not poll");
        executor.run_until_idle();
        assert_eq!(*log.borrow(), "a", "the task was spawned, and is to be polled once");
        assert_eq!(executor.alive(), 0, "the task has returned, and is still there");
    });
}

#[test]
fn a_wake_during_the_poll_is_not_lost() {
    check(|| {
        let (executor, log) = (Executor::new(), Log::default());
        executor.spawn(watched("a", turns(&log, 'a', 3)));
        executor.run_until_idle();
        assert_eq!(*log.borrow(), "aaa", "it woke itself in its poll, and must be polled again");
    });
}

#[test]
fn tasks_take_turns() {
    check(|| {
        let (executor, log) = (Executor::new(), Log::default());
        for letter in ['a', 'b', 'c'] {
            executor.spawn(watched(&letter.to_string(), turns(&log, letter, 2)));
        }
        executor.run_until_idle();
        assert_eq!(*log.borrow(), "abcabc", "first in, first out: a task that wakes itself goes to the back");
    });
}

#[test]
fn who_is_not_woken_is_not_polled_again() {
    check(|| {
        let executor = Executor::new();
        let polls = Rc::new(Cell::new(0));
        let counts = polls.clone();
        let patient = poll_fn(move |_| {
            counts.set(counts.get() + 1);
            Poll::<()>::Pending
        });
        executor.spawn(watched("patient", patient));
        executor.run_until_idle();
        executor.run_until_idle();
        let polls = polls.get();
        assert_eq!(polls, 1, "`patient` was spawned and never woken, so 1 poll; you polled {polls} times");
        assert_eq!(executor.alive(), 1, "`patient` is pending, and is gone");
    });
}

#[test]
fn many_wakes_before_a_poll_are_one_poll() {
    check(|| {
        let executor = Executor::new();
        let (polls, place) = (Rc::new(Cell::new(0)), Place::default());
        let (counts, keeps) = (polls.clone(), place.clone());
        let sleeper = poll_fn(move |cx| {
            counts.set(counts.get() + 1);
            keeps.replace(Some(cx.waker().clone()));
            Poll::<()>::Pending
        });
        executor.spawn(watched("sleeper", sleeper));
        executor.run_until_idle();
        let waker = take(&place);
        for _ in 0..3 {
            waker.wake_by_ref();
        }
        executor.run_until_idle();
        let polls = polls.get();
        assert_eq!(polls, 2, "woken three times before it ran: one poll, so 2 in all; you polled {polls} times");
    });
}

#[test]
fn a_task_can_be_woken_while_another_one_runs() {
    check(|| {
        let executor = Executor::new();
        let place = Place::default();
        let keeps = place.clone();
        let mut is_first = true;
        let sleeper = poll_fn(move |cx| {
            if !is_first {
                return Poll::Ready(());
            }
            is_first = false;
            keeps.replace(Some(cx.waker().clone()));
            Poll::Pending
        });
        executor.spawn(watched("sleeper", sleeper));
        executor.spawn(watched("caller", async move { called_from("poll()", || take(&place).wake()) }));
        executor.run_until_idle();
        assert_eq!(executor.alive(), 0, "`sleeper` was woken by `caller`, and was not polled again");
    });
}

#[test]
fn a_task_can_spawn_a_task() {
    check(|| {
        let (executor, log) = (Rc::new(Executor::new()), Log::default());
        let (spawns, child) = (executor.clone(), turns(&log, 'b', 1));
        let parent = async move { called_from("poll()", || spawns.spawn(watched("b", child))) };
        executor.spawn(watched("a", parent));
        executor.run_until_idle();
        assert_eq!(*log.borrow(), "b", "`a` has spawned `b`, which is to be polled once");
    });
}

#[test]
fn a_late_wake_does_not_poll_what_is_over() {
    check(|| {
        let executor = Executor::new();
        let place = Place::default();
        executor.spawn(watched("quick", quick(place.clone())));
        executor.run_until_idle();
        take(&place).wake();
        executor.run_until_idle();
        assert_eq!(executor.alive(), 0, "`quick` has returned, and is still there");
    });
}

#[test]
fn a_late_wake_holds_up_nobody() {
    check(|| {
        let executor = Executor::new();
        let place = Place::default();
        executor.spawn(watched("quick", quick(place.clone())));
        executor.run_until_idle();
        take(&place).wake();
        executor.spawn(watched("next", ready(())));
        executor.run_until_idle();
        assert_eq!(
            executor.alive(),
            0,
            "a late wake of `quick`, which is over, was in the queue, and `next` behind it was not polled: go on"
        );
    });
}
