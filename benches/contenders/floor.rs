//! The floor: a bare loop that polls boxed futures from a `VecDeque`, all of them round after round, with a waker that
//! does nothing. It knows no sleep, no line, no cancelled task: what an executor costs is what it costs beyond that.

use crate::contender::Tasks;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// The bare loop.
#[derive(Clone, Default)]
pub(super) struct Floor(Rc<Spawned>);

/// What was spawned since the last poll.
#[derive(Default)]
struct Spawned {
    tasks: RefCell<Vec<Task>>,
    /// Set while there are some.
    any: Cell<bool>,
}

/// Where a task leaves its output.
pub(super) struct Output<T>(Rc<Cell<Option<T>>>);

impl<T> Future for Output<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        self.0.take().map_or(Poll::Pending, Poll::Ready)
    }
}

impl Floor {
    fn collect(&self, tasks: &mut VecDeque<Task>) {
        if self.0.any.take() {
            tasks.extend(self.0.tasks.borrow_mut().drain(..));
        }
    }
}

impl Tasks for Floor {
    type Handle<T: 'static> = Output<T>;

    fn run<F>(main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let floor = Floor::default();
        let mut main = pin!(main(floor.clone()));
        let cx = &mut Context::from_waker(Waker::noop());
        let mut tasks = VecDeque::new();
        loop {
            // Nothing lets main go on before a task has ended.
            if let Poll::Ready(output) = main.as_mut().poll(cx) {
                return output;
            }
            floor.collect(&mut tasks);
            while let Some(mut task) = tasks.pop_front() {
                let poll = task.as_mut().poll(cx);
                floor.collect(&mut tasks);
                match poll {
                    Poll::Pending => tasks.push_back(task),
                    Poll::Ready(()) => break,
                }
            }
        }
    }

    fn spawn<F>(&self, future: F) -> Self::Handle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let output = Rc::new(Cell::new(None));
        let sink = output.clone();
        self.detach(async move { sink.set(Some(future.await)) });
        Output(output)
    }

    fn detach(&self, future: impl Future<Output = ()> + 'static) {
        self.0.tasks.borrow_mut().push(Box::pin(future));
        self.0.any.set(true);
    }

    fn cancel<T: 'static>(_: Self::Handle<T>) {
        unreachable!("the floor cancels nothing");
    }

    fn yield_now() -> impl Future<Output = ()> {
        let mut yielded = false;
        poll_fn(move |_| if std::mem::replace(&mut yielded, true) { Poll::Ready(()) } else { Poll::Pending })
    }

    async fn gather<F>(self, futures: impl Iterator<Item = F> + 'static)
    where
        F: Future<Output = ()> + 'static,
    {
        let handles: Vec<_> = futures.map(|future| self.spawn(future)).collect();
        for handle in handles {
            handle.await;
        }
    }
}
