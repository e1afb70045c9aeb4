//! What carries one thing, or none: `oneshot` of futures and of tokio, and tokio's `Notify`.

use futures::FutureExt;
use futures::channel::oneshot as futures_oneshot;
use greenlight::{spawn, yield_now};
use stage::{Log, turns, unwatched, within};
use std::future::Future;
use std::rc::Rc;
use tokio::sync::{Notify, oneshot as tokio_oneshot};

/// Spawns a task that says what it receives, or that nothing will come, and lets it park.
async fn receive<E>(log: Log, receiver: impl Future<Output = Result<u32, E>> + 'static) {
    drop(spawn(receiver.map(move |item| match item {
        Ok(item) => log.say(format!("the receiver has {item}")),
        Err(_) => log.say("the receiver hears that nothing will come"),
    })));
    turns(2).await;
}

async fn say_and_yield(log: Log, line: &str) {
    log.say(line);
    yield_now().await;
    log.say("a turn later");
}

#[test]
fn a_oneshot_arrives_one_hop_after_it_was_sent() {
    let futures = unwatched(async |log| {
        let (sender, receiver) = futures_oneshot::channel();
        receive(log, receiver).await;
        assert_eq!(sender.send(5), Ok(()));
        say_and_yield(log, "5 is sent").await;
    });
    let tokio = unwatched(async |log| {
        let (sender, receiver) = tokio_oneshot::channel();
        receive(log, receiver).await;
        assert_eq!(sender.send(5), Ok(()));
        say_and_yield(log, "5 is sent").await;
    });
    assert_eq!(futures, ["5 is sent", "the receiver has 5", "a turn later"]);
    assert_eq!(tokio, futures);
}

#[test]
fn a_oneshot_whose_sender_goes_says_so_one_hop_later() {
    let futures = unwatched(async |log| {
        let (sender, receiver) = futures_oneshot::channel();
        receive(log, receiver).await;
        drop(sender);
        say_and_yield(log, "the sender is gone").await;
    });
    let tokio = unwatched(async |log| {
        let (sender, receiver) = tokio_oneshot::channel();
        receive(log, receiver).await;
        drop(sender);
        say_and_yield(log, "the sender is gone").await;
    });
    assert_eq!(futures, ["the sender is gone", "the receiver hears that nothing will come", "a turn later"]);
    assert_eq!(tokio, futures);
}

#[test]
fn a_sender_that_waits_for_the_receivers_end_hears_of_it_one_hop_later() {
    let futures = unwatched(async |log| {
        let (mut sender, receiver) = futures_oneshot::channel::<u32>();
        drop(spawn(async move {
            sender.cancellation().await;
            log.say(format!("the sender hears of it, and sends: {:?}", sender.send(5)));
        }));
        turns(2).await;
        drop(receiver);
        say_and_yield(log, "the receiver is gone").await;
    });
    let tokio = unwatched(async |log| {
        let (mut sender, receiver) = tokio_oneshot::channel::<u32>();
        drop(spawn(async move {
            sender.closed().await;
            log.say(format!("the sender hears of it, and sends: {:?}", sender.send(5)));
        }));
        turns(2).await;
        drop(receiver);
        say_and_yield(log, "the receiver is gone").await;
    });
    assert_eq!(futures, ["the receiver is gone", "the sender hears of it, and sends: Err(5)", "a turn later"]);
    assert_eq!(tokio, futures);
}

#[test]
fn a_oneshot_that_is_awaited_by_reference_survives_a_dropped_wait() {
    unwatched(async |_| {
        let (sender, mut receiver) = tokio_oneshot::channel();
        assert_eq!(within(2, &mut receiver).await, None);
        assert_eq!(sender.send(1), Ok(()));
        assert_eq!(receiver.await, Ok(1));
        let (sender, mut receiver) = futures_oneshot::channel();
        assert_eq!(within(2, &mut receiver).await, None);
        assert_eq!(sender.send(1), Ok(()));
        assert_eq!(receiver.await, Ok(1));
    });
}

/// Three tasks that wait to be notified, parked.
async fn three_waiters(log: Log, bell: &Rc<Notify>) -> Vec<greenlight::Task> {
    let waiter = |name: &'static str| {
        let bell = bell.clone();
        greenlight::task(name).spawn_detached(async move {
            bell.notified().await;
            log.say(format!("{name} is notified"));
        })
    };
    let waiters = ["a", "b", "c"].map(waiter).to_vec();
    turns(2).await;
    waiters
}

#[test]
fn notify_one_wakes_the_first_in_line_one_hop_later() {
    let lines = unwatched(async |log| {
        let bell = Rc::new(Notify::new());
        let _waiters = three_waiters(log, &bell).await;
        for _ in 0..3 {
            bell.notify_one();
            say_and_yield(log, "one is notified").await;
        }
    });
    let expected = [
        "one is notified",
        "a is notified",
        "a turn later",
        "one is notified",
        "b is notified",
        "a turn later",
        "one is notified",
        "c is notified",
        "a turn later",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn notify_waiters_wakes_all_in_order_one_hop_later() {
    let lines = unwatched(async |log| {
        let bell = Rc::new(Notify::new());
        let _waiters = three_waiters(log, &bell).await;
        bell.notify_waiters();
        say_and_yield(log, "all are notified").await;
    });
    assert_eq!(lines, ["all are notified", "a is notified", "b is notified", "c is notified", "a turn later"]);
}

#[test]
fn a_notify_whose_waiter_is_cancelled_goes_to_the_next_and_a_hop_later() {
    let lines = unwatched(async |log| {
        let bell = Rc::new(Notify::new());
        let waiters = three_waiters(log, &bell).await;
        bell.notify_one();
        assert!(waiters[0].cancel());
        say_and_yield(log, "a is notified, and cancelled").await;
        waiters[1].ended().await;
        assert!(!waiters[2].is_finished());
    });
    assert_eq!(lines, ["a is notified, and cancelled", "a turn later", "b is notified"]);
}

#[test]
fn a_notify_that_came_before_its_waiter_does_not_suspend_it() {
    unwatched(async |_| {
        let bell = Notify::new();
        bell.notify_one();
        assert_eq!(bell.notified().now_or_never(), Some(()));
        assert_eq!(bell.notified().now_or_never(), None);
    });
}
