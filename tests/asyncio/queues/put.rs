//! CPython's `QueuePutTests`, each under its name there.

use super::{call_later, get, put, shows};
use crate::ports::{cancelled, result};
use greenlight::sync::{Event, Queue, TryPutError};
use greenlight::{spawn, yield_now};
use stage::{run, shared};
use std::cell::Cell;

#[test]
fn test_blocking_put() {
    run(async {
        let queue = Queue::unbounded();
        put(&queue, 1).await;
        assert_eq!(get(&queue).await, 1);
    });
}

#[test]
fn test_blocking_put_wait() {
    let queue = shared(Queue::bounded(1));
    let started = shared(Event::new());
    let finished = shared(Cell::new(false));
    run(async {
        call_later(|| assert_eq!(queue.try_get(), Ok(1)));
        let putter = spawn(async {
            started.set();
            put(queue, 1).await;
            put(queue, 2).await;
            finished.set(true);
        });
        started.wait().await;
        assert!(!finished.get());
        putter.await.unwrap();
        assert!(finished.get());
    });
}

#[test]
fn test_nonblocking_put() {
    let queue = Queue::unbounded();
    queue.try_put(1).unwrap();
    assert_eq!(queue.try_get(), Ok(1));
}

#[test]
fn test_get_cancel_drop_one_pending_reader() {
    let queue = shared(Queue::unbounded());
    run(async {
        let reader = spawn(get(queue));
        yield_now().await;

        queue.try_put(1).unwrap();
        queue.try_put(2).unwrap();
        reader.task().cancel();
        assert!(reader.await.unwrap_err().is_cancelled());

        let again = spawn(get(queue));
        assert_eq!(again.await.unwrap(), 1, "the reader that was cancelled dropped an item");
    });
}

#[test]
fn test_get_cancel_drop_many_pending_readers() {
    let queue = shared(Queue::unbounded());
    run(async {
        let [reader1, reader2, reader3] = [(), (), ()].map(|()| spawn(get(queue)));
        yield_now().await;

        queue.try_put(1).unwrap();
        queue.try_put(2).unwrap();
        reader1.task().cancel();
        assert!(reader1.await.unwrap_err().is_cancelled());

        // asyncio leaves open who gets what; here the first in line gets the first item.
        let third = reader3.await.unwrap();
        assert_eq!([result(reader2).await, third], [1, 2]);
    });
}

#[test]
fn test_put_cancel_drop() {
    let queue = shared(Queue::bounded(1));
    run(async {
        queue.try_put(1).unwrap();
        let writer = spawn(put(queue, 2));
        yield_now().await;

        assert_eq!(queue.try_get(), Ok(1));
        writer.task().cancel();
        assert!(writer.await.unwrap_err().is_cancelled());

        spawn(put(queue, 2)).await.unwrap();
        assert_eq!(queue.try_get(), Ok(2));
        assert_eq!(queue.len(), 0);
    });
}

#[test]
fn test_nonblocking_put_exception() {
    let queue = Queue::bounded(1);
    queue.try_put(1).unwrap();
    assert!(queue.try_put(2) == Err(TryPutError::Full(2)));
}

#[test]
fn test_put_cancelled() {
    let queue = shared(Queue::unbounded());
    run(async {
        let putter = spawn(async {
            put(queue, 1).await;
            true
        });
        assert_eq!(get(queue).await, 1);
        assert!(result(putter).await);
    });
}

#[test]
fn test_put_cancelled_race() {
    let queue = shared(Queue::bounded(1));
    run(async {
        let [put_a, put_b, put_c] = ["a", "b", "X"].map(|item| spawn(put(queue, item)));
        yield_now().await;
        assert!(put_a.is_finished());
        assert!(!put_b.is_finished());

        put_c.task().cancel();
        yield_now().await;
        assert!(cancelled(put_c).await);
        assert_eq!(queue.try_get(), Ok("a"));
        yield_now().await;
        assert_eq!(queue.try_get(), Ok("b"));

        put_b.await.unwrap();
    });
}

#[test]
fn test_put_with_waiting_getters() {
    let queue = shared(Queue::unbounded());
    run(async {
        let getter = spawn(get(queue));
        yield_now().await;
        put(queue, "a").await;
        assert_eq!(getter.await.unwrap(), "a");
    });
}

#[test]
fn test_why_are_putters_waiting() {
    let queue = shared(Queue::bounded(2));
    run(async {
        let getter = spawn(async {
            yield_now().await;
            for _ in 0..queue.len() {
                assert!(queue.try_get().is_ok());
            }
        });
        let putters = [0, 1, 2, 3].map(|item| spawn(put(queue, item)));
        getter.await.unwrap();
        for putter in putters {
            putter.await.unwrap();
        }
        assert_eq!([get(queue).await, get(queue).await], [2, 3]);
    });
}

#[test]
fn test_cancelled_puts_not_being_held_in_self_putters() {
    let queue = shared(Queue::bounded(1));
    run(async {
        queue.try_put(1).unwrap();
        let putter = spawn(put(queue, 1));
        yield_now().await;
        assert!(shows("putters: 1,", queue));

        putter.task().cancel();
        assert!(putter.await.unwrap_err().is_cancelled());
        assert!(shows("putters: 0,", queue));
    });
}

#[test]
fn test_cancelled_put_silence_value_error_exception() {
    let queue = shared(Queue::bounded(1));
    run(async {
        queue.try_put(1).unwrap();
        let putter = spawn(put(queue, 1));
        yield_now().await;

        // What asyncio has to silence, a wait that leaves the line twice, must not count twice here.
        assert_eq!(queue.try_get(), Ok(1));
        assert!(shows("putters: 0,", queue));
        putter.task().cancel();
        assert!(putter.await.unwrap_err().is_cancelled());
        queue.try_put(2).unwrap();
        assert!(queue.try_put(3) == Err(TryPutError::Full(3)));
    });
}
