//! A club with a bouncer, and guests who wait for a word, polled by hand.

use condition::Condition;
use given::lock::Guard;
use kit::{Hand, check, on_wake};
use std::rc::Rc;

#[test]
fn wait_lets_go_of_the_lock() {
    check(|| {
        let club = Condition::new(());
        let mut alice = Hand::new("alice", enter(&club));
        alice.pending();
        assert!(!club.is_locked(), "`alice` waits with the lock in her hand: nobody can ever notify her");
        assert_eq!(club.waiting(), 1, "`alice` waits, and has no place in the list");
    });
}

#[test]
fn notify_wakes_who_came_first() {
    check(|| {
        let club = Condition::new(());
        let [mut alice, mut bob] = ["alice", "bob"].map(|name| Hand::new(name, enter(&club)));
        alice.pending();
        bob.pending();
        notify_one(&club);
        alice.woken();
        bob.asleep();
        alice.ready();
    });
}

#[test]
fn a_notify_for_nobody_is_lost() {
    check(|| {
        let club = Condition::new(());
        notify_one(&club);
        let mut alice = Hand::new("alice", enter(&club));
        alice.pending();
        alice.asleep();
    });
}

#[test]
fn who_is_notified_waits_for_the_lock() {
    check(|| {
        let club = Condition::new(());
        let mut alice = Hand::new("alice", enter(&club));
        alice.pending();
        let bouncer = lock(&club);
        club.notify(&bouncer, 1);
        alice.woken();
        alice.pending();
        drop(bouncer);
        alice.woken();
        let guard = alice.ready();
        assert!(club.is_locked(), "`alice` came back from `wait` without the lock");
        drop(guard);
    });
}

#[test]
fn who_is_notified_queues_at_the_back() {
    check(|| {
        let club = Condition::new(());
        let mut alice = Hand::new("alice", enter(&club));
        alice.pending();
        let bouncer = lock(&club);
        let mut dora = Hand::new("dora", club.lock());
        dora.pending();
        club.notify(&bouncer, 1);
        alice.pending();
        drop(bouncer);
        dora.woken();
        alice.asleep();
        drop(dora.ready());
        alice.woken();
        alice.ready();
    });
}

#[test]
fn wait_for_asks_before_it_waits() {
    check(|| {
        let stock = Condition::new(2);
        let mut buyer = Hand::new("buyer", buy(&stock, 2));
        assert!(buyer.poll().is_ready(), "`buyer` waits for two, and two are there: ask before you wait");
    });
}

#[test]
fn wait_for_asks_again_after_each_notify() {
    check(|| {
        let stock = Condition::new(0);
        let mut buyer = Hand::new("buyer", buy(&stock, 2));
        buyer.pending();
        add_one(&stock);
        buyer.woken();
        assert!(
            buyer.poll().is_pending(),
            "`buyer` waits for two, and was let go with one: ask again after each notify"
        );
        add_one(&stock);
        buyer.woken();
        assert_eq!(*buyer.ready(), 2);
    });
}

#[test]
fn who_leaves_unnotified_wakes_nobody() {
    check(|| {
        let club = Condition::new(());
        let [mut alice, mut bob] = ["alice", "bob"].map(|name| Hand::new(name, enter(&club)));
        alice.pending();
        bob.pending();
        alice.drop_it();
        assert_eq!(bob.wakes(), 0, "`alice` left, and nobody had notified her: there is nothing to pass on to `bob`");
        assert_eq!(club.waiting(), 1, "`alice` was dropped, and {} wait", club.waiting());
    });
}

#[test]
fn who_leaves_keeps_the_others_in_order() {
    check(|| {
        let club = Condition::new(());
        let names = ["alice", "bob", "carol"];
        let [mut alice, mut bob, mut carol] = names.map(|name| Hand::new(name, enter(&club)));
        [&mut alice, &mut bob, &mut carol].into_iter().for_each(Hand::pending);
        alice.drop_it();
        notify_one(&club);
        assert!(bob.wakes() > 0, "`alice` was dropped, `bob` is the first now, and `carol` overtook him");
    });
}

#[test]
fn a_notify_is_not_lost_with_its_waiter() {
    check(|| {
        let club = Condition::new(());
        let [mut alice, mut bob] = ["alice", "bob"].map(|name| Hand::new(name, enter(&club)));
        alice.pending();
        bob.pending();
        notify_one(&club);
        alice.drop_it();
        assert!(bob.wakes() > 0, "`alice` was notified and left before she ran: her notify is for `bob`, and was lost");
        bob.ready();
    });
}

#[test]
fn nor_is_it_while_she_queues_for_the_lock() {
    check(|| {
        let club = Condition::new(());
        let [mut alice, mut bob] = ["alice", "bob"].map(|name| Hand::new(name, enter(&club)));
        alice.pending();
        bob.pending();
        let bouncer = lock(&club);
        club.notify(&bouncer, 1);
        alice.pending();
        alice.drop_it();
        assert!(bob.wakes() > 0, "`alice` was notified and left before she had the lock: her notify was lost");
        drop(bouncer);
        bob.ready();
    });
}

#[test]
fn who_had_the_lock_and_leaves_passes_nothing_on() {
    check(|| {
        let club = Condition::new(());
        let [mut alice, mut bob] = ["alice", "bob"].map(|name| Hand::new(name, enter(&club)));
        alice.pending();
        bob.pending();
        notify_one(&club);
        alice.ready();
        alice.drop_it();
        assert_eq!(bob.wakes(), 0, "`alice` has used her notify, and it was passed on to `bob` all the same");
    });
}

#[test]
fn who_gets_the_lock_of_a_waiter_can_notify_her() {
    check(|| {
        let club = Rc::new(Condition::new(()));
        let bouncer = lock(&club);
        let mut alice = Hand::new("alice", enter_owned(club.clone()));
        let mut dora = Hand::new("dora", notify_owned(club.clone()));
        alice.pending();
        dora.pending();
        drop(bouncer);
        // As soon as `alice` lets go of the lock, `dora` has it.
        on_wake(move || dora.ready());
        assert!(
            alice.poll().is_ready(),
            "`alice` let go of the lock, `dora` got it and notified at once, and `alice` missed it: join the list first"
        );
    });
}

#[test]
fn who_is_woken_may_drop_another_one() {
    check(|| {
        let club = Rc::new(Condition::new(()));
        let [mut alice, mut bob] = ["alice", "bob"].map(|name| Hand::new(name, enter_owned(club.clone())));
        alice.pending();
        bob.pending();
        on_wake(move || bob.drop_it());
        notify_one(&club);
        alice.woken();
        assert_eq!(club.waiting(), 0, "`alice` was notified and `bob` was dropped, and {} wait", club.waiting());
    });
}

/// A guest, who waits for a word.
async fn enter(club: &Condition<()>) -> Guard<'_, ()> {
    let guard = club.lock().await;
    club.wait(guard).await
}

/// A guest who owns the club, for what is called from within a wake.
async fn enter_owned(club: Rc<Condition<()>>) {
    drop(enter(&club).await);
}

/// Who notifies one, and owns the club.
async fn notify_owned(club: Rc<Condition<()>>) {
    club.notify(&club.lock().await, 1);
}

/// Waits until so many are there.
async fn buy(stock: &Condition<u32>, wanted: u32) -> Guard<'_, u32> {
    let guard = stock.lock().await;
    stock.wait_for(guard, |there| *there >= wanted).await
}

/// The bouncer has the lock: nobody else does just then.
fn lock(club: &Condition<()>) -> Guard<'_, ()> {
    Hand::new("bouncer", club.lock()).ready()
}

fn notify_one(club: &Condition<()>) {
    club.notify(&lock(club), 1);
}

fn add_one(stock: &Condition<u32>) {
    let mut guard = Hand::new("seller", stock.lock()).ready();
    *guard += 1;
    stock.notify(&guard, 1);
}
