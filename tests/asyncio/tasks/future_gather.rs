//! CPython's `FutureGatherTests`, each test under its name there. A future that somebody may cancel is
//! a task here.

use super::{Promise, all_run, assert_needs_a_runtime};
use crate::ports::result;
use futures::poll;
use greenlight::{JoinHandle, Runtime, Task, Turn, gather, gather_tasks, spawn};
use stage::{message, run, standing};
use std::future::{Ready, pending};
use std::task::Poll;

const NONE: [Ready<()>; 0] = [];

/// Runs what is ready in a runtime.
fn run_ready(runtime: &Runtime) {
    while matches!(runtime.turn(), Turn::Ran(_)) {}
}

#[test]
fn test_constructor_empty_sequence_without_loop() {
    assert_needs_a_runtime("gather", || gather(NONE));
}

#[test]
fn test_constructor_empty_sequence_use_running_loop() {
    run(async {
        assert_eq!(poll!(Box::pin(gather(NONE))), Poll::Ready(vec![]));
    });
}

#[test]
fn test_constructor_empty_sequence_use_global_loop() {
    let runtime = standing();
    let gathered = runtime.enter(|| gather(NONE));
    assert_eq!(runtime.run(gathered), []);
}

#[test]
fn test_constructor_heterogenous_futures() {
    // Adapted: asyncio raises. Whoever gathers tasks of two runtimes is woken in its own.
    // Row: what is awaited in a second event loop.
    let [one, other] = [(); 2].map(|()| standing());
    let promises = [Promise::new(), Promise::new()];
    let children = [one.spawn(promises[0].get()), other.spawn(promises[1].get())];
    let gathered = one.spawn(gather_tasks(children));
    one.turn();
    other.turn();
    one.enter(|| promises[0].set(1));
    run_ready(&one);
    assert!(!gathered.is_finished());
    other.enter(|| promises[1].set(2));
    run_ready(&other);
    run_ready(&one);
    let outcomes = one.run(result(gathered));
    assert_eq!(outcomes.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn test_constructor_homogenous_futures() {
    let other = standing();
    for _ in 0..2 {
        // Nobody has entered a runtime: the children know theirs.
        let gathered = gather_tasks([(); 3].map(|()| other.spawn(pending::<()>())));
        let gathered = other.spawn(gathered);
        run_ready(&other);
        assert!(!gathered.is_finished());
    }
}

#[test]
fn test_one_cancellation() {
    // Adapted: asyncio's gather fails at once, without counting as cancelled. Here the child's error is among the
    // outputs. Row: awaiting a task that was cancelled.
    let promises = [(); 5].map(|()| Promise::new());
    run(async {
        let children = promises.map(|promise| spawn(promise.get()));
        let tasks = children.each_ref().map(JoinHandle::task);
        let gathered = spawn(gather(children));
        promises[0].set(1);
        tasks[1].cancel();
        all_run().await;
        assert!(!gathered.is_finished());
        promises[2].set(3);
        tasks[3].cancel();
        promises[4].fail("runtime error");
        all_run().await;
        let errors = result(gathered).await.into_iter().map(|outcome| outcome.err());
        let cancelled = errors.map(|error| error.map(|error| error.is_cancelled()));
        assert_eq!(cancelled.collect::<Vec<_>>(), [None, Some(true), None, Some(true), Some(false)]);
    });
}

#[test]
fn test_result_exception_one_cancellation() {
    let promises @ [a, b, _, d, _, f] = [(); 6].map(|()| Promise::new());
    run(async {
        let children = promises.map(|promise| spawn(promise.get()));
        let [_, _, c, _, e, _] = children.each_ref().map(JoinHandle::task);
        let cancel = |task: Task| assert!(task.cancel());
        let gathered = spawn(gather_tasks(children));
        a.set(1);
        b.fail("division by zero");
        cancel(c);
        all_run().await;
        assert!(!gathered.is_finished());
        d.set(3);
        cancel(e);
        f.fail("runtime error");
        let outcomes = gathered.await.expect("it ends by itself");
        let told = outcomes.into_iter().map(|outcome| {
            outcome.map_err(|error| error.into_panic().ok().map(|payload| message(&*payload).to_owned()))
        });
        let panicked = |message: &str| Err(Some(message.to_owned()));
        let expected = [Ok(1), panicked("division by zero"), Err(None), Ok(3), Err(None), panicked("runtime error")];
        assert_eq!(told.collect::<Vec<_>>(), expected);
    });
}
