//! What `matrix` waits with: every waiting method, how to give what a wait is for, and what is left
//! of that.

use greenlight::sync::{Barrier, Event, Queue, QueueOver, Semaphore, Store};
use greenlight::{TaskGroup, Until, as_completed, spawn, wait};
use stage::foreign::Held;
use std::rc::Rc;

/// Whom giving once lets go on.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Serves {
    One,
    All,
}

/// An object, and what is done with it.
pub(super) trait Object {
    const SERVES: Serves;

    /// A wait with the method in question.
    fn wait(self: Rc<Self>) -> Held;

    /// Gives what a wait is for; false if it cannot be given now.
    fn give(&self) -> bool;

    /// How many times it was given to nobody.
    fn left_over(&self) -> usize;

    fn print(&self) -> String {
        String::new()
    }
}

pub(super) struct Permits(pub(super) Semaphore, pub(super) usize);

impl Object for Permits {
    const SERVES: Serves = Serves::One;

    fn wait(self: Rc<Self>) -> Held {
        Box::pin(async move { self.0.acquire_many(self.1).await.forget() })
    }

    fn give(&self) -> bool {
        self.0.release(self.1).is_ok()
    }

    fn left_over(&self) -> usize {
        self.0.available() / self.1
    }

    fn print(&self) -> String {
        format!("{:?}", self.0)
    }
}

pub(super) struct Getting<S>(pub(super) QueueOver<u32, S>);

impl<S: Store<u32> + 'static> Object for Getting<S> {
    const SERVES: Serves = Serves::One;

    fn wait(self: Rc<Self>) -> Held {
        Box::pin(async move { _ = self.0.get().await.expect("nobody closes") })
    }

    fn give(&self) -> bool {
        self.0.try_put(1).is_ok()
    }

    fn left_over(&self) -> usize {
        self.0.len()
    }

    fn print(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// A full queue.
pub(super) struct Putting<S>(QueueOver<u32, S>);

impl<S: Store<u32> + 'static> Object for Putting<S> {
    const SERVES: Serves = Serves::One;

    fn wait(self: Rc<Self>) -> Held {
        Box::pin(async move { self.0.put(1).await.expect("nobody closes") })
    }

    /// One who takes an item and cannot wake the putter leaves the item, and the room is granted all the same.
    fn give(&self) -> bool {
        while self.0.len() > 1 {
            self.0.try_get().expect("there are some");
        }
        self.0.try_get().is_ok()
    }

    fn left_over(&self) -> usize {
        1_usize.saturating_sub(self.0.len())
    }

    fn print(&self) -> String {
        format!("{:?}", self.0)
    }
}

pub(super) struct Joining(pub(super) Queue<u32>);

impl Object for Joining {
    const SERVES: Serves = Serves::All;

    fn wait(self: Rc<Self>) -> Held {
        Box::pin(async move { self.0.join().await })
    }

    fn give(&self) -> bool {
        self.0.task_done().is_ok()
    }

    fn left_over(&self) -> usize {
        0
    }

    fn print(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// A barrier that never fills: who waits there can only be sent away.
pub(super) struct Start(pub(super) Barrier);

impl Object for Start {
    const SERVES: Serves = Serves::All;

    fn wait(self: Rc<Self>) -> Held {
        Box::pin(async move { _ = self.0.wait().await.expect_err("it never fills") })
    }

    fn give(&self) -> bool {
        self.0.abort();
        true
    }

    fn left_over(&self) -> usize {
        self.0.waiting()
    }

    fn print(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// What a wait for tasks comes down to.
#[derive(Clone, Copy)]
pub(super) enum Tasks {
    Group,
    Wait(Until),
    NextEnded,
}

/// Tasks that end once the gate opens, two for each who waits.
pub(super) struct Ending(pub(super) Tasks, pub(super) Rc<Event>);

impl Object for Ending {
    const SERVES: Serves = Serves::All;

    fn wait(self: Rc<Self>) -> Held {
        let gate = || {
            let gate = self.1.clone();
            async move {
                gate.wait().await;
                Ok::<(), ()>(())
            }
        };
        let mut group = TaskGroup::new();
        let (tasks, both) = (self.0, [gate(), gate()]);
        if let Tasks::Group = tasks {
            both.into_iter().for_each(|task| _ = group.spawn(task));
            return Box::pin(async move { group.join().await.expect("no task fails") });
        }
        let handles = both.map(spawn);
        match tasks {
            Tasks::Wait(until) => Box::pin(async move { _ = wait(&handles, until).await }),
            _ => Box::pin(async move { _ = as_completed(handles).next_ended().await.expect("there are two") }),
        }
    }

    fn give(&self) -> bool {
        self.1.set();
        true
    }

    fn left_over(&self) -> usize {
        0
    }
}

pub(super) fn full<S: Store<u32>>(queue: QueueOver<u32, S>) -> Putting<S> {
    queue.try_put(0).expect("it is empty");
    Putting(queue)
}
