//! An executor that sleeps while nobody is ready, and that other threads can wake.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};
use std::thread::{self, Thread};

/// The future of a task.
type Job = Pin<Box<dyn Future<Output = ()>>>;

/// What wakers need of the executor, from whatever thread: the ready queue, and the thread that runs it.
struct Ready {
    queue: Mutex<VecDeque<Arc<Ticket>>>,
    thread: Thread,
}

/// What a waker knows: which task, and where it is to be queued.
struct Ticket {
    id: usize,
    /// Set while the ticket is in the ready queue.
    is_queued: AtomicBool,
    ready: Arc<Ready>,
}

impl Wake for Ticket {
    fn wake(self: Arc<Self>) {
        if !self.is_queued.swap(true, Ordering::SeqCst) {
            // you: put the ticket at the back of the queue, and end the sleep of the executor's thread
            self.ready.queue.lock().expect("nobody panics with the queue locked").push_back(self.clone());
            // After the push: who is awake looks into the queue.
            self.ready.thread.unpark();
            // else: todo!("put the ticket at the back of the queue, and end the sleep of the executor's thread")
            // end
        }
    }
}

/// Runs tasks on the thread that made it.
pub struct Executor {
    /// By number. None while the task is being polled, and once it is over.
    tasks: RefCell<Vec<Option<Job>>>,
    ready: Arc<Ready>,
}

impl Default for Executor {
    fn default() -> Self {
        Executor::new()
    }
}

impl Executor {
    /// An executor without tasks.
    pub fn new() -> Self {
        let ready = Ready { queue: Mutex::default(), thread: thread::current() };
        Executor { tasks: RefCell::default(), ready: Arc::new(ready) }
    }

    /// Adds a task, which is ready.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        let mut tasks = self.tasks.borrow_mut();
        let id = tasks.len();
        tasks.push(Some(Box::pin(future)));
        Arc::new(Ticket { id, is_queued: AtomicBool::new(false), ready: self.ready.clone() }).wake();
    }

    /// Polls who is ready until nobody is.
    pub fn run_until_idle(&self) {
        while let Some(ticket) = self.next_ready() {
            // Before the poll: a wake during the poll queues the task again.
            ticket.is_queued.store(false, Ordering::SeqCst);
            let Some(mut job) = self.tasks.borrow_mut()[ticket.id].take() else { continue };
            let waker = Waker::from(ticket.clone());
            if job.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                self.tasks.borrow_mut()[ticket.id] = Some(job);
            }
        }
    }

    /// In a function of its own, so that the lock is free before anybody is polled.
    fn next_ready(&self) -> Option<Arc<Ticket>> {
        self.ready.queue.lock().expect("nobody panics with the queue locked").pop_front()
    }

    /// Runs until `main` has returned. The thread sleeps while nobody is ready.
    pub fn run<T: 'static>(&self, main: impl Future<Output = T> + 'static) -> T {
        // you: spawn main so that it leaves its value; run who is ready; look for the value; kit::park(); again
        let value = Rc::new(RefCell::new(None));
        let place = value.clone();
        self.spawn(async move {
            let value = main.await;
            place.replace(Some(value));
        });
        loop {
            self.run_until_idle();
            if let Some(value) = value.take() {
                return value;
            }
            kit::park();
        }
        // else: todo!("spawn main so that it leaves its value; run who is ready; look for the value; kit::park(); again")
        // end
    }
}
