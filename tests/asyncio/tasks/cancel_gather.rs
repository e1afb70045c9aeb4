//! CPython's tests of an `asyncio.gather` that is cancelled, each under its name there.

use super::ms;
use crate::ports::cancelled;
use greenlight::{gather_tasks, now, sleep, spawn};
use stage::run;

#[test]
fn test_cancel_gather_2() {
    run(async {
        let gathers = spawn(async {
            loop {
                gather_tasks([spawn(sleep(ms(50)))]).await;
                assert!(now().since_start() < ms(1000), "it is cancelled");
            }
        });
        sleep(ms(200)).await;
        let task = gathers.task();
        task.cancel();
        task.ended().await;
        // No message goes with a cancel.
        assert!(cancelled::<()>(gathers).await);
        assert_eq!(now().since_start(), ms(200));
    });
}
