//! What happens to who polls a future once more after it was ready.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::pin::pin;
use std::task::{Context, Waker};

pub(crate) fn main() {
    // ANCHOR: main
    let mut cx = Context::from_waker(Waker::noop());
    let mut future = pin!(async { 6 * 7 });
    println!("First poll: {:?}.", future.as_mut().poll(&mut cx));
    set_hook(Box::new(|_| {})); // what the panic says is printed below
    let again = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut cx)));
    // ANCHOR_END: main
    let panic = again.expect_err("an async block is polled to its end once");
    let message = panic.downcast_ref::<&str>().map(|text| text.to_string());
    let message =
        message.or_else(|| panic.downcast_ref::<String>().cloned()).expect("a panic of Rust's own has a text");
    println!("Second poll: a panic, {message:?}.");
}
