//! A parent waits for its child.

use given::ready_queue::Executor;
use join::spawn;
use kit::{Hand, check, on_wake, watched};
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};

#[test]
fn a_task_runs_though_nobody_awaits_it() {
    check(|| {
        let executor = Executor::new();
        let ran = Rc::new(Cell::new(false));
        let child = {
            let ran = ran.clone();
            async move { ran.set(true) }
        };
        drop(spawn(&executor, watched("child", child)));
        executor.run_until_idle();
        assert!(ran.get(), "the handle was dropped, and the task did not run: a task runs by itself");
    });
}

#[test]
fn the_value_is_there_if_the_task_ended_first() {
    check(|| {
        let executor = Executor::new();
        let handle = spawn(&executor, watched("child", async { 7 }));
        executor.run_until_idle();
        let mut parent = Hand::new("parent", handle);
        assert_eq!(parent.ready(), 7);
    });
}

#[test]
fn who_awaits_is_woken_when_the_task_ends() {
    check(|| {
        let executor = Executor::new();
        let gate = Gate::default();
        let handle = spawn(&executor, watched("child", pass(gate.clone(), 7)));
        executor.run_until_idle();
        let mut parent = Hand::new("parent", handle);
        parent.pending();
        parent.asleep();
        gate.open();
        executor.run_until_idle();
        parent.woken();
        assert_eq!(parent.ready(), 7);
    });
}

#[test]
fn polled_again_it_wakes_the_newest_waker() {
    check(|| {
        let executor = Executor::new();
        let gate = Gate::default();
        let handle = spawn(&executor, watched("child", pass(gate.clone(), 7)));
        executor.run_until_idle();
        let mut parent = Hand::new("parent", handle);
        parent.pending();
        parent.pending();
        gate.open();
        executor.run_until_idle();
        parent.woken();
    });
}

#[test]
fn a_parent_in_the_executor_gets_on() {
    check(|| {
        let executor = Rc::new(Executor::new());
        let sum = Rc::new(Cell::new(0));
        let parent = {
            let (executor, sum) = (executor.clone(), sum.clone());
            async move {
                let three = spawn(&executor, watched("three", async { 3 }));
                let four = spawn(&executor, watched("four", async { 4 }));
                sum.set(three.await + four.await);
            }
        };
        executor.spawn(watched("parent", parent));
        executor.run_until_idle();
        assert_eq!(sum.get(), 7, "both children have returned, and the parent still waits for them");
    });
}

#[test]
fn who_is_woken_may_ask_for_the_value_at_once() {
    check(|| {
        let executor = Executor::new();
        let gate = Gate::default();
        let handle = spawn(&executor, pass(gate.clone(), 7));
        executor.run_until_idle();
        let mut parent = Hand::new("parent", handle);
        parent.pending();
        let found = Rc::new(Cell::new(None));
        on_wake({
            let found = found.clone();
            move || found.set(Some(parent.poll()))
        });
        gate.open();
        executor.run_until_idle();
        let found = found.take().expect("the task has returned, and `parent` was not woken");
        assert_eq!(found, Poll::Ready(7), "the value was not there yet when you called wake");
    });
}

/// A gate that opens once, for one who waits.
#[derive(Clone, Default)]
struct Gate(Rc<(Cell<bool>, RefCell<Option<Waker>>)>);

impl Gate {
    fn open(&self) {
        self.0.0.set(true);
        if let Some(waker) = self.0.1.take() {
            waker.wake();
        }
    }

    fn wait(&self) -> impl Future<Output = ()> {
        poll_fn(|cx| {
            if self.0.0.get() {
                return Poll::Ready(());
            }
            self.0.1.replace(Some(cx.waker().clone()));
            Poll::Pending
        })
    }
}

/// Waits for the gate, and returns a value then.
async fn pass(gate: Gate, value: u32) -> u32 {
    gate.wait().await;
    value
}
