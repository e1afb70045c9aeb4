//! An executor: a table of tasks, and a queue of those that are worth a poll.

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
        // you: queue the ticket, unless it is in the queue
        if !self.is_queued.swap(true, Ordering::SeqCst) {
            self.ready.lock().expect("nobody panics with the queue locked").push_back(self.clone());
        }
        // else: todo!("queue the ticket, unless it is in the queue")
        // end
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
        // you: put the future into the table, and its ticket into the queue
        let id = self.tasks.borrow().len();
        self.tasks.borrow_mut().push(Some(Box::pin(future)));
        let ticket = Ticket { id, is_queued: AtomicBool::new(false), ready: self.ready.clone() };
        Arc::new(ticket).wake();
        // else: todo!("put the future into the table, and its ticket into the queue")
        // end
    }

    /// Polls who is ready, until nobody is.
    pub fn run_until_idle(&self) {
        // you: take the first ticket, poll its task with nothing borrowed and nothing locked, put back what is pending
        loop {
            // The lock lasts as long as this statement.
            let first = self.ready.lock().expect("nobody panics with the queue locked").pop_front();
            let Some(ticket) = first else { return };
            // Before the poll: a wake that comes in the poll is for the next one.
            ticket.is_queued.store(false, Ordering::SeqCst);
            let job = self.tasks.borrow_mut()[ticket.id].take();
            let Some(mut job) = job else { continue };
            let waker = Waker::from(ticket.clone());
            let polled = job.as_mut().poll(&mut Context::from_waker(&waker));
            if polled.is_pending() {
                self.tasks.borrow_mut()[ticket.id] = Some(job);
            }
        }
        // else: todo!("take the first ticket, poll its task, put back what is pending; until the queue is empty")
        // end
    }
}
