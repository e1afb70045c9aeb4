//! A wait for an event that is set does not suspend: a loop around it never lets anybody else run.

use greenlight::{sync::Event, task, yield_now};
use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;

// ANCHOR: listener
async fn listen(bell: Rc<Event>) -> u32 {
    let mut rounds = 0;
    while rounds < 1000 {
        bell.wait().await;
        rounds += 1;
    }
    rounds
}
// ANCHOR_END: listener

/// The future, whose polls are counted.
async fn counted<T>(future: impl Future<Output = T>, polls: Rc<Cell<u32>>) -> T {
    let mut future = pin!(future);
    poll_fn(|cx| {
        polls.update(|polls| polls + 1);
        future.as_mut().poll(cx)
    })
    .await
}

// ANCHOR: program
async fn program(polls: Rc<Cell<u32>>) -> u32 {
    let bell = Rc::new(Event::new().named("bell"));
    let listener = task("listener").spawn(counted(listen(bell.clone()), polls));
    yield_now().await; // the listener waits
    bell.set(); // and nobody clears it
    listener.await.expect("nobody cancels the listener")
}
// ANCHOR_END: program

pub(crate) fn main() {
    let polls = Rc::new(Cell::new(0));
    let rounds = greenlight::run(program(polls.clone()));
    println!("{rounds} rounds in {} polls", polls.get());
    assert_eq!((rounds, polls.get()), (1000, 2));
}
