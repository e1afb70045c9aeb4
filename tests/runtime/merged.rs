//! Wakes from other threads of which one stands for many.

use greenlight::trace::{Kind, Recorder};
use greenlight::{Runtime, spawn_detached};
use stage::shared;
use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::thread;

/// Has another thread use this waker so often, and drop it.
fn wake_elsewhere(waker: Waker, times: usize) {
    let wake = move || (0..times).for_each(|_| waker.wake_by_ref());
    thread::spawn(wake).join().expect("a waker does not panic");
}

#[test]
fn a_task_that_a_thread_wakes_a_thousand_times_in_a_poll_is_woken_once() {
    let recorder = Rc::new(Recorder::default());
    let runtime = Runtime::builder().observer(recorder.clone()).build();
    let mut polls = 0;
    runtime.run(poll_fn(|cx| {
        polls += 1;
        if polls < 3 {
            wake_elsewhere(cx.waker().clone(), 1000);
            return Poll::Pending;
        }
        Poll::Ready(())
    }));
    let arrivals = recorder.events().iter().filter(|event| event.kind == Kind::ThreadArrived).count();
    assert_eq!(arrivals, 2, "one for each poll that others woke it in");
    assert_eq!(polls, 3);
}

#[test]
fn a_task_in_the_place_of_one_whose_wake_is_under_way_hears_its_own() {
    let runtime = Runtime::builder().build();
    let heard = shared(Cell::new(false));
    runtime.enter(|| {
        // It ends in the poll in which it was woken, and leaves its place and its waker to the next.
        spawn_detached(poll_fn(|cx| {
            wake_elsewhere(cx.waker().clone(), 1);
            Poll::Ready(())
        }));
        spawn_detached(async move {
            let mut polls = 0;
            spawn_detached(poll_fn(move |cx| {
                polls += 1;
                if polls == 1 {
                    wake_elsewhere(cx.waker().clone(), 1);
                    return Poll::Pending;
                }
                heard.set(true);
                Poll::Ready(())
            }));
        });
    });
    (0..3).for_each(|_| _ = runtime.turn());
    assert!(heard.get(), "its wake was taken for that of the one before");
    assert_eq!(runtime.task_count(), 0);
}

#[test]
fn a_task_hears_each_wake_that_comes_after_it_has_looked() {
    const TIMES: usize = 1000;
    let runtime = Runtime::builder().build();
    let (sender, receiver) = std::sync::mpsc::channel::<usize>();
    let mut sender = Some(sender);
    let mut received = 0;
    runtime.run(poll_fn(|cx| {
        if let Some(sender) = sender.take() {
            let waker = cx.waker().clone();
            thread::spawn(move || {
                for number in 0..TIMES {
                    sender.send(number).expect("the receiver waits for all");
                    waker.wake_by_ref();
                }
            });
        }
        received += receiver.try_iter().count();
        if received == TIMES { Poll::Ready(()) } else { Poll::Pending }
    }));
}
