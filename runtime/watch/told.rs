//! What is told of a runtime, made of what the heart notes: each event with its cause.

use super::super::Line;
use super::super::arena::WAITS;
use super::super::context::{Core, Sleeper, current, enter};
use super::super::note::Causing;
use super::super::task::{TaskCell, TaskId};
use super::super::wakee::{self, Registered};
use super::facts::About;
use super::ids::ById;
use super::kind::Kind;
use super::state::ObjectState;
use super::trace::{Begun, Followed, ObjectLabel, TaskLabel, TraceEvent};
use std::cell::{Cell, RefCell};
use std::hash::BuildHasherDefault;
use std::mem::ManuallyDrop;
use std::rc::{Rc, Weak};

impl Core {
    /// The name of a task that has not ended.
    pub(super) fn label(&self, task: &TaskCell) -> Option<TaskLabel> {
        let number = self.number(task)?;
        let name = task.name();
        let called = if name.is_none() { Some(self.called(task)) } else { None };
        Some(TaskLabel { number, name, called })
    }

    /// How many tasks were spawned before that one; none if it has ended, or is another runtime's.
    fn number(&self, task: &TaskCell) -> Option<u64> {
        self.table.borrow().ids.number(task.id.get())
    }

    /// An event of this moment, brought about by the present poll, timer, thread or drop.
    #[inline(always)]
    pub(super) fn event(&self, kind: Kind) -> TraceEvent {
        let (time, turn, cause) = (self.now(), self.turns.get(), self.watchers.trace.cause.get());
        let (via, wait, task, object, at, text) = (None, None, None, None, None, None);
        TraceEvent { seq: 0, time, turn, cause, via, wait, task, object, at, text, kind }
    }

    /// Tells of an event. Returns its number; none if it is about a task that has ended, which is no event.
    #[cold]
    pub(super) fn tell_event(&self, who: Option<&TaskCell>, mut event: TraceEvent) -> Option<u64> {
        tell_granted();
        let (mut joiners, is_end) = (None, event.kind.is_end());
        if let Some(task) = who {
            // Its name is lent to the event: a copy would cost as much as all of the rest.
            let lent = self.watchers.trace.tasks.borrow_mut().get_mut(&task.id.get()).and_then(|own| own.label.take());
            event.task = Some(lent.or_else(|| self.label(task))?);
            if is_end {
                joiners = task.joined_as();
                event.text = self.followed(task.id.get(), |followed| followed.message.take());
            }
            self.follow(task, &event);
        }
        let _entered = self.me.upgrade().map(enter);
        let seq = self.watchers.trace.emit(&mut event);
        joiners.into_iter().for_each(|joiners| self.watchers.trace.told_of(joiners, seq));
        if let Some(task) = who.filter(|_| !is_end) {
            self.followed(task.id.get(), |followed| followed.label = event.task.take());
        }
        Some(seq)
    }

    /// Tells of something that happens to a task, or to nobody.
    pub(in crate::runtime) fn tell(&self, who: Option<&TaskCell>, at: Option<Line>, kind: Kind) -> Option<u64> {
        self.tell_event(who, TraceEvent { at, ..self.event(kind) })
    }

    /// Somebody waits for the end of a task, by that object.
    #[cold]
    pub(in crate::runtime) fn tell_awaited(&self, task: &TaskCell, about: &About) {
        let object = self.meet(about, Kind::EndAwaited);
        let at = Some(object.made);
        self.tell_event(Some(task), TraceEvent { object: Some(object), at, ..self.event(Kind::EndAwaited) });
    }

    /// Looks at what is remembered of a task.
    pub(super) fn followed<R>(&self, task: TaskId, look: impl FnOnce(&mut Followed) -> R) -> R {
        look(self.watchers.trace.tasks.borrow_mut().entry(task).or_default())
    }

    /// Tells of something that is done with an object, by the task that is being polled.
    pub(super) fn tell_act(&self, object: ObjectLabel, at: Line, kind: Kind) -> Option<u64> {
        // A task of another runtime, perhaps, inside of which this one was entered.
        let task = wakee::polled().filter(|task| Rc::ptr_eq(&task.queue, &self.queue));
        self.tell_event(task.as_deref(), TraceEvent { object: Some(object), at: Some(at), ..self.event(kind) })
    }

    /// Names an object, of which the trace has told then.
    fn meet(&self, about: &About, by: Kind) -> ObjectLabel {
        let object = about.label(Some(self));
        if self.watchers.trace.begins(about.identity()) {
            let state = by.meets(about.state.get());
            // The end of a task is waited for by the name of the task.
            let task = about.holder.get().filter(|_| state == ObjectState::End);
            let number = task.and_then(|holder| self.table.borrow().ids.number(holder.task));
            let task = number.map(|number| TaskLabel { number, name: object.name.clone(), called: None });
            let (at, object) = (Some(object.made), Some(object.clone()));
            self.tell_event(None, TraceEvent { task, object, at, ..self.event(Kind::ObjectMade { state }) });
        }
        object
    }

    /// Tells of a wait, in the name of the task that polls it; of nobody, if that is none of this runtime, or has
    /// ended.
    fn tell_wait(&self, begun: &Begun, who: Option<&TaskCell>, at: Line, event: TraceEvent) -> Option<u64> {
        let who = who.filter(|task| self.number(task).is_some());
        let object = begun.object.as_ref().map(|(object, _)| object.clone());
        self.tell_event(who, TraceEvent { wait: Some(begun.wait), object, at: Some(at), ..event })
    }

    /// What to remember of a wait that begins.
    fn begin_wait(&self, object: Option<(ObjectLabel, u64)>, who: Option<&TaskCell>) -> Begun {
        Begun { seq: None, wait: self.watchers.trace.next_wait(), object, task: who.map(|task| task.id.get()) }
    }

    /// Remembers of a task what dumps tell.
    fn follow(&self, cell: &TaskCell, event: &TraceEvent) {
        let id = cell.id.get();
        match event.kind {
            end if end.is_end() => _ = self.watchers.trace.tasks.borrow_mut().remove(&id),
            Kind::Waited
            | Kind::Yields
            | Kind::EventFound
            | Kind::LockTaken
            | Kind::PermitsTaken { .. }
            | Kind::ItemPut { .. }
            | Kind::ItemTaken { .. }
            | Kind::TimerFired => self.followed(id, |followed| followed.passed = event.at),
            _ => {}
        }
    }

    /// The last line of a task that awaited something of greenlight's and went on; none if nobody watches, too.
    pub(super) fn passed(&self, task: TaskId) -> Option<Line> {
        self.watchers.trace.tasks.borrow().get(&task)?.passed
    }

    /// Tells of what has queued a task, which is the cause of its next poll.
    #[cold]
    pub(in crate::runtime) fn tell_queued(&self, task: &TaskCell, at: Option<Line>, kind: Kind) {
        let (id, trace) = (task.id.get(), &self.watchers.trace);
        let via = trace.via.get().filter(|_| kind == Kind::Woken);
        if let Some(seq) = self.tell_event(Some(task), TraceEvent { at, via, ..self.event(kind) }) {
            self.followed(id, |followed| followed.queued_by = Some(seq));
        }
    }

    /// Tells of something that is the cause of all that happens until the guard goes.
    fn begin_cause(&self, cause: Option<u64>, who: Option<&TaskCell>, event: TraceEvent) -> Causing<'_> {
        let before = self.watchers.trace.cause.replace(cause);
        let seq = self.tell_event(who, TraceEvent { cause, ..event });
        self.watchers.trace.cause.replace(seq);
        Causing { core: self, before }
    }

    /// The same for what nothing in the runtime has brought about.
    #[cold]
    pub(in crate::runtime) fn begin_alone(&self, who: Option<&TaskCell>, kind: Kind) -> Causing<'_> {
        self.begin_cause(None, who, self.event(kind))
    }

    /// A poll or a drop of a task begins, by what queued it.
    #[cold]
    pub(in crate::runtime) fn begin_turn_of(&self, task: &TaskCell, kind: Kind) -> Causing<'_> {
        let cause =
            self.watchers.trace.tasks.borrow_mut().get_mut(&task.id.get()).and_then(|task| task.queued_by.take());
        self.begin_cause(cause, Some(task), self.event(kind))
    }

    /// A timer has been armed.
    #[cold]
    pub(in crate::runtime) fn tell_armed(&self, timer: u32, at: Line, armed: Kind) {
        let task = wakee::polled();
        let begun = self.begin_wait(None, task.as_deref());
        let seq = self.tell_wait(&begun, task.as_deref(), at, self.event(armed));
        self.watchers.trace.timers.borrow_mut().insert(timer, Begun { seq, ..begun });
    }

    /// A sleep is polled with another waker than before.
    #[cold]
    pub(in crate::runtime) fn tell_timer_renewed(&self, timer: u32) {
        let by = |&mut Sleeper { ref wakee, at }: &mut Sleeper| (wakee.task().cloned(), at);
        let Some((task, at)) = self.wheel.borrow_mut().get_mut(timer).map(by) else { return };
        let moves = |begun: &mut &mut Begun| begun.moves(task.as_ref().map(|task| task.id.get()));
        let moved = self.watchers.trace.timers.borrow_mut().get_mut(&timer).take_if(moves).cloned();
        moved.iter().for_each(|begun| _ = self.tell_wait(begun, task.as_deref(), at, self.event(Kind::TimerMoved)));
    }

    /// A timer was dropped before it fired.
    #[cold]
    pub(in crate::runtime) fn tell_disarmed(&self, timer: u32, task: Option<&TaskCell>, at: Line) {
        let begun = self.watchers.trace.timers.borrow_mut().remove(&timer);
        begun.iter().for_each(|begun| _ = self.tell_wait(begun, task, at, self.event(Kind::TimerDropped)));
    }

    /// A timer fires, by its arming.
    #[cold]
    pub(in crate::runtime) fn begin_timer(&self, timer: u32, wakee: &Registered, at: Line) -> Causing<'_> {
        let begun = self.watchers.trace.timers.borrow_mut().remove(&timer);
        let (cause, wait) = (begun.as_ref().and_then(|begun| begun.seq), begun.map(|begun| begun.wait));
        let who = wakee.task().filter(|task| self.number(task).is_some()).map(|task| &**task);
        self.begin_cause(cause, who, TraceEvent { at: Some(at), wait, ..self.event(Kind::TimerFired) })
    }

    /// A callback that an object has asked for: called, it tells that it is.
    pub(in crate::runtime) fn told_when_called(
        self: &Rc<Self>,
        about: &About,
        call: impl FnOnce() + 'static,
    ) -> Box<dyn FnOnce()> {
        let (core, object, cause) = (self.clone(), self.meet(about, Kind::EndTold), self.watchers.trace.cause.get());
        Box::new(move || {
            let at = Some(object.made);
            let event = TraceEvent { object: Some(object), at, ..core.event(Kind::EndTold) };
            let _causing = core.begin_cause(cause, None, event);
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
    let Some(core) = task.queue.notes.core() else { return };
    match pushed {
        true => core.tell_queued(task, None, Kind::Woken),
        false => {
            let via = core.watchers.trace.via.get();
            core.tell_event(Some(task), TraceEvent { via, ..core.event(Kind::WokenAgain) });
        }
    }
}

/// Something was done with an object, by the task that is being polled.
#[cold]
pub(in crate::runtime) fn act(about: &About, at: Line, kind: Kind) {
    let Some(core) = current() else { return };
    let trace = &core.watchers.trace;
    if kind.is_look() && trace.telling.get() {
        return;
    }
    let seq = core.tell_act(core.meet(about, kind), at, kind);
    seq.filter(|_| !kind.is_look()).into_iter().for_each(|seq| trace.told_of(about.identity(), seq));
}

/// What was told of an object last brings about also what waiters of these others are granted.
#[cold]
pub(in crate::runtime) fn act_of_others(about: &About, others: [&About; 2]) {
    let Some(core) = current() else { return };
    let act = core.watchers.trace.act(about.identity());
    act.into_iter().for_each(|seq| others.iter().for_each(|other| core.watchers.trace.told_of(other.identity(), seq)));
}

/// Waits by their nodes, each with the runtime that was told of it.
type ByNode = ManuallyDrop<ById<u32, (Weak<Core>, Begun)>>;

thread_local! {
    /// The waits that were told of and are not over.
    static BEGUN: RefCell<ByNode> = const { RefCell::new(ByNode::new(ById::with_hasher(BuildHasherDefault::new()))) };
}

/// Somebody has joined a wait list. Returns whether its end is to be told.
#[cold]
pub(in crate::runtime) fn joined(about: &About, node: u32, task: Option<&TaskCell>, at: Line) -> bool {
    let Some(core) = current() else { return false };
    let kind = Kind::Waits { asks: WAITS.with_borrow(|waits| waits.nodes.get(node).asks as usize) };
    let begun = core.begin_wait(Some((core.meet(about, kind), about.identity())), task);
    // Whoever is told may grant it.
    BEGUN.with_borrow_mut(|all| all.insert(node, (Rc::downgrade(&core), begun.clone())));
    core.tell_wait(&begun, task, at, core.event(kind));
    true
}

/// The wait of that node, if it was told of, and its runtime.
fn begun(node: u32) -> Option<(Rc<Core>, Begun)> {
    let (core, begun) = BEGUN.with_borrow(|all| all.get(&node).cloned())?;
    Some((core.upgrade()?, begun))
}

/// Who polls the wait of a node, and in which line.
fn polled_by(node: u32) -> (Option<Rc<TaskCell>>, Line) {
    WAITS.with_borrow(|waits| (waits.nodes.get(node).task().cloned(), waits.lines[node as usize]))
}

/// A wait is polled with another waker than before.
#[cold]
pub(in crate::runtime) fn renewed(node: u32) {
    let (task, at) = polled_by(node);
    let id = task.as_ref().map(|task| task.id.get());
    let moves = BEGUN.with_borrow_mut(|all| all.get_mut(&node).is_some_and(|(_, begun)| begun.moves(id)));
    if let Some((core, begun)) = begun(node).filter(|_| moves) {
        core.tell_wait(&begun, task.as_deref(), at, core.event(Kind::WaitMoved));
    }
}

thread_local! {
    /// The wait that was granted last, until that is told: once its task is queued, so that whoever hears of it finds
    /// it there.
    static GRANTED: Cell<Option<u32>> = const { Cell::new(None) };
}

/// Tells that a wait was granted, if that is to be told yet.
fn tell_granted() {
    let Some(node) = GRANTED.take() else { return };
    if let Some((core, begun)) = begun(node) {
        let ((task, at), via) = (polled_by(node), core.watchers.trace.via.get());
        core.tell_wait(&begun, task.as_deref(), at, TraceEvent { via, ..core.event(Kind::Granted) });
    }
}

/// Somebody is woken by an act, until this goes.
pub(in crate::runtime) struct Via {
    core: Rc<Core>,
    before: Option<u64>,
}

impl Drop for Via {
    fn drop(&mut self) {
        tell_granted();
        self.core.watchers.trace.via.set(self.before);
    }
}

/// A wait was granted what it waits for, and is woken for that while what is returned is kept.
#[cold]
pub(in crate::runtime) fn granted(node: u32) -> Option<Via> {
    tell_granted();
    let (core, begun) = begun(node)?;
    let by = begun.object.and_then(|(_, identity)| core.watchers.trace.act(identity));
    let before = core.watchers.trace.via.replace(by);
    GRANTED.set(Some(node));
    Some(Via { core, before })
}

/// A wait is over, or was left. Returns whether it had been told of.
#[cold]
pub(in crate::runtime) fn ended(node: u32, task: Option<&Rc<TaskCell>>, granted: bool, at: Line) -> bool {
    tell_granted();
    let Some((core, begun)) = BEGUN.with_borrow_mut(|all| all.remove(&node)) else { return false };
    if let Some(core) = core.upgrade() {
        let kind = if granted { Kind::Waited } else { Kind::Leaves };
        let seq = core.tell_wait(&begun, task.map(|task| &**task), at, core.event(kind));
        let told = seq.zip(begun.object.as_ref());
        told.into_iter().for_each(|(seq, (_, identity))| core.watchers.trace.told_of(*identity, seq));
    }
    true
}
