//! Every leaf under executors that are not greenlight's, which know it by its waker only. The
//! runtime that makes the leaf ready is stepped by hand beside it.

use crate::apart::{APART, Step};
use crate::leaves::{KINDS, Kind, Leaf, Tally, When, poll_once};
use async_executor::LocalExecutor;
use cooked_waker::{IntoWaker, Wake, WakeRef};
use futures::executor::LocalPool;
use futures::future::{self, FutureExt, poll_fn};
use futures::stream::{FuturesUnordered, StreamExt};
use futures::task::LocalSpawnExt;
use greenlight::sync::{Condition, Event, Lock};
use greenlight::{Runtime, Turn};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;
use tokio::task::LocalSet;

struct Executor {
    name: &'static str,
    /// Runs a leaf to its end. False when nobody woke it.
    run: fn(Leaf, Step) -> bool,
}

const EXECUTORS: &[Executor] = &[
    Executor { name: "tokio current_thread", run: |leaf, step| tokio_runtime().block_on(alone(leaf, step)) },
    Executor {
        name: "tokio LocalSet",
        run: |leaf, step| {
            let set = LocalSet::new();
            let (leaf, stepping) = side_by_side(leaf, step);
            set.spawn_local(leaf);
            set.block_on(&tokio_runtime(), stepping)
        },
    },
    Executor { name: "pollster", run: |leaf, step| pollster::block_on(alone(leaf, step)) },
    Executor { name: "futures block_on", run: |leaf, step| futures::executor::block_on(alone(leaf, step)) },
    Executor {
        name: "futures LocalPool",
        run: |leaf, step| {
            let mut pool = LocalPool::new();
            let (leaf, stepping) = side_by_side(leaf, step);
            pool.spawner().spawn_local(leaf).unwrap();
            pool.run_until(stepping)
        },
    },
    Executor {
        name: "FuturesUnordered in pollster",
        run: |leaf, step| {
            let (leaf, stepping) = side_by_side(leaf, step);
            let leaf = leaf.map(|()| true).boxed_local();
            let both = FuturesUnordered::from_iter([leaf, stepping.boxed_local()]);
            pollster::block_on(both.all(async |went_on| went_on))
        },
    },
    Executor { name: "futures_lite block_on", run: |leaf, step| futures_lite::future::block_on(alone(leaf, step)) },
    Executor {
        name: "smol LocalExecutor",
        run: |leaf, step| {
            let executor = LocalExecutor::new();
            let (leaf, stepping) = side_by_side(leaf, step);
            executor.spawn(leaf).detach();
            futures_lite::future::block_on(executor.run(stepping))
        },
    },
];

fn tokio_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

/// The leaf as the only future of an executor: whatever can happen does so while it is suspended,
/// inside its own poll. A sibling that kept the executor awake would have it polled again whether
/// it was woken or not.
async fn alone(mut leaf: Leaf, mut step: Step) -> bool {
    let mut watchdog = None;
    poll_fn(move |cx| {
        if leaf.poll_unpin(cx).is_ready() {
            return Poll::Ready(true);
        }
        let watchdog = watchdog.get_or_insert_with(|| Watchdog::new(cx.waker().clone()));
        if watchdog.has_barked() {
            return Poll::Ready(false);
        }
        while step() {}
        Poll::Pending
    })
    .await
}

/// Wakes an executor that would otherwise hang the test, after so long that nobody else is going
/// to. It waits for no time at all if the leaf is woken.
struct Watchdog {
    barks: mpsc::Receiver<()>,
    _leash: mpsc::Sender<()>,
}

impl Watchdog {
    fn new(waker: Waker) -> Self {
        let (bark, barks) = mpsc::channel();
        let (leash, held) = mpsc::channel::<()>();
        thread::spawn(move || {
            let waited = held.recv_timeout(Duration::from_secs(3));
            if waited == Err(mpsc::RecvTimeoutError::Timeout) && bark.send(()).is_ok() {
                waker.wake();
            }
        });
        Watchdog { barks, _leash: leash }
    }

    fn has_barked(&self) -> bool {
        self.barks.try_recv().is_ok()
    }
}

/// The leaf as a task of an executor, and the task beside it that keeps stepping.
fn side_by_side(leaf: Leaf, mut step: Step) -> (impl Future<Output = ()>, impl Future<Output = bool>) {
    let done = Rc::new(Cell::new(false));
    let finished = done.clone();
    let stepping = async move {
        // A few more rounds once nothing is left to do, for the leaf to be polled in.
        let mut rounds = 10;
        while !done.get() && rounds > 0 {
            // The first step comes after the first poll of the leaf.
            futures_lite::future::yield_now().await;
            if !step() {
                rounds -= 1;
            }
        }
        done.get()
    };
    (leaf.map(move |()| finished.set(true)), stepping)
}

/// Where a leaf finds the runtime that makes it ready.
#[derive(Clone, Copy, Debug)]
enum Current {
    /// Each of its polls is inside `Runtime::enter`.
    AtEveryPoll,
    /// Only its first one is, as for a `Sleep` that begins.
    AtTheFirstPoll,
    /// Its first poll is by a task of the runtime, which hands it over.
    InATask,
}

const CURRENTS: [Current; 3] = [Current::AtEveryPoll, Current::AtTheFirstPoll, Current::InATask];

impl Current {
    fn begin(self, runtime: &Rc<Runtime>, mut leaf: Leaf) -> Leaf {
        let inside = runtime.clone();
        match self {
            Current::AtEveryPoll => poll_fn(move |cx| inside.enter(|| leaf.poll_unpin(cx))).boxed_local(),
            Current::AtTheFirstPoll => {
                let mut first = true;
                let poll = poll_fn(move |cx| match std::mem::take(&mut first) {
                    true => inside.enter(|| leaf.poll_unpin(cx)),
                    false => leaf.poll_unpin(cx),
                });
                poll.boxed_local()
            }
            Current::InATask => {
                let slot = Rc::new(RefCell::new(None));
                let moved = slot.clone();
                runtime.spawn_detached(async move {
                    poll_once(&mut leaf).await;
                    moved.replace(Some(leaf));
                });
                runtime.turn();
                slot.take().expect("the task has polled the leaf")
            }
        }
    }
}

#[test]
fn every_leaf_wakes_a_foreign_executor() {
    for executor in EXECUTORS {
        for kind in KINDS {
            for current in CURRENTS {
                let case = format!("{} under {}, {current:?}", kind.name, executor.name);
                let runtime = Rc::new(Runtime::builder().virtual_clock().build());
                let tally = Tally::default();
                let leaf = runtime.enter(|| tally.count((kind.begin)()(When::After(1))));
                let leaf = current.begin(&runtime, leaf);
                let step = move || !matches!(runtime.turn(), Turn::Idle(None) | Turn::Stalled);
                assert!((executor.run)(leaf, Box::new(step)), "{case}: nobody woke it");
                let polls = match current {
                    Current::InATask => 3,
                    _ => 2,
                };
                assert_eq!(tally.polls(), polls, "{case}");
            }
        }
    }
    println!(
        "{} foreign executors x {} leaves x {} ways to enter = {} cases",
        EXECUTORS.len(),
        KINDS.len(),
        CURRENTS.len(),
        EXECUTORS.len() * KINDS.len() * CURRENTS.len()
    );
}

/// A waker without data: its clones are equal to it, and it counts them.
struct Dataless;

thread_local! {
    static CLONES: Cell<usize> = const { Cell::new(0) };
}

impl Clone for Dataless {
    fn clone(&self) -> Self {
        CLONES.set(CLONES.get() + 1);
        Dataless
    }
}

impl WakeRef for Dataless {
    fn wake_by_ref(&self) {}
}

impl Wake for Dataless {}

#[test]
fn a_leaf_that_is_polled_again_with_an_equal_waker_keeps_the_one_that_it_has() {
    for Kind { name, begin, .. } in KINDS {
        let runtime = Runtime::builder().virtual_clock().build();
        // A clone, as what the leaf keeps is: its vtable is certain to be the same.
        let waker = Box::new(Dataless).into_waker().clone();
        let mut leaf = runtime.enter(|| begin()(When::Never));
        let mut clones_in_a_poll = || {
            let before = CLONES.get();
            assert!(runtime.enter(|| leaf.poll_unpin(&mut Context::from_waker(&waker))).is_pending());
            CLONES.get() - before
        };
        assert!(clones_in_a_poll() > 0, "{name}");
        // Its future may move the deadline, so it leaves the line of those who are told of that and joins it again.
        let anew = usize::from(name.starts_with("timeout_at"));
        assert_eq!([clones_in_a_poll(), clones_in_a_poll()], [anew; 2], "{name}");
    }
}

#[test]
fn what_waits_for_no_time_needs_no_runtime_at_all() {
    for executor in EXECUTORS {
        for (name, begin) in APART {
            let case = format!("{name} under {}", executor.name);
            let tally = Tally::default();
            let (leaf, step) = begin();
            assert!((executor.run)(tally.count(leaf), step), "{case}: nobody woke it");
            assert_eq!(tally.polls(), 2, "{case}");
        }
    }
    let (executors, leaves) = (EXECUTORS.len(), APART.len());
    println!("{executors} foreign executors x {leaves} leaves without a runtime = {} cases", executors * leaves);
}

#[test]
fn an_event_without_a_runtime_releases_its_waiters_in_order() {
    let (event, order) = (Event::new(), RefCell::new(Vec::new()));
    let walk = async |name| {
        event.wait().await;
        order.borrow_mut().push(name);
    };
    let mut waiters = FuturesUnordered::from_iter(["first", "second", "third"].map(walk));
    pollster::block_on(async {
        assert_eq!(waiters.next().now_or_never(), None);
        event.set();
        event.clear();
        while waiters.next().await.is_some() {}
    });
    assert_eq!(*order.borrow(), ["first", "second", "third"]);
}

#[test]
fn a_lock_without_a_runtime_goes_from_hand_to_hand_in_order() {
    let (lock, order) = (Lock::new(()), RefCell::new(Vec::new()));
    let enter = async |name| {
        let _guard = lock.lock().await;
        order.borrow_mut().push(format!("{name} enters"));
        futures_lite::future::yield_now().await;
        order.borrow_mut().push(format!("{name} leaves"));
    };
    pollster::block_on(future::join_all(["first", "second", "third"].map(enter)));
    let expected = ["first enters", "first leaves", "second enters", "second leaves", "third enters", "third leaves"];
    assert_eq!(*order.borrow(), expected);
    assert!(!lock.is_locked());
}

#[test]
fn a_condition_without_a_runtime_notifies_as_many_as_it_was_asked_to() {
    let (condition, order) = (Condition::new(()), RefCell::new(Vec::new()));
    let wait = async |name| {
        let guard = condition.lock().await;
        let _guard = condition.wait(guard).await;
        order.borrow_mut().push(name);
    };
    let mut waiters = FuturesUnordered::from_iter(["first", "second", "third"].map(wait));
    let mut notify = |n| {
        assert_eq!(waiters.next().now_or_never(), None);
        let guard = condition.lock().now_or_never().expect("nobody holds the lock");
        assert_eq!(condition.notify(&guard, n), n);
        drop(guard);
        for _ in 0..n {
            assert_eq!(pollster::block_on(waiters.next()), Some(()));
        }
    };
    notify(1);
    notify(2);
    assert_eq!(*order.borrow(), ["first", "second", "third"]);
}
