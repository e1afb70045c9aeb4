//! A future that is dropped between two awaits takes along what it has collected, and a queue keeps what it has.

use greenlight::{say, sleep, spawn_detached, sync::Queue, timeout};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

// ANCHOR: pair
/// Two words, one after the other.
async fn pair(words: &Queue<&'static str>) -> [&'static str; 2] {
    let first = words.get().await.expect("the queue is open");
    let second = words.get().await.expect("the queue is open");
    [first, second]
}
// ANCHOR_END: pair

async fn speak(words: Rc<Queue<&'static str>>) {
    for word in ["left", "right", "up", "down"] {
        sleep(Duration::from_secs(1)).await;
        words.put(word).await.expect("the queue is open");
    }
}

// ANCHOR: lost
async fn tries_again(words: &Queue<&'static str>) -> [&'static str; 2] {
    match timeout(Duration::from_millis(1500), pair(words)).await {
        Ok(words) => words,
        Err(_) => pair(words).await,
    }
}
// ANCHOR_END: lost

// ANCHOR: kept
async fn goes_on(words: &Queue<&'static str>) -> [&'static str; 2] {
    let mut pair = pin!(pair(words)); // outlives the timeout
    match timeout(Duration::from_millis(1500), &mut pair).await {
        Ok(words) => words,
        Err(_) => pair.await,
    }
}
// ANCHOR_END: kept

async fn program() {
    let words = Rc::new(Queue::unbounded());
    spawn_detached(speak(words.clone()));
    let pair = tries_again(&words).await;
    say!("the pair of who tries again: {pair:?}");
    assert_eq!(pair, ["right", "up"]);

    let words = Rc::new(Queue::unbounded());
    spawn_detached(speak(words.clone()));
    let pair = goes_on(&words).await;
    say!("the pair of who goes on: {pair:?}");
    assert_eq!(pair, ["left", "right"]);
}

pub(crate) fn main() {
    greenlight::run(program());
}
