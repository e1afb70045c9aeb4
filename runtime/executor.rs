//! The loop: turn after turn, what is ready is polled, and timers fire.
//!
//! Foreign code (a future's `poll`, a foreign waker's `wake`) runs with nothing borrowed that it could ask for: only
//! the batch is, by its turn. A panic in it ends one task at most; main's also ends the run.

use super::clock::Instant;
use super::context::{Batch, Core};
use super::life::Ending;
use super::note::{Kind, lost};
use super::task::{Body, Main, TaskCell, Work};
use super::wakee::{self, Polling};
use super::waker::TaskWaker;
use futures_task::waker_ref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};
use std::task::{Context, Poll};

/// What one turn did: what [`Runtime::turn`](crate::Runtime::turn) returns.
///
/// ```
/// use greenlight::{Runtime, Turn};
///
/// let runtime = Runtime::builder().build();
/// let task = runtime.spawn_detached(async { greenlight::yield_now().await });
/// assert_eq!(runtime.turn(), Turn::Ran(1));
/// assert!(!task.is_finished());
/// assert_eq!(runtime.turn(), Turn::Ran(1));
/// assert!(task.is_finished());
/// assert_eq!(runtime.turn(), Turn::Idle(None)); // no task is left
/// runtime.spawn_detached(std::future::pending());
/// assert_eq!([runtime.turn(), runtime.turn()], [Turn::Ran(1), Turn::Stalled]);
/// ```
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

impl Core {
    /// Keeps everybody else from running this runtime or taking a turn of it until the guard goes.
    #[track_caller]
    pub(super) fn begin_run(&self) -> Running<'_> {
        assert!(!self.running.replace(true), "{TURN_INSIDE_TURN}");
        Running { core: self, outer: wakee::leave_poll() }
    }

    /// One pass of the loop. When main ends in it, the rest of the batch does not run.
    #[inline(always)]
    pub(super) fn turn(self: &Rc<Self>, main: &mut Option<&mut Main<'_>>) -> Turn {
        self.turns.set(self.turns.get() + 1);
        self.clock.begin_turn();
        self.note_turn();
        if self.inbox.is_pending() {
            self.take_messages();
        }
        if self.has_timers() {
            // Time does not go on for a run that was stopped.
            self.read_clock(main.is_none() || !self.stopped.get());
        }
        let mut batch = self.batch.borrow_mut();
        std::mem::swap(&mut *batch, &mut self.queue.tasks.borrow_mut());
        let ready = batch.len();
        let (mut ran, mut goes_on) = (0, true);
        while goes_on {
            goes_on = self.chooser.as_ref().is_some_and(|chooser| chooser.chooses(self, &mut batch, main.is_some()));
            ran += self.run_batch(&mut batch, main);
        }
        let fired = if self.has_timers() { self.fire_timers() } else { 0 };
        if ready + fired > 0 { Turn::Ran(ran) } else { self.idle() }
    }

    /// Runs the tasks that are ready now, first in, first out. What they wake runs in the next turn. Returns how many
    /// tasks that were: callbacks do not count, nor what has ended in the queue.
    fn run_batch(self: &Rc<Self>, batch: &mut Batch, main: &mut Option<&mut Main<'_>>) -> usize {
        let mut ran = 0;
        // From the front, by `pop`, which moves nothing.
        batch.reverse();
        while let Some(task) = batch.pop() {
            let Some(body) = task.begin() else { continue };
            match body {
                Body::Callback(call) => {
                    lost::contain(lost::WOKEN, call);
                    continue;
                }
                body if task.dying.get() => {
                    if matches!(body, Body::Main(_)) {
                        *main = None;
                    }
                    let _cause = self.begin(&task, Kind::Dropping);
                    self.finish(task, body, Ending::Cancelled);
                }
                body => {
                    if self.poll(task, body, main) {
                        *main = None;
                        self.queue.tasks.borrow_mut().splice(..0, batch.drain(..).rev());
                    }
                }
            }
            ran += 1;
        }
        ran
    }

    /// What a turn that found nothing to do amounts to.
    pub(super) fn idle(&self) -> Turn {
        if let Some(expiry) = self.wheel.borrow().next_expiry() {
            return Turn::Idle(Some(Instant::at(expiry)));
        }
        let outside_may_act = self.has_remotes() || !self.clock.is_virtual() && self.table.borrow_mut().is_any_held();
        // Whoever dropped the last remote or waker may have sent something before: look once more, after the drop.
        fence(Ordering::Acquire);
        match () {
            () if self.inbox.is_pending() => Turn::Ran(0),
            () if outside_may_act || self.table.borrow().tasks.is_empty() => Turn::Idle(None),
            () => Turn::Stalled,
        }
    }

    /// Polls a task once; true if that ended main.
    fn poll(self: &Rc<Self>, task: Rc<TaskCell>, mut body: Body, main: &mut Option<&mut Main<'_>>) -> bool {
        let causing = self.begin(&task, Kind::PollBegan);
        let own = task.waker.take();
        let is_own = own.is_some();
        let lent = own.or_else(|| self.loose_waker.take()).unwrap_or_else(|| TaskWaker::loose(&self.inbox));
        if !is_own {
            lent.set_key(task.key());
        }
        let waker = waker_ref(&lent);
        wakee::begin_poll(task, &waker);
        let mut cx = Context::from_waker(&waker);
        let polled = catch_unwind(AssertUnwindSafe(|| match (&mut body, main) {
            (Body::Detached(future), _) => Work::poll(future.as_mut(), &mut cx),
            (Body::Joined(job), _) => job.poll(&mut cx),
            (Body::Main(_), Some(main)) => main(Some(&mut cx)),
            (Body::Main(_) | Body::Callback(_), _) => unreachable!("main is polled by its run, callbacks are called"),
        }));
        let task = wakee::end_poll();
        match () {
            () if is_own => task.waker.set(Some(lent)),
            () if Arc::strong_count(&lent) > 1 => self.table.borrow_mut().give_waker(&task, lent),
            () => self.loose_waker.set(Some(lent)),
        }
        let ending = match polled {
            Ok(Poll::Pending) => {
                // Whoever is told may look at the task, and finds it parked.
                task.suspend(body);
                causing.iter().for_each(|causing| causing.note_pending(&task));
                return false;
            }
            Ok(Poll::Ready(())) => Ending::Returned,
            Err(payload) => Ending::Panicked(payload),
        };
        self.note_polled(&task, &ending);
        let is_main = matches!(body, Body::Main(_));
        self.finish(task, body, ending);
        is_main
    }
}

/// Nobody else runs the runtime: what [`Core::begin_run`] returns.
pub(super) struct Running<'a> {
    core: &'a Core,
    outer: Polling,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.core.running.set(false);
        self.outer.resume();
    }
}

const TURN_INSIDE_TURN: &str = "Runtime::turn was called inside the same runtime, by a task, an observer or a receiver of \
    reports, or by what one of them calls or drops; step a runtime from outside of it";
