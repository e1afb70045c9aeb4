//! Whom a leaf future wakes, and which task is being polled just now.

use super::task::{TaskCell, TaskId};
use slab::Slab;
use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
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

/// Whom a leaf future wakes, as an arena keeps it: small, with the wakers of elsewhere apart.
#[derive(Default)]
pub(super) struct Kept {
    /// The task that polled it last, if one was polled then. It stays when it is woken, for the reports.
    task: Option<Rc<TaskCell>>,
    way: Way,
    /// How much it asks for, where there is a choice.
    pub(super) asks: u32,
}

/// How somebody is woken who waits.
#[derive(Clone, Copy, PartialEq)]
struct Way(u32);

impl Default for Way {
    fn default() -> Self {
        Way::NOBODY
    }
}

impl Way {
    /// The task itself is woken.
    const TASK: Way = Way(u32::MAX);
    /// Nobody is any more: that has happened. Anything else is the index of a foreign waker.
    const NOBODY: Way = Way(u32::MAX - 1);
}

/// What is being polled by the executor of this thread.
struct Polled {
    /// Nobody between two polls.
    task: Cell<ManuallyDrop<Option<Rc<TaskCell>>>>,
    id: Cell<TaskId>,
    /// The waker that the executor has put into the context.
    data: Cell<*const ()>,
    vtable: Cell<*const RawWakerVTable>,
}

// Without destructors, as all that is needed while a thread ends: other destructors may run a runtime.
thread_local! {
    static POLLED: Polled = const {
        Polled {
            task: Cell::new(ManuallyDrop::new(None)),
            id: Cell::new(TaskId::NOBODY),
            data: Cell::new(null()),
            vtable: Cell::new(null()),
        }
    };
    static FOREIGN: RefCell<ManuallyDrop<Slab<Waker>>> = const { RefCell::new(ManuallyDrop::new(Slab::new())) };
}

impl Polled {
    /// Whether this is the very waker that the executor put into the context. `will_wake` would compare with a second waker made
    /// from the same `Arc`, and two of those differ in release builds when their vtables are instantiated twice.
    #[inline]
    fn owns(&self, waker: &Waker) -> bool {
        self.data.get() == waker.data() && std::ptr::eq(self.vtable.get(), waker.vtable())
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
    POLLED.with(Polled::task)
}

/// Its id, or that of nobody.
#[inline]
pub(super) fn polled_id() -> TaskId {
    POLLED.with(|polled| polled.id.get())
}

/// The task that is being polled, if this is its own waker.
#[inline]
pub(super) fn owner(waker: &Waker) -> Option<Rc<TaskCell>> {
    POLLED.with(|polled| if polled.owns(waker) { polled.task() } else { None })
}

/// Wakes the task that is being polled, by the waker that it was handed.
#[inline]
pub(super) fn wake_polled(waker: &Waker) {
    let wakes =
        POLLED.with(|polled| polled.owns(waker).then(|| polled.with_task(|task| task.map(TaskCell::wakes_unwatched))));
    if wakes != Some(Some(true)) {
        waker.wake_by_ref();
    }
}

/// What was polled before, while another task is: a runtime may be stepped inside a task of another one.
pub(super) struct Polling {
    task: ManuallyDrop<Option<Rc<TaskCell>>>,
    id: TaskId,
    data: *const (),
    vtable: *const RawWakerVTable,
}

impl Polling {
    /// The executor begins to poll a task with that waker.
    #[inline]
    pub(super) fn begin(task: Rc<TaskCell>, waker: &Waker) -> Self {
        POLLED.with(|polled| Polling {
            id: polled.id.replace(task.id.get()),
            task: polled.task.replace(ManuallyDrop::new(Some(task))),
            data: polled.data.replace(waker.data()),
            vtable: polled.vtable.replace(waker.vtable()),
        })
    }

    /// The poll is over. Returns the task.
    #[inline]
    pub(super) fn end(self) -> Rc<TaskCell> {
        let task = POLLED.with(|polled| {
            polled.id.set(self.id);
            polled.data.set(self.data);
            polled.vtable.set(self.vtable);
            polled.task.replace(self.task)
        });
        ManuallyDrop::into_inner(task).expect("a task is being polled until its poll is over")
    }
}

impl Wakee {
    /// Whom to wake, for a leaf that is polled with this waker. Cloning a foreign waker runs foreign code: call this with nothing
    /// borrowed.
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

    /// Wakes it. A foreign waker is foreign code, and so are those who watch.
    #[inline]
    pub(super) fn wake(self) {
        match self {
            Wakee::Task(task) => task.wake(),
            Wakee::Foreign(waker, _) => waker.wake(),
        }
    }
}

impl Kept {
    #[inline]
    pub(super) fn new(wakee: Wakee, asks: u32) -> Self {
        let (task, way) = match wakee {
            Wakee::Task(task) => (Some(task), Way::TASK),
            Wakee::Foreign(waker, noted) => (noted, Way::to(waker)),
        };
        Kept { task, way, asks }
    }

    /// Marks that whoever it wakes was woken. A task is woken at once, if that runs no foreign code; otherwise returns whom to wake.
    #[inline]
    pub(super) fn grant_and_wake(&mut self) -> Option<Wakee> {
        if self.way == Way::TASK && self.task.as_ref().is_some_and(TaskCell::wakes_unwatched) {
            self.way = Way::NOBODY;
            return None;
        }
        Some(self.grant())
    }

    /// Takes out whom to wake. Nobody is woken twice.
    pub(super) fn grant(&mut self) -> Wakee {
        let task = self.task.clone();
        match (std::mem::replace(&mut self.way, Way::NOBODY), task) {
            (Way::TASK, Some(task)) => Wakee::Task(task),
            (way, noted) => Wakee::Foreign(way.take(), noted),
        }
    }

    /// Whether whoever it wakes was woken.
    #[inline]
    pub(super) fn is_granted(&self) -> bool {
        self.way == Way::NOBODY
    }

    /// The task to name in reports.
    pub(super) fn task(&self) -> Option<&Rc<TaskCell>> {
        self.task.as_ref()
    }

    /// Whether its task was cancelled. A wait with a foreign waker may be in a future that others poll too, as the futures crate's
    /// `Shared` is: it need not go with the task that polled it last.
    #[inline]
    pub(super) fn is_dying(&self) -> bool {
        self.way == Way::TASK && self.task.as_ref().is_some_and(|task| task.dying.get())
    }

    /// Whether a leaf that is polled with this waker, now, would register the same again.
    pub(super) fn is_current(&self, waker: &Waker) -> bool {
        let is_polled = self.task.as_ref().map_or(TaskId::NOBODY, |task| task.id.get()) == polled_id();
        let is_own = POLLED.with(|polled| polled.owns(waker));
        match self.way {
            Way::TASK => is_polled && is_own,
            way => is_polled && !is_own && way.is(waker),
        }
    }

    /// Registers another one. Returns what was registered, to be dropped with nothing borrowed.
    pub(super) fn replace(&mut self, wakee: Wakee) -> Wakee {
        let asks = self.asks;
        std::mem::replace(self, Kept::new(wakee, asks)).grant()
    }

    /// The foreign waker that is left of it when it leaves its arena, to be dropped with nothing borrowed.
    #[inline]
    pub(super) fn into_waker(self) -> Option<Waker> {
        match self.way {
            Way::TASK | Way::NOBODY => None,
            way => Some(way.take()),
        }
    }
}

impl Way {
    #[cold]
    fn to(waker: Waker) -> Way {
        let index = FOREIGN.with_borrow_mut(|foreign| foreign.insert(waker));
        Way(u32::try_from(index).expect("fewer than 2^32 - 2 foreign wakers are registered"))
    }

    #[cold]
    fn take(self) -> Waker {
        FOREIGN.with_borrow_mut(|foreign| foreign.remove(self.0 as usize))
    }

    #[cold]
    fn is(self, waker: &Waker) -> bool {
        FOREIGN.with_borrow(|foreign| foreign.get(self.0 as usize).is_some_and(|known| known.will_wake(waker)))
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
