//! Permits and guards that move into a task: taken here and given back there, however that ends. The matrix of what a waker
//! may do has them, too.

use greenlight::sync::{Event, Lock, Semaphore};
use greenlight::{JoinHandle, sleep, spawn, spawn_detached, task, timeout, yield_now};
use stage::{Log, lines, recorded, refusal, run, standing, turns};
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

/// How a task ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Returns,
    Panics,
    IsCancelled,
    IsCancelledBeforeItStarts,
}

const ENDS: [End; 4] = [End::Returns, End::Panics, End::IsCancelled, End::IsCancelledBeforeItStarts];

/// Gives something to a task that ends like that, and waits for its end.
async fn hand_over(given: impl Sized + 'static, end: End) {
    let keeps = async move {
        let _given = given;
        yield_now().await;
        match end {
            End::Returns => {}
            End::Panics => panic!("as it is told"),
            End::IsCancelled | End::IsCancelledBeforeItStarts => pending().await,
        }
    };
    let keeper: JoinHandle<()> = spawn(keeps);
    if !matches!(end, End::IsCancelledBeforeItStarts) {
        turns(2).await;
    }
    if matches!(end, End::IsCancelled | End::IsCancelledBeforeItStarts) {
        assert!(keeper.cancel());
    }
    assert_eq!(keeper.await.is_ok(), matches!(end, End::Returns));
}

#[test]
fn what_a_task_was_given_comes_back_however_the_task_ends() {
    for end in ENDS {
        run(async {
            let (desks, account) = (Rc::new(Semaphore::bounded(3)), Rc::new(Lock::new(vec![1, 2])));
            hand_over(desks.acquire_owned().await, end).await;
            hand_over(desks.acquire_many_owned(3).await, end).await;
            hand_over(desks.try_acquire_owned(), end).await;
            assert_eq!((desks.available(), desks.is_locked()), (3, false), "{end:?}");
            hand_over(account.lock_owned().await, end).await;
            let mut guard = account.try_lock_owned().expect("it is free");
            guard.push(3);
            hand_over(guard, end).await;
            assert_eq!(*account.lock().await, [1, 2, 3], "{end:?}");
            assert!(desks.release(1).is_err(), "all are there");
        });
    }
}

#[test]
fn one_who_takes_a_permit_in_the_loop_and_hands_it_to_the_task_keeps_to_the_limit() {
    let said = lines(async |log| {
        let desks = Rc::new(Semaphore::new(2));
        for number in 0..5 {
            let desk = desks.acquire_owned().await;
            spawn_detached(async move {
                log.say(format!("{number} at {}", greenlight::now()));
                sleep(Duration::from_secs(1)).await;
                drop(desk);
            });
        }
        drop(desks.acquire_many_owned(2).await);
    });
    let at = |seconds: u32| format!("t={seconds}.000000s");
    let expected =
        [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2)].map(|(number, second)| format!("{number} at {}", at(second)));
    assert_eq!(said, expected);
}

#[test]
fn owned_and_borrowed_stand_in_one_line() {
    let said = lines(async |log| {
        let desks = Rc::new(Semaphore::new(1));
        let first = desks.acquire().await;
        let waiters = ["owned", "borrowed", "owned, too"].map(|name| {
            let desks = desks.clone();
            spawn(async move {
                if name == "borrowed" {
                    let _permit = desks.acquire().await;
                    log.say(name);
                } else {
                    let _permit = desks.acquire_owned().await;
                    log.say(name);
                }
            })
        });
        turns(2).await;
        assert!(desks.try_acquire_owned().is_none());
        drop(first);
        for waiter in waiters {
            waiter.await.expect("it ends");
        }
    });
    assert_eq!(said, ["owned", "borrowed", "owned, too"]);
}

#[test]
fn a_wait_that_is_dropped_at_any_moment_takes_nothing_from_the_others() {
    run(async {
        let (desks, account) = (Rc::new(Semaphore::new(1)), Rc::new(Lock::new('v')));
        // Never polled.
        drop((desks.acquire_owned(), account.lock_owned()));
        assert!(!desks.is_locked() && !account.is_locked());
        // While it waits.
        let (permit, guard) = (desks.acquire_owned().await, account.lock_owned().await);
        assert!(timeout(Duration::from_secs(1), desks.acquire_owned()).await.is_err());
        assert!(timeout(Duration::from_secs(1), account.lock_owned()).await.is_err());
        // Granted, and not run: the next gets it.
        let (dies, lives) = (spawn(desks.acquire_owned()), spawn(desks.acquire_owned()));
        let (dies_too, lives_too) = (spawn(account.lock_owned()), spawn(account.lock_owned()));
        turns(2).await;
        drop((permit, guard));
        assert!(dies.cancel() && dies_too.cancel());
        assert!(lives.await.is_ok() && lives_too.await.is_ok_and(|guard| *guard == 'v'));
        assert!(!desks.is_locked() && !account.is_locked());
    });
}

#[test]
fn what_is_forgotten_comes_back_by_a_release_alone() {
    run(async {
        let desks = Rc::new(Semaphore::bounded(2));
        desks.acquire_many_owned(2).await.forget();
        assert_eq!(desks.available(), 0);
        assert_eq!(desks.release(2), Ok(()));
        assert!(desks.release(1).is_err());
        assert_eq!(Rc::strong_count(&desks), 1, "a permit that is forgotten keeps nothing");
    });
}

#[test]
fn the_last_guard_keeps_its_lock_and_takes_it_along() {
    let log = Log::default();
    run(async {
        let account = Rc::new(Lock::new(log.at_drop("value")));
        let guard = account.lock_owned().await;
        drop(account);
        log.say("the lock is the guard's");
        drop(guard);
        let desks = Rc::new(Semaphore::new(1));
        let permit = desks.try_acquire_owned();
        drop(desks);
        drop(permit);
    });
    assert_eq!(log.take(), ["the lock is the guard's", "value"]);
}

#[test]
fn a_value_goes_back_before_the_next_in_line_has_the_lock_and_can_be_taken_out_in_the_end() {
    run(async {
        let account = Rc::new(Lock::new(String::from("a")));
        let mut guard = account.lock_owned().await;
        let next = spawn({
            let account = account.clone();
            async move { account.lock().await.push('c') }
        });
        turns(2).await;
        guard.push('b');
        drop(guard);
        next.await.expect("it ends");
        let lock = Rc::into_inner(account).expect("nobody else has it");
        assert_eq!(lock.into_inner(), "abc");
    });
}

#[test]
fn a_guard_that_is_leaked_leaves_the_lock_held() {
    run(async {
        let account = Rc::new(Lock::new(7));
        std::mem::forget(account.lock_owned().await);
        assert!(account.is_locked() && account.try_lock().is_none() && account.try_lock_owned().is_none());
        assert!(format!("{account:?}").contains("locked: true"));
    });
}

#[test]
fn dumps_reports_and_traces_say_who_has_them_and_since_which_line() {
    let (runtime, recorder) = recorded();
    let stalled = runtime.try_run(async {
        let (desks, account) = (Rc::new(Semaphore::new(1).named("desks")), Rc::new(Lock::new(()).named("account")));
        let never = Rc::new(Event::new().named("never"));
        let (clerk_desks, clerk_account) = (desks.clone(), account.clone());
        task("clerk").spawn_detached(async move {
            let _both = (clerk_desks.acquire_owned().await, clerk_account.lock_owned().await);
            never.wait().await;
        });
        turns(2).await;
        let (permit, guard) = (task("first").spawn(desks.acquire_owned()), task("second").spawn(account.lock_owned()));
        _ = (permit.await, guard.await);
    });
    let report = stage::unwrapped(&stalled.expect_err("the clerk keeps both"));
    let line = line!() - 8;
    for told in ["first, ", "waits on semaphore `desks`", "waits on lock `account`"] {
        assert!(report.contains(told), "{told} is not in:\n{report}");
    }
    // Where the guard and the permit are by now, nobody knows.
    let since = format!("taken at {}:{line}:", file!());
    assert_eq!(report.matches(&since).count(), 2, "{since} is not twice in:\n{report}");
    assert_eq!(report.matches(", in no task's name").count(), 2, "{report}");
    let trace = recorder.lines();
    for told in ["clerk takes 1 of semaphore `desks`", "clerk takes lock `account`", "first waits on semaphore `desks`"]
    {
        assert!(trace.iter().any(|line| line == told), "{told} is not in {trace:#?}");
    }
}

#[test]
fn they_print_what_they_hold_and_since_when() {
    standing().run(async {
        let (desks, account) = (Rc::new(Semaphore::new(2)), Rc::new(Lock::new(7)));
        let line = line!() + 1;
        let (permit, guard) = (desks.acquire_many_owned(2).await, account.lock_owned().await);
        let (permit, guard) = (format!("{permit:?}"), format!("{guard:?}"));
        assert!(permit.starts_with("OwnedPermit { permits: 2, taken_at: Location"), "{permit}");
        assert!(guard.starts_with("OwnedLockGuard { value: 7, taken_at: Location"), "{guard}");
        assert!(permit.contains(&format!("line: {line}")) && guard.contains(&format!("line: {line}")));
    });
}

#[test]
fn who_asks_for_more_than_there_can_be_is_refused() {
    let desks = Rc::new(Semaphore::bounded(2));
    let said = refusal(|| drop(desks.acquire_many_owned(3)));
    assert!(said.starts_with("3 permits were asked of "), "{said}");
    let said = refusal(|| Rc::new(Semaphore::bounded(0)).try_acquire_owned());
    assert!(said.starts_with("1 permits were asked of "), "{said}");
}

#[test]
fn one_who_waits_for_the_guard_that_it_has_given_away_is_in_no_circle() {
    let reports = |hands_over: bool| {
        let (runtime, told) = stage::reporting();
        let stalled = runtime.try_run(async move {
            let (account, desks) = (Rc::new(Lock::new(())), Rc::new(Semaphore::new(1)));
            let (guard, permit) = (account.lock_owned().await, desks.acquire_owned().await);
            spawn_detached(async move {
                let _both = (guard, permit);
                pending().await
            });
            if hands_over {
                drop(account.lock().await);
            } else {
                drop(desks.acquire().await);
            }
        });
        (stalled.expect_err("the keeper keeps both").to_string(), told.take())
    };
    for hands_over in [true, false] {
        let (report, told) = reports(hands_over);
        assert!(!report.contains("waits for itself") && report.contains("in no task's name"), "{report}");
        assert_eq!(told, [""; 0]);
    }
}
