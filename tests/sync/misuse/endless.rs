//! More time than there is: it lasts until the end of time, 584,942 years after the start.

use super::SECOND;
use greenlight::sync::{Condition, Woke};
use greenlight::{Deadline, Runtime, interval, now, race, sleep, sleep_until, timeout, timeout_at};
use stage::run;
use std::future::{Future, pending};
use std::pin::Pin;
use std::time::Duration;

/// A wait, boxed to stand in a table.
type Waiting = Pin<Box<dyn Future<Output = ()>>>;

type MakeWait = fn() -> Waiting;

/// Each wait that takes time, with more of it than there is.
const FOR_EVER: [(&str, MakeWait); 6] = [
    ("sleep", || Box::pin(sleep(Duration::MAX))),
    ("sleep_until", || Box::pin(sleep_until(now() + Duration::MAX))),
    ("interval", || {
        Box::pin(async {
            let mut ticks = interval(Duration::MAX);
            assert_eq!(ticks.tick().await.as_micros(), u64::MAX);
        })
    }),
    ("timeout", || {
        Box::pin(async {
            let elapsed = timeout(Duration::MAX, pending::<()>()).await.unwrap_err();
            assert!(elapsed.to_string().contains("was up at t=18446744073709.551615s"), "{elapsed}");
        })
    }),
    ("timeout_at", || {
        Box::pin(async {
            let deadline = Deadline::at(now() + SECOND);
            deadline.move_to(now() + Duration::MAX);
            timeout_at(&deadline, pending::<()>()).await.unwrap_err();
        })
    }),
    ("wait_until", || {
        Box::pin(async {
            let condition = Condition::new(());
            let guard = condition.lock().await;
            let (_guard, woke) = condition.wait_until(guard, now() + Duration::MAX).await;
            assert_eq!(woke, Woke::TimedOut);
        })
    }),
];

#[test]
fn more_time_than_there_is_lasts_until_its_end_and_not_a_moment_less() {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 86400);
    for (name, wait) in FOR_EVER {
        run(async {
            // Not at the beginning of time: the sum of both is beyond the end, too.
            sleep(SECOND).await;
            let (first, ()) = race([wait(), Box::pin(sleep(CENTURY))]).await;
            assert_eq!(first, 1, "{name}");
            wait().await;
            assert_eq!(now().as_micros(), u64::MAX, "{name}");
        });
    }
}

#[test]
fn on_the_real_clock_more_time_than_there_is_never_ends() {
    Runtime::builder().build().run(async {
        for (name, wait) in FOR_EVER {
            assert!(timeout(Duration::from_millis(2), wait()).await.is_err(), "{name}");
        }
    });
}
