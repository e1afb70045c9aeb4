//! The executor: turns, polls, ends of tasks, and the end of a run.
//!
//! Foreign code (a future's `poll` and `drop`, a foreign waker's `wake`) runs with nothing borrowed, but for what belongs to it
//! alone. A panic in it ends one task at most; main's also ends the run.

use super::clock::Instant;
use super::context::{Core, Sleeper, Unwanted};
use super::inbox::taken;
use super::note::{Kind, lost};
use super::table::loose_waker;
use super::task::{Body, Message, TaskCell, TaskKey, Work};
use super::waits;
use super::wakee::{self, Outer, Wakee};
use futures_task::{LocalFutureObj, waker_ref};
use std::any::Any;
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
        Turning { core: self, outer: wakee::leave_poll() }
    }

    /// One pass of the loop. When main ends in it, the rest of the batch does not run.
    pub(super) fn turn(self: &Rc<Self>, main: &mut Option<&mut Main<'_>>) -> Turn {
        self.turn.set(self.turn.get() + 1);
        self.clock.begin_turn();
        if self.inbox.is_pending() {
            self.take_messages();
        }
        if self.has_timers() {
            self.read_clock();
        }
        let mut batch = self.batch.borrow_mut();
        std::mem::swap(&mut *batch, &mut self.queue.tasks.borrow_mut());
        let ready = batch.len();
        let ran = self.run_batch(&mut batch, main);
        let fired = if self.has_timers() { self.fire_timers() } else { 0 };
        if ready + fired > 0 { Turn::Ran(ran) } else { self.idle() }
    }

    /// Whether any timer is in the wheel, armed or fired.
    fn has_timers(&self) -> bool {
        self.wheel.borrow().len() > 0
    }

    /// Takes in what other threads sent, in the order in which it came.
    fn take_messages(&self) {
        self.inbox.take(|message| {
            let _cause = self.begin_message();
            match message {
                Message::Wake(key) => {
                    let task = self.table.borrow().get(key).cloned();
                    task.iter().for_each(|task| _ = task.with_waker(|waker| taken(&waker.sent)));
                    task.into_iter().for_each(|task| task.wake());
                }
                Message::Spawn(future, at) => {
                    self.spawn(Body::Detached(Box::pin(LocalFutureObj::from(future))), None, at);
                }
                Message::Ask(ask) => ask(),
            }
        });
    }

    /// The moment of this turn. Virtual time jumps to the next deadline if nobody is ready.
    fn read_clock(&self) {
        if self.clock.is_virtual() {
            let deadline = if self.queue.is_empty() { self.wheel.borrow_mut().jump() } else { None };
            if let Some(deadline) = deadline {
                self.clock.jump(Instant::at(deadline));
                self.note(None, None, Kind::TimeJumped);
            }
        }
        self.clock.reading();
    }

    /// Runs the tasks that are ready now, first in, first out. What they wake runs in the next turn. Returns how many
    /// they were; the queue may also name some that have ended.
    fn run_batch(self: &Rc<Self>, batch: &mut Vec<Rc<TaskCell>>, main: &mut Option<&mut Main<'_>>) -> usize {
        let mut ran = 0;
        // What a vector gives best is its last.
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
                    self.drop_cancelled(task, body);
                }
                body => {
                    if self.poll(task, body, main) {
                        *main = None;
                        self.queue.tasks.borrow_mut().splice(..0, batch.drain(..).rev());
                        return ran + 1;
                    }
                }
            }
            ran += 1;
        }
        ran
    }

    /// Fires the timers that are due, in the order of their deadlines. Each is taken from the wheel on its own, because
    /// waking a foreign waker may disarm the next.
    fn fire_timers(&self) -> usize {
        self.wheel.borrow_mut().advance(self.now().as_micros());
        let mut fired = 0;
        while let Some((timer, Sleeper { mut wakee, at })) = self.pop_due() {
            fired += 1;
            let _cause = self.begin_firing(timer, &wakee, at);
            if let Some(panic) = wakee.grant_and_wake().and_then(Wakee::wake) {
                lost::tell(lost::WOKEN, panic);
            }
        }
        fired
    }

    fn pop_due(&self) -> Option<(u32, Sleeper)> {
        self.wheel.borrow_mut().pop_due()
    }

    /// What a turn that found nothing to do amounts to.
    pub(super) fn idle(&self) -> Turn {
        if let Some(expiry) = self.wheel.borrow().next_expiry() {
            return Turn::Idle(Some(Instant::at(expiry)));
        }
        let outside_may_act = self.has_remotes() || !self.clock.is_virtual() && self.table.borrow_mut().is_any_held();
        // Whoever dropped the last remote or waker may have sent something before: look once more, after the drop.
        fence(Ordering::Acquire);
        if self.inbox.is_pending() {
            Turn::Ran(0)
        } else if outside_may_act || self.table.borrow().tasks.is_empty() {
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
    pub(super) fn spawn(&self, body: Body, name: Option<Arc<str>>, at: &'static Location<'static>) -> TaskKey {
        if self.closed.get() {
            let id = self.table.borrow_mut().ids.next();
            self.discard(Unwanted { body, name, spawned: at });
            return TaskKey { slot: u32::MAX, id };
        }
        let task = self.table.borrow_mut().insert(body, at, &self.queue);
        if name.is_some() {
            self.table.borrow_mut().extra_of(&task).name.replace(name);
        }
        let key = task.key();
        task.queued.set(true);
        task.push();
        self.note_queued(&task, Some(at), Kind::Spawned);
        key
    }

    /// Has something done in the next turn, in the place among the tasks that are ready which it would have as one of them. While a
    /// run ends and nothing is queued any more, it is done at once. In asyncio: `call_soon`.
    pub(super) fn call_soon(&self, call: Box<dyn FnOnce()>) {
        if self.closed.get() {
            return call();
        }
        let callback = self.table.borrow_mut().spare.pop();
        let callback = callback.unwrap_or_else(|| Rc::new(TaskCell::new(self.queue.clone(), Location::caller())));
        callback.body.set(Some(Body::Callback(call)));
        callback.push();
    }

    /// Has the task dropped at its next turn; false if it has ended.
    pub(super) fn cancel(&self, key: TaskKey) -> bool {
        let Some(task) = self.table.borrow().get(key).cloned() else { return false };
        task.cancel();
        self.note_queued(&task, None, Kind::CancelRequested);
        true
    }

    /// Polls a task once; true if that ended main.
    fn poll(self: &Rc<Self>, task: Rc<TaskCell>, mut body: Body, main: &mut Option<&mut Main<'_>>) -> bool {
        let _cause = self.begin(&task, Kind::PollBegan);
        let own = task.waker.take();
        let is_own = own.is_some();
        let lent = own.or_else(|| self.loose_waker.take()).unwrap_or_else(|| loose_waker(&self.inbox));
        if !is_own {
            lent.set_key(task.key());
        }
        let waker = waker_ref(&lent);
        wakee::begin_poll(task, &waker);
        let mut cx = Context::from_waker(&waker);
        let polled = catch_unwind(AssertUnwindSafe(|| match (&mut body, main) {
            (Body::Detached(future), _) => Work::poll(future.as_mut(), &mut cx),
            (Body::Joined(job), _) => job.poll(&mut cx),
            (Body::Main(_), Some(main)) => main(&mut cx),
            (Body::Main(_) | Body::Callback(_), _) => {
                unreachable!("main is polled by its run, and callbacks are called")
            }
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
                self.note(Some(&task), None, Kind::PollPending);
                return false;
            }
            Ok(Poll::Ready(())) => {
                self.note(Some(&task), None, Kind::PollReady);
                Ending::Returned
            }
            Err(payload) => {
                self.note(Some(&task), None, Kind::PollPanicked);
                Ending::Panicked(payload)
            }
        };
        let is_main = matches!(body, Body::Main(_));
        self.finish(task, body, ending);
        is_main
    }

    fn drop_cancelled(&self, task: Rc<TaskCell>, body: Body) {
        let _cause = self.begin(&task, Kind::Dropping);
        self.finish(task, body, Ending::Cancelled);
    }

    /// Ends a task: its future is dropped, then it leaves the table, then its joiners are woken.
    fn finish(&self, task: Rc<TaskCell>, body: Body, ending: Ending) {
        let ending = match ending {
            Ending::Returned if task.dying.get() => Ending::Cancelled,
            ending => ending,
        };
        task.ending.set(true);
        let job = if let Body::Joined(job) = &body { Some(job.clone()) } else { None };
        let is_main = matches!(body, Body::Main(_));
        let ended = match let_go(body, ending, |second| self.report_second_panic(&task, second)) {
            Ending::Returned => Kind::Returned,
            Ending::Cancelled => Kind::Cancelled,
            Ending::Panicked(payload) => {
                let lost = match &job {
                    Some(job) => job.panicked(payload).err(),
                    None if is_main => self.main_panic.replace(Some(payload)),
                    None => Some(payload),
                };
                if let Some(payload) = lost {
                    self.report_lost_panic(&task, payload);
                }
                Kind::Panicked
            }
        };
        self.note(Some(&task), None, ended);
        self.table.borrow_mut().remove(&task);
        drop(job);
        if let Some(extra) = task.extra.get() {
            extra.name.take();
            for listener in extra.listeners.take().into_all() {
                lost::contain(lost::WOKEN, || listener.task_ended(ended == Kind::Panicked));
            }
            if let Some(joiners) = extra.joiners.take() {
                lost::contain(lost::WOKEN, || _ = waits::wake_all(&waits::list(joiners).0));
                waits::close(joiners);
            }
        }
        let unfit = self.table.borrow_mut().recycle(task);
        drop(unfit);
    }

    /// Drops what nobody wants any more. What such a drop makes unwanted waits for its turn, so that a chain of them is no
    /// deeper than one.
    pub(super) fn discard(&self, unwanted: Unwanted) {
        self.unwanted.borrow_mut().push_back(unwanted);
        if self.discarding.replace(true) {
            return;
        }
        let next = || self.unwanted.borrow_mut().pop_front();
        while let Some(Unwanted { body, name, spawned }) = next() {
            let report = |payload| self.report_panic(name.as_deref().unwrap_or("a task"), spawned, payload);
            if let Ending::Panicked(payload) = let_go(body, Ending::Cancelled, report) {
                report(payload);
            }
        }
        self.discarding.set(false);
    }

    /// Ends a run: drops the remaining tasks one by one, in the order of spawning. Wakes are accepted meanwhile, and
    /// reach nobody.
    pub(super) fn shutdown(&self) {
        self.closed.set(true);
        let tasks = self.table.borrow().in_order();
        for task in tasks {
            let body = task.body.take();
            let _cause = self.begin_shutdown(&task);
            self.finish(task, body.expect("no task is being polled while the run ends"), Ending::Cancelled);
        }
        self.take_messages();
        let left = std::mem::take(&mut *self.queue.tasks.borrow_mut());
        for task in left {
            if let Some(Body::Callback(call)) = task.body.take() {
                lost::contain(lost::WOKEN, call);
            }
        }
        let spare = std::mem::take(&mut self.table.borrow_mut().spare);
        drop(spare);
        self.table.borrow_mut().tasks.clear();
    }
}

/// Drops the future of a task, and an output that nobody will fetch. The first panic in that is how the task ended, unless it
/// had panicked before; each other is the `second`.
fn let_go(body: Body, mut ending: Ending, second: impl Fn(Box<dyn Any + Send>)) -> Ending {
    let mut contain = |act: &mut dyn FnMut(bool)| {
        let returned = matches!(ending, Ending::Returned);
        match (catch_unwind(AssertUnwindSafe(|| act(returned))), &ending) {
            (Err(panic), Ending::Panicked(_)) => second(panic),
            (Err(panic), _) => ending = Ending::Panicked(panic),
            (Ok(()), _) => {}
        }
    };
    match body {
        Body::Main(_) | Body::Callback(_) => {}
        Body::Detached(future) => {
            let mut future = Some(future);
            contain(&mut |_| drop(future.take()));
        }
        Body::Joined(job) => {
            contain(&mut |_| job.drop_future());
            contain(&mut |returned| job.drop_output(returned));
        }
    }
    ending
}

/// Ends what [`Core::begin_turning`] began.
pub(super) struct Turning<'a> {
    core: &'a Core,
    outer: Outer,
}

impl Drop for Turning<'_> {
    fn drop(&mut self) {
        self.core.turning.set(false);
        self.outer.go_back();
    }
}

const TURN_INSIDE_TURN: &str = "Runtime::turn was called inside the same runtime, by a task, an observer or a receiver of \
    reports, or by what one of them calls or drops; step a runtime from outside of it";
