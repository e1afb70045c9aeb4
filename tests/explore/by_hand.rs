//! How many orders small programs have, as a formula or a count by hand says; the ordinary one is the first.

use crate::ways;
use greenlight::explore::Explorer;
use greenlight::sync::{Event, Lock};
use greenlight::{JoinHandle, gather_tasks, sleep, task, yield_now};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

/// How many orders a program has.
fn orders<F: Future>(program: impl Fn() -> F) -> u64 {
    let explored = Explorer::new().exhaustive().run(program);
    assert!(explored.is_complete && explored.schedules == explored.orders, "{explored}");
    explored.orders
}

/// A task that is polled so often.
fn polled(times: u64) -> JoinHandle<()> {
    task(format!("polled {times} times")).spawn(async move {
        for _ in 1..times {
            yield_now().await;
        }
    })
}

/// Main is polled before all of them and after all of them, and has no part in their order.
#[test]
fn tasks_that_main_gathers_have_as_many_orders_as_there_are_ways_to_mix_their_polls() {
    for polls in [&[1, 1][..], &[2, 2], &[3, 5], &[1, 1, 1, 1], &[2, 2, 2], &[3, 3, 3], &[4, 1, 2]] {
        let gathered = orders(|| async { gather_tasks(polls.iter().map(|&times| polled(times))).await });
        assert_eq!(gathered, ways(polls), "{polls:?}");
        let slept = orders(|| async {
            let _tasks: Vec<_> = polls.iter().map(|&times| polled(times)).collect();
            sleep(Duration::from_secs(1)).await;
        });
        assert_eq!(slept, ways(polls), "{polls:?}");
    }
}

/// Main comes between the end of the first and its wait for the second: one more in the row of the first. Where it comes
/// last, it finds the second ended, and does not wait.
#[test]
fn a_join_of_one_after_the_other_has_more_orders() {
    for (first, second) in [(1, 1), (2, 2), (3, 5), (4, 2)] {
        let joined = orders(|| async {
            let tasks = [polled(first), polled(second)];
            for task in tasks {
                task.await.expect("nobody cancels it");
            }
        });
        assert_eq!(joined, ways(&[first + 1, second]));
    }
}

/// Each of n tasks that wait for an event runs twice, and the one that sets it once. If k of them come before it, in one
/// of n! / (n - k)! orders, these k are woken by it, and their second polls are mixed with the n - k first ones, which
/// do not wait: (k + n - k)! orders.
#[test]
fn those_who_come_before_the_event_is_set_come_once_more() {
    for tasks in 1..5_u64 {
        let waited = orders(|| async move {
            let event = Rc::new(Event::new());
            let wait = |_| {
                let event = event.clone();
                task("waits").spawn(async move { event.wait().await })
            };
            let waiting: Vec<_> = (0..tasks).map(wait).collect();
            task("sets").spawn_detached(async move { event.set() });
            gather_tasks(waiting).await;
        });
        let factorial = |n: u64| (1..=n).product::<u64>();
        let expected: u64 = (0..=tasks).map(|k| factorial(tasks) / factorial(tasks - k) * factorial(tasks)).sum();
        assert_eq!(waited, expected, "{tasks} tasks");
    }
}

/// Of three tasks that hold a lock for one hop, the first polls come in one of 3! orders, in which they get the lock, too.
/// Say 1, 2, 3, and that r is the poll in which 1 lets go. Where r comes before 2, 2 takes the lock at once, and 3 comes
/// before or after 2 lets go: 2 orders. Where it comes between 2 and 3, 2 has the lock only once it runs again: 3 may come
/// before that, or before or after 2 lets go: 3 orders. Where it comes after 3, everybody waits for the one before: 1
/// order.
#[test]
fn three_tasks_that_hold_a_lock_for_a_hop_have_six_times_six_orders() {
    let locked = orders(|| async {
        let lock = Rc::new(Lock::new(()));
        let hold = |name: &str| {
            let lock = lock.clone();
            task(name).spawn(async move {
                let _guard = lock.lock().await;
                yield_now().await;
            })
        };
        gather_tasks(["1", "2", "3"].map(hold)).await;
    });
    assert_eq!(locked, 36);
}

/// Who sleeps until one moment wakes at it, and those are ready together; main alone is ready before. So equal deadlines
/// come in every order, and others in theirs.
#[test]
fn sleepers_have_the_orders_of_those_that_wake_together() {
    let slept = |times: [u64; 4]| {
        orders(move || async move {
            let sleep = |time| task("sleeps").spawn(sleep(Duration::from_secs(time)));
            gather_tasks(times.map(sleep)).await;
        })
    };
    // Their first polls, in 4! orders, and then those of each moment.
    assert_eq!(slept([1, 2, 3, 4]), 24);
    assert_eq!(slept([1, 1, 2, 2]), 24 * 2 * 2);
    assert_eq!(slept([1, 1, 1, 1]), 24 * 24);
}

/// A jump may come before each of the polls of the other one, or not at all.
#[test]
fn a_late_jump_may_come_before_each_poll() {
    for polls in 1..6 {
        let explorer = Explorer::new().exhaustive().late_clock();
        let ends = RefCell::new(Vec::new());
        let explored = explorer.run(|| async {
            let (busy, polled) = (Rc::new(Cell::new(0)), polls);
            let counts = busy.clone();
            let other = task("busy").spawn(async move {
                for poll in 0..polled {
                    counts.set(poll + 1);
                    if poll + 1 < polled {
                        yield_now().await;
                    }
                }
            });
            sleep(Duration::from_secs(1)).await;
            ends.borrow_mut().push(busy.get());
            other.await.expect("nobody cancels it");
        });
        assert!(explored.is_complete, "{explored}");
        let ends = ends.take();
        assert_eq!(ends[0], polls, "the ordinary order is the first");
        // Each number of polls that the other may have had when main wakes: with main before or after each.
        (0..=polls).for_each(|seen| assert!(ends.contains(&seen), "{seen} of {polls}: {ends:?}"));
    }
}
