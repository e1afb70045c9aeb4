//! The rows of the table: every leaf future of greenlight, with what makes it ready later. To add
//! one, add a row to [`KINDS`].

use futures::channel::oneshot;
use futures::future::{FutureExt, LocalBoxFuture};
use greenlight::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore, Woke};
use greenlight::{
    Deadline, TaskGroup, Until, as_completed, now, race, sleep, spawn, spawn_detached, timeout, timeout_at, wait,
};
use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

pub(crate) type Leaf = LocalBoxFuture<'static, ()>;

/// When a leaf becomes ready: so many milliseconds after its first poll, or never. It counts from
/// the first poll because a combinator such as `buffered` polls some leaves late, and those too
/// must suspend.
#[derive(Clone, Copy)]
pub(crate) enum When {
    After(u64),
    Never,
}

impl When {
    async fn comes(self) {
        match self {
            When::After(millis) => sleep(Duration::from_millis(millis)).await,
            When::Never => pending().await,
        }
    }

    fn millis(self) -> u64 {
        match self {
            When::After(millis) => millis,
            When::Never => u64::MAX,
        }
    }

    fn duration(self) -> Duration {
        match self {
            When::After(millis) => Duration::from_millis(millis),
            When::Never => Duration::MAX,
        }
    }
}

/// Makes the leaves of one case.
pub(crate) type Make = Box<dyn Fn(When) -> Leaf>;

/// A kind of leaf.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// Inside a runtime, prepares what the leaves of one case share.
    pub(crate) begin: fn() -> Make,
    /// The same out of oneshot channels of the futures crate, which only ever know the waker of
    /// their context.
    pub(crate) reference: fn() -> Make,
}

pub(crate) const KINDS: &[Kind] = &[
    Kind { name: "Event", begin: || make(event), reference: || make(oneshot) },
    Kind { name: "Event shared by all", begin: shared_event, reference: shared_oneshots },
    Kind { name: "Sleep", begin: || make(slept), reference: || make(oneshot) },
    Kind { name: "JoinHandle", begin: || make(joined), reference: || make(oneshot) },
    Kind { name: "Task::ended()", begin: || make(ended), reference: || make(oneshot) },
    Kind { name: "Lock", begin: || make(locked), reference: || make(oneshot) },
    Kind { name: "Condition::wait", begin: || make(notified), reference: || make(oneshot) },
    Kind { name: "Condition::wait, for the lock again", begin: || make(relocked), reference: || make(oneshot) },
    Kind { name: "Condition::wait_for", begin: || make(satisfied), reference: || make(oneshot) },
    Kind { name: "Condition::wait_until, notified", begin: || make(notified_in_time), reference: || make(oneshot) },
    Kind { name: "Condition::wait_until, timed out", begin: || make(not_notified), reference: || make(oneshot) },
    Kind { name: "timeout, in time", begin: || make(in_time), reference: || make(oneshot) },
    Kind { name: "timeout, elapsed", begin: || make(elapsed), reference: || make(oneshot) },
    Kind { name: "timeout_at, elapsed", begin: || make(elapsed_at), reference: || make(oneshot) },
    Kind { name: "timeout_at, moved", begin: || make(moved), reference: || make(oneshot) },
    Kind { name: "race", begin: || make(raced), reference: || make(oneshot) },
    Kind { name: "Semaphore", begin: || make(acquired), reference: || make(oneshot) },
    Kind { name: "Barrier", begin: || make(met), reference: || make(oneshot) },
    Kind { name: "Queue::get", begin: || make(got), reference: || make(oneshot) },
    Kind { name: "Queue::put", begin: || make(put), reference: || make(oneshot) },
    Kind { name: "Queue::join", begin: || make(done), reference: || make(oneshot) },
    Kind { name: "wait", begin: || make(waited), reference: || make(oneshot) },
    Kind { name: "as_completed", begin: || make(completed), reference: || make(oneshot) },
    Kind { name: "TaskGroup::join", begin: || make(grouped), reference: || make(oneshot) },
];

/// Longer than anything lasts here.
const LONG: Duration = Duration::from_secs(3600);

fn make<F: Future<Output = ()> + 'static>(leaf: fn(When) -> F) -> Make {
    Box::new(move |when| Box::pin(leaf(when)))
}

async fn event(when: When) {
    set_then(when).wait().await;
}

/// An event that is set then.
fn set_then(when: When) -> Rc<Event> {
    let event = Rc::new(Event::new());
    let setter = event.clone();
    spawn_detached(async move {
        when.comes().await;
        setter.set();
    });
    event
}

/// The sleep itself is the leaf, so that no task stands between it and its poller.
async fn slept(when: When) {
    sleep(when.duration()).await;
}

async fn joined(when: When) {
    spawn(when.comes()).await.unwrap();
}

async fn ended(when: When) {
    spawn_detached(when.comes()).ended().await;
}

/// Polls a future until it suspends for the first time, and leaves the rest of it to a task.
fn begin(future: impl Future<Output = ()> + 'static) {
    let mut future = future.boxed_local();
    assert_eq!((&mut future).now_or_never(), None);
    spawn_detached(future);
}

async fn locked(when: When) {
    let lock = Rc::new(Lock::new(()));
    let holders = lock.clone();
    begin(async move {
        let _guard = holders.lock().await;
        when.comes().await;
    });
    let _guard = lock.lock().await;
}

/// A condition that is notified then, when its value is true.
fn notified_then(when: When) -> Rc<Condition<bool>> {
    let condition = Rc::new(Condition::new(false));
    let notifier = condition.clone();
    spawn_detached(async move {
        when.comes().await;
        let mut guard = notifier.lock().await;
        *guard = true;
        notifier.notify_one(&guard);
    });
    condition
}

async fn notified(when: When) {
    let condition = notified_then(when);
    let guard = condition.lock().await;
    let _guard = condition.wait(guard).await;
}

/// Its first poll finds it notified already, by one who keeps the lock.
async fn relocked(when: When) {
    let condition = Rc::new(Condition::new(()));
    let mut wait = condition.wait(condition.lock().await);
    assert!((&mut wait).now_or_never().is_none());
    let notifier = condition.clone();
    begin(async move {
        let guard = notifier.lock().await;
        assert_eq!(notifier.notify_one(&guard), 1);
        when.comes().await;
    });
    let _guard = wait.await;
}

async fn satisfied(when: When) {
    let condition = notified_then(when);
    let guard = condition.lock().await;
    let guard = condition.wait_for(guard, |came| *came).await;
    assert!(*guard);
}

async fn notified_in_time(when: When) {
    let condition = notified_then(when);
    let guard = condition.lock().await;
    let (_guard, woke) = condition.wait_until(guard, now() + LONG).await;
    assert_eq!(woke, Woke::Notified);
}

async fn not_notified(when: When) {
    let condition = Condition::new(());
    let guard = condition.lock().await;
    let (_guard, woke) = condition.wait_until(guard, now() + when.duration()).await;
    assert_eq!(woke, Woke::TimedOut);
}

async fn in_time(when: When) {
    timeout(LONG, set_then(when).wait()).await.unwrap();
}

async fn elapsed(when: When) {
    timeout(when.duration(), Event::new().wait()).await.unwrap_err();
}

async fn elapsed_at(when: When) {
    let deadline = Deadline::at(now() + when.duration());
    timeout_at(&deadline, Event::new().wait()).await.unwrap_err();
}

/// Nothing but the move wakes it: what it times looks, and keeps no waker.
async fn moved(when: When) {
    let deadline = Rc::new(Deadline::new());
    let mover = deadline.clone();
    spawn_detached(async move {
        when.comes().await;
        mover.move_to(now() + LONG);
    });
    let until_moved = poll_fn(|_| if deadline.when().is_some() { Poll::Ready(()) } else { Poll::Pending });
    timeout_at(&deadline, until_moved).await.unwrap();
}

async fn raced(when: When) {
    let (never, event) = (Event::new(), set_then(when));
    assert_eq!(race([never.wait(), event.wait()]).await, (1, ()));
}

async fn oneshot(when: When) {
    let (sender, receiver) = oneshot::channel();
    spawn_detached(async move {
        when.comes().await;
        sender.send(()).unwrap_or_default();
    });
    receiver.await.unwrap();
}

/// One event for all leaves, which pulses every millisecond. A leaf waits for as many pulses.
fn shared_event() -> Make {
    let event = Rc::new(Event::new());
    let pulsing = event.clone();
    spawn_detached(every_millisecond(move || _ = pulsing.pulse()));
    Box::new(move |when| {
        let event = event.clone();
        Box::pin(async move {
            for _ in 0..when.millis() {
                event.wait().await;
            }
        })
    })
}

/// What [`shared_event`] does, with a channel for each wait.
fn shared_oneshots() -> Make {
    let waiting = Rc::new(RefCell::new(Vec::<oneshot::Sender<()>>::new()));
    let sending = waiting.clone();
    spawn_detached(every_millisecond(move || {
        for sender in sending.take() {
            sender.send(()).unwrap_or_default();
        }
    }));
    Box::new(move |when| {
        let waiting = waiting.clone();
        Box::pin(async move {
            for _ in 0..when.millis() {
                let (sender, receiver) = oneshot::channel();
                waiting.borrow_mut().push(sender);
                receiver.await.unwrap();
            }
        })
    })
}

/// It stops after a while, because a timer that goes on for ever would keep a stall from being one.
async fn every_millisecond(act: impl Fn()) {
    for _ in 0..50 {
        sleep(Duration::from_millis(1)).await;
        act();
    }
}

/// What became of the leaves of one case.
#[derive(Clone, Default)]
pub(crate) struct Tally(Rc<Counts>);

#[derive(Default)]
struct Counts {
    polls: Cell<usize>,
    finished: Cell<usize>,
}

impl Tally {
    /// How often the leaves were polled.
    pub(crate) fn polls(&self) -> usize {
        self.0.polls.get()
    }

    /// How many of the leaves became ready.
    pub(crate) fn finished(&self) -> usize {
        self.0.finished.get()
    }

    /// Counts a leaf, and makes sure that it suspends: one that is ready at once would test
    /// nothing.
    pub(crate) fn count(&self, leaf: Leaf) -> Leaf {
        let tally = self.clone();
        Counted { leaf, tally, fresh: true }.boxed_local()
    }
}

struct Counted {
    leaf: Leaf,
    tally: Tally,
    /// Set until the first poll.
    fresh: bool,
}

impl Future for Counted {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Counts { polls, finished } = &*self.tally.0.clone();
        let polled = self.leaf.poll_unpin(cx);
        polls.set(polls.get() + 1);
        if polled.is_ready() {
            assert!(!self.fresh, "a leaf suspends at its first poll");
            finished.set(finished.get() + 1);
        }
        self.fresh = false;
        polled
    }
}

/// Polls a leaf once, with the waker of the task that awaits this. True if that made it ready.
pub(crate) async fn poll_once(leaf: &mut Leaf) -> bool {
    futures_lite::future::poll_once(leaf).await.is_some()
}

async fn acquired(when: When) {
    let semaphore = Rc::new(Semaphore::new(1));
    let holders = semaphore.clone();
    begin(async move {
        let _permit = holders.acquire().await;
        when.comes().await;
    });
    let _permit = semaphore.acquire().await;
}

async fn met(when: When) {
    let barrier = Rc::new(Barrier::new(2));
    let other = barrier.clone();
    spawn_detached(async move {
        when.comes().await;
        other.wait().await.expect("nobody aborts");
    });
    barrier.wait().await.expect("nobody aborts");
}

async fn got(when: When) {
    let queue = Rc::new(Queue::unbounded());
    let full = queue.clone();
    spawn_detached(async move {
        when.comes().await;
        full.put(()).await.expect("nobody closes");
    });
    queue.get().await.expect("nobody closes");
}

async fn put(when: When) {
    let queue = Rc::new(Queue::bounded(1));
    queue.try_put(()).expect("there is room for one");
    let full = queue.clone();
    spawn_detached(async move {
        when.comes().await;
        full.get().await.expect("nobody closes");
    });
    queue.put(()).await.expect("nobody closes");
}

async fn done(when: When) {
    let queue = Rc::new(Queue::unbounded());
    queue.try_put(()).expect("there is always room");
    let unfinished = queue.clone();
    spawn_detached(async move {
        when.comes().await;
        unfinished.task_done().expect("one is not done");
    });
    queue.join().await;
}

async fn waited(when: When) {
    assert_eq!(wait(&[spawn(when.comes())], Until::All).await, [0]);
}

async fn completed(when: When) {
    let (place, outcome) = as_completed([spawn(when.comes())]).next_ended().await.expect("there is one");
    assert!(place == 0 && outcome.is_ok());
}

async fn grouped(when: When) {
    let mut group = TaskGroup::<()>::new();
    group.spawn(async move {
        when.comes().await;
        Ok(())
    });
    assert!(group.join().await.is_ok());
}
