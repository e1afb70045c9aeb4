//! Two futures that are awaited one after the other, and the same two as tasks: who runs meanwhile.

use greenlight::{gather, now, say, sleep};
use std::time::Duration;

// ANCHOR: program
async fn boil() {
    sleep(Duration::from_secs(3)).await;
}

async fn toast() {
    sleep(Duration::from_secs(2)).await;
}

async fn breakfast() {
    let start = now();
    let (eggs, bread) = (boil(), toast());
    eggs.await;
    bread.await;
    say!("one await after the other takes {} s", start.elapsed().as_secs());
    assert_eq!(start.elapsed(), Duration::from_secs(5));

    let start = now();
    gather!(boil(), toast()).await;
    say!("two tasks take {} s", start.elapsed().as_secs());
    assert_eq!(start.elapsed(), Duration::from_secs(3));
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(breakfast());
}
