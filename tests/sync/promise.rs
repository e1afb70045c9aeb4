//! A promise: kept or broken, at every moment of the one who waits, each hop as asyncio's future has it.

use greenlight::sync::{BrokenPromise, Promise, Promised, promise};
use greenlight::{spawn, spawn_detached, task, timeout, yield_now};
use stage::foreign::{Foreign, poll};
use stage::{Log, counted, recorded, standing, unwatched};
use std::cell::RefCell;
use std::future::pending;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

/// How one side ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Kept,
    Broken,
}

const ENDS: [End; 2] = [End::Kept, End::Broken];

fn end(keeper: Promise<u8>, how: End) {
    match how {
        End::Kept => assert_eq!(keeper.keep(7), Ok(())),
        End::Broken => drop(keeper),
    }
}

fn is_as(outcome: Result<u8, BrokenPromise>, how: End) -> bool {
    outcome.ok() == (how == End::Kept).then_some(7)
}

#[test]
fn one_that_has_ended_before_anybody_waits_is_there_at_once() {
    for how in ENDS {
        let hops = counted(|hops| async move {
            let (keeper, promised) = promise();
            end(keeper, how);
            hops.begin();
            assert!(is_as(promised.await, how));
            hops.count()
        });
        assert_eq!(hops, 0, "{how:?}");
    }
}

/// In CPython 3.13 `set_result` takes one hop to the task that awaits the future, as `Event.set` does.
#[test]
fn one_hop_leads_from_the_end_to_the_one_who_waits() {
    for how in ENDS {
        let lines = unwatched(async |log| {
            let (keeper, promised) = promise();
            let waiter = spawn(async move {
                log.say("waits");
                assert!(is_as(promised.await, how));
                log.say("goes on");
            });
            yield_now().await;
            spawn_detached(async move { log.say("behind in this turn") });
            spawn_detached(async move {
                end(keeper, how);
                log.say("ended");
                spawn_detached(async move { log.say("next turn, behind") });
            });
            waiter.await.expect("it ends");
        });
        let expected = ["waits", "behind in this turn", "ended", "goes on", "next turn, behind"];
        assert_eq!(lines, expected, "{how:?}");
    }
}

#[test]
fn whoever_waits_may_be_dropped_at_any_moment_and_the_other_side_is_told() {
    standing().run(async {
        // Before its first poll.
        let (keeper, promised) = promise::<u8>();
        assert!(keeper.is_wanted());
        drop(promised);
        assert!(!keeper.is_wanted());
        assert_eq!(keeper.keep(1), Err(1));
        // While it waits, by its task and alone.
        let (keeper, promised) = promise::<u8>();
        let waiter = spawn(promised);
        yield_now().await;
        waiter.cancel();
        assert!(keeper.is_wanted(), "it dies at its next turn");
        yield_now().await;
        assert_eq!(keeper.keep(2), Err(2));
        let (keeper, promised) = promise::<u8>();
        assert!(timeout(Duration::from_secs(1), promised).await.is_err());
        assert_eq!(keeper.keep(3), Err(3));
        // Granted, and not run: the value is dropped with it.
        for how in ENDS {
            let (keeper, promised) = promise();
            let waiter = spawn(promised);
            yield_now().await;
            end(keeper, how);
            waiter.cancel();
            assert!(waiter.await.expect_err("it was cancelled").is_cancelled());
        }
    });
}

#[test]
fn a_wait_that_is_given_up_by_reference_can_be_taken_up_again() {
    standing().run(async {
        let (keeper, mut promised) = promise();
        assert!(timeout(Duration::from_secs(1), &mut promised).await.is_err());
        let waiter = spawn(promised);
        yield_now().await;
        assert_eq!(keeper.keep("late"), Ok(()));
        assert_eq!(waiter.await.expect("it ends"), Ok("late"));
    });
}

#[test]
fn a_value_that_nobody_fetches_is_dropped_with_the_one_who_would_have() {
    let log = Log::default();
    standing().run(async {
        let (keeper, promised) = promise();
        assert!(keeper.keep(log.at_drop("the value")).is_ok());
        log.say("kept");
        drop(promised);
        log.say("given up");
    });
    assert_eq!(log.take(), ["kept", "the value", "given up"]);
}

#[test]
fn a_task_that_dies_breaks_its_promise_however_it_dies() {
    standing().run(async {
        let (keeper, promised) = promise::<u8>();
        let worker = spawn(async move {
            let _keeper = keeper;
            pending::<()>().await;
        });
        let made = line!() - 5;
        yield_now().await;
        worker.cancel();
        let broken = promised.await.expect_err("nobody kept it");
        let told = format!(
            "the promise made at {}:{made}:34 was dropped without a value: call keep() before it goes, or handle the error",
            file!()
        );
        assert_eq!(broken.to_string(), told);

        let (keeper, promised) = promise::<u8>();
        let worker = spawn(async move {
            let _keeper = keeper;
            panic!("no tea");
        });
        assert!(promised.await.is_err());
        assert!(worker.await.expect_err("it panics").is_panic());
    });
}

#[test]
fn one_that_has_yielded_is_not_awaited_again() {
    standing().run(async {
        let (keeper, promised) = promise();
        assert_eq!(keeper.keep(1), Ok(()));
        let mut promised = pin!(promised);
        assert_eq!(promised.as_mut().await, Ok(1));
        let again = spawn(async move {
            let (keeper, mut promised) = promise::<u8>();
            drop(keeper.named("answer"));
            _ = (&mut promised).await;
            _ = (&mut promised).await;
        });
        let made = format!("promise `answer` (made at {}:{}:42)", file!(), line!() - 5);
        let panic = again.await.expect_err("it panics").to_string();
        let told = format!("{made} was awaited again after it had yielded; await it once");
        assert!(panic.ends_with(&told), "{panic}");
    });
}

/// The waker of the one who waits keeps the promise, or breaks it, while it is cloned: then there is nothing to wait for.
#[test]
fn it_may_end_while_a_foreign_waker_is_cloned_dropped_or_woken() {
    for how in ENDS {
        let (keeper, promised) = promise();
        let keeper = Rc::new(RefCell::new(Some(keeper)));
        let ends = {
            let keeper = keeper.clone();
            move || keeper.take().into_iter().for_each(|keeper| end(keeper, how))
        };
        let mut promised = pin!(promised);
        let waker = Foreign::default().on_clone(ends).waker();
        match poll(promised.as_mut(), &waker) {
            Poll::Ready(outcome) => assert!(is_as(outcome, how)),
            Poll::Pending => panic!("it waits for what is there"),
        }
        // It is woken, and what its waker does then finds the promise over.
        let (keeper, promised) = promise();
        let promised = Rc::new(RefCell::new(Some(Box::pin(promised))));
        let drops = promised.clone();
        let waker = Foreign::default().on_wake(move || drop(drops.take())).waker();
        let is_pending = promised.borrow_mut().as_mut().is_some_and(|it| poll(it.as_mut(), &waker).is_pending());
        assert!(is_pending);
        end(keeper, how);
        assert!(promised.borrow().is_none());
        // It moves to another waker, and that one is woken.
        let (keeper, promised) = promise();
        let mut promised = pin!(promised);
        assert!(poll(promised.as_mut(), Waker::noop()).is_pending());
        let (log, woken) = (Log::default(), Log::default());
        let waker = Foreign::default().on_wake(move || woken.say("woken")).waker();
        assert!(poll(promised.as_mut(), &waker).is_pending() && log.take().is_empty());
        end(keeper, how);
        assert_eq!(woken.take(), ["woken"]);
        assert!(poll(promised.as_mut(), Waker::noop()).is_ready());
    }
}

#[test]
fn the_trace_and_the_stall_report_name_it() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let (keeper, promised) = promise();
        let keeper = keeper.named("answer");
        let oracle = task("oracle").spawn(async move { keeper.keep(42) });
        assert_eq!(promised.await, Ok(42));
        oracle.await.expect("it ends").expect("somebody waits");
        let (keeper, promised) = promise::<u8>();
        drop(keeper.named("lie"));
        assert!(promised.await.is_err());
    });
    let text = recorder.lines().join("\n");
    for line in ["main waits on promise `answer`", "oracle keeps promise `answer`", "main breaks promise `lie`"] {
        assert!(text.contains(line), "{line:?} is not in:\n{text}");
    }
    let stalled = standing().try_run(async {
        let (keeper, promised): (Promise<u8>, Promised<u8>) = promise();
        let _kept = keeper.named("silence");
        promised.await
    });
    let report = stalled.expect_err("nobody keeps it").to_string();
    assert!(report.contains("main, ") && report.contains("waits on promise `silence`"), "{report}");
}
