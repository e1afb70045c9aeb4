//! A wait may outlive the task that polled it: in a future that several tasks share, or that is
//! handed on. What comes while that task is cancelled and not dropped yet is not lost to the wait.

use crate::stage::{run, shared, turns};
use futures::future::{FutureExt, LocalBoxFuture};
use greenlight::spawn_detached;
use greenlight::sync::{Queue, Semaphore};
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::rc::Rc;

type Wait = LocalBoxFuture<'static, ()>;

/// Two tasks share a wait. The one that polled it last is cancelled in the turn in which the wait
/// gets what it is for.
async fn assert_shared(wait: impl Future<Output = ()> + 'static, give: impl FnOnce()) {
    let wait = wait.boxed_local().shared();
    let other = spawn_detached(wait.clone());
    turns(1).await;
    let last = spawn_detached(wait);
    turns(1).await;
    last.cancel();
    give();
    turns(3).await;
    assert!(other.is_finished());
}

/// A task polls a wait that is not its own, and is cancelled in the turn in which the wait gets what
/// it is for. Another task goes on with it.
async fn assert_handed_on(wait: impl Future<Output = ()> + 'static, give: impl FnOnce()) {
    let wait: Rc<RefCell<Wait>> = Rc::new(RefCell::new(wait.boxed_local()));
    let polled = || {
        let wait = wait.clone();
        poll_fn(move |cx| wait.borrow_mut().as_mut().poll(cx))
    };
    let first = spawn_detached(polled());
    turns(1).await;
    first.cancel();
    give();
    turns(2).await;
    let second = spawn_detached(polled());
    turns(3).await;
    assert!(second.is_finished());
}

async fn acquire(desks: &'static Semaphore) {
    desks.acquire().await.forget();
}

async fn get(orders: &'static Queue<u32>) {
    assert_eq!(orders.get().await, Ok(1));
}

async fn put(orders: &'static Queue<u32>) {
    assert!(orders.put(2).await.is_ok());
}

fn full() -> &'static Queue<u32> {
    let orders = shared(Queue::bounded(1));
    orders.try_put(1).expect("it is empty");
    orders
}

#[test]
fn a_permit_for_a_wait_that_is_shared() {
    let desks = shared(Semaphore::new(0));
    run(assert_shared(acquire(desks), || desks.release(1).expect("it is unbounded")));
    assert_eq!(desks.available(), 0);
}

#[test]
fn an_item_for_a_wait_that_is_shared() {
    let orders = shared(Queue::unbounded());
    run(assert_shared(get(orders), || orders.try_put(1).expect("there is room")));
    assert!(orders.is_empty());
}

#[test]
fn room_for_a_wait_that_is_shared() {
    let orders = full();
    run(assert_shared(put(orders), || assert_eq!(orders.try_get(), Ok(1))));
    assert_eq!(orders.len(), 1);
}

#[test]
fn a_permit_for_a_wait_that_is_handed_on() {
    let desks = shared(Semaphore::new(0));
    run(assert_handed_on(acquire(desks), || desks.release(1).expect("it is unbounded")));
    assert_eq!(desks.available(), 0);
}

#[test]
fn an_item_for_a_wait_that_is_handed_on() {
    let orders = shared(Queue::unbounded());
    run(assert_handed_on(get(orders), || orders.try_put(1).expect("there is room")));
    assert!(orders.is_empty());
}

#[test]
fn room_for_a_wait_that_is_handed_on() {
    let orders = full();
    run(assert_handed_on(put(orders), || assert_eq!(orders.try_get(), Ok(1))));
    assert_eq!(orders.len(), 1);
}
