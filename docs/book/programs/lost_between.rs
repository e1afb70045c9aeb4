//! A look at a flag, and a waker that is kept a moment later: what comes in between is lost.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Wake, Waker};

type Line = &'static str;

#[derive(Default)]
struct Shared {
    line: Option<Line>,
    waker: Option<Waker>,
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().expect("nobody panics with the lock")
}

#[derive(Default)]
struct Wakes(AtomicU32);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

// ANCHOR: arrive
/// What the thread of the reactor does when a line has come.
fn arrive(shared: &Mutex<Shared>) {
    let mut guard = lock(shared);
    guard.line = Some("hello");
    let waiting = guard.waker.take();
    drop(guard);
    waiting.into_iter().for_each(Waker::wake);
}
// ANCHOR_END: arrive

// ANCHOR: twice
/// Wrong: takes the lock twice. `meanwhile` is what happens to come in between.
fn look_then_keep(shared: &Mutex<Shared>, waker: &Waker, meanwhile: impl FnOnce()) -> Poll<Line> {
    if let Some(line) = lock(shared).line.take() {
        return Poll::Ready(line);
    }
    meanwhile();
    lock(shared).waker = Some(waker.clone());
    Poll::Pending
}
// ANCHOR_END: twice

// ANCHOR: once
/// Right: looks and keeps with the lock in hand. What comes meanwhile waits for that.
fn look_and_keep(shared: &Mutex<Shared>, waker: &Waker, meanwhile: impl FnOnce()) -> Poll<Line> {
    let mut guard = lock(shared);
    if let Some(line) = guard.line.take() {
        return Poll::Ready(line);
    }
    guard.waker = Some(waker.clone());
    drop(guard);
    meanwhile();
    Poll::Pending
}
// ANCHOR_END: once

pub(crate) fn main() {
    for is_right in [false, true] {
        let (shared, wakes) = (Mutex::new(Shared::default()), Arc::new(Wakes::default()));
        let waker = Waker::from(wakes.clone());
        let mut line_comes = Some(|| arrive(&shared));
        let mut line = pin!(poll_fn(|cx| {
            let waker = cx.waker();
            let meanwhile = || line_comes.take().into_iter().for_each(|arrives| arrives());
            if is_right { look_and_keep(&shared, waker, meanwhile) } else { look_then_keep(&shared, waker, meanwhile) }
        }));
        assert!(line.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        let (how, wakes) = (if is_right { "look_and_keep" } else { "look_then_keep" }, wakes.0.load(Relaxed));
        let line = lock(&shared).line;
        println!("{how}: the wait was woken {wakes} times, and the line is {line:?}.");
        assert_eq!(wakes == 1, is_right);
    }
}
