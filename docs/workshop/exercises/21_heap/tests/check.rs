//! The heap has to do what the map of exercise 8 does, and has traps of its own.

// The checks of exercise 8 are for `timers`, whatever they are made of.
extern crate heap as timers;

use kit::{Hand, check_of, watched};
use std::rc::Rc;
use std::time::Duration;
use timers::Timers;

#[path = "../../08_timers/tests/check.rs"]
mod as_in_8;

#[test]
fn polled_again_a_sleep_has_one_key() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        let mut sleeper = Hand::new("sleeper", timers.sleep(secs(1)));
        sleeper.pending();
        sleeper.pending();
        assert_eq!(timers.keys(), 1, "`sleeper` was polled twice, and has {} keys in the heap", timers.keys());
    });
}

#[test]
fn in_order_however_the_heap_lies() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        let book = as_in_8::Book::default();
        // Those who come later and are due sooner push them down the heap, and end up where it fits.
        let mut long = ["x", "y", "z"].map(|name| Hand::new(name, timers.sleep(secs(2))));
        long.iter_mut().for_each(Hand::pending);
        let names = ["a", "b", "c", "d", "e"];
        let mut sleepers = names.map(|name| watched(name, timers.sleep(secs(1))));
        for (name, sleeper) in names.into_iter().zip(&mut sleepers) {
            book.poll(name, sleeper);
        }
        timers.jump();
        assert_eq!(book.woken(), names, "a heap is sorted at its top alone: pop what is due, one key after the other");
    });
}

#[test]
fn dropped_sleeps_do_not_pile_up() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        let mut sleeper = Hand::new("sleeper", timers.sleep(secs(1)));
        sleeper.pending();
        for _ in 0..1000 {
            let mut timeout = Hand::new("timeout", timers.sleep(secs(3600)));
            timeout.pending();
            timeout.drop_it();
        }
        let keys = timers.keys();
        assert!(keys <= 100, "one sleeps, 1,000 timeouts were dropped, and the heap has {keys} keys");
        timers.jump();
        assert_eq!(timers.now(), secs(1), "`sleeper` sleeps until 1 s");
        sleeper.woken();
    });
}

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}
