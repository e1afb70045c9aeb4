//! Sleepers, polled by hand, and time that jumps. The heap and the wheel have to pass these checks, too.

use kit::{Hand, check_of, on_wake, watched};
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};
use std::time::Duration;
use timers::Timers;

#[test]
fn no_time_at_all_is_ready_at_once() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        let mut sleeper = Hand::new("sleeper", timers.sleep(secs(0)));
        assert!(sleeper.poll().is_ready(), "a sleep of no time at all has nothing to wait for");
    });
}

#[test]
fn a_sleep_ends_at_its_deadline() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        let mut sleeper = Hand::new("sleeper", timers.sleep(secs(3600)));
        sleeper.pending();
        sleeper.asleep();
        assert!(timers.jump(), "somebody sleeps, and `jump` says that nobody does");
        assert_eq!(timers.now(), secs(3600), "time jumps to the deadline");
        sleeper.woken();
        let is_over = sleeper.poll().is_ready();
        assert!(is_over, "`sleeper` began at 0 to sleep for 3600 s, and is still pending at 3600: its deadline stays");
        assert!(!timers.jump(), "nobody sleeps any more, and time jumps");
    });
}

#[test]
fn sleeps_end_in_the_order_of_their_deadlines() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        let mut long = Hand::new("long", timers.sleep(secs(2)));
        let mut short = Hand::new("short", timers.sleep(secs(1)));
        long.pending();
        short.pending();
        timers.jump();
        assert_eq!(timers.now(), secs(1), "time jumps to the next deadline, and no further");
        short.woken();
        long.asleep();
        short.ready();
        timers.jump();
        assert_eq!(timers.now(), secs(2), "time jumps to the next deadline, and no further");
        long.woken();
    });
}

#[test]
fn one_jump_wakes_all_who_are_due() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        let mut sleepers = ["a", "b", "c"].map(|name| Hand::new(name, timers.sleep(secs(1))));
        sleepers.iter_mut().for_each(Hand::pending);
        timers.jump();
        let woken = sleepers.iter().filter(|sleeper| sleeper.wakes() > 0).count();
        assert_eq!(woken, 3, "three are due in the same second: one jump wakes them all");
    });
}

#[test]
fn polled_again_a_sleep_wakes_the_newest_waker() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        let mut sleeper = Hand::new("sleeper", timers.sleep(secs(1)));
        sleeper.pending();
        sleeper.pending();
        timers.jump();
        sleeper.woken();
        sleeper.ready();
    });
}

#[test]
fn polled_again_a_sleep_keeps_its_deadline() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        let mut long = Hand::new("long", timers.sleep(secs(5)));
        let mut short = Hand::new("short", timers.sleep(secs(2)));
        long.pending();
        short.pending();
        timers.jump();
        long.pending();
        timers.jump();
        assert_eq!(timers.now(), secs(5), "`long` began to sleep at 0 for 5 s, and was polled again at 2");
        long.ready();
    });
}

#[test]
fn equal_deadlines_fire_in_the_order_of_arming() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        let names = ["a", "b", "c", "d", "e"];
        let book = Book::default();
        let mut sleepers = names.map(|name| watched(name, timers.sleep(secs(1))));
        // Each is polled twice: to be polled again for nothing is no new arming.
        for n in [0, 1, 2, 3, 4, 4, 3, 2, 1, 0] {
            book.poll(names[n], &mut sleepers[n]);
        }
        timers.jump();
        assert_eq!(book.woken(), names, "all are due at once: who was armed first is woken first");
    });
}

#[test]
fn a_dropped_sleep_does_not_hold_up_time() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        let mut sleeper = Hand::new("sleeper", timers.sleep(secs(3600)));
        sleeper.pending();
        sleeper.drop_it();
        assert_eq!(sleeper.kept(), 0, "`sleeper` was dropped, and its waker is still kept");
        assert!(!timers.jump(), "time jumped by an hour for a sleeper who is gone");
        assert_eq!(timers.now(), secs(0), "nobody sleeps, so time stands still");
    });
}

#[test]
fn a_dropped_sleep_takes_nobody_along() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        let mut sleepers = ["first", "second", "third"].map(|name| Hand::new(name, timers.sleep(secs(1))));
        sleepers.iter_mut().for_each(Hand::pending);
        let [first, second, third] = &mut sleepers;
        second.drop_it();
        for (name, sleeper) in [("first", &*first), ("third", &*third)] {
            let is_there = sleeper.kept() > 0;
            assert!(is_there, "`second` was dropped, and `{name}`, which is due with it, was taken out, too");
        }
        assert!(timers.jump(), "`first` and `third` sleep, and `jump` says that nobody does");
        first.woken();
        third.woken();
    });
}

#[test]
fn who_is_woken_may_sleep_again_at_once() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        let mut first = Hand::new("first", timers.sleep(secs(1)));
        first.pending();

        let again = Rc::new(RefCell::new(Hand::new("again", timers.sleep(secs(1)))));
        on_wake({
            let again = again.clone();
            let mut is_first = true;
            move || {
                if std::mem::take(&mut is_first) {
                    again.borrow_mut().pending();
                }
            }
        });
        timers.jump();
        first.woken();
        again.borrow().asleep();
        timers.jump();
        assert_eq!(timers.now(), secs(2), "`again` began to sleep at 1 for 1 s");
        again.borrow().woken();
    });
}

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Who was woken, in order.
#[derive(Clone, Default)]
pub struct Book(Arc<Mutex<Vec<&'static str>>>);

impl Book {
    /// Polls a sleeper whose wake is to stand in the book.
    pub fn poll(&self, name: &'static str, sleeper: &mut (impl Future + Unpin)) {
        let waker = Waker::from(Arc::new(Signature(name, self.clone())));
        let polled = Pin::new(sleeper).poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending(), "`{name}` was ready: too early");
    }

    pub fn woken(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }
}

/// A waker that signs the book.
struct Signature(&'static str, Book);

impl Wake for Signature {
    fn wake(self: Arc<Self>) {
        self.1.0.lock().unwrap().push(self.0);
    }
}
