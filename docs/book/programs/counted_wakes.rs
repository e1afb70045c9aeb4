//! A waker that counts: what `wake` does, and what it does not.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

// ANCHOR: counter
#[derive(Default)]
struct Counter(AtomicUsize);

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}
// ANCHOR_END: counter

// ANCHOR: main
pub(crate) fn main() {
    let counter = Arc::new(Counter::default());
    let waker = Waker::from(counter.clone());
    let mut cx = Context::from_waker(&waker);

    let (mut polls, mut kept) = (0, None);
    {
        let mut guest = pin!(poll_fn(|cx| {
            polls += 1;
            println!("the guest is polled");
            kept = Some(cx.waker().clone());
            Poll::<()>::Pending
        }));
        assert!(guest.as_mut().poll(&mut cx).is_pending());
    }
    let kept = kept.expect("the guest has kept the waker");
    println!("the bell rings twice");
    kept.wake_by_ref();
    kept.wake();
    println!("{polls} poll, {} wakes", counter.0.load(Relaxed));
    assert_eq!((polls, counter.0.load(Relaxed)), (1, 2));
}
// ANCHOR_END: main
