//! The programs. Another one is a file here, its twin in `demos/python`, and a row of the table.

mod barrier;
mod cancellation;
mod club;
mod club_all;
mod crosswalk;
mod event_and_lock;
mod periodic;
mod periodic_slow;
mod producers;
mod resource_condition;
mod resource_event;
mod semaphore;
mod task_group;
mod thread;
mod timeouts;
mod waiter;

use std::pin::Pin;

/// A program that can be run, read and changed.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// What it shows, in a line.
    pub(crate) about: &'static str,
    /// The file it is written in.
    pub(crate) source: &'static str,
    /// The same for Python's asyncio: prints the same lines.
    pub(crate) python: &'static str,
    /// True when it would go on for ever, and [`Options::ticks`] bounds it.
    pub(crate) takes_ticks: bool,
    /// True when a stall is what it shows.
    pub(crate) stalls: bool,
    pub(crate) start: fn(Options) -> Pin<Box<dyn Future<Output = ()>>>,
}

/// What a program may be told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) ticks: u32,
}

impl Default for Options {
    fn default() -> Self {
        Options { ticks: 3 }
    }
}

/// In the order of the tour.
pub(crate) static PROGRAMS: &[Program] = &[
    Program {
        name: "crosswalk",
        about: "a pedestrian waits for an Event, and the traffic light sets it",
        source: include_str!("crosswalk.rs"),
        python: include_str!("../python/crosswalk.py"),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(crosswalk::main()),
    },
    Program {
        name: "club",
        about: "a Condition notifies one of two guests; the other waits for ever, and a report says so",
        source: include_str!("club.rs"),
        python: include_str!("../python/club.py"),
        takes_ticks: false,
        stalls: true,
        start: |_| Box::pin(club::main()),
    },
    Program {
        name: "club-all",
        about: "a Condition notifies both guests, and the lock goes from hand to hand",
        source: include_str!("club_all.rs"),
        python: include_str!("../python/club-all.py"),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(club_all::main()),
    },
    Program {
        name: "waiter",
        about: "two tasks are spawned, meet at an Event, and are awaited",
        source: include_str!("waiter.rs"),
        python: include_str!("../python/waiter.py"),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(waiter::main()),
    },
    Program {
        name: "periodic",
        about: "an Event that is set and at once cleared releases five tasks, again and again",
        source: include_str!("periodic.rs"),
        python: include_str!("../python/periodic.py"),
        takes_ticks: true,
        stalls: false,
        start: |options| Box::pin(periodic::main(options.ticks)),
    },
    Program {
        name: "periodic-slow",
        about: "a consumer that is busy when the Event is set and cleared misses it",
        source: include_str!("periodic_slow.rs"),
        python: include_str!("../python/periodic-slow.py"),
        takes_ticks: true,
        stalls: false,
        start: |options| Box::pin(periodic_slow::main(options.ticks)),
    },
    Program {
        name: "resource-event",
        about: "five workers share two places with an Event, at the cost of futile wakes",
        source: include_str!("resource_event.rs"),
        python: include_str!("../python/resource-event.py"),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(resource_event::main()),
    },
    Program {
        name: "resource-condition",
        about: "the same with a Condition, which wakes one worker for each place",
        source: include_str!("resource_condition.rs"),
        python: include_str!("../python/resource-condition.py"),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(resource_condition::main()),
    },
    Program {
        name: "thread",
        about: "a thread sets an Event the right way, through a Remote",
        source: include_str!("thread.rs"),
        python: include_str!("../python/thread.py"),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(thread::main()),
    },
    Program {
        name: "event-and-lock",
        about: "an Event lets three clerks in at once, and a Lock to the account one by one",
        source: include_str!("event_and_lock.rs"),
        python: include_str!("../python/event-and-lock.py"),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(event_and_lock::main()),
    },
    Program {
        name: "producers",
        about: "cooks and waiters share a Queue that is full now and then, and closes in the end",
        source: include_str!("producers.rs"),
        python: include_str!("../python/producers.py"),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(producers::main()),
    },
    Program {
        name: "barrier",
        about: "runners start together at a Barrier, and meet at it again at the finish",
        source: include_str!("barrier.rs"),
        python: include_str!("../python/barrier.py"),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(barrier::main()),
    },
    Program {
        name: "semaphore",
        about: "a crawl spawns a task for each link, and a Semaphore keeps it to two pages at a time",
        source: include_str!("semaphore.rs"),
        python: include_str!("../python/semaphore.py"),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(semaphore::main()),
    },
    Program {
        name: "timeouts",
        about: "futures that run out of time are dropped; a deadline moves, and two futures race",
        source: include_str!("timeouts.rs"),
        python: include_str!("../python/timeouts.py"),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(timeouts::main()),
    },
    Program {
        name: "task-group",
        about: "one task of a TaskGroup fails, and those that are not done are cancelled",
        source: include_str!("task_group.rs"),
        python: include_str!("../python/task-group.py"),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(task_group::main()),
    },
    Program {
        name: "cancellation",
        about: "a task is cancelled at each of its awaits, and what it holds is dropped",
        source: include_str!("cancellation.rs"),
        python: include_str!("../python/cancellation.py"),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(cancellation::main()),
    },
];

/// The program whose name somebody may have meant: one that contains what was typed, or else the
/// one that the fewest edits lead to.
pub(crate) fn nearest(typed: &str) -> &'static Program {
    let typed = typed.to_lowercase().replace('_', "-");
    PROGRAMS
        .iter()
        .min_by_key(|program| {
            let part = !typed.is_empty() && program.name.contains(&typed);
            (!part, edits(&typed, program.name))
        })
        .expect("there are programs")
}

/// How many letters have to be put in, taken out or replaced to turn one word into the other.
fn edits(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (taken, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = taken + 1;
        for (column, wanted) in to.chars().enumerate() {
            let replaced = diagonal + usize::from(letter != wanted);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[row.len() - 1]
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

    #[test]
    fn edits_count_insertions_removals_and_replacements() {
        assert_eq!(edits("", "abc"), 3);
        assert_eq!(edits("abc", ""), 3);
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("same", "same"), 0);
    }
}
