//! One task: the cell that holds its future and its flags, and the transitions of its life.
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
//! 1. `Table::insert` gives the task a cell and a slot; `Core::spawn` queues it for its first poll.
//! 2. `TaskCell::begin` lends the future to the executor; a wake that comes while it is out queues the task again.
//! 3. `TaskCell::suspend` takes it back when the poll returned `Pending`.
//! 4. `TaskCell::wake`, or `TaskCell::wakes_unwatched` in its stead, queues the task; in the queue already, it keeps
//!    its place.
//! 5. `TaskCell::cancel` marks the task as dying and queues it, from any state; one that is being polled, at its next
//!    suspend. The mark stays.
//! 6. The future of a dying task is handed over to be dropped; it is never polled again.
//! 7. A future that returned or panicked goes the same way, in the turn of its last poll.
//! 8. `Table::remove` empties the slot after the future was dropped; the joiners are woken then.

use super::Line;
use super::listeners::Listeners;
use super::note::Notes;
use super::waker::TaskWaker;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

pub(super) use super::body::{Body, Job, Main, Work};
pub use super::waker::TaskId;
pub(super) use super::waker::{Message, TaskKey};

/// A task: what the ready queue, the wait lists and the timers hold, so that neither a wake nor a poll looks anything
/// up. Once nobody holds it any more, it serves the next task or callback.
pub(crate) struct TaskCell {
    /// [`TaskId::ENDED`] once the task has ended.
    pub(super) id: Cell<TaskId>,
    /// Its slot in the table. Valid until the task has ended.
    slot: Cell<u32>,
    /// Set from when the task is queued until it begins to be polled or dropped, and once it has ended: nobody queues
    /// it then.
    pub(super) queued: Cell<bool>,
    /// Set once the task is to be dropped instead of polled. Cleared when the cell becomes another task, and not
    /// before.
    pub(super) dying: Cell<bool>,
    /// Set once its future is being dropped. Cleared when the cell becomes another task.
    pub(super) ending: Cell<bool>,
    /// The future. None while the executor has it out to poll or to drop, and once the task has ended.
    pub(super) body: Cell<Option<Body>>,
    /// Its own waker: somebody has cloned one that it was lent. None as long as nobody has, and while the executor has
    /// it.
    pub(super) waker: Cell<Option<Arc<TaskWaker>>>,
    /// The line that spawned it.
    pub(super) spawned: Cell<Line>,
    pub(super) queue: Rc<ReadyQueue>,
    /// None until the task has a name, or somebody awaits or hears its end.
    pub(super) extra: OnceCell<Box<Extra>>,
}

/// What few tasks have.
#[derive(Default)]
pub(super) struct Extra {
    pub(super) name: RefCell<Option<Arc<str>>>,
    /// The wait list of those who await this task's end; none until somebody does.
    pub(super) joiners: Cell<Option<u32>>,
    /// Who is told of this task's end before its joiners are.
    pub(super) listeners: RefCell<Listeners>,
}

/// The tasks that can run, first in, first out. Each is in it at most once: its `queued` flag says so.
pub(super) struct ReadyQueue {
    pub(super) tasks: RefCell<Vec<Rc<TaskCell>>>,
    /// What its runtime notes for those who watch it.
    pub(super) notes: Notes,
}

impl TaskCell {
    /// A cell that is no task yet.
    pub(super) fn new(queue: Rc<ReadyQueue>, spawned: Line) -> Self {
        TaskCell {
            id: Cell::new(TaskId::ENDED),
            slot: Cell::new(0),
            queued: Cell::new(true),
            dying: Cell::new(false),
            ending: Cell::new(false),
            body: Cell::new(None),
            waker: Cell::new(None),
            spawned: Cell::new(spawned),
            queue,
            extra: OnceCell::new(),
        }
    }

    /// Becomes a task that has not been queued.
    pub(super) fn begin_life(&self, key: TaskKey, body: Body, spawned: Line) {
        self.id.set(key.id);
        self.slot.set(key.slot);
        [&self.queued, &self.dying, &self.ending].iter().for_each(|flag| flag.set(false));
        self.body.set(Some(body));
        self.spawned.set(spawned);
    }

    /// The task has ended: nobody finds it, wakes it or queues it from now on.
    pub(super) fn end_life(&self) {
        self.id.set(TaskId::ENDED);
        self.queued.set(true);
    }

    pub(super) fn key(&self) -> TaskKey {
        TaskKey { slot: self.slot.get(), id: self.id.get() }
    }

    pub(super) fn name(&self) -> Option<Arc<str>> {
        self.extra.get().and_then(|extra| extra.name.borrow().clone())
    }

    /// Makes the task ready.
    #[inline]
    pub(super) fn wake(self: &Rc<Self>) {
        let pushes = !self.queued.replace(true);
        if pushes {
            self.push();
        }
        if self.queue.notes.is_watched() {
            self.note_woken(pushes);
        }
    }

    /// As [`wake`](TaskCell::wake), where nobody watches: it runs no foreign code. False, with nothing done, where
    /// somebody does.
    #[inline]
    pub(super) fn wakes_unwatched(self: &Rc<Self>) -> bool {
        let unwatched = !self.queue.notes.is_watched();
        if unwatched && !self.queued.replace(true) {
            self.push();
        }
        unwatched
    }

    /// Puts the task into the ready queue; it is flagged as queued.
    #[inline]
    pub(super) fn push(self: &Rc<Self>) {
        self.queue.tasks.borrow_mut().push(self.clone());
    }

    /// Marks the task as dying, and has it queued for that. One that cancels itself is queued when it suspends, behind
    /// all that it wakes until then.
    pub(super) fn cancel(self: &Rc<Self>) {
        self.dying.set(true);
        let body = self.body.take();
        let is_parked = body.is_some();
        self.body.set(body);
        if is_parked && !self.queued.replace(true) {
            self.push();
        }
    }

    /// The task has left the ready queue, and its future leaves the cell; none if the task has ended.
    #[inline]
    pub(super) fn begin(&self) -> Option<Body> {
        let body = self.body.take()?;
        self.queued.set(false);
        Some(body)
    }

    /// The future comes back to wait for a wake, which may have come already. One that has cancelled itself is queued
    /// for that.
    #[inline]
    pub(super) fn suspend(self: &Rc<Self>, body: Body) {
        self.body.set(Some(body));
        if self.dying.get() && !self.queued.replace(true) {
            self.push();
        }
    }
}
