//! Programs to explore: whether they are right, the order of their tasks decides. Most are right in greenlight's own order
//! and wrong in another, and stand beside what repairs them. Another one is a file here, and its rows of the table.

#![expect(dead_code, reason = "each has a main of its own, for whoever copies it")]

mod early_bell;
mod last_seat;
mod late_timeout;
mod lost_baton;
mod lost_wake;
mod readers_writer;
mod slow_listener;
mod starved_writer;
mod stolen_dish;
mod three_forks;
mod three_workers;
mod two_locks;
mod who_first;

use crate::programs::{Options, PROGRAMS, Program};
use std::pin::Pin;

/// A program to explore.
#[derive(Debug)]
pub(crate) struct Race {
    pub(crate) program: Program,
    /// What there is to see when it is explored, and what that comes from.
    pub(crate) see: &'static str,
    /// What has to be tried beside a few deferrals, for that to be seen.
    pub(crate) tries: Tries,
}

/// What an exploration tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tries {
    Deferrals,
    EveryOrder,
    LateClock,
    /// To cancel the task of this name.
    Cancel(&'static str),
}

use Tries::{Cancel, Deferrals, EveryOrder, LateClock};

type Start = fn(Options) -> Pin<Box<dyn Future<Output = ()>>>;

/// Where a source is, and what stands in it.
type Source = (&'static str, &'static str);

const EARLY_BELL: Source = ("demos/races/early_bell.rs", include_str!("early_bell.rs"));
const LAST_SEAT: Source = ("demos/races/last_seat.rs", include_str!("last_seat.rs"));
const LATE_TIMEOUT: Source = ("demos/races/late_timeout.rs", include_str!("late_timeout.rs"));
const LOST_BATON: Source = ("demos/races/lost_baton.rs", include_str!("lost_baton.rs"));
const LOST_WAKE: Source = ("demos/races/lost_wake.rs", include_str!("lost_wake.rs"));
const READERS_WRITER: Source = ("demos/races/readers_writer.rs", include_str!("readers_writer.rs"));
const SLOW_LISTENER: Source = ("demos/races/slow_listener.rs", include_str!("slow_listener.rs"));
const STARVED_WRITER: Source = ("demos/races/starved_writer.rs", include_str!("starved_writer.rs"));
const STOLEN_DISH: Source = ("demos/races/stolen_dish.rs", include_str!("stolen_dish.rs"));
const THREE_FORKS: Source = ("demos/races/three_forks.rs", include_str!("three_forks.rs"));
const THREE_WORKERS: Source = ("demos/races/three_workers.rs", include_str!("three_workers.rs"));
const TWO_LOCKS: Source = ("demos/races/two_locks.rs", include_str!("two_locks.rs"));
const WHO_FIRST: Source = ("demos/races/who_first.rs", include_str!("who_first.rs"));

/// From what shows in one poll to what takes several tasks, the repaired one behind each.
pub(crate) static RACES: &[Race] = &[
    Race {
        program: program("who-first", "Alice signs before Bob, as nobody has said", WHO_FIRST, |_| {
            Box::pin(who_first::program())
        }),
        see: "Bob runs before Alice. Nothing in the program says that he may not: it goes by the order in which they \
              were spawned.",
        tries: Deferrals,
    },
    Race {
        program: program("who-first-repaired", "Bob awaits Alice's end before he signs", WHO_FIRST, |_| {
            Box::pin(who_first::repaired())
        }),
        see: "Bob awaits Alice, so no order has him sign first.",
        tries: EveryOrder,
    },
    Race {
        program: program("last-seat", "two look, pay, and take the last seat", LAST_SEAT, |_| {
            Box::pin(last_seat::program())
        }),
        see: "Bob looks while Alice pays, so both see the seat and both take it. An await stands between the look and \
              the act.",
        tries: Deferrals,
    },
    Race {
        program: program("last-seat-repaired", "the same, with the seat taken before paying", LAST_SEAT, |_| {
            Box::pin(last_seat::repaired())
        }),
        see: "Look and act are one poll, and a poll is never interrupted: whoever looks next sees no seat.",
        tries: EveryOrder,
    },
    Race {
        program: program("early-bell", "a notify comes before anybody waits for it", EARLY_BELL, |_| {
            Box::pin(early_bell::program())
        }),
        see: "The cook rings before Alice waits. A Condition keeps no notify, so she waits for ever beside her dish.",
        tries: Deferrals,
    },
    Race {
        program: program("early-bell-repaired", "the same, with a look at the dish before waiting", EARLY_BELL, |_| {
            Box::pin(early_bell::repaired())
        }),
        see: "`wait_for` looks before it waits: who comes late finds the dish, whether the bell was heard or not.",
        tries: EveryOrder,
    },
    Race {
        program: program("slow-listener", "set and clear reach only who waits just then", SLOW_LISTENER, |_| {
            Box::pin(slow_listener::program())
        }),
        see: "The listener still writes when the second piece is told by set() and clear(). Nothing keeps it, and he \
              waits for ever.",
        tries: Deferrals,
    },
    Race {
        program: program("slow-listener-repaired", "the same, with a permit for each piece", SLOW_LISTENER, |_| {
            Box::pin(slow_listener::repaired())
        }),
        see: "A permit stays until somebody takes it: a listener may be as slow as he likes.",
        tries: EveryOrder,
    },
    Race {
        program: program("stolen-dish", "who was notified takes without a look", STOLEN_DISH, |_| {
            Box::pin(stolen_dish::program())
        }),
        see: "Bob takes the dish between the notify and Alice's turn. She was told of a dish, and does not look again.",
        tries: Deferrals,
    },
    Race {
        program: program("stolen-dish-repaired", "the same, with a look after each wait", STOLEN_DISH, |_| {
            Box::pin(stolen_dish::repaired())
        }),
        see: "`wait_for` looks again after each notify, and goes on waiting where somebody was faster.",
        tries: EveryOrder,
    },
    Race {
        program: program("lost-wake", "who waits on a Waker looks, awaits, then leaves it", LOST_WAKE, |_| {
            Box::pin(lost_wake::program())
        }),
        see: "Bob rings after Alice has looked and before she has left her waker: the wake-up is lost, and she sleeps \
              for ever.",
        tries: Deferrals,
    },
    Race {
        program: program("lost-wake-repaired", "the same, with look and waker in one poll", LOST_WAKE, |_| {
            Box::pin(lost_wake::repaired())
        }),
        see: "The waker is left and the bell looked at in one poll, and nobody can ring in between.",
        tries: EveryOrder,
    },
    Race {
        program: program("two-locks", "two lock two accounts, in opposite order", TWO_LOCKS, |_| {
            Box::pin(two_locks::program())
        }),
        see: "Alice has savings and waits for cash, Bob has cash and waits for savings: a circle, and nobody is left \
              to open it.",
        tries: Deferrals,
    },
    Race {
        program: program("two-locks-repaired", "the same, with one order for both", TWO_LOCKS, |_| {
            Box::pin(two_locks::repaired())
        }),
        see: "Both lock savings first: who has cash waits for nothing, so no circle closes.",
        tries: EveryOrder,
    },
    Race {
        program: program("three-forks", "three philosophers, left fork first", THREE_FORKS, |_| {
            Box::pin(three_forks::program())
        }),
        see: "Each has a left fork and waits for the right one. Two of them have to be slow for that: one deferral is \
              too few.",
        tries: Deferrals,
    },
    Race {
        program: program("three-forks-repaired", "the same, lower fork first", THREE_FORKS, |_| {
            Box::pin(three_forks::repaired())
        }),
        see: "Who waits for a fork has only lower ones, so no circle closes.",
        tries: EveryOrder,
    },
    Race {
        program: program("three-workers", "the third tutorial's two places, by an Event", THREE_WORKERS, |_| {
            Box::pin(three_workers::program())
        }),
        see: "The race that the tutorial tells of is in no order at all: the Event is set exactly while a place is \
              free. `explore resource-event` has five workers, within a bound.",
        tries: EveryOrder,
    },
    Race {
        program: program("three-workers-spin", "the same, with the clear() left out", THREE_WORKERS, |_| {
            Box::pin(three_workers::spinning())
        }),
        see: "The third worker awaits what is set already, again and again, in one poll: nobody else ever runs. It \
              needs no other order for that. Clear the Event with the last place.",
        tries: Deferrals,
    },
    Race {
        program: program("readers-writer", "who writes waits once for the readers to go", READERS_WRITER, |_| {
            Box::pin(readers_writer::program())
        }),
        see: "Bob begins to read between the end of Alice's reading and Carol's turn, and Carol, who waits once, \
              writes what he reads.",
        tries: Deferrals,
    },
    Race {
        program: program("readers-writer-repaired", "the same, with a look after each wait", READERS_WRITER, |_| {
            Box::pin(readers_writer::repaired())
        }),
        see: "Carol looks again whenever she is woken, and writes in the poll in which she saw nobody read.",
        tries: EveryOrder,
    },
    Race {
        program: program("starved-writer", "readers pass the one who waits to write", STARVED_WRITER, |_| {
            Box::pin(starved_writer::program())
        }),
        see: "Whenever Carol could write, another reader has begun: she writes once they are done with it.",
        tries: Deferrals,
    },
    Race {
        program: program("starved-writer-repaired", "the same, with readers who wait for her", STARVED_WRITER, |_| {
            Box::pin(starved_writer::repaired())
        }),
        see: "Nobody begins to read while she waits, so she waits for those at most who read when she came.",
        tries: Deferrals,
    },
    Race {
        program: program("late-timeout", "an answer after 999 ms, awaited for a second", LATE_TIMEOUT, |_| {
            Box::pin(late_timeout::program())
        }),
        see: "The second is over while the answer is worked on. No order of the tasks does that: time has to pass \
              meanwhile, as it does on a real clock.",
        tries: LateClock,
    },
    Race {
        program: program("late-timeout-repaired", "the same, with words for both outcomes", LATE_TIMEOUT, |_| {
            Box::pin(late_timeout::repaired())
        }),
        see: "A timeout may end either way, and the guest knows what to do then.",
        tries: LateClock,
    },
    Race {
        program: program("lost-baton", "a cancelled runner keeps what was handed over", LOST_BATON, |_| {
            Box::pin(lost_baton::program())
        }),
        see: "Alice is handed the baton and cancelled before she takes it: it is gone with her wait, and Bob waits for \
              ever.",
        tries: Cancel("alice"),
    },
    Race {
        program: program("lost-baton-repaired", "the same, with the baton passed on", LOST_BATON, |_| {
            Box::pin(lost_baton::repaired())
        }),
        see: "A wait that is dropped passes on what it was granted, so Bob runs wherever Alice is cancelled.",
        tries: Cancel("alice"),
    },
];

const fn program(name: &'static str, about: &'static str, (file, source): Source, start: Start) -> Program {
    Program { name, about, file, source, python: None, takes_ticks: false, stalls: false, start }
}

/// The race of that name.
pub(crate) fn find(name: &str) -> Option<&'static Race> {
    RACES.iter().find(|race| race.program.name == name)
}

/// Every program that has a name, the demos first.
pub(crate) fn all() -> impl Iterator<Item = &'static Program> {
    PROGRAMS.iter().chain(RACES.iter().map(|race| &race.program))
}

/// The program whose name somebody may have meant: one that contains what was typed, or else the
/// one that the fewest edits lead to.
pub(crate) fn nearest(typed: &str) -> &'static Program {
    let typed = typed.to_lowercase().replace('_', "-");
    all()
        .min_by_key(|program| {
            let part = !typed.is_empty() && program.name.contains(&typed);
            (!part, strsim::osa_distance(&typed, program.name))
        })
        .expect("there are programs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_takes_the_fewest_edits_or_contains_what_was_typed() {
        let nearest = |typed| nearest(typed).name;
        assert_eq!(nearest("croswalk"), "crosswalk");
        assert_eq!(nearest("Waiter"), "waiter");
        assert_eq!(nearest("peroidic"), "periodic");
        assert_eq!(nearest("periodic_slwo"), "periodic-slow");
        assert_eq!(nearest("slow"), "periodic-slow");
        assert_eq!(nearest("resource"), "resource-event");
    }
}
