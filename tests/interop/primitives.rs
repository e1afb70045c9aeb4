//! Primitives that are written on `greenlight::waiters`: the lock for readers and writers of the examples, and what comes of
//! using a wait list wrongly.

use crate::examples::rwlock::{RwLock, play};
use greenlight::waiters::{WaitList, Waiter};
use greenlight::{Runtime, dump, spawn, task, yield_now};
use stage::{Log, shared, turns, unwatched, within};
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::Rc;
use std::task::{Context, Waker};

/// Reads or writes for three turns, and says when.
async fn use_it(lock: Rc<RwLock<u32>>, name: &'static str, writes: bool, log: Log) {
    if writes {
        let mut writing = lock.write().await;
        *writing.value += 1;
        log.say(format!("{name} writes"));
        turns(3).await;
    } else {
        let reading = lock.read().await;
        log.say(format!("{name} reads {}", *reading.value));
        turns(3).await;
    }
    log.say(format!("{name} is done"));
}

#[test]
fn a_stall_names_the_rwlock_its_readers_and_the_places_in_its_line() {
    let told = play();
    let report = told.last().expect("the report is last");
    for part in ["waits on rwlock `accounts`, at ", "number 1 of 2 who wait", "number 2 of 2", "taken by ann, at "] {
        assert!(report.contains(part), "{part}: {report}");
    }
    assert!(!report.contains("permits"), "{report}");
    let expected = [
        "rwlock `accounts` comes up",
        "ann reads rwlock `accounts`",
        "bob reads rwlock `accounts`",
        "ann waits on rwlock `accounts`",
        "bob waits on rwlock `accounts`",
        "ann leaves rwlock `accounts`",
        "outside lets go of rwlock `accounts`",
        "bob leaves rwlock `accounts`",
        "outside lets go of rwlock `accounts`",
    ];
    assert_eq!(told[..told.len() - 1], expected);
}

#[test]
fn readers_share_and_a_writer_is_alone_first_in_first_out() {
    let said = unwatched(|log| async move {
        let lock = Rc::new(RwLock::new("page", 0));
        let who = [("a", false), ("b", false), ("c", true), ("d", false), ("e", true)];
        let tasks = who.map(|(name, writes)| spawn(use_it(lock.clone(), name, writes, log)));
        for task in tasks {
            task.await.expect("nobody panics");
        }
    });
    let expected = [
        "a reads 0",
        "b reads 0",
        "a is done",
        "b is done",
        "c writes",
        "c is done",
        "d reads 1",
        "d is done",
        "e writes",
        "e is done",
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_wait_for_the_rwlock_that_is_cancelled_at_any_moment_holds_up_nobody() {
    for writes in [false, true] {
        for moment in 0..12 {
            let runtime = Runtime::builder().virtual_clock().check_every_turn().build();
            runtime.run(async move {
                let (lock, log) = (Rc::new(RwLock::new("page", 0)), Log::default());
                let first = spawn(use_it(lock.clone(), "first", true, log));
                let cancelled = spawn(use_it(lock.clone(), "cancelled", writes, log));
                let last = spawn(use_it(lock.clone(), "last", !writes, log));
                turns(moment).await;
                cancelled.task().cancel();
                let ended = within(40, last).await;
                assert!(matches!(ended, Some(Ok(()))), "writes {writes}, cancelled at {moment}: {:?}", log.take());
                first.await.expect("it does not panic");
                assert!(within(3, lock.write()).await.is_some(), "writes {writes}, cancelled at {moment}");
            });
        }
    }
}

#[test]
fn a_wait_for_the_rwlock_that_is_dropped_once_granted_passes_on() {
    let runtime = Runtime::builder().virtual_clock().check_every_turn().build();
    runtime.run(async {
        let lock = RwLock::new("page", 0);
        let mut cx = Context::from_waker(Waker::noop());
        let writing = lock.write().await;
        let (mut second, mut third) = (Box::pin(lock.write()), Box::pin(lock.read()));
        assert!(second.as_mut().poll(&mut cx).is_pending() && third.as_mut().poll(&mut cx).is_pending());
        drop(writing);
        assert!(third.as_mut().poll(&mut cx).is_pending());
        drop(second);
        assert!(third.as_mut().poll(&mut cx).is_ready());
    });
}

#[test]
fn a_dump_names_who_was_granted_the_rwlock_and_who_reads() {
    let runtime = Runtime::builder().virtual_clock().check_every_turn().build();
    runtime.run(async {
        let lock = Rc::new(RwLock::new("page", 0));
        let writing = lock.write().await;
        let log = Log::default();
        let granted = task("granted").spawn(use_it(lock.clone(), "granted", true, log));
        let behind = task("behind").spawn(use_it(lock.clone(), "behind", false, log));
        yield_now().await;
        let told = dump().to_string();
        assert!(told.contains("taken by main, at "), "{told}");
        drop(writing);
        let told = dump().to_string();
        assert!(told.contains("was granted rwlock `page`"), "{told}");
        assert!(told.contains("granted to granted, which is ready, at "), "{told}");
        granted.await.expect("it does not panic");
        behind.await.expect("it does not panic");
    });
}

/// A waiter of this line, and a context that wakes nobody.
fn alone() -> (Waiter, Context<'static>) {
    (Waiter::new(Location::caller()), Context::from_waker(Waker::noop()))
}

/// What a panic says.
fn said(act: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(act)).expect_err("it panics");
    payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| Some(payload.downcast_ref::<&str>()?.to_string()))
        .expect("words")
}

#[test]
fn a_waiter_that_is_used_wrongly_says_how_and_breaks_nothing() {
    let (mut waiter, cx) = alone();
    assert!(said(|| _ = waiter.poll(&cx)).contains("wait() and join_if() join one"));
    let (list, other) = (WaitList::new("gate"), WaitList::new("other"));
    assert!(waiter.join_if(&cx, &list, || true).is_pending());
    assert!(said(|| _ = waiter.join_if(&cx, &other, || true)).contains("leave() first"));
    // It stays in the list that it has joined.
    assert!(waiter.wait(&cx, &other, || true).is_pending());
    assert_eq!((list.len(), other.len()), (1, 0));
    assert!(!waiter.leave() && !waiter.leave() && list.is_empty() && list.grant_first().is_none());
    assert!(waiter.wait(&cx, &other, || true).is_pending());
    assert_eq!(other.wake_all(), 1);
    assert!(waiter.leave());
}

#[test]
fn a_waiter_may_ask_for_more_than_a_list_can_note_if_it_need_not_wait_for_it() {
    let ((mut waiter, cx), list) = (alone(), WaitList::new("pool"));
    let asks = u32::MAX as usize + 1;
    assert!(waiter.join_asking(&cx, &list, asks, || false).is_ready());
    let waits = said(|| _ = waiter.join_asking(&cx, &list, asks, || true));
    assert!(waits.ends_with("asks for 4294967296; ask for at most 4294967295 at once"), "{waits}");
    assert!(!waiter.has_joined() && list.is_empty());
}

#[test]
fn a_waiter_that_outlives_its_list_never_ends_and_is_in_no_other() {
    let runtime = Runtime::builder().virtual_clock().check_every_turn().build();
    runtime.run(async {
        let (mut waiter, cx) = alone();
        let (mut granted, _) = alone();
        let list = WaitList::new("gate");
        assert!(granted.join_if(&cx, &list, || true).is_pending());
        list.grant_first().expect("it waits").wake();
        assert!(waiter.join_if(&cx, &list, || true).is_pending());
        drop(list);
        let heir = WaitList::new("heir");
        let (mut third, _) = alone();
        assert!(third.join_if(&cx, &heir, || true).is_pending());
        yield_now().await;
        assert!(waiter.poll(&cx).is_pending() && granted.poll(&cx).is_ready());
        assert!(!waiter.leave());
        assert_eq!((heir.len(), heir.wake_all()), (1, 1));
    });
}

#[test]
fn a_question_that_panics_costs_nobody_the_wake_that_was_granted_before() {
    let list = Rc::new(WaitList::new("pool"));
    let (polls, runtime) = (shared(Cell::new(0)), Runtime::builder().virtual_clock().check_every_turn().build());
    runtime.run(async {
        let tasks = [(); 2].map(|()| {
            let (list, mut waiter) = (list.clone(), Waiter::new(Location::caller()));
            spawn(async move {
                poll_fn(|cx| waiter.wait(cx, &list, || true)).await;
                polls.set(polls.get() + 1);
            })
        });
        yield_now().await;
        let mut asked = 0;
        let question = |_| {
            asked += 1;
            assert!(asked < 2, "the second is asked");
            true
        };
        assert!(said(|| _ = list.wake_while(question)).contains("the second is asked"));
        yield_now().await;
        assert_eq!((polls.get(), list.len()), (1, 1));
        // Whoever changes the lists from within the question is told, and the lists are in order.
        said(|| _ = list.wake_while(|_| list.wake_all() == 0));
        assert_eq!(list.wake_all(), 1);
        for task in tasks {
            task.await.expect("nobody panics");
        }
    });
}
