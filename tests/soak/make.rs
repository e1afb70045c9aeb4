//! Makes scenarios of any length from a seed. Steps are such that every task can end: who holds a
//! lock or permits asks only for what stands higher in one order, so that nobody waits in a circle.

use crate::step::{Line, Scenario, Step, Verb};
use crate::world::{self, ROOMS};
use fastrand::Rng;

/// How many objects of a kind are in a room.
const EVENTS: u32 = world::EVENTS as u32;
const CONDITIONS: u32 = world::CONDITIONS as u32;
const SEMAPHORES: u32 = world::SEMAPHORES as u32;
const BARRIERS: u32 = world::BARRIERS as u32;
const QUEUES: u32 = world::QUEUES as u32;

/// The ranks of a room: one for each lock, then one for each semaphore.
const LOCKS: u32 = world::LOCKS as u32;
const RANKS: u32 = LOCKS + SEMAPHORES;

/// A scenario that takes about so many steps.
pub(crate) fn scenario(seed: u64, steps: u64) -> Scenario {
    let mut maker = Maker { rng: Rng::with_seed(seed), left: i64::try_from(steps).unwrap_or(i64::MAX), tasks: 0 };
    let mut scenario = Scenario::new();
    while maker.left > 0 {
        maker.wave(&mut scenario);
    }
    scenario
}

struct Maker {
    rng: Rng,
    /// How many steps are to be made.
    left: i64,
    tasks: u32,
}

/// What is allowed where a step stands.
#[derive(Clone, Copy)]
struct Place {
    /// Where its objects are.
    room: u32,
    /// Locks and semaphores below this rank are held, or were passed over.
    rank: u32,
    /// How deep bodies may nest from here.
    depth: u32,
    /// Whether tasks are around whom something else than the soak cancels: only steps that do not
    /// depend on who is dying.
    plain: bool,
    /// Whether this is in a task that somebody awaits: it takes no parcel, which might await it,
    /// and leaves none, because it is cancelled with who awaits it.
    awaited: bool,
}

impl Maker {
    /// Some tasks, and some turns.
    fn wave(&mut self, scenario: &mut Scenario) {
        // Some waves crowd into one room.
        let crowd = self.rng.u32(0..4).eq(&0).then(|| self.rng.u32(0..ROOMS as u32));
        let most = [1, 3, 10, 100, 1000][self.rng.usize(0..5)];
        for _ in 0..self.rng.u32(1..=most) {
            if self.left <= 0 {
                break;
            }
            let room = crowd.unwrap_or_else(|| self.rng.u32(0..ROOMS as u32));
            let place = Place { room, rank: 0, depth: 3, plain: false, awaited: false };
            let count = self.rng.usize(1..12);
            let steps: Vec<_> = (0..count).map(|_| self.step(place)).collect();
            scenario.push(Line::Task(self.tasks, steps.into()));
            self.tasks += 1;
        }
        let turns = [0, 1, 1, 2, 3, 10, 50][self.rng.usize(0..7)];
        scenario.push(Line::Turns(turns));
    }

    fn body(&mut self, place: Place, most: usize) -> Vec<Step> {
        let count = self.rng.usize(0..=most);
        (0..count).map(|_| self.step(place)).collect()
    }

    fn step(&mut self, place: Place) -> Step {
        self.left -= 1;
        let Place { room, rank, depth, plain, awaited } = place;
        let few = self.rng.u32(0..4);
        let event = room * EVENTS + self.rng.u32(0..EVENTS);
        let queue = room * QUEUES + self.rng.u32(0..QUEUES);
        let barrier = room * BARRIERS + self.rng.u32(0..BARRIERS);
        let inner = Place { depth: depth.saturating_sub(1), ..place };
        let child = Place { awaited: true, ..inner };
        match self.rng.u32(0..if depth == 0 { 60 } else { 100 }) {
            0..=5 => Step::new(Verb::Yield, 0, few),
            6..=8 => Step::new(Verb::Sleep, self.grid(), self.time()),
            9 => Step::new(Verb::Tick, self.grid(), self.time()),
            10..=14 => Step::new(Verb::Wait, event, 0),
            15..=17 => Step::new(Verb::Set, event, 0),
            18..=20 => Step::new(Verb::Clear, event, 0),
            21..=22 => Step::new(Verb::Pulse, event, 0),
            _ if plain => Step::new(if self.rng.u32(0..8) == 0 { Verb::Panic } else { Verb::Yield }, 0, few),
            23..=31 => self.condition(place),
            32..=37 => Step::new(if self.rng.bool() { Verb::Put } else { Verb::TryPut }, queue, 0),
            38..=43 => Step::new(if self.rng.bool() { Verb::Get } else { Verb::TryGet }, queue, few),
            44 => Step::new(Verb::Drain, queue, 0),
            45..=49 => Step::new(Verb::Arrive, barrier, 0),
            50 => match self.rng.u32(0..6) {
                0 => Step::new(Verb::Abort, barrier, 0),
                1 | 2 => Step::new(Verb::Reset, barrier, 0),
                3 => Step::new(Verb::Close, queue, 0),
                4 => Step::new(Verb::CloseNow, queue, 0),
                _ => Step::new(Verb::Panic, 0, 0),
            },
            51..=55 => self.cancel(),
            56 if self.rng.u32(0..300) == 0 => Step::new(Verb::Thread, 0, few),
            56..=57 if rank == 0 && !awaited => Step::new(Verb::Take, 0, 0),
            56..=59 => self.acquire(0, inner),
            60..=67 => self.lock(inner),
            68..=75 => self.acquire(3, inner),
            76..=77 => Step::with(Verb::Spawn, 0, 0, self.body(inner, 3)),
            78..=79 => Step::with(Verb::Join, 0, 0, self.body(child, 3)),
            80 => Step::with(Verb::Gather, 0, 0, self.body(child, 4)),
            81 => Step::with(Verb::GatherTasks, 0, 0, self.body(child, 4)),
            82 => Step::with(Verb::Group, 0, 0, self.body(child, 4)),
            83 => self.failing_group(child),
            84 => Step::with(Verb::Ends, 0, few, self.body(child, 4)),
            85 => Step::with(Verb::Completed, 0, 0, self.body(child, 4)),
            86..=87 => Step::with(Verb::Race, 0, 0, self.body(inner, 3)),
            88..=89 => Step::with(Verb::Timeout, self.grid(), self.time(), self.body(inner, 3)),
            90..=92 => Step::with(Verb::Abandon, 0, few, self.body(inner, 2)),
            93..=95 if !awaited => Step::with(Verb::Leave, 0, 0, self.body(inner, 2)),
            _ => Step::with(Verb::Foreign, 0, few, self.body(inner, 3)),
        }
    }

    fn time(&mut self) -> u32 {
        let end = [3, 100, 10_000, 50_000_000][self.rng.usize(0..4)];
        self.rng.u32(0..end)
    }

    /// Most times end at round moments, together with others.
    fn grid(&mut self) -> u32 {
        [0, 1000, 100_000, 10_000_000, 10_000_000][self.rng.usize(0..5)]
    }

    fn cancel(&mut self) -> Step {
        if self.rng.u32(0..12) == 0 || self.tasks == 0 {
            return Step::new(Verb::CancelSelf, 0, 0);
        }
        // One of the last: most of the others have ended.
        let end = [3, 20, 1000][self.rng.usize(0..3)];
        let back = self.rng.u32(0..end);
        Step::new(Verb::Cancel, self.tasks.saturating_sub(back), 0)
    }

    /// A step that takes the lock of a condition.
    fn condition(&mut self, Place { room, rank, .. }: Place) -> Step {
        if rank >= LOCKS {
            return Step::new(Verb::Yield, 0, 1);
        }
        // The fourth condition has the first lock.
        let object =
            room * CONDITIONS + if rank == 0 { self.rng.u32(0..CONDITIONS) } else { self.rng.u32(rank..LOCKS) };
        match self.rng.u32(0..9) {
            0..=2 => Step::new(Verb::Await, object, 0),
            3 => Step::new(Verb::AwaitGoal, object, self.rng.u32(0..4)),
            4 => Step::new(Verb::AwaitUntil, object, self.time()),
            _ => Step::new(Verb::Notify, object, self.rng.u32(0..4)),
        }
    }

    fn lock(&mut self, inner: Place) -> Step {
        let Place { room, rank, .. } = inner;
        if rank >= LOCKS {
            return Step::new(Verb::Yield, 0, 1);
        }
        let lock = self.rng.u32(rank..LOCKS);
        let verb = if self.rng.u32(0..4) == 0 { Verb::TryLock } else { Verb::Lock };
        Step::with(verb, room * LOCKS + lock, 0, self.body(Place { rank: lock + 1, ..inner }, 3))
    }

    fn acquire(&mut self, most: usize, inner: Place) -> Step {
        let Place { room, rank, .. } = inner;
        if rank >= RANKS {
            return Step::new(Verb::Yield, 0, 1);
        }
        let taken = self.rng.u32(rank.max(LOCKS)..RANKS);
        let (semaphore, amount) = (room * SEMAPHORES + taken - LOCKS, self.rng.u32(0..5));
        match self.rng.u32(0..8) {
            0 => Step::new(Verb::Forget, semaphore, amount),
            1 => Step::with(Verb::TryAcquire, semaphore, 0, self.body(Place { rank: taken + 1, ..inner }, most)),
            _ => Step::with(Verb::Acquire, semaphore, amount, self.body(Place { rank: taken + 1, ..inner }, most)),
        }
    }

    fn failing_group(&mut self, child: Place) -> Step {
        let mut body = self.body(Place { plain: true, depth: 0, ..child }, 4);
        if self.rng.bool() {
            body.push(Step::new(Verb::Fail, 0, 0));
        }
        Step::with(Verb::Group, 0, 1, body)
    }
}
