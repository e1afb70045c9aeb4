//! CPython's tests of `asyncio.shield`, each under its name there. To await is not to own: what is
//! shielded there is a task here, and whoever awaits its handle stands in for the shield.

use super::{Promise, all_run, assert_needs_a_runtime};
use crate::ports::{Count, cancelled, result};
use futures::poll;
use greenlight::sync::Event;
use greenlight::{JoinError, JoinHandle, Task, gather, gather_tasks, spawn, yield_now};
use stage::{message, run, shared, standing};
use std::cell::RefCell;
use std::task::Poll;

/// Awaits a task in another one. In asyncio: `shield`.
fn shield<T: 'static>(inner: JoinHandle<T>) -> JoinHandle<Result<T, JoinError>> {
    spawn(inner)
}

#[test]
fn test_shield_result() {
    let inner = Promise::new();
    run(async {
        let outer = shield(spawn(inner.get()));
        inner.set(42);
        assert_eq!(outer.await.expect("it ends by itself").expect("it does not fail"), 42);
    });
}

#[test]
fn test_shield_exception() {
    let inner = Promise::<()>::new();
    run(async {
        let outer = shield(spawn(inner.get()));
        yield_now().await;
        inner.fail("expected");
        all_run().await;
        let error = result(outer).await.expect_err("the promise fails");
        assert_eq!(message(&*error.into_panic().expect("it panics")), "expected");
    });
}

#[test]
fn test_shield_cancel_inner() {
    // Adapted: asyncio's outer future is cancelled, too. Here it yields an error, and its awaiter decides.
    // Row: awaiting a task that was cancelled.
    let inner = Promise::<()>::new();
    run(async {
        let inner = spawn(inner.get());
        let task = inner.task();
        let outer = shield(inner);
        yield_now().await;
        task.cancel();
        all_run().await;
        assert!(result(outer).await.is_err_and(|error| error.is_cancelled()));
    });
}

#[test]
fn test_shield_cancel_outer() {
    let inner = Promise::<()>::new();
    run(async {
        let inner = spawn(inner.get());
        let task = inner.task();
        let outer = shield(inner);
        yield_now().await;
        outer.task().cancel();
        yield_now().await;
        assert!(cancelled(outer).await);
        assert!(!task.is_finished());
        let inner = greenlight::tasks().into_iter().find(|info| info.id == task.id()).expect("it is alive");
        assert_eq!(inner.awaited_by, []);
    });
}

#[test]
fn test_shield_shortcut() {
    run(async {
        let inner = spawn(async { 42 });
        yield_now().await;
        let Poll::Ready(output) = poll!(inner) else { panic!("the task has ended") };
        assert_eq!(output.expect("it ended by itself"), 42);
    });
}

#[test]
fn test_shield_effect() {
    let proof = shared(Count::default());
    let waiter = shared(Event::new());
    let inner = async {
        waiter.wait().await;
        proof.add();
    };
    run(async {
        let outer = spawn(async {
            spawn(inner).await.expect("it ends by itself");
            proof.add();
        });
        yield_now().await;
        outer.task().cancel();
        outer.task().ended().await;
        assert!(cancelled(outer).await);
        waiter.set();
        yield_now().await;
        assert_eq!(proof.get(), 1);
    });
}

#[test]
fn test_shield_gather() {
    let children = shared([Promise::new(), Promise::new()]);
    let outputs = shared(RefCell::new(Vec::new()));
    run(async {
        let parent = spawn(async {
            let gathered = gather(children.map(Promise::get)).await;
            outputs.borrow_mut().extend(gathered);
        });
        let outer = shield(parent);
        yield_now().await;
        outer.task().cancel();
        yield_now().await;
        assert!(cancelled(outer).await);
        children[0].set(1);
        children[1].set(2);
        all_run().await;
        assert_eq!(*outputs.borrow(), [1, 2]);
    });
}

#[test]
fn test_gather_shield() {
    let promises = [Promise::new(), Promise::new()];
    run(async {
        let children = promises.map(|promise| spawn(promise.get()));
        let tasks = children.each_ref().map(JoinHandle::task);
        let inner = children.map(shield);
        let shields = inner.each_ref().map(JoinHandle::task);
        let parent = spawn(gather_tasks(inner));
        yield_now().await;
        parent.task().cancel();
        all_run().await;
        assert!(cancelled(parent).await);
        assert!(shields.iter().all(Task::is_finished));
        assert!(!tasks.iter().any(Task::is_finished));
        promises[0].set(1);
        promises[1].set(2);
        all_run().await;
        assert!(tasks.iter().all(Task::is_finished));
    });
}

#[test]
fn test_shield_coroutine_without_loop() {
    assert_needs_a_runtime("spawn", || spawn(async { 42 }));
}

#[test]
fn test_shield_coroutine_use_running_loop() {
    let runtime = standing();
    let outer = runtime.run(async { spawn(async { 42 }).await });
    assert_eq!(outer.expect("it ends by itself"), 42);
}

#[test]
fn test_shield_coroutine_use_global_loop() {
    let runtime = standing();
    let outer = runtime.enter(|| shield(spawn(async { 42 })));
    let output = runtime.run(outer).expect("it ends by itself");
    assert_eq!(output.expect("it does not fail"), 42);
}
