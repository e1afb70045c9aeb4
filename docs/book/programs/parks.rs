//! A `block_on` that sleeps until it is woken, and an answer that comes from another thread.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

// ANCHOR: answer
/// What a thread will say, and who waits for it.
#[derive(Default)]
struct Shared {
    said: Option<u32>,
    waker: Option<Waker>,
}

/// The answer of a thread, which begins to think when this is polled first.
pub(super) struct Answer {
    thinks: Duration,
    shared: Option<Arc<Mutex<Shared>>>,
}

impl Future for Answer {
    type Output = u32;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u32> {
        let is_first = self.shared.is_none();
        let shared = self.shared.get_or_insert_default().clone();
        let mut guard = shared.lock().expect("nobody panics with the lock");
        if let Some(said) = guard.said {
            return Poll::Ready(said);
        }
        guard.waker = Some(cx.waker().clone());
        drop(guard);
        if is_first {
            think(self.thinks, shared);
        }
        Poll::Pending
    }
}

fn think(duration: Duration, shared: Arc<Mutex<Shared>>) {
    thread::spawn(move || {
        thread::sleep(duration);
        let mut guard = shared.lock().expect("nobody panics with the lock");
        guard.said = Some(42);
        let waiting = guard.waker.take();
        drop(guard);
        waiting.into_iter().for_each(Waker::wake);
    });
}
// ANCHOR_END: answer

/// Asks a thread that thinks for so long.
pub(super) fn ask(thinks: Duration) -> Answer {
    Answer { thinks, shared: None }
}

// ANCHOR: parker
struct Parker {
    thread: Thread,
    is_woken: AtomicBool,
}

impl Parker {
    fn of_this_thread() -> Self {
        Parker { thread: thread::current(), is_woken: AtomicBool::new(false) }
    }
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, SeqCst);
        self.thread.unpark();
    }
}
// ANCHOR_END: parker

// ANCHOR: block_on
/// Runs a future to its end on this thread. Returns the number of polls, too.
pub(super) fn block_on<F: Future>(future: F) -> (F::Output, u32) {
    let parker = Arc::new(Parker::of_this_thread());
    let waker = Waker::from(parker.clone());
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    let mut polls = 0;
    loop {
        polls += 1;
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return (output, polls);
        }
        while !parker.is_woken.swap(false, SeqCst) {
            thread::park();
        }
    }
}
// ANCHOR_END: block_on

pub(crate) fn main() {
    let (answer, polls) = block_on(ask(Duration::from_millis(20)));
    println!("The answer is {answer}, after {polls} polls.");
    assert_eq!((answer, polls), (42, 2));
}
