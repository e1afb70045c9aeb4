//! CPython's tests of `asyncio.Barrier` that fill it and let it drain, each under its name there.
//! An `async with barrier` is a wait: there is nothing to leave.

use crate::ports::{Count, assert_is_open, assert_no_future, cancelled, is_in_phase, pass, result, run_tasks};
use greenlight::sync::{Barrier, BrokenBarrier};
use greenlight::{gather_tasks, spawn, yield_now};
use stage::{run, shared};
use std::cell::{Cell, RefCell};
use std::panic::catch_unwind;

const N: usize = 5;

#[test]
fn test_barrier() {
    let barrier = Barrier::new(N);
    assert!(is_in_phase("Filling", &barrier));
    assert_no_future!(Barrier);
    assert_no_future!(&Barrier);
    assert!(is_in_phase("Filling", &barrier));
}

#[test]
fn test_repr() {
    let barrier = shared(Barrier::new(N).named("start"));
    let mut tasks = Vec::new();
    let ended = run(async {
        assert!(format!("{barrier:?}").starts_with(r#"Barrier { name: Some("start"), parties: 5, "#));
        assert!(is_in_phase("Filling", barrier));

        tasks.extend([(), ()].map(|()| spawn(barrier.wait())));
        yield_now().await;
        assert!(format!("{barrier:?}").contains("waiting: 2,"));
        assert!(is_in_phase("Filling", barrier));

        let missing = barrier.parties() - barrier.waiting();
        tasks.extend((0..missing).map(|_| spawn(barrier.wait())));
        yield_now().await;
        assert!(is_in_phase("Draining", barrier));

        tasks.extend([(), ()].map(|()| spawn(barrier.wait())));
        yield_now().await;
        barrier.reset();
        assert!(is_in_phase("Resetting", barrier));

        tasks.extend([(), ()].map(|()| spawn(barrier.wait())));
        yield_now().await;
        barrier.abort();
        assert!(is_in_phase("Broken", barrier));
        assert!(barrier.is_broken());

        gather_tasks(tasks).await
    });
    let indices: Vec<_> = ended.into_iter().map(|outcome| outcome.unwrap().map(|turn| turn.index())).collect();
    let interrupted = Err(BrokenBarrier::Interrupted);
    let [full, broken] = [[Ok(0), Ok(1), Ok(2), Ok(3), Ok(4)].to_vec(), [interrupted; 4].to_vec()];
    assert_eq!(indices, [full, broken].concat());
}

#[test]
fn test_barrier_parties() {
    // -4 parties do not compile.
    let payload = catch_unwind(|| Barrier::new(0)).expect_err("nobody could ever wait");
    let message = payload.downcast::<&str>().expect("the panic says something");
    assert!(message.starts_with("Barrier::new was given 0 parties"), "{message}");

    assert_eq!(Barrier::new(N).parties(), N);
}

#[test]
fn test_context_manager() {
    let barrier = shared(Barrier::new(3));
    let indices = shared(RefCell::new(Vec::new()));
    run_tasks(3, async || {
        let index = pass(barrier).await;
        indices.borrow_mut().push(index);
    });
    indices.borrow_mut().sort_unstable();
    assert_eq!(*indices.borrow(), [0, 1, 2]);
    assert_is_open(barrier);
}

#[test]
fn test_filling_one_task() {
    let barrier = Barrier::new(1);
    assert_eq!(run(pass(&barrier)), 0);
    assert_is_open(&barrier);
}

#[test]
fn test_filling_one_task_twice() {
    let barrier = shared(Barrier::new(1));
    run(async {
        let t1 = spawn(pass(barrier));
        yield_now().await;
        assert_eq!(barrier.waiting(), 0);

        let t2 = spawn(pass(barrier));
        yield_now().await;
        assert_eq!(result(t1).await, result(t2).await);
        assert_is_open(barrier);
    });
}

#[test]
fn test_filling_task_by_task() {
    let barrier = shared(Barrier::new(3));
    run(async {
        let t1 = spawn(pass(barrier));
        yield_now().await;
        assert_eq!(barrier.waiting(), 1);
        assert!(is_in_phase("Filling", barrier));

        let t2 = spawn(pass(barrier));
        yield_now().await;
        assert_eq!(barrier.waiting(), 2);
        assert!(is_in_phase("Filling", barrier));

        let t3 = spawn(pass(barrier));
        yield_now().await;

        let indices: Vec<_> = gather_tasks([t1, t2, t3]).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(indices, [0, 1, 2]);
        assert_is_open(barrier);
    });
}

#[test]
fn test_filling_tasks_wait_twice() {
    let barrier = shared(Barrier::new(N));
    let passed = shared(RefCell::new(Vec::new()));
    run_tasks(N, async || {
        pass(barrier).await;
        passed.borrow_mut().push(true);

        pass(barrier).await;
        passed.borrow_mut().push(false);
    });
    let count = |round| passed.borrow().iter().filter(|&&passed| passed == round).count();
    assert_eq!([true, false].map(count), [N, N]);
    assert_is_open(barrier);
}

#[test]
fn test_filling_tasks_check_return_value() {
    let barrier = shared(Barrier::new(N));
    let passed = shared([Count::default(), Count::default()]);
    let mut indices = run_tasks(N, async || {
        pass(barrier).await;
        passed[0].add();

        let index = pass(barrier).await;
        passed[1].add();
        index
    });
    assert_eq!(passed.each_ref().map(Count::get), [N, N]);
    indices.sort_unstable();
    assert_eq!(indices, [0, 1, 2, 3, 4]);
    assert_is_open(barrier);
}

#[test]
fn test_draining_state() {
    let barrier = shared(Barrier::new(N));
    let draining = shared(RefCell::new(Vec::new()));
    run_tasks(N, async || {
        pass(barrier).await;
        draining.borrow_mut().push(is_in_phase("Draining", barrier));
    });
    assert_eq!(*draining.borrow(), [true, true, true, true, false]);
    assert_is_open(barrier);
}

#[test]
fn test_blocking_tasks_while_draining() {
    const AGAIN: usize = 2;
    let barrier = shared(Barrier::new(N));
    let others = shared(Barrier::new(N - AGAIN));
    let again = shared(Cell::new(AGAIN));
    let waited = shared(Count::default());
    run_tasks(N, async || {
        pass(barrier).await;
        if again.get() > 0 {
            again.set(again.get() - 1);
            // These arrive while the first round drains.
            assert!(is_in_phase("Draining", barrier));
        } else {
            pass(others).await;
            waited.add();
        }
        pass(barrier).await;
    });
    assert_eq!(waited.get(), N - AGAIN);
    assert_is_open(barrier);
}

#[test]
fn test_filling_tasks_cancel_one() {
    // Adapted: asyncio gives 1 to two of them and 0 to nobody. Row: a barrier's party that was cancelled.
    let barrier = shared(Barrier::new(3));
    let indices = shared(RefCell::new(Vec::new()));
    let party = async || {
        let index = pass(barrier).await;
        indices.borrow_mut().push(index);
    };
    run(async {
        let t1 = spawn(party());
        yield_now().await;
        assert_eq!(barrier.waiting(), 1);

        let t2 = spawn(party());
        yield_now().await;
        assert_eq!(barrier.waiting(), 2);

        t1.task().cancel();
        yield_now().await;
        assert_eq!(barrier.waiting(), 1);
        assert!(cancelled(t1).await);

        let t3 = spawn(party());
        yield_now().await;
        assert_eq!(barrier.waiting(), 2);

        let t4 = spawn(party());
        assert!(gather_tasks([t2, t3, t4]).await.iter().all(Result::is_ok));
        indices.borrow_mut().sort_unstable();
        assert_eq!(*indices.borrow(), [0, 1, 2]);
        assert_is_open(barrier);
    });
}
