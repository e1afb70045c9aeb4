//! CPython's tests of what `async with` enters, each under its name there: a guard, or a permit, is what is entered.

use crate::ports::assert_no_future;
use greenlight::sleep;
use greenlight::sync::{Condition, Lock, Semaphore};
use stage::run;
use std::time::Duration;

/// Enters and leaves what a future yields, and asserts whether it is locked.
async fn enters<Guard>(enter: impl Future<Output = Guard>, is_locked: impl Fn() -> bool) {
    let short = Duration::from_millis(10);
    sleep(short).await;
    assert!(!is_locked());
    {
        let _guard = enter.await;
        assert!(is_locked());
        sleep(short).await;
        assert!(is_locked());
    }
    assert!(!is_locked());
}

#[test]
fn test_context_manager_async_with() {
    run(async {
        let (lock, condition) = (Lock::new(()), Condition::new(()));
        enters(lock.lock(), || lock.is_locked()).await;
        enters(condition.lock(), || condition.is_locked()).await;
        for semaphore in [Semaphore::new(1), Semaphore::bounded(1)] {
            enters(semaphore.acquire(), || semaphore.is_locked()).await;
        }
    });
}

#[test]
fn test_context_manager_with_await() {
    assert_no_future!(&Lock);
    assert_no_future!(&Condition);
    assert_no_future!(&Semaphore);
}
