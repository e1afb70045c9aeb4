//! Leaves that are polled by one task and then by another: only the one that polled last is woken.

use crate::apart::APART;
use crate::leaves::{KINDS, Kind, Leaf, Make, When, poll_once};
use futures::future::FutureExt;
use futures::stream::{FuturesUnordered, StreamExt};
use greenlight::sync::Event;
use greenlight::trace::{Kind as Traced, Recorder};
use greenlight::{Runtime, Turn, sleep, task, yield_now};
use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

/// Where a leaf lies while nobody polls it.
type Slot = Rc<RefCell<Option<Leaf>>>;

fn take(slot: &Slot) -> Leaf {
    slot.take().expect("the leaf was handed over before")
}

/// Polls a new leaf once and hands it over.
async fn poll_and_leave(mut leaf: Leaf, slot: Slot) {
    assert!(!poll_once(&mut leaf).await, "a leaf suspends first");
    slot.replace(Some(leaf));
}

fn watched() -> (Runtime, Rc<Recorder>) {
    let recorder = Rc::new(Recorder::default());
    let runtime = Runtime::builder().virtual_clock().observer(recorder.clone()).build();
    (runtime, recorder)
}

/// The wakes, polls and returns of named tasks.
fn steps(recorder: &Recorder) -> Vec<String> {
    let events = recorder.events().into_iter();
    let of_named = events.filter(|event| {
        let name = event.task.as_ref().and_then(|task| task.name.as_deref());
        let is_step = matches!(event.kind, Traced::Woken | Traced::WokenAgain | Traced::PollBegan | Traced::Returned);
        is_step && name.is_some_and(|name| name != "main")
    });
    of_named.map(|event| event.to_string()).collect()
}

/// Plays a scene with one leaf of every kind, each in a runtime of its own.
fn for_every_leaf(scene: impl AsyncFn(Leaf, Slot), expected: &[&str]) {
    for kind in KINDS {
        let (runtime, recorder) = watched();
        let ended = runtime.try_run(async {
            scene(new(kind), Slot::default()).await;
        });
        assert!(ended.is_ok(), "{}: {}", kind.name, ended.unwrap_err());
        assert_eq!(steps(&recorder), expected, "{}", kind.name);
    }
}

/// A leaf that is ready one millisecond after its first poll.
fn new(kind: &Kind) -> Leaf {
    let make: Make = (kind.begin)();
    make(When::After(1))
}

#[test]
fn a_leaf_that_moves_to_another_task_wakes_that_one() {
    for_every_leaf(
        async |leaf, slot| {
            let first = poll_and_leave(leaf, slot.clone());
            task("a").spawn_detached(first.then(|()| pending()));
            let b = task("b").spawn(async move { take(&slot).await });
            b.await.unwrap();
        },
        &["a polled", "b polled", "b woken", "b polled", "b returned"],
    );
}

#[test]
fn a_leaf_that_goes_to_and_fro_wakes_whoever_polled_it_last() {
    for_every_leaf(
        async |leaf, slot| {
            slot.replace(Some(leaf));
            let poll_in_turn = async |slot: &Slot| {
                for _ in 0..2 {
                    poll_and_leave(take(slot), slot.clone()).await;
                    yield_now().await;
                }
            };
            let (for_a, for_b) = (slot.clone(), slot);
            task("a").spawn_detached(async move {
                poll_in_turn(&for_a).await;
                pending().await
            });
            let b = task("b").spawn(async move {
                poll_in_turn(&for_b).await;
                take(&for_b).await;
            });
            b.await.unwrap();
        },
        // The first two rounds of wakes are the yields.
        &[
            "a polled",
            "a woken",
            "b polled",
            "b woken",
            "a polled",
            "a woken",
            "b polled",
            "b woken",
            "a polled",
            "b polled",
            "b woken",
            "b polled",
            "b returned",
        ],
    );
}

#[test]
fn a_leaf_that_was_granted_before_it_moved_is_ready_at_once() {
    for_every_leaf(
        async |leaf, slot| {
            let first = poll_and_leave(leaf, slot.clone());
            task("a").spawn_detached(first.then(|()| pending()));
            sleep(Duration::from_millis(2)).await;
            let b = task("b").spawn(async move { take(&slot).await });
            b.await.unwrap();
        },
        &["a polled", "a woken", "a polled", "b polled", "b returned"],
    );
}

#[test]
fn the_next_tenant_of_a_slot_is_not_woken_for_the_one_before() {
    for_every_leaf(
        async |leaf, slot| {
            let a = task("a").spawn(poll_and_leave(leaf, slot.clone()));
            a.await.unwrap();
            // The slab hands out the last freed slot first. A wake of the former tenant is no event
            // of this one, so the trace would not tell.
            let polls = Rc::new(Cell::new(0));
            let counted = polls.clone();
            task("c").spawn_detached(poll_fn(move |_| {
                counted.set(counted.get() + 1);
                Poll::Pending
            }));
            sleep(Duration::from_millis(2)).await;
            assert!(poll_once(&mut take(&slot)).await, "it was ready meanwhile");
            assert_eq!(polls.get(), 1);
        },
        &["a polled", "a returned", "c polled"],
    );
}

#[test]
fn a_shared_leaf_outlives_the_task_that_polled_it() {
    for_every_leaf(
        async |leaf, _| {
            let shared = leaf.shared();
            let a = task("a").spawn_detached(shared.clone());
            let b = task("b").spawn(shared);
            yield_now().await;
            a.cancel();
            b.await.unwrap();
        },
        // In the end `Shared` wakes everybody who waits for it, also the one that is polling it.
        &["a polled", "b polled", "b woken", "b polled", "b woken", "b returned"],
    );
}

/// A set that has polled all it has wakes its task once for nothing.
const IN_A_SET: [&str; 6] = ["a polled", "a woken", "a polled", "a woken", "a polled", "a returned"];

#[test]
fn a_leaf_that_leaves_futures_unordered_wakes_its_task() {
    for_every_leaf(
        async |leaf, _| {
            let a = task("a").spawn(async {
                let mut set = FuturesUnordered::from_iter([leaf]);
                assert_eq!(futures_lite::future::poll_once(set.next()).await, None);
                let leaf = set.into_iter().next().expect("it is not ready yet");
                leaf.await
            });
            a.await.unwrap();
        },
        &IN_A_SET,
    );
}

#[test]
fn a_leaf_that_joins_futures_unordered_wakes_the_set() {
    for_every_leaf(
        async |mut leaf, _| {
            let a = task("a").spawn(async move {
                assert!(!poll_once(&mut leaf).await);
                FuturesUnordered::from_iter([leaf]).next().await
            });
            a.await.unwrap();
        },
        &IN_A_SET,
    );
}

#[test]
fn a_leaf_that_moves_to_another_runtime_wakes_a_task_there() {
    for kind in KINDS {
        let (first, recorder_of_first) = watched();
        let (second, recorder_of_second) = watched();
        let slot = Slot::default();
        let leaf = first.enter(|| new(kind));
        let a = poll_and_leave(leaf, slot.clone()).then(|()| pending());
        first.task("a").spawn_detached(a);
        let b = second.task("b").spawn(async move { take(&slot).await });
        for _ in 0..10 {
            first.turn();
            second.turn();
        }
        assert!(b.is_finished(), "{}", kind.name);
        assert_eq!(steps(&recorder_of_first), ["a polled"], "{}", kind.name);
        let there = ["b polled", "b woken", "b polled", "b returned"];
        assert_eq!(steps(&recorder_of_second), there, "{}", kind.name);
    }
}

#[test]
fn a_leaf_of_a_runtime_that_a_task_steps_wakes_another_task_around_it() {
    for kind in KINDS {
        let (outer, recorder) = watched();
        let inner = Runtime::builder().virtual_clock().build();
        let leaf = inner.enter(|| new(kind));
        let slot = Slot::default();
        inner.spawn_detached(poll_and_leave(leaf, slot.clone()));
        inner.turn();
        let ended = outer.try_run(async {
            let a = task("a").spawn(async move { take(&slot).await });
            yield_now().await;
            // Main cannot be woken by anything here, so it steps without a pause.
            while !a.is_finished() && inner.turn() != Turn::Idle(None) {
                yield_now().await;
            }
            a.await.unwrap();
        });
        assert!(ended.is_ok(), "{}: {}", kind.name, ended.unwrap_err());
        let expected = ["a polled", "a woken", "a polled", "a returned"];
        assert_eq!(steps(&recorder), expected, "{}", kind.name);
    }
}

#[test]
fn a_leaf_that_a_foreign_executor_polled_wakes_the_task_it_moves_to() {
    for kind in KINDS {
        let (runtime, recorder) = watched();
        let mut leaf = runtime.enter(|| new(kind));
        assert!(!runtime.enter(|| pollster::block_on(poll_once(&mut leaf))));
        let a = runtime.task("a").spawn(leaf);
        for _ in 0..10 {
            runtime.turn();
        }
        assert!(a.is_finished(), "{}", kind.name);
        let expected = ["a polled", "a woken", "a polled", "a returned"];
        assert_eq!(steps(&recorder), expected, "{}", kind.name);
    }
}

#[test]
fn a_leaf_that_began_without_a_runtime_wakes_the_task_it_moves_to() {
    for (name, begin) in APART {
        let (mut leaf, mut end) = begin();
        let (runtime, recorder) = watched();
        assert!(!pollster::block_on(poll_once(&mut leaf)));
        let ended = runtime.try_run(async {
            let a = task("a").spawn(leaf);
            yield_now().await;
            end();
            a.await.unwrap();
        });
        assert!(ended.is_ok(), "{name}: {}", ended.unwrap_err());
        assert_eq!(steps(&recorder), ["a polled", "a woken", "a polled", "a returned"], "{name}");
    }
}

#[test]
fn a_leaf_that_a_task_began_wakes_a_foreign_executor_when_the_runtime_is_gone() {
    for (name, begin) in APART {
        let (leaf, mut end) = begin();
        let slot = Slot::default();
        let (runtime, recorder) = watched();
        let first = poll_and_leave(leaf, slot.clone());
        runtime.run(async { task("a").spawn(first).await.unwrap() });
        drop(runtime);
        let mut leaf = take(&slot);
        pollster::block_on(async {
            let mut ended = false;
            poll_fn(|cx| {
                let polled = leaf.poll_unpin(cx);
                if !std::mem::replace(&mut ended, true) {
                    assert!(polled.is_pending(), "{name}: it ends after it moved");
                    end();
                }
                polled
            })
            .await;
        });
        assert_eq!(steps(&recorder), ["a polled", "a returned"], "{name}");
    }
}

/// How many waits the report of a stall tells of tasks "a" and "b", of which "a" hands an event's
/// wait to "b".
fn reported_waits(
    in_a: impl AsyncFnOnce(&mut Leaf) + 'static,
    in_b: impl AsyncFnOnce(&mut Leaf) + 'static,
) -> [usize; 2] {
    let (runtime, _) = watched();
    let stalled = runtime.try_run(async {
        let light = Rc::new(Event::new().named("light"));
        let slot = Slot::default();
        let for_b = slot.clone();
        task("a").spawn_detached(async move {
            let mut leaf: Leaf = Box::pin(async move { light.wait().await });
            in_a(&mut leaf).await;
            slot.replace(Some(leaf));
            pending().await
        });
        let b = task("b").spawn(async move {
            let mut leaf = take(&for_b);
            in_b(&mut leaf).await;
            pending::<()>().await
        });
        b.await.unwrap();
    });
    let report = stalled.unwrap_err();
    ["a", "b"].map(|name| {
        let mut tasks = report.tasks().iter();
        let task = tasks.find(|task| task.label.to_string() == name);
        task.expect("a task that waits is reported").waits.len()
    })
}

#[test]
fn a_wait_that_moved_is_reported_with_the_task_that_polls_it() {
    let waits = reported_waits(async |leaf| assert!(!poll_once(leaf).await), async |leaf| leaf.await);
    assert_eq!(waits, [0, 1]);
}

#[test]
fn a_wait_that_moved_with_its_foreign_waker_is_reported_with_the_task_that_polls_it() {
    let poll_with_a_foreign_waker = async |leaf: &mut Leaf| assert_eq!(leaf.now_or_never(), None);
    let waits = reported_waits(poll_with_a_foreign_waker, poll_with_a_foreign_waker);
    assert_eq!(waits, [0, 1]);
}
