//! A guest waits for a bell, polled by hand.

use bell::Bell;
use kit::{Hand, check_of};

#[test]
fn a_bell_that_has_rung_is_ready_at_once() {
    check_of("bell", || {
        let bell = Bell::default();
        bell.ring();
        let mut guest = Hand::new("guest", bell.wait());
        guest.ready();
    });
}

#[test]
fn a_guest_sleeps_until_it_rings() {
    check_of("bell", || {
        let bell = Bell::default();
        let mut guest = Hand::new("guest", bell.wait());
        assert!(guest.poll().is_pending(), "the bell has not rung yet, and `guest` is ready");
        guest.asleep();
    });
}

#[test]
fn a_pending_guest_can_be_woken() {
    check_of("bell", || {
        let bell = Bell::default();
        let mut guest = Hand::new("guest", bell.wait());
        guest.pending();
        bell.ring();
        guest.woken();
        guest.ready();
    });
}
