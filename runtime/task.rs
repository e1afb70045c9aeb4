//! One task: what its slot in the table holds, and the transitions of its life.
//!
//! ```text
//!                    ┌──────── 4 wake ────────┐
//!                    ▼                        │
//!   ── 1 insert ─► Queued ─ 2 begin ─► Polling ─ 3 suspend ─► Parked
//!                    │ ▲                  │                     │
//!                    │ └── 4 wake ────────┼─────────────────────┤
//!                    │                    │                     │ 5 cancel
//!                    │ 6 begin, dying     │ 7 returned,         ▼
//!                    │                    │   panicked       Queued and dying
//!                    ▼                    ▼
//!                  Ending ─── 8 remove ─► gone
//! ```
//!
//! 1. `Table::insert` makes the slot and queues the task for its first poll.
//! 2. `Slot::begin` lends future and waker to the executor; a wake that comes while they are out queues the task again.
//! 3. `Slot::suspend` takes them back when the poll returned `Pending`.
//! 4. `Slot::wake` queues the task; in the queue already, it keeps its place.
//! 5. `Slot::cancel` marks the task as dying and queues it, from any state; one that is being polled, at its next
//!    suspend. The mark stays.
//! 6. `Slot::begin` of a dying task hands the future over to be dropped; it is never polled again.
//! 7. A future that returned or panicked goes the same way, in the turn of its last poll.
//! 8. `Table::remove` empties the slot after the future was dropped; the joiners are woken then.

use super::inbox::Inbox;
use super::ready::{TaskId, TaskKey};
use futures_task::{FutureObj, LocalFutureObj};
use std::any::Any;
use std::collections::BTreeMap;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::{Context, Poll, Waker};

/// A slot of the task table.
pub(super) struct Slot {
    pub(super) id: TaskId,
    /// How many tasks this runtime had spawned before this one.
    pub(super) number: u64,
    /// Its place among the tasks whose wakers may be held outside; none if its waker is not, since its last poll.
    pub(super) held: Option<u32>,
    /// The future and its waker. None while the executor has them out to poll or to drop.
    pub(super) tenant: Option<Tenant>,
    /// Set while the task is in the ready queue.
    pub(super) queued: bool,
    /// Set once the task is to be dropped instead of polled. Never cleared.
    pub(super) dying: bool,
    /// How many of its waits were passed over, because it is dying, and are in line yet.
    pub(super) passed_over: u32,
    pub(super) name: Option<Arc<str>>,
    pub(super) spawned: &'static Location<'static>,
    /// The type of its future, for the reports. Empty if that was boxed before.
    pub(super) future: &'static str,
    /// The wait list of those who await this task's end; none until somebody does.
    pub(super) joiners: Option<u32>,
    /// Who is told of this task's end before its joiners are.
    pub(super) watches: Watches,
    /// The trace's number of what queued this task last: the cause of its next poll. Kept only while watched.
    pub(super) queued_by: Option<u64>,
}

/// What a slot lends to the executor for a poll.
pub(super) struct Tenant {
    pub(super) body: Body,
    pub(super) waker: Arc<TaskWaker>,
}

/// The future of a task.
pub(super) enum Body {
    /// The future that `run` was given: it stays on the stack of `run`, which polls it.
    Main,
    /// A future whose end nobody awaits through a handle.
    Detached(LocalFutureObj<'static, ()>),
    /// A future with a place for its output.
    Joined(Rc<dyn Job>),
}

/// A future and the place where its outcome goes, shared with the join handle. Each method runs foreign code.
pub(super) trait Job {
    fn poll(&self, cx: &mut Context<'_>) -> Poll<()>;

    /// Drops the future.
    fn drop_future(&self);

    /// Drops the output of a job that has not `returned` or that no handle is left to fetch it from.
    fn drop_output(&self, returned: bool);

    /// Stores the payload of a panic; hands it back if no handle is left to fetch it.
    fn panicked(&self, payload: Box<dyn Any + Send>) -> Result<(), Box<dyn Any + Send>>;
}

/// Is told of the ends of the tasks that it watches, on behalf of somebody who waits for several.
pub(crate) trait Watch {
    fn child_ended(self: Rc<Self>, panicked: bool);

    /// The identity of the list in which that somebody waits.
    fn waits_in(&self) -> u64;

    /// Whether that somebody waits until every task has ended; otherwise the end of one may suffice.
    fn awaits_every(&self) -> bool;
}

/// Watchers by the identities of the lists in which somebody waits.
type ByList = BTreeMap<u64, Rc<dyn Watch>>;

/// Those who watch one task, in the order in which they are told. The first allocates nothing.
#[derive(Default)]
pub(super) struct Watches {
    first: Option<Rc<dyn Watch>>,
    /// By the identities of the lists in which somebody waits: who came later has a higher one. Each came after the first.
    others: Option<Box<ByList>>,
}

/// What the wakers of a task point at: the task, by key, and the way to it from any thread.
pub(super) struct TaskWaker {
    pub(super) key: TaskKey,
    pub(super) inbox: Arc<Inbox<Message>>,
    /// Says whether a wake by this one is in the inbox.
    pub(super) sent: AtomicBool,
}

/// What other threads send to the executor.
pub(super) enum Message {
    Wake(TaskKey),
    Spawn(FutureObj<'static, ()>, &'static Location<'static>),
    /// A question: it is called inside the runtime, and sends the answer itself.
    Ask(Box<dyn FnOnce() + Send>),
}

/// Whom a leaf future wakes: what the waiter rule registers.
pub(crate) enum Wakee {
    /// The future was polled with its task's own waker: waking is one push to the ready queue.
    Task(TaskKey),
    /// It was polled with any other waker. The task that was polling then, if any, is noted for the reports.
    Waker(Waker, Option<TaskKey>),
}

/// What the executor is to do with a task whose turn it is.
pub(super) enum Begin {
    Poll(Tenant),
    Drop(Tenant),
}

impl Slot {
    /// Puts the task among the ready ones; false if it is there already.
    pub(super) fn wake(&mut self) -> bool {
        !std::mem::replace(&mut self.queued, true)
    }

    /// Marks the task as dying; true if it has to be queued for that. One that cancels itself is
    /// queued when it suspends, behind all that it wakes until then.
    pub(super) fn cancel(&mut self) -> bool {
        self.dying = true;
        self.tenant.is_some() && self.wake()
    }

    /// The task leaves the ready queue, and its future the slot.
    pub(super) fn begin(&mut self) -> Begin {
        debug_assert!(self.queued, "a task that begins was queued");
        self.queued = false;
        let tenant = self.tenant.take().expect("a task is not polled from inside its own poll");
        if self.dying { Begin::Drop(tenant) } else { Begin::Poll(tenant) }
    }

    /// The future comes back to wait for a wake, which may have come already; true if the task
    /// cancelled itself and has to be queued for that.
    #[inline]
    pub(super) fn suspend(&mut self, tenant: Tenant) -> bool {
        debug_assert!(self.tenant.is_none(), "a slot lends its future once");
        self.tenant = Some(tenant);
        self.dying && self.wake()
    }
}

impl Watches {
    pub(super) fn add(&mut self, watch: Rc<dyn Watch>) {
        match self.first.is_none() && self.others.is_none() {
            true => self.first = Some(watch),
            false => _ = self.others.get_or_insert_default().insert(watch.waits_in(), watch),
        }
    }

    /// Takes the one out on whose behalf somebody waits in that list.
    pub(super) fn remove(&mut self, list: u64) -> Option<Rc<dyn Watch>> {
        self.first.take_if(|watch| watch.waits_in() == list).or_else(|| self.others.as_mut()?.remove(&list))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Rc<dyn Watch>> {
        self.first.iter().chain(self.others.iter().flat_map(|others| others.values()))
    }

    pub(super) fn into_all(self) -> impl Iterator<Item = Rc<dyn Watch>> {
        self.first.into_iter().chain(self.others.into_iter().flat_map(|others| others.into_values()))
    }
}

impl Body {
    /// Polls a future that is not main's.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self {
            Body::Main => unreachable!("run polls its own future"),
            Body::Detached(future) => Pin::new(future).poll(cx),
            Body::Joined(job) => job.poll(cx),
        }
    }
}

impl Wakee {
    /// The task to name in reports.
    pub(super) fn task(&self) -> Option<TaskKey> {
        match self {
            Wakee::Task(key) => Some(*key),
            Wakee::Waker(_, noted) => *noted,
        }
    }
}
