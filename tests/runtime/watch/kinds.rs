//! What a trace tells beside waits and wakes: turns and parks, looks that fail, wakers outside, texts, names, timers.

use greenlight::sync::{Barrier, Event, Lock, Queue, Semaphore};
use greenlight::trace::{Kind, Purpose, Recorder, mark};
use greenlight::{
    Deadline, gather, gather_tasks, interval, now, say, sleep, spawn, spawn_detached, task, timeout, timeout_at,
    yield_now,
};
use stage::{LeftWaker, Log, leave_waker, left, recorded, unlined};
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);

/// The sentences of a program that hold one of these.
fn told(program: impl Future<Output = ()>, parts: &[&str]) -> Vec<String> {
    let (runtime, recorder) = recorded();
    runtime.run(program);
    let lines = recorder.lines().into_iter().filter(|line| parts.iter().any(|part| line.contains(part)));
    lines.collect()
}

#[test]
fn looks_that_fail_are_told_and_bring_nothing_about() {
    let program = async {
        let light = Event::new().named("light");
        assert!(!light.is_set());
        let lock = Lock::new(()).named("till");
        let held = lock.lock().await;
        assert!(lock.try_lock().is_none());
        drop(held);
        let desks = Semaphore::new(1).named("desks");
        let permit = desks.acquire().await;
        assert!(desks.try_acquire().is_none());
        drop(permit);
        let orders = Queue::bounded(1).named("orders");
        assert!(orders.try_get().is_err());
        orders.try_put(1).expect("there is room");
        assert!(orders.try_put(2).is_err());
        let cook = task("cook").spawn(async {});
        yield_now().await;
        cook.await.expect("it returns");
    };
    let told = told(program, &["unset", "does not get", "has ended"]);
    let place = told[5].split(" (spawned at ").next().expect("a text has a first part").to_string();
    assert_eq!(
        told[..5],
        [
            "main finds event `light` unset",
            "main does not get lock `till`",
            "main does not get semaphore `desks`",
            "main does not get queue `orders`",
            "main does not get queue `orders`",
        ]
    );
    assert_eq!(place, "main finds that task `cook`");
}

#[test]
fn a_look_is_never_the_act_of_a_wake() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let lock = Rc::new(Lock::new(()).named("till"));
        let held = lock.lock().await;
        let theirs = lock.clone();
        let waits = task("waits").spawn(async move { drop(theirs.lock().await) });
        yield_now().await;
        drop(held);
        assert!(lock.try_lock().is_none());
        waits.await.expect("it returns");
    });
    let events = recorder.events();
    let woken = events.iter().find(|event| event.to_string() == "waits woken").expect("it waits");
    let act = &events[woken.via.expect("an act") as usize - 1];
    assert_eq!(act.to_string(), "main releases lock `till`");
}

#[test]
fn what_is_printed_marked_and_panicked_is_told_with_its_words() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        say!("tea is {}", "ready");
        mark("half of it is done");
        let cook = task("cook").spawn(async { panic!("no {}", "tea") });
        let cook: greenlight::JoinHandle<()> = cook;
        cook.await.expect_err("it panics");
    });
    let texts: Vec<_> = recorder.events().into_iter().filter_map(|event| Some((event.kind, event.text?))).collect();
    let texts: Vec<_> = texts.iter().map(|(kind, text)| (*kind, &**text)).collect();
    let expected = [
        (Kind::Printed, "tea is ready"),
        (Kind::Marked, "half of it is done"),
        (Kind::PollPanicked, "no tea"),
        (Kind::Panicked, "no tea"),
    ];
    assert_eq!(texts, expected);
}

#[test]
fn what_a_task_does_inside_of_another_runtime_is_told_there_in_nobodys_name() {
    let ((outer, told), (inner, told_inside)) = (recorded(), recorded());
    let light = Event::new().named("light");
    outer.run(poll_fn(|cx| {
        inner.enter(|| {
            say!("red");
            mark("half of it is done");
            light.set();
            assert!(pin!(yield_now()).poll(cx).is_pending());
        });
        Poll::Ready(())
    }));
    let expected = [
        "outside says: red",
        "outside marks: half of it is done",
        "event `light` comes up",
        "outside sets event `light`, releasing 0",
        "outside yields",
    ];
    assert_eq!(told_inside.lines(), expected);
    let elsewhere: Vec<_> = told.lines().into_iter().filter(|line| expected.contains(&&**line)).collect();
    assert_eq!(elsewhere, [""; 0]);
}

#[test]
fn a_future_that_panics_as_it_is_dropped_is_told_with_its_words() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("in the drop");
        }
    }
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let cook = task("cook").spawn(async {
            let _bomb = Bomb;
            pending::<()>().await;
        });
        yield_now().await;
        cook.cancel();
        cook.await.expect_err("it panics");
    });
    let events = recorder.events();
    let panicked = events.iter().find(|event| event.kind == Kind::Panicked).expect("it panicked");
    assert_eq!(panicked.text.as_deref(), Some("in the drop"));
}

#[test]
fn a_waker_that_is_kept_outside_is_told_once_and_so_is_that_it_was_let_go() {
    let (runtime, recorder) = recorded();
    let waker = LeftWaker::default();
    runtime.task("keeps").spawn_detached({
        let waker = waker.clone();
        async move {
            leave_waker("keeps", waker, Log::default()).await;
        }
    });
    runtime.turn();
    left(&waker).wake();
    runtime.turn();
    runtime.turn();
    let lines: Vec<_> = recorder.lines().into_iter().filter(|line| line.contains("waker of")).collect();
    assert_eq!(lines.first().map(String::as_str), Some("a waker of keeps is kept"));
    assert!(lines.len() <= 2, "{lines:?}");
}

#[test]
fn a_timer_says_what_it_is_for_and_a_timeout_that_it_is_up() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        sleep(MS).await;
        assert!(timeout(MS, pending::<()>()).await.is_err());
        assert_eq!(timeout(2 * MS, async { 42 }).await, Ok(42));
        let deadline = Deadline::at(now() + MS);
        assert!(timeout_at(&deadline, pending::<()>()).await.is_err());
        interval(MS).tick().await;
    });
    let purposes: Vec<_> = recorder
        .events()
        .into_iter()
        .filter_map(|event| match event.kind {
            Kind::TimerArmed { purpose, .. } => Some(format!("{purpose:?}")),
            Kind::TimedOut => Some("up".to_string()),
            _ => None,
        })
        .collect();
    let [sleep, timeout, deadline, tick] =
        [Purpose::Sleep, Purpose::Timeout, Purpose::Deadline, Purpose::Tick].map(|purpose| format!("{purpose:?}"));
    assert_eq!(purposes, [sleep, timeout, "up".into(), deadline, "up".into(), tick]);
}

async fn cook() {}

struct Forgetful;

impl Future for Forgetful {
    type Output = ();

    fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
        std::task::Poll::Ready(())
    }
}

#[test]
fn a_task_without_a_name_goes_by_its_function_or_its_line_and_two_are_never_alike() {
    let program = async {
        drop(spawn(cook()));
        spawn_detached(Forgetful);
        gather([cook(), cook()]).await;
        gather_tasks([task("cook").spawn(cook())]).await;
        for boxed in [1, 2].map(|_| Box::pin(cook()) as std::pin::Pin<Box<dyn Future<Output = ()>>>) {
            spawn_detached(boxed);
        }
    };
    let told: Vec<_> = told(program, &["spawned"]).iter().map(|line| unlined(line)).collect();
    assert_eq!(
        told,
        [
            "main spawned",
            "cook spawned",
            "Forgetful spawned",
            "cook 2 spawned",
            "cook 3 spawned",
            "cook spawned",
            "a task spawned",
            "a task (2) spawned",
        ]
    );
}

#[test]
fn whoever_waits_for_the_ends_of_several_says_whose() {
    let program = async {
        gather_tasks(["ann", "bob"].map(|name| task(name).spawn(cook()))).await;
    };
    let told = told(program, &["waits for the end"]);
    assert_eq!(told, ["gather 1 waits for the end of ann", "gather 1 waits for the end of bob"]);
}

#[test]
fn a_barrier_says_when_a_party_is_out_of_it() {
    let program = async {
        let start = Barrier::new(2).named("start");
        let (first, second) = futures::join!(start.wait(), start.wait());
        assert!(first.is_ok() && second.is_ok());
    };
    assert_eq!(
        told(program, &["arrives", "is out of"]),
        [
            "main arrives at barrier `start` as number 1",
            "main arrives at barrier `start` as number 2",
            "main is out of barrier `start`, with 1 inside",
            "main is out of barrier `start`, with 0 inside",
        ]
    );
}

#[test]
fn an_observer_that_makes_somebody_ready_as_the_thread_would_park_does_not_make_it_sleep() {
    use greenlight::trace::{Observer, TraceEvent};
    struct Wakes(Rc<Event>);
    impl Observer for Wakes {
        fn on_event(&self, event: &TraceEvent) {
            if matches!(event.kind, Kind::ThreadParked { .. }) {
                self.0.set();
            }
        }
    }
    let light = Rc::new(Event::new());
    let runtime = greenlight::Runtime::builder().real_clock().observer(Rc::new(Wakes(light.clone()))).build();
    // Somebody outside may still act, so that it parks.
    let _remote = runtime.remote();
    runtime.run(async move { light.wait().await });
}

#[test]
fn a_thread_that_sleeps_is_told_to_go_on() {
    let recorder = Rc::new(Recorder::default());
    let runtime = greenlight::Runtime::builder().real_clock().observer(recorder.clone()).build();
    runtime.run(sleep(2 * MS));
    let lines = recorder.lines();
    let sleeps = lines.iter().position(|line| line.starts_with("the thread sleeps for ")).expect("it does");
    assert_eq!(lines[sleeps + 1], "the thread goes on");
}
