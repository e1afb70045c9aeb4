//! Three waits in one task, and one bell after the other: who is polled again?

use futures::future::join_all;
use futures::stream::{FuturesUnordered, StreamExt};
use greenlight::{spawn_detached, sync::Event, yield_now};
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
        self.bells.iter().zip(&self.polls).map(|(bell, polls)| counted(bell, polls))
    }

    fn polls(&self) -> [u32; 3] {
        self.polls.each_ref().map(Cell::get)
    }
}

// ANCHOR: counted
/// Waits for the bell, and counts the polls which that takes.
async fn counted(bell: &Event, polls: &Cell<u32>) {
    let mut wait = pin!(bell.wait());
    poll_fn(|cx| {
        polls.update(|polls| polls + 1);
        wait.as_mut().poll(cx)
    })
    .await;
}

/// Rings one bell after the other, with turns in between.
async fn ring(bells: Rc<Bells>) {
    for bell in &bells.bells {
        yield_now().await;
        yield_now().await;
        bell.set();
    }
}
// ANCHOR_END: counted

// ANCHOR: program
async fn program() -> [[u32; 3]; 2] {
    let bells = Rc::new(Bells::default());
    spawn_detached(ring(bells.clone()));
    join_all(bells.waits()).await;
    let joined = bells.polls();

    let bells = Rc::new(Bells::default());
    spawn_detached(ring(bells.clone()));
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
