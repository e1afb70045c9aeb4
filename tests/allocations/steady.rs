//! What each operation allocates in the steady state: when the runtime has seen as many tasks,
//! waits and timers at once before.

use crate::COUNTED;
use futures::stream::{FuturesUnordered, StreamExt};
use futures_lite::future::poll_once;
use greenlight::sync::{Event, Semaphore};
use greenlight::trace::Recorder;
use greenlight::{Runtime, Task, sleep, spawn, spawn_detached, yield_now};
use stats_alloc::{Region, Stats};
use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::hint::black_box;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

/// How many of each are made, waited for or woken.
const COUNT: usize = 1000;

/// What an act allocates once it has been done twice before. What it needs is prepared anew for
/// each time, and not counted.
fn measure<S>(runtime: &Runtime, prepare: impl AsyncFn() -> S, act: impl AsyncFn(&S)) -> Stats {
    runtime.run(async {
        let mut change = Stats::default();
        for _ in 0..3 {
            let stage = prepare().await;
            let region = Region::new(COUNTED);
            act(&stage).await;
            change = region.change();
        }
        change
    })
}

/// How many blocks an act allocates, or moves to grow them.
fn blocks<S>(prepare: impl AsyncFn() -> S, act: impl AsyncFn(&S)) -> usize {
    let stats = measure(&Runtime::builder().virtual_clock().build(), prepare, act);
    stats.allocations + stats.reallocations
}

#[track_caller]
fn assert_allocates_nothing<S>(prepare: impl AsyncFn() -> S, act: impl AsyncFn(&S)) {
    let blocks = blocks(prepare, act);
    assert_eq!(blocks, 0, "{blocks} blocks were allocated for {COUNT} operations");
}

async fn yield_times(times: usize) {
    for _ in 0..times {
        yield_now().await;
    }
}

/// Spawns tasks that have begun and wait.
async fn spawn_waiting<F: Future<Output = ()> + 'static>(future: impl Fn() -> F) -> Vec<Task> {
    let tasks = (0..COUNT).map(|_| spawn_detached(future())).collect();
    yield_times(2).await;
    tasks
}

fn is_over(tasks: &[Task]) -> bool {
    tasks.iter().all(Task::is_finished)
}

pub(crate) fn the_count_sees_what_a_watched_run_allocates() {
    let recorder = Rc::new(Recorder::default());
    let runtime = Runtime::builder().virtual_clock().observer(recorder).build();
    let watched = measure(&runtime, async || {}, async |()| yield_times(3 * COUNT).await);
    assert!(watched.reallocations > 0, "a recorder keeps every event, and {watched:?} was counted");
}

pub(crate) fn a_detached_task_costs_one_block() {
    let spawn_some = async |(): &()| {
        for number in 0..COUNT {
            spawn_detached(async move { _ = black_box(number) });
        }
        yield_times(2).await;
    };
    let blocks = blocks(async || {}, spawn_some);
    assert_eq!(blocks, COUNT, "{blocks} blocks were allocated for {COUNT} detached tasks");
}

pub(crate) fn a_joined_task_costs_at_most_two_blocks() {
    let spawn_some = async |(): &()| {
        for number in 0..COUNT {
            assert_eq!(spawn(async move { black_box(number) }).await.unwrap(), number);
        }
    };
    let blocks = blocks(async || {}, spawn_some);
    println!("{blocks} blocks for {COUNT} joined tasks");
    assert!(blocks <= 2 * COUNT, "{blocks} blocks were allocated for {COUNT} joined tasks");
}

pub(crate) fn nothing_is_allocated_to_wait_for_an_event_or_to_set_it() {
    let prepare = async || {
        let event = Rc::new(Event::new());
        let waiting = event.clone();
        let tasks = spawn_waiting(move || {
            let event = waiting.clone();
            async move {
                for _ in 0..3 {
                    event.wait().await;
                }
            }
        });
        (event, tasks.await)
    };
    assert_allocates_nothing(prepare, async |(event, tasks)| {
        event.pulse();
        yield_times(2).await;
        event.set();
        event.clear();
        yield_times(2).await;
        event.set();
        yield_times(2).await;
        assert!(is_over(tasks));
    });
}

pub(crate) fn nothing_is_allocated_to_wait_for_an_event_in_futures_unordered() {
    let prepare = async || {
        let event = Rc::new(Event::new());
        let waiting = event.clone();
        let waits = (0..COUNT).map(|_| {
            let event = waiting.clone();
            async move {
                for _ in 0..3 {
                    event.wait().await;
                }
            }
        });
        let set = FuturesUnordered::from_iter(waits);
        let task = spawn_detached(set.collect());
        yield_times(100).await;
        (event, task)
    };
    assert_allocates_nothing(prepare, async |(event, task)| {
        for _ in 0..3 {
            assert_eq!(event.pulse(), COUNT);
            yield_times(100).await;
        }
        assert!(task.is_finished());
    });
}

/// Tasks that end when the gate opens, and tasks that await their ends from the start on.
struct Joining {
    start: Rc<Event>,
    gate: Rc<Event>,
    joiners: Vec<Task>,
}

impl Joining {
    async fn act(&self) {
        self.start.set();
        yield_times(2).await;
        self.gate.set();
        yield_times(4).await;
        assert!(is_over(&self.joiners));
    }
}

pub(crate) fn nothing_is_allocated_to_await_the_end_of_a_task() {
    let prepare = async || {
        let (start, gate) = (Rc::new(Event::new()), Rc::new(Event::new()));
        let waiting = gate.clone();
        let task = spawn_detached(async move { waiting.wait().await });
        let waiting = start.clone();
        let joiners = spawn_waiting(move || {
            let (start, task) = (waiting.clone(), task.clone());
            async move {
                start.wait().await;
                task.ended().await;
            }
        });
        Joining { start, gate, joiners: joiners.await }
    };
    assert_allocates_nothing(prepare, Joining::act);
}

pub(crate) fn nothing_is_allocated_to_await_a_join_handle() {
    let prepare = async || {
        let (start, gate) = (Rc::new(Event::new()), Rc::new(Event::new()));
        let (waiting, opened) = (start.clone(), gate.clone());
        let joiners = spawn_waiting(move || {
            let (start, gate) = (waiting.clone(), opened.clone());
            let handle = spawn(async move { gate.wait().await });
            async move {
                start.wait().await;
                handle.await.unwrap();
            }
        });
        Joining { start, gate, joiners: joiners.await }
    };
    assert_allocates_nothing(prepare, Joining::act);
}

pub(crate) fn nothing_is_allocated_to_wake() {
    let prepare = async || {
        let wakers = Rc::new(RefCell::new(Vec::<Waker>::new()));
        let keeping = wakers.clone();
        let tasks = spawn_waiting(move || {
            let (wakers, mut polls) = (keeping.clone(), 0);
            poll_fn(move |cx| {
                polls += 1;
                if polls == 1 {
                    wakers.borrow_mut().push(cx.waker().clone());
                }
                if polls < 3 { Poll::Pending } else { Poll::Ready(()) }
            })
        });
        (tasks.await, wakers)
    };
    assert_allocates_nothing(prepare, async |(tasks, wakers)| {
        wakers.borrow().iter().for_each(Waker::wake_by_ref);
        yield_times(2).await;
        wakers.borrow_mut().drain(..).for_each(Waker::wake);
        yield_times(2).await;
        assert!(is_over(tasks));
    });
}

pub(crate) fn nothing_is_allocated_to_yield() {
    let prepare = async || spawn_waiting(|| async { yield_times(10).await }).await;
    assert_allocates_nothing(prepare, async |tasks: &Vec<Task>| {
        yield_times(COUNT).await;
        assert!(is_over(tasks));
    });
}

pub(crate) fn nothing_is_allocated_to_sleep() {
    let prepare = async || {
        let start = Rc::new(Event::new());
        let waiting = start.clone();
        let numbers = Rc::new(Cell::new(0));
        let tasks = spawn_waiting(move || {
            let start = waiting.clone();
            let number = numbers.replace(numbers.get() + 1);
            async move {
                start.wait().await;
                // Up to 18 minutes, so that timers enter several levels of the wheel and cascade.
                for power in 0..7 {
                    sleep(Duration::from_micros(number % 7 + 32u64.pow(power))).await;
                }
            }
        });
        (start, tasks.await)
    };
    assert_allocates_nothing(prepare, async |(start, tasks)| {
        start.set();
        sleep(Duration::from_secs(3600)).await;
        assert!(is_over(tasks));
    });
}

pub(crate) fn nothing_is_allocated_to_drop_a_sleep_or_a_wait() {
    // The first wait of all makes the wait list of an object, or of a task's end.
    let prepare = async || {
        let (event, task) = (Event::new(), spawn_detached(pending()));
        assert!(poll_once(event.wait()).await.is_none());
        assert!(poll_once(task.ended()).await.is_none());
        (event, task)
    };
    assert_allocates_nothing(prepare, async |(event, task)| {
        for _ in 0..COUNT {
            assert!(poll_once(sleep(Duration::from_secs(1))).await.is_none());
            assert!(poll_once(event.wait()).await.is_none());
            assert!(poll_once(task.ended()).await.is_none());
        }
    });
}

pub(crate) fn nothing_is_allocated_to_cancel() {
    assert_allocates_nothing(
        async || spawn_waiting(pending).await,
        async |tasks: &Vec<Task>| {
            assert!(tasks.iter().all(Task::cancel));
            yield_times(2).await;
            assert!(is_over(tasks));
        },
    );
}

pub(crate) fn what_a_semaphore_allocates_for_its_holders_goes_with_it() {
    let use_some = async |(): &()| {
        for _ in 0..COUNT {
            let desk = Semaphore::new(1);
            drop(desk.acquire().await);
        }
    };
    let stats = measure(&Runtime::builder().virtual_clock().build(), async || {}, use_some);
    assert_eq!(stats.allocations, stats.deallocations, "of {COUNT} semaphores something was left");
}
