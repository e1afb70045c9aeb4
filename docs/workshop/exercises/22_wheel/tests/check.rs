//! The wheel has to do what the map of exercise 8 does, and has traps of its own.

// The checks of exercise 8 are for `timers`, whatever they are made of.
extern crate wheel as timers;

use kit::{Hand, check_of, watched};
use std::rc::Rc;
use std::time::Duration;
use timers::Timers;

#[path = "../../08_timers/tests/check.rs"]
mod as_in_8;

#[test]
fn the_next_deadline_comes_first_on_either_side_of_a_turn() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        wait(&timers, 60);
        // Two ticks on, and ten: the last digit of the second deadline is lower, as the digit before has changed.
        let [mut ten, mut two] = [("ten", 10), ("two", 2)].map(|(name, n)| Hand::new(name, timers.sleep(millis(n))));
        ten.pending();
        two.pending();
        timers.jump();
        assert_eq!(
            timers.now(),
            millis(62),
            "at 60 one sleeps until 62, and one until 70: time jumps to the next deadline"
        );
        two.woken();
        ten.asleep();
        timers.jump();
        assert_eq!(timers.now(), millis(70), "one sleeps until 70: time jumps to the next deadline");
        ten.woken();
    });
}

#[test]
fn who_shares_a_slot_is_not_lost() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        // Both at level 1, in slot 1.
        let [mut a, mut b] = [("a", 70), ("b", 75)].map(|(name, n)| Hand::new(name, timers.sleep(millis(n))));
        a.pending();
        b.pending();
        timers.jump();
        assert_eq!(timers.now(), millis(70), "`a` sleeps until 70, and `b` until 75");
        a.woken();
        b.asleep();
        assert!(timers.jump(), "`b` was in the slot of `a`, was not due with it, and is in no slot any more");
        assert_eq!(timers.now(), millis(75), "`b` sleeps until 75");
        b.woken();
    });
}

#[test]
fn who_has_moved_down_can_be_dropped() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        let mut sleeper = Hand::new("sleeper", timers.sleep(millis(75)));
        sleeper.pending();
        wait(&timers, 70);
        sleeper.drop_it();
        assert_eq!(sleeper.kept(), 0, "`sleeper` was dropped after 70 of its 75 ticks, and its waker is still kept");
        assert!(!timers.jump(), "time jumped for a sleeper who was dropped after 70 of its 75 ticks");
    });
}

#[test]
fn equal_deadlines_keep_their_order_when_they_move_down() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        let book = as_in_8::Book::default();
        let mut sleepers = ["a", "b", "c"].map(|name| watched(name, timers.sleep(millis(75))));
        for (name, sleeper) in ["a", "b", "c"].into_iter().zip(&mut sleepers) {
            book.poll(name, sleeper);
        }
        wait(&timers, 70);
        let mut last = watched("d", timers.sleep(millis(5)));
        book.poll("d", &mut last);
        timers.jump();
        assert_eq!(book.woken(), ["a", "b", "c", "d"], "all are due at 75: who was armed first is woken first");
    });
}

#[test]
fn a_century_is_no_trouble() {
    check_of("timers", || {
        let timers = Rc::new(Timers::default());
        let century = Duration::from_secs(100 * 365 * 24 * 3600);
        let mut turtle = Hand::new("turtle", timers.sleep(century));
        let mut fly = Hand::new("fly", timers.sleep(millis(1)));
        turtle.pending();
        fly.pending();
        timers.jump();
        fly.woken();
        turtle.asleep();
        timers.jump();
        assert_eq!(timers.now(), century, "`turtle` sleeps for a century");
        turtle.woken();
    });
}

/// Sleeps alone: time jumps so far.
fn wait(timers: &Rc<Timers>, n: u64) {
    let mut sleeper = Hand::new("wait", timers.sleep(millis(n)));
    sleeper.pending();
    timers.jump();
    sleeper.ready();
}

fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}
