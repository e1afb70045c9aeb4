//! The tests that CPython 3.13 has for asyncio's `timeout`, `wait_for` and `TaskGroup`: every case
//! that applies, under its original's name. Each file names those of its own that do not apply, and
//! `lists` holds them to that.

mod crews;
mod lists;
mod shield;
mod taskgroups;
mod timeouts;
mod waitfor;

pub(crate) use lists::CLASSES;

use crate::ports::{Crashes, Flags};
use std::cell::Cell;
use std::future::Future;
use std::time::Duration;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// A time that no test of these waits out.
const LONG: Duration = Duration::from_secs(10);

/// Sleeps that long, and panics when it is dropped, whether or not it has slept enough.
async fn sleep_and_crash(duration: Duration) {
    let _crashes = Crashes;
    greenlight::sleep(duration).await;
}

/// Runs a future, and sets the flag when it is dropped.
async fn flagged<F: Future>(flag: &Cell<bool>, future: F) -> F::Output {
    let _flags = Flags(flag);
    future.await
}
