//! Whom a leaf future wakes, and which task is being polled just now.

use super::task::{TaskCell, TaskId};
use slab::Slab;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null;
use std::rc::Rc;
use std::task::{RawWakerVTable, Waker};

/// Whom a leaf future wakes: what the waiter rule registers.
pub(super) enum Wakee {
    /// The future was polled with its task's own waker: waking is one push to the ready queue.
    Task(Rc<TaskCell>),
    /// It was polled with any other waker. The task that was being polled then, if any, is noted for the reports.
    Foreign(Waker, Option<Rc<TaskCell>>),
}

/// A wakee as the node of a wait list, or a timer, keeps it: in 16 bytes, with foreign wakers apart.
#[derive(Default)]
pub(super) struct Registered {
    /// The task that polled it last, if one was polled then. It stays when it is woken, for the reports.
    task: Option<Rc<TaskCell>>,
    means: Means,
}

/// By what means a wakee is woken: one of these two, or else the waker of [`FOREIGN`] at this index, counted from 1.
#[derive(Clone, Copy, Default, PartialEq)]
struct Means(u32);

impl Means {
    /// None any more: it was granted.
    const GRANTED: Means = Means(0);
    /// The task itself is queued.
    const TASK: Means = Means(u32::MAX);
}

/// The task that the executor of this thread is polling; none between two polls.
pub(super) struct Polling {
    task: Cell<ManuallyDrop<Option<Rc<TaskCell>>>>,
    mark: Cell<Mark>,
}

/// What is asked of it at every wait, and is read without its reference count: its id, and its waker.
#[derive(Clone, Copy)]
struct Mark {
    id: TaskId,
    /// The waker that the executor has put into the context.
    data: *const (),
    vtable: *const RawWakerVTable,
}

// Without destructors, as all that is needed while a thread ends: other destructors may run a runtime.
thread_local! {
    static POLLING: Polling = const { Polling::nobody() };
    /// The wakers of elsewhere that are registered.
    static FOREIGN: RefCell<ManuallyDrop<Slab<Waker>>> = const { RefCell::new(ManuallyDrop::new(Slab::new())) };
}

impl Mark {
    const NOBODY: Mark = Mark { id: TaskId::NOBODY, data: null(), vtable: null() };
}

impl Polling {
    const fn nobody() -> Self {
        Polling { task: Cell::new(ManuallyDrop::new(None)), mark: Cell::new(Mark::NOBODY) }
    }

    /// Goes back to what was polled before [`leave_poll`].
    pub(super) fn resume(&self) {
        POLLING.with(|polling| {
            polling.task.swap(&self.task);
            polling.mark.swap(&self.mark);
        });
    }

    /// Whether this is the very waker that the executor put into the context. `will_wake` would compare with a second
    /// waker made from the same `Arc`, and two of those differ in release builds when their vtables are instantiated
    /// twice.
    #[inline]
    fn owns(&self, waker: &Waker) -> bool {
        let mark = self.mark.get();
        mark.data == waker.data() && std::ptr::eq(mark.vtable, waker.vtable())
    }

    /// Looks at the task.
    #[inline]
    fn with_task<R>(&self, look: impl FnOnce(Option<&Rc<TaskCell>>) -> R) -> R {
        let task = self.task.replace(ManuallyDrop::new(None));
        let looked = look(task.as_ref());
        self.task.set(task);
        looked
    }

    #[inline]
    fn task(&self) -> Option<Rc<TaskCell>> {
        self.with_task(|task| task.cloned())
    }
}

/// The task that is being polled.
pub(super) fn polled() -> Option<Rc<TaskCell>> {
    POLLING.with(Polling::task)
}

/// Its id, or that of nobody.
#[inline]
pub(super) fn polled_id() -> TaskId {
    POLLING.with(|polling| polling.mark.get().id)
}

/// The task that is being polled, if this is its own waker.
#[inline]
pub(super) fn owner(waker: &Waker) -> Option<Rc<TaskCell>> {
    POLLING.with(|polling| if polling.owns(waker) { polling.task() } else { None })
}

/// Wakes the task that is being polled, if this is its own waker and nobody watches.
#[inline]
pub(super) fn wakes_polled(waker: &Waker) -> bool {
    POLLING.with(|polling| polling.owns(waker) && polling.with_task(|task| task.is_some_and(TaskCell::wakes_unwatched)))
}

/// The executor begins to poll a task with that waker.
#[inline]
pub(super) fn begin_poll(task: Rc<TaskCell>, waker: &Waker) {
    POLLING.with(|polling| {
        polling.mark.set(Mark { id: task.id.get(), data: waker.data(), vtable: waker.vtable() });
        polling.task.set(ManuallyDrop::new(Some(task)));
    });
}

/// The poll is over. Returns the task.
#[inline]
pub(super) fn end_poll() -> Rc<TaskCell> {
    let task = POLLING.with(|polling| {
        polling.mark.set(Mark::NOBODY);
        polling.task.replace(ManuallyDrop::new(None))
    });
    ManuallyDrop::into_inner(task).expect("a task is being polled until its poll is over")
}

/// Nobody is being polled until a poll begins, or the one that this returns is resumed: a runtime may be stepped inside
/// a task of another one.
pub(super) fn leave_poll() -> Polling {
    let outer = Polling::nobody();
    outer.resume();
    outer
}

impl Wakee {
    /// Whom to wake, for a leaf that is polled with this waker. Cloning a foreign waker runs foreign code: call this
    /// with nothing borrowed.
    #[inline]
    pub(super) fn of(waker: &Waker) -> Wakee {
        match owner(waker) {
            Some(task) => Wakee::Task(task),
            None => Wakee::Foreign(waker.clone(), polled()),
        }
    }

    /// The task to name in reports.
    pub(super) fn task(&self) -> Option<&Rc<TaskCell>> {
        match self {
            Wakee::Task(task) => Some(task),
            Wakee::Foreign(_, noted) => noted.as_ref(),
        }
    }

    /// Wakes it, and those who watch are told. Returns the panic of a foreign waker.
    #[inline]
    pub(super) fn wake(self) -> Option<Box<dyn Any + Send>> {
        match self {
            Wakee::Task(task) => task.wake(),
            Wakee::Foreign(waker, _) => return catch_unwind(AssertUnwindSafe(|| waker.wake())).err(),
        }
        None
    }
}

impl Registered {
    #[inline]
    pub(super) fn of_task(task: Rc<TaskCell>) -> Self {
        Registered { task: Some(task), means: Means::TASK }
    }

    #[inline]
    pub(super) fn new(wakee: Wakee) -> Self {
        match wakee {
            Wakee::Task(task) => Registered::of_task(task),
            Wakee::Foreign(waker, task) => Registered { task, means: Means::to(waker) },
        }
    }

    /// Marks it as granted. Its task is woken at once, if that runs no foreign code; otherwise returns whom to wake.
    #[inline(always)]
    pub(super) fn grant_and_wake(&mut self) -> Option<Wakee> {
        if self.means == Means::TASK && self.task.as_ref().is_some_and(TaskCell::wakes_unwatched) {
            self.means = Means::GRANTED;
            return None;
        }
        Some(self.grant())
    }

    /// Marks it as granted, and takes out whom to wake: nobody is woken twice.
    pub(super) fn grant(&mut self) -> Wakee {
        let task = self.task.clone();
        match (std::mem::replace(&mut self.means, Means::GRANTED), task) {
            (Means::TASK, Some(task)) => Wakee::Task(task),
            (means, noted) => Wakee::Foreign(means.take(), noted),
        }
    }

    /// Whether it was granted. Whom it wakes was woken then, or is about to be.
    #[inline]
    pub(super) fn is_granted(&self) -> bool {
        self.means == Means::GRANTED
    }

    /// The task to name in reports.
    #[inline]
    pub(super) fn task(&self) -> Option<&Rc<TaskCell>> {
        self.task.as_ref()
    }

    /// Whether its task was cancelled. A wait with a foreign waker may be in a future that others poll too, as the
    /// futures crate's `Shared` is: it need not go with the task that polled it last.
    #[inline]
    pub(super) fn is_dying(&self) -> bool {
        self.means == Means::TASK && self.task.as_ref().is_some_and(|task| task.dying.get())
    }

    /// Whether a leaf that is polled with this waker, now, would register the same again.
    pub(super) fn is_current(&self, waker: &Waker) -> bool {
        let is_polled = self.task.as_ref().map_or(TaskId::NOBODY, |task| task.id.get()) == polled_id();
        is_polled
            && match self.means {
                Means::TASK => POLLING.with(|polling| polling.owns(waker)),
                means => means.is(waker),
            }
    }

    /// Registers another one. Returns what was registered, to be dropped with nothing borrowed.
    pub(super) fn replace(&mut self, wakee: Wakee) -> Wakee {
        std::mem::replace(self, Registered::new(wakee)).grant()
    }

    /// The foreign waker that is left of it when it leaves its arena, to be dropped with nothing borrowed.
    #[inline]
    pub(super) fn into_waker(self) -> Option<Waker> {
        match self.means {
            Means::TASK | Means::GRANTED => None,
            means => Some(means.take()),
        }
    }
}

impl Means {
    #[cold]
    fn to(waker: Waker) -> Means {
        let index = FOREIGN.with_borrow_mut(|foreign| foreign.insert(waker));
        Means(u32::try_from(index + 1).expect("fewer than 2^32 - 1 foreign wakers are registered"))
    }

    fn index(self) -> usize {
        self.0 as usize - 1
    }

    #[cold]
    fn take(self) -> Waker {
        FOREIGN.with_borrow_mut(|foreign| foreign.remove(self.index()))
    }

    #[cold]
    fn is(self, waker: &Waker) -> bool {
        FOREIGN.with_borrow(|foreign| foreign[self.index()].will_wake(waker))
    }
}

/// Gives memory back while the thread ends.
pub(super) fn give_back() {
    FOREIGN.with_borrow_mut(|foreign| {
        if foreign.is_empty() {
            **foreign = Slab::new();
        }
    });
}
