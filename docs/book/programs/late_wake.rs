//! A waker that is kept longer than its task lives, and longer than the runtime.

use greenlight::{run, say, task, yield_now};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

pub(crate) fn main() {
    // ANCHOR: main
    let kept = Rc::new(RefCell::new(None::<Waker>));
    let [alice, bob] = [(); 2].map(|()| Rc::new(Cell::new(0))); // how often each was polled
    run(async {
        let (keeps, polls) = (kept.clone(), alice.clone());
        let ends_at_once = poll_fn(move |cx| {
            polls.set(polls.get() + 1);
            keeps.replace(Some(cx.waker().clone()));
            Poll::Ready(())
        });
        task("alice").spawn(ends_at_once).await.expect("alice does not panic");

        let polls = bob.clone();
        task("bob").spawn_detached(poll_fn(move |_| {
            polls.set(polls.get() + 1);
            Poll::Pending // for ever, which is meant so
        }));
        yield_now().await;
        let waker = kept.borrow().clone().expect("alice's waker was kept");
        waker.wake();
        yield_now().await;
        say!("Alice was polled {} time, and Bob {} time.", alice.get(), bob.get());
    });
    kept.take().expect("alice's waker was kept").wake(); // after the end of the runtime
    println!("And after the runtime: {} and {}.", alice.get(), bob.get());
    // ANCHOR_END: main
    assert_eq!((alice.get(), bob.get()), (1, 1));
}
