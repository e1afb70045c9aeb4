//! CPython's tests of `asyncio.Barrier` that reset or abort it, each under its name there. Both are
//! plain calls here, where asyncio's suspend until they have the barrier's lock.

use crate::ports::{Count, assert_is_open, call_soon, inside, is_in_phase, pass, run_tasks};
use greenlight::sync::{Barrier, BrokenBarrier};
use greenlight::{gather_tasks, spawn, yield_now};
use stage::{run, shared};
use std::cell::RefCell;

const N: usize = 5;

/// Passes a barrier twice, and counts how that ends. The party in the middle of the first round
/// aborts the barrier instead, and counts as neither.
async fn pass_twice(barrier: &Barrier, passed: &Count, broken: &Count) {
    let both_rounds = async {
        if barrier.wait().await?.index() == N / 2 {
            barrier.abort();
            return Ok(());
        }
        barrier.wait().await?;
        passed.add();
        Ok::<_, BrokenBarrier>(())
    };
    if both_rounds.await.is_err() {
        broken.add();
    }
}

#[test]
fn test_reset_barrier() {
    let barrier = shared(Barrier::new(1));
    run(async {
        call_soon(|| barrier.reset());
        yield_now().await;
        assert_is_open(barrier);
    });
}

#[test]
fn test_reset_barrier_while_tasks_waiting() {
    let barrier = shared(Barrier::new(N));
    run(async {
        let tasks: Vec<_> = (1..N).map(|_| spawn(barrier.wait())).collect();
        yield_now().await;
        assert_eq!(barrier.waiting(), N - 1);

        call_soon(|| barrier.reset());
        let ended: Vec<_> = gather_tasks(tasks).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(ended, [Err(BrokenBarrier::Interrupted); N - 1]);
        assert_is_open(barrier);
    });
}

#[test]
fn test_reset_barrier_when_tasks_half_draining() {
    const REST: usize = N / 2;
    let barrier = shared(Barrier::new(N));
    let interrupted = shared(RefCell::new(Vec::new()));
    run_tasks(N, async || match barrier.wait().await {
        Ok(_) if inside(barrier) == REST => barrier.reset(),
        Ok(_) => {}
        Err(error) => interrupted.borrow_mut().push(error),
    });
    assert_eq!(*interrupted.borrow(), [BrokenBarrier::Interrupted; REST]);
    assert_is_open(barrier);
}

#[test]
fn test_reset_barrier_when_tasks_half_draining_half_blocking() {
    const BLOCKED: usize = N / 2;
    let barrier = shared(Barrier::new(N));
    let interrupted = shared(RefCell::new(Vec::new()));
    let drained = shared(Count::default());
    run_tasks(N, async || {
        match barrier.wait().await {
            Ok(_) if drained.add() > BLOCKED => barrier.reset(),
            Ok(_) => {}
            Err(error) => interrupted.borrow_mut().push(error),
        }
        // The first two come here while the barrier drains. The reset does not concern them.
        pass(barrier).await;
    });
    assert_eq!(*interrupted.borrow(), [BrokenBarrier::Interrupted; BLOCKED]);
    assert_eq!(drained.get(), N - BLOCKED);
    assert_is_open(barrier);
}

#[test]
fn test_reset_barrier_while_tasks_waiting_and_waiting_again() {
    let barrier = shared(Barrier::new(N));
    let [interrupted, passed] = [(), ()].map(|()| shared(Count::default()));
    run(async {
        let again = async || {
            if barrier.wait().await == Err(BrokenBarrier::Interrupted) {
                interrupted.add();
            }
            pass(barrier).await;
            passed.add();
        };
        let tasks: Vec<_> = (1..N).map(|_| spawn(again())).collect();
        call_soon(|| barrier.reset());
        yield_now().await;

        let last = spawn(async {
            pass(barrier).await;
            passed.add();
        });
        assert!(gather_tasks(tasks).await.iter().all(Result::is_ok));
        assert!(last.is_finished());
        assert_eq!([interrupted.get(), passed.get()], [N - 1, N]);
        assert_is_open(barrier);
    });
}

#[test]
fn test_reset_barrier_while_tasks_draining() {
    let barrier = shared(Barrier::new(N));
    let [drained, again, thrice] = [(), (), ()].map(|()| shared(Count::default()));
    run_tasks(N, async || {
        pass(barrier).await;
        if drained.add() == N {
            // Nobody is inside any more, and those at the turnstile are not concerned.
            barrier.reset();
            pass(barrier).await;
        } else {
            pass(barrier).await;
            again.add();
        }
        pass(barrier).await;
        thrice.add();
    });
    assert_eq!([again.get(), thrice.get()], [N - 1, N]);
    assert_is_open(barrier);
}

#[test]
fn test_abort_barrier() {
    let barrier = shared(Barrier::new(1));
    run(async {
        call_soon(|| barrier.abort());
        yield_now().await;
        assert_eq!(barrier.waiting(), 0);
        assert!(barrier.is_broken());
    });
}

#[test]
fn test_abort_barrier_when_tasks_half_draining_half_blocking() {
    const BLOCKED: usize = N / 2;
    let barrier = shared(Barrier::new(N));
    let interrupted = shared(RefCell::new(Vec::new()));
    let blocked = shared(RefCell::new(Vec::new()));
    let drained = shared(Count::default());
    run_tasks(N, async || match barrier.wait().await {
        Ok(_) if drained.add() > BLOCKED => barrier.abort(),
        Ok(_) => {
            let outcome = barrier.wait().await;
            blocked.borrow_mut().push(outcome);
        }
        Err(error) => interrupted.borrow_mut().push(error),
    });
    assert!(barrier.is_broken());
    assert_eq!(*interrupted.borrow(), [BrokenBarrier::Interrupted; BLOCKED]);
    assert_eq!(*blocked.borrow(), [Err(BrokenBarrier::Aborted); N - BLOCKED - 1]);
    assert_eq!(barrier.waiting(), 0);
    assert!(!is_in_phase("Resetting", barrier));
}

#[test]
fn test_abort_barrier_when_exception() {
    let barrier = shared(Barrier::new(N));
    let [passed, broken] = [(), ()].map(|()| shared(Count::default()));
    run_tasks(N, || pass_twice(barrier, passed, broken));
    assert!(barrier.is_broken());
    assert_eq!([passed.get(), broken.get()], [0, N - 1]);
    assert_eq!(barrier.waiting(), 0);
}

#[test]
fn test_abort_barrier_when_exception_then_resetting() {
    let [barrier, meeting] = [(), ()].map(|()| shared(Barrier::new(N)));
    let [passed, broken, last] = [(), (), ()].map(|()| shared(Count::default()));
    run_tasks(N, async || {
        pass_twice(barrier, passed, broken).await;

        // All have left the barrier before the reset, and none comes back before it.
        if pass(meeting).await == N / 2 {
            barrier.reset();
        }
        pass(meeting).await;
        pass(barrier).await;
        last.add();
    });
    assert_eq!([passed.get(), broken.get(), last.get()], [0, N - 1, N]);
    assert_is_open(barrier);
}
