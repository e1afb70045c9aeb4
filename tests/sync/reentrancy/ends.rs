//! What may happen while somebody waits for the ends of tasks: their outputs may drop the one who
//! waits, other waits for the same tasks may come and go, and the waker may do all of that. No end
//! is lost, and no outcome.

use super::{acting, cloned, forgotten, is_ready_with, panics, step, steppable};
use greenlight::{AsCompleted, JoinHandle, Runtime, Until, as_completed, spawn, wait, yield_now};
use stage::foreign::{Held, Shared, abandon, is_ready, parked, poll};
use stage::{Log, run, turns};
use std::cell::{Cell, RefCell};
use std::future::pending;
use std::rc::Rc;
use std::task::Waker;

/// A task that ends with its number once it is told to.
fn told(runtime: &Runtime, number: u32, tell: &Rc<Cell<u32>>) -> JoinHandle<u32> {
    let tell = tell.clone();
    runtime.spawn(async move {
        while tell.get() < number {
            yield_now().await;
        }
        number
    })
}

/// Two tasks, of which the second ends first, and who tells them to.
fn two(runtime: &Runtime) -> (Rc<[JoinHandle<u32>; 2]>, Rc<Cell<u32>>) {
    let tell = Rc::default();
    (Rc::new([told(runtime, 2, &tell), told(runtime, 1, &tell)]), tell)
}

async fn first(handles: Rc<[JoinHandle<u32>; 2]>, until: Until, log: Log, name: &'static str) {
    let ended = wait(&*handles, until).await;
    log.say(format!("{name} has {ended:?}"));
}

/// What a wait for the next end and others can get at.
type Ends<T> = Rc<RefCell<Option<AsCompleted<T>>>>;

/// Takes the next end, and says it.
async fn next_ended(mut ends: AsCompleted<u32>, log: Log) {
    while let Some((place, outcome)) = ends.next_ended().await {
        log.say(format!("{place} with {}", outcome.expect("nobody is cancelled")));
    }
    log.say("no more");
}

#[test]
fn two_who_wait_for_the_same_tasks_are_both_told() {
    let log = Log::default();
    run(async {
        let ending = |after| async move {
            turns(after).await;
            1
        };
        let handles: Rc<[JoinHandle<u32>; 2]> = Rc::new([2, 4].map(|after| spawn(ending(after))));
        let one = spawn(first(handles.clone(), Until::All, log, "one"));
        let other = spawn(first(handles.clone(), Until::First, log, "other"));
        turns(9).await;
        assert!(one.is_finished() && other.is_finished(), "{:?}", log.take());
    });
    assert_eq!(log.take(), ["other has [0]", "one has [0, 1]"]);
}

#[test]
fn a_wait_that_is_dropped_leaves_the_others_for_the_same_tasks_alone() {
    let (runtime, log) = (steppable(), Log::default());
    let (handles, tell) = two(&runtime);
    let (one, other) = runtime.enter(|| {
        let wait = |name| parked(first(handles.clone(), Until::First, log, name), Waker::noop());
        (wait("one"), wait("other"))
    });
    abandon(&one);
    tell.set(1);
    step(&runtime);
    assert!(is_ready(&other));
    assert_eq!(log.take(), ["other has [1]"]);
    tell.set(2);
    step(&runtime);
}

#[test]
fn who_is_woken_by_an_end_may_wait_for_the_same_tasks() {
    let (runtime, log) = (steppable(), Log::default());
    let ((handles, tell), again) = (two(&runtime), Shared::default());
    let (waits, kept) = (first(handles.clone(), Until::All, log, "again"), again.clone());
    let waker = acting(move || *kept.borrow_mut() = parked(waits, Waker::noop()).take());
    let one = runtime.enter(|| parked(first(handles, Until::All, log, "one"), &waker));
    tell.set(1);
    step(&runtime);
    tell.set(2);
    step(&runtime);
    step(&runtime);
    assert!(is_ready(&one) && is_ready(&again));
    assert_eq!(log.take(), ["one has [1, 0]", "again has [0, 1]"]);
}

#[test]
fn who_is_woken_by_an_end_may_drop_the_wait_or_panic() {
    let (runtime, log) = (steppable(), Log::default());
    let own = Shared::default();
    let dropped = own.clone();
    let ((handles, tell), (others, _)) = (two(&runtime), two(&runtime));
    drop(others);
    runtime.enter(|| {
        let drops = acting(move || abandon(&dropped));
        *own.borrow_mut() = parked(first(handles, Until::All, log, "one"), &drops).take();
    });
    let (handles, also) = two(&runtime);
    let panicking =
        runtime.enter(|| parked(first(handles, Until::First, log, "two"), &acting(|| panic!("cannot be woken"))));
    tell.set(2);
    also.set(2);
    step(&runtime);
    assert!(own.borrow().is_none() && is_ready(&panicking));
    assert_eq!(log.take(), ["two has [0, 1]"]);
}

#[test]
fn a_clone_that_lets_the_tasks_end_has_the_wait_go_on_at_once() {
    let (runtime, log) = (steppable(), Log::default());
    let (handles, tell) = two(&runtime);
    let stepped = runtime.clone();
    let waker = cloned(move || {
        tell.set(2);
        step(&stepped);
    });
    let mut one: Held = Box::pin(first(handles, Until::All, log, "one"));
    assert!(runtime.enter(|| poll(one.as_mut(), &waker)).is_ready());
    assert_eq!(log.take(), ["one has [0, 1]"]);
}

#[test]
fn a_new_waker_whose_clone_lets_a_task_end_makes_the_next_ready() {
    let (runtime, log) = (steppable(), Log::default());
    let tell = Rc::default();
    let ends = runtime.enter(|| as_completed([told(&runtime, 1, &tell)]));
    let waits = parked(next_ended(ends, log), Waker::noop());
    let stepped = runtime.clone();
    let waker = cloned(move || {
        tell.set(1);
        step(&stepped);
    });
    assert!(is_ready_with(&waits, &waker));
    assert_eq!(log.take(), ["0 with 1", "no more"]);
}

#[test]
fn an_old_waker_whose_drop_lets_a_task_end_makes_the_next_ready() {
    let (runtime, log) = (steppable(), Log::default());
    let tell: Rc<Cell<u32>> = Rc::default();
    let ends = runtime.enter(|| as_completed([told(&runtime, 1, &tell), told(&runtime, 2, &tell)]));
    let stepped = runtime.clone();
    let waits = parked(
        next_ended(ends, log),
        &forgotten(move || {
            tell.set(2);
            step(&stepped);
        }),
    );
    assert!(is_ready(&waits));
    assert_eq!(log.take(), ["0 with 1", "1 with 2", "no more"]);
}

#[test]
fn a_clone_that_panics_loses_no_end() {
    let (runtime, tell) = (steppable(), Rc::default());
    let mut ends = runtime.enter(|| as_completed([told(&runtime, 1, &tell)]));
    {
        let mut next = std::pin::pin!(ends.next_ended());
        assert!(panics(|| poll(next.as_mut(), &cloned(|| panic!("cannot be cloned"))).is_ready()));
    }
    tell.set(1);
    step(&runtime);
    let next = poll(std::pin::pin!(ends.next_ended()), Waker::noop());
    assert!(next.map(|end| end.is_some_and(|(place, outcome)| (place, outcome.ok()) == (0, Some(1)))).is_ready());
}

/// An output that drops those who wait for it.
struct Dropping(Ends<Dropping>, Log);

impl Drop for Dropping {
    fn drop(&mut self) {
        let ends = self.0.borrow_mut().take();
        self.1.say(format!("dropped, and the rest was there: {}", ends.is_some()));
    }
}

#[test]
fn an_output_may_drop_those_that_were_not_fetched() {
    let (runtime, log) = (steppable(), Log::default());
    let ends = Ends::default();
    let tasks = || {
        let output = Dropping(ends.clone(), log);
        runtime.spawn(async move { output })
    };
    let completing = runtime.enter(|| as_completed([tasks(), tasks()]));
    *ends.borrow_mut() = Some(completing);
    step(&runtime);
    let mut completing = ends.borrow_mut().take().expect("it is kept");
    let fetched = match poll(std::pin::pin!(completing.next_ended()), Waker::noop()) {
        std::task::Poll::Ready(fetched) => fetched,
        std::task::Poll::Pending => panic!("both tasks have ended"),
    };
    *ends.borrow_mut() = Some(completing);
    drop(fetched);
    assert_eq!(
        log.take(),
        ["dropped, and the rest was there: true", "dropped, and the rest was there: false"],
        "the second goes with the rest, inside the drop of the first"
    );
}

#[test]
fn a_task_may_drop_the_wait_for_its_end_when_it_is_dropped() {
    struct Abandons(Shared);
    impl Drop for Abandons {
        fn drop(&mut self) {
            abandon(&self.0);
        }
    }
    let (runtime, log) = (steppable(), Log::default());
    let waiting = Shared::default();
    let abandons = Abandons(waiting.clone());
    let handle = runtime.spawn(async move {
        let _abandons = abandons;
        pending::<u32>().await
    });
    step(&runtime);
    let task = handle.task();
    *waiting.borrow_mut() = runtime.enter(|| parked(next_ended(as_completed([handle]), log), Waker::noop())).take();
    assert!(task.cancel());
    step(&runtime);
    assert!(task.is_finished() && waiting.borrow().is_none());
    assert_eq!(log.take(), [""; 0]);
}
