//! Counts the orders in which a program may run, without a runtime, a future or a waker: a state is copied, and each
//! choice is tried on a copy. The rules of the primitives are those of the soak's model.

use crate::steps::{
    ABORTED, CLOSED, DROPPED, FAILED, INTERRUPTED, LONG, Program, REFUSED, RETURNED, Said, Step, TIMED_OUT,
};
use stage::model::{ActorId, EventModel, LockModel, Order, QueueModel, SemaphoreModel, WaitId, Waits};
use std::collections::HashMap;

/// How often each outcome came, and so how many orders there are.
pub(crate) type Outcomes = HashMap<Said, u64>;

/// What an enumeration has counted.
#[derive(Default)]
pub(crate) struct Counted {
    pub(crate) outcomes: Outcomes,
    pub(crate) orders: u64,
    /// In how many orders somebody waits at the end who was not cancelled.
    pub(crate) stuck: u64,
    /// How many orders are counted at most.
    most: u64,
}

/// Plays every order of a program, in which up to so many of its tasks are cancelled; none if there are more than so many.
pub(crate) fn enumerate(program: &Program, cancels: usize, most: u64) -> Option<Counted> {
    let mut counted = Counted { most, ..Counted::default() };
    State::new(program).branch(cancels, &mut counted);
    Some(counted).filter(|counted| counted.orders <= most)
}

/// What the ordinary order comes to.
pub(crate) fn first_in_first_out(program: &Program) -> Said {
    let mut state = State::new(program);
    loop {
        state.settle();
        let next = state.ready.remove(0);
        if let Some(said) = state.run(next) {
            return said;
        }
    }
}

const MAIN: ActorId = 0;

#[derive(Clone)]
struct State<'p> {
    actors: Vec<Actor<'p>>,
    ready: Vec<Entry>,
    event: EventModel,
    lock: LockModel,
    /// The lock of the condition, those who wait for a notify, how many there were, and which told everybody last.
    own_lock: LockModel,
    condition: Waits,
    notifies: (u64, u64),
    semaphore: SemaphoreModel,
    barrier: Barrier,
    queue: QueueModel,
    gathers: Vec<Gather>,
    groups: Vec<Group>,
    timers: Vec<Timer>,
    now: u64,
    last_wait: WaitId,
    said: Said,
}

/// What is in the ready queue.
#[derive(Clone, Copy, PartialEq)]
enum Entry {
    Task(ActorId),
    /// All children of a gather have ended.
    Settle(usize),
    /// A task of a group has ended, and has failed or not.
    Look(usize, ActorId, bool),
}

#[derive(Clone)]
struct Actor<'p> {
    steps: &'p [Step],
    next: usize,
    at: At,
    /// The timer of a step that has so much time.
    alarm: Option<usize>,
    queued: bool,
    dying: bool,
    begun: bool,
    ended: bool,
    /// The last wait for whose grant it was woken.
    woken_for: WaitId,
    has_lock: bool,
    has_own_lock: bool,
    permits: Vec<usize>,
    joiners: Waits,
    member: Option<Member>,
}

#[derive(Clone, Copy)]
enum Member {
    OfGather(usize),
    OfGroup(usize),
}

/// How far a task is in its step.
#[derive(Clone, Copy)]
enum At {
    Begin,
    Yielded,
    Sleeping(usize),
    InLine(WaitId),
    /// Inside a barrier, by this ticket.
    Inside(u64, WaitId),
    /// Waits for a notify, with so many before.
    Unnotified(WaitId, u64),
    Relocking(WaitId, u64),
    Gathering(usize, WaitId),
    Joining(usize, WaitId),
}

#[derive(Clone)]
struct Timer {
    deadline: u64,
    actor: ActorId,
    fired: bool,
    armed: bool,
}

/// What a get has come to.
fn popped(item: Option<u32>) -> u16 {
    item.map_or(CLOSED, |item| u16::try_from(item).expect("items are small"))
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Filling,
    Draining,
    Resetting,
    Broken,
}

#[derive(Clone)]
struct Barrier {
    parties: usize,
    phase: Phase,
    /// The tickets of those who are counted.
    arrived: Vec<u64>,
    inside: usize,
    last_ticket: u64,
    gate: Waits,
}

#[derive(Clone)]
struct Gather {
    children: Vec<ActorId>,
    alive: usize,
    settled: bool,
    waits: Waits,
}

#[derive(Clone)]
struct Group {
    /// Those that were not looked at after their end.
    members: Vec<ActorId>,
    aborting: bool,
    over: bool,
    failures: u16,
    waits: Waits,
}

impl<'p> Actor<'p> {
    fn new(steps: &'p [Step], member: Option<Member>) -> Self {
        Actor {
            steps,
            next: 0,
            at: At::Begin,
            alarm: None,
            queued: false,
            dying: false,
            begun: false,
            ended: false,
            woken_for: 0,
            has_lock: false,
            has_own_lock: false,
            permits: Vec::new(),
            joiners: Waits::default(),
            member,
        }
    }
}

impl<'p> State<'p> {
    /// Main has run once: its tasks are ready.
    fn new(program: &'p Program) -> Self {
        let mut state = State {
            actors: vec![Actor::new(&[], None)],
            ready: Vec::new(),
            event: EventModel::default(),
            lock: LockModel::default(),
            own_lock: LockModel::default(),
            condition: Waits::default(),
            notifies: (0, 0),
            semaphore: SemaphoreModel::new(program.permits),
            barrier: Barrier {
                parties: program.parties,
                phase: Phase::Filling,
                arrived: Vec::new(),
                inside: 0,
                last_ticket: 0,
                gate: Waits::default(),
            },
            queue: QueueModel::new(Order::First, program.capacity),
            gathers: Vec::new(),
            groups: Vec::new(),
            timers: Vec::new(),
            now: 0,
            last_wait: 0,
            said: Vec::new(),
        };
        for steps in &program.tasks {
            state.spawn(steps, None);
        }
        state.arm(MAIN, LONG);
        state
    }

    /// Tries each choice that there is now, on a copy for each.
    fn branch(mut self, cancels: usize, counted: &mut Counted) {
        if counted.orders > counted.most {
            return;
        }
        self.settle();
        if cancels > 0 {
            for victim in 1..self.actors.len() {
                let Actor { begun, dying, ended, member, .. } = &self.actors[victim];
                if *begun && !dying && !ended && member.is_none() {
                    let mut cancelled = self.clone();
                    cancelled.cancel(victim, None);
                    cancelled.branch(cancels - 1, counted);
                }
            }
        }
        let mut place = 0;
        // A task is passed over for another one that is ready, and for nothing else.
        while self.ready[place..].iter().any(|entry| matches!(entry, Entry::Task(_))) {
            let entry = self.ready[place];
            if let Entry::Task(_) = entry {
                let mut chosen = self.clone();
                chosen.ready.remove(place);
                match chosen.run(entry) {
                    Some(said) => {
                        let waits = |actor: &Actor<'_>| !actor.ended && !actor.dying && actor.member.is_none();
                        counted.orders += 1;
                        counted.stuck += u64::from(chosen.actors.iter().skip(1).any(waits));
                        *counted.outcomes.entry(said).or_default() += 1;
                    }
                    None => chosen.branch(cancels, counted),
                }
                place += 1;
            } else {
                // Who comes to it, to choose somebody behind it, finds it done.
                self.ready.remove(place);
                self.run(entry);
            }
        }
    }

    /// Goes on to where there is something to choose.
    fn settle(&mut self) {
        loop {
            match self.ready.first() {
                Some(Entry::Task(_)) => return,
                Some(_) => {
                    let callback = self.ready.remove(0);
                    self.run(callback);
                }
                None => self.jump(),
            }
        }
    }

    /// Time goes to the next deadline.
    fn jump(&mut self) {
        let due = self.timers.iter().filter(|timer| timer.armed).map(|timer| timer.deadline).min();
        self.now = due.expect("main sleeps for longer than anybody");
        for timer in 0..self.timers.len() {
            let Timer { deadline, actor, armed, .. } = self.timers[timer];
            if armed && deadline == self.now {
                self.timers[timer] = Timer { deadline, actor, armed: false, fired: true };
                self.wake(actor);
            }
        }
    }

    /// Runs what was in the ready queue. Yields everything that was said, if that was the end of main.
    fn run(&mut self, entry: Entry) -> Option<Said> {
        match entry {
            Entry::Task(MAIN) => return Some(self.at_last()),
            Entry::Task(actor) => self.poll(actor),
            Entry::Settle(gather) => {
                self.gathers[gather].settled = true;
                self.gathers[gather].waits.grant_all();
                self.tell();
            }
            Entry::Look(group, child, failed) => self.look(group, child, failed),
        }
        None
    }

    fn at_last(&mut self) -> Said {
        let State { event, lock, own_lock, semaphore, barrier, queue, actors, .. } = &*self;
        let waiting = if barrier.phase == Phase::Filling { barrier.inside } else { 0 };
        let flags = [event.flag, lock.held, own_lock.held, barrier.phase == Phase::Broken, queue.closed];
        let mut state = vec![semaphore.free, waiting, queue.len()];
        state.extend(flags.map(usize::from));
        let of_main = actors.iter().skip(1).filter(|actor| actor.member.is_none());
        state.extend(of_main.map(|actor| usize::from(actor.ended)));
        let mut said = std::mem::take(&mut self.said);
        said.extend(state.into_iter().map(|seen| (0, u16::try_from(seen).expect("there are few of everything"))));
        said
    }

    fn spawn(&mut self, steps: &'p [Step], member: Option<Member>) -> ActorId {
        self.actors.push(Actor::new(steps, member));
        self.wake(self.actors.len() - 1);
        self.actors.len() - 1
    }

    fn wake(&mut self, actor: ActorId) {
        let Actor { queued, ended, .. } = &mut self.actors[actor];
        if !*ended && !std::mem::replace(queued, true) {
            self.ready.push(Entry::Task(actor));
        }
    }

    /// Cancels a task; one that does it to itself is queued when its poll is over.
    fn cancel(&mut self, actor: ActorId, polled: Option<ActorId>) -> bool {
        let alive = !self.actors[actor].ended;
        self.actors[actor].dying |= alive;
        if polled != Some(actor) {
            self.wake(actor);
        }
        alive
    }

    fn say(&mut self, actor: ActorId, what: u16) {
        self.said.push((u16::try_from(actor).expect("there are few tasks"), what));
    }

    fn arm(&mut self, actor: ActorId, time: u64) -> usize {
        self.timers.push(Timer { deadline: self.now + time, actor, fired: false, armed: true });
        self.timers.len() - 1
    }

    fn new_wait(&mut self) -> WaitId {
        self.last_wait += 1;
        self.last_wait
    }

    /// Wakes those who were granted something since.
    fn tell(&mut self) {
        let State { event, lock, own_lock, condition, semaphore, barrier, queue, gathers, groups, actors, .. } = self;
        let lists = [&event.waits, &lock.waits, &own_lock.waits, condition, &semaphore.waits, &barrier.gate];
        let lists = lists.into_iter().chain([&queue.getters, &queue.putters, &queue.joiners]);
        let lists = lists.chain(gathers.iter().map(|gather| &gather.waits));
        let lists = lists.chain(groups.iter().map(|group| &group.waits));
        let lists = lists.chain(actors.iter().map(|actor| &actor.joiners));
        let granted: Vec<_> = lists.flat_map(Waits::grants).collect();
        for (wait, actor) in granted {
            if self.actors[actor].woken_for < wait {
                self.actors[actor].woken_for = wait;
                self.wake(actor);
            }
        }
    }

    /// Polls a task, or drops it.
    fn poll(&mut self, actor: ActorId) {
        self.actors[actor].queued = false;
        if self.actors[actor].dying {
            return self.die(actor);
        }
        self.actors[actor].begun = true;
        let steps = self.actors[actor].steps;
        while let Some(step) = steps.get(self.actors[actor].next) {
            let Some(what) = self.take(actor, step) else {
                if self.actors[actor].dying {
                    self.wake(actor);
                }
                return;
            };
            self.say(actor, what);
            self.actors[actor].at = At::Begin;
            self.actors[actor].next += 1;
            if what == FAILED {
                return self.end(actor, true);
            }
        }
        self.say(actor, RETURNED);
        self.end(actor, false);
    }

    fn die(&mut self, actor: ActorId) {
        self.drop_wait(actor);
        if self.actors[actor].begun {
            self.say(actor, DROPPED);
        }
        self.end(actor, false);
    }

    /// A task ends: it lets go of what it holds, who gathers it is told, and who awaits its end is woken.
    fn end(&mut self, actor: ActorId, failed: bool) {
        if std::mem::take(&mut self.actors[actor].has_lock) {
            self.unlock(false);
        }
        if std::mem::take(&mut self.actors[actor].has_own_lock) {
            self.unlock(true);
        }
        for permits in std::mem::take(&mut self.actors[actor].permits) {
            self.release(permits);
        }
        self.actors[actor].ended = true;
        // It may have been woken by the very poll that ended it.
        self.ready.retain(|&entry| entry != Entry::Task(actor));
        match self.actors[actor].member {
            Some(Member::OfGather(gather)) => {
                self.gathers[gather].alive -= 1;
                if self.gathers[gather].alive == 0 {
                    self.ready.push(Entry::Settle(gather));
                }
            }
            Some(Member::OfGroup(group)) => self.ready.push(Entry::Look(group, actor, failed)),
            None => {}
        }
        self.actors[actor].joiners.grant_all();
        self.tell();
    }

    fn look(&mut self, group: usize, child: ActorId, failed: bool) {
        self.groups[group].members.retain(|&member| member != child);
        if failed && !self.groups[group].over {
            self.groups[group].failures += 1;
            if !std::mem::replace(&mut self.groups[group].aborting, true) {
                for member in self.groups[group].members.clone() {
                    self.cancel(member, None);
                }
                self.groups[group].waits.grant_all();
                self.tell();
            }
        }
        if self.groups[group].members.is_empty() {
            self.groups[group].waits.grant_all();
            self.tell();
        }
    }

    fn unlock(&mut self, own: bool) {
        let State { lock, own_lock, actors, .. } = self;
        let lock = if own { own_lock } else { lock };
        lock.release(&|actor| actors[actor].dying);
        self.tell();
    }

    fn release(&mut self, permits: usize) {
        let State { semaphore, actors, .. } = self;
        semaphore.release(permits, &|actor| actors[actor].dying);
        self.tell();
    }

    fn notify(&mut self, most: usize) -> usize {
        let State { condition, actors, notifies, .. } = self;
        notifies.0 += 1;
        if most == usize::MAX {
            notifies.1 = notifies.0;
        }
        let woken = condition.notify(&|actor| actors[actor].dying, most);
        self.tell();
        woken
    }

    /// The wait of a task is dropped, with what it was granted.
    fn drop_wait(&mut self, actor: ActorId) {
        let at = std::mem::replace(&mut self.actors[actor].at, At::Begin);
        let steps = self.actors[actor].steps;
        let step = steps.get(self.actors[actor].next).map(|step| match step {
            Step::Within(_, step) => step,
            step => step,
        });
        self.actors[actor].alarm.take().into_iter().for_each(|timer| self.timers[timer].armed = false);
        let State { event, lock, semaphore, queue, barrier, actors, own_lock, .. } = self;
        let dying = |actor: ActorId| actors[actor].dying;
        match at {
            At::Begin | At::Yielded => {}
            At::Sleeping(timer) => self.timers[timer].armed = false,
            At::InLine(wait) => match step {
                Some(Step::Wait) => _ = event.waits.leave(wait),
                Some(Step::Lock) => lock.dropped(wait, &dying),
                Some(Step::Enter) => own_lock.dropped(wait, &dying),
                Some(Step::Acquire(permits)) => semaphore.dropped(wait, *permits, &dying),
                Some(Step::Get) => {
                    if queue.getters.leave(wait) {
                        queue.hand_out_items(&dying);
                    }
                }
                Some(Step::Put(_)) => {
                    if queue.putters.leave(wait) {
                        queue.hand_out_room(&dying);
                    }
                }
                Some(Step::Join) => _ = queue.joiners.leave(wait),
                Some(Step::Arrive) => _ = barrier.gate.leave(wait),
                Some(Step::Ended(number)) => _ = self.actors[*number].joiners.leave(wait),
                step => unreachable!("{step:?} waits in no line"),
            },
            At::Inside(ticket, wait) => {
                barrier.gate.leave(wait);
                self.leave_barrier(ticket);
            }
            At::Unnotified(wait, since) => {
                if self.condition.leave(wait) && self.notifies.1 <= since {
                    self.notify(1);
                }
            }
            At::Relocking(wait, since) => {
                own_lock.dropped(wait, &dying);
                self.tell();
                if self.notifies.1 <= since {
                    self.notify(1);
                }
            }
            At::Gathering(gather, wait) => {
                let Gather { waits, alive, children, .. } = &mut self.gathers[gather];
                waits.leave(wait);
                let children = if *alive > 0 { children.clone() } else { Vec::new() };
                children.into_iter().for_each(|child| _ = self.cancel(child, None));
            }
            At::Joining(group, wait) => {
                let Group { waits, members, over, .. } = &mut self.groups[group];
                waits.leave(wait);
                *over = true;
                members.clone().into_iter().for_each(|child| _ = self.cancel(child, None));
            }
        }
        self.tell();
    }

    /// One who was inside of the barrier goes on, or is dropped.
    fn leave_barrier(&mut self, ticket: u64) {
        let Barrier { phase, arrived, inside, gate, .. } = &mut self.barrier;
        *inside -= 1;
        if *phase == Phase::Filling {
            arrived.retain(|&other| other != ticket);
        }
        if *inside == 0 {
            arrived.clear();
            if matches!(phase, Phase::Draining | Phase::Resetting) {
                *phase = Phase::Filling;
            }
            gate.grant_all();
            self.tell();
        }
    }

    fn set_phase(&mut self, phase: Phase) {
        self.barrier.phase = phase;
        self.barrier.gate.grant_all();
        self.tell();
    }

    /// A poll of a step: what it has come to, if it has.
    fn take(&mut self, actor: ActorId, step: &'p Step) -> Option<u16> {
        let what = match step {
            Step::Within(time, step) => return self.take_within(actor, *time, step),
            Step::Yield | Step::Sleep(_) => return self.pass(actor, step),
            Step::Wait | Step::Lock | Step::Enter | Step::Acquire(_) | Step::Join | Step::Ended(_) => {
                return self.wait(actor, step);
            }
            Step::Get | Step::Put(_) => return self.pass_item(actor, step),
            Step::Arrive => return self.arrive(actor),
            Step::Await => return self.wait_for_notify(actor),
            Step::Gather(children) => return self.gather(actor, children),
            Step::Group(children) => return self.join_group(actor, children),
            step => self.act(actor, step),
        };
        Some(what)
    }

    /// A step that waits for nothing.
    fn act(&mut self, actor: ActorId, step: &Step) -> u16 {
        let State { event, lock, semaphore, queue, actors, .. } = self;
        let dying = |actor: ActorId| actors[actor].dying;
        let count = |woken: usize| u16::try_from(woken).expect("there are few tasks");
        let mut what = 0;
        match step {
            Step::Set => {
                if !std::mem::replace(&mut event.flag, true) {
                    event.waits.grant_all();
                }
            }
            Step::Clear => event.flag = false,
            Step::Pulse => {
                event.flag = false;
                what = count(event.waits.grant_all());
            }
            Step::TryLock => match lock.take(&dying) {
                true => self.actors[actor].has_lock = true,
                false => what = REFUSED,
            },
            Step::Unlock => {
                if std::mem::take(&mut self.actors[actor].has_lock) {
                    self.unlock(false);
                }
            }
            Step::Notify(_) | Step::NotifyAll if !actors[actor].has_own_lock => what = REFUSED,
            Step::Notify(most) => what = count(self.notify(*most)),
            Step::NotifyAll => what = count(self.notify(usize::MAX)),
            Step::Leave => {
                if std::mem::take(&mut self.actors[actor].has_own_lock) {
                    self.unlock(true);
                }
            }
            Step::TryAcquire => match semaphore.take(1, &dying) {
                true => self.actors[actor].permits.push(1),
                false => what = REFUSED,
            },
            Step::Release => {
                if let Some(permits) = self.actors[actor].permits.pop() {
                    self.release(permits);
                }
            }
            Step::Reset => {
                let inside = self.barrier.inside;
                self.set_phase(if inside > 0 { Phase::Resetting } else { Phase::Filling });
            }
            Step::Abort => self.set_phase(Phase::Broken),
            Step::TryPut(item) => match queue.may_put(&dying) {
                true => {
                    queue.push(u32::from(*item), &dying);
                    what = *item;
                }
                false => what = REFUSED,
            },
            Step::TryGet => match queue.may_get(&dying) {
                true => what = popped(queue.pop(&dying)),
                false => what = REFUSED,
            },
            Step::Done => match queue.unfinished {
                0 => what = REFUSED,
                _ => queue.done(1),
            },
            Step::Close => queue.close(&dying),
            Step::Cancel(number) => what = u16::from(self.cancel(*number, Some(actor))),
            Step::Fail => what = FAILED,
            step => unreachable!("{step:?} may wait"),
        }
        self.tell();
        what
    }

    fn take_within(&mut self, actor: ActorId, time: u64, step: &'p Step) -> Option<u16> {
        if let Some(what) = self.take(actor, step) {
            self.actors[actor].alarm.take().into_iter().for_each(|timer| self.timers[timer].armed = false);
            return Some(what);
        }
        match self.actors[actor].alarm {
            None => {
                let timer = self.arm(actor, time);
                self.actors[actor].alarm = Some(timer);
                None
            }
            Some(timer) if self.timers[timer].fired => {
                self.drop_wait(actor);
                Some(TIMED_OUT)
            }
            Some(_) => None,
        }
    }

    fn pass(&mut self, actor: ActorId, step: &Step) -> Option<u16> {
        match (self.actors[actor].at, step) {
            (At::Yielded, _) => return Some(0),
            (At::Sleeping(timer), _) => return self.timers[timer].fired.then_some(0),
            (_, Step::Sleep(time)) => {
                let timer = self.arm(actor, *time);
                self.actors[actor].at = At::Sleeping(timer);
            }
            _ => {
                self.actors[actor].at = At::Yielded;
                self.wake(actor);
            }
        }
        None
    }

    /// A wait in one line.
    fn wait(&mut self, actor: ActorId, step: &Step) -> Option<u16> {
        let (new, at) = (self.new_wait(), self.actors[actor].at);
        let joined = if let At::InLine(wait) = at { Some(wait) } else { None };
        let State { event, lock, own_lock, semaphore, queue, actors, .. } = self;
        let dying = |actor: ActorId| actors[actor].dying;
        let mut wait = joined.unwrap_or(new);
        let begins = joined.is_none();
        let got = match step {
            Step::Lock | Step::Enter => {
                let lock = if matches!(step, Step::Lock) { lock } else { own_lock };
                let got = match begins {
                    true => lock.first(wait, actor, &dying),
                    false => lock.again(&mut wait, new, actor, &dying),
                };
                match step {
                    Step::Lock => self.actors[actor].has_lock |= got,
                    _ => self.actors[actor].has_own_lock |= got,
                }
                got
            }
            Step::Acquire(permits) => {
                let got = match begins {
                    true => semaphore.take(*permits, &dying),
                    false => semaphore.again(wait, *permits, actor, &dying),
                };
                if begins && !got {
                    semaphore.waits.join(wait, actor, *permits);
                }
                if got {
                    self.actors[actor].permits.push(*permits);
                }
                got
            }
            step => {
                let (settled, waits) = match step {
                    Step::Wait => (event.flag, &mut event.waits),
                    Step::Join => (queue.unfinished == 0, &mut queue.joiners),
                    Step::Ended(number) => (actors[*number].ended, &mut actors[*number].joiners),
                    step => unreachable!("{step:?} waits in no line"),
                };
                match begins {
                    true if settled => true,
                    true => {
                        waits.join(wait, actor, 1);
                        false
                    }
                    false => waits.polled_by(wait, actor) && waits.leave(wait),
                }
            }
        };
        if !got {
            self.actors[actor].at = At::InLine(wait);
        }
        self.tell();
        got.then_some(0)
    }

    fn pass_item(&mut self, actor: ActorId, step: &Step) -> Option<u16> {
        let new = self.new_wait();
        let State { queue, actors, .. } = self;
        let dying = |actor: ActorId| actors[actor].dying;
        let gets = matches!(step, Step::Get);
        let goes_on = match actors[actor].at {
            At::InLine(wait) => {
                let waits = if gets { &mut queue.getters } else { &mut queue.putters };
                waits.polled_by(wait, actor) && waits.leave(wait)
            }
            _ => {
                let settled = match gets {
                    true => queue.may_get(&dying) || queue.closed && queue.is_empty(),
                    false => queue.may_put(&dying) || queue.closed,
                };
                if !settled {
                    let waits = if gets { &mut queue.getters } else { &mut queue.putters };
                    waits.join(new, actor, 1);
                }
                settled
            }
        };
        let what = match step {
            Step::Put(item) if goes_on && !queue.closed => {
                queue.push(u32::from(*item), &dying);
                Some(*item)
            }
            Step::Get if goes_on => Some(popped(queue.pop(&dying))),
            _ if goes_on => Some(CLOSED),
            _ => {
                match gets {
                    true => queue.hand_out_items(&dying),
                    false => queue.hand_out_room(&dying),
                }
                None
            }
        };
        if what.is_none() && !matches!(self.actors[actor].at, At::InLine(_)) {
            self.actors[actor].at = At::InLine(new);
        }
        self.tell();
        what
    }

    fn arrive(&mut self, actor: ActorId) -> Option<u16> {
        let new = self.new_wait();
        let barrier = &mut self.barrier;
        let mut ticket = None;
        match self.actors[actor].at {
            At::InLine(wait) => {
                if !barrier.gate.polled_by(wait, actor) {
                    return None;
                }
                barrier.gate.leave(wait);
            }
            At::Inside(own, wait) => {
                if !barrier.gate.polled_by(wait, actor) {
                    return None;
                }
                barrier.gate.leave(wait);
                ticket = Some(own);
            }
            _ => {}
        }
        if ticket.is_none() {
            match barrier.phase {
                Phase::Broken => return Some(ABORTED),
                Phase::Draining | Phase::Resetting => {
                    barrier.gate.join(new, actor, 1);
                    self.actors[actor].at = At::InLine(new);
                    return None;
                }
                Phase::Filling => {}
            }
            barrier.last_ticket += 1;
            barrier.arrived.push(barrier.last_ticket);
            barrier.inside += 1;
            ticket = Some(barrier.last_ticket);
            if barrier.inside == barrier.parties {
                self.set_phase(Phase::Draining);
            }
        }
        let ticket = ticket.expect("who goes on has one");
        let Barrier { phase, arrived, gate, .. } = &mut self.barrier;
        let what = match phase {
            Phase::Filling => {
                gate.join(new, actor, 1);
                self.actors[actor].at = At::Inside(ticket, new);
                return None;
            }
            Phase::Draining => arrived.iter().position(|&other| other == ticket).expect("who waits has arrived"),
            _ => usize::from(INTERRUPTED),
        };
        self.leave_barrier(ticket);
        Some(u16::try_from(what).expect("there are few parties"))
    }

    fn wait_for_notify(&mut self, actor: ActorId) -> Option<u16> {
        let new = self.new_wait();
        match self.actors[actor].at {
            At::Unnotified(wait, since) => {
                if !self.condition.polled_by(wait, actor) {
                    return None;
                }
                self.condition.leave(wait);
                let State { own_lock, actors, .. } = self;
                if !own_lock.first(new, actor, &|actor| actors[actor].dying) {
                    self.actors[actor].at = At::Relocking(new, since);
                    return None;
                }
            }
            At::Relocking(mut wait, since) => {
                let State { own_lock, actors, .. } = self;
                if !own_lock.again(&mut wait, new, actor, &|actor| actors[actor].dying) {
                    self.actors[actor].at = At::Relocking(wait, since);
                    return None;
                }
            }
            _ => {
                if !std::mem::take(&mut self.actors[actor].has_own_lock) {
                    return Some(REFUSED);
                }
                self.condition.join(new, actor, 1);
                self.actors[actor].at = At::Unnotified(new, self.notifies.0);
                self.unlock(true);
                return None;
            }
        }
        self.actors[actor].has_own_lock = true;
        Some(0)
    }

    fn gather(&mut self, actor: ActorId, children: &'p [Vec<Step>]) -> Option<u16> {
        let At::Gathering(gather, wait) = self.actors[actor].at else {
            let (gather, wait) = (self.gathers.len(), self.new_wait());
            let member = Some(Member::OfGather(gather));
            let children: Vec<_> = children.iter().map(|steps| self.spawn(steps, member)).collect();
            let mut waits = Waits::default();
            waits.join(wait, actor, 1);
            self.gathers.push(Gather { alive: children.len(), children, settled: false, waits });
            self.actors[actor].at = At::Gathering(gather, wait);
            return None;
        };
        let waits = &mut self.gathers[gather].waits;
        (waits.polled_by(wait, actor) && waits.leave(wait)).then_some(0)
    }

    fn join_group(&mut self, actor: ActorId, children: &'p [Vec<Step>]) -> Option<u16> {
        let new = self.new_wait();
        let group = match self.actors[actor].at {
            At::Joining(group, wait) => {
                let waits = &mut self.groups[group].waits;
                if !waits.polled_by(wait, actor) {
                    return None;
                }
                waits.leave(wait);
                group
            }
            _ => {
                let group = self.groups.len();
                let member = Some(Member::OfGroup(group));
                let members = children.iter().map(|steps| self.spawn(steps, member)).collect();
                let waits = Waits::default();
                self.groups.push(Group { members, aborting: false, over: false, failures: 0, waits });
                group
            }
        };
        let Group { members, failures, waits, .. } = &mut self.groups[group];
        if members.is_empty() {
            return Some(*failures);
        }
        waits.join(new, actor, 1);
        self.actors[actor].at = At::Joining(group, new);
        None
    }
}
