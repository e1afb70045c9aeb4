use std::pin::pin;
use std::task::{Context, Waker};

fn main() {
    let mut cx = Context::from_waker(Waker::noop());
    let mut tea = pin!(async { 42 });
    let _polled = tea.as_mut().poll(&mut cx);
    let _moved = *tea;
}
