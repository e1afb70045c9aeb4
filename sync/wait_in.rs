//! `wait_in`: the wait that takes nothing, and lets everybody go on at once.

use crate::runtime::{WaitList, Waiter};
use std::future::{Future, poll_fn};
use std::panic::Location;

/// Waits in a list until it is woken; not at all if there is nothing to wait for.
pub(super) fn wait_in(
    list: &WaitList,
    at: &'static Location<'static>,
    must_wait: impl Fn() -> bool,
) -> impl Future<Output = ()> {
    let mut waiter = Waiter::new(at);
    poll_fn(move |cx| waiter.wait(cx, list, &must_wait))
}
