//! The programs, each of which is whole. Another one is a file here, its twin in `demos/python`, and a row of the table.

#![expect(dead_code, reason = "each has a main of its own, for whoever copies it")]

mod barrier;
mod cancellation;
mod chat;
mod club;
mod club_all;
mod crawler;
mod crosswalk;
mod event_and_lock;
mod periodic;
mod periodic_slow;
mod philosophers;
mod producers;
mod resource_condition;
mod resource_event;
mod semaphore;
mod supervisor;
mod task_group;
mod thread;
mod timeouts;
mod waiter;

use crate::stderr::note;
use std::pin::Pin;

/// A program that can be run, read and changed.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// What it shows, in a line.
    pub(crate) about: &'static str,
    /// The file it is written in, as the lines of a trace name it.
    pub(crate) file: &'static str,
    /// What stands in it.
    pub(crate) source: &'static str,
    /// The same for Python's asyncio, which prints the same lines; none of a program that is there to be explored.
    pub(crate) python: Option<&'static str>,
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
    /// Whether a program says on stderr what it has counted.
    pub(crate) notes: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { ticks: 3, notes: true }
    }
}

/// In the order of the tour.
pub(crate) static PROGRAMS: &[Program] = &[
    Program {
        name: "crosswalk",
        about: "a pedestrian waits for an Event that a traffic light sets",
        file: "demos/programs/crosswalk.rs",
        source: include_str!("crosswalk.rs"),
        python: Some(include_str!("../python/crosswalk.py")),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(crosswalk::program()),
    },
    Program {
        name: "club",
        about: "one of two guests is notified; a report tells of the other",
        file: "demos/programs/club.rs",
        source: include_str!("club.rs"),
        python: Some(include_str!("../python/club.py")),
        takes_ticks: false,
        stalls: true,
        start: |_| Box::pin(club::program()),
    },
    Program {
        name: "club-all",
        about: "both guests are notified; the lock goes from hand to hand",
        file: "demos/programs/club_all.rs",
        source: include_str!("club_all.rs"),
        python: Some(include_str!("../python/club-all.py")),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(club_all::program()),
    },
    Program {
        name: "waiter",
        about: "two tasks are spawned, meet at an Event, and are awaited",
        file: "demos/programs/waiter.rs",
        source: include_str!("waiter.rs"),
        python: Some(include_str!("../python/waiter.py")),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(waiter::program()),
    },
    Program {
        name: "periodic",
        about: "an Event that is set and cleared at once releases all five",
        file: "demos/programs/periodic.rs",
        source: include_str!("periodic.rs"),
        python: Some(include_str!("../python/periodic.py")),
        takes_ticks: true,
        stalls: false,
        start: |options| Box::pin(periodic::program(options.ticks)),
    },
    Program {
        name: "periodic-slow",
        about: "a consumer that is busy misses a set that is cleared",
        file: "demos/programs/periodic_slow.rs",
        source: include_str!("periodic_slow.rs"),
        python: Some(include_str!("../python/periodic-slow.py")),
        takes_ticks: true,
        stalls: false,
        start: |options| Box::pin(periodic_slow::program(options.ticks)),
    },
    Program {
        name: "resource-event",
        about: "five workers share two places by an Event, and wake in vain",
        file: "demos/programs/resource_event.rs",
        source: include_str!("resource_event.rs"),
        python: Some(include_str!("../python/resource-event.py")),
        takes_ticks: false,
        stalls: false,
        start: |options| Box::pin(noted(resource_event::program(), options)),
    },
    Program {
        name: "resource-condition",
        about: "the same by a Condition, which wakes one for each place",
        file: "demos/programs/resource_condition.rs",
        source: include_str!("resource_condition.rs"),
        python: Some(include_str!("../python/resource-condition.py")),
        takes_ticks: false,
        stalls: false,
        start: |options| Box::pin(noted(resource_condition::program(), options)),
    },
    Program {
        name: "thread",
        about: "a thread sets an Event the right way, through a Remote",
        file: "demos/programs/thread.rs",
        source: include_str!("thread.rs"),
        python: Some(include_str!("../python/thread.py")),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(thread::program()),
    },
    Program {
        name: "event-and-lock",
        about: "an Event lets all clerks in at once, a Lock one by one",
        file: "demos/programs/event_and_lock.rs",
        source: include_str!("event_and_lock.rs"),
        python: Some(include_str!("../python/event-and-lock.py")),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(event_and_lock::program()),
    },
    Program {
        name: "producers",
        about: "cooks and waiters share a Queue that fills up, and closes",
        file: "demos/programs/producers.rs",
        source: include_str!("producers.rs"),
        python: Some(include_str!("../python/producers.py")),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(producers::program()),
    },
    Program {
        name: "barrier",
        about: "runners start at a Barrier, and meet there at the finish",
        file: "demos/programs/barrier.rs",
        source: include_str!("barrier.rs"),
        python: Some(include_str!("../python/barrier.py")),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(barrier::program()),
    },
    Program {
        name: "semaphore",
        about: "a crawl of all links, two pages at a time by a Semaphore",
        file: "demos/programs/semaphore.rs",
        source: include_str!("semaphore.rs"),
        python: Some(include_str!("../python/semaphore.py")),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(semaphore::program()),
    },
    Program {
        name: "timeouts",
        about: "futures run out of time, a deadline moves, and two race",
        file: "demos/programs/timeouts.rs",
        source: include_str!("timeouts.rs"),
        python: Some(include_str!("../python/timeouts.py")),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(timeouts::program()),
    },
    Program {
        name: "task-group",
        about: "one task of a TaskGroup fails, and the others are cancelled",
        file: "demos/programs/task_group.rs",
        source: include_str!("task_group.rs"),
        python: Some(include_str!("../python/task-group.py")),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(task_group::program()),
    },
    Program {
        name: "cancellation",
        about: "a task is cancelled at each await, and drops what it holds",
        file: "demos/programs/cancellation.rs",
        source: include_str!("cancellation.rs"),
        python: Some(include_str!("../python/cancellation.py")),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(cancellation::program()),
    },
    Program {
        name: "crawler",
        about: "pages by a Queue of links; permits move into tasks",
        file: "demos/programs/crawler.rs",
        source: include_str!("crawler.rs"),
        python: Some(include_str!("../python/crawler.py")),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(crawler::program()),
    },
    Program {
        name: "chat",
        about: "a room of three on a Condition: nobody misses a line",
        file: "demos/programs/chat.rs",
        source: include_str!("chat.rs"),
        python: Some(include_str!("../python/chat.py")),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(chat::program()),
    },
    Program {
        name: "supervisor",
        about: "services with deadlines and retries, in a TaskGroup",
        file: "demos/programs/supervisor.rs",
        source: include_str!("supervisor.rs"),
        python: Some(include_str!("../python/supervisor.py")),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(supervisor::program()),
    },
    Program {
        name: "philosophers",
        about: "five philosophers, five Locks, and no circle of waits",
        file: "demos/programs/philosophers.rs",
        source: include_str!("philosophers.rs"),
        python: Some(include_str!("../python/philosophers.py")),
        takes_ticks: false,
        stalls: false,
        start: |_| Box::pin(philosophers::program()),
    },
];

/// Runs a program that yields what it has counted, and says that on stderr, if it is to be said.
async fn noted(program: impl Future<Output = String>, options: Options) {
    let counted = program.await;
    if options.notes {
        note!("{counted}");
    }
}
