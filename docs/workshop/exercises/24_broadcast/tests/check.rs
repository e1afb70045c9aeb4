use broadcast::{Broadcast, Missed, Subscriber};
use kit::{Hand, called_from, check_of, on_wake};
use std::cell::RefCell;
use std::rc::Rc;
use std::task::Poll;

/// What a subscriber receives at once. It is to be there.
#[track_caller]
fn received<T: Clone>(name: &str, subscriber: &mut Subscriber<T>) -> Result<T, Missed> {
    match Hand::new(name, subscriber.recv()).poll() {
        Poll::Ready(item) => item.map(|item| T::clone(&item)),
        Poll::Pending => panic!("`{name}` waits, and an item was sent that it has not received"),
    }
}

#[test]
fn each_receives_every_item() {
    check_of("broadcast", || {
        let news = Broadcast::new(8);
        let (mut a, mut b) = (news.subscribe(), news.subscribe());
        news.send(1);
        news.send(2);
        assert_eq!([received("a", &mut a), received("a", &mut a)], [Ok(1), Ok(2)], "`a` receives all, in order");
        assert_eq!(received("b", &mut b), Ok(1), "`a` has received the first item, and so does `b`: it is for each");
        assert_eq!(received("b", &mut b), Ok(2));
    });
}

#[test]
fn who_has_received_all_waits_for_the_next() {
    check_of("broadcast", || {
        let news = Broadcast::new(8);
        let (mut a, mut b) = (news.subscribe(), news.subscribe());
        let (mut waits, mut waits_too) = (Hand::new("a", a.recv()), Hand::new("b", b.recv()));
        waits.pending();
        waits_too.pending();
        news.send(1);
        waits.woken();
        assert!(waits_too.wakes() > 0, "`a` and `b` wait, an item was sent, and only `a` was woken");
        assert_eq!(waits.ready().map(|item| *item), Ok(1));
        assert_eq!(waits_too.ready().map(|item| *item), Ok(1));
        drop(waits);
        let mut next = Hand::new("a", a.recv());
        assert!(next.poll().is_pending(), "one item was sent, and `a` has received two");
    });
}

#[test]
fn what_was_sent_before_is_not_received() {
    check_of("broadcast", || {
        let news = Broadcast::new(8);
        news.send(1);
        let mut late = news.subscribe();
        news.send(2);
        assert_eq!(received("late", &mut late), Ok(2), "`late` subscribed after the first item, and before the second");
    });
}

#[test]
fn nobody_waits_for_who_is_slow() {
    check_of("broadcast", || {
        let news = Broadcast::new(3);
        let (_slow, mut quick) = (news.subscribe(), news.subscribe());
        for item in 0..100 {
            news.send(item);
            assert_eq!(received("quick", &mut quick), Ok(item));
        }
        assert_eq!(news.kept(), 3, "there is room for 3 items, and {} are kept for one who is slow", news.kept());
    });
}

#[test]
fn who_is_slow_is_told_how_many_it_missed() {
    check_of("broadcast", || {
        let news = Broadcast::new(3);
        let mut slow = news.subscribe();
        for item in 1..=5 {
            news.send(item);
        }
        assert_eq!(
            received("slow", &mut slow),
            Err(Missed(2)),
            "of 5 items the last 3 are kept: `slow` has missed 2, and has to be told"
        );
        let rest = [(); 3].map(|()| received("slow", &mut slow));
        assert_eq!(rest, [Ok(3), Ok(4), Ok(5)], "`slow` was told, and goes on with the oldest that is kept");
    });
}

#[test]
fn a_wait_that_is_dropped_misses_nothing() {
    check_of("broadcast", || {
        let news = Broadcast::new(8);
        let mut a = news.subscribe();
        let mut waits = Hand::new("a", a.recv());
        waits.pending();
        news.send(1);
        drop(waits);
        let mut again = Hand::new("a", a.recv());
        assert!(again.poll().is_ready(), "`a` was woken and gave up before it ran: it has not received that item yet");
    });
}

#[test]
fn who_is_woken_may_send_at_once() {
    check_of("broadcast", || {
        let news = Broadcast::new(8);
        let (answers, newcomer) = (news.clone(), Rc::new(RefCell::new(None)));
        let comes = newcomer.clone();
        on_wake(move || {
            comes.replace(Some(answers.subscribe()));
            answers.send("answer");
        });
        let (mut a, mut b) = (news.subscribe(), news.subscribe());
        let mut waits = Hand::new("a", a.recv());
        waits.pending();
        news.send("question");
        drop(waits);
        assert_eq!([received("b", &mut b), received("b", &mut b)], [Ok("question"), Ok("answer")]);
        let mut newcomer = newcomer.take().expect("`a` was woken");
        assert_eq!(
            received("newcomer", &mut newcomer),
            Ok("answer"),
            "`newcomer` subscribed when `a` was woken for the question: count an item before you wake"
        );
    });
}

#[test]
fn an_item_may_send_when_it_is_dropped() {
    /// Sends a last word.
    struct Letter(Rc<Broadcast<Option<Letter>>>);

    impl Drop for Letter {
        fn drop(&mut self) {
            called_from("the drop of an old item", || self.0.send(None));
        }
    }

    check_of("broadcast", || {
        let news = Broadcast::new(1);
        news.send(Some(Letter(news.clone())));
        news.send(None);
        assert_eq!(news.kept(), 1, "the last word of the item that was let go of is the newest, and the only one kept");
    });
}
