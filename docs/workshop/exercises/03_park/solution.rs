//! `block_on`: the thread runs one future, and sleeps while there is nothing to do.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

// you: what the waker is made of: the thread to unpark, and a flag that remembers the wake; impl Wake for it
/// Wakes a thread that is in [`block_on`].
struct Parker {
    thread: Thread,
    /// Set by a wake, until the thread goes on because of it.
    is_woken: AtomicBool,
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        // The flag first: the thread that is unparked looks at it at once.
        self.is_woken.store(true, Ordering::SeqCst);
        self.thread.unpark();
    }
}
// end

/// Runs a future to its end on this thread, which sleeps between a poll that is pending and the next wake.
pub fn block_on<F: Future>(future: F) -> F::Output {
    // you: poll; while nobody has woken it, kit::park(); poll again
    let parker = Arc::new(Parker { thread: thread::current(), is_woken: AtomicBool::new(false) });
    let waker = Waker::from(parker.clone());
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
        // Whoever unparks a thread need not have woken its future, and who wakes it may find the thread awake.
        while !parker.is_woken.swap(false, Ordering::SeqCst) {
            kit::park();
        }
    }
    // else: todo!("poll; while nobody has woken it, kit::park(); poll again")
    // end
}
