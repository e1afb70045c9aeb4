//! `Barrier`: so many tasks wait for each other, round after round.

use super::wait_in::wait_in;
use crate::runtime::{ObjectState, WaitList};
use crate::trace::Kind;
use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

/// Lets tasks wait until a number of them has arrived, and then lets all of them go on. In asyncio: `Barrier`.
///
/// It fills, then it drains: who arrives while it drains waits at a turnstile until the last party of that round has
/// run. A party that is dropped while the barrier fills is not counted, and the indices of a round are unique. One that
/// is dropped while it drains leaves a gap in them. The party that fills the barrier does not suspend, so no round is
/// without it: it is the [leader](BarrierTurn::is_leader).
///
/// ```
/// use greenlight::sync::Barrier;
/// use std::rc::Rc;
///
/// greenlight::run(async {
///     let start = Rc::new(Barrier::new(3).named("start"));
///     let runner = |_| {
///         let start = start.clone();
///         async move { start.wait().await.expect("nobody aborts").index() }
///     };
///     assert_eq!(greenlight::gather((0..3).map(runner)).await, [0, 1, 2]);
/// });
/// ```
///
/// One that is aborted lets everybody go with an error, those who come later too, until it is reset:
///
/// ```
/// use greenlight::{spawn, sync::{Barrier, BrokenBarrier}, yield_now};
/// use std::rc::Rc;
///
/// greenlight::run(async {
///     let start = Rc::new(Barrier::new(3));
///     let early = start.clone();
///     let early = spawn(async move { early.wait().await });
///     yield_now().await;
///     assert_eq!((start.waiting(), start.parties()), (1, 3));
///     start.abort();
///     assert_eq!(early.await.unwrap(), Err(BrokenBarrier::Interrupted));
///     assert!(start.is_broken());
///     assert_eq!(start.wait().await, Err(BrokenBarrier::Aborted));
///     start.reset();
///     assert!(!start.is_broken() && start.waiting() == 0);
/// });
/// ```
pub struct Barrier {
    parties: usize,
    /// Everybody waits here, for the barrier to fill or to drain.
    gate: WaitList,
    round: RefCell<Round>,
}

struct Round {
    phase: Phase,
    /// The tickets of those who arrived in this round, in order, and whether they are counted: who is dropped before it
    /// is full is not. Tickets rise, so it is sorted, and the place of one is found by halving.
    arrived: Vec<(u64, bool)>,
    /// How many of them are not counted: less than half, and none once the round is full.
    gone: usize,
    /// How many of them have not gone on.
    inside: usize,
    next_ticket: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// --> Draining, Resetting, Broken
    Filling,
    /// --> Filling, once nobody is inside; Resetting, Broken
    Draining,
    /// Those inside leave with an error. --> Filling, once nobody is inside; Broken
    Resetting,
    /// --> Filling or Resetting, by a reset
    Broken,
}

impl Barrier {
    /// A barrier for so many parties.
    ///
    /// # Panics
    /// When there are no parties.
    #[track_caller]
    pub fn new(parties: usize) -> Self {
        assert!(parties > 0, "Barrier::new was given 0 parties, for whom nobody could ever wait; give it at least 1");
        let round = Round { phase: Phase::Filling, arrived: Vec::new(), gone: 0, inside: 0, next_ticket: 0 };
        Barrier {
            parties,
            gate: WaitList::of_state("barrier", ObjectState::Arrivals { arrived: 0, parties }),
            round: RefCell::new(round),
        }
    }

    /// Names the barrier in reports and traces.
    #[must_use]
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        self.gate.set_name(name.into());
        self
    }

    /// Waits until all parties have arrived. The last one to arrive does not suspend; the others go on a hop later.
    ///
    /// # Errors
    /// When the barrier is broken, or is aborted or reset meanwhile.
    ///
    /// # Cancel safety
    /// A party that is dropped while the barrier fills is not counted; once it is full, the others go on without it.
    #[track_caller]
    pub fn wait(&self) -> impl Future<Output = Result<BarrierTurn, BrokenBarrier>> {
        let at = Location::caller();
        async move {
            self.wait_while(|phase| matches!(phase, Phase::Draining | Phase::Resetting), at).await;
            if self.phase() == Phase::Broken {
                return Err(BrokenBarrier::Aborted);
            }
            let party = Party::arrive(self, at);
            self.tell_arrivals();
            self.gate.emit(at, || Kind::BarrierArrived { inside: self.round.borrow().inside });
            if self.is_full() {
                self.round.borrow_mut().forget_gone();
                self.set_phase(Phase::Draining);
            }
            self.wait_while(|phase| phase == Phase::Filling, at).await;
            party.turn()
        }
    }

    /// Waits at the gate as long as the phase is one of those.
    async fn wait_while(&self, waits: impl Fn(Phase) -> bool, at: &'static Location<'static>) {
        while waits(self.phase()) {
            wait_in(&self.gate, at, || waits(self.phase())).await;
        }
    }

    /// Lets everybody who waits for the round leave with an error, and opens the barrier for a new one once they have.
    /// Those at the turnstile wait on, and are part of that one. In asyncio: `reset`, which has to be awaited.
    #[track_caller]
    pub fn reset(&self) {
        self.gate.emit(Location::caller(), || Kind::BarrierReset);
        let inside = self.round.borrow().inside;
        self.set_phase(if inside > 0 { Phase::Resetting } else { Phase::Filling });
    }

    /// Breaks the barrier until it is reset: everybody who waits leaves with an error, also at the turnstile, and so
    /// does who comes later.
    #[track_caller]
    pub fn abort(&self) {
        self.gate.emit(Location::caller(), || Kind::BarrierAborted);
        self.set_phase(Phase::Broken);
    }

    /// How many parties it takes.
    pub fn parties(&self) -> usize {
        self.parties
    }

    /// How many wait for the others; 0 while it drains. In asyncio: `n_waiting`.
    pub fn waiting(&self) -> usize {
        let round = self.round.borrow();
        if round.phase == Phase::Filling { round.inside } else { 0 }
    }

    /// Whether it was aborted and not reset since. In asyncio: `broken`.
    pub fn is_broken(&self) -> bool {
        self.phase() == Phase::Broken
    }

    /// Lets the reports know how many have arrived.
    fn tell_arrivals(&self) {
        self.gate.about().state.set(ObjectState::Arrivals { arrived: self.waiting(), parties: self.parties });
    }

    fn is_full(&self) -> bool {
        let round = self.round.borrow();
        round.phase == Phase::Filling && round.inside == self.parties
    }

    fn phase(&self) -> Phase {
        self.round.borrow().phase
    }

    fn set_phase(&self, phase: Phase) {
        self.round.borrow_mut().phase = phase;
        self.tell_arrivals();
        self.gate.wake_all();
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier")
            .field("name", &self.gate.name())
            .field("parties", &self.parties)
            .field("waiting", &self.waiting())
            .field("inside", &self.round.borrow().inside)
            .field("phase", &self.phase())
            .finish()
    }
}

impl Round {
    fn place(&self, ticket: u64) -> usize {
        self.arrived.binary_search_by_key(&ticket, |&(other, _)| other).expect("a party that waits has arrived")
    }

    /// One is dropped before the round is full.
    fn leave(&mut self, ticket: u64) {
        let place = self.place(ticket);
        self.arrived[place].1 = false;
        self.gone += 1;
        if 2 * self.gone >= self.arrived.len() {
            self.forget_gone();
        }
    }

    fn forget_gone(&mut self) {
        self.arrived.retain(|&(_, is_counted)| is_counted);
        self.gone = 0;
    }
}

/// One who has arrived and not gone on.
struct Party<'a> {
    barrier: &'a Barrier,
    ticket: u64,
    /// The line that waits.
    at: &'static Location<'static>,
}

impl<'a> Party<'a> {
    fn arrive(barrier: &'a Barrier, at: &'static Location<'static>) -> Self {
        let mut round = barrier.round.borrow_mut();
        let ticket = round.next_ticket;
        round.next_ticket += 1;
        round.arrived.push((ticket, true));
        round.inside += 1;
        Party { barrier, ticket, at }
    }

    /// The turn of a party whose barrier does not fill any more.
    fn turn(&self) -> Result<BarrierTurn, BrokenBarrier> {
        let round = self.barrier.round.borrow();
        match round.phase {
            Phase::Draining => {
                let index = round.place(self.ticket);
                Ok(BarrierTurn { index, fills: index + 1 == round.arrived.len() })
            }
            _ => Err(BrokenBarrier::Interrupted),
        }
    }
}

/// Going on and being dropped are the same for the others, except that a round that fills does not count the dropped.
impl Drop for Party<'_> {
    fn drop(&mut self) {
        let &mut Party { barrier, ticket, at } = self;
        let mut round = barrier.round.borrow_mut();
        round.inside -= 1;
        if round.phase == Phase::Filling {
            round.leave(ticket);
        }
        let inside = round.inside;
        if inside == 0 {
            round.arrived.clear();
            round.gone = 0;
            if matches!(round.phase, Phase::Draining | Phase::Resetting) {
                round.phase = Phase::Filling;
            }
        }
        drop(round);
        barrier.tell_arrivals();
        barrier.gate.emit(at, || Kind::BarrierLeft { inside });
        if inside == 0 {
            barrier.gate.wake_all();
        }
    }
}

/// A party's place in a round that is complete: what [`Barrier::wait`] yields.
///
/// ```
/// use greenlight::sync::Barrier;
///
/// greenlight::run(async {
///     let barrier = Barrier::new(2);
///     let (first, last) = futures::join!(barrier.wait(), barrier.wait());
///     let turns = [first, last].map(|turn| turn.expect("nobody aborts"));
///     assert_eq!(turns.map(|turn| turn.index()), [0, 1]);
///     assert_eq!(turns.map(|turn| turn.is_leader()), [false, true]);
/// });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarrierTurn {
    index: usize,
    /// Whether it was the last to arrive.
    fills: bool,
}

impl BarrierTurn {
    /// Which of the round's parties this one is, by the order of arrival, from 0. No two have the same, but one is
    /// missing for each party that was dropped once the round was complete.
    pub fn index(self) -> usize {
        self.index
    }

    /// Whether this is the one party of the round that does what has to be done once: the last that arrived. It goes on
    /// at once, and cannot be cancelled before it does, as one that waits can. It is also the first to go on.
    pub fn is_leader(self) -> bool {
        self.fills
    }
}

/// A barrier did not fill. In asyncio: `BrokenBarrierError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenBarrier {
    /// The barrier had been aborted before, or was while this party was at the turnstile.
    Aborted,
    /// The barrier was aborted or reset while this party waited.
    Interrupted,
}

impl fmt::Display for BrokenBarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BrokenBarrier::Aborted => "the barrier was aborted; call reset() to use it again",
            BrokenBarrier::Interrupted => "the barrier was aborted or reset while this task waited for the others",
        })
    }
}

impl Error for BrokenBarrier {}
