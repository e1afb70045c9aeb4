//! An executor whose own thread queues without a lock. Other threads leave their wakes in its inbox.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Wake, Waker};
use std::thread::{self, Thread};

type Job = Pin<Box<dyn Future<Output = ()>>>;

type Queue = VecDeque<Arc<Ticket>>;

thread_local! {
    /// Who is ready, of the executor of this thread. Nobody else can reach it, so it needs no lock.
    static LOCAL: RefCell<Queue> = const { RefCell::new(VecDeque::new()) };
}

/// What wakers need of the executor, from whatever thread.
struct Inbox {
    /// Whom other threads have woken, until the executor looks.
    queue: Mutex<Queue>,
    /// The thread of the executor.
    owner: Thread,
    /// Set while the owner sleeps, or is about to.
    may_sleep: AtomicBool,
    locks: AtomicUsize,
    unparks: AtomicUsize,
}

impl Inbox {
    /// Locks the queue, and counts that.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.locks.fetch_add(1, SeqCst);
        self.queue.lock().unwrap()
    }

    /// Ends the sleep of the owner, and counts that.
    fn unpark(&self) {
        self.unparks.fetch_add(1, SeqCst);
        self.owner.unpark();
    }

    /// Whether this is the thread of the executor.
    fn is_mine(&self) -> bool {
        thread::current().id() == self.owner.id()
    }
}

/// What a waker knows: which task, and where it is to be queued.
struct Ticket {
    id: usize,
    /// Set from when the ticket is queued until its task begins to be polled.
    queued: AtomicBool,
    inbox: Arc<Inbox>,
}

impl Wake for Ticket {
    fn wake(self: Arc<Self>) {
        if self.queued.swap(true, SeqCst) {
            return;
        }
        // you: the own thread uses LOCAL; another one the inbox, and unparks the owner if it may sleep
        if self.inbox.is_mine() {
            LOCAL.with_borrow_mut(|ready| ready.push_back(self));
        } else {
            self.inbox.lock().push_back(self.clone());
            // After the push: the owner announces its sleep first, and looks into the inbox after that.
            if self.inbox.may_sleep.load(SeqCst) {
                self.inbox.unpark();
            }
        }
        // else: todo!("put the ticket into LOCAL, or into the inbox if this is another thread")
        // end
    }
}

/// Runs tasks on the thread that made it: one executor a thread.
pub struct Executor {
    /// By number. None while the task is being polled, and once it is over.
    tasks: RefCell<Vec<Option<Job>>>,
    inbox: Arc<Inbox>,
}

impl Default for Executor {
    fn default() -> Self {
        Executor::new()
    }
}

impl Executor {
    /// An executor without tasks.
    pub fn new() -> Self {
        // What is left there of an executor that this thread had before.
        drop(LOCAL.take());
        let inbox = Inbox {
            queue: Mutex::default(),
            owner: thread::current(),
            may_sleep: AtomicBool::new(false),
            locks: AtomicUsize::new(0),
            unparks: AtomicUsize::new(0),
        };
        Executor { tasks: RefCell::default(), inbox: Arc::new(inbox) }
    }

    /// Adds a task, which is ready.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        let mut tasks = self.tasks.borrow_mut();
        let id = tasks.len();
        tasks.push(Some(Box::pin(future)));
        Arc::new(Ticket { id, queued: AtomicBool::new(false), inbox: self.inbox.clone() }).wake();
    }

    /// Runs until `main` has returned. The thread sleeps while nobody is ready.
    pub fn run<T: 'static>(&self, main: impl Future<Output = T> + 'static) -> T {
        let value = Rc::new(RefCell::new(None));
        let place = value.clone();
        self.spawn(async move {
            let value = main.await;
            place.replace(Some(value));
        });
        loop {
            self.turn();
            if let Some(value) = value.take() {
                return value;
            }
            if LOCAL.with_borrow(VecDeque::is_empty) {
                self.sleep();
            }
        }
    }

    /// Polls each task once that is ready when the turn begins.
    fn turn(&self) {
        // you: one batch: what is in LOCAL, and behind it what is in the inbox; hold the lock for no poll
        let mut batch = LOCAL.take();
        batch.append(&mut self.inbox.lock());
        for ticket in batch {
            self.poll(ticket);
        }
        // else: todo!("take what is in LOCAL and in the inbox, and poll each of them once")
        // end
    }

    /// Sleeps until somebody has left a wake in the inbox.
    fn sleep(&self) {
        // you: say that you may sleep, look into the inbox once more, and only then kit::park()
        self.inbox.may_sleep.store(true, SeqCst);
        let is_empty = self.inbox.lock().is_empty();
        if is_empty {
            kit::park();
        }
        self.inbox.may_sleep.store(false, SeqCst);
        // else: todo!("sleep with kit::park(), unless a wake is in the inbox")
        // end
    }

    fn poll(&self, ticket: Arc<Ticket>) {
        // Before the poll: a wake during the poll queues the task again.
        ticket.queued.store(false, SeqCst);
        let Some(mut job) = self.tasks.borrow_mut()[ticket.id].take() else { return };
        let waker = Waker::from(ticket.clone());
        if job.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            self.tasks.borrow_mut()[ticket.id] = Some(job);
        }
    }

    /// How often somebody has locked the inbox.
    pub fn locks(&self) -> usize {
        self.inbox.locks.load(SeqCst)
    }

    /// How often another thread has unparked this one.
    pub fn unparks(&self) -> usize {
        self.inbox.unparks.load(SeqCst)
    }
}
