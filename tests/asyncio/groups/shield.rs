//! CPython's tests of `asyncio.wait_for` around a `shield`, each under its name there: all apply.
//! Every wait for a handle is shielded here, for awaiting is not owning.

use super::ms;
use crate::ports::result;
use greenlight::{Deadline, now, sleep, spawn, timeout, timeout_at};
use stage::run;
use std::time::Duration;

#[test]
fn test_zero_timeout() {
    run(async {
        let mut task = spawn(finish_after(ms(10)));
        // Awaiting is not owning: every wait for a handle is shielded.
        assert!(timeout(ms(0), &mut task).await.is_err());
        assert!(!task.is_finished());

        sleep(ms(100)).await;
        assert_eq!(result(task).await, "done");
    });
}

#[test]
fn test_none_timeout() {
    run(async {
        let mut task = spawn(finish_after(ms(100)));
        let output = timeout_at(&Deadline::new(), &mut task).await.expect("there is no deadline");
        assert!(task.is_finished());
        assert_eq!(output.expect("the task ended by itself"), "done");
    });
}

#[test]
fn test_shielded_timeout() {
    run(async {
        let mut task = spawn(finish_after(ms(100)));
        assert!(timeout(ms(10), &mut task).await.is_err());
        assert!(!task.is_finished());
        assert_eq!(task.await.expect("the task ended by itself"), "done");
        assert_eq!(now().since_start(), ms(100));
    });
}

async fn finish_after(duration: Duration) -> &'static str {
    sleep(duration).await;
    "done"
}
