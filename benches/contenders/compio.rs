//! compio-executor, alone as in its own tests, with futures-intrusive's local types and local-sync's channels.

use super::intrusive::{MutexAndSemaphore, OfOne, Time, Unbounded};
use crate::contender::{Clock, Conditions, Events, Locks, Queues, Tasks, Timers};
use compio_executor::{Executor, JoinHandle};
use futures::future::{join_all, select};
use futures_intrusive::sync::{LocalManualResetEvent, LocalMutex, LocalSemaphore};
use futures_lite::future::yield_now;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// compio-executor. It never parks its thread, which is the work of compio's reactor: whoever has nothing to do looks
/// at the timers, or again.
#[derive(Clone)]
pub(super) struct Compio {
    executor: Rc<Executor>,
    /// Some on a runtime with timers.
    time: Option<Rc<Time>>,
}

fn run<F: Future>(time: Option<Time>, main: impl FnOnce(Compio) -> F) -> F::Output {
    let this = Compio { executor: Rc::new(Executor::new()), time: time.map(Rc::new) };
    let (executor, time) = (this.executor.clone(), this.time.clone());
    let mut main = pin!(main(this));
    let cx = &mut Context::from_waker(Waker::noop());
    let output = loop {
        if let Poll::Ready(output) = main.as_mut().poll(cx) {
            break output;
        }
        if !executor.tick()
            && let Some(time) = &time
        {
            time.jump();
        }
    };
    // A task holds the executor, so that it never goes by itself.
    executor.clear();
    output
}

impl Tasks for Compio {
    type Handle<T: 'static> = JoinHandle<T>;

    fn run<F>(main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        run(None, main)
    }

    fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.executor.spawn(future)
    }

    fn detach(&self, future: impl Future<Output = ()> + 'static) {
        self.executor.spawn(future).detach();
    }

    fn cancel<T: 'static>(handle: JoinHandle<T>) {
        drop(handle);
    }

    fn yield_now() -> impl Future<Output = ()> {
        yield_now()
    }

    async fn gather<F>(self, futures: impl Iterator<Item = F> + 'static)
    where
        F: Future<Output = ()> + 'static,
    {
        join_all(futures.map(|future| self.spawn(future))).await;
    }
}

impl Events for Compio {
    type Event = LocalManualResetEvent;
}

impl Conditions for Compio {
    type Condition = MutexAndSemaphore;
}

impl Locks for Compio {
    type Lock = LocalMutex<()>;
    type Semaphore = LocalSemaphore;
}

impl Queues for Compio {
    type OfOne = OfOne;
    type Unbounded = Unbounded;
}

impl Timers for Compio {
    fn run_timed<F>(clock: Clock, main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        assert_eq!(clock, Clock::Virtual, "nobody drives futures-intrusive's timers in real time");
        run(Some(Time::new()), main)
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        self.time.as_ref().expect("only a run with timers sleeps").sleep(duration)
    }

    async fn timeout<F: Future<Output = ()>>(&self, duration: Duration, future: F) {
        select(pin!(future), pin!(self.sleep(duration))).await;
    }
}
