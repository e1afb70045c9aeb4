//! What other threads may do to a runtime: wake its tasks, spawn onto it, and outlive it. Real
//! threads and the real clock, so that the parking is real too.

use futures::task::{FutureObj, Spawn};
use greenlight::{Remote, Runtime, RuntimeGone, Turn};
use stage::{Log, reporting, shared, standing};
use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

/// After this long without an answer, a thread takes its wake for lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// A number that one thread raises and one task reads.
#[derive(Default)]
struct Mailbox {
    raised: AtomicUsize,
    /// The number that the task has seen.
    seen: AtomicUsize,
}

impl Mailbox {
    /// Raises the number, and wakes the task.
    fn raise(&self, reader: &Waker) {
        self.raised.fetch_add(1, Ordering::Release);
        reader.wake_by_ref();
    }

    /// Looks whether the number has been raised since the task saw it last.
    fn look(&self) -> Poll<usize> {
        match self.raised.load(Ordering::Acquire) {
            raised if raised == self.seen.load(Ordering::Relaxed) => Poll::Pending,
            raised => {
                self.seen.store(raised, Ordering::Release);
                Poll::Ready(raised)
            }
        }
    }

    /// Waits until the task has seen the number. The task unparks this thread then.
    fn wait_until_seen(&self, raised: usize) {
        let since = Instant::now();
        while self.seen.load(Ordering::Acquire) < raised {
            assert!(since.elapsed() < PATIENCE, "wake {raised} was lost");
            thread::park_timeout(PATIENCE);
        }
    }
}

/// Counts its drops.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// The waker of a task of this runtime that never ends.
fn waker_of_a_task(runtime: &Runtime) -> Waker {
    let left = shared(RefCell::new(None));
    runtime.spawn_detached(poll_fn(move |cx| {
        *left.borrow_mut() = Some(cx.waker().clone());
        Poll::Pending
    }));
    runtime.turn();
    left.take().expect("the task was polled")
}

#[test]
fn of_100_000_wakes_from_each_of_eight_threads_none_is_lost() {
    const WAKES: usize = 100_000;
    /// Every so many wakes a thread waits until its task has seen them, so that the runtime parks
    /// in between.
    const PAUSE: usize = 100;
    greenlight::run(async {
        let readers = (0..8).map(|_| greenlight::spawn(async { read_from_a_thread(WAKES, PAUSE).await }));
        for polls in greenlight::gather_tasks(readers).await {
            assert!(polls.unwrap() >= WAKES / PAUSE, "every pause takes a poll of its own");
        }
    });
}

/// Starts a thread that wakes this task so many times, and returns how many polls that made.
async fn read_from_a_thread(wakes: usize, pause: usize) -> usize {
    let mailbox = Arc::new(Mailbox::default());
    let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
    let theirs = mailbox.clone();
    let thread = thread::spawn(move || {
        for raised in 1..=wakes {
            theirs.raise(&waker);
            if raised % pause == 0 {
                theirs.wait_until_seen(raised);
            }
        }
    });
    let mut polls = 0;
    while mailbox.seen.load(Ordering::Relaxed) < wakes {
        if poll_fn(|_| mailbox.look()).await % pause == 0 {
            thread.thread().unpark();
        }
        polls += 1;
    }
    thread.join().unwrap();
    polls
}

#[test]
fn what_eight_threads_spawn_runs_once_each_and_in_the_order_of_its_thread() {
    const SPAWNS: usize = 10_000;
    thread_local! { static RAN: RefCell<[Vec<usize>; 8]> = const { RefCell::new([const { Vec::new() }; 8]) } }
    greenlight::run(async {
        let remote = greenlight::remote();
        let threads = (0..8).map(|sender| {
            let remote = remote.clone();
            thread::spawn(move || {
                for number in 0..SPAWNS {
                    let ran = async move { RAN.with_borrow_mut(|ran| ran[sender].push(number)) };
                    remote.spawn(ran).expect("the runtime waits for its remotes");
                }
            })
        });
        let threads: Vec<_> = threads.collect();
        drop(remote);
        while RAN.with_borrow(|ran| ran.iter().map(Vec::len).sum::<usize>()) < 8 * SPAWNS {
            greenlight::yield_now().await;
        }
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    let in_order: Vec<_> = (0..SPAWNS).collect();
    RAN.with_borrow(|ran| ran.iter().for_each(|ran| assert_eq!(*ran, in_order)));
}

#[test]
fn tasks_from_threads_have_the_names_that_their_handles_give() {
    let runtime = Runtime::builder().build();
    let remote = runtime.remote();
    let spawns = move || {
        let pilot = remote.task("pilot");
        let handles = [pilot.clone(), pilot.task("co-\u{7}pilot"), pilot, remote];
        handles.iter().for_each(|remote| remote.spawn(pending()).expect("the runtime is there"));
    };
    thread::spawn(spawns).join().expect("it spawns");
    runtime.turn();
    let names: Vec<_> = runtime.enter(|| greenlight::dump().tasks.into_iter().map(|task| task.label.name)).collect();
    assert_eq!(
        names.iter().map(Option::as_deref).collect::<Vec<_>>(),
        [Some("pilot"), Some("co-\\u{7}pilot"), Some("pilot"), None]
    );
}

#[test]
fn a_remote_spawn_ends_a_park_without_a_deadline() {
    let (woken, wait) = futures::channel::oneshot::channel();
    let thread = greenlight::run(async {
        let remote = greenlight::remote();
        let thread = thread::spawn(move || {
            thread::sleep(Duration::from_millis(30));
            remote.spawn(async { woken.send("from outside").expect("main waits") })
        });
        assert_eq!(wait.await, Ok("from outside"));
        thread
    });
    assert_eq!(thread.join().unwrap(), Ok(()));
}

#[test]
fn a_remote_that_is_dropped_while_the_runtime_is_parked_ends_the_wait() {
    for runtime in [Runtime::builder().build(), standing()] {
        let (first, last) = (runtime.remote(), runtime.remote().clone());
        let thread = thread::spawn(move || {
            drop(first);
            thread::sleep(Duration::from_millis(30));
            let dropped = Instant::now();
            drop(last);
            dropped
        });
        let stalled = runtime.try_run(pending::<()>()).unwrap_err();
        // After a second it would look by itself.
        assert!(thread.join().unwrap().elapsed() < Duration::from_millis(600), "the park ends at once");
        assert_eq!(stalled.tasks().len(), 1);
    }
}

#[test]
fn a_future_that_eats_the_unpark_token_costs_no_wake() {
    greenlight::run(async {
        let mailbox = Arc::new(Mailbox::default());
        let mut woken = false;
        let raised = poll_fn(|cx| {
            let looked = mailbox.look();
            if !std::mem::replace(&mut woken, true) {
                let (theirs, waker) = (mailbox.clone(), cx.waker().clone());
                thread::spawn(move || theirs.raise(&waker)).join().unwrap();
                // The wake has come, and its token goes here.
                thread::park_timeout(Duration::ZERO);
            }
            looked
        });
        assert_eq!(raised.await, 1);
    });
}

#[test]
fn a_remote_spawn_from_inside_the_runtime_runs_in_the_next_turn() {
    let (runtime, log) = (standing(), Log::default());
    let remote = runtime.remote();
    runtime.spawn_detached({
        let remote = remote.clone();
        async move {
            log.say("task sends");
            remote.spawn(async {}).expect("the runtime is here");
            greenlight::yield_now().await;
            log.say("task again");
        }
    });
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(runtime.task_count(), 1, "a message is taken in between turns");
    assert_eq!(runtime.turn(), Turn::Ran(2));
    assert_eq!(log.take(), ["task sends", "task again"]);
    assert_eq!(runtime.turn(), Turn::Idle(None));
}

#[test]
fn wakes_after_the_runtime_is_gone_reach_nobody() {
    let runtime = standing();
    let waker = waker_of_a_task(&runtime);
    drop(runtime);
    waker.wake_by_ref();
    thread::spawn(move || waker.wake()).join().unwrap();
}

#[test]
fn a_remote_is_a_spawner_of_the_futures_crates_as_long_as_the_runtime_is_there() {
    let (runtime, drops) = (standing(), Arc::new(AtomicUsize::new(0)));
    let (remote, counted) = (runtime.remote(), Counted(drops.clone()));
    assert!(remote.status().is_ok());
    let sent = thread::spawn(move || remote.spawn_obj(FutureObj::new(Box::new(async { drop(counted) }))));
    assert!(sent.join().expect("sending does not panic").is_ok());
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(drops.load(Ordering::Relaxed), 1);
}

#[test]
fn a_spawn_after_the_runtime_is_gone_drops_the_future_and_says_so() {
    let (runtime, drops) = (standing(), Arc::new(AtomicUsize::new(0)));
    let remote = runtime.remote();
    drop(runtime);
    let future = |counted: Counted| async move { drop(counted) };
    assert_eq!(remote.spawn(future(Counted(drops.clone()))), Err(RuntimeGone));
    assert_eq!(drops.load(Ordering::Relaxed), 1);
    assert_eq!(
        RuntimeGone.to_string(),
        "the runtime of this Remote is gone; let its threads end before the runtime does"
    );

    assert!(remote.status().unwrap_err().is_shutdown());
    let boxed = FutureObj::new(Box::new(future(Counted(drops.clone()))));
    assert!(remote.spawn_obj(boxed).unwrap_err().is_shutdown());
    assert_eq!(drops.load(Ordering::Relaxed), 2);
}

#[test]
fn what_is_sent_while_the_runtime_ends_is_dropped_once() {
    for round in 0..200 {
        let (runtime, drops) = (standing(), Arc::new(AtomicUsize::new(0)));
        let senders = [1, 2].map(|_| {
            let (remote, drops) = (runtime.remote(), drops.clone());
            thread::spawn(move || send_while_it_lives(&remote, &drops))
        });
        (0..round % 5).for_each(|_| _ = runtime.turn());
        drop(runtime);
        let sent: usize = senders.map(|sender| sender.join().unwrap()).iter().sum();
        assert_eq!(drops.load(Ordering::Relaxed), sent, "in round {round}");
    }
}

/// Sends futures that never end until one is refused, though not for ever. Returns how many it
/// sent.
fn send_while_it_lives(remote: &Remote, drops: &Arc<AtomicUsize>) -> usize {
    const MANY: usize = 1000;
    let refused = |_: &usize| {
        let counted = Counted(drops.clone());
        let future = async move {
            let _counted = counted;
            pending::<()>().await;
        };
        remote.spawn(future).is_err()
    };
    (1..=MANY).find(refused).unwrap_or(MANY)
}

#[test]
fn a_future_that_was_sent_but_not_spawned_goes_with_the_run() {
    let (runtime, drops) = (standing(), Arc::new(AtomicUsize::new(0)));
    let (remote, counted) = (runtime.remote(), Counted(drops.clone()));
    runtime.run(async { remote.spawn(async move { drop(counted) }).expect("the runtime is here") });
    assert_eq!(drops.load(Ordering::Relaxed), 1);
    assert_eq!(runtime.turn(), Turn::Idle(None), "nothing is left for later");
}

#[test]
fn a_panic_of_a_future_from_a_thread_ends_that_future_alone() {
    let (runtime, reports) = reporting();
    let remote = runtime.remote();
    thread::spawn(move || remote.spawn(async { panic!("from afar") })).join().unwrap().unwrap();
    let stalled = runtime.try_run(pending::<()>()).unwrap_err();
    assert_eq!(stalled.tasks().len(), 1, "main waits on");
    let reports = reports.take();
    assert!(reports[0].contains("panicked, and nobody awaits it: from afar"), "{reports:?}");
}
