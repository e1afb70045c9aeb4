//! Three waits in one task, and one bell after the other: who is polled again?

use futures::future::join_all;
use futures::stream::{FuturesUnordered, StreamExt};
use greenlight::{say, sync::Event, task, yield_now};
use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;

#[derive(Default)]
struct Bells {
    bells: [Event; 3],
    polls: [Cell<u32>; 3],
}

impl Bells {
    /// A future for each bell, which waits for it.
    fn waits(&self) -> impl Iterator<Item = impl Future<Output = ()>> {
        (1..).zip(&self.bells).zip(&self.polls).map(|((number, bell), polls)| counted(number, bell, polls))
    }

    fn polls(&self) -> [u32; 3] {
        self.polls.each_ref().map(Cell::get)
    }
}

// ANCHOR: counted
/// Waits for the bell, says when it is polled, and counts its polls.
async fn counted(number: u32, bell: &Event, polls: &Cell<u32>) {
    let mut wait = pin!(bell.wait());
    poll_fn(|cx| {
        say!("  wait {number} is polled");
        polls.update(|polls| polls + 1);
        wait.as_mut().poll(cx)
    })
    .await;
}

/// Rings one bell after the other, with turns in between.
async fn ring(bells: Rc<Bells>) {
    for (number, bell) in (1..).zip(&bells.bells) {
        yield_now().await;
        yield_now().await;
        say!("bell {number} rings");
        bell.set();
    }
}
// ANCHOR_END: counted

// ANCHOR: program
async fn program() -> [[u32; 3]; 2] {
    let bells = Rc::new(Bells::default());
    task("ringer").spawn_detached(ring(bells.clone()));
    say!("join_all");
    join_all(bells.waits()).await;
    let joined = bells.polls();

    let bells = Rc::new(Bells::default());
    task("ringer").spawn_detached(ring(bells.clone()));
    say!("FuturesUnordered");
    FuturesUnordered::from_iter(bells.waits()).collect::<()>().await;
    let unordered = bells.polls();
    [joined, unordered]
}
// ANCHOR_END: program

pub(crate) fn main() {
    let [joined, unordered] = greenlight::run(program());
    println!("join_all polls its three waits {joined:?} times");
    println!("FuturesUnordered polls them {unordered:?} times");
    assert_eq!((joined, unordered), ([2, 3, 4], [2, 2, 2]));
}
