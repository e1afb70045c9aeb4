//! Bounded channels between tasks: order, hops, room, closing, and what is dropped half-way.

use crate::kinds::KINDS;
use greenlight::{spawn, yield_now};
use stage::{turns, unwatched, within};

#[test]
fn a_parked_receiver_has_the_item_one_hop_after_it_was_sent() {
    for kind in KINDS {
        let lines = unwatched(async |log| {
            let (mut sender, mut receiver) = kind.open(1);
            spawn(async move {
                log.say("the receiver waits");
                let item = receiver.receive().await;
                log.say(format!("the receiver has {item:?}"));
            })
            .task();
            yield_now().await;
            assert!(sender.send(7).await);
            log.say("main has sent 7");
            yield_now().await;
            log.say("main goes on, a turn later");
        });
        let expected =
            ["the receiver waits", "main has sent 7", "the receiver has Some(7)", "main goes on, a turn later"];
        assert_eq!(lines, expected, "{kind:?}");
    }
}

#[test]
fn items_arrive_in_the_order_of_sending() {
    for kind in KINDS {
        unwatched(async |_| {
            let (mut sender, mut receiver) = kind.open(3);
            let sending = spawn(async move {
                for item in 0..100 {
                    assert!(sender.send(item).await);
                }
            });
            let mut items = Vec::new();
            while let Some(item) = receiver.receive().await {
                items.push(item);
            }
            assert_eq!(items, Vec::from_iter(0..100), "{kind:?}");
            sending.await.expect("the sender does not panic");
        });
    }
}

#[test]
fn a_full_channel_parks_its_sender_until_a_hop_after_an_item_was_taken() {
    for kind in KINDS {
        let lines = unwatched(async |log| {
            let (mut sender, mut receiver) = kind.open(1);
            let sending = spawn(async move {
                for item in 1..=3 {
                    assert!(sender.send(item).await);
                    log.say(format!("{item} is in"));
                }
            });
            for _ in 1..=3 {
                turns(3).await;
                let item = receiver.receive().await.expect("the sender is there");
                log.say(format!("main takes {item}"));
                yield_now().await;
                log.say("a turn later");
            }
            sending.await.expect("the sender does not panic");
        });
        let expected = [
            "1 is in",
            "main takes 1",
            "2 is in",
            "a turn later",
            "main takes 2",
            "3 is in",
            "a turn later",
            "main takes 3",
            "a turn later",
        ];
        assert_eq!(lines, expected, "{kind:?}");
    }
}

#[test]
fn a_receiver_whose_last_sender_goes_has_what_is_left_and_then_the_end_a_hop_later() {
    for kind in KINDS {
        let lines = unwatched(async |log| {
            let (mut sender, mut receiver) = kind.open(2);
            let other = sender.clone();
            assert!(sender.send(1).await);
            let receiving = spawn(async move {
                for _ in 0..2 {
                    let item = receiver.receive().await;
                    log.say(format!("the receiver has {item:?}"));
                }
            });
            turns(3).await;
            drop(sender);
            log.say("the first sender is gone");
            turns(3).await;
            drop(other);
            log.say("the last sender is gone");
            yield_now().await;
            log.say("a turn later");
            receiving.await.expect("the receiver does not panic");
        });
        let expected = [
            "the receiver has Some(1)",
            "the first sender is gone",
            "the last sender is gone",
            "the receiver has None",
            "a turn later",
        ];
        assert_eq!(lines, expected, "{kind:?}");
    }
}

#[test]
fn a_sender_that_waits_for_room_hears_of_the_receivers_end_a_hop_later() {
    for kind in KINDS {
        let lines = unwatched(async |log| {
            let (mut sender, receiver) = kind.open(1);
            let sending = spawn(async move {
                while sender.send(0).await {
                    log.say("an item is in");
                }
                log.say("an item is refused");
            });
            turns(3).await;
            drop(receiver);
            log.say("the receiver is gone");
            yield_now().await;
            log.say("a turn later");
            sending.await.expect("the sender does not panic");
        });
        let expected = ["an item is in", "the receiver is gone", "an item is refused", "a turn later"];
        assert_eq!(lines, expected, "{kind:?}");
    }
}

#[test]
fn a_receive_that_is_dropped_at_any_moment_loses_nothing() {
    for kind in KINDS {
        for patience in 0..4 {
            unwatched(async |_| {
                let (mut sender, mut receiver) = kind.open(2);
                let sending = spawn(async move {
                    for item in 0..60 {
                        turns(item as usize % 5).await;
                        assert!(sender.send(item).await);
                    }
                });
                let (mut items, mut dropped) = (Vec::new(), 0);
                while items.len() < 60 {
                    match within(patience, receiver.receive()).await {
                        Some(item) => items.extend(item),
                        None => dropped += 1,
                    }
                    // A receive that is never polled would only spin.
                    if patience == 0 {
                        items.extend(receiver.receive().await);
                    }
                }
                assert_eq!(items, Vec::from_iter(0..60), "{kind:?}, patience {patience}");
                assert!(dropped > 0, "{kind:?}, patience {patience}: no receive was dropped");
                sending.await.expect("the sender does not panic");
            });
        }
    }
}

#[test]
fn a_send_that_is_dropped_while_it_waits_for_room_sends_nothing_and_keeps_no_room() {
    for kind in KINDS {
        for patience in 1..5 {
            unwatched(async |_| {
                let (mut sender, mut receiver) = kind.open(1);
                assert!(sender.send(1).await);
                assert_eq!(within(patience, sender.send(2)).await, None, "{kind:?}: there is no room");
                assert_eq!(receiver.receive().await, Some(1));
                assert!(sender.send(3).await);
                assert_eq!(receiver.receive().await, Some(3), "{kind:?}, patience {patience}");
                drop(sender);
                assert_eq!(receiver.receive().await, None);
            });
        }
    }
}

#[test]
fn a_receiving_task_that_is_cancelled_after_the_send_leaves_the_item_to_the_next() {
    let lines = unwatched(async |log| {
        let (sender, receiver) = async_channel::bounded(1);
        let receivers = ["first", "second"].map(|name| {
            let receiver = receiver.clone();
            greenlight::task(name).spawn_detached(async move {
                let _guard = log.at_drop(if name == "first" { "the first is gone" } else { "the second is gone" });
                let item: Result<u32, _> = receiver.recv().await;
                log.say(format!("the {name} has {item:?}"));
            })
        });
        turns(2).await;
        sender.send(1).await.expect("there are receivers");
        assert!(receivers[0].cancel());
        log.say("1 is sent, and the first is cancelled");
        receivers[1].ended().await;
    });
    let expected =
        ["1 is sent, and the first is cancelled", "the first is gone", "the second has Ok(1)", "the second is gone"];
    assert_eq!(lines, expected);
}
