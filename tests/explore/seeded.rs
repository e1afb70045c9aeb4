//! Faults that the ordinary order hides, because what has to meet is 3 to 6 hops apart: with how few deviations they are
//! found, and with how few schedules.

use greenlight::explore::Explorer;
use greenlight::sync::{Event, Lock, Queue};
use greenlight::{gather_tasks, task, yield_now};
use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

async fn hops(count: usize) {
    for _ in 0..count {
        yield_now().await;
    }
}

/// The smallest schedule that fails, its fault, and how many schedules were tried when it was found.
fn found<F: Future>(program: impl Fn() -> F) -> (String, String, u64) {
    let search = |most| Explorer::new().schedules(most).try_run(&program);
    let tried = (1..1000).find(|&most| search(most).is_err()).expect("it is found");
    let failed = search(1_000_000).expect_err("it is found");
    let smallest = &failed.found[0];
    (smallest.schedule.to_string(), smallest.fault.headline(), tried)
}

/// Two guests look at the last place before an await, and take it after one.
async fn last_place() {
    let (taken, most) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let guest = |name: &str, delay| {
        let (taken, most) = (taken.clone(), most.clone());
        task(name).spawn(async move {
            hops(delay).await;
            if taken.get() < 1 {
                yield_now().await;
                taken.set(taken.get() + 1);
                most.set(most.get().max(taken.get()));
                yield_now().await;
                taken.set(taken.get() - 1);
            }
        })
    };
    gather_tasks([guest("early", 0), guest("late", 4)]).await;
    assert!(most.get() < 2, "two sit on the last place");
}

/// One takes the right lock long after the other has let go of both, as it seems.
async fn two_locks() {
    let (left, right) = (Rc::new(Lock::new(()).named("left")), Rc::new(Lock::new(()).named("right")));
    let (other_left, other_right) = (left.clone(), right.clone());
    let early = task("early").spawn(async move {
        let _left = left.lock().await;
        yield_now().await;
        let _right = right.lock().await;
    });
    let late = task("late").spawn(async move {
        hops(3).await;
        let _right = other_right.lock().await;
        yield_now().await;
        let _left = other_left.lock().await;
    });
    gather_tasks([early, late]).await;
}

/// One sees that nothing is there, and waits for it a hop later.
async fn check_then_wait() {
    let (is_there, bell) = (Rc::new(Cell::new(false)), Rc::new(Event::new().named("bell")));
    let (seen, heard) = (is_there.clone(), bell.clone());
    let sleeper = task("sleeper").spawn(async move {
        if !seen.get() {
            yield_now().await;
            heard.wait().await;
        }
    });
    let ringer = task("ringer").spawn(async move {
        hops(5).await;
        is_there.set(true);
        bell.pulse();
    });
    gather_tasks([sleeper, ringer]).await;
}

/// One who takes items looks for the end before each, and not while it waits for one.
async fn missed_end() {
    let (items, is_over) = (Rc::new(Queue::unbounded().named("items")), Rc::new(Cell::new(false)));
    let (taken, seen) = (items.clone(), is_over.clone());
    let taker = task("taker").spawn(async move {
        while !seen.get() || !taken.is_empty() {
            let _item: Result<u32, _> = taken.get().await;
            hops(6).await;
        }
    });
    let giver = task("giver").spawn(async move {
        items.try_put(1).expect("it is open");
        yield_now().await;
        is_over.set(true);
    });
    gather_tasks([taker, giver]).await;
}

#[test]
fn faults_that_are_hops_apart_are_found_with_one_or_two_deviations() {
    let all = [found(last_place), found(two_locks), found(check_then_wait), found(missed_end)];
    let told = all.map(|(schedule, fault, tried)| format!("{schedule}, the {tried}th: {fault}"));
    let expected = [
        "gl1:1@1,2@5, the 10th: main panics: two sit on the last place",
        "gl1:1@2, the 4th: a stall: early waits for lock `right` and late waits for lock `left` for ever",
        "gl1:1@2, the 4th: a stall: sleeper waits for event `bell` for ever",
        "gl1:2@2, the 4th: a stall: taker waits for queue `items` for ever",
    ];
    assert_eq!(told, expected);
}
