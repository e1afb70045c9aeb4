//! CPython's `CoroutineGatherTests`, each test under its name there.

use super::{Promise, all_run, assert_needs_a_runtime};
use crate::ports::{Count, cancelled};
use greenlight::sync::Event;
use greenlight::{Runtime, gather, spawn, yield_now};
use stage::{Log, message, run, shared, standing};

async fn abc() -> &'static str {
    "abc"
}

#[test]
fn test_constructor_without_loop() {
    assert_needs_a_runtime("gather", || gather([abc(), abc()]));
    assert_needs_a_runtime("gather!", || greenlight::gather!(abc(), abc()));
}

#[test]
fn test_constructor_use_running_loop() {
    run(async {
        assert_eq!(gather([abc(), abc()]).await, ["abc", "abc"]);
    });
}

#[test]
fn test_constructor_use_global_loop() {
    let runtime = standing();
    let gathered = runtime.enter(|| gather([abc(), abc()]));
    assert_eq!(runtime.run(gathered), ["abc", "abc"]);
}

#[test]
fn test_cancellation_broadcast() {
    // Adapted: asyncio's gatherer ends after its children. Here they end a hop after it.
    // Row: cancelling the owner of a `gather`.
    let proof = shared(Count::default());
    let waiter = shared(Event::new());
    let inner = || async {
        waiter.wait().await;
        proof.add();
    };
    let children = [inner(), inner()];
    run(async {
        let outer = spawn(async {
            gather(children).await;
            proof.add();
        });
        yield_now().await;
        assert!(outer.task().cancel());
        outer.task().ended().await;
        assert!(cancelled(outer).await);
        yield_now().await;
        assert_eq!(greenlight::tasks().len(), 1, "only main is left");
        waiter.set();
        all_run().await;
        assert_eq!(proof.get(), 0);
    });
}

#[test]
fn test_exception_marking() {
    // Adapted: asyncio tells nobody that the second child fails, too. Here it fails before it could be cancelled,
    // and that is reported. Row: a child of `gather` that fails.
    let reports = Log::default();
    let runtime = reports.heard_by(Runtime::builder().virtual_clock().check_every_turn()).build();
    let promises = [Promise::<()>::new(), Promise::new()];
    let inner = async |promise: &Promise<()>| {
        promise.get().await;
        panic!("{}", "should not be ignored")
    };
    runtime.run(async {
        let outer = spawn(async move { gather(promises.map(inner)).await });
        yield_now().await;
        promises[0].set(());
        yield_now().await;
        promises[1].set(());
        all_run().await;
        let error = outer.await.map(|_: Vec<()>| ()).unwrap_err();
        assert_eq!(message(&*error.into_panic().expect("a child panicked")), "should not be ignored");
    });
    let reports = reports.take();
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].contains("panicked, and nobody awaits it: should not be ignored"), "{reports:?}");
}
