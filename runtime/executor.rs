//! The executor: turns, polls, ends of tasks, and the end of a run.
//!
//! Foreign code (a future's `poll` and `drop`, a foreign waker's `wake`) runs with nothing borrowed. A panic in it ends
//! one task, and neither the batch nor the run.

use super::clock::Instant;
use super::context::{Core, Polling, Unwanted};
use super::grants;
use super::inbox::taken;
use super::ready::TaskKey;
use super::task::{Begin, Body, Message, Tenant};
use super::waits;
use super::watch::gone;
use super::watch::lost;
use super::watch::trace::Kind;
use futures_task::{LocalFutureObj, waker_ref};
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};
use std::task::{Context, Poll};

/// What one turn did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// So many tasks were polled or dropped. With 0, timers fired or a wake arrived: the next turn may have work.
    Ran(usize),
    /// Nobody can run now. The moment is one before which no timer is due; without one, nobody will run until something
    /// outside acts, or no task is left.
    Idle(Option<Instant>),
    /// Nobody can ever run again, and tasks are waiting.
    Stalled,
}

/// The future of main, which lives on the stack of `run`.
pub(super) type Main<'a> = dyn FnMut(&mut Context<'_>) -> Poll<()> + 'a;

/// How a task came to its end.
enum Ending {
    Returned,
    Cancelled,
    Panicked(Box<dyn Any + Send>),
}

impl Core {
    /// Keeps everybody else from running this runtime or taking a turn of it until the guard goes.
    #[track_caller]
    pub(super) fn begin_turning(&self) -> Turning<'_> {
        assert!(!self.closed.get() && !self.turning.replace(true), "{TURN_INSIDE_TURN}");
        Turning { core: self }
    }

    /// One pass of the loop. When main ends in it, the rest of the batch does not run.
    pub(super) fn turn(self: &Rc<Self>, main: &mut Option<(TaskKey, &mut Main<'_>)>) -> Turn {
        self.turn.set(self.turn.get() + 1);
        self.take_messages();
        let now = self.read_clock();
        let batch = self.table.borrow().ready.len();
        let ran = self.run_batch(batch, main);
        let fired = self.fire_timers(now);
        if batch + fired > 0 { Turn::Ran(ran) } else { self.idle() }
    }

    /// Takes in what other threads sent, in the order in which it came.
    fn take_messages(&self) {
        let heard = |tenant: &&Tenant| taken(&tenant.waker.sent);
        self.inbox.take(|message| {
            let _cause = self.begin_cause(None, Kind::ThreadArrived, None);
            match message {
                Message::Wake(key) => {
                    self.table.borrow().get(key).and_then(|slot| slot.tenant.as_ref()).inspect(heard);
                    self.wake(key);
                }
                Message::Spawn(future, at) => {
                    self.spawn(Body::Detached(LocalFutureObj::from(future)), "", None, at);
                }
                Message::Ask(ask) => ask(),
            }
        });
    }

    /// The moment of this turn. Virtual time jumps to the next deadline if nobody is ready.
    fn read_clock(&self) -> Instant {
        if self.clock.is_virtual() && self.table.borrow().ready.len() == 0 {
            let deadline = self.wheel.borrow_mut().jump();
            if let Some(deadline) = deadline {
                self.clock.jump(Instant::at(deadline));
                self.emit(None, None, None, Kind::TimeJumped);
            }
        }
        self.clock.read()
    }

    /// Runs the tasks that are ready now, first in, first out. What they wake runs in the next turn. Returns how many
    /// they were; the queue may also name some that have ended.
    fn run_batch(self: &Rc<Self>, batch: usize, main: &mut Option<(TaskKey, &mut Main<'_>)>) -> usize {
        let mut ran = 0;
        for _ in 0..batch {
            let Some((key, begin)) = self.begin_next() else {
                continue;
            };
            ran += 1;
            match (begin, main.as_mut()) {
                (Begin::Drop(tenant), _) => self.drop_cancelled(key, tenant),
                (Begin::Poll(tenant), Some((main, future))) if *main == key => {
                    if self.poll(key, tenant, |_, cx| future(cx)) {
                        return ran;
                    }
                }
                (Begin::Poll(tenant), _) => {
                    self.poll(key, tenant, Body::poll);
                }
            }
        }
        ran
    }

    fn begin_next(&self) -> Option<(TaskKey, Begin)> {
        self.table.borrow_mut().begin_next()
    }

    /// Fires the timers that are due, in the order of their deadlines. Each is taken from the wheel on its own, because
    /// waking a foreign waker may disarm the next.
    fn fire_timers(&self, now: Instant) -> usize {
        self.wheel.borrow_mut().advance(now.as_micros());
        let mut fired = 0;
        while let Some((wakee, at, armed_by)) = self.pop_due() {
            fired += 1;
            let _cause = self.begin_cause_at(Some(at), wakee.task(), Kind::TimerFired, armed_by);
            lost::contain(lost::WOKEN, || self.wake_wakee(wakee));
        }
        fired
    }

    /// What a turn that found nothing to do amounts to.
    pub(super) fn idle(&self) -> Turn {
        if let Some(expiry) = self.wheel.borrow().next_expiry() {
            return Turn::Idle(Some(Instant::at(expiry)));
        }
        let outside_may_act = self.has_remotes() || !self.clock.is_virtual() && self.is_any_held();
        // Whoever dropped the last remote or waker may have sent something before: look once more, after the drop.
        fence(Ordering::Acquire);
        if self.inbox.is_pending() {
            Turn::Ran(0)
        } else if outside_may_act || self.table.borrow().is_empty() {
            Turn::Idle(None)
        } else {
            Turn::Stalled
        }
    }

    /// Whether a `Remote` is alive.
    pub(super) fn has_remotes(&self) -> bool {
        self.remotes.borrow().strong_count() > 0
    }

    /// Makes a task and queues it. While a run ends, the future is dropped instead, and the key names nobody.
    pub(super) fn spawn(
        &self,
        body: Body,
        future: &'static str,
        name: Option<Arc<str>>,
        at: &'static Location<'static>,
    ) -> TaskKey {
        if self.closed.get() {
            let refused = self.table.borrow_mut().unused_key();
            self.discard(Unwanted { body, name, spawned: at });
            return refused;
        }
        let key = self.table.borrow_mut().insert(body, future, name, at, &self.inbox);
        if self.trace.is_watched() {
            let seq = self.emit(Some(key), None, Some(at), Kind::Spawned);
            self.note_queued_by(key, seq);
        }
        key
    }

    /// Has the task dropped at its next turn; false if it has ended.
    pub(super) fn cancel(&self, key: TaskKey) -> bool {
        let alive = self.table.borrow_mut().cancel(key);
        if self.trace.is_watched() {
            let seq = self.emit(Some(key), None, None, Kind::CancelRequested);
            self.note_queued_by(key, seq);
        }
        alive
    }

    /// Polls a task once; true if that ended it.
    fn poll(
        self: &Rc<Self>,
        key: TaskKey,
        mut tenant: Tenant,
        future: impl FnOnce(&mut Body, &mut Context<'_>) -> Poll<()>,
    ) -> bool {
        let _cause = self.begin_cause(Some(key), Kind::PollBegan, self.queued_by(key));
        let polled = {
            let waker = waker_ref(&tenant.waker);
            self.polling.set(Some(Polling::new(key, &waker)));
            let mut cx = Context::from_waker(&waker);
            let polled = catch_unwind(AssertUnwindSafe(|| future(&mut tenant.body, &mut cx)));
            self.polling.set(None);
            polled
        };
        match polled {
            Ok(Poll::Pending) => {
                // Whoever is told may look at the task, and finds it parked.
                self.table.borrow_mut().suspend(key, tenant);
                self.emit(Some(key), None, None, Kind::PollPending);
                return false;
            }
            Ok(Poll::Ready(())) => {
                self.emit(Some(key), None, None, Kind::PollReady);
                self.finish(key, tenant, Ending::Returned);
            }
            Err(payload) => {
                self.emit(Some(key), None, None, Kind::PollPanicked);
                self.finish(key, tenant, Ending::Panicked(payload));
            }
        }
        true
    }

    fn drop_cancelled(&self, key: TaskKey, tenant: Tenant) {
        let _cause = self.begin_cause(Some(key), Kind::Dropping, self.queued_by(key));
        self.finish(key, tenant, Ending::Cancelled);
    }

    /// Ends a task: its future is dropped, then it leaves the table, then its joiners are woken.
    fn finish(&self, key: TaskKey, tenant: Tenant, ending: Ending) {
        let dying = self.is_dying(key);
        let ending = match ending {
            Ending::Returned if dying => Ending::Cancelled,
            ending => ending,
        };
        let Tenant { body, waker } = tenant;
        let job = match &body {
            Body::Joined(job) => Some(job.clone()),
            _ => None,
        };
        let main = matches!(body, Body::Main);
        let ended = match let_go(body, ending, |second| self.report_second_panic(key, second)) {
            Ending::Returned => Kind::Returned,
            Ending::Cancelled => Kind::Cancelled,
            Ending::Panicked(payload) => {
                let lost = match &job {
                    Some(job) => job.panicked(payload).err(),
                    None if main => self.main_panic.replace(Some(payload)),
                    None => Some(payload),
                };
                if let Some(payload) = lost {
                    self.report_lost_panic(key, payload);
                }
                Kind::Panicked
            }
        };
        self.emit(Some(key), None, None, ended);
        let slot = self.table.borrow_mut().remove(key).expect("a task that ends is in the table");
        self.table.borrow_mut().recycle(waker);
        if slot.passed_over > 0 {
            waits::look_again();
        }
        drop(job);
        for watch in slot.watches.into_all() {
            lost::contain(lost::WOKEN, || watch.child_ended(ended == Kind::Panicked));
        }
        if let Some(joiners) = slot.joiners {
            lost::contain(lost::WOKEN, || _ = grants::wake_all(joiners));
            gone::forget(waits::close(joiners));
        }
    }

    /// Drops what nobody wants any more. What such a drop makes unwanted waits for its turn, so that a chain of them is no
    /// deeper than one.
    pub(super) fn discard(&self, unwanted: Unwanted) {
        self.unwanted.borrow_mut().push_back(unwanted);
        if self.discarding.replace(true) {
            return;
        }
        while let Some(Unwanted { body, name, spawned }) = self.next_unwanted() {
            let report = |payload| self.report_panic(name.as_deref().unwrap_or("a task"), spawned, payload);
            if let Ending::Panicked(payload) = let_go(body, Ending::Cancelled, report) {
                report(payload);
            }
        }
        self.discarding.set(false);
    }

    fn next_unwanted(&self) -> Option<Unwanted> {
        self.unwanted.borrow_mut().pop_front()
    }

    /// Ends a run: drops the remaining tasks one by one, in the order of spawning. Wakes are accepted meanwhile, and
    /// reach nobody.
    pub(super) fn shutdown(&self) {
        self.closed.set(true);
        let keys = self.table.borrow().keys();
        for key in keys {
            let tenant = self.table.borrow_mut().get_mut(key).and_then(|slot| slot.tenant.take());
            let _cause = self.begin_cause(Some(key), Kind::Dropping, None);
            self.finish(key, tenant.expect("no task is being polled while the run ends"), Ending::Cancelled);
        }
        self.take_messages();
        self.table.borrow_mut().clear();
    }
}

/// Drops the future of a task, and an output that nobody will fetch. The first panic in that is how the task ended, unless it
/// had panicked before; each other is the `second`.
fn let_go(body: Body, ending: Ending, second: impl Fn(Box<dyn Any + Send>)) -> Ending {
    let contain = |ending: Ending, act: &dyn Fn(bool)| {
        let returned = matches!(ending, Ending::Returned);
        match (catch_unwind(AssertUnwindSafe(|| act(returned))), ending) {
            (Err(panic), Ending::Panicked(first)) => {
                second(panic);
                Ending::Panicked(first)
            }
            (Err(panic), _) => Ending::Panicked(panic),
            (Ok(()), ending) => ending,
        }
    };
    match body {
        Body::Main => ending,
        Body::Detached(future) => {
            let future = Cell::new(Some(future));
            contain(ending, &|_| drop(future.take()))
        }
        Body::Joined(job) => {
            let ending = contain(ending, &|_| job.drop_future());
            contain(ending, &|returned| job.drop_output(returned))
        }
    }
}

/// Ends what [`Core::begin_turning`] began.
pub(super) struct Turning<'a> {
    core: &'a Core,
}

impl Drop for Turning<'_> {
    fn drop(&mut self) {
        self.core.turning.set(false);
    }
}

const TURN_INSIDE_TURN: &str = "Runtime::turn was called inside the same runtime, by a task, an observer or a receiver of \
    reports, or by what one of them calls or drops; step a runtime from outside of it";
