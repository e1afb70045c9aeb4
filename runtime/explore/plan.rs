//! What decides at each choice of a schedule.

use super::super::observe::{Act, Pick, Schedule};

/// Within what bounds schedules are explored.
#[derive(Clone, Debug, Default)]
pub(super) struct Bounds {
    pub(super) deferrals: usize,
    pub(super) late: bool,
    /// The names of the tasks that may be cancelled, none if any may, and how many cancels there may be.
    pub(super) cancels: (Option<Vec<std::sync::Arc<str>>>, usize),
    /// Whether a deferral is over with the next poll: so each order is one list of picks.
    pub(super) plain: bool,
    pub(super) turns: u64,
    /// How much one poll may do; none if any number of things.
    pub(super) acts: Option<u32>,
}

/// What may be done otherwise at a choice.
#[derive(Clone, Copy, Debug)]
pub(super) struct May {
    pub(super) defer: bool,
    pub(super) late: bool,
    /// The tasks that may be cancelled: a bit for each number.
    pub(super) cancel: u64,
}

impl May {
    pub(super) fn acts(self) -> impl Iterator<Item = Act> {
        let (defer, late) = (self.defer.then_some(Act::Defer), self.late.then_some(Act::Late));
        defer.into_iter().chain(late).chain(self.victims().map(Act::Cancel))
    }

    pub(super) fn victims(self) -> impl Iterator<Item = u64> {
        (0..u64::from(u64::BITS)).filter(move |task| self.cancel >> task & 1 == 1)
    }
}

/// What decides at each choice.
pub(super) enum Plan {
    /// What is written down; a search writes it, too.
    Written(Schedule),
    /// Who runs, one after the other. The schedule stops behind the last.
    Picked(Vec<Pick>),
    /// A draw each time.
    Random(Random),
}

impl Default for Plan {
    fn default() -> Self {
        Plan::Picked(Vec::new())
    }
}

/// Draws by xorshift (Marsaglia, "Xorshift RNGs", 2003), with the multiplication of Vigna's variant.
pub(super) struct Random {
    state: u64,
    /// One choice of so many deviates.
    rarity: u64,
}

impl Random {
    /// The schedule of that number under a seed. How many choices deviate differs from one to the next.
    pub(super) fn new(seed: u64, number: u64) -> Self {
        let mut random =
            Random { state: (seed ^ number.rotate_left(32)).wrapping_add(0x9E37_79B9_7F4A_7C15), rarity: 1 };
        random.state = random.state.max(1);
        // The first draws of seeds that are alike are alike.
        (0..8).for_each(|_| _ = random.next());
        random.rarity = 2 << random.below(6);
        random
    }

    fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn decide(&mut self, may: May) -> Option<Act> {
        if self.below(self.rarity) > 0 {
            return None;
        }
        let acts: Vec<_> = may.acts().collect();
        // Where nothing is possible, the draw is in vain.
        let drawn = self.below(acts.len().max(1) as u64);
        acts.get(drawn as usize).copied()
    }
}

/// What is to be done at a choice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Decision {
    Run,
    Do(Act),
    /// There are no more picks.
    Stop,
}

impl Plan {
    /// What is to be done where that task is about to be polled, in a schedule that has deviated so often, and gone
    /// so many moves.
    pub(super) fn decide(&mut self, task: u64, poll: u32, may: May, (deviations, moves): (usize, usize)) -> Decision {
        let act = match self {
            Plan::Written(schedule) => {
                let next = schedule.deviations.get(deviations);
                next.filter(|next| (next.task, next.poll) == (task, poll)).map(|next| next.act)
            }
            Plan::Picked(picks) => match picks.get(moves) {
                None => return Decision::Stop,
                Some(&Pick::Run(picked)) => (picked != task).then_some(Act::Defer),
                Some(Pick::Late) => Some(Act::Late),
                Some(&Pick::Cancel(victim)) => Some(Act::Cancel(victim)),
            },
            Plan::Random(random) => random.decide(may),
        };
        act.map_or(Decision::Run, Decision::Do)
    }
}
