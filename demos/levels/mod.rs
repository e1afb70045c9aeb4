//! The levels of `drive`: a program, and what whoever schedules it is to bring about. Another one is a row of the table,
//! and a file here if it is not one of the races.

#![expect(dead_code, reason = "each has a main of its own, for whoever copies it")]

mod crossing;
mod hungry;
mod lost_count;
mod one_bell;

use crate::programs::{Options, Program};
use crate::races::{self, Tries};
use greenlight::dump::WaitInfo;
use greenlight::explore::{Explorer, Fault};
use std::pin::Pin;

/// Something to be brought about by picking who runs next.
#[derive(Debug)]
pub(crate) struct Level {
    /// That of its program, too.
    pub(crate) name: &'static str,
    /// What it asks for, in a line.
    pub(crate) asks: &'static str,
    /// What to learn of it, for who has done it.
    pub(crate) teaches: &'static str,
    pub(crate) goal: Goal,
    /// How many deviations suffice: none if the ordinary order does it.
    pub(crate) fewest: usize,
}

/// How it is seen that a level is won: by how its program has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal {
    /// Main returns.
    Returns,
    /// The task of this name can never go on.
    Stuck(&'static str),
    /// The task of the first name waits for ever for the object of the second.
    WaitsFor(&'static str, &'static str),
    /// The task of this name panics.
    Panics(&'static str),
    /// What the program says always holds does not.
    Breaks,
}

use Goal::{Breaks, Panics, Returns, Stuck, WaitsFor};

/// From one task and one Event to what takes three deviations.
pub(crate) static LEVELS: &[Level] = &[
    Level {
        name: "green-light",
        asks: "Have the walker cross.",
        teaches: "A task runs until it awaits what is not there. `set` runs nobody: it puts who waits at the end of the \
                  ready queue.",
        goal: Returns,
        fewest: 0,
    },
    Level {
        name: "green-already",
        asks: "Have the walker cross without waiting for the light.",
        teaches: "An Event stays set: who comes later does not wait. To pass over who is first in the ready queue is a \
                  deviation from greenlight's own order.",
        goal: Breaks,
        fewest: 1,
    },
    Level {
        name: "who-first",
        asks: "Have Bob sign before Alice.",
        teaches: "That Alice was spawned first says nothing to another scheduler. What has to come first is awaited.",
        goal: Panics("main"),
        fewest: 1,
    },
    Level {
        name: "early-bell",
        asks: "Leave Alice waiting for ever for the bell.",
        teaches: "A Condition keeps no notify: one that nobody waits for is lost. Look before you wait, as `wait_for` does.",
        goal: WaitsFor("alice", "bell"),
        fewest: 1,
    },
    Level {
        name: "slow-listener",
        asks: "Leave the listener waiting for ever for news.",
        teaches: "`set(); clear()` reaches only who waits at that moment. What may come early has to be kept: a permit, or \
                  an item of a queue.",
        goal: WaitsFor("listener", "news"),
        fewest: 1,
    },
    Level {
        name: "last-seat",
        asks: "Sell the last seat twice.",
        teaches: "What was looked at before an await may not hold after it. Look and act in one poll.",
        goal: Breaks,
        fewest: 1,
    },
    Level {
        name: "stolen-dish",
        asks: "Have Alice reach for a dish that is gone.",
        teaches: "To be notified is not to have: somebody may run in between. Look again after each wait, in a loop.",
        goal: Panics("alice"),
        fewest: 1,
    },
    Level {
        name: "lost-wake",
        asks: "Leave Alice asleep for ever.",
        teaches: "Who looks, awaits, and then leaves a waker misses what happens in between. Leave the waker and look in \
                  one poll.",
        goal: Stuck("alice"),
        fewest: 1,
    },
    Level {
        name: "two-locks",
        asks: "Have Alice and Bob wait for each other for ever.",
        teaches: "Two locks in two orders close a circle. Take them in one order everywhere.",
        goal: WaitsFor("bob", "savings"),
        fewest: 1,
    },
    Level {
        name: "one-bell",
        asks: "Leave the cook waiting for ever, though the counter has room.",
        teaches: "`notify_one` wakes the first who waits, whatever for. Where they wait for different things, notify all, \
                  or have a Condition for each.",
        goal: WaitsFor("cook", "bell"),
        fewest: 1,
    },
    Level {
        name: "late-timeout",
        asks: "Have the guest's time run out, though the answer takes less.",
        teaches: "No order does this: time has to pass while somebody is ready, as it does on a real clock. A timeout is a \
                  case to handle, never a proof of speed.",
        goal: Panics("guest"),
        fewest: 1,
    },
    Level {
        name: "lost-baton",
        asks: "Leave Bob waiting for ever for the baton.",
        teaches: "Who is cancelled after a grant and before the next poll takes it along. A wait that is dropped passes on \
                  what it was granted.",
        goal: WaitsFor("bob", "baton"),
        fewest: 1,
    },
    Level {
        name: "three-forks",
        asks: "Starve all three philosophers.",
        teaches: "Each has the left fork and waits for the right one. A circle needs everybody: one who takes the lower \
                  fork first opens it.",
        goal: WaitsFor("carol", "fork 0"),
        fewest: 2,
    },
    Level {
        name: "hungry",
        asks: "Have Alice and Carol eat twice each before Bob has eaten.",
        teaches: "Without a circle nobody waits for ever, and may still wait for long: what cannot deadlock can be unfair.",
        goal: Breaks,
        fewest: 1,
    },
    Level {
        name: "readers-writer",
        asks: "Have Carol write what somebody reads.",
        teaches: "Between the wake and the turn of who was woken others run. `while`, not `if`, around a wait.",
        goal: Breaks,
        fewest: 1,
    },
    Level {
        name: "starved-writer",
        asks: "Have three readers pass Carol while she waits to write.",
        teaches: "Readers who share keep each other in, and the writer out. Whoever comes after her has to wait for her.",
        goal: Breaks,
        fewest: 1,
    },
    Level {
        name: "lost-count",
        asks: "Have two clerks count six visitors as two.",
        teaches: "To read, await and write loses what others write meanwhile, though there is but one thread. Do it in \
                  one poll, or hold a lock.",
        goal: Breaks,
        fewest: 3,
    },
];

/// The programs that are no races.
static OWN: &[Program] = &[
    own("green-light", ("demos/levels/crossing.rs", include_str!("crossing.rs")), |_| Box::pin(crossing::program())),
    own("green-already", ("demos/levels/crossing.rs", include_str!("crossing.rs")), |_| {
        Box::pin(crossing::with_signal())
    }),
    own("lost-count", ("demos/levels/lost_count.rs", include_str!("lost_count.rs")), |_| {
        Box::pin(lost_count::program())
    }),
    own("one-bell", ("demos/levels/one_bell.rs", include_str!("one_bell.rs")), |_| Box::pin(one_bell::program())),
    own("hungry", ("demos/levels/hungry.rs", include_str!("hungry.rs")), |_| Box::pin(hungry::program())),
];

type Start = fn(Options) -> Pin<Box<dyn Future<Output = ()>>>;

const fn own(name: &'static str, (file, source): (&'static str, &'static str), start: Start) -> Program {
    Program { name, about: "", file, source, python: None, takes_ticks: false, stalls: false, start }
}

/// How many turns a schedule of a level may have: none that is driven by hand needs more.
const TURNS: u64 = 500;

impl Level {
    pub(crate) fn program(&self) -> &'static Program {
        let own = OWN.iter().find(|program| program.name == self.name);
        own.or_else(|| races::find(self.name).map(|race| &race.program)).expect("a level has a program of its name")
    }

    /// What may be done in it beside picking who runs.
    fn tries(&self) -> Tries {
        races::find(self.name).map_or(Tries::Deferrals, |race| race.tries)
    }

    pub(crate) fn may_be_late(&self) -> bool {
        self.tries() == Tries::LateClock
    }

    /// The name of the task that may be cancelled.
    pub(crate) fn may_cancel(&self) -> Option<&'static str> {
        if let Tries::Cancel(task) = self.tries() { Some(task) } else { None }
    }

    pub(crate) fn explorer(&self) -> Explorer {
        let explorer = Explorer::new().turns(TURNS);
        match self.tries() {
            Tries::LateClock => explorer.late_clock(),
            Tries::Cancel(task) => explorer.cancels([task], 1),
            Tries::Deferrals | Tries::EveryOrder => explorer,
        }
    }

    pub(crate) fn start(&self) -> Pin<Box<dyn Future<Output = ()>>> {
        (self.program().start)(Options { notes: false, ..Options::default() })
    }
}

impl Goal {
    /// Whether a program that ended so has come to it.
    pub(crate) fn is_reached(self, ended: &Result<(), Fault>) -> bool {
        match (self, ended) {
            (Returns, Ok(())) => true,
            (Breaks, Err(Fault::Broken { .. })) => true,
            (Panics(name), Err(Fault::Panicked { task, .. })) => task == name,
            (Stuck(name), Err(Fault::Stalled(stalled))) => {
                stalled.tasks().iter().any(|task| task.label.name.as_deref() == Some(name))
            }
            (WaitsFor(name, what), Err(Fault::Stalled(stalled))) => {
                let is_it = |wait: &WaitInfo| matches!(wait, WaitInfo::Object { object, .. } if object.name.as_deref() == Some(what));
                let mut named = stalled.tasks().iter().filter(|task| task.label.name.as_deref() == Some(name));
                named.any(|task| task.waits.iter().any(is_it))
            }
            _ => false,
        }
    }
}

/// The level of that name.
pub(crate) fn find(name: &str) -> Option<&'static Level> {
    LEVELS.iter().find(|level| level.name == name)
}

/// The level whose name somebody may have meant.
pub(crate) fn nearest(typed: &str) -> &'static Level {
    let typed = typed.to_lowercase().replace('_', "-");
    let edits = |level: &&Level| {
        let is_part = !typed.is_empty() && level.name.contains(&typed);
        (!is_part, strsim::osa_distance(&typed, level.name))
    };
    LEVELS.iter().min_by_key(edits).expect("there are levels")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fewest deviations with which the explorer comes to the goal.
    fn explored(level: &Level) -> Option<usize> {
        (0..=3).find(|&most| match level.explorer().deferrals(most).try_run(|| level.start()) {
            Ok(_) => level.goal.is_reached(&Ok(())),
            Err(failed) => failed.found.iter().any(|found| level.goal.is_reached(&Err(found.fault.clone()))),
        })
    }

    #[test]
    fn a_level_says_with_how_few_deviations_the_explorer_comes_to_its_goal() {
        let said = LEVELS.iter().map(|level| (level.name, Some(level.fewest)));
        let explored = LEVELS.iter().map(|level| (level.name, explored(level)));
        assert_eq!(explored.collect::<Vec<_>>(), said.collect::<Vec<_>>());
    }
}
