//! A future whose polls are noted, and the wakers that count themselves.

use crate::aids::called_from;
use crate::log::What;
use crate::session::{self, Session, State};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Instant;

/// A future whose polls, wakers and wakes are noted for the watchdog: what [`watched`] returns.
pub struct Watched<F> {
    /// None once it is being dropped.
    future: Option<Pin<Box<F>>>,
    pub(crate) of: Noted,
}

/// A future as the check knows it.
#[derive(Clone)]
pub(crate) struct Noted {
    session: Arc<Session>,
    pub(crate) number: usize,
}

/// A waker that is new in every poll: `Arc` counts its clones, and a wake knows of which poll it is.
pub(crate) struct Seal {
    poll: usize,
    of: Noted,
    /// The waker that the executor has passed to that poll.
    parent: Waker,
}

/// Watches a future, under any executor. If the check hangs, the watchdog says by that name why the future does not go
/// on.
///
/// ```
/// use kit::watched;
/// use std::{future::{Future, ready}, task::{Context, Poll, Waker}};
///
/// let mut future = watched("seven", ready(7));
/// assert_eq!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(7));
/// ```
#[track_caller]
pub fn watched<F: Future>(name: &str, future: F) -> Pin<Box<Watched<F>>> {
    Box::pin(Watched { future: Some(Box::pin(future)), of: Noted::new(name, Location::caller()) })
}

thread_local! {
    static ON_WAKE: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
}

/// Runs this inside every `wake()` of a watched future on this thread, from now on until the check ends: foreign code,
/// which may call back. It does not run inside itself. Where it finds a `RefCell` of the learner's borrowed, the panic says
/// so, as that of [`called_from`] does.
///
/// ```
/// use kit::{Hand, check, on_wake};
/// use std::{cell::Cell, future::poll_fn, rc::Rc, task::Poll};
///
/// check(|| {
///     let wakes = Rc::new(Cell::new(0));
///     let counts = wakes.clone();
///     on_wake(move || counts.set(counts.get() + 1));
///     let mut eager = Hand::new("eager", poll_fn(|cx| {
///         cx.waker().wake_by_ref();
///         Poll::<()>::Pending
///     }));
///     assert!(eager.poll().is_pending());
///     assert_eq!(wakes.get(), 1);
/// });
/// ```
pub fn on_wake(call: impl FnMut() + 'static) {
    ON_WAKE.set(Some(Box::new(call)));
}

/// Ends what [`on_wake`] began.
pub(crate) fn forget_on_wake() {
    ON_WAKE.take();
}

fn call_on_wake() {
    let Some(mut call) = ON_WAKE.try_with(RefCell::take).ok().flatten() else { return };
    called_from("wake()", &mut call);
    // It may have put another one in its place.
    ON_WAKE.with_borrow_mut(|place| {
        place.get_or_insert(call);
    });
}

impl Noted {
    fn new(name: &str, at: &'static Location<'static>) -> Self {
        let session = session::current();
        let number = session.lock().new_card(name, at);
        session.add(number, What::Made);
        Noted { session, number }
    }

    /// What is known of the check.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.session.lock()
    }

    fn add(&self, what: What) -> usize {
        self.session.add(self.number, what)
    }

    /// A poll begins.
    fn begin_poll(&self, parent: Waker) -> Polling<'_> {
        let mut state = self.state();
        let card = &mut state.cards[self.number];
        if let Some(ended) = card.ended {
            let name = card.name.clone();
            drop(state);
            panic!("`{name}` was polled again after it had {ended}: a late wake must not poll what is over");
        }
        let is_woken = card.wakes > 0;
        let waits_no_more = card.waits && !is_woken && card.kept() == 0;
        card.waits &= !is_woken && !waits_no_more;
        let poll = card.begin_poll();
        let seal = Arc::new(Seal { poll, of: self.clone(), parent });
        card.seal(Arc::downgrade(&seal));
        drop(state);
        if waits_no_more {
            self.add(What::WaitsNoMore);
        }
        let event = self.add(What::Polled);
        if self.session.is_here() {
            self.state().log.begin(self.number, event);
        }
        Polling { of: self, poll, event, waker: Some(seal.into()), returned: What::Panicked(poll) }
    }
}

/// A poll that is under way. Where the future panics, it ends all the same.
struct Polling<'a> {
    of: &'a Noted,
    poll: usize,
    /// The event with which it began.
    event: usize,
    /// None once it is over.
    waker: Option<Waker>,
    /// How it ended.
    returned: What,
}

impl Polling<'_> {
    fn waker(&self) -> &Waker {
        self.waker.as_ref().expect("a poll has its waker until it is over")
    }
}

impl Drop for Polling<'_> {
    fn drop(&mut self) {
        self.waker = None;
        let of = self.of;
        let mut state = of.state();
        let card = &mut state.cards[of.number];
        card.inside_poll = None;
        card.ended = match self.returned {
            What::Pending(..) => None,
            What::Ready(_) => Some("returned Ready"),
            _ => Some("panicked"),
        };
        card.kept_then = card.kept();
        let waited = std::mem::replace(&mut card.waits, card.ended.is_none() && card.kept_then > 0);
        let waits = card.waits;
        if let What::Pending(poll, _) = self.returned {
            self.returned = What::Pending(poll, card.kept_in_all());
        }
        drop(state);
        if waits != waited {
            of.add(if waits { What::Waits } else { What::WaitsNoMore });
        }
        of.add(self.returned);
        of.state().log.end(of.number, self.event);
    }
}

impl<F: Future> Future for Watched<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Watched { future, of } = &mut *self;
        let mut polling = of.begin_poll(cx.waker().clone());
        let future = future.as_mut().expect("a future is there until it is dropped");
        let polled = future.as_mut().poll(&mut Context::from_waker(polling.waker()));
        polling.returned = if polled.is_ready() { What::Ready(polling.poll) } else { What::Pending(polling.poll, 0) };
        polled
    }
}

impl<F> Drop for Watched<F> {
    fn drop(&mut self) {
        let of = self.of.clone();
        // What is dropped while a panic unwinds is no part of the story.
        let is_told = !thread::panicking() && !of.state().cards[of.number].is_over();
        let event = is_told.then(|| of.add(What::Dropped));
        if let Some(event) = event.filter(|_| of.session.is_here()) {
            of.state().log.begin(of.number, event);
        }
        let future = self.future.take();
        if thread::panicking() {
            // A second panic that left this drop would abort the process, and take the first one's message with it.
            _ = catch_unwind(AssertUnwindSafe(|| drop(future)));
        } else {
            drop(future);
        }
        of.state().cards[of.number].is_dropped = true;
        if let Some(event) = event {
            of.add(What::Gone);
            of.state().log.end(of.number, event);
        }
    }
}

impl Wake for Seal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let of = &self.of;
        let is_forwarded = self.note();
        call_on_wake();
        // Only the newest waker counts: one that is out of date hangs always, and not now and then.
        if is_forwarded {
            self.parent.wake_by_ref();
        }
        of.state().cards[of.number].inside_wake = None;
    }
}

impl Seal {
    /// Notes a wake. Whether the executor is to hear of it.
    fn note(&self) -> bool {
        let mut state = self.of.state();
        let is_own = self.of.session.is_here() && state.log.running() == Some(self.of.number);
        let card = &mut state.cards[self.of.number];
        let is_newest = self.poll == card.polls;
        card.wakes_in_all += 1;
        if is_newest {
            card.wakes += 1;
            card.woke_itself |= is_own;
            card.inside_wake = Some(Instant::now());
        } else {
            card.stale_wakes += 1;
        }
        let is_over = card.is_over();
        drop(state);
        self.of.add(What::Woken((!is_newest && !is_over).then_some(self.poll)));
        is_newest || is_over
    }
}
