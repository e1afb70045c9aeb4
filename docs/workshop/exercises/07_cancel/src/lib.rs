//! Cancelling: to cancel a task is to drop its future.

#![allow(unused)]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// The future of a task.
type Job = Pin<Box<dyn Future<Output = ()>>>;
/// The tasks that are worth a poll, first in, first out. Each is in it at most once.
type ReadyQueue = Arc<Mutex<VecDeque<Arc<Ticket>>>>;

/// What a waker knows: which task, and where it is to be queued.
struct Ticket {
    id: usize,
    /// Set while the ticket is in the ready queue.
    is_queued: AtomicBool,
    ready: ReadyQueue,
}

impl Wake for Ticket {
    fn wake(self: Arc<Self>) {
        if !self.is_queued.swap(true, Ordering::SeqCst) {
            self.ready.lock().expect("nobody panics with the queue locked").push_back(self.clone());
        }
    }
}

/// The task was cancelled before it returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

/// How a task has ended, once it has, and who waits for that.
struct Slot<T> {
    result: Option<Result<T, Cancelled>>,
    waker: Option<Waker>,
}

/// A part of the future of each task. Whatever becomes of the future, this tells the handle.
struct Ending<T>(Rc<RefCell<Slot<T>>>);

impl<T> Ending<T> {
    /// Tells how the task has ended, unless that was told before, and wakes who waits for it.
    fn tell(&self, result: Result<T, Cancelled>) {
        let mut slot = self.0.borrow_mut();
        slot.result.get_or_insert(result);
        let waker = slot.waker.take();
        drop(slot);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

// You: a future that is dropped was cancelled, if it has not returned: impl Drop for Ending

/// Runs tasks, and drops them on request.
#[derive(Default)]
pub struct Executor {
    /// By number. None while the task is being polled, and once it is over.
    tasks: RefCell<Vec<Option<Job>>>,
    ready: ReadyQueue,
    /// Who is being polled.
    polling: Cell<Option<usize>>,
    /// Set once the task that is being polled has cancelled itself.
    cancelled: Cell<bool>,
}

impl Executor {
    /// An executor without tasks.
    pub fn new() -> Self {
        Executor::default()
    }

    /// How many tasks are not over.
    pub fn alive(&self) -> usize {
        self.tasks.borrow().iter().flatten().count()
    }

    /// Adds a task, which is ready.
    pub fn spawn<T: 'static>(&self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
        let slot = Rc::new(RefCell::new(Slot { result: None, waker: None }));
        let ending = Ending(slot.clone());
        let job = async move {
            let value = future.await;
            ending.tell(Ok(value));
        };
        let mut tasks = self.tasks.borrow_mut();
        let id = tasks.len();
        tasks.push(Some(Box::pin(job)));
        Arc::new(Ticket { id, is_queued: AtomicBool::new(false), ready: self.ready.clone() }).wake();
        JoinHandle { id, slot }
    }

    /// Drops the future of the task now; if it is being polled, as soon as this poll is over.
    pub fn cancel(&self, id: usize) {
        // You: take the future out, then drop it; one that is being polled is not there to be taken, so note it
        todo!("take the future out, then drop it; one that is being polled is not there to be taken, so note it")
    }

    /// Polls who is ready until nobody is.
    pub fn run_until_idle(&self) {
        while let Some(ticket) = self.next_ready() {
            ticket.is_queued.store(false, Ordering::SeqCst);
            let Some(mut job) = self.tasks.borrow_mut()[ticket.id].take() else { continue };
            let waker = Waker::from(ticket.clone());
            self.polling.set(Some(ticket.id));
            let polled = job.as_mut().poll(&mut Context::from_waker(&waker));
            self.polling.set(None);
            // You: who has cancelled itself in this poll does not go back
            if polled.is_pending() {
                self.tasks.borrow_mut()[ticket.id] = Some(job);
            }
        }
    }

    /// In a function of its own, so that the lock is free before anybody is polled.
    fn next_ready(&self) -> Option<Arc<Ticket>> {
        self.ready.lock().expect("nobody panics with the queue locked").pop_front()
    }
}

/// Waits for the end of a task.
pub struct JoinHandle<T> {
    /// The number of the task.
    pub id: usize,
    slot: Rc<RefCell<Slot<T>>>,
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, Cancelled>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut slot = self.slot.borrow_mut();
        if let Some(result) = slot.result.take() {
            return Poll::Ready(result);
        }
        slot.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}
