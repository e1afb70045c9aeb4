//! A watched future that the check polls itself.

use crate::watched::{Noted, Watched, watched};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// A future in one's hand: it is polled when the check says so, and by nobody else. What it asserts of the future fails
/// in the line of the check, with the reason.
///
/// ```
/// use kit::Hand;
///
/// let mut seven = Hand::new("seven", async { 7 });
/// assert_eq!(seven.ready(), 7);
/// seven.asleep(); // nobody has woken it
/// ```
pub struct Hand<F: Future> {
    /// None once the check has dropped it.
    future: Option<Pin<Box<Watched<F>>>>,
    of: Noted,
}

impl<F: Future> Hand<F> {
    /// Takes a future into the hand.
    #[track_caller]
    pub fn new(name: &str, future: F) -> Self {
        let future = watched(name, future);
        Hand { of: future.of.clone(), future: Some(future) }
    }

    /// Polls once.
    ///
    /// # Panics
    /// When it has been dropped, or has returned `Ready`.
    #[track_caller]
    pub fn poll(&mut self) -> Poll<F::Output> {
        let Some(future) = self.future.as_mut() else {
            panic!("`{}` was dropped, and is polled again", self.name());
        };
        future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    /// Polls once: the future has to be pending, to keep the waker of this poll and no other, and to let others run.
    ///
    /// # Panics
    /// When it is ready, or nothing can wake it, or it has woken itself.
    #[track_caller]
    pub fn pending(&mut self) {
        let polled = self.poll();
        let state = self.of.state();
        let card = &state.cards[self.of.number];
        let (name, polls, wakes) = (card.name.clone(), card.polls, card.wakes);
        let (kept, old, why) = (card.kept(), card.keeps_old(), card.why());
        drop(state);
        assert!(polled.is_pending(), "`{name}` was ready at its poll no. {polls}: too early");
        assert!(wakes == 0, "{}", woke_itself(&name, polls));
        assert!(kept > 0, "{}", why.unwrap_or_default());
        if let Some(old) = old {
            panic!("`{name}` still keeps the waker of its poll no. {old} beside that of no. {polls}: replace it");
        }
    }

    /// Polls once: the future has to be ready. Returns what it yields.
    ///
    /// # Panics
    /// When it is pending.
    #[track_caller]
    pub fn ready(&mut self) -> F::Output {
        match self.poll() {
            Poll::Ready(output) => output,
            Poll::Pending => panic!("`{}` is still pending: it should be ready now", self.name()),
        }
    }

    /// How often its newest waker was woken since its last poll.
    pub fn wakes(&self) -> usize {
        self.of.state().cards[self.of.number].wakes
    }

    /// How many wakers are kept, of all its polls.
    pub fn kept(&self) -> usize {
        self.of.state().cards[self.of.number].kept_in_all()
    }

    /// Asserts that it was woken since its last poll.
    ///
    /// # Panics
    /// When it was not, with the reason.
    #[track_caller]
    pub fn woken(&self) {
        let state = self.of.state();
        let card = &state.cards[self.of.number];
        let (wakes, why) = (card.wakes, card.why());
        drop(state);
        assert!(wakes > 0, "{}", why.unwrap_or_else(|| format!("`{}` is over, and nobody woke it", self.name())));
    }

    /// Asserts that it was not woken since its last poll.
    ///
    /// # Panics
    /// When it was.
    #[track_caller]
    pub fn asleep(&self) {
        let state = self.of.state();
        let card = &state.cards[self.of.number];
        let (name, polls, wakes, itself) = (card.name.clone(), card.polls, card.wakes, card.woke_itself);
        drop(state);
        assert!(!itself, "{}", woke_itself(&name, polls));
        assert!(wakes == 0, "`{name}` was woken, and it is not its turn");
    }

    /// Drops the future, as one does who no longer waits.
    pub fn drop_it(&mut self) {
        self.future = None;
    }

    fn name(&self) -> String {
        self.of.state().cards[self.of.number].name.clone()
    }
}

fn woke_itself(name: &str, polls: usize) -> String {
    format!("`{name}` woke itself in its poll no. {polls}: it would be polled over and over (a busy loop)")
}
