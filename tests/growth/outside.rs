//! What comes from outside: wakes by other threads, and by wakers that others keep.

use crate::Operation;
use greenlight::{Runtime, spawn_detached};
use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};

pub(crate) const OPERATIONS: &[Operation] = &[
    ("wake from outside, with as many parked", |n| {
        let runtime = runtime();
        (0..n).for_each(|_| _ = runtime.spawn_detached(pending()));
        let waker = kept_by(&runtime);
        for _ in 0..n {
            turns(&runtime);
            waker.borrow().as_ref().unwrap().wake_by_ref();
        }
    }),
    ("wake from outside, with as many parked behind", |n| {
        let runtime = runtime();
        let waker = kept_by(&runtime);
        (0..n).for_each(|_| _ = runtime.spawn_detached(pending()));
        for _ in 0..n {
            turns(&runtime);
            waker.borrow().as_ref().unwrap().wake_by_ref();
        }
    }),
    ("wake from outside, now one and now the other", |n| {
        let runtime = runtime();
        let wakers = [0; 3].map(|_| {
            (0..n).for_each(|_| _ = runtime.spawn_detached(pending()));
            kept_by(&runtime)
        });
        turns(&runtime);
        for number in 0..n {
            // Of the others nobody keeps the waker, until they are polled again.
            let waker = wakers[number % 3].borrow_mut().take().unwrap();
            wakers.iter().for_each(|waker| waker.borrow_mut().iter().for_each(Waker::wake_by_ref));
            wakers.iter().for_each(|waker| _ = waker.borrow_mut().take());
            waker.wake();
            turns(&runtime);
        }
    }),
    ("wake from outside, each of as many", |n| {
        let runtime = runtime();
        let wakers: Vec<_> = (0..n).map(|_| kept_by(&runtime)).collect();
        turns(&runtime);
        for waker in wakers {
            waker.borrow_mut().take().unwrap().wake();
            turns(&runtime);
        }
    }),
    ("wake from a thread, during a long poll", |n| {
        runtime().run(poll_fn(move |cx| {
            let waker = cx.waker().clone();
            std::thread::spawn(move || (0..n).for_each(|_| waker.wake_by_ref())).join().unwrap();
            Poll::Ready(())
        }));
    }),
    ("spawn by a Remote", |n| {
        let runtime = runtime();
        let remote = runtime.remote();
        (0..n).for_each(|_| remote.spawn(async {}).unwrap());
        turns(&runtime);
    }),
    ("spawn by a Remote one by one, with as many parked", |n| {
        let runtime = runtime();
        (0..n).for_each(|_| _ = runtime.spawn_detached(pending()));
        let remote = runtime.remote();
        for _ in 0..n {
            remote.spawn(async {}).unwrap();
            turns(&runtime);
        }
    }),
    ("spawn tasks that keep their own wakers, and never pause", |n| {
        let runtime = runtime();
        let kept = Rc::new(RefCell::new(None));
        runtime.enter(|| {
            for _ in 0..n {
                let kept = kept.clone();
                spawn_detached(poll_fn(move |cx| {
                    if kept.replace(Some(cx.waker().clone())).is_none() { Poll::Ready(()) } else { Poll::Pending }
                }));
                runtime.turn();
            }
        });
    }),
];

fn runtime() -> Runtime {
    Runtime::builder().debug(false).build()
}

/// Turns until there is nothing to do.
fn turns(runtime: &Runtime) {
    while let greenlight::Turn::Ran(_) = runtime.turn() {}
}

/// A task whose waker is kept outside, from each poll on.
fn kept_by(runtime: &Runtime) -> Rc<RefCell<Option<Waker>>> {
    let kept = Rc::new(RefCell::new(None));
    let keeps = kept.clone();
    runtime.spawn_detached(poll_fn(move |cx| {
        *keeps.borrow_mut() = Some(cx.waker().clone());
        Poll::Pending
    }));
    kept
}
