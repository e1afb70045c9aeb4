//! An executor that is wrong in one line: its event wakes a task by number, whatever waker it was polled with.

use futures::stream::{FuturesUnordered, StreamExt};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

// ANCHOR: executor
/// The numbers of the tasks that are ready. A waker may be on any thread, hence the mutex.
#[derive(Clone, Default)]
struct Ready(Arc<Mutex<VecDeque<usize>>>);

impl Ready {
    fn push(&self, task: usize) {
        self.0.lock().expect("nobody panics with it").push_back(task);
    }

    fn pop(&self) -> Option<usize> {
        self.0.lock().expect("nobody panics with it").pop_front()
    }
}

/// What a waker points at: the number of a task, and where to put it.
struct Ticket(usize, Ready);

impl Wake for Ticket {
    fn wake(self: Arc<Self>) {
        self.1.push(self.0);
    }
}

type Task = Pin<Box<dyn Future<Output = ()>>>;

#[derive(Default)]
struct Executor {
    tasks: RefCell<Vec<Task>>,
    ready: Ready,
    /// The number and the waker of the task that is being polled.
    polling: RefCell<Option<(usize, Waker)>>,
    polls: Cell<u32>,
}

impl Executor {
    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        let number = self.tasks.borrow().len();
        self.tasks.borrow_mut().push(Box::pin(task));
        self.ready.push(number);
    }

    /// Runs until nobody is ready.
    fn run_until_idle(&self) {
        while let Some(number) = self.ready.pop() {
            let waker = Waker::from(Arc::new(Ticket(number, self.ready.clone())));
            self.polling.replace(Some((number, waker.clone())));
            self.polls.update(|polls| polls + 1);
            // No task of this example spawns another, so the tasks may stay borrowed.
            let task = &mut self.tasks.borrow_mut()[number];
            _ = task.as_mut().poll(&mut Context::from_waker(&waker));
        }
    }

    /// Who is being polled, and the waker that it was given.
    fn polling(&self) -> (usize, Waker) {
        self.polling.borrow().clone().expect("a task is being polled")
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
    /// The short cut: a number is 8 bytes, and nothing has to be cloned.
    fn always_the_task(executor: &Executor, _: &Context<'_>) -> Wakee {
        let (number, _) = executor.polling();
        Wakee::Task(number)
    }

    /// The rule: the short cut for the task's own waker alone.
    fn whom_the_context_names(executor: &Executor, cx: &Context<'_>) -> Wakee {
        let (number, own) = executor.polling();
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
                Wakee::Task(number) => executor.ready.push(number),
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
