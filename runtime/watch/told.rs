//! What is told of a runtime, made of what the heart notes: each event with its cause.

use super::super::Line;
use super::super::arena::WAITS;
use super::super::context::{Core, Sleeper, current, enter};
use super::super::note::{Causing, is_entered};
use super::super::task::{TaskCell, TaskId, TaskKey};
use super::super::wakee::{self, Registered};
use super::facts::About;
use super::ids::ByIndex;
use super::kind::Kind;
use super::state::ObjectState;
use super::trace::{Begun, Followed, Met, TaskLabel, ToLend, TraceEvent, count};
use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::rc::{Rc, Weak};
use std::sync::Arc;

impl Core {
    /// The name of a task that has not ended.
    pub(in crate::runtime) fn label(&self, task: &TaskCell) -> Option<TaskLabel> {
        self.followed(task).map(|own| own.label.original.clone())
    }

    /// An event of this moment, brought about by the present poll, timer, thread or drop.
    #[inline(always)]
    pub(super) fn event(&self, kind: Kind) -> TraceEvent {
        let (time, turn, cause) = (self.now(), self.turns.get(), self.watchers.trace.cause.get());
        let (via, wait, task, object, at, text) = (None, None, None, None, None, None);
        TraceEvent { seq: 0, time, turn, cause, via, wait, task, object, at, text, kind }
    }

    /// Tells of an event. Returns its number. A task that has ended is nobody here, and so is another runtime's, inside
    /// of which this one was entered.
    #[cold]
    pub(super) fn tell_event(&self, who: Option<&TaskCell>, object: Option<&Met>, event: &mut TraceEvent) -> u64 {
        GRANTED.take().into_iter().for_each(tell_granted);
        let (own, trace) = (who.and_then(|task| Some((task, self.followed(task)?))), &self.watchers.trace);
        event.seq = count(&trace.last_seq);
        if let Some((task, own)) = &own {
            event.task = own.label.lend();
            self.remember(task, own, event);
        }
        if let Some(object) = object {
            event.object = object.label.lend();
        }
        let entered = if is_entered(self) { None } else { self.me.upgrade().map(enter) };
        trace.emit(event);
        drop(entered);
        if let Some(object) = object {
            object.label.kept.set(event.object.take());
        }
        if let Some((_, own)) = own {
            own.label.kept.set(event.task.take());
        }
        event.seq
    }

    /// Remembers what happens to a task, and tells the event what was remembered for it.
    #[inline]
    fn remember(&self, task: &TaskCell, own: &Followed, event: &mut TraceEvent) {
        match event.kind {
            Kind::Waited
            | Kind::Yields
            | Kind::EventFound
            | Kind::LockTaken
            | Kind::PermitsTaken { .. }
            | Kind::ItemPut { .. }
            | Kind::ItemTaken { .. }
            | Kind::TimerFired => own.passed.set(event.at),
            Kind::Spawned | Kind::Woken | Kind::CancelRequested => own.queued_by.set(Some(event.seq)),
            Kind::Returned | Kind::Cancelled | Kind::Panicked => {
                event.text = own.message.take();
                self.watchers.trace.tasks.borrow_mut().remove(task.key().slot);
                let joiners = task.joined_as().and_then(|joiners| self.watchers.trace.object(joiners));
                joiners.iter().for_each(|joiners| self.watchers.trace.told_of(joiners, event.seq));
            }
            _ => {}
        }
    }

    /// Tells of something that happens to a task, or to nobody.
    pub(in crate::runtime) fn tell(&self, who: Option<&TaskCell>, at: Option<Line>, kind: Kind) {
        self.tell_event(who, None, &mut TraceEvent { at, ..self.event(kind) });
    }

    /// Somebody waits for the end of a task, by that object.
    #[cold]
    pub(in crate::runtime) fn tell_awaited(&self, task: &TaskCell, about: &About) {
        let object = self.meet(about, Kind::EndAwaited);
        let at = Some(object.label.original.made);
        self.tell_event(Some(task), Some(&object), &mut TraceEvent { at, ..self.event(Kind::EndAwaited) });
    }

    /// What is remembered of a task; none if it has ended, or is another runtime's.
    #[inline]
    pub(super) fn followed(&self, task: &TaskCell) -> Option<Rc<Followed>> {
        let TaskKey { slot, id } = task.key();
        let own = self.watchers.trace.tasks.borrow().get(slot).filter(|own| own.id == id).cloned();
        own.or_else(|| self.follow(task))
    }

    /// Begins to remember a task.
    #[cold]
    fn follow(&self, task: &TaskCell) -> Option<Rc<Followed>> {
        let TaskKey { slot, id } = task.key();
        let (number, name) = (self.table.borrow().ids.number(id)?, task.name());
        let called = if name.is_none() { Some(self.call(task)) } else { None };
        let label = ToLend::new(TaskLabel { number, name, called });
        let (queued_by, passed, is_held, message) = Default::default();
        let own = Rc::new(Followed { id, label, queued_by, passed, is_held, message });
        self.watchers.trace.tasks.borrow_mut().insert(slot, own.clone());
        Some(own)
    }

    /// Tells of something that is done with an object, by the task that is being polled.
    pub(super) fn tell_act(&self, object: &Met, at: Line, kind: Kind) -> u64 {
        self.tell_event(wakee::polled().as_deref(), Some(object), &mut TraceEvent { at: Some(at), ..self.event(kind) })
    }

    /// Finds what is remembered of an object, of which the trace has told then.
    fn meet(&self, about: &About, by: Kind) -> Rc<Met> {
        let object = about.met(self);
        if !object.told.replace(true) {
            let state = by.meets(about.state.get());
            // The end of a task is waited for by the name of the task.
            let task = about.holder.get().filter(|_| state == ObjectState::End);
            let number = task.and_then(|holder| self.table.borrow().ids.number(holder.task));
            let (name, at) = (object.label.original.name.clone(), Some(object.label.original.made));
            let task = number.map(|number| Arc::new(TaskLabel { number, name, called: None }));
            let event = &mut TraceEvent { task, at, ..self.event(Kind::ObjectMade { state }) };
            self.tell_event(None, Some(&object), event);
        }
        object
    }

    /// Tells of a wait, in the name of the task that polls it.
    fn tell_wait(&self, begun: &Begun, who: Option<&TaskCell>, at: Line, event: &mut TraceEvent) -> u64 {
        (event.wait, event.at) = (Some(begun.wait), Some(at));
        self.tell_event(who, begun.object.as_deref(), event)
    }

    /// What to remember of a wait that begins.
    fn begin_wait(&self, object: Option<Rc<Met>>, who: Option<&TaskCell>) -> Begun {
        let (wait, task) = (count(&self.watchers.trace.waits_met), Cell::new(who.map(|task| task.id.get())));
        Begun { seq: None, wait, object, task }
    }

    /// The last line of a task that awaited something of greenlight's and went on; none if nobody watches, too.
    pub(super) fn passed(&self, task: &TaskCell) -> Option<Line> {
        self.followed(task)?.passed.get()
    }

    /// Tells of what has queued a task, which is the cause of its next poll, or found it queued.
    #[cold]
    pub(in crate::runtime) fn tell_queued(&self, task: &TaskCell, at: Option<Line>, kind: Kind) {
        let via = self.watchers.trace.via.get().filter(|_| matches!(kind, Kind::Woken | Kind::WokenAgain));
        self.tell_event(Some(task), None, &mut TraceEvent { at, via, ..self.event(kind) });
    }

    /// Tells of something that is the cause of all that happens until the guard goes.
    fn begin_cause(&self, who: Option<&TaskCell>, object: Option<&Met>, event: &mut TraceEvent) -> Causing<'_> {
        let before = self.watchers.trace.cause.replace(event.cause);
        let seq = self.tell_event(who, object, event);
        self.watchers.trace.cause.replace(Some(seq));
        Causing { core: self, before }
    }

    /// The same for what nothing in the runtime has brought about.
    #[cold]
    pub(in crate::runtime) fn begin_alone(&self, who: Option<&TaskCell>, kind: Kind) -> Causing<'_> {
        self.begin_cause(who, None, &mut TraceEvent { cause: None, ..self.event(kind) })
    }

    /// A poll or a drop of a task begins, by what queued it.
    #[cold]
    pub(in crate::runtime) fn begin_turn_of(&self, task: &TaskCell, kind: Kind) -> Causing<'_> {
        let cause = self.followed(task).and_then(|own| own.queued_by.take());
        self.begin_cause(Some(task), None, &mut TraceEvent { cause, ..self.event(kind) })
    }

    /// A timer has been armed.
    #[cold]
    pub(in crate::runtime) fn tell_armed(&self, timer: u32, at: Line, armed: Kind) {
        let task = wakee::polled();
        let begun = self.begin_wait(None, task.as_deref());
        let seq = Some(self.tell_wait(&begun, task.as_deref(), at, &mut self.event(armed)));
        self.watchers.trace.timers.borrow_mut().insert(timer, Begun { seq, ..begun });
    }

    /// A sleep is polled with another waker than before.
    #[cold]
    pub(in crate::runtime) fn tell_timer_renewed(&self, timer: u32) {
        let by = |&mut Sleeper { ref wakee, at }: &mut Sleeper| (wakee.task().cloned(), at);
        let Some((task, at)) = self.wheel.borrow_mut().get_mut(timer).map(by) else { return };
        let moves = |begun: &&Begun| begun.moves(task.as_ref().map(|task| task.id.get()));
        let moved = self.watchers.trace.timers.borrow().get(timer).filter(moves).cloned();
        let event = &mut self.event(Kind::TimerMoved);
        moved.iter().for_each(|begun| _ = self.tell_wait(begun, task.as_deref(), at, event));
    }

    /// A timer was dropped before it fired.
    #[cold]
    pub(in crate::runtime) fn tell_disarmed(&self, timer: u32, task: Option<&TaskCell>, at: Line) {
        let begun = self.watchers.trace.timers.borrow_mut().remove(timer);
        begun.iter().for_each(|begun| _ = self.tell_wait(begun, task, at, &mut self.event(Kind::TimerDropped)));
    }

    /// A timer fires, by its arming.
    #[cold]
    pub(in crate::runtime) fn begin_timer(&self, timer: u32, wakee: &Registered, at: Line) -> Causing<'_> {
        let begun = self.watchers.trace.timers.borrow_mut().remove(timer);
        let (cause, wait) = begun.map_or((None, None), |begun| (begun.seq, Some(begun.wait)));
        let event = &mut TraceEvent { cause, wait, at: Some(at), ..self.event(Kind::TimerFired) };
        self.begin_cause(wakee.task().map(|task| &**task), None, event)
    }

    /// A callback that an object has asked for: called, it tells that it is.
    pub(in crate::runtime) fn told_when_called(
        self: &Rc<Self>,
        about: &About,
        call: impl FnOnce() + 'static,
    ) -> Box<dyn FnOnce()> {
        let (core, object, cause) = (self.clone(), self.meet(about, Kind::EndTold), self.watchers.trace.cause.get());
        Box::new(move || {
            let event = &mut TraceEvent { cause, at: Some(object.label.original.made), ..core.event(Kind::EndTold) };
            let _causing = core.begin_cause(None, Some(&object), event);
            call();
        })
    }
}

impl TaskCell {
    /// The identity of the list of those who await its end; none if nobody has.
    pub(super) fn joined_as(&self) -> Option<u64> {
        let joiners = self.extra.get()?.joiners.get()?;
        Some(WAITS.with_borrow(|waits| waits.lists[joiners as usize].about.identity()))
    }
}

/// A task was woken, which queued it or found it queued.
#[cold]
pub(in crate::runtime) fn woken(task: &TaskCell, pushed: bool) {
    if let Some(core) = task.queue.notes.core().filter(|_| task.id.get() != TaskId::ENDED) {
        core.tell_queued(task, None, if pushed { Kind::Woken } else { Kind::WokenAgain });
    }
}

/// Something was done with an object, by the task that is being polled; waiters of these others are granted something
/// by it, too.
#[cold]
pub(in crate::runtime) fn act(about: &About, others: &[&About], at: Line, kind: Kind) {
    let hears = |core: &Rc<Core>| !kind.is_look() || !core.watchers.trace.telling.get();
    let Some(core) = current().filter(hears) else { return };
    let trace = &core.watchers.trace;
    let object = core.meet(about, kind);
    let seq = core.tell_act(&object, at, kind);
    if !kind.is_look() {
        trace.told_of(&object, seq);
        let (objects, identities) = (trace.objects.borrow(), others.iter().map(|other| other.identity()));
        identities.filter_map(|identity| objects.get(&identity)).for_each(|other| trace.told_of(other, seq));
    }
}

/// Waits by their nodes, each with the runtime that was told of it.
type ByNode = ManuallyDrop<ByIndex<(Weak<Core>, Begun)>>;

thread_local! {
    /// The waits that were told of and are not over.
    static BEGUN: RefCell<ByNode> = const { RefCell::new(ByNode::new(ByIndex(Vec::new()))) };
}

/// Somebody has joined a wait list. Returns whether its end is to be told.
#[cold]
pub(in crate::runtime) fn joined(about: &About, node: u32, task: Option<&TaskCell>, at: Line) -> bool {
    let Some(core) = current() else { return false };
    let kind = Kind::Waits { asks: WAITS.with_borrow(|waits| waits.asked[node as usize].1 as usize) };
    let begun = core.begin_wait(Some(core.meet(about, kind)), task);
    // Whoever is told may grant it.
    BEGUN.with_borrow_mut(|all| all.insert(node, (Rc::downgrade(&core), begun.clone())));
    core.tell_wait(&begun, task, at, &mut core.event(kind));
    true
}

/// The wait of that node, if it was told of, and its runtime.
fn begun(node: u32) -> Option<(Rc<Core>, Begun)> {
    BEGUN.with_borrow(|all| all.get(node).and_then(|(core, begun)| Some((core.upgrade()?, begun.clone()))))
}

/// Who polls the wait of a node, and in which line.
fn polled_by(node: u32) -> (Option<Rc<TaskCell>>, Line) {
    WAITS.with_borrow(|waits| (waits.nodes.get(node).task().cloned(), waits.asked[node as usize].0))
}

/// A wait is polled with another waker than before.
#[cold]
pub(in crate::runtime) fn renewed(node: u32) {
    let (task, at) = polled_by(node);
    let id = task.as_ref().map(|task| task.id.get());
    let moves = BEGUN.with_borrow(|all| all.get(node).is_some_and(|(_, begun)| begun.moves(id)));
    if let Some((core, begun)) = begun(node).filter(|_| moves) {
        core.tell_wait(&begun, task.as_deref(), at, &mut core.event(Kind::WaitMoved));
    }
}

thread_local! {
    /// The wait that was granted last, until that is told: once its task is queued, so that whoever hears of it finds
    /// it there.
    static GRANTED: Cell<Option<u32>> = const { Cell::new(None) };
}

/// Tells that a wait was granted.
#[cold]
fn tell_granted(node: u32) {
    if let Some((core, begun)) = begun(node) {
        let ((task, at), via) = (polled_by(node), core.watchers.trace.via.get());
        core.tell_wait(&begun, task.as_deref(), at, &mut TraceEvent { via, ..core.event(Kind::Granted) });
    }
}

/// Somebody is woken by an act, until this goes.
pub(in crate::runtime) struct Via {
    core: Rc<Core>,
    before: Option<u64>,
}

impl Drop for Via {
    fn drop(&mut self) {
        GRANTED.take().into_iter().for_each(tell_granted);
        self.core.watchers.trace.via.set(self.before);
    }
}

/// A wait was granted what it waits for, and is woken for that while what is returned is kept.
#[cold]
pub(in crate::runtime) fn granted(node: u32) -> Option<Via> {
    GRANTED.take().into_iter().for_each(tell_granted);
    let (core, begun) = begun(node)?;
    let by = begun.object.and_then(|object| core.watchers.trace.act(&object));
    let before = core.watchers.trace.via.replace(by);
    GRANTED.set(Some(node));
    Some(Via { core, before })
}

/// A wait is over, or was left. Returns whether it had been told of.
#[cold]
pub(in crate::runtime) fn ended(node: u32, task: Option<&Rc<TaskCell>>, granted: bool, at: Line) -> bool {
    GRANTED.take().into_iter().for_each(tell_granted);
    let Some((core, begun)) = BEGUN.with_borrow_mut(|all| all.remove(node)) else { return false };
    if let Some(core) = core.upgrade() {
        let kind = if granted { Kind::Waited } else { Kind::Leaves };
        let seq = core.tell_wait(&begun, task.map(|task| &**task), at, &mut core.event(kind));
        begun.object.iter().for_each(|object| core.watchers.trace.told_of(object, seq));
    }
    true
}
