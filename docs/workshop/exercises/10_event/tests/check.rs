//! Guests wait for an event, polled by hand.

use event::Event;
use kit::{Hand, check_of, on_wake, watched};
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};

#[test]
fn a_set_event_is_ready_at_once() {
    check_of("event", || {
        let event = Event::default();
        event.set();
        assert!(event.is_set(), "`set` did not raise the flag");
        Hand::new("guest", event.wait()).ready();
        let mut next = Hand::new("next", event.wait());
        assert!(next.poll().is_ready(), "the event was set for one guest only: it is set until somebody clears it");
    });
}

#[test]
fn set_wakes_everybody() {
    check_of("event", || {
        let event = Event::default();
        let mut guests = ["a", "b", "c"].map(|name| Hand::new(name, event.wait()));
        guests.iter_mut().for_each(Hand::pending);
        event.set();
        for guest in &mut guests {
            guest.woken();
            guest.ready();
        }
        assert_eq!(event.waiting(), 0, "all have gone, and {} places are left in the wait list", event.waiting());
    });
}

#[test]
fn first_come_first_woken() {
    check_of("event", || {
        let event = Event::default();
        let names = ["a", "b", "c"];
        let book = Book::default();
        let mut guests = names.map(|name| watched(name, event.wait()));
        names.iter().zip(&mut guests).for_each(|(name, guest)| book.poll(name, guest));
        event.set();
        assert_eq!(book.woken(), names, "first come, first woken");
    });
}

#[test]
fn who_comes_after_clear_waits_for_the_next_set() {
    check_of("event", || {
        let event = Event::default();
        // It is there in time, and comes only when it is polled.
        let mut guest = Hand::new("guest", event.wait());
        event.set();
        event.clear();
        guest.pending();
        event.set();
        guest.woken();
        guest.ready();
    });
}

#[test]
fn set_then_clear_releases_all_who_waited() {
    check_of("event", || {
        let event = Event::default();
        let mut guests = ["a", "b"].map(|name| Hand::new(name, event.wait()));
        guests.iter_mut().for_each(Hand::pending);
        event.set();
        event.clear();
        for guest in &mut guests {
            guest.woken();
            let through = guest.poll().is_ready();
            assert!(through, "the event was set while this guest waited: it gets through, whatever became of the flag");
        }
    });
}

#[test]
fn polled_again_it_keeps_one_place_and_the_newest_waker() {
    check_of("event", || {
        let event = Event::default();
        let mut guest = Hand::new("guest", event.wait());
        guest.pending();
        guest.pending();
        assert_eq!(event.waiting(), 1, "`guest` was polled twice, and has {} places in the wait list", event.waiting());
        event.set();
        guest.woken();
        guest.ready();
    });
}

#[test]
fn who_leaves_is_out_of_the_wait_list() {
    check_of("event", || {
        let event = Event::default();
        let [mut a, mut b] = ["a", "b"].map(|name| Hand::new(name, event.wait()));
        a.pending();
        b.pending();
        a.drop_it();
        assert_eq!(event.waiting(), 1, "`a` was dropped, and {} wait", event.waiting());
        assert_eq!(a.kept(), 0, "`a` was dropped, and its waker is still kept");
        event.set();
        b.woken();
    });
}

#[test]
fn who_leaves_keeps_the_others_in_order() {
    check_of("event", || {
        let event = Event::default();
        let names = ["a", "b", "c", "d"];
        let book = Book::default();
        let mut guests = names.map(|name| watched(name, event.wait()));
        names.iter().zip(&mut guests).for_each(|(name, guest)| book.poll(name, guest));
        let [a, _b, _c, _d] = guests;
        drop(a);
        event.set();
        assert_eq!(book.woken(), names[1..], "`a` was dropped: the others keep their order");
    });
}

#[test]
fn who_is_woken_may_wait_again_at_once() {
    check_of("event", || {
        let event = Rc::new(Event::default());
        let mut first = Hand::new("first", wait_for(event.clone()));
        first.pending();

        let late = Rc::new(RefCell::new(Vec::new()));
        on_wake({
            let (event, late) = (event.clone(), late.clone());
            move || {
                // Enough to see a `set` that goes on for ever.
                if late.borrow().len() < 3 {
                    event.clear();
                    let mut guest = Hand::new("late", wait_for(event.clone()));
                    guest.pending();
                    late.borrow_mut().push(guest);
                }
            }
        });
        event.set();
        let came = late.borrow().len();
        assert_eq!(came, 1, "`set` woke those, too, who came while it was waking: they wait for the next `set`");
        assert_eq!(event.waiting(), 1, "`late` came while `set` was waking, and is not in the wait list");
    });
}

#[test]
fn who_is_woken_finds_the_others_released() {
    check_of("event", || {
        let event = Rc::new(Event::default());
        let [mut a, b] = ["a", "b"].map(|name| Hand::new(name, wait_for(event.clone())));
        a.pending();
        let mut b = Some(b);
        b.as_mut().unwrap().pending();
        on_wake(move || {
            if let Some(mut b) = b.take() {
                let through = b.poll().is_ready();
                assert!(through, "`b` was polled as `a` was woken, and had to wait: release all places, then wake");
            }
        });
        event.set();
        a.woken();
    });
}

#[test]
fn who_is_woken_may_drop_another_one() {
    check_of("event", || {
        let event = Rc::new(Event::default());
        let [mut a, mut b] = ["a", "b"].map(|name| Hand::new(name, wait_for(event.clone())));
        a.pending();
        b.pending();
        on_wake(move || b.drop_it());
        event.set();
        a.woken();
        a.ready();
    });
}

/// A wait that owns its event, for what is called from within a wake.
async fn wait_for(event: Rc<Event>) {
    event.wait().await;
}

/// Who was woken, in order.
#[derive(Clone, Default)]
struct Book(Arc<Mutex<Vec<&'static str>>>);

/// A waker that signs the book.
struct Signature(&'static str, Book);

impl Book {
    /// Polls a guest whose wake is to stand in the book.
    fn poll(&self, name: &'static str, guest: &mut (impl Future + Unpin)) {
        let waker = Waker::from(Arc::new(Signature(name, self.clone())));
        let polled = Pin::new(guest).poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending(), "`{name}` was ready, and the event is not set");
    }

    fn woken(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }
}

impl Wake for Signature {
    fn wake(self: Arc<Self>) {
        self.1.0.lock().unwrap().push(self.0);
    }
}
