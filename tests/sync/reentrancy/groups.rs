//! What may happen inside a group while it is spawned into, joined, cancelled: its tasks may use
//! the group that they belong to, drop its owner, and do so when they are polled or dropped; so may
//! their errors, and the waker of its owner.

use super::{cloned, forgotten, is_ready_with, panics, step, steppable};
use greenlight::{Cause, Runtime, TaskGroup, Turn, spawn_detached, yield_now};
use stage::foreign::{Held, Shared, abandon, is_ready, parked, poll};
use stage::{Log, failures, on_drop, run, shared, turns};
use std::cell::{Cell, RefCell};
use std::future::{Future, pending};
use std::rc::Rc;
use std::task::Waker;

/// A group that its own tasks can get at; none once it is joined or dropped.
type Crew = Rc<RefCell<Option<TaskGroup<&'static str>>>>;

fn crew() -> Crew {
    Rc::new(RefCell::new(Some(TaskGroup::new())))
}

fn spawn(crew: &Crew, future: impl Future<Output = Result<(), &'static str>> + 'static) -> greenlight::Task {
    crew.borrow_mut().as_mut().expect("the group is there").spawn(future)
}

fn disband(crew: &Crew) {
    let crew = crew.borrow_mut().take();
    drop(crew);
}

/// Says how the group ended.
async fn join(crew: Crew, log: Log) {
    let group = crew.borrow_mut().take().expect("the group is there");
    match group.join().await {
        Ok(()) => log.say("joined"),
        Err(error) => log.say(failures(&error)),
    }
}

#[test]
fn a_task_may_spawn_into_its_group_when_it_is_dropped() {
    let log = Log::default();
    run(async {
        let crew = crew();
        let own = crew.clone();
        let first = spawn(&crew, async move {
            let _spawns = on_drop(move || {
                spawn(&own, async move {
                    log.say("second runs");
                    Ok(())
                });
            });
            pending().await
        });
        turns(1).await;
        first.cancel();
        turns(1).await;
        join(crew, log).await;
    });
    assert_eq!(log.take(), ["second runs", "joined"]);
}

#[test]
fn a_task_that_spawns_into_a_group_that_fails_has_that_one_cancelled_too() {
    let log = Log::default();
    run(async {
        let crew = crew();
        let own = crew.clone();
        spawn(&crew, async move {
            let _spawns = on_drop(move || {
                let late = spawn(&own, async move {
                    log.say("never");
                    Ok(())
                });
                assert!(!late.is_finished());
            });
            pending().await
        });
        spawn(&crew, async { Err("no tea left") });
        turns(4).await;
        join(crew, log).await;
    });
    assert_eq!(log.take(), ["no tea left"]);
}

#[test]
fn a_task_may_drop_its_own_group() {
    let log = Log::default();
    run(async {
        let crew = crew();
        let own = crew.clone();
        for name in ["first", "second"] {
            let gone = log.at_drop(format!("{name} gone"));
            let own = own.clone();
            spawn(&crew, async move {
                let _gone = gone;
                disband(&own);
                pending().await
            });
        }
        turns(3).await;
        log.say("over");
    });
    assert_eq!(log.take(), ["second gone", "first gone", "over"], "one that cancels itself ends when it suspends");
}

#[test]
fn a_task_may_drop_its_own_group_when_it_is_dropped() {
    let log = Log::default();
    run(async {
        let crew = crew();
        let own = crew.clone();
        let first = spawn(&crew, async move {
            let _disbands = on_drop(move || disband(&own));
            pending().await
        });
        let gone = log.at_drop("second gone");
        spawn(&crew, async move {
            let _gone = gone;
            pending().await
        });
        turns(1).await;
        first.cancel();
        turns(3).await;
        assert!(first.is_finished() && crew.borrow().is_none());
    });
    assert_eq!(log.take(), ["second gone"]);
}

#[test]
fn a_task_may_drop_the_join_that_waits_for_it() {
    let (runtime, log) = (steppable(), Log::default());
    runtime.enter(|| {
        let (crew, joining) = (crew(), Shared::default());
        let (joined, gone) = (joining.clone(), log.at_drop("gone"));
        spawn(&crew, async move {
            let _gone = gone;
            yield_now().await;
            abandon(&joined);
            pending().await
        });
        *joining.borrow_mut() = parked(join(crew, log), Waker::noop()).take();
    });
    step(&runtime);
    assert_eq!(log.take(), ["gone"]);
}

#[test]
fn an_error_may_use_the_group_when_it_is_dropped() {
    struct Loud(Rc<RefCell<Option<TaskGroup<Loud>>>>, Log);
    impl Drop for Loud {
        fn drop(&mut self) {
            let (crew, log) = (self.0.clone(), self.1);
            let again = crew.borrow_mut().is_some();
            log.say(format!("dropped, the group is there: {again}"));
            if let Some(group) = &mut *crew.borrow_mut() {
                group.spawn(async { Ok(()) });
            }
        }
    }
    let log = Log::default();
    run(async {
        let crew = Rc::new(RefCell::new(Some(TaskGroup::new())));
        let spawn = |error| crew.borrow_mut().as_mut().expect("it is there").spawn(async move { Err(error) });
        let cancelled = spawn(Loud(crew.clone(), log));
        cancelled.cancel();
        turns(2).await;
        spawn(Loud(crew.clone(), log));
        turns(2).await;
        let group = crew.borrow_mut().take();
        drop(group);
    });
    assert_eq!(log.take(), ["dropped, the group is there: true", "dropped, the group is there: false"]);
}

#[test]
fn a_task_that_panics_when_it_is_dropped_has_failed_with_that() {
    let log = Log::default();
    run(async {
        let crew = crew();
        let task = spawn(&crew, async {
            let _panics = on_drop(|| panic!("cannot be dropped"));
            pending().await
        });
        turns(1).await;
        task.cancel();
        join(crew, log).await;
    });
    assert_eq!(log.take(), ["panicked: cannot be dropped"]);
}

/// A group whose one task ends when it is told to, and its join, which is polled with that waker.
fn joining(runtime: &Runtime, log: Log, waker: &Waker) -> (Shared, Rc<Cell<bool>>) {
    let ends = Rc::new(Cell::new(false));
    let told = ends.clone();
    let joining = runtime.enter(|| {
        let crew = crew();
        spawn(&crew, async move {
            while !told.get() {
                yield_now().await;
            }
            Ok(())
        });
        parked(join(crew, log), waker)
    });
    (joining, ends)
}

#[test]
fn a_clone_that_lets_the_last_task_end_has_the_join_go_on_at_once() {
    let (runtime, log) = (steppable(), Log::default());
    let crew = runtime.enter(|| {
        let crew = crew();
        spawn(&crew, async { Err("no tea left") });
        crew
    });
    let stepped = runtime.clone();
    let mut join: Held = Box::pin(join(crew, log));
    assert!(poll(join.as_mut(), &cloned(move || step(&stepped))).is_ready());
    assert_eq!(log.take(), ["no tea left"]);
}

#[test]
fn a_new_waker_whose_clone_lets_the_last_task_end_makes_the_join_ready() {
    let (runtime, log) = (steppable(), Log::default());
    let (joining, ends) = joining(&runtime, log, Waker::noop());
    let stepped = runtime.clone();
    let waker = cloned(move || {
        ends.set(true);
        step(&stepped);
    });
    assert!(is_ready_with(&joining, &waker));
    assert_eq!(log.take(), ["joined"]);
}

#[test]
fn an_old_waker_whose_drop_lets_the_last_task_end_makes_the_join_ready() {
    let (runtime, log) = (steppable(), Log::default());
    let (stepped, told) = (runtime.clone(), shared(Cell::new(None::<Rc<Cell<bool>>>)));
    let waker = forgotten(move || {
        told.take().expect("the task waits for it").set(true);
        step(&stepped);
    });
    let (joining, ends) = joining(&runtime, log, &waker);
    told.set(Some(ends));
    drop(waker);
    assert!(is_ready(&joining));
    assert_eq!(log.take(), ["joined"]);
}

#[test]
fn a_clone_that_panics_cancels_the_tasks_of_the_group_with_its_join() {
    let (runtime, log) = (steppable(), Log::default());
    let gone = log.at_drop("gone");
    runtime.enter(|| {
        let crew = crew();
        spawn(&crew, async move {
            let _gone = gone;
            pending().await
        });
        assert!(panics(|| parked(join(crew, log), &cloned(|| panic!("cannot be cloned")))));
    });
    step(&runtime);
    assert_eq!(log.take(), ["gone"]);
}

#[test]
fn the_drop_of_an_abandoned_waker_may_panic_and_the_tasks_are_cancelled() {
    let (runtime, log) = (steppable(), Log::default());
    let (joining, _) = joining(&runtime, log, &forgotten(|| panic!("cannot be dropped")));
    assert!(panics(|| abandon(&joining)));
    step(&runtime);
    assert_eq!(runtime.turn(), Turn::Idle(None), "no task is left");
}

#[test]
fn a_task_that_is_spawned_into_a_group_while_the_run_ends_is_over_at_once() {
    let kept = Crew::default();
    let (keeps, log) = (kept.clone(), Log::default());
    let gone = log.at_drop("gone");
    run(async move {
        spawn_detached(async move {
            let mut gone = Some(gone);
            let _spawns = on_drop(move || {
                let gone = gone.take();
                let mut group = TaskGroup::new();
                group.spawn(async move {
                    let _gone = gone;
                    Ok(())
                });
                *keeps.borrow_mut() = Some(group);
            });
            pending::<()>().await;
        });
        turns(1).await;
    });
    assert_eq!(log.take(), ["gone"]);
    run(join(kept, log));
    assert_eq!(log.take(), ["joined"]);
}

#[test]
fn the_payload_of_a_failure_may_be_taken_where_another_is_joined() {
    let log = Log::default();
    run(async {
        let (outer, inner) = (crew(), crew());
        spawn(&inner, async { panic!("inside") });
        let taken = inner.borrow_mut().take().expect("it is there");
        spawn(&outer, async move {
            match taken.join().await.expect_err("its task panics").into_failures().remove(0).cause {
                Cause::Panic(payload) => std::panic::resume_unwind(payload.into_inner()),
                Cause::Error(error) => Err(error),
            }
        });
        join(outer, log).await;
    });
    assert_eq!(log.take(), ["panicked: inside"]);
}
