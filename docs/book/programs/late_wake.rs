//! A waker that is kept longer than its task lives, and longer than the runtime.

use greenlight::{run, say, task, yield_now};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

pub(crate) fn main() {
    // ANCHOR: main
    let kept = Rc::new(RefCell::new(None::<Waker>));
    let [ann, ben] = [(); 2].map(|()| Rc::new(Cell::new(0))); // how often each was polled
    run(async {
        let (keeps, polls) = (kept.clone(), ann.clone());
        let ends_at_once = poll_fn(move |cx| {
            polls.set(polls.get() + 1);
            keeps.replace(Some(cx.waker().clone()));
            Poll::Ready(())
        });
        task("ann").spawn(ends_at_once).await.expect("ann does not panic");

        let polls = ben.clone();
        task("ben").spawn_detached(poll_fn(move |_| {
            polls.set(polls.get() + 1);
            Poll::Pending // for ever, which is meant so
        }));
        yield_now().await;
        let waker = kept.borrow().clone().expect("ann's waker was kept");
        waker.wake();
        yield_now().await;
        say!("Ann was polled {} time, and Ben {} time.", ann.get(), ben.get());
    });
    kept.take().expect("ann's waker was kept").wake(); // after the end of the runtime
    println!("And after the runtime: {} and {}.", ann.get(), ben.get());
    // ANCHOR_END: main
    assert_eq!((ann.get(), ben.get()), (1, 1));
}
