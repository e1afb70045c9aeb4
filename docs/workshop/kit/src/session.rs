//! The cards and the log of one check, which its watched futures share with the watchdog.

use crate::card::Card;
use crate::log::{Log, What};
use std::cell::RefCell;
use std::panic::Location;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, ThreadId};

thread_local! {
    static SESSION: RefCell<Arc<Session>> = RefCell::new(Session::of_this_thread());
}

/// One check.
#[derive(Default)]
pub(crate) struct Session {
    /// The thread of the check, once it has begun.
    owner: OnceLock<ThreadId>,
    /// No foreign code runs while this is locked.
    state: Mutex<State>,
    /// Set while its thread prints the message of a panic.
    pub(crate) prints: AtomicBool,
}

/// What is known of a check.
#[derive(Default)]
pub(crate) struct State {
    /// The watched futures, in the order of their making.
    pub(crate) cards: Vec<Card>,
    pub(crate) log: Log,
    /// What all of them wait for, where it is one thing.
    pub(crate) thing: Option<String>,
    /// What the watchdog says besides.
    pub(crate) note: String,
}

/// The check of this thread. A thread of no check has one of its own, at which nobody looks.
pub(crate) fn current() -> Arc<Session> {
    SESSION.try_with(|session| session.borrow().clone()).unwrap_or_else(|_| Session::of_this_thread())
}

/// Begins a check on this thread.
pub(crate) fn begin(session: Arc<Session>) {
    session.owner.get_or_init(|| thread::current().id());
    SESSION.set(session);
}

impl Session {
    fn of_this_thread() -> Arc<Session> {
        let session = Session::default();
        session.owner.get_or_init(|| thread::current().id());
        Arc::new(session)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this is the thread of the check.
    pub(crate) fn is_here(&self) -> bool {
        self.owner.get() == Some(&thread::current().id())
    }

    /// Notes an event. Returns its number.
    pub(crate) fn add(&self, future: usize, what: What) -> usize {
        let is_here = self.is_here();
        self.lock().log.add(future, what, is_here)
    }
}

impl State {
    /// A card for one more future. Returns its number.
    pub(crate) fn new_card(&mut self, name: &str, at: &'static Location<'static>) -> usize {
        self.cards.push(Card::new(name, at));
        self.cards.len() - 1
    }

    /// The last steps in words.
    pub(crate) fn story(&self) -> Vec<String> {
        self.log.story(|future| self.cards[future].name.clone())
    }
}
