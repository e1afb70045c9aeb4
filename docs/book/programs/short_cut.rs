//! An executor that is wrong in one line: its event wakes a task by number, whatever waker it was polled with.

use futures::stream::{FuturesUnordered, StreamExt};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

// ANCHOR: executor
type Queue = Arc<Mutex<VecDeque<usize>>>;

/// What a task's waker is: it puts the task's number into the ready queue.
struct Ticket(usize, Queue);

impl Wake for Ticket {
    fn wake(self: Arc<Self>) {
        self.1.lock().expect("nobody panics with the queue").push_back(self.0);
    }
}

#[derive(Default)]
struct Executor {
    tasks: RefCell<Vec<Pin<Box<dyn Future<Output = ()>>>>>,
    ready: Queue,
    /// The number and the waker of the task that is being polled.
    polling: RefCell<Option<(usize, Waker)>>,
    polls: Cell<u32>,
}

impl Executor {
    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.tasks.borrow_mut().push(Box::pin(task));
        self.ready.lock().expect("nobody panics with the queue").push_back(self.tasks.borrow().len() - 1);
    }

    /// Runs until nobody is ready. That is all: no clock, no shutdown.
    fn run_until_idle(&self) {
        loop {
            let next = self.ready.lock().expect("nobody panics with the queue").pop_front();
            let Some(number) = next else { return };
            let waker = Waker::from(Arc::new(Ticket(number, self.ready.clone())));
            self.polling.replace(Some((number, waker.clone())));
            self.polls.update(|polls| polls + 1);
            // The example spawns nothing while a task is polled, so the tasks may be borrowed.
            _ = self.tasks.borrow_mut()[number].as_mut().poll(&mut Context::from_waker(&waker));
        }
    }
}
// ANCHOR_END: executor

// ANCHOR: wakee
/// Whom a wait wakes.
enum Wakee {
    Task(usize),
    Waker(Waker),
}

impl Wakee {
    /// The short cut: a number is 8 bytes, and nothing is cloned.
    fn always_the_task(executor: &Executor, _: &Context<'_>) -> Wakee {
        let (number, _) = executor.polling.borrow().clone().expect("a task is being polled");
        Wakee::Task(number)
    }

    /// The rule: the short cut for the task's own waker alone.
    fn whom_the_context_names(executor: &Executor, cx: &Context<'_>) -> Wakee {
        let (number, own) = executor.polling.borrow().clone().expect("a task is being polled");
        if own.will_wake(cx.waker()) { Wakee::Task(number) } else { Wakee::Waker(cx.waker().clone()) }
    }
}
// ANCHOR_END: wakee

type Rule = fn(&Executor, &Context<'_>) -> Wakee;

// ANCHOR: event
#[derive(Default)]
struct Event {
    set: Cell<bool>,
    line: RefCell<Vec<Wakee>>,
}

impl Event {
    fn set(&self, executor: &Executor) {
        self.set.set(true);
        for wakee in self.line.take() {
            match wakee {
                Wakee::Task(number) => executor.ready.lock().expect("nobody panics with it").push_back(number),
                Wakee::Waker(waker) => waker.wake(),
            }
        }
    }
}

/// A wait that counts its polls.
struct Wait {
    event: Rc<Event>,
    executor: Rc<Executor>,
    rule: Rule,
    polls: Rc<Cell<u32>>,
}

impl Future for Wait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.polls.update(|polls| polls + 1);
        if self.event.set.get() {
            return Poll::Ready(());
        }
        let wakee = (self.rule)(&self.executor, cx);
        self.event.line.borrow_mut().push(wakee);
        Poll::Pending
    }
}
// ANCHOR_END: event

// ANCHOR: program
async fn in_a_set(wait: Wait, went_on: Rc<Cell<bool>>) {
    let mut all = FuturesUnordered::from_iter([wait]);
    while all.next().await.is_some() {}
    went_on.set(true);
}

async fn as_it_is(wait: Wait, went_on: Rc<Cell<bool>>) {
    wait.await;
    went_on.set(true);
}
// ANCHOR_END: program

/// Runs one of these two, and says whether it has gone on.
fn run<F: Future<Output = ()> + 'static>(task: fn(Wait, Rc<Cell<bool>>) -> F, rule: Rule) -> bool {
    let (executor, event, polls) = (Rc::new(Executor::default()), Rc::new(Event::default()), Rc::new(Cell::new(0)));
    let wait = Wait { event: event.clone(), executor: executor.clone(), rule, polls: polls.clone() };
    let went_on = Rc::new(Cell::new(false));
    // ANCHOR: run
    executor.spawn(task(wait, went_on.clone()));
    executor.run_until_idle(); // the task waits
    event.set(&executor);
    executor.run_until_idle();
    // ANCHOR_END: run
    println!("  polls of the task: {}, of the wait: {}", executor.polls.get(), polls.get());
    println!("  the task goes on: {}", went_on.get());
    went_on.get()
}

pub(crate) fn main() {
    println!("always the task, and the wait as it is:");
    assert!(run(as_it_is, Wakee::always_the_task));
    println!("always the task, and the wait in a set:");
    assert!(!run(in_a_set, Wakee::always_the_task));
    println!("whom the context names, and the wait in a set:");
    assert!(run(in_a_set, Wakee::whom_the_context_names));
}
