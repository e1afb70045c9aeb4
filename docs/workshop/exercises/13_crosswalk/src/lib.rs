//! An executor of one's own: tasks that can be joined, sleeps in virtual time, and wakes from other threads.

#![allow(unused)]

use given::timers::{Sleep, Timers};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

/// The future of a task.
type Job = Pin<Box<dyn Future<Output = ()>>>;

/// What wakers need of the executor, from whatever thread.
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
        // You: as in exercise 9
        todo!("queue the ticket, as in exercise 9")
    }
}

/// A task that is not over.
pub struct Task {
    /// What its spawner calls it.
    pub name: String,
    /// None while it is being polled.
    job: Option<Job>,
    ticket: Arc<Ticket>,
}

/// The executor: its tasks, its ready queue and its timers.
pub struct Core {
    /// By number, in the order of spawning. None once the task is over.
    pub tasks: RefCell<Vec<Option<Task>>>,
    /// Who sleeps, and what time it is.
    pub timers: Rc<Timers>,
    ready: Arc<Ready>,
    /// Who is being polled, and the waker that it was given.
    polling: RefCell<Option<(usize, Waker)>>,
}

thread_local! {
    static CORE: RefCell<Option<Rc<Core>>> = const { RefCell::new(None) };
}

/// The executor that this code runs in.
///
/// # Panics
/// Outside of [`run`] and [`enter`].
pub fn core() -> Rc<Core> {
    CORE.with_borrow(|core| core.clone())
        .expect("`core`, `task` or `sleep` was called outside of an executor; call it within `run`")
}

/// Makes an executor and has this thread know it, until the [`Entered`] is dropped.
pub fn enter() -> Entered {
    let ready = Arc::new(Ready { queue: Mutex::default(), thread: thread::current() });
    let core = Core { tasks: RefCell::default(), timers: Rc::default(), ready, polling: RefCell::default() };
    let core = Rc::new(core);
    CORE.set(Some(core.clone()));
    Entered(core)
}

/// A thread that knows its executor. Dropped, it drops the tasks that are left, and then the executor.
pub struct Entered(Rc<Core>);

impl Deref for Entered {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.0
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        // With nothing borrowed: what a task holds may call back.
        let left = self.0.tasks.take();
        drop(left);
        CORE.set(None);
    }
}

impl Core {
    /// Polls who is ready until nobody is.
    pub fn run_until_idle(&self) {
        // You: as in exercise 5, with lend, poll and take_back; a task that has returned becomes None
        todo!("poll who is ready until nobody is, as in exercise 5")
    }

    /// In a function of its own, so that the lock is free before anybody is polled.
    fn next_ready(&self) -> Option<Arc<Ticket>> {
        self.ready.queue.lock().expect("nobody panics with the queue locked").pop_front()
    }

    /// Takes the future of a task out, to poll it with nothing borrowed. None if the task is over.
    fn lend(&self, id: usize) -> Option<Job> {
        self.tasks.borrow_mut().get_mut(id)?.as_mut()?.job.take()
    }

    fn take_back(&self, id: usize, job: Job) {
        if let Some(Some(task)) = self.tasks.borrow_mut().get_mut(id) {
            task.job = Some(job);
        }
    }

    /// Polls, and notes meanwhile who is being polled: exercise 14 asks for it.
    fn poll(&self, ticket: &Arc<Ticket>, job: &mut Job) -> Poll<()> {
        let waker = Waker::from(ticket.clone());
        self.polling.replace(Some((ticket.id, waker.clone())));
        let polled = job.as_mut().poll(&mut Context::from_waker(&waker));
        self.polling.replace(None);
        polled
    }

    /// Which task is being polled, and the waker that it was given.
    pub fn polling(&self) -> Option<(usize, Waker)> {
        self.polling.borrow().clone()
    }

    /// Wakes a task by its number; one that is over is not woken.
    pub fn wake(&self, id: usize) {
        let ticket = self.tasks.borrow().get(id).and_then(|task| Some(task.as_ref()?.ticket.clone()));
        if let Some(ticket) = ticket {
            ticket.wake();
        }
    }

    /// How many wakers of this task somebody keeps.
    pub fn wakers_of(&self, id: usize) -> usize {
        // One is the task's own.
        self.tasks.borrow()[id].as_ref().map_or(0, |task| Arc::strong_count(&task.ticket) - 1)
    }
}

/// The value of a task, once it has returned, and who waits for it.
struct Slot<T> {
    value: Option<T>,
    waker: Option<Waker>,
}

/// Waits for the value of a task. Dropped, it leaves the task to itself.
pub struct JoinHandle<T> {
    /// The number of the task.
    pub id: usize,
    slot: Rc<RefCell<Slot<T>>>,
}

impl<T> JoinHandle<T> {
    /// The value, if the task has returned and nobody has taken it.
    pub fn take(&self) -> Option<T> {
        self.slot.borrow_mut().value.take()
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // You: as in exercise 6
        todo!("be ready once the value is there, as in exercise 6")
    }
}

/// Spawns a task: it runs whether or not somebody awaits its handle.
pub fn task<T: 'static>(name: &str, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
    let slot = Rc::new(RefCell::new(Slot { value: None, waker: None }));
    let core = core();
    let id = core.tasks.borrow().len();
    // You: a job that awaits the future, leaves the value in the slot and wakes who waits; a ticket; a task; queue it
    todo!("make a job that leaves the value in the slot, a ticket and a task, and queue the ticket");
    JoinHandle { id, slot }
}

/// Sleeps for that long in virtual time.
pub fn sleep(length: Duration) -> Sleep {
    core().timers.sleep(length)
}

/// Runs until `main` has returned; the tasks that are left are dropped then.
pub fn run<T: 'static>(main: impl Future<Output = T> + 'static) -> T {
    let core = enter();
    // You: main is a task; run who is ready; return main's value if it is there; else time jumps, or the thread parks
    todo!("spawn main; then run who is ready, look for main's value, let time jump or park the thread; again")
}
