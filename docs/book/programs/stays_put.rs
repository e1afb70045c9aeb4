//! Where the variables of a future are, before and after the box around it was moved.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Returns `Pending` once. Who polls it does so again of its own accord.
async fn pause() {
    let mut is_over = false;
    poll_fn(|_| if std::mem::replace(&mut is_over, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

pub(crate) fn main() {
    // ANCHOR: future
    let future = async {
        let name = *b"alice";
        let borrowed = &name; // a reference from the future into itself
        let before = borrowed.as_ptr();
        pause().await;
        (before, borrowed.as_ptr())
    };
    // ANCHOR_END: future
    // ANCHOR: main
    let mut cx = Context::from_waker(Waker::noop());
    let mut boxed = Box::pin(future);
    assert!(boxed.as_mut().poll(&mut cx).is_pending());
    let starts_at = place_of(&boxed);
    let size = size_of_val(&*boxed);

    let mut moved = boxed; // moves a pointer, and not the future
    assert_eq!(place_of(&moved), starts_at);
    let polled = moved.as_mut().poll(&mut cx);
    // ANCHOR_END: main
    let Poll::Ready((before, after)) = polled else { panic!("it pauses once") };
    let is_within = (starts_at..starts_at + size).contains(&before.addr());
    println!("The name is inside the future: {is_within}. It has kept its address: {}.", before == after);
    println!("The same name, moved out of its box and into another: {}.", moved_elsewhere());
    assert!(is_within && before == after);
}

fn place_of<T>(boxed: &Pin<Box<T>>) -> usize {
    std::ptr::from_ref(&**boxed).addr()
}

/// What becomes of the address of a value that may be moved.
fn moved_elsewhere() -> &'static str {
    let name = Box::new(*b"alice");
    let before = name.as_ptr();
    let elsewhere = Box::new([*name, *b"carol"]);
    if elsewhere[0].as_ptr() == before { "the same address" } else { "another address" }
}
