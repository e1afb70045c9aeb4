use bounded_queue::Queue;
use greenlight::{explore::Explorer, sync::Event, task};
use kit::{Hand, check, on_wake};
use std::cell::Cell;
use std::rc::Rc;
use std::task::Poll;

#[test]
fn what_is_put_is_got_in_order() {
    check(|| {
        let queue = Queue::new(3);
        for item in 1..=3 {
            Hand::new("putter", queue.put(item)).ready();
        }
        let got = [1, 2, 3].map(|_| match Hand::new("getter", queue.get()).poll() {
            Poll::Ready(item) => item,
            Poll::Pending => panic!("items are in the queue, and `getter` waits for one"),
        });
        assert_eq!(got, [1, 2, 3], "first in, first out");
    });
}

#[test]
fn who_puts_waits_while_it_is_full() {
    check(|| {
        let queue = Queue::new(2);
        Hand::new("a", queue.put(1)).ready();
        Hand::new("b", queue.put(2)).ready();
        let mut c = Hand::new("c", queue.put(3));
        assert!(c.poll().is_pending(), "there are 2 places and 2 items, and `c` has put a third one");
        assert_eq!(queue.len(), 2, "there are 2 places, and `c` waits for one: its item is not in the queue yet");
        assert_eq!(Hand::new("getter", queue.get()).ready(), 1);
        assert!(c.wakes() > 0, "the first item was taken, its place is free, and `c` was not woken");
        c.ready();
        assert_eq!(queue.len(), 2, "`c` has put its item");
    });
}

#[test]
fn who_gets_waits_while_it_is_empty() {
    check(|| {
        let queue = Queue::new(2);
        let mut a = Hand::new("a", queue.get());
        a.pending();
        Hand::new("putter", queue.put(1)).ready();
        assert!(a.wakes() > 0, "an item was put, and `a`, who waits for one, was not woken");
        assert_eq!(a.ready(), 1);
    });
}

#[test]
fn nobody_overtakes() {
    check(|| {
        let queue = Queue::new(1);
        let mut a = Hand::new("a", queue.get());
        a.pending();
        Hand::new("putter", queue.put(1)).ready();
        let mut late = Hand::new("late getter", queue.get());
        assert!(late.poll().is_pending(), "`a` has waited for the item, and the late getter took it");
        let mut b = Hand::new("b", queue.put(2));
        b.pending();
        assert_eq!(a.ready(), 1);
        let mut late = Hand::new("late putter", queue.put(3));
        assert!(late.poll().is_pending(), "`b` has waited for the place, and the late putter took it");
        b.woken();
        b.ready();
    });
}

#[test]
fn who_was_granted_one_takes_no_other() {
    check(|| {
        let queue = Queue::new(2);
        let mut a = Hand::new("a", queue.get());
        a.pending();
        Hand::new("putter", queue.put(1)).ready();
        Hand::new("putter", queue.put(2)).ready();
        assert_eq!(a.ready(), 1);
        let mut b = Hand::new("b", queue.get());
        assert!(b.poll().is_ready(), "`a` was granted one of the 2 items, and `b` finds none: `a` has taken both");
        Hand::new("putter", queue.put(3)).ready();
        Hand::new("putter", queue.put(4)).ready();
        let mut c = Hand::new("c", queue.put(5));
        c.pending();
        Hand::new("getter", queue.get()).ready();
        Hand::new("getter", queue.get()).ready();
        c.ready();
        let mut d = Hand::new("d", queue.put(6));
        assert!(d.poll().is_ready(), "`c` was granted one of the 2 places, and `d` finds none: `c` has taken both");
    });
}

#[test]
fn an_item_is_not_lost_with_who_was_to_get_it() {
    check(|| {
        let queue = Queue::new(1);
        let (mut a, mut b) = (Hand::new("a", queue.get()), Hand::new("b", queue.get()));
        a.pending();
        b.pending();
        Hand::new("putter", queue.put(1)).ready();
        a.drop_it();
        assert!(b.wakes() > 0, "the item was granted to `a`, which left before it ran: `b` waits, and was not woken");
        let Poll::Ready(item) = b.poll() else { panic!("the item went with `a`, and `b` finds none") };
        assert_eq!(item, 1);
    });
}

#[test]
fn a_place_is_not_lost_with_who_was_to_fill_it() {
    check(|| {
        let queue = Queue::new(1);
        Hand::new("putter", queue.put(1)).ready();
        let (mut a, mut b) = (Hand::new("a", queue.put(2)), Hand::new("b", queue.put(3)));
        a.pending();
        b.pending();
        assert_eq!(Hand::new("getter", queue.get()).ready(), 1);
        a.drop_it();
        assert!(b.wakes() > 0, "the place was granted to `a`, which left before it ran: `b` waits, and was not woken");
        b.ready();
        assert_eq!(Hand::new("getter", queue.get()).ready(), 3, "`a` has left with its item, and `b` has put 3");
    });
}

#[test]
fn who_waits_and_leaves_takes_nothing_along() {
    check(|| {
        let queue = Queue::new(1);
        Hand::new("putter", queue.put(1)).ready();
        let mut a = Hand::new("a", queue.put(2));
        a.pending();
        a.drop_it();
        let mut b = Hand::new("b", queue.put(3));
        assert!(b.poll().is_pending(), "`a` waited for a place and left, and has given one back that it never had");
        b.drop_it();
        assert_eq!(Hand::new("getter", queue.get()).ready(), 1);
        let mut c = Hand::new("c", queue.get());
        c.pending();
        c.drop_it();
        let mut d = Hand::new("d", queue.get());
        assert!(d.poll().is_pending(), "`c` waited for an item and left, and has given one back that it never had");
        let mut e = Hand::new("e", queue.get());
        e.pending();
        e.drop_it();
        assert_eq!(d.wakes(), 0, "`e` waited behind `d` and left, and `d` was granted an item that is not there");
        d.drop_it();
        Hand::new("putter", queue.put(4)).ready();
        let (mut f, mut g) = (Hand::new("f", queue.put(5)), Hand::new("g", queue.put(6)));
        f.pending();
        g.pending();
        g.drop_it();
        assert_eq!(f.wakes(), 0, "`g` waited behind `f` and left, and `f` was granted a place that is not free");
    });
}

#[test]
fn who_is_woken_may_use_the_queue_at_once() {
    check(|| {
        let queue = Rc::new(Queue::new(1));
        let (in_wake, seen) = (queue.clone(), Rc::new(Cell::new(0)));
        let sees = seen.clone();
        on_wake(move || sees.set(in_wake.len()));
        let mut a = Hand::new("a", queue.get());
        a.pending();
        Hand::new("putter", queue.put(1)).ready();
        assert_eq!(seen.get(), 1, "`a` was woken before its item was in the queue: put it in first, then tell");
        assert_eq!(a.ready(), 1);
        Hand::new("putter", queue.put(2)).ready();
        let mut b = Hand::new("b", queue.put(3));
        b.pending();
        Hand::new("getter", queue.get()).ready();
        assert_eq!(seen.get(), 0, "`b` was woken before its place was empty: take the item out first, then tell");
        b.ready();
    });
}

/// A producer and two consumers, of which one may be cancelled at any of its awaits. Main waits for three items.
async fn three_items() {
    let (queue, got) = (Rc::new(Queue::new(1)), Rc::new(Cell::new(0)));
    let all = Rc::new(Event::new().named("three items were got"));
    for name in ["a", "b"] {
        let (queue, got, all) = (queue.clone(), got.clone(), all.clone());
        task(name).spawn_detached(async move {
            loop {
                queue.get().await;
                got.set(got.get() + 1);
                if got.get() == 3 {
                    all.set();
                }
            }
        });
    }
    task("producer").spawn_detached(async move {
        for item in 1..=3 {
            queue.put(item).await;
        }
    });
    all.wait().await;
}

#[test]
fn in_no_order_and_by_no_cancel_an_item_is_lost() {
    check(|| {
        let explorer = Explorer::new().deferrals(2).cancels(["a"], 1).turns(50);
        if let Err(failed) = explorer.try_run(three_items) {
            panic!("{failed}");
        }
    });
}
