//! What an object says of itself to those who look on: what kind of thing it gives, how far it has come with that, and
//! who holds it. Nothing that runs depends on it.

use super::super::Line;
use super::super::context::Core;
use super::super::task::TaskId;
use super::super::waits::Grant;
use super::super::wakee;
use super::kind::Kind;
use super::runtimes;
use super::state::ObjectState;
use super::trace::{Met, ObjectLabel, ToLend, count};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// What is waited on: what the reports and traces say of it.
pub(crate) struct About {
    pub(super) kind: Cell<&'static str>,
    pub(in crate::runtime) name: RefCell<Option<Arc<str>>>,
    pub(super) made: Cell<Line>,
    /// A number that tells this object from others of its thread; 0 until somebody asks.
    identity: Cell<u64>,
    /// How it is.
    pub(crate) state: Cell<ObjectState>,
    /// Who has to let go of the object, or to end, before a waiter can go on.
    pub(crate) holder: Cell<Option<Holder>>,
}

/// Who holds an object.
#[derive(Clone, Copy)]
pub(crate) struct Holder {
    /// The task that was being polled when it came to hold the object, or nobody.
    pub(crate) task: TaskId,
    /// Since which line.
    pub(in crate::runtime) since: Line,
    /// Whether it was granted the object and has not run since.
    pub(in crate::runtime) granted: bool,
    /// How many permits of a semaphore it has; 1 of any other object.
    pub(in crate::runtime) permits: usize,
}

impl Holder {
    /// The task that is being polled, from this line on.
    #[inline]
    pub(crate) fn here(since: Line) -> Self {
        Holder { task: wakee::polled_id(), since, granted: false, permits: 1 }
    }

    /// A waiter that was granted the object.
    #[inline]
    pub(crate) fn of(grant: &Grant) -> Self {
        let task = grant.wakee.task().map_or(TaskId::NOBODY, |task| task.id.get());
        Holder { task, since: grant.at, granted: true, permits: grant.asks as usize }
    }
}

thread_local! {
    /// Who comes later has a higher one.
    static LAST_IDENTITY: Cell<u64> = const { Cell::new(0) };
}

impl About {
    pub(in crate::runtime) const fn new(kind: &'static str, made: Line, state: ObjectState) -> Self {
        About {
            kind: Cell::new(kind),
            name: RefCell::new(None),
            made: Cell::new(made),
            identity: Cell::new(0),
            state: Cell::new(state),
            holder: Cell::new(None),
        }
    }

    /// Says the same as another.
    pub(in crate::runtime) fn copy(&self, other: &About) {
        let (kind, name, made) = (other.kind.get(), other.name.borrow().clone(), other.made.get());
        self.tell(kind, name, made, other.state.get(), other.holder.get());
        self.identity.set(other.identity.get());
    }

    /// Says something new of an object that nobody has told of.
    pub(in crate::runtime) fn tell(
        &self,
        kind: &'static str,
        name: Option<Arc<str>>,
        made: Line,
        state: ObjectState,
        holder: Option<Holder>,
    ) {
        self.kind.set(kind);
        self.name.replace(name);
        self.made.set(made);
        self.state.set(state);
        self.holder.set(holder);
    }

    /// A number that tells the object from others.
    pub(crate) fn identity(&self) -> u64 {
        if self.identity.get() == 0 {
            LAST_IDENTITY.set(LAST_IDENTITY.get() + 1);
            self.identity.set(LAST_IDENTITY.get());
        }
        self.identity.get()
    }

    /// The object is gone: whoever has told of it forgets it. Observers are told inside their runtime, with nothing
    /// borrowed.
    pub(in crate::runtime) fn forget(&self) {
        if self.identity.get() == 0 {
            return;
        }
        for core in runtimes::of_which(|core| core.watchers.trace.object(self.identity()).is_some()) {
            let object = core.watchers.trace.objects.borrow_mut().remove(&self.identity());
            if let Some(object) = object.filter(|object| object.told.get()) {
                core.tell_act(&object, self.made.get(), Kind::ObjectGone);
            }
        }
        self.identity.set(0);
    }

    /// Names the object; with the number that it has in what that runtime tells.
    pub(super) fn label(&self, core: Option<&Core>) -> ObjectLabel {
        let number = core.and_then(|core| self.met(core).label.original.number);
        ObjectLabel { kind: self.kind.get(), number, name: self.name.borrow().clone(), made: self.made.get() }
    }

    /// What a runtime remembers of the object, which it meets if it has not before.
    pub(super) fn met(&self, core: &Core) -> Rc<Met> {
        let trace = &core.watchers.trace;
        let mut objects = trace.objects.borrow_mut();
        let met = objects.entry(self.identity()).or_insert_with(|| {
            let label = ObjectLabel { number: Some(count(&trace.objects_met)), ..self.label(None) };
            Rc::new(Met { label: ToLend::new(label), told: Cell::default(), last: Cell::default() })
        });
        met.clone()
    }
}
