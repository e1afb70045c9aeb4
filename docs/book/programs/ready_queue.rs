//! An executor in forty lines: tasks, and a queue of those that were woken.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};

// ANCHOR: types
type Job = Pin<Box<dyn Future<Output = ()>>>;
type Queue = Arc<Mutex<VecDeque<Arc<Ticket>>>>;

/// What a waker points at: which task, and the way to the queue. The future is not in it.
struct Ticket {
    task: usize,
    is_queued: AtomicBool,
    queue: Queue,
}

#[derive(Default)]
pub(super) struct Executor {
    /// None while the future is out to be polled, and once it has ended.
    tasks: RefCell<Vec<Option<Job>>>,
    queue: Queue,
}
// ANCHOR_END: types

// ANCHOR: wake
fn lock(queue: &Queue) -> MutexGuard<'_, VecDeque<Arc<Ticket>>> {
    queue.lock().expect("nobody panics with the queue")
}

impl Wake for Ticket {
    fn wake(self: Arc<Self>) {
        if !self.is_queued.swap(true, SeqCst) {
            lock(&self.queue).push_back(self.clone());
        }
    }
}
// ANCHOR_END: wake

// ANCHOR: executor
impl Executor {
    pub(super) fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        let mut tasks = self.tasks.borrow_mut();
        let (task, queue) = (tasks.len(), self.queue.clone());
        let ticket = Ticket { task, is_queued: AtomicBool::new(false), queue };
        tasks.push(Some(Box::pin(future)));
        Arc::new(ticket).wake(); // to be polled for the first time
    }

    /// Polls who is ready, until nobody is.
    pub(super) fn run_until_idle(&self) {
        loop {
            let Some(ticket) = lock(&self.queue).pop_front() else { return };
            ticket.is_queued.store(false, SeqCst);
            let job = self.tasks.borrow_mut()[ticket.task].take();
            let Some(mut job) = job else { continue };
            let waker = Waker::from(ticket.clone());
            if job.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                self.tasks.borrow_mut()[ticket.task] = Some(job);
            }
        }
    }
}
// ANCHOR_END: executor

impl Executor {
    /// Which of the futures are at home.
    fn at_home(&self) -> Vec<bool> {
        self.tasks.borrow().iter().map(Option::is_some).collect()
    }
}

/// Wakes its task so often, and lets others run.
pub(super) async fn yield_once(wakes: u32) {
    let mut has_yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        (0..wakes).for_each(|_| cx.waker().wake_by_ref());
        Poll::Pending
    })
    .await;
}

pub(crate) fn main() {
    // ANCHOR: main
    let executor = Rc::new(Executor::default());
    for name in ["Alice", "Bob", "Carol"] {
        let home = executor.clone();
        executor.spawn(async move {
            println!("{name} begins. At home are {:?}.", home.at_home());
            yield_once(3).await; // wakes its task three times, and returns Pending
            println!("{name} ends.");
        });
    }
    executor.run_until_idle();
    println!("At home are {:?}.", executor.at_home());
    // ANCHOR_END: main
    assert_eq!(executor.at_home(), [false; 3]);
}
