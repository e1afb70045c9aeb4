//! Leaves that are made where there is no runtime: whatever waits for no time and for no task needs
//! none. To add one, add a row to [`APART`].

use crate::leaves::Leaf;
use futures::future::{FutureExt, pending};
use greenlight::race;
use greenlight::sync::{
    Barrier, BarrierTurn, BrokenBarrier, Closed, Condition, Event, Lock, Permit, PutError, Queue, Semaphore,
};
use std::cell::RefCell;
use std::rc::Rc;

/// Takes the world around a leaf one step further. False when nothing is left to do.
pub(crate) type Step = Box<dyn FnMut() -> bool>;

/// A leaf that is made where there is no runtime, and what makes it ready.
pub(crate) type Apart = fn() -> (Leaf, Step);

pub(crate) const APART: &[(&str, Apart)] = &[
    ("Event", || {
        let event = Rc::new(Event::new());
        let setter = event.clone();
        (Box::pin(async move { event.wait().await }), once(move || setter.set()))
    }),
    ("Lock", || {
        let lock = Rc::new(Lock::new(()));
        let holder = holder(&lock);
        let leaf = async move { drop(lock.lock().await) };
        (Box::pin(leaf), once(move || drop(holder)))
    }),
    ("Condition::wait", || {
        let condition = Rc::new(Condition::new(false));
        let notifier = condition.clone();
        let leaf = async move {
            let guard = condition.lock().await;
            let _guard = condition.wait(guard).await;
        };
        (Box::pin(leaf), once(move || notify(&notifier)))
    }),
    ("Condition::wait_for", || {
        let condition = Rc::new(Condition::new(false));
        let notifier = condition.clone();
        let leaf = async move {
            let guard = condition.lock().await;
            assert!(*condition.wait_for(guard, |came| *came).await);
        };
        (Box::pin(leaf), once(move || notify(&notifier)))
    }),
    ("Condition::wait, for the lock again", || {
        let lock = Rc::new(Lock::new(false));
        let condition = Condition::sharing(&lock);
        let holders = lock.clone();
        let holder = Rc::new(RefCell::new(None));
        let held = holder.clone();
        let leaf = async move {
            let mut wait = condition.wait(condition.lock().await);
            assert!((&mut wait).now_or_never().is_none());
            notify(&condition);
            held.replace(Some(self::holder(&holders)));
            let _guard = wait.await;
        };
        (Box::pin(leaf), once(move || drop(holder.take())))
    }),
    ("race", || {
        let event = Rc::new(Event::new());
        let setter = event.clone();
        let leaf = async move {
            let never = Event::new();
            assert_eq!(race([never.wait(), event.wait()]).await, (1, ()));
        };
        (Box::pin(leaf), once(move || setter.set()))
    }),
    ("Semaphore", || {
        let semaphore = Rc::new(Semaphore::bounded(2));
        let permits = [semaphore.try_acquire(), semaphore.try_acquire()].map(|permit| permit.expect("it is free"));
        permits.into_iter().for_each(Permit::forget);
        let releasing = semaphore.clone();
        let leaf = async move { drop(semaphore.acquire().await) };
        (Box::pin(leaf), once(move || releasing.release(1).expect("two are out")))
    }),
    ("Semaphore::acquire_many", || {
        let semaphore = Rc::new(Semaphore::new(1));
        let releasing = semaphore.clone();
        let leaf = async move {
            let _permit = semaphore.acquire_many(2).await;
            assert_eq!(semaphore.available(), 0);
        };
        (Box::pin(leaf), once(move || releasing.release(1).expect("there is no bound")))
    }),
    ("Barrier", || {
        let barrier = Rc::new(Barrier::new(2));
        let other = barrier.clone();
        let leaf = async move { assert_eq!(barrier.wait().await.map(BarrierTurn::index), Ok(0)) };
        let end = move || assert_eq!(other.wait().now_or_never().map(|turn| turn.map(BarrierTurn::index)), Some(Ok(1)));
        (Box::pin(leaf), once(end))
    }),
    ("Barrier, aborted", || {
        let barrier = Rc::new(Barrier::new(2));
        let aborting = barrier.clone();
        let leaf = async move { assert_eq!(barrier.wait().await, Err(BrokenBarrier::Interrupted)) };
        (Box::pin(leaf), once(move || aborting.abort()))
    }),
    ("Queue::get", || {
        let queue = Rc::new(Queue::unbounded());
        let putter = queue.clone();
        let leaf = async move { assert_eq!(queue.get().await, Ok("tea")) };
        (Box::pin(leaf), once(move || putter.try_put("tea").expect("there is always room")))
    }),
    ("Queue::get, closed", || {
        let queue = Rc::new(Queue::<()>::unbounded());
        let closing = queue.clone();
        let leaf = async move { assert_eq!(queue.get().await, Err(Closed)) };
        (Box::pin(leaf), once(move || closing.close()))
    }),
    ("Queue::put", || {
        let queue = full_queue();
        let getter = queue.clone();
        let leaf = async move {
            assert_eq!(queue.put("tea").await, Ok(()));
            assert_eq!(queue.try_get(), Ok("tea"));
        };
        (Box::pin(leaf), once(move || assert_eq!(getter.try_get(), Ok("soup"))))
    }),
    ("Queue::put, closed", || {
        let queue = full_queue();
        let closing = queue.clone();
        let leaf = async move { assert_eq!(queue.put("tea").await, Err(PutError { item: "tea" })) };
        (Box::pin(leaf), once(move || closing.close()))
    }),
    ("Queue::join", || {
        let queue = full_queue();
        let getter = queue.clone();
        let leaf = async move { queue.join().await };
        let end = move || {
            assert_eq!(getter.try_get(), Ok("soup"));
            getter.task_done().expect("it is done once");
        };
        (Box::pin(leaf), once(end))
    }),
];

/// A step that acts the first time, and says that it was the last.
fn once(act: impl FnOnce() + 'static) -> Step {
    let mut act = Some(act);
    Box::new(move || {
        if let Some(act) = act.take() {
            act();
        }
        false
    })
}

/// Somebody who holds the lock until it is dropped.
fn holder<T: 'static>(lock: &Rc<Lock<T>>) -> Leaf {
    let lock = lock.clone();
    let mut holder = Box::pin(async move {
        let _guard = lock.lock().await;
        pending().await
    });
    assert_eq!((&mut holder).now_or_never(), None);
    holder
}

fn notify(condition: &Condition<bool>) {
    let mut guard = condition.lock().now_or_never().expect("nobody holds the lock");
    *guard = true;
    assert_eq!(condition.notify_one(&guard), 1);
}

/// A queue with room for one item, and that item.
fn full_queue() -> Rc<Queue<&'static str>> {
    let queue = Rc::new(Queue::bounded(1));
    queue.try_put("soup").expect("there is room for one");
    queue
}
