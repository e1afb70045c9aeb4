//! The life of a task, from its spawn to its end: what becomes of its future, its output and its panic, and who is
//! told. And the end of a run, which ends all of them.
//!
//! Foreign code (the drop of a future or of an output) runs with nothing borrowed that it could ask for. A panic in it
//! ends one task at most.

use super::arena;
use super::context::{Core, Unwanted};
use super::note::{Kind, lost};
use super::task::{Body, TaskCell, TaskKey};
use super::waits;
use std::any::Any;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

/// How a task came to its end.
pub(super) enum Ending {
    Returned,
    Cancelled,
    Panicked(Box<dyn Any + Send>),
}

impl Core {
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

    /// Has something done in the next turn, in the place among the tasks that are ready which it would have as one of
    /// them. While a run ends and nothing is queued any more, it is done at once. In asyncio: `call_soon`.
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

    /// Ends a task: its future is dropped, then it leaves the table, then its listeners are told, and its joiners
    /// woken.
    pub(super) fn finish(&self, task: Rc<TaskCell>, body: Body, ending: Ending) {
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
                self.note_panic(&task, &*payload);
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
        if let Some(extra) = task.extra.get() {
            extra.name.take();
            for listener in extra.listeners.take().into_all() {
                lost::contain(lost::WOKEN, || listener.task_ended(ended == Kind::Panicked));
            }
            if let Some(joiners) = extra.joiners.take() {
                lost::contain(lost::WOKEN, || _ = waits::wake_all(&arena::list(joiners).0));
                arena::close(joiners);
            }
        }
        let _unfit = self.table.borrow_mut().recycle(task);
    }

    /// Drops what nobody wants any more. What such a drop makes unwanted waits for its turn, so that a chain of them is
    /// no deeper than one.
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

/// Drops the future of a task, and an output that nobody will fetch. The first panic in that is how the task ended,
/// unless it had panicked before; each other is the `second`.
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
