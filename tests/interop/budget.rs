//! tokio's cooperative budget: in a poll of tokio's own, tokio's futures pretend to be pending after 128 steps, and leave
//! their wakers with the tokio runtime until that poll is over.

use futures::FutureExt;
use greenlight::sync::Event;
use greenlight::{Runtime, run, spawn};
use stage::in_time;
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::mpsc as threads;
use tokio::sync::mpsc;
use tokio::task::unconstrained;

const ITEMS: usize = 1_000;

/// Receives items that are all there from the start, and counts them.
async fn receive_all(received: Rc<Cell<usize>>) {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    for item in 0..ITEMS {
        sender.send(item).expect("the receiver is here");
    }
    drop(sender);
    while receiver.recv().await.is_some() {
        received.set(received.get() + 1);
    }
}

/// How many polls it takes to receive everything.
async fn polls_to_receive_all() -> usize {
    let mut receiving = pin!(receive_all(Rc::default()));
    let mut polls = 0;
    poll_fn(|cx| {
        polls += 1;
        receiving.as_mut().poll(cx).map(|()| polls)
    })
    .await
}

fn inside_tokio<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("tokio can start").block_on(future)
}

#[test]
fn outside_of_tokio_there_is_no_budget() {
    let polls = in_time(|| run(async { spawn(polls_to_receive_all()).await }));
    assert_eq!(polls.expect("the receiver does not panic"), 1);
}

#[test]
fn a_runtime_that_is_run_inside_tokio_runs_out_of_the_budget_and_says_that_somebody_holds_a_waker() {
    let (received, report) = in_time(|| {
        let (reports, read) = threads::channel();
        let over = Rc::new(Event::new());
        let set = over.clone();
        let runtime = Runtime::builder().on_report(move |report| {
            reports.send(report.to_string()).expect("the test reads it");
            set.set();
        });
        let received = Rc::new(Cell::new(0));
        inside_tokio(async {
            runtime.build().run(async {
                futures::future::select(pin!(receive_all(received.clone())), pin!(over.wait())).await;
            });
        });
        (received.get(), read.recv().expect("there was a report"))
    });
    assert_eq!(received, 128);
    assert!(report.contains(", and 1 waker is held outside; "), "{report}");
}

#[test]
fn inside_tokio_a_run_under_unconstrained_has_no_budget() {
    let polls = in_time(|| inside_tokio(unconstrained(async { run(async { spawn(polls_to_receive_all()).await }) })));
    assert_eq!(polls.expect("the receiver does not panic"), 1);
}

#[test]
fn a_runtime_that_tokio_steps_between_its_own_polls_goes_on_with_the_next_budget() {
    let polls = in_time(|| {
        inside_tokio(async {
            let runtime = Runtime::builder().build();
            let mut receiving = runtime.spawn(polls_to_receive_all());
            loop {
                runtime.turn();
                if let Some(polls) = (&mut receiving).now_or_never() {
                    break polls;
                }
                tokio::task::yield_now().await;
            }
        })
    });
    assert_eq!(polls.expect("the receiver does not panic"), ITEMS.div_ceil(128));
}
