//! Everything that a program makes: made, waited for, told in a dump and dropped, in every place where it may be dropped, watched
//! and unwatched, 100,000 times each in a release build. Nothing stays behind.

use crate::waves::live_bytes;
use futures::stream::{FuturesUnordered, StreamExt};
use futures_lite::future::{block_on, poll_once};
use greenlight::sync::{Barrier, Condition, Event, LifoQueue, Lock, PriorityQueue, Queue, Semaphore};
use greenlight::trace::{Observer, TraceEvent, mark};
use greenlight::{
    Deadline, Runtime, Task, TaskGroup, Until, as_completed, dump, gather, gather_tasks, interval, race, remote, sleep,
    spawn, spawn_detached, task, timeout, timeout_at, try_dump, wait, yield_now,
};
use std::any::Any;
use std::future::{Future, pending, poll_fn, ready};
use std::panic::resume_unwind;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

/// How many of each are made in each place, and watched in each way.
const COUNT: usize = if cfg!(debug_assertions) { 500 } else { 8_000 };

/// What is left of something that was made and used, to be dropped where the test wants.
type Left = Box<dyn Any>;

type Use = Pin<Box<dyn Future<Output = Left>>>;

/// Something that a program makes: its name, and how it is made and used.
type Thing = (&'static str, fn() -> Use);

/// What needs no runtime.
const OBJECTS: [Thing; 9] = [
    ("event", || Box::pin(use_event())),
    ("lock", || Box::pin(use_lock())),
    ("condition", || Box::pin(use_condition())),
    ("semaphore", || Box::pin(use_semaphore())),
    ("barrier", || Box::pin(use_barrier())),
    ("queue", || Box::pin(use_queue())),
    ("other queues", || Box::pin(use_other_queues())),
    ("deadline", || Box::pin(use_deadline())),
    ("waits of a set", || Box::pin(use_set())),
];

/// What needs one.
const TASKS: [Thing; 10] = [
    ("timers", || Box::pin(use_timers())),
    ("joined task", || Box::pin(use_joined())),
    ("detached task", || Box::pin(use_detached())),
    ("cancelled task", || Box::pin(use_cancelled())),
    ("task that panics", || Box::pin(use_panicking())),
    ("gather", || Box::pin(use_gather())),
    ("several tasks", || Box::pin(use_several())),
    ("group", || Box::pin(use_group())),
    ("remote", || Box::pin(use_remote())),
    ("waker and dump", || Box::pin(use_waker())),
];

/// Polls a wait once, and takes a dump while it waits.
async fn look<F: Future>(wait: F) {
    let mut wait = pin!(wait);
    assert!(poll_once(&mut wait).await.is_none());
    drop(try_dump());
}

/// Polls a wait once.
async fn glance<F: Future>(wait: F) {
    assert!(poll_once(pin!(wait)).await.is_none());
}

async fn use_event() -> Left {
    let event = Event::new();
    look(event.wait()).await;
    {
        let mut wait = pin!(event.wait());
        assert!(poll_once(&mut wait).await.is_none());
        event.set();
        wait.await;
    }
    event.clear();
    event.pulse();
    Box::new(event)
}

async fn use_lock() -> Left {
    let lock = Lock::new(0).named("lock");
    let guard = lock.lock().await;
    look(lock.lock()).await;
    {
        let mut next = pin!(lock.lock());
        assert!(poll_once(&mut next).await.is_none());
        drop(guard);
        drop(next.await);
    }
    Box::new(lock)
}

async fn use_condition() -> Left {
    let condition = Condition::new(0);
    condition.notify_one(&condition.lock().await);
    look(condition.wait(condition.lock().await)).await;
    let mut wait = Box::pin(condition.wait_for(condition.lock().await, |count| *count > 0));
    assert!(poll_once(&mut wait).await.is_none());
    let mut guard = condition.lock().await;
    *guard += 1;
    condition.notify_all(&guard);
    drop(guard);
    drop(wait.await);
    Box::new(condition)
}

async fn use_semaphore() -> Left {
    let semaphore = Semaphore::new(2);
    let permit = semaphore.acquire_many(2).await;
    look(semaphore.acquire()).await;
    drop(permit);
    semaphore.acquire().await.forget();
    semaphore.release(1).expect("any number may be added");
    Box::new(semaphore)
}

async fn use_barrier() -> Left {
    let barrier = Barrier::new(2);
    look(barrier.wait()).await;
    let (first, second) = futures::join!(barrier.wait(), barrier.wait());
    first.and(second).expect("nobody aborts");
    barrier.abort();
    Box::new(barrier)
}

async fn use_queue() -> Left {
    let queue = Queue::bounded(1);
    look(queue.get()).await;
    queue.put(1).await.expect("it is open");
    glance(queue.put(2)).await;
    glance(queue.join()).await;
    queue.get().await.expect("there is an item");
    queue.task_done().expect("one is not done");
    queue.join().await;
    queue.put(3).await.expect("it is open");
    queue.close();
    Box::new(queue)
}

async fn use_other_queues() -> Left {
    let (lifo, sorted) = (LifoQueue::unbounded(), PriorityQueue::unbounded());
    look(lifo.get()).await;
    glance(sorted.get()).await;
    lifo.put(1).await.expect("it is open");
    sorted.put(1).await.expect("it is open");
    Box::new((lifo.close_now(), sorted))
}

async fn use_deadline() -> Left {
    let deadline = Deadline::new();
    look(timeout_at(&deadline, pending::<()>())).await;
    timeout_at(&deadline, ready(())).await.expect("there is no deadline");
    Box::new(deadline)
}

/// Waits that know only foreign wakers.
async fn use_set() -> Left {
    let event = Rc::new(Event::new());
    let wait = |event: Rc<Event>| async move { event.wait().await };
    let mut set: FuturesUnordered<_> = (0..3).map(|_| wait(event.clone())).collect();
    assert!(poll_once(set.next()).await.is_none());
    look(event.wait()).await;
    event.set();
    set.next().await.expect("there are three");
    Box::new((set, event))
}

async fn use_timers() -> Left {
    let millisecond = Duration::from_millis(1);
    look(sleep(millisecond)).await;
    timeout(millisecond, pending::<()>()).await.expect_err("it takes too long");
    timeout(millisecond, ready(())).await.expect("it is ready");
    interval(millisecond).tick().await;
    let deadline = Deadline::at(greenlight::now() + millisecond);
    timeout_at(&deadline, pending::<()>()).await.expect_err("it takes too long");
    let mut begun = Box::pin(sleep(millisecond));
    assert!(poll_once(&mut begun).await.is_none());
    Box::new(begun)
}

/// Cancels a task that would not end.
struct Cancels(Task);

impl Drop for Cancels {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

async fn use_joined() -> Left {
    let handle = task("named").spawn(yield_now());
    let awaited = handle.task();
    look(awaited.ended()).await;
    handle.await.expect("it ends");
    // One whose output nobody fetches, and one that the end of a run may meet.
    Box::new((awaited, spawn(async { vec![1] }), Cancels(spawn(pending::<()>()).task())))
}

async fn use_detached() -> Left {
    let task = spawn_detached(yield_now());
    look(task.ended()).await;
    task.ended().await;
    Box::new((task, Cancels(spawn_detached(pending()))))
}

async fn use_cancelled() -> Left {
    let (handle, other) = (spawn(pending::<()>()), spawn(pending::<()>()));
    handle.task().cancel();
    other.task().cancel();
    handle.await.expect_err("it is cancelled");
    Box::new(other)
}

async fn use_panicking() -> Left {
    async fn panics() {
        resume_unwind(Box::new("out of tea".to_string()))
    }
    let (handle, other) = (spawn(panics()), spawn(panics()));
    drop(spawn(panics()));
    let later = spawn(async {
        yield_now().await;
        panics().await;
    });
    later.await.expect_err("it panics");
    let error = handle.await.expect_err("it panics");
    Box::new((error, other))
}

async fn use_gather() -> Left {
    gather([ready(1), ready(2)]).await;
    gather!(ready(1), yield_now()).await;
    look(gather([pending::<()>()])).await;
    gather_tasks([spawn(ready(1)), spawn(pending())].map(|handle| {
        handle.task().cancel();
        handle
    }))
    .await;
    race([ready(1), ready(2)]).await;
    Box::new(Box::pin(gather([pending::<()>()])))
}

async fn use_several() -> Left {
    let tasks = [spawn(yield_now()), spawn(yield_now())];
    look(wait(&tasks, Until::All)).await;
    wait(&tasks, Until::First).await;
    let mut ends = as_completed(tasks);
    while ends.next_ended().await.is_some() {}
    let pends = spawn_detached(pending());
    let mut left = as_completed([spawn({
        let pends = pends.clone();
        async move { pends.ended().await }
    })]);
    glance(left.next_ended()).await;
    Box::new((ends, left, Cancels(pends)))
}

async fn use_group() -> Left {
    let mut group = TaskGroup::new();
    group.spawn(async { Err("no water left".to_string()) });
    let output = group.spawn_with_output(async { Ok(1) });
    let failed = group.join().await.expect_err("one fails");
    let mut left = TaskGroup::<String>::new();
    left.task("left").spawn(pending::<()>());
    left.spawn(async { Err("lost".to_string()) });
    let spawner = left.spawner();
    spawner.spawn(yield_then_ok()).expect("nothing has failed");
    yield_now().await;
    Box::new((output, failed, left, spawner))
}

async fn yield_then_ok() -> Result<(), String> {
    yield_now().await;
    Ok(())
}

async fn use_remote() -> Left {
    let remote = remote();
    let weak = remote.downgrade();
    remote.spawn(async {}).expect("the runtime is there");
    weak.dump(Duration::ZERO).expect("it is asked inside");
    yield_now().await;
    Box::new((remote, weak))
}

async fn use_waker() -> Left {
    let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
    waker.wake_by_ref();
    yield_now().await;
    Box::new((waker, dump()))
}

/// Watches, and keeps nothing.
struct Forgetful;

impl Observer for Forgetful {
    fn on_event(&self, _event: &TraceEvent) {}
}

/// A runtime that is watched in the way of that number.
fn runtime(watched: usize) -> Runtime {
    let builder = Runtime::builder().virtual_clock().debug(watched == 2).on_report(|_| {});
    let builder = if watched == 1 { builder.observer(Rc::new(Forgetful)) } else { builder };
    builder.build()
}

const WATCHED: [&str; 3] = ["unwatched", "observed", "in the debug mode"];

/// Asserts that doing something again and again leaves less than a byte behind each time.
async fn assert_flat(what: String, again: impl AsyncFn()) {
    for _ in 0..COUNT / 8 {
        again().await;
    }
    let before = live_bytes();
    for _ in 0..COUNT {
        again().await;
    }
    let grown = live_bytes().saturating_sub(before);
    assert!(grown < COUNT, "{COUNT} times {what} leave {grown} bytes behind");
}

pub(crate) fn everything_that_is_made_and_dropped_anywhere_leaves_nothing_behind() {
    let began = Instant::now();
    for (name, make) in OBJECTS {
        block_on(assert_flat(format!("{name}, outside of any runtime"), async || drop(make().await)));
    }
    for (name, make) in OBJECTS.into_iter().chain(TASKS) {
        for (watched, how) in WATCHED.into_iter().enumerate() {
            let (kept, other) = (runtime(watched), runtime(watched));
            let what = |place| format!("{name}, {how}, dropped {place}");
            kept.run(assert_flat(what("in the run"), async || {
                drop(make().await);
                yield_now().await;
            }));
            block_on(assert_flat(what("between two runs"), async || drop(kept.run(make()))));
            block_on(assert_flat(what("inside another runtime"), async || {
                let left = kept.run(make());
                other.enter(|| drop(left));
            }));
            block_on(assert_flat(what("after its runtime"), async || {
                let own = runtime(watched);
                let left = own.run(make());
                drop(own);
                drop(left);
            }));
        }
    }
    let (own, other) = (runtime(0), runtime(1));
    block_on(assert_flat("tasks that mark what another runtime traces".to_string(), async || {
        own.run(async { other.enter(|| mark("from elsewhere")) });
    }));
    let places = OBJECTS.len() + (OBJECTS.len() + TASKS.len()) * WATCHED.len() * 4;
    println!("{COUNT} times in {places} places nothing is left behind, in {:.1?}", began.elapsed());
}

pub(crate) fn objects_that_one_runtime_after_another_waits_for_keep_nothing_of_these() {
    for (watched, how) in WATCHED.into_iter().enumerate() {
        let (light, gate, desks, orders) =
            (Event::new(), Barrier::new(2), Semaphore::new(0), Queue::<u32>::unbounded());
        block_on(assert_flat(format!("a runtime, {how}, whose objects outlive it,"), async || {
            runtime(watched).run(async {
                look(light.wait()).await;
                look(gate.wait()).await;
                look(desks.acquire()).await;
                look(orders.get()).await;
            });
        }));
    }
}
