//! A guest who is polled more than once, and a guest who leaves.

use kit::{Hand, check_of};
use stale_waker::Bell;

#[test]
fn polled_once_and_rung() {
    check_of("bell", || {
        let bell = Bell::default();
        let mut guest = Hand::new("guest", bell.wait());
        guest.pending();
        bell.ring();
        guest.woken();
        guest.ready();
    });
}

#[test]
fn polled_twice_it_wakes_the_newest_waker() {
    check_of("bell", || {
        let bell = Bell::default();
        let mut guest = Hand::new("guest", bell.wait());
        guest.pending();
        guest.pending();
        bell.ring();
        guest.woken();
        guest.ready();
    });
}

#[test]
fn it_keeps_one_waker_however_often_it_is_polled() {
    check_of("bell", || {
        let bell = Bell::default();
        let mut guest = Hand::new("guest", bell.wait());
        for _ in 0..5 {
            guest.pending();
        }
        let kept = guest.kept();
        assert_eq!(kept, 1, "`guest` was polled five times and keeps {kept} wakers");
    });
}

#[test]
fn a_guest_who_left_is_not_woken() {
    check_of("bell", || {
        let bell = Bell::default();
        let mut guest = Hand::new("guest", bell.wait());
        guest.pending();
        guest.drop_it();
        assert_eq!(guest.kept(), 0, "`guest` was dropped, and its waker is still kept");
        bell.ring();
        guest.asleep();
    });
}
