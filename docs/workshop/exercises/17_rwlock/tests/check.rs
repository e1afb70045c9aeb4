use kit::{Hand, check_of};
use rwlock::RwLock;

#[test]
fn readers_share() {
    check_of("lock", || {
        let lock = RwLock::new();
        let _a = Hand::new("a", lock.read()).ready();
        let mut b = Hand::new("b", lock.read());
        assert!(b.poll().is_ready(), "`a` reads, and `b` wants to read, too: readers do not wait for each other");
    });
}

#[test]
fn who_leaves_is_inside_no_more() {
    check_of("lock", || {
        let lock = RwLock::new();
        let (a, b) = (Hand::new("a", lock.read()).ready(), Hand::new("b", lock.read()).ready());
        assert_eq!(lock.inside(), 2, "`a` and `b` read: two are inside");
        drop(a);
        assert_eq!(lock.inside(), 1, "`a` has left, and `b` reads");
        drop(b);
        drop(Hand::new("writer", lock.write()).ready());
        assert_eq!(lock.inside(), 0, "the writer has left, and nobody is inside");
    });
}

#[test]
fn a_writer_is_alone() {
    check_of("lock", || {
        let lock = RwLock::new();
        let a = Hand::new("a", lock.read()).ready();
        let mut writer = Hand::new("writer", lock.write());
        assert!(writer.poll().is_pending(), "the writer was let in while `a` reads");
        drop(a);
        assert!(writer.wakes() > 0, "`a` has left, nobody is inside, and the writer who waits was not woken");
        assert_ne!(lock.inside(), 1, "the writer was let in as one who reads: it joins the line with what it asks for");
        let writes = writer.ready();
        let mut b = Hand::new("b", lock.read());
        assert!(b.poll().is_pending(), "`b` was let in to read what somebody writes");
        drop(writes);
        assert!(b.wakes() > 0, "the writer has left, and `b` who waits to read was not woken");
        let _reads = b.ready();
        assert_eq!(lock.inside(), 1, "`b` reads, and nobody else: who was granted is counted once, by who granted it");
    });
}

#[test]
fn a_waiting_writer_is_not_starved() {
    check_of("lock", || {
        let lock = RwLock::new();
        let a = Hand::new("a", lock.read()).ready();
        let mut writer = Hand::new("writer", lock.write());
        writer.pending();
        let mut late = Hand::new("late reader", lock.read());
        assert!(late.poll().is_pending(), "a late reader has overtaken the writer in line: enough of them starve it");
        drop(a);
        writer.woken();
        assert_eq!(late.wakes(), 0, "the writer was let in, and the late reader with it: a grant counts at once");
        drop(writer.ready());
        late.woken();
    });
}

#[test]
fn all_readers_at_the_front_are_let_in_together() {
    check_of("lock", || {
        let lock = RwLock::new();
        let writes = Hand::new("first writer", lock.write()).ready();
        let (mut a, mut b) = (Hand::new("a", lock.read()), Hand::new("b", lock.read()));
        let (mut writer, mut c) = (Hand::new("writer", lock.write()), Hand::new("c", lock.read()));
        a.pending();
        b.pending();
        writer.pending();
        c.pending();
        drop(writes);
        a.woken();
        assert!(b.wakes() > 0, "`a` and `b` are at the front and both read, and only `a` was let in");
        writer.asleep();
        assert_eq!(c.wakes(), 0, "`c` was let in past the writer before it");
    });
}

#[test]
fn a_writer_who_leaves_lets_the_readers_behind_in() {
    check_of("lock", || {
        let lock = RwLock::new();
        let _a = Hand::new("a", lock.read()).ready();
        let mut writer = Hand::new("writer", lock.write());
        writer.pending();
        let mut b = Hand::new("b", lock.read());
        b.pending();
        writer.drop_it();
        assert!(b.wakes() > 0, "the writer has given up, nobody writes, and `b` behind it still waits: nobody woke it");
        let _reads = b.ready();
    });
}

#[test]
fn a_granted_writer_who_leaves_passes_it_on() {
    check_of("lock", || {
        let lock = RwLock::new();
        let a = Hand::new("a", lock.read()).ready();
        let mut writer = Hand::new("writer", lock.write());
        writer.pending();
        let mut b = Hand::new("b", lock.read());
        b.pending();
        drop(a);
        writer.drop_it();
        assert!(
            b.wakes() > 0,
            "the writer was let in and left before it ran: it counts as inside for ever, and `b` waits"
        );
        drop(b.ready());
        assert_eq!(lock.inside(), 0, "everybody has left");
    });
}
