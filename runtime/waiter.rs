//! What a primitive uses of the wait lists: its own list, and the places that waiting futures have in it.

use super::context;
use super::grants::{self, Grant};
use super::task::Wakee;
use super::waits::{self, Seen};
use super::watch::facts::{self, Facts, Holder, ObjectState, Subject};
use super::watch::gone;
use super::watch::printable::printable;
use super::watch::standing;
use super::watch::trace::Kind;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Goes with an index into the arena of this thread, and is neither `Send` nor `Sync`: in another thread's arena the index
/// would name somebody else's waiters.
type Stays = PhantomData<*const ()>;

/// The waiters of one object, first in, first out.
pub(crate) struct WaitList {
    kind: &'static str,
    name: Option<Arc<str>>,
    made: &'static Location<'static>,
    facts: Cell<Facts>,
    /// The index of the list among the thread's; none until somebody waits.
    list: Cell<Option<u32>>,
    stays: Stays,
    /// The object's identity; 0 until somebody asks.
    identity: Cell<u64>,
}

/// One place in a wait list, kept by the future that waits. Dropping it leaves the list.
pub(crate) struct Waiter {
    /// The index of the node. None before it waits and after it got what it waited for.
    node: Option<u32>,
    stays: Stays,
    /// How much it asks for, where there is a choice.
    asks: usize,
    /// The line that waits.
    pub(crate) at: &'static Location<'static>,
}

impl WaitList {
    /// A list for an object of that kind and in that state, made at the caller's line.
    #[track_caller]
    pub(crate) const fn new(kind: &'static str, state: ObjectState) -> Self {
        WaitList {
            kind,
            name: None,
            made: Location::caller(),
            facts: Cell::new(Facts { state, holder: None }),
            list: Cell::new(None),
            stays: PhantomData,
            identity: Cell::new(0),
        }
    }

    /// Names the object in reports and traces.
    pub(crate) fn set_name(&mut self, name: Arc<str>) {
        self.name = Some(printable(name));
    }

    /// The object's name.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The line that made the object.
    pub(crate) fn made(&self) -> &'static Location<'static> {
        self.made
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.list.get().map_or(0, standing::len)
    }

    /// How many of them, up to so many, belong to tasks that were not cancelled, or to none.
    pub(crate) fn living(&self, at_most: usize) -> usize {
        self.list.get().map_or(0, |list| standing::living(list, at_most))
    }

    /// Whether everybody who waits belongs to a task that was cancelled and is not dropped yet.
    pub(crate) fn all_dying(&self) -> bool {
        self.list.get().is_none_or(grants::all_dying)
    }

    /// Whether anybody has waited here.
    pub(crate) fn is_open(&self) -> bool {
        self.list.get().is_some()
    }

    /// The index of the list, which is made if there is none yet.
    pub(crate) fn open(&self) -> u32 {
        self.list.get().unwrap_or_else(|| {
            let list = waits::open(self.subject(), self.facts.get());
            self.list.set(Some(list));
            list
        })
    }

    /// Grants every waiter and wakes them, first in, first out, foreign wakers last. Returns how many they were. A
    /// waiter that arrives while they are being woken is not part of it.
    pub(crate) fn wake_all(&self) -> usize {
        self.list.get().map_or(0, grants::wake_all)
    }

    /// As [`wake_all`](WaitList::wake_all), for those whose tasks are not dying, as long as what each asks for
    /// `suffices`. It is asked with the wait lists borrowed, and runs no foreign code.
    pub(crate) fn wake_while(&self, suffices: impl FnMut(usize) -> bool) -> usize {
        self.list.get().map_or(0, |list| grants::wake_while(list, false, suffices))
    }

    /// As [`wake_all`](WaitList::wake_all), for up to `n` whose tasks are not dying. What is left of the `n` is owed to
    /// those who are, should another task go on with their waits.
    pub(crate) fn wake_living(&self, n: usize) -> usize {
        let mut left = n;
        let any_left = |_| {
            let any = left > 0;
            left = left.saturating_sub(1);
            any
        };
        self.list.get().map_or(0, |list| grants::wake_while(list, true, any_left))
    }

    /// Grants the first in line.
    pub(crate) fn grant_first(&self) -> Option<Grant> {
        grants::grant_first(self.list.get()?)
    }

    /// How the object is, as the reports know it.
    pub(crate) fn state(&self) -> ObjectState {
        self.facts.get().state
    }

    /// Remembers how the object is.
    pub(crate) fn set_state(&self, state: ObjectState) {
        if self.facts.get().state != state {
            self.set_facts(Facts { state, ..self.facts.get() });
        }
    }

    /// Remembers who holds the object.
    pub(crate) fn set_holder(&self, holder: Option<Holder>) {
        self.set_facts(Facts { holder, ..self.facts.get() });
    }

    fn set_facts(&self, facts: Facts) {
        self.facts.set(facts);
        if let Some(list) = self.list.get() {
            standing::set_facts(list, facts);
        }
    }

    /// Emits an event about this object, in the name of the task that is being polled.
    pub(crate) fn emit(&self, at: &'static Location<'static>, kind: impl FnOnce() -> Kind) {
        let Some(core) = context::watched() else { return };
        let task = core.polling.get().map(|polling| polling.key);
        core.emit(task, Some(self.subject().label(&core)), Some(at), kind());
    }

    /// A number that tells the object from others.
    pub(crate) fn identity(&self) -> u64 {
        if self.identity.get() == 0 {
            self.identity.set(facts::new_identity());
        }
        self.identity.get()
    }

    fn subject(&self) -> Subject {
        Subject { kind: self.kind, name: self.name.clone(), made: self.made, identity: self.identity() }
    }
}

impl Holder {
    /// The task that is being polled, from this line on.
    pub(crate) fn here(since: &'static Location<'static>) -> Self {
        let task = context::polling().map(|polling| polling.key);
        Holder { task, since, granted: false, permits: 1 }
    }
}

/// Names the object for a message: lock `left` (made at src/main.rs:4:16).
impl fmt::Display for WaitList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{} `{name}` (made at {})", self.kind, self.made),
            None => write!(f, "the {} made at {}", self.kind, self.made),
        }
    }
}

impl fmt::Debug for WaitList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitList").field("kind", &self.kind).field("waiters", &self.len()).finish()
    }
}

impl Drop for WaitList {
    fn drop(&mut self) {
        if let Some(list) = self.list.get() {
            waits::close(list);
        }
        gone::forget(self.identity.get());
    }
}

impl Waiter {
    /// A waiter at this line, in no list yet.
    pub(crate) const fn new(at: &'static Location<'static>) -> Self {
        Waiter::asking(at, 1)
    }

    /// A waiter that asks for so much.
    pub(crate) const fn asking(at: &'static Location<'static>, asks: usize) -> Self {
        Waiter { node: None, stays: PhantomData, asks, at }
    }

    /// Its node while it is in a list, or granted.
    pub(crate) fn node(&self) -> Option<u32> {
        self.node
    }

    /// Whether it is in a list, or granted.
    pub(crate) fn has_joined(&self) -> bool {
        self.node.is_some()
    }

    /// Whether it was granted what it waits for, and does not know yet.
    pub(crate) fn is_granted(&self) -> bool {
        self.node.is_some_and(waits::is_granted)
    }

    /// Leaves the list ahead of the rest of its future, whose drop may run foreign code. Whether it was granted what it
    /// waits for.
    pub(crate) fn leave(&mut self) -> bool {
        let granted = self.is_granted();
        drop(Waiter { node: self.node.take(), ..*self });
        granted
    }

    /// Joins the back of the list that `list` names; ready if it names none because there is nothing to wait for. It is
    /// asked after foreign code has run: the clone of a waker, and the drop of a clone that is not needed.
    pub(crate) fn join(&mut self, cx: &Context<'_>, list: impl Fn() -> Option<u32>) -> Poll<()> {
        let core = context::current();
        let (wakee, list) = loop {
            let wakee = Wakee::of(context::polling(), cx.waker());
            if let Some(list) = list() {
                break (wakee, list);
            }
            drop(wakee);
            if list().is_none() {
                return Poll::Ready(());
            }
        };
        let watched = core.clone().filter(|core| core.trace.is_watched());
        let object = watched.as_ref().map(|core| standing::label(core, list));
        let (task, named) = (wakee.task(), object.as_deref().cloned());
        self.node = Some(waits::enlist(list, core, wakee, self.asks, self.at, object));
        if let Some(core) = watched {
            core.emit(task, named, Some(self.at), Kind::Waits);
        }
        Poll::Pending
    }

    /// Ready once it was granted, and then in no list any more. Until then it wakes whom this context names.
    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        let node = self.node.expect("a waiter is polled after it joined a list");
        let mut seen = waits::look(node, cx);
        if matches!(seen, Seen::Outdated) {
            waits::renew(node, cx);
            seen = waits::look(node, cx);
        }
        let Seen::Granted(node) = seen else { return Poll::Pending };
        self.node = None;
        node.end();
        Poll::Ready(())
    }
}

impl fmt::Debug for Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter").field("at", &self.at).finish_non_exhaustive()
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if let Some(node) = self.node.take() {
            waits::leave(node).end();
        }
    }
}
