//! What happened in a check, event by event: the first of them as they were, and the last few, whatever came between.

use std::collections::VecDeque;
use std::time::Instant;

/// So many events are kept. A check that does what it should has fewer, and one that loops does the same again.
const FIRST: usize = 2000;

/// So many of the last events are told in words.
const LAST: usize = 6;

/// What happened to one of the watched futures, or to the thread of the check.
#[derive(Clone, Copy)]
pub(crate) struct Event {
    pub(crate) at: Instant,
    /// The number of the future, in the order of their making; nothing where the thread parks.
    pub(crate) future: usize,
    pub(crate) by: By,
    pub(crate) what: What,
}

/// Who brought an event about.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum By {
    /// The check or an executor, between two polls.
    Check,
    /// A future, in the poll or the drop that began with that event.
    Future { future: usize, event: usize },
    /// Another thread than that of the check.
    Thread,
}

#[derive(Clone, Copy)]
pub(crate) enum What {
    Made,
    /// A poll begins.
    Polled,
    /// Its poll of this number returned Pending, and so many wakers are kept.
    Pending(usize, usize),
    /// Its poll of this number returned Ready.
    Ready(usize),
    /// Its poll of this number panicked.
    Panicked(usize),
    /// It was woken; by the waker of a poll that was not the newest, if there is one here.
    Woken(Option<usize>),
    /// The waker of its newest poll is kept, for somebody to call it.
    Waits,
    /// It is not kept any more, as was seen then, and nobody has called it.
    WaitsNoMore,
    /// It is about to be dropped, and has not returned.
    Dropped,
    /// Its drop is over.
    Gone,
    /// The thread of the check is about to park.
    Parks,
    /// It goes on.
    Unparked,
}

/// What happened in a check.
#[derive(Default)]
pub(crate) struct Log {
    /// The first events. The place of an event here is its number.
    pub(crate) first: Vec<Event>,
    /// The last of those that are told in words.
    last: VecDeque<Event>,
    /// How many there were in all.
    pub(crate) count: usize,
    /// The polls and drops that are under way. The last one runs.
    under_way: Vec<By>,
}

impl Log {
    /// Notes an event. Returns its number.
    pub(crate) fn add(&mut self, future: usize, what: What, is_on_its_thread: bool) -> usize {
        let number = self.count;
        self.count += 1;
        let by = match self.under_way.last() {
            _ if !is_on_its_thread => By::Thread,
            None => By::Check,
            Some(by) => *by,
        };
        let event = Event { at: Instant::now(), future, by, what };
        if number < FIRST {
            self.first.push(event);
        }
        if what.is_told() {
            if self.last.len() == LAST {
                self.last.pop_front();
            }
            self.last.push_back(event);
        }
        number
    }

    /// A poll or a drop of the future is under way, which began with that event.
    pub(crate) fn begin(&mut self, future: usize, event: usize) {
        self.under_way.push(By::Future { future, event });
    }

    /// The poll or drop that began with that event is over.
    pub(crate) fn end(&mut self, future: usize, event: usize) {
        self.under_way.retain(|by| *by != By::Future { future, event });
    }

    /// The future whose poll is under way, innermost.
    pub(crate) fn running(&self) -> Option<usize> {
        self.under_way.last().and_then(|by| match by {
            By::Future { future, .. } => Some(*future),
            _ => None,
        })
    }

    /// The last few events in words, the newest last.
    pub(crate) fn story(&self, name: impl Fn(usize) -> String) -> Vec<String> {
        self.last.iter().map(|event| event.in_words(&name)).collect()
    }
}

impl What {
    /// Whether the words of a story say it.
    fn is_told(self) -> bool {
        use What::{Dropped, Panicked, Parks, Pending, Ready, Woken};
        matches!(self, Pending(..) | Ready(_) | Panicked(_) | Woken(_) | Dropped | Parks)
    }
}

impl Event {
    fn in_words(&self, name: impl Fn(usize) -> String) -> String {
        let of = || name(self.future);
        match self.what {
            What::Pending(poll, kept) => {
                let wakers = match kept {
                    0 => "no waker".into(),
                    1 => "1 waker".into(),
                    more => format!("{more} wakers"),
                };
                format!("{}: poll no. {poll} returns Pending, keeping {wakers}", of())
            }
            What::Ready(poll) => format!("{}: poll no. {poll} returns Ready", of()),
            What::Panicked(poll) => format!("{}: poll no. {poll} panics", of()),
            What::Woken(of_old) => {
                let by = match self.by {
                    By::Check => "the check".into(),
                    By::Future { future, .. } => name(future),
                    By::Thread => "another thread".into(),
                };
                let waker = of_old.map_or(String::new(), |poll| format!(" by the waker of its poll no. {poll}"));
                format!("{by} wakes {}{waker}", of())
            }
            What::Dropped => format!("{} is dropped before it returned", of()),
            What::Parks => "the thread parks".into(),
            What::Made | What::Polled | What::Waits | What::WaitsNoMore | What::Gone | What::Unparked => String::new(),
        }
    }
}
