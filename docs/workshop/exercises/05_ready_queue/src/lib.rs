//! An executor: a table of tasks, and a queue of those that are worth a poll.

#![allow(unused)]

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};

/// The future of a task.
type Job = Pin<Box<dyn Future<Output = ()>>>;

/// The tasks that are worth a poll, first in, first out. Each is in it at most once.
type ReadyQueue = Arc<Mutex<VecDeque<Arc<Ticket>>>>;

/// What a task's wakers are made of: which task to poll, and where to say so. The future itself stays with the executor.
struct Ticket {
    /// The place of the task in the table.
    id: usize,
    /// Set while the ticket is in the ready queue.
    is_queued: AtomicBool,
    ready: ReadyQueue,
}

/// Runs futures on this thread.
#[derive(Default)]
pub struct Executor {
    /// The tasks, by their ids. None while a task is being polled, and once it is over.
    tasks: RefCell<Vec<Option<Job>>>,
    ready: ReadyQueue,
}

impl Wake for Ticket {
    fn wake(self: Arc<Self>) {
        // You: queue the ticket, unless it is in the queue
        todo!("queue the ticket, unless it is in the queue")
    }
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

    /// Makes the future a task, which is ready. It is polled when the executor runs.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        // You: put the future into the table, and its ticket into the queue
        todo!("put the future into the table, and its ticket into the queue")
    }

    /// Polls who is ready, until nobody is.
    pub fn run_until_idle(&self) {
        // You: take the first ticket, poll its task with nothing borrowed and nothing locked, put back what is pending
        todo!("take the first ticket, poll its task, put back what is pending; until the queue is empty")
    }
}
