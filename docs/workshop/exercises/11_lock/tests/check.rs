//! `a` has the lock, and others ask for it, polled by hand.

use kit::{Hand, check_of, on_wake};
use lock::Lock;
use std::rc::Rc;

#[test]
fn a_free_lock_is_taken_at_once() {
    check_of("lock", || {
        let lock = Lock::new(7);
        let guard = Hand::new("a", lock.lock()).ready();
        assert_eq!(*guard, 7);
        assert!(lock.is_locked(), "`a` has the guard, and the lock is free");
        drop(guard);
        assert!(!lock.is_locked(), "the guard is gone and nobody waits, and the lock is still held");
    });
}

#[test]
fn who_waits_gets_it_when_it_is_released() {
    check_of("lock", || {
        let lock = Lock::new(1);
        let mut guard = Hand::new("a", lock.lock()).ready();
        let mut b = Hand::new("b", lock.lock());
        b.pending();
        *guard = 2;
        drop(guard);
        b.woken();
        assert_eq!(*b.ready(), 2);
    });
}

#[test]
fn one_release_wakes_one() {
    check_of("lock", || {
        let lock = Lock::new(());
        let guard = Hand::new("a", lock.lock()).ready();
        let [mut b, mut c] = ["b", "c"].map(|name| Hand::new(name, lock.lock()));
        b.pending();
        c.pending();
        drop(guard);
        b.woken();
        c.asleep();
        drop(b.ready());
        c.woken();
        drop(c.ready());
        assert!(!lock.is_locked(), "all have had the lock and nobody waits, and it is still held");
    });
}

#[test]
fn nobody_overtakes() {
    check_of("lock", || {
        let lock = Lock::new(());
        let guard = Hand::new("a", lock.lock()).ready();
        let [mut b, mut c] = ["b", "c"].map(|name| Hand::new(name, lock.lock()));
        b.pending();
        drop(guard);
        // The lock is on its way to `b`, who has not run yet.
        assert!(c.poll().is_pending(), "`c` overtook `b`: between two owners the lock is not free");
        let guard = b.ready();
        c.asleep();
        drop(guard);
        c.woken();
    });
}

#[test]
fn a_poll_for_nothing_keeps_the_place_and_the_newest_waker() {
    check_of("lock", || {
        let lock = Lock::new(());
        let guard = Hand::new("a", lock.lock()).ready();
        let [mut b, mut c] = ["b", "c"].map(|name| Hand::new(name, lock.lock()));
        b.pending();
        c.pending();
        b.pending();
        assert_eq!(lock.waiting(), 2, "`b` and `c` wait, and the wait list has {} places", lock.waiting());
        drop(guard);
        assert_eq!(c.wakes(), 0, "`b` came before `c`, and lost its place by being polled again");
        b.woken();
    });
}

#[test]
fn who_waits_and_leaves_is_out_of_the_wait_list() {
    check_of("lock", || {
        let lock = Lock::new(());
        let guard = Hand::new("a", lock.lock()).ready();
        let [mut b, mut c] = ["b", "c"].map(|name| Hand::new(name, lock.lock()));
        b.pending();
        c.pending();
        b.drop_it();
        assert_eq!(lock.waiting(), 1, "`b` was dropped, and {} wait", lock.waiting());
        drop(guard);
        c.woken();
    });
}

#[test]
fn who_leaves_keeps_the_others_in_order() {
    check_of("lock", || {
        let lock = Lock::new(());
        let guard = Hand::new("a", lock.lock()).ready();
        let [mut b, mut c, mut d] = ["b", "c", "d"].map(|name| Hand::new(name, lock.lock()));
        [&mut b, &mut c, &mut d].into_iter().for_each(Hand::pending);
        b.drop_it();
        drop(guard);
        assert!(c.wakes() > 0, "`b` was dropped, `c` is the first now, and `d` overtook it");
    });
}

#[test]
fn who_was_granted_it_and_leaves_passes_it_on() {
    check_of("lock", || {
        let lock = Lock::new(());
        let guard = Hand::new("a", lock.lock()).ready();
        let [mut b, mut c] = ["b", "c"].map(|name| Hand::new(name, lock.lock()));
        b.pending();
        c.pending();
        drop(guard);
        b.drop_it();
        assert!(c.wakes() > 0, "the lock was granted to `b`, who left before it ran: nobody woke `c`, who is next");
        drop(c.ready());
        assert!(!lock.is_locked(), "nobody holds the lock and nobody waits, and it is locked for ever");
    });
}

#[test]
fn the_last_one_who_leaves_frees_it() {
    check_of("lock", || {
        let lock = Lock::new(());
        let guard = Hand::new("a", lock.lock()).ready();
        let mut b = Hand::new("b", lock.lock());
        b.pending();
        drop(guard);
        b.drop_it();
        assert!(!lock.is_locked(), "nobody holds the lock and nobody waits, and it is locked for ever");
    });
}

#[test]
fn a_finished_wait_releases_nothing() {
    check_of("lock", || {
        let lock = Lock::new(());
        let guard = Hand::new("a", lock.lock()).ready();
        let mut b = Hand::new("b", lock.lock());
        b.pending();
        drop(guard);
        let guard = b.ready();
        b.drop_it();
        assert!(lock.is_locked(), "`b` has the guard; its finished wait was dropped, and that released the lock");
        drop(guard);
        assert!(!lock.is_locked(), "the guard is gone and nobody waits, and the lock is still held");
    });
}

#[test]
fn who_is_woken_may_use_the_lock_at_once() {
    check_of("lock", || {
        let lock = Rc::new(Lock::new(0));
        let guard = Hand::new("a", lock.lock()).ready();
        let mut b = Hand::new("b", add_one(lock.clone()));
        b.pending();
        on_wake(move || b.ready());
        drop(guard);
        let value = *Hand::new("c", lock.lock()).ready();
        assert_eq!(value, 1, "`b` was not woken, or could not use the lock from within the wake");
    });
}

/// A wait that owns its lock, for what is called from within a wake.
async fn add_one(lock: Rc<Lock<u32>>) {
    *lock.lock().await += 1;
}
