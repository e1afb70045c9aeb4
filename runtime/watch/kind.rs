//! What may happen, one kind of event each.

use super::super::clock::Instant;
use super::state::ObjectState;
use std::time::Duration;

/// What happened; see [`TraceEvent`](crate::trace::TraceEvent) for whom to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A task came to be, and is ready. `at`: where it was spawned.
    Spawned,
    /// A parked task became ready. `cause`: who woke it.
    Woken,
    /// A task was woken that was ready already; it keeps its place.
    WokenAgain,
    /// A wake came for a task that had ended.
    StaleWake,
    /// Somebody keeps a clone of the waker of the task, as is seen at the end of a poll.
    WakerHeld,
    /// Nobody keeps one any more, as is seen at the end of a poll.
    WakerLetGo,
    /// A turn begins. What arrives from other threads, and time that jumps, come after it, and before any poll.
    TurnBegan {
        /// How many tasks are ready.
        ready: usize,
    },
    /// A poll of the task begins. `cause`: the wake, spawn or cancel that put it into the ready queue.
    PollBegan,
    /// The poll ends, and the task parks.
    PollPending,
    /// The poll ends, and with it the task.
    PollReady,
    /// The poll panicked, and ends the task. `text`: with what message.
    PollPanicked,
    /// The task joins the wait list of the object. `at`: the line that waits.
    Waits {
        /// How much it asks for: permits of a semaphore, and 1 of anything else.
        asks: usize,
    },
    /// The wait of the task got what it waits for, and has left the list. The task does not know yet. `via`: what did
    /// that.
    Granted,
    /// Another task than before polls the wait from now on. `task`: which; none if no task of this runtime does.
    WaitMoved,
    /// A wait of the task is over: it got what it waited for, and the task has found that or dropped the wait. `at`:
    /// the line that waited.
    Waited,
    /// A wait of the task was dropped before it got what it waited for.
    Leaves,
    /// The task lets others run first. `at`: the line that yields.
    Yields,
    /// The task is ready, and others run before it: whoever explores schedules passes over it.
    Deferred,
    /// The task is to be dropped at its next turn.
    CancelRequested,
    /// The future of a cancelled task is about to be dropped.
    Dropping,
    /// The task is over: it returned.
    Returned,
    /// The task is over: it was cancelled.
    Cancelled,
    /// The task is over: it panicked. `text`: with what message.
    Panicked,
    /// The task sleeps. `at`: the line that sleeps.
    TimerArmed {
        /// When the timer fires.
        deadline: Instant,
        /// What for.
        purpose: Purpose,
    },
    /// A timer of the task fires. `cause`: its arming. `at`: the line that sleeps.
    TimerFired,
    /// A sleep of the task was dropped before its timer fired.
    TimerDropped,
    /// Another task than before polls the sleep from now on. `task`: which; none if no task of this runtime does.
    TimerMoved,
    /// The time of a timeout was up before its future was ready, which is dropped. `at`: the line of the timeout.
    TimedOut,
    /// Virtual time has jumped to the next deadline.
    TimeJumped {
        /// When it was before.
        from: Instant,
    },
    /// The thread sleeps from now on.
    ThreadParked {
        /// For how long at most; none if until somebody outside acts.
        at_most: Option<Duration>,
    },
    /// The thread goes on.
    ThreadUnparked,
    /// A wake or a spawn arrives from another thread.
    ThreadArrived,
    /// The trace meets the object, of which the next event tells. `at`: the line that made it. `task`: the task whose
    /// end it stands for, if it does. What was done with it outside this runtime was not told.
    ObjectMade {
        /// How it is.
        state: ObjectState,
    },
    /// The object is gone. What follows names it only to tell how waits for it end. `at`: the line that had made it.
    ObjectGone,
    /// The event was set.
    EventSet {
        /// How many waiters that released.
        released: usize,
    },
    /// The task asked for the event, or waited on it, and found it set. An observer that asks is told of none of what
    /// it asks.
    EventFound,
    /// The task asked for the event and found it unset.
    EventUnset,
    /// The event was cleared.
    EventCleared,
    /// The event released its waiters and stays unset.
    EventPulsed {
        /// How many waiters that released.
        released: usize,
    },
    /// The lock was taken.
    LockTaken,
    /// The lock was released. `at`: the line that had taken it.
    LockReleased,
    /// Waiters of the condition are notified.
    Notified {
        /// How many at most.
        asked: usize,
        /// How many that wakes.
        reached: usize,
    },
    /// The task has looked at the predicate with which it waits for the condition. `at`: the line that waits.
    PredicateAsked {
        /// Whether it is true, which ends the wait.
        holds: bool,
        /// How often the task was notified in this wait.
        notified: usize,
    },
    /// Permits of the semaphore were taken.
    PermitsTaken {
        /// How many.
        permits: usize,
    },
    /// Permits of the semaphore were released. `at`: the line that had taken them, or that adds them.
    PermitsReleased {
        /// How many.
        permits: usize,
    },
    /// An item was put into the queue.
    ItemPut {
        /// How many are in it now.
        len: usize,
    },
    /// An item was taken from the queue.
    ItemTaken {
        /// How many are left in it.
        len: usize,
    },
    /// An item of the queue was reported as done.
    ItemDone {
        /// How many that were put are not.
        unfinished: usize,
    },
    /// The queue was closed.
    QueueClosed,
    /// A party has arrived at the barrier. `at`: the line that waits.
    BarrierArrived {
        /// How many are there now.
        inside: usize,
    },
    /// A party goes on from the barrier, or was dropped there.
    BarrierLeft {
        /// How many are left there.
        inside: usize,
    },
    /// The barrier was reset: who waits there leaves with an error.
    BarrierReset,
    /// The barrier was aborted: who waits there leaves with an error, and so does who comes later.
    BarrierAborted,
    /// The task group was dropped with errors that nobody was told of, or without having been joined.
    GroupDropped {
        /// How many tasks are cancelled because nobody waits for them.
        unjoined: usize,
        /// How many errors of tasks are lost.
        lost: usize,
    },
    /// The task asked for the object at once, and did not get it: a `try_` call.
    Refused,
    /// The task awaited a task that had ended. `text`: which.
    EndFound,
    /// The object waits for the end of this task, too, as a gather does for its children.
    EndAwaited,
    /// The end of a task is told to who waits for several, a hop after it. `object`: where that somebody waits.
    /// `cause`: what ended the task.
    EndTold,
    /// What a primitive says that is written on [`waiters`](crate::waiters).
    Told {
        /// What the task does with the object, in one word: "takes".
        word: &'static str,
    },
    /// The program says a line with [`say!`](crate::say!), which is about to be printed. `text`: the line.
    Printed,
    /// The program has marked this moment with [`mark`](crate::trace::mark). `text`: its words.
    Marked,
    /// Nothing can ever run again.
    Stalled,
}

impl Kind {
    /// The state of an object that the trace meets by this.
    pub(super) fn meets(self, state: ObjectState) -> ObjectState {
        match state {
            ObjectState::Word { unheard, .. } => {
                ObjectState::Word { unheard, set: matches!(self, Kind::EventCleared | Kind::EventFound) }
            }
            state => state,
        }
    }

    /// Whether somebody has only looked at what it is about.
    pub(super) fn is_look(self) -> bool {
        matches!(self, Kind::EventFound | Kind::EventUnset | Kind::Refused)
    }
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// Somebody sleeps.
    Sleep,
    /// A future has so much time and no more.
    Timeout,
    /// The same, with a deadline that can be moved.
    Deadline,
    /// The next tick of an interval is due.
    Tick,
}
