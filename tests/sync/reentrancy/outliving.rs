//! A wait may outlive the task that polled it: in a future that several tasks share, or that is
//! handed on. What comes while that task is cancelled and not dropped yet is not lost to the wait.

use futures::future::{FutureExt, LocalBoxFuture};
use greenlight::sync::{Barrier, Condition, Queue, Semaphore};
use greenlight::{Task, spawn_detached};
use stage::{run, shared, turns};
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

async fn notified(stock: &'static Condition) {
    let guard = stock.lock().await;
    drop(stock.wait(guard).await);
}

fn notify(stock: &Condition, n: usize) -> usize {
    let guard = stock.try_lock().expect("who waits does not hold it");
    stock.notify(&guard, n)
}

async fn meet(start: &'static Barrier) {
    assert!(start.wait().await.is_ok());
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

#[test]
fn a_notify_for_a_wait_that_is_shared() {
    let stock = shared(Condition::new(()));
    run(assert_shared(notified(stock), || assert_eq!(notify(stock, 1), 1)));
}

#[test]
fn a_notify_for_a_wait_that_is_handed_on() {
    for n in [1, usize::MAX] {
        let stock = shared(Condition::new(()));
        run(assert_handed_on(notified(stock), || {
            assert_eq!(notify(stock, n), 0, "it is dying, as far as one can tell")
        }));
    }
}

#[test]
fn a_notify_that_another_took_is_not_given_to_a_wait_that_is_handed_on() {
    run(async {
        let stock = shared(Condition::new(()));
        let wait: Rc<RefCell<Wait>> = Rc::new(RefCell::new(notified(stock).boxed_local()));
        let polled = || {
            let wait = wait.clone();
            poll_fn(move |cx| wait.borrow_mut().as_mut().poll(cx))
        };
        let first = spawn_detached(polled());
        turns(1).await;
        let other = spawn_detached(notified(stock));
        turns(1).await;
        first.cancel();
        assert_eq!(notify(stock, 1), 1);
        turns(2).await;
        let second = spawn_detached(polled());
        turns(3).await;
        assert!(other.is_finished() && !second.is_finished());
        assert_eq!(notify(stock, 1), 1);
        turns(3).await;
        assert!(second.is_finished());
    });
}

#[test]
fn of_waits_that_are_handed_on_as_many_are_notified_as_were_missed_and_none_that_came_later() {
    run(async {
        let stock = shared(Condition::new(()));
        let waits = [(); 4].map(|()| Rc::new(RefCell::new(notified(stock).boxed_local())));
        let polls = |number: usize| {
            let wait: Rc<RefCell<Wait>> = waits[number].clone();
            spawn_detached(poll_fn(move |cx| wait.borrow_mut().as_mut().poll(cx)))
        };
        let alone = polls(0);
        turns(1).await;
        alone.cancel();
        assert_eq!(notify(stock, 9), 0, "of those, one has missed it");
        let alone = polls(0);
        turns(3).await;
        assert!(alone.is_finished());
        let both = [1, 2].map(polls);
        turns(1).await;
        assert!(both.iter().all(Task::cancel));
        assert_eq!(notify(stock, 1), 0);
        let (late, living) = (polls(3), spawn_detached(notified(stock)));
        turns(1).await;
        late.cancel();
        assert_eq!(notify(stock, 1), 1, "it was not missed");
        turns(2).await;
        let handed_on = [3, 2, 1].map(polls);
        turns(3).await;
        assert!(living.is_finished());
        assert_eq!(handed_on.map(|task| task.is_finished()), [false, true, false]);
    });
}

#[test]
fn a_full_barrier_for_a_wait_that_is_handed_on() {
    let start = shared(Barrier::new(2));
    run(assert_handed_on(meet(start), || _ = spawn_detached(meet(start))));
}
