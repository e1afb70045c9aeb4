//! The learners' commonest bug: a future that returns `Pending` and keeps no waker. Reports, dumps and the debug mode say so,
//! and say it of nobody else.

use futures::channel::oneshot;
use futures::stream::{FuturesUnordered, StreamExt};
use greenlight::dump::TaskInfo;
use greenlight::sync::{Event, Lock, Queue, Semaphore};
use greenlight::{Runtime, dump, remote, sleep, spawn_detached, task, timeout, yield_now};
use insta::assert_snapshot;
use stage::{LeftWaker, Log, leave_waker, left, quoted, recorded, standing};
use std::future::{Future, pending, poll_fn};
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// A future as a learner writes it first.
struct Forgetful;

impl Future for Forgetful {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

fn told(report: impl ToString) -> String {
    quoted(report.to_string())
}

/// The line that a task has passed last, as a dump of an observed runtime knows it.
fn passed<F: Future<Output = ()> + 'static>(program: impl FnOnce() -> F + 'static) -> Option<u32> {
    let (runtime, _) = recorded();
    let task = runtime.run(async move {
        task("learner").spawn_detached(async move {
            program().await;
            Forgetful.await;
        });
        sleep(10 * SECOND).await;
        learner(dump().tasks)
    });
    assert!(task.nobody_can_wake);
    task.passed.map(Location::line)
}

fn learner(tasks: Vec<TaskInfo>) -> TaskInfo {
    let is_it = |task: &TaskInfo| task.label.name.as_deref() == Some("learner");
    tasks.into_iter().find(is_it).expect("the learner is alive")
}

#[test]
fn a_stall_tells_of_a_future_that_keeps_no_waker_with_its_type() {
    let stalled = standing().try_run(async { task("learner").spawn(Forgetful).await }).unwrap_err();
    assert_snapshot!(told(stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      learner, spawned at [let stalled = standing().try_run(async { task("learner").»spawn(Forgetful).await }).unwrap_err();]
        its future, `Forgetful`, returned Pending, and nobody holds its waker: nothing can wake it
      main, spawned at [let stalled = standing().»try_run(async { task("learner").spawn(Forgetful).await }).unwrap_err();]
        awaits the end of learner, at [let stalled = standing().try_run(async { task("learner").spawn(Forgetful).»await }).unwrap_err();]
      help: a future that returns Pending has to leave a clone of its context's waker with whoever is to wake it; one that is pending() ends only by being cancelled
    "#);
}

#[test]
fn a_dump_tells_it_of_async_code_by_the_function_that_has_it() {
    async fn lesson() {
        Forgetful.await;
    }
    let tree = standing().run(async {
        task("learner").spawn_detached(lesson());
        yield_now().await;
        dump()
    });
    assert_snapshot!(told(tree), @r#"
    2 tasks at t=0.000000s
    main, spawned at [let tree = standing().»run(async {]
       is being polled
    learner, spawned at [task("learner").»spawn_detached(lesson());]
       its future, async code in `lesson`, returned Pending, and nobody holds its waker: nothing can wake it
    "#);
}

#[test]
fn the_debug_mode_tells_it_at_once_and_three_times_for_one_line() {
    let log = Log::default();
    let runtime = Runtime::builder().virtual_clock().debug(true).on_report(move |report| log.say(report)).build();
    runtime.run(async {
        let mut learners = Vec::new();
        for n in 1..=5 {
            learners.push(task(format!("learner {n}")).spawn_detached(async move {
                sleep(SECOND).await;
                Forgetful.await;
            }));
        }
        sleep(2 * SECOND).await;
        learners.iter().for_each(|learner| _ = learner.cancel());
        yield_now().await;
    });
    assert_snapshot!(told(log.take().join("\n")), @r#"
    no waker: learner 1, spawned at [learners.push(task(format!("learner {n}")).»spawn_detached(async move {], has parked for good: its future, async code in `the_debug_mode_tells_it_at_once_and_three_times_for_one_line`, returned Pending, and nobody holds its waker: nothing can wake it; the last await of greenlight's that it passed is at [»sleep(SECOND).await;]
    no waker: learner 2, spawned at [learners.push(task(format!("learner {n}")).»spawn_detached(async move {], has parked for good: its future, async code in `the_debug_mode_tells_it_at_once_and_three_times_for_one_line`, returned Pending, and nobody holds its waker: nothing can wake it; the last await of greenlight's that it passed is at [»sleep(SECOND).await;]
    no waker: learner 3, spawned at [learners.push(task(format!("learner {n}")).»spawn_detached(async move {], has parked for good: its future, async code in `the_debug_mode_tells_it_at_once_and_three_times_for_one_line`, returned Pending, and nobody holds its waker: nothing can wake it; the last await of greenlight's that it passed is at [»sleep(SECOND).await;]; further ones of this line are not told
    "#);
}

#[test]
fn who_waits_until_it_is_cancelled_by_pending_itself_is_not_told_by_the_debug_mode() {
    let log = Log::default();
    let runtime = Runtime::builder().virtual_clock().debug(true).on_report(move |report| log.say(report)).build();
    runtime.run(async {
        let tasks = [spawn_detached(pending()), spawn_detached(futures::future::pending())];
        yield_now().await;
        tasks.iter().for_each(|task| _ = task.cancel());
        yield_now().await;
    });
    assert_eq!(log.take(), [""; 0]);
}

#[test]
fn an_observed_runtime_knows_the_last_await_that_the_task_passed() {
    let line = line!();
    assert_eq!(passed(|| async {}), None);
    assert_eq!(passed(|| async { yield_now().await }), Some(line + 2));
    assert_eq!(passed(|| async { sleep(SECOND).await }), Some(line + 3));
    assert_eq!(passed(|| async { _ = Lock::new(()).lock().await }), Some(line + 4));
    assert_eq!(passed(|| async { _ = Semaphore::new(1).acquire().await }), Some(line + 5));
    assert_eq!(passed(|| async { Queue::unbounded().put(1).await.unwrap() }), Some(line + 6));
    assert_eq!(passed(|| async { task("other").spawn(async {}).await.unwrap() }), Some(line + 7));
    let found = || async {
        let light = Event::new();
        light.set();
        light.wait().await;
    };
    assert_eq!(passed(found), Some(line + 11));
    let taken = || async {
        let orders = Queue::unbounded();
        orders.put(1).await.unwrap();
        orders.get().await.unwrap();
    };
    assert_eq!(passed(taken), Some(line + 17));
    let in_time = || async {
        yield_now().await;
        _ = timeout(SECOND, Forgetful).await;
    };
    assert_eq!(passed(in_time), Some(line + 22));
    // A sleep that is dropped, or that fires for one that was dropped, was not passed.
    let dropped = || async {
        yield_now().await;
        let mut first = Box::pin(sleep(SECOND));
        assert!(futures::poll!(&mut first).is_pending());
        drop(first);
    };
    assert_eq!(passed(dropped), Some(line + 27));
}

#[test]
fn a_runtime_that_nobody_observes_does_not_know_the_last_await() {
    let learner = standing().run(async {
        task("learner").spawn_detached(async {
            yield_now().await;
            Forgetful.await;
        });
        sleep(SECOND).await;
        learner(dump().tasks)
    });
    assert!(learner.nobody_can_wake && learner.passed.is_none());
}

#[test]
fn a_boxed_future_from_elsewhere_has_no_type() {
    let runtime = Runtime::builder().build();
    let (done, is_done) = oneshot::channel();
    runtime.run(async {
        remote().spawn(Forgetful).expect("the runtime is here");
        remote().spawn(async { done.send(dump()).expect("main waits") }).expect("the runtime is here");
        let dump = is_done.await.expect("a dump is sent");
        assert_eq!(dump.tasks[1].future, "");
        assert!(
            dump.to_string().contains("its future returned Pending, and nobody holds its waker: nothing can wake it"),
            "{dump}"
        );
    });
}

/// What a dump says of a task, besides that it is parked.
fn can_nobody_wake<F: Future<Output = ()> + 'static>(future: F) -> bool {
    standing().run(async {
        task("learner").spawn_detached(future);
        yield_now().await;
        learner(dump().tasks).nobody_can_wake
    })
}

#[test]
fn who_waits_for_something_is_not_taken_for_one_of_those() {
    let (_sender, receiver) = oneshot::channel::<()>();
    assert!(can_nobody_wake(Forgetful));
    assert!(!can_nobody_wake(async { Event::new().wait().await }), "it waits for an event");
    assert!(!can_nobody_wake(sleep(SECOND)), "it sleeps");
    assert!(!can_nobody_wake(async { _ = receiver.await }), "a channel holds its waker");
    assert!(!can_nobody_wake(async { _ = futures::join!(sleep(SECOND), Forgetful) }), "it waits for something else");
    let several = async {
        let light = Event::new();
        let mut waits = FuturesUnordered::new();
        waits.push(light.wait());
        waits.next().await;
    };
    assert!(!can_nobody_wake(several), "a combinator holds its waker");
    assert!(!can_nobody_wake(async { yield_now().await }), "it is ready");
}

#[test]
fn a_wake_that_is_on_its_way_from_a_thread_counts() {
    standing().run(async {
        let learner = task("learner").spawn_detached(poll_fn(|cx| {
            let waker = cx.waker().clone();
            thread::spawn(move || waker.wake()).join().expect("the thread only wakes");
            Poll::Pending
        }));
        yield_now().await;
        let [_, info] = &dump().tasks[..] else { panic!("two tasks are alive") };
        assert!(!info.is_held_outside && !info.nobody_can_wake, "its wake is in the inbox");
        learner.cancel();
    });
}

#[test]
fn a_task_that_is_ready_is_not_told_that_its_waker_is_held_outside() {
    standing().run(async {
        let waker = LeftWaker::default();
        task("learner").spawn_detached(leave_waker("learner", waker.clone(), Log::default()));
        yield_now().await;
        assert!(dump().to_string().contains("its waker is held outside"));
        left(&waker).wake();
        let told = dump().to_string();
        assert!(told.contains("is ready") && !told.contains("held outside"), "{told}");
    });
}
