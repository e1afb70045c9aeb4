//! The waits of the queues: for an item, and for room.

use super::queue_over::QueueOver;
use super::store::{Closed, PutError, Store};
use crate::runtime::Waiter;
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Waits for an item: what [`QueueOver::get`] returns.
#[must_use = "futures do nothing unless awaited"]
pub struct QueueGet<'a, T, S: Store<T> = VecDeque<T>> {
    pub(super) queue: &'a QueueOver<T, S>,
    pub(super) waiter: Waiter,
}

impl<T, S: Store<T>> Future for QueueGet<'_, T, S> {
    type Output = Result<T, Closed>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let QueueGet { queue, waiter } = &mut *self;
        let settled = || queue.may_get() || queue.is_over();
        if queue.getters.wait(waiter, cx, 1, || !settled()).is_pending() {
            // Those in front may be dying; and so was its own task, if another polls it now.
            queue.hand_out_items();
            return Poll::Pending;
        }
        if queue.is_empty() {
            debug_assert!(queue.is_closed(), "one who was granted an item finds one as long as the queue is open");
            return Poll::Ready(Err(Closed));
        }
        Poll::Ready(Ok(queue.pop(waiter.at)))
    }
}

impl<T, S: Store<T>> Drop for QueueGet<'_, T, S> {
    fn drop(&mut self) {
        if self.queue.getters.leave(&mut self.waiter) {
            self.queue.hand_out_items();
        }
    }
}

/// Waits for room: what [`QueueOver::put`] returns.
#[must_use = "futures do nothing unless awaited"]
pub struct QueuePut<'a, T, S: Store<T> = VecDeque<T>> {
    pub(super) queue: &'a QueueOver<T, S>,
    /// None once it is in the queue, or handed back.
    pub(super) item: Option<T>,
    pub(super) waiter: Waiter,
}

impl<T, S: Store<T>> Unpin for QueuePut<'_, T, S> {}

impl<T, S: Store<T>> Future for QueuePut<'_, T, S> {
    type Output = Result<(), PutError<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let QueuePut { queue, item, waiter } = &mut *self;
        let settled = || queue.may_put() || queue.is_closed();
        if queue.putters.wait(waiter, cx, 1, || !settled()).is_pending() {
            queue.hand_out_room();
            return Poll::Pending;
        }
        let item = item.take().expect("Queue::put() was polled after it was ready; call it again to put another item");
        Poll::Ready(if queue.is_closed() {
            Err(PutError { item })
        } else {
            queue.push(item, waiter.at);
            Ok(())
        })
    }
}

/// It leaves the wait list before its item is dropped, which may make room.
impl<T, S: Store<T>> Drop for QueuePut<'_, T, S> {
    fn drop(&mut self) {
        if self.queue.putters.leave(&mut self.waiter) {
            self.queue.hand_out_room();
        }
    }
}

impl<T, S: Store<T>> fmt::Debug for QueueGet<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueGet").field("queue", self.queue).finish_non_exhaustive()
    }
}

impl<T, S: Store<T>> fmt::Debug for QueuePut<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueuePut").field("queue", self.queue).finish_non_exhaustive()
    }
}
