//! What timers have to do, told a second time: each fires at its deadline, those of one deadline in the order in which
//! they were armed. Virtual time jumps from one deadline to the next, so that it also tells of every timer that the
//! runtime has and the model has not: time would stop for it.

use crate::watched::Rules;
use crate::world::World;
use greenlight::Turn;
use stage::model::{ActorId, NOBODY, WaitId};
use std::cell::Cell;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::time::Duration;

/// The timers of a world.
#[derive(Default)]
pub(crate) struct Timers {
    /// Who has polled each armed timer last, by its deadline, and by its number among those of one deadline. NOBODY is
    /// behind a foreign waker.
    armed: BTreeMap<(u64, WaitId), ActorId>,
    /// The tasks that the timers of the last turn have woken and that were not polled since, first woken first.
    woken: VecDeque<ActorId>,
    now: u64,
}

impl Timers {
    fn fire(&mut self, now: u64) {
        self.now = now;
        let later = self.armed.split_off(&(now + 1, 0));
        let fired = std::mem::replace(&mut self.armed, later);
        // A foreign waker may wake any task, and before the others.
        if fired.values().all(|&actor| actor != NOBODY) {
            let mut woken = HashSet::new();
            self.woken.extend(fired.into_values().filter(|&actor| woken.insert(actor)));
        }
    }
}

impl World {
    /// Compares what a turn has done with what the timers had it do. Time jumps only when nobody is ready, and so in a
    /// turn in which nobody runs: those whom the timers wake are alone in the ready queue then.
    pub(crate) fn check_time(&self, now: u64, turn: Turn) {
        let timers = &mut *self.timers.borrow_mut();
        let left: Vec<_> = timers.woken.drain(..).filter(|&actor| self.is_living(actor)).collect();
        self.expect(left.is_empty(), || {
            format!("lost wake: timers have fired, and {} was not polled", self.name(left[0]))
        });
        let next = timers.armed.keys().next().map(|&(deadline, _)| deadline);
        self.expect(next.is_none() || matches!(turn, Turn::Ran(_)), || {
            format!("nobody was ready at {now} µs, and no timer has fired; {} are armed", timers.armed.len())
        });
        if now != timers.now {
            self.expect(next == Some(now), || {
                let next = next.map_or("there is no timer".into(), |next| format!("the next timer is for {next} µs"));
                format!("time went on to {now} µs, and {next}")
            });
            timers.fire(now);
        }
    }

    /// Notes that a task is polled: those woken before it by timers were polled before it, unless they have ended.
    pub(crate) fn check_order(&self, actor: ActorId) {
        let mut timers = self.timers.borrow_mut();
        let Some(ahead) = timers.woken.iter().position(|&woken| woken == actor) else { return };
        let passed: Vec<_> = timers.woken.drain(..=ahead).take(ahead).filter(|&actor| self.is_living(actor)).collect();
        self.expect(passed.is_empty(), || {
            let (woken, passed) = (self.name(actor), self.name(passed[0]));
            format!("a timer woke {woken} before {passed}, whose timer for that moment was armed before")
        });
    }

    /// A task by its number. What tasks spawn has none.
    fn name(&self, actor: ActorId) -> String {
        let numbered = self.numbered.borrow();
        let found = numbered.iter().find(|(_, (_, numbered))| *numbered == actor);
        found.map_or("a task".into(), |(number, _)| format!("task {number}"))
    }

    /// No task is left, and no timer.
    pub(crate) fn check_timers_are_gone(&self) {
        let armed = self.timers.borrow().armed.len();
        self.expect(armed == 0, || format!("{armed} timers are armed, and no task is left"));
    }
}

/// Waits for a timer.
pub(crate) struct ForTime<'w> {
    world: &'w World,
    until: Until,
    /// Set by the first poll.
    deadline: Cell<u64>,
}

enum Until {
    After(Duration),
    At(u64),
}

impl<'w> ForTime<'w> {
    /// A timer that counts from its first poll.
    pub(crate) fn after(world: &'w World, time: Duration) -> Self {
        ForTime { world, until: Until::After(time), deadline: Cell::new(0) }
    }

    /// A timer for that moment.
    pub(crate) fn at(world: &'w World, deadline: u64) -> Self {
        ForTime { world, until: Until::At(deadline), deadline: Cell::new(0) }
    }
}

impl Rules for ForTime<'_> {
    fn first(&self, id: WaitId) -> bool {
        let now = greenlight::now();
        let deadline = match self.until {
            Until::After(time) => (now + time).as_micros(),
            Until::At(deadline) => deadline,
        };
        self.deadline.set(deadline);
        if deadline > now.as_micros() {
            self.world.timers.borrow_mut().armed.insert((deadline, id), self.world.current.get());
        }
        false
    }

    fn again(&self, id: &mut WaitId) -> bool {
        let armed = &mut self.world.timers.borrow_mut().armed;
        let polled_by = armed.get_mut(&(self.deadline.get(), *id));
        polled_by.map(|actor| *actor = self.world.current.get()).is_none()
    }

    fn dropped(&self, id: Option<WaitId>) {
        if let Some(id) = id {
            self.world.timers.borrow_mut().armed.remove(&(self.deadline.get(), id));
        }
    }
}

/// The timer inside of a future that has more than that.
pub(crate) struct Alarm<'w> {
    timer: ForTime<'w>,
    id: Cell<Option<WaitId>>,
}

impl<'w> Alarm<'w> {
    pub(crate) fn new(timer: ForTime<'w>) -> Self {
        Alarm { timer, id: Cell::new(None) }
    }

    /// The future polls its timer. Whether that has fired.
    pub(crate) fn poll(&self) -> bool {
        match self.id.get() {
            Some(mut id) => self.timer.again(&mut id),
            None => {
                let id = self.timer.world.new_wait();
                self.id.set(Some(id));
                self.timer.first(id)
            }
        }
    }

    /// The future drops its timer.
    pub(crate) fn stop(&self) {
        self.timer.dropped(self.id.take());
    }
}

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        self.stop();
    }
}
