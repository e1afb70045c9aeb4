//! What a foreign waker may do when a semaphore or a queue wakes it: all whom a release is for are
//! granted before the first of them is woken.

use super::woken;
use crate::foreign::{abandon, is_ready, parked};
use greenlight::sync::{Queue, Semaphore};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::Waker;

async fn acquire(semaphore: Rc<Semaphore>) {
    drop(semaphore.acquire().await);
}

async fn get(queue: Rc<Queue<u32>>, got: Rc<RefCell<Vec<u32>>>) {
    let item = queue.get().await;
    got.borrow_mut().extend(item);
}

#[test]
fn one_that_panics_on_a_release_does_not_cost_the_next_its_permit() {
    let semaphore = Rc::new(Semaphore::new(0));
    let first = parked(acquire(semaphore.clone()), &woken(|| panic!("cannot be woken")).waker());
    let second = parked(acquire(semaphore.clone()), Waker::noop());
    let released = catch_unwind(AssertUnwindSafe(|| semaphore.release(2)));
    assert!(released.is_err(), "the panic reaches the one who releases");
    assert!(is_ready(&second));
    assert!(is_ready(&first));
    assert_eq!(semaphore.available(), 2);
}

#[test]
fn one_that_drops_the_next_in_line_on_a_release_gives_its_permit_back() {
    let semaphore = Rc::new(Semaphore::new(0));
    let second = Rc::new(RefCell::new(None));
    let next = second.clone();
    let first = parked(acquire(semaphore.clone()), &woken(move || drop(next.borrow_mut().take())).waker());
    *second.borrow_mut() = Some(parked(acquire(semaphore.clone()), Waker::noop()));
    let third = parked(acquire(semaphore.clone()), Waker::noop());
    semaphore.release(2).expect("it is unbounded");
    assert!(is_ready(&first));
    assert!(is_ready(&third), "the permit of the second went to it");
    assert_eq!(semaphore.available(), 2);
}

#[test]
fn one_that_tries_for_a_permit_on_a_release_finds_it_granted() {
    let semaphore = Rc::new(Semaphore::new(0));
    let (tried, seen) = (semaphore.clone(), Rc::new(Cell::new(None)));
    let saw = seen.clone();
    let first =
        parked(acquire(semaphore.clone()), &woken(move || saw.set(Some(tried.try_acquire().is_some()))).waker());
    semaphore.release(1).expect("it is unbounded");
    assert_eq!(seen.get(), Some(false));
    assert!(is_ready(&first));
}

#[test]
fn one_that_puts_again_when_it_is_woken_for_an_item_keeps_the_order() {
    let (queue, got) = (Rc::new(Queue::unbounded()), Rc::default());
    let more = queue.clone();
    let again = Cell::new(Some(2));
    let waker = woken(move || {
        if let Some(item) = again.take() {
            more.try_put(item).expect("there is always room");
        }
    });
    let first = parked(get(queue.clone(), Rc::clone(&got)), &waker.waker());
    let second = parked(get(queue.clone(), Rc::clone(&got)), Waker::noop());
    queue.try_put(1).expect("there is always room");
    assert!(is_ready(&first));
    assert!(is_ready(&second));
    assert_eq!(*got.borrow(), [1, 2]);
}

#[test]
fn one_that_panics_when_the_queue_closes_does_not_leave_the_others_waiting() {
    let (queue, got) = (Rc::new(Queue::unbounded()), Rc::default());
    let first = parked(get(queue.clone(), Rc::clone(&got)), &woken(|| panic!("cannot be woken")).waker());
    let second = parked(get(queue.clone(), Rc::clone(&got)), Waker::noop());
    assert!(catch_unwind(AssertUnwindSafe(|| queue.close())).is_err());
    assert!(is_ready(&second));
    abandon(&first);
    assert!(queue.is_closed() && got.borrow().is_empty());
}
