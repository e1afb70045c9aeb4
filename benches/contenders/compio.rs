//! compio-executor, alone as in its own tests, with futures-intrusive's local types and local-sync's channels.

use super::intrusive::{Bare, Time, With};
use compio_executor::{Executor, JoinHandle};
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// compio-executor. It never parks its thread, which is the work of compio's reactor: whoever has nothing to do looks
/// at the timers, or again.
#[derive(Clone)]
pub(super) struct CompioExecutor(Rc<Executor>);

/// compio-executor, with what it needs.
pub(super) type Compio = With<CompioExecutor>;

impl Bare for CompioExecutor {
    type Handle<T: 'static> = JoinHandle<T>;

    fn run<F>(time: Option<Rc<Time>>, main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let executor = Rc::new(Executor::new());
        let mut main = pin!(main(CompioExecutor(executor.clone())));
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

    fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.0.spawn(future)
    }

    fn detach(&self, future: impl Future<Output = ()> + 'static) {
        self.0.spawn(future).detach();
    }
}
