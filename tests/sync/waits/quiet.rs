//! What a wait does not do: it wakes nobody for nothing, costs no more than one look at each waiter,
//! and is quiet when its thread ends.

use greenlight::sync::{Condition, Event, Lock, Woke};
use greenlight::{Deadline, now, sleep, spawn, task, timeout_at, yield_now};
use stage::{Log, recorded, shared, standing};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_deadline_that_the_future_itself_moves_at_every_poll_wakes_nobody() {
    let polls = Cell::new(0);
    let ended = standing().run(async {
        let deadline = Deadline::at(now() + SECOND);
        let mut work = pin!(async {
            sleep(SECOND / 2).await;
            sleep(SECOND).await;
        });
        let busy = poll_fn(|cx| {
            polls.set(polls.get() + 1);
            deadline.move_to(now() + 2 * SECOND);
            work.as_mut().poll(cx)
        });
        timeout_at(&deadline, busy).await
    });
    assert_eq!(ended, Ok(()));
    assert!(polls.get() <= 5, "{} polls for two sleeps and a deadline", polls.get());
}

#[test]
fn a_deadline_that_another_moves_to_where_it_is_or_later_wakes_nobody_before_it_comes() {
    let log = Log::default();
    standing().run(async {
        let deadline = shared(Deadline::at(now() + 3 * SECOND));
        let limited = spawn(async move {
            let polled = poll_fn(|_| {
                log.say(format!("polled at {}", now()));
                Poll::<()>::Pending
            });
            assert!(timeout_at(deadline, polled).await.is_err());
        });
        sleep(SECOND).await;
        deadline.move_to(deadline.when());
        sleep(SECOND).await;
        deadline.move_to(now() + 3 * SECOND);
        limited.await.unwrap();
    });
    assert_eq!(log.take(), ["polled at t=0.000000s", "polled at t=3.000000s", "polled at t=5.000000s"]);
}

#[test]
fn one_who_moves_its_own_deadline_keeps_its_place_behind_those_who_waited_before() {
    let log = Log::default();
    standing().run(async {
        let event = shared(Event::new());
        let theirs = event;
        let second = spawn(async move {
            theirs.wait().await;
            log.say("B");
        });
        let first = spawn(async move {
            let deadline = Deadline::at(now() + SECOND);
            let work = async {
                sleep(SECOND / 2).await;
                deadline.move_to(now() + 5 * SECOND);
                event.wait().await;
                log.say("A");
            };
            timeout_at(&deadline, work).await.expect("there is time");
        });
        sleep(SECOND / 2).await;
        yield_now().await;
        event.set();
        first.await.unwrap();
        second.await.unwrap();
    });
    assert_eq!(log.take(), ["B", "A"]);
}

#[test]
fn the_deadline_of_a_wait_that_was_notified_wakes_nobody_who_queues_for_the_lock() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let club = shared(Condition::new(()));
        let guest = task("guest").spawn(async move {
            let guard = club.lock().await;
            let (_guard, woke) = club.wait_until(guard, now() + 5 * SECOND).await;
            assert_eq!((woke, now().since_start()), (Woke::Notified, 500 * SECOND));
        });
        sleep(SECOND).await;
        let guard = club.lock().await;
        club.notify_one(&guard);
        sleep(499 * SECOND).await;
        drop(guard);
        guest.await.unwrap();
    });
    let polled = recorder.events().into_iter().filter(|event| event.to_string() == "guest polled");
    let seconds: Vec<_> = polled.map(|event| event.time.since_start().as_secs()).collect();
    assert_eq!(seconds, [0, 1, 500]);
}

#[test]
fn notify_all_passes_over_cancelled_waiters_once_and_not_once_for_each_that_it_wakes() {
    const WAITERS: usize = 20_000;
    let began = std::time::Instant::now();
    let woken = standing().run(async {
        let club = shared(Condition::new(()));
        let wait = |_| spawn(async move { drop(club.wait(club.lock().await).await) });
        let waiters: Vec<_> = (0..2 * WAITERS).map(wait).collect();
        yield_now().await;
        waiters[..WAITERS].iter().for_each(|waiter| _ = waiter.task().cancel());
        let guard = club.lock().await;
        club.notify_all(&guard)
    });
    assert_eq!(woken, WAITERS);
    assert!(began.elapsed() < 5 * SECOND, "400 million looks take longer");
}

thread_local! {
    static KEPT: RefCell<Option<Box<dyn std::any::Any>>> = const { RefCell::new(None) };
}

#[test]
fn a_guard_and_a_wait_that_are_kept_by_a_thread_go_quietly_with_it() {
    let ended = std::thread::spawn(|| {
        // The place is made before the arena of the wait lists is, so it goes after it.
        KEPT.with_borrow_mut(|kept| *kept = None);
        let lock: &'static Lock = Box::leak(Box::new(Lock::new(())));
        let guard = lock.try_lock().expect("nobody holds it");
        let mut wait = Box::pin(lock.lock());
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(std::future::Future::poll(wait.as_mut(), &mut cx).is_pending());
        KEPT.with_borrow_mut(|kept| *kept = Some(Box::new((guard, wait))));
    });
    ended.join().expect("the thread ends as threads do");
}
