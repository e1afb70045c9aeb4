//! `Event::pulse`: releases those who wait now, and leaves the event unset.

use futures::FutureExt;
use greenlight::sync::Event;
use greenlight::{gather, spawn, spawn_detached, yield_now};
use stage::{Log, counted, shared, standing};

#[test]
fn it_releases_all_who_wait_in_order_and_counts_them() {
    let log = Log::default();
    standing().run(async {
        let gate = shared(Event::new());
        let walkers = ["a", "b", "c"].map(|name| {
            spawn(async move {
                gate.wait().await;
                log.say(name);
            })
        });
        yield_now().await;
        assert_eq!(gate.pulse(), 3);
        assert!(!gate.is_set());
        gather(walkers).await;
    });
    assert_eq!(log.take(), ["a", "b", "c"]);
}

#[test]
fn from_a_pulse_to_the_waiter_is_one_hop() {
    let hops = counted(|hops| async move {
        let gate = shared(Event::new());
        let counting = hops;
        let walker = spawn(async move {
            gate.wait().await;
            counting.count()
        });
        yield_now().await;
        hops.begin();
        gate.pulse();
        walker.await.unwrap()
    });
    assert_eq!(hops, 1);
}

#[test]
fn one_that_reaches_nobody_is_lost() {
    let gate = Event::new();
    assert_eq!(gate.pulse(), 0);
    assert!(gate.wait().now_or_never().is_none());
}

#[test]
fn who_waits_again_waits_for_the_next() {
    let log = Log::default();
    standing().run(async {
        let gate = shared(Event::new());
        spawn_detached(async move {
            for round in 1.. {
                gate.wait().await;
                log.say(format!("round {round}"));
            }
        });
        for pulse in 1..=3 {
            yield_now().await;
            assert_eq!(gate.pulse(), 1);
            log.say(format!("pulse {pulse}"));
        }
        yield_now().await;
    });
    assert_eq!(log.take(), ["pulse 1", "round 1", "pulse 2", "round 2", "pulse 3", "round 3"]);
}

#[test]
fn it_unsets_an_event_that_was_set() {
    let gate = Event::new();
    gate.set();
    assert_eq!(gate.pulse(), 0);
    assert!(!gate.is_set());
}
