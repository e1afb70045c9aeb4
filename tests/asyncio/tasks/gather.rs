//! CPython's `GatherTestsBase`, each test under its name there. What its two heirs gather, futures and
//! coroutines, are futures here, for `gather`; `return_exceptions=True` is `gather_tasks`.

use super::{Promise, all_run};
use crate::ports::result;
use greenlight::{JoinHandle, gather, gather_tasks, spawn};
use stage::{message, run};

/// Gathers three, of which the last ends after the others, and asserts what comes out.
fn check_success(gathers: impl AsyncFn([&'static Promise<u32>; 3]) -> Vec<u32> + 'static) {
    let promises @ [a, b, c] = [(); 3].map(|()| Promise::new());
    run(async {
        let gathered = spawn(async move { gathers(promises).await });
        b.set(1);
        a.set(2);
        all_run().await;
        assert!(!gathered.is_finished());
        c.set(3);
        all_run().await;
        assert_eq!(result(gathered).await, [2, 1, 3]);
    });
}

#[test]
fn test_success() {
    check_success(async |promises| gather(promises.map(Promise::get)).await);
    check_success(async |[a, b, c]| <[u32; 3]>::from(greenlight::gather!(a.get(), b.get(), c.get()).await).into());
}

#[test]
fn test_result_exception_success() {
    check_success(async |promises| {
        let ended = gather_tasks(promises.map(|promise| spawn(promise.get()))).await;
        ended.into_iter().map(|outcome| outcome.expect("no task fails")).collect()
    });
}

#[test]
fn test_one_exception() {
    // Adapted: asyncio's other children run on, and nothing comes of it. Here they are cancelled.
    // Row: a child of `gather` that fails.
    let promises = [(); 5].map(|()| Promise::new());
    run(async {
        let gathered = spawn(gather(promises.map(Promise::get)));
        promises[0].set(1);
        promises[1].fail("division by zero");
        all_run().await;
        assert!(gathered.is_finished());
        let error = gathered.await.unwrap_err();
        assert_eq!(message(&*error.into_panic().expect("a child panicked")), "division by zero");
        assert_eq!(greenlight::tasks().len(), 1, "only main is left");
        promises[2].set(3);
        promises[4].fail("runtime error");
        all_run().await;
    });
}

#[test]
fn test_return_exceptions() {
    let promises @ [a, b, c, d] = [(); 4].map(|()| Promise::new());
    run(async {
        let gathered = spawn(gather_tasks(promises.map(|promise| spawn(promise.get()))));
        b.set(1);
        c.fail("division by zero");
        a.set(3);
        all_run().await;
        assert!(!JoinHandle::is_finished(&gathered));
        d.fail("runtime error");
        all_run().await;
        let outcomes = result(gathered).await.into_iter();
        let told = outcomes.map(|outcome| {
            outcome.map_err(|error| message(&*error.into_panic().expect("a child panicked")).to_owned())
        });
        let expected = [Ok(3), Ok(1), Err("division by zero".to_owned()), Err("runtime error".to_owned())];
        assert_eq!(told.collect::<Vec<_>>(), expected);
    });
}
