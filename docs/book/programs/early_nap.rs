//! A sleep that is made early and polled late: from which of the two moments it counts.

use greenlight::{now, say, sleep};
use std::time::Duration;

// ANCHOR: program
async fn afternoon() {
    let start = now();
    let nap = sleep(Duration::from_secs(2));
    sleep(Duration::from_secs(3)).await;
    say!("the nap is awaited at {} s", start.elapsed().as_secs());
    nap.await;
    say!("and is over at {} s", start.elapsed().as_secs());
    assert_eq!(start.elapsed(), Duration::from_secs(5));
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(afternoon());
}
