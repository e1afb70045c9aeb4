use kit::{Hand, check_of};
use turnstile::Turnstile;

#[test]
fn one_set_lets_one_through() {
    check_of("turnstile", || {
        let turnstile = Turnstile::new();
        let (mut a, mut b) = (Hand::new("a", turnstile.pass()), Hand::new("b", turnstile.pass()));
        a.pending();
        b.pending();
        turnstile.set();
        a.woken();
        assert_eq!(b.wakes(), 0, "it was set once, and `a` and `b` were both woken");
        a.ready();
        b.pending();
    });
}

#[test]
fn a_set_before_anybody_comes_is_kept() {
    check_of("turnstile", || {
        let turnstile = Turnstile::new();
        turnstile.set();
        let mut a = Hand::new("a", turnstile.pass());
        assert!(a.poll().is_ready(), "it was set before `a` came, and `a` waits: the set was forgotten");
    });
}

#[test]
fn two_sets_are_kept_as_one() {
    check_of("turnstile", || {
        let turnstile = Turnstile::new();
        turnstile.set();
        turnstile.set();
        Hand::new("a", turnstile.pass()).ready();
        let mut b = Hand::new("b", turnstile.pass());
        assert!(b.poll().is_pending(), "it was set while nobody was there, and two got through: one uses it up");
    });
}

#[test]
fn a_newcomer_does_not_take_what_was_granted() {
    check_of("turnstile", || {
        let turnstile = Turnstile::new();
        let mut a = Hand::new("a", turnstile.pass());
        a.pending();
        turnstile.set();
        let mut newcomer = Hand::new("newcomer", turnstile.pass());
        assert!(newcomer.poll().is_pending(), "it was set once, for `a` who waited, and a newcomer got through, too");
        a.ready();
    });
}

#[test]
fn who_was_let_through_leaves_the_next_set_alone() {
    check_of("turnstile", || {
        let turnstile = Turnstile::new();
        let mut a = Hand::new("a", turnstile.pass());
        a.pending();
        turnstile.set();
        turnstile.set();
        a.ready();
        let mut b = Hand::new("b", turnstile.pass());
        assert!(b.poll().is_ready(), "it was set for `a`, and once more for who comes next: `a` has used up both");
    });
}

#[test]
fn who_was_let_through_and_leaves_passes_it_on() {
    check_of("turnstile", || {
        let turnstile = Turnstile::new();
        let (mut a, mut b) = (Hand::new("a", turnstile.pass()), Hand::new("b", turnstile.pass()));
        a.pending();
        b.pending();
        turnstile.set();
        a.drop_it();
        assert!(b.wakes() > 0, "`a` was let through and left before it ran: `b` could go, and was not woken");
        b.ready();
    });
}

#[test]
fn or_keeps_it_for_the_next() {
    check_of("turnstile", || {
        let turnstile = Turnstile::new();
        let mut a = Hand::new("a", turnstile.pass());
        a.pending();
        turnstile.set();
        a.drop_it();
        let mut b = Hand::new("b", turnstile.pass());
        assert!(b.poll().is_ready(), "`a` was let through and left before it ran: that is left for `b`");
    });
}

#[test]
fn who_waits_and_leaves_lets_nobody_through() {
    check_of("turnstile", || {
        let turnstile = Turnstile::new();
        let (mut a, mut b) = (Hand::new("a", turnstile.pass()), Hand::new("b", turnstile.pass()));
        let mut c = Hand::new("c", turnstile.pass());
        a.pending();
        b.pending();
        c.pending();
        a.drop_it();
        assert_eq!(b.wakes(), 0, "`a` gave up and was never let through, and `b` got through for it");
        c.drop_it();
        assert_eq!(b.wakes(), 0, "`c` gave up and was never let through, and `b` got through for it");
    });
}
