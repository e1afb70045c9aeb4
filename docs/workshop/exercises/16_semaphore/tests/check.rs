use kit::{Hand, check_of};
use semaphore::Semaphore;
use std::rc::Rc;
use std::task::Poll;

#[test]
fn so_many_and_no_more() {
    check_of("semaphore", || {
        let desks = Semaphore::new(2);
        let a = Hand::new("a", desks.acquire()).ready();
        let _b = Hand::new("b", desks.acquire()).ready();
        assert_eq!(desks.free(), 0, "`a` and `b` have the 2 permits: a wait that is over gives nothing back");
        let mut c = Hand::new("c", desks.acquire());
        c.pending();
        drop(a);
        c.woken();
        let Poll::Ready(_c) = c.poll() else {
            panic!("`c` was granted the permit of `a`, and asks for another one: a grant is the permit itself")
        };
    });
}

#[test]
fn nobody_overtakes() {
    check_of("semaphore", || {
        let desk = Semaphore::new(1);
        let a = Hand::new("a", desk.acquire()).ready();
        let mut b = Hand::new("b", desk.acquire());
        b.pending();
        drop(a);
        let mut c = Hand::new("c", desk.acquire());
        assert!(c.poll().is_pending(), "`b` has waited for the permit, and `c` came later and took it: too early");
        b.woken();
        drop(b.ready());
        c.woken();
        let _permit = c.ready();
    });
}

#[test]
fn who_was_granted_one_takes_no_other() {
    check_of("semaphore", || {
        let desks = Semaphore::new(2);
        let a = Hand::new("a", desks.acquire()).ready();
        let b = Hand::new("b", desks.acquire()).ready();
        let mut c = Hand::new("c", desks.acquire());
        c.pending();
        drop(a);
        drop(b);
        let _c = c.ready();
        assert_eq!(desks.free(), 1, "`c` was granted the permit of `a`, and has taken the free one of `b`, too");
    });
}

#[test]
fn who_waits_and_leaves_takes_nothing() {
    check_of("semaphore", || {
        let desk = Semaphore::new(1);
        let a = Hand::new("a", desk.acquire()).ready();
        let (mut b, mut c) = (Hand::new("b", desk.acquire()), Hand::new("c", desk.acquire()));
        b.pending();
        c.pending();
        c.drop_it();
        assert_eq!(b.wakes(), 0, "`c` waited and left, and `b` was granted a permit that nobody has given back");
        b.drop_it();
        assert_eq!(desk.waiting(), 0, "`b` and `c` have left, and {} wait", desk.waiting());
        drop(a);
        assert_eq!(desk.free(), 1, "there is 1 permit, it is back, and {} are free", desk.free());
    });
}

#[test]
fn who_was_granted_it_and_leaves_passes_it_on() {
    check_of("semaphore", || {
        let desk = Semaphore::new(1);
        let a = Hand::new("a", desk.acquire()).ready();
        let (mut b, mut c) = (Hand::new("b", desk.acquire()), Hand::new("c", desk.acquire()));
        b.pending();
        c.pending();
        drop(a);
        b.drop_it();
        assert!(c.wakes() > 0, "`b` was granted the permit, and left before it ran: `c` waits, and was not woken");
        drop(c.ready());
        assert_eq!(desk.free(), 1, "there is 1 permit, it is back, and {} are free", desk.free());
    });
}

#[test]
fn who_has_it_keeps_it_when_the_wait_is_dropped() {
    check_of("semaphore", || {
        let desk = Semaphore::new(1);
        let a = Hand::new("a", desk.acquire()).ready();
        let mut b = Hand::new("b", desk.acquire());
        b.pending();
        drop(a);
        let permit = b.ready();
        b.drop_it();
        assert_eq!(desk.free(), 0, "`b` has its permit, and its finished wait gave one back");
        drop(permit);
        assert_eq!(desk.free(), 1);
    });
}

/// The wait list is greenlight's own, so greenlight knows who waits in it.
#[test]
fn greenlight_reports_who_waits_for_it() {
    check_of("semaphore", || {
        let stalled = greenlight::try_run(async {
            let desks = Rc::new(Semaphore::new(0));
            let guest = async move { drop(desks.acquire().await) };
            greenlight::task("guest").spawn(guest).await
        });
        let report = stalled.expect_err("there is no permit, and never will be").to_string();
        assert!(report.contains("guest"), "the report names who waits:\n{report}");
        assert!(report.contains("my semaphore"), "the report names what the guest waits for:\n{report}");
    });
}
