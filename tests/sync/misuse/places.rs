//! Under a foreign executor, with no runtime at all, and in two runtimes: locks and conditions
//! work, and what needs a clock says so.

use super::{SECOND, ready_now};
use futures::executor::LocalPool;
use futures::task::LocalSpawnExt;
use greenlight::sync::{Condition, Lock, Woke};
use greenlight::{Deadline, Turn, race, spawn, timeout, timeout_at, yield_now};
use stage::{Log, refusal, shared, standing};
use std::future::{Future, pending, ready};
use std::rc::Rc;

/// Two who share what is behind a condition: one waits for the other to change it, and both say
/// what they see.
fn ping_pong(log: Log) -> [impl Future<Output = ()> + use<>; 2] {
    let table = shared(Condition::new(0));
    ["ping", "pong"].map(|name| {
        let own = usize::from(name == "pong");
        async move {
            for round in 0..2 {
                let guard = table.lock().await;
                let mut guard = table.wait_for(guard, |ball| *ball % 2 == own).await;
                log.say(format!("{name} {round}"));
                *guard += 1;
                table.notify_all(&guard);
            }
        }
    })
}

const RALLY: [&str; 4] = ["ping 0", "pong 0", "ping 1", "pong 1"];

#[test]
fn under_pollster_with_no_runtime_they_work() {
    let log = Log::default();
    let [ping, pong] = ping_pong(log);
    pollster::block_on(async { futures::join!(pong, ping) });
    assert_eq!(log.take(), RALLY);
}

#[test]
fn under_a_local_pool_they_work_across_tasks() {
    let log = Log::default();
    let mut pool = LocalPool::new();
    for player in ping_pong(log) {
        pool.spawner().spawn_local(player).expect("the pool is there");
    }
    pool.run();
    assert_eq!(log.take(), RALLY);
}

#[test]
fn under_tokio_they_work_across_tasks() {
    let log = Log::default();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("tokio starts");
    let local = tokio::task::LocalSet::new();
    for player in ping_pong(log) {
        local.spawn_local(player);
    }
    runtime.block_on(local);
    assert_eq!(log.take(), RALLY);
}

#[test]
fn under_an_executor_of_smol_they_work_across_tasks() {
    let log = Log::default();
    let executor = async_executor::LocalExecutor::new();
    let players = ping_pong(log).map(|player| executor.spawn(player));
    futures_lite::future::block_on(executor.run(futures::future::join_all(players)));
    assert_eq!(log.take(), RALLY);
}

/// One task under greenlight, one under another executor, on one thread.
#[test]
fn a_lock_may_be_shared_with_a_foreign_executor() {
    let (runtime, mut pool, log) = (standing(), LocalPool::new(), Log::default());
    let lock = shared(Lock::new(()));
    let visit = |name: &'static str| async move {
        let _guard = lock.lock().await;
        log.say(name);
    };
    let guard = ready_now(lock.lock());
    pool.spawner().spawn_local(visit("pool 1")).expect("the pool is there");
    pool.run_until_stalled();
    runtime.spawn_detached(visit("greenlight"));
    runtime.turn();
    pool.spawner().spawn_local(visit("pool 2")).expect("the pool is there");
    pool.run_until_stalled();
    drop(guard);
    assert_eq!(runtime.turn(), Turn::Stalled, "it is the turn of the pool");
    pool.run_until_stalled();
    assert_eq!(runtime.turn(), Turn::Ran(1));
    pool.run_until_stalled();
    assert_eq!(log.take(), ["pool 1", "greenlight", "pool 2"]);
}

const OUTSIDE: &str = "outside a runtime; call it inside greenlight::run, or inside Runtime::enter";

#[test]
fn a_timeout_outside_a_runtime_says_so() {
    let line = line!() + 1;
    let message = refusal(|| pollster::block_on(timeout(SECOND, pending::<()>())));
    assert_eq!(message, format!("the timeout() at {}:{line}:49 was polled {OUTSIDE}", file!()));
    let message = refusal(|| pollster::block_on(timeout(SECOND, ready(()))));
    assert!(message.ends_with(OUTSIDE), "also where it would have been in time: {message}");
}

#[test]
fn a_timeout_with_a_deadline_outside_a_runtime_says_so_once_it_has_to_wait() {
    let deadline = Deadline::at(standing().now() + SECOND);
    let line = line!() + 1;
    let message = refusal(|| pollster::block_on(timeout_at(&deadline, pending::<()>())));
    assert!(message.contains(&format!("at {}:{line}:49 was polled {OUTSIDE}", file!())), "{message}");
    assert_eq!(pollster::block_on(timeout_at(&deadline, ready(7))), Ok(7));
    assert_eq!(pollster::block_on(timeout_at(&Deadline::new(), futures_lite::future::yield_now())), Ok(()));
}

#[test]
fn a_wait_until_a_deadline_outside_a_runtime_says_so_and_lets_the_lock_go() {
    let condition = Condition::new(());
    let deadline = standing().now() + SECOND;
    let guard = ready_now(condition.lock());
    let line = line!() + 1;
    let message = refusal(|| pollster::block_on(condition.wait_until(guard, deadline)));
    assert!(message.contains(&format!("at {}:{line}:59 was polled {OUTSIDE}", file!())), "{message}");
    let free = "Condition { name: None, waiters: 0, lock: Lock { name: None, locked: false, waiters: 0 } }";
    assert_eq!(format!("{condition:?}"), free);
}

#[test]
fn a_race_needs_no_runtime() {
    let lock = Lock::new(());
    let (index, guard) = pollster::block_on(race([lock.lock(), lock.lock()]));
    assert_eq!(index, 0);
    drop(guard);
    assert!(lock.try_lock().is_some());
}

/// Waits once, and says so.
async fn wait(condition: Rc<Condition>, log: Log) {
    let guard = condition.lock().await;
    let _guard = condition.wait(guard).await;
    log.say("notified");
}

#[test]
fn a_condition_of_two_runtimes_wakes_each_waiter_in_its_own() {
    let (here, there, log) = (standing(), standing(), Log::default());
    let condition = Rc::new(Condition::new(()));
    for runtime in [&here, &there] {
        runtime.spawn_detached(wait(condition.clone(), log));
        assert_eq!(runtime.turn(), Turn::Ran(1));
    }
    let notifying = condition.clone();
    there.spawn_detached(async move {
        let guard = notifying.lock().await;
        assert_eq!(notifying.notify_all(&guard), 2);
    });
    assert_eq!(there.turn(), Turn::Ran(1));
    assert_eq!(here.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["notified"]);
    assert_eq!(there.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["notified"]);
}

#[test]
fn a_lock_that_is_held_in_one_runtime_keeps_another_in_line() {
    let (here, there, log) = (standing(), standing(), Log::default());
    let lock = shared(Lock::new(()));
    here.spawn_detached(async move {
        let _guard = lock.lock().await;
        yield_now().await;
    });
    here.turn();
    there.spawn_detached(async move {
        let _guard = lock.lock().await;
        log.say("it has the lock");
    });
    assert_eq!(there.turn(), Turn::Ran(1));
    assert_eq!(there.turn(), Turn::Stalled, "nobody in there can go on, until somebody out here does");
    here.turn();
    assert_eq!(there.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["it has the lock"]);
}

#[test]
fn a_runtime_that_ends_takes_its_waiters_with_it_and_passes_on_what_they_were_granted() {
    let condition = Rc::new(Condition::new(()));
    let (survivor, log) = (standing(), Log::default());
    let doomed = standing();
    doomed.spawn_detached(wait(condition.clone(), log));
    doomed.turn();
    survivor.spawn_detached(wait(condition.clone(), log));
    survivor.turn();
    let guard = ready_now(condition.lock());
    assert_eq!(condition.notify_one(&guard), 1);
    drop(guard);
    drop(doomed);
    assert_eq!(survivor.turn(), Turn::Ran(1), "it has the notify of the one that is gone");
    assert_eq!(log.take(), ["notified"]);
    assert!(format!("{condition:?}").contains("waiters: 0, lock"));
}

#[test]
fn one_condition_serves_one_run_after_the_other() {
    let (condition, log) = (Rc::new(Condition::new(())), Log::default());
    for _ in 0..2 {
        standing().run(async {
            drop(spawn(wait(condition.clone(), Log::default())));
            let waiter = spawn(wait(condition.clone(), log));
            let last = spawn(wait(condition.clone(), Log::default()));
            yield_now().await;
            let guard = condition.lock().await;
            assert_eq!(condition.notify(&guard, 2), 2);
            let timed = condition.wait_until(guard, greenlight::now() + SECOND).await;
            assert_eq!(timed.1, Woke::TimedOut);
            drop(timed);
            waiter.await.unwrap();
            assert!(!last.is_finished(), "it ends with the run");
        });
        assert_eq!(log.take(), ["notified"]);
        let free = "Condition { name: None, waiters: 0, lock: Lock { name: None, locked: false, waiters: 0 } }";
        assert_eq!(format!("{condition:?}"), free);
    }
}
