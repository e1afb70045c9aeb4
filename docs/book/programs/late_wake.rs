//! A waker that is kept longer than its task lives, and longer than the runtime.

use greenlight::{run, say, task, yield_now};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

pub(crate) fn main() {
    // ANCHOR: main
    let kept = Rc::new(RefCell::new(None::<Waker>));
    let polls = Rc::new(Cell::new([0, 0]));
    let (keeps, counts) = (kept.clone(), polls.clone());
    run(async move {
        let counted = counts.clone();
        let keep = keeps.clone();
        let ann = task("ann").spawn(poll_fn(move |cx| {
            counted.set([counted.get()[0] + 1, 0]);
            keep.replace(Some(cx.waker().clone()));
            Poll::Ready(())
        }));
        ann.await.expect("ann does not panic");
        say!("Ann has ended.");

        let counted = counts.clone();
        task("ben").spawn_detached(poll_fn(move |_| {
            let [ann, ben] = counted.get();
            counted.set([ann, ben + 1]);
            Poll::<()>::Pending // waits for ever, and may
        }));
        yield_now().await;
        keeps.borrow().as_ref().expect("ann's waker was kept").wake_by_ref();
        yield_now().await;
        say!("Ann's waker was called: polls of ann and ben: {:?}.", counts.get());
    });
    let waker = kept.take().expect("ann's waker was kept");
    waker.wake();
    println!("It was called once more, after the runtime: polls {:?}.", polls.get());
    // ANCHOR_END: main
    assert_eq!(polls.get(), [1, 1]);
}
