//! The `select!` of tokio and of futures around the channels of others, beside greenlight's own Event and sleep.

use crate::kinds::KINDS;
use futures::FutureExt;
use greenlight::sync::Event;
use greenlight::{now, sleep, spawn};
use stage::{Log, unwatched};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// An event that is set after 4 seconds, and a task that says so.
fn closing(log: Log) -> Rc<Event> {
    let closing = Rc::new(Event::new().named("closing"));
    let theirs = closing.clone();
    drop(spawn(async move {
        sleep(4 * SECOND).await;
        log.say(format!("{} closing", now()));
        theirs.set();
    }));
    closing
}

/// What both kinds of `select!` say: items that come after 1, 1 and 3 seconds, a tick for each second and a half without
/// an item, and the event.
const EXPECTED: [&str; 7] = [
    "t=1.000000s item 1",
    "t=1.000000s item 2",
    "t=2.500000s tick",
    "t=3.000000s item 3",
    "t=4.000000s closing",
    "t=4.000000s closed",
    "t=4.000000s sending ended: false",
];

#[test]
fn tokios_select_wakes_for_a_channel_a_sleep_and_an_event() {
    for kind in KINDS {
        let lines = unwatched(async |log| {
            let (mut sender, mut receiver) = kind.open(2);
            let closing = closing(log);
            let sending = spawn(async move {
                for (item, pause) in [(1, 1), (2, 0), (3, 2), (4, 90)] {
                    sleep(pause * SECOND).await;
                    sender.send(item).await;
                }
            });
            loop {
                tokio::select! {
                    biased;
                    item = receiver.receive() => log.say(format!("{} item {}", now(), item.expect("there are more"))),
                    () = closing.wait() => break log.say(format!("{} closed", now())),
                    () = sleep(SECOND * 3 / 2) => log.say(format!("{} tick", now())),
                }
            }
            log.say(format!("{} sending ended: {}", now(), sending.is_finished()));
        });
        assert_eq!(lines, EXPECTED, "{kind:?}");
    }
}

#[test]
fn the_select_of_futures_wakes_for_a_channel_a_sleep_and_an_event() {
    for kind in KINDS {
        let lines = unwatched(async |log| {
            let (mut sender, mut receiver) = kind.open(2);
            let closing = closing(log);
            let sending = spawn(async move {
                for (item, pause) in [(1, 1), (2, 0), (3, 2), (4, 90)] {
                    sleep(pause * SECOND).await;
                    sender.send(item).await;
                }
            });
            loop {
                futures::select_biased! {
                    item = pin!(receiver.receive().fuse()) => {
                        log.say(format!("{} item {}", now(), item.expect("there are more")));
                    }
                    () = closing.wait().fuse() => break log.say(format!("{} closed", now())),
                    () = sleep(SECOND * 3 / 2).fuse() => log.say(format!("{} tick", now())),
                }
            }
            log.say(format!("{} sending ended: {}", now(), sending.is_finished()));
        });
        assert_eq!(lines, EXPECTED, "{kind:?}");
    }
}

#[test]
fn an_event_that_loses_a_select_has_no_waiter_left() {
    unwatched(async |_| {
        let (event, bell) = (Event::new(), tokio::sync::Notify::new());
        bell.notify_one();
        tokio::select! {
            biased;
            () = event.wait() => panic!("nobody sets it"),
            () = bell.notified() => {}
        }
        assert_eq!(event.pulse(), 0, "the wait has left its list");
    });
}

#[test]
fn an_unbiased_select_over_channels_loses_no_item_either() {
    unwatched(async |_| {
        let ((mut left, mut from_left), (mut right, mut from_right)) = (KINDS[0].open(3), KINDS[1].open(3));
        let sending = spawn(async move {
            for item in 0..200 {
                assert!(left.send(item).await);
                assert!(right.send(item).await);
            }
        });
        let (mut lefts, mut rights) = (Vec::new(), Vec::new());
        while lefts.len() + rights.len() < 400 {
            // Which of the two is looked at first is a matter of chance, and the other receive is dropped.
            tokio::select! {
                Some(item) = from_left.receive() => lefts.push(item),
                Some(item) = from_right.receive() => rights.push(item),
            }
        }
        assert_eq!((lefts, rights), (Vec::from_iter(0..200), Vec::from_iter(0..200)));
        sending.await.expect("the sender does not panic");
    });
}
