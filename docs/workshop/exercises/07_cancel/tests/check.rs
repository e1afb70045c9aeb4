//! Tasks that are cancelled at every moment of their lives.

use cancel::{Cancelled, Executor};
use kit::{Hand, called_from, check, watched};
use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};

#[test]
fn a_cancelled_task_is_dropped_at_once() {
    check(|| {
        let executor = Executor::new();
        let dropped = Rc::new(Cell::new(false));
        let mark = OnDrop({
            let dropped = dropped.clone();
            move || dropped.set(true)
        });
        let task = executor.spawn(async move {
            let _mark = mark;
            pending::<()>().await;
        });
        executor.run_until_idle();
        executor.cancel(task.id);
        assert!(dropped.get(), "the task was cancelled, and its future was not dropped: what it holds is never let go");
        assert_eq!(executor.alive(), 0, "the task was cancelled, and is still there");
    });
}

#[test]
fn a_cancelled_task_that_is_ready_is_not_polled() {
    check(|| {
        let executor = Executor::new();
        let ran = Rc::new(Cell::new(false));
        let task = executor.spawn({
            let ran = ran.clone();
            async move { ran.set(true) }
        });
        executor.cancel(task.id);
        executor.run_until_idle();
        assert!(!ran.get(), "the task was cancelled before its first poll, and ran all the same");
    });
}

#[test]
fn who_awaits_it_hears_of_it() {
    check(|| {
        let executor = Executor::new();
        let task = executor.spawn(pending::<()>());
        let id = task.id;
        executor.run_until_idle();
        let mut parent = Hand::new("parent", task);
        parent.pending();
        executor.cancel(id);
        parent.woken();
        assert_eq!(parent.ready(), Err(Cancelled));
    });
}

#[test]
fn a_task_that_has_returned_cannot_be_cancelled() {
    check(|| {
        let executor = Executor::new();
        let task = executor.spawn(async { 7 });
        executor.run_until_idle();
        executor.cancel(task.id);
        let result = Hand::new("parent", task).ready();
        assert_eq!(result, Ok(7), "the task had returned 7 before it was cancelled");
    });
}

#[test]
fn a_task_can_cancel_itself() {
    check(|| {
        let executor = Rc::new(Executor::new());
        let id = Rc::new(Cell::new(None));
        let task = executor.spawn(watched("tired", {
            let (executor, id) = (executor.clone(), id.clone());
            async move {
                executor.cancel(id.get().unwrap());
                pending::<()>().await;
            }
        }));
        id.set(Some(task.id));
        executor.run_until_idle();
        assert_eq!(executor.alive(), 0, "`tired` cancelled itself in its poll, and is still there");
        assert_eq!(Hand::new("parent", task).ready(), Err(Cancelled));
    });
}

#[test]
fn who_cancelled_itself_took_nobody_along() {
    check(|| {
        let executor = Rc::new(Executor::new());
        let id = Rc::new(Cell::new(None));
        let task = executor.spawn({
            let (executor, id) = (executor.clone(), id.clone());
            async move { executor.cancel(id.get().unwrap()) }
        });
        id.set(Some(task.id));
        executor.spawn(pending::<()>());
        executor.run_until_idle();
        assert_eq!(
            executor.alive(),
            1,
            "a task cancelled itself and returned, and the next one to be polled was dropped"
        );
    });
}

#[test]
fn to_cancel_who_is_over_takes_nobody_along() {
    check(|| {
        let executor = Rc::new(Executor::new());
        let over = executor.spawn(async {}).id;
        executor.run_until_idle();
        executor.spawn({
            let executor = executor.clone();
            async move {
                executor.cancel(over);
                pending::<()>().await;
            }
        });
        executor.run_until_idle();
        assert_eq!(
            executor.alive(),
            1,
            "a task cancelled one that was over, and was dropped itself: leave the note only for who is being polled"
        );
    });
}

#[test]
fn a_late_wake_of_a_cancelled_task_does_nothing() {
    check(|| {
        let executor = Executor::new();
        let kept = Rc::new(RefCell::new(None::<Waker>));
        let task = executor.spawn({
            let kept = kept.clone();
            poll_fn(move |cx| {
                kept.replace(Some(cx.waker().clone()));
                Poll::<()>::Pending
            })
        });
        executor.run_until_idle();
        executor.cancel(task.id);
        executor.cancel(task.id);
        kept.take().unwrap().wake();
        executor.run_until_idle();
        assert_eq!(executor.alive(), 0, "the task was cancelled, and a late wake brought it back");
    });
}

#[test]
fn what_is_dropped_may_use_the_executor() {
    check(|| {
        let executor = Rc::new(Executor::new());
        let last_words = OnDrop({
            let executor = executor.clone();
            move || drop(called_from("drop()", || executor.spawn(async {})))
        });
        let task = executor.spawn(async move {
            let _last_words = last_words;
            pending::<()>().await;
        });
        executor.run_until_idle();
        executor.cancel(task.id);
        assert_eq!(executor.alive(), 1, "the task that was dropped has spawned another one, and that is not there");
        executor.run_until_idle();
        assert_eq!(executor.alive(), 0);
    });
}

/// Does that when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
