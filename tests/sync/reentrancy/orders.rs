//! What the order of a priority queue's items may do: look at the queue, but not use it, because the
//! queue compares items in the middle of a put or a get; it says so. It may panic, and it may poll and
//! drop those who wait: the counts of the queue add up, and nobody is promised what is not there.

use super::panics;
use greenlight::sync::PriorityQueue;
use stage::foreign::{Shared, abandon, is_ready, parked};
use stage::{Log, refusal, shared};
use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::rc::Rc;
use std::task::Waker;

/// An item whose order says what it finds.
struct Ranked {
    rank: u32,
    compare: Rc<dyn Fn()>,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.compare)();
        self.rank.cmp(&other.rank)
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}

type Ranks = Rc<PriorityQueue<Ranked>>;

/// What the next comparison does.
type Act = Box<dyn FnOnce()>;

/// A queue of two items, what makes more of them, and what tells the next comparison to act.
fn ranks() -> (Ranks, impl Fn(u32) -> Ranked, impl Fn(Act)) {
    let act: Rc<Cell<Option<Act>>> = Rc::default();
    let acts = act.clone();
    let compare: Rc<dyn Fn()> = Rc::new(move || {
        if let Some(act) = acts.take() {
            act();
        }
    });
    let ranked = move |rank| Ranked { rank, compare: compare.clone() };
    let ranks = Rc::new(PriorityQueue::bounded(3).named("ranks"));
    for rank in [2, 1] {
        assert!(ranks.try_put(ranked(rank)).is_ok());
    }
    (ranks, ranked, move |next| act.set(Some(next)))
}

#[test]
fn an_order_that_uses_its_queue_is_refused_by_a_message_that_says_so() {
    type Use = fn(&PriorityQueue<Ranked>);
    let uses: [Use; 3] = [
        |ranks| drop(ranks.try_get()),
        |ranks| drop(ranks.close_now()),
        |ranks| assert!(stage::foreign::poll(std::pin::pin!(ranks.get()), Waker::noop()).is_pending()),
    ];
    for uses in uses {
        let (ranks, ranked, on_compare) = ranks();
        let used = ranks.clone();
        on_compare(Box::new(move || uses(&used)));
        let message = refusal(|| ranks.try_put(ranked(0)));
        assert!(message.starts_with("an item of queue `ranks` (made at "), "{message}");
        assert!(message.ends_with(") used the queue while it was compared; compare without the queue"), "{message}");
    }
}

#[test]
fn an_order_may_look_at_its_queue() {
    let (ranks, ranked, on_compare) = ranks();
    let (printed, seen) = (ranks.clone(), shared(RefCell::new(String::new())));
    on_compare(Box::new(move || seen.replace(format!("{printed:?}, {}", printed.len())).clear()));
    assert!(ranks.try_put(ranked(0)).is_ok());
    assert!(seen.borrow().contains("len: 2") && seen.borrow().ends_with(", 2"), "{}", seen.borrow());
}

#[test]
fn an_order_that_panics_in_a_put_leaves_a_queue_whose_counts_add_up() {
    let (ranks, ranked, on_compare) = ranks();
    on_compare(Box::new(|| panic!("cannot be compared")));
    assert!(panics(|| ranks.try_put(ranked(0))));
    let left = std::iter::from_fn(|| ranks.try_get().ok()).count();
    for _ in 0..left {
        assert!(ranks.task_done().is_ok());
    }
    assert!(ranks.task_done().is_err());
}

#[test]
fn an_order_that_panics_in_a_put_still_has_a_getter_woken_for_what_is_there() {
    let (ranks, ranked, on_compare) = ranks();
    let got = shared(RefCell::new(Vec::new()));
    let getter = |wanted| {
        let ranks = ranks.clone();
        async move {
            for _ in 0..wanted {
                let item = ranks.get().await.expect("nobody closes");
                got.borrow_mut().push(item.rank);
            }
        }
    };
    let third = parked(getter(3), Waker::noop());
    assert_eq!(got.take(), [1, 2]);
    assert!(ranks.try_put(ranked(4)).is_ok(), "one is granted to the getter");
    let next = parked(getter(1), Waker::noop());
    on_compare(Box::new(|| panic!("cannot be compared")));
    assert!(panics(|| ranks.try_put(ranked(3))));
    assert!(is_ready(&third) && is_ready(&next));
    let mut got = got.take();
    got.sort_unstable();
    assert_eq!(got, [3, 4]);
}

#[test]
fn an_order_that_panics_in_a_get_leaves_a_queue_that_knows_how_many_are_left() {
    let (ranks, ranked, on_compare) = ranks();
    assert!(ranks.try_put(ranked(0)).is_ok());
    on_compare(Box::new(|| panic!("cannot be compared")));
    assert!(panics(|| ranks.try_get()));
    let told = ranks.len();
    assert_eq!(std::iter::from_fn(|| ranks.try_get().ok()).count(), told);
}

#[test]
fn an_order_that_panics_in_a_get_makes_room_for_a_putter_all_the_same() {
    let (ranks, ranked, on_compare) = ranks();
    assert!(ranks.try_put(ranked(0)).is_ok());
    let (puts, item) = (ranks.clone(), ranked(9));
    let putter = parked(async move { assert!(puts.put(item).await.is_ok()) }, Waker::noop());
    on_compare(Box::new(|| panic!("cannot be compared")));
    assert!(panics(|| ranks.try_get()));
    let before = ranks.len();
    assert_eq!(is_ready(&putter), before < 3, "who is woken finds room");
    assert!(ranks.len() == 3);
}

/// A future that may be ready in its first poll.
fn started(future: impl Future<Output = ()> + 'static) -> Shared {
    Rc::new(RefCell::new(Some(Box::pin(future))))
}

/// Takes an item, and says its rank, or that there are no more.
async fn say_next(ranks: Ranks, log: Log) {
    let next = ranks.get().await;
    log.say(next.map_or_else(|end| format!("{end:?}"), |item| item.rank.to_string()));
}

/// Puts items of these ranks.
fn fill(ranks: &Ranks, ranked: impl Fn(u32) -> Ranked, wanted: impl IntoIterator<Item = u32>) {
    for rank in wanted {
        assert!(ranks.try_put(ranked(rank)).is_ok());
    }
}

#[test]
fn a_getter_that_is_polled_while_another_takes_is_not_promised_the_same_item() {
    let (ranks, ranked, on_compare) = ranks();
    let log = Log::default();
    drop([ranks.try_get(), ranks.try_get()]);
    let getter = || parked(say_next(ranks.clone(), log), Waker::noop());
    let granted = [(), ()].map(|()| getter());
    fill(&ranks, ranked, [1, 2, 3]);
    let (third, late) = (getter(), getter());
    let polled = late.clone();
    on_compare(Box::new(move || assert!(!is_ready(&polled))));
    assert!(granted.iter().all(is_ready) && is_ready(&third));
    assert_eq!(log.take(), ["1", "2", "3"]);
    assert!(!is_ready(&late), "the queue is open, and will have more");
    ranks.close();
    assert!(is_ready(&late));
    assert_eq!(log.take(), ["Closed"]);
}

#[test]
fn a_getter_that_is_dropped_while_another_takes_leaves_its_item_to_the_next() {
    let (ranks, ranked, on_compare) = ranks();
    let log = Log::default();
    drop([ranks.try_get(), ranks.try_get()]);
    let [first, victim, third, next, last] = [(); 5].map(|()| parked(say_next(ranks.clone(), log), Waker::noop()));
    fill(&ranks, ranked, [1, 2, 3]);
    on_compare(Box::new(move || abandon(&victim)));
    assert!([&first, &third, &next].into_iter().all(is_ready));
    assert_eq!(log.take(), ["1", "2", "3"]);
    assert!(!is_ready(&last), "the queue is open, and will have more");
}

#[test]
fn a_putter_that_is_polled_while_another_puts_is_not_promised_the_same_room() {
    let (ranks, ranked, on_compare) = ranks();
    fill(&ranks, &ranked, [3]);
    let putter = |rank| {
        let (ranks, item) = (ranks.clone(), ranked(rank));
        parked(async move { assert!(ranks.put(item).await.is_ok()) }, Waker::noop())
    };
    let (first, second) = (putter(4), putter(5));
    drop([ranks.try_get(), ranks.try_get()]);
    let late = putter(6);
    let polled = late.clone();
    on_compare(Box::new(move || assert!(!is_ready(&polled))));
    assert!(is_ready(&first) && is_ready(&second));
    assert_eq!((is_ready(&late), ranks.len()), (false, 3), "there are no more than it may hold");
    drop(ranks.try_get());
    assert!(is_ready(&late));
}

#[test]
fn an_order_that_panics_while_a_queue_hands_its_items_out_leaves_it_closed_and_empty() {
    let (ranks, ranked, on_compare) = ranks();
    let log = Log::default();
    drop([ranks.try_get(), ranks.try_get()]);
    let granted = parked(say_next(ranks.clone(), log), Waker::noop());
    fill(&ranks, ranked, [1, 2, 3]);
    for _ in 0..2 {
        assert!(ranks.task_done().is_ok());
    }
    let looks = ranks.clone();
    on_compare(Box::new(move || {
        log.say(format!("closed: {}, {} left", looks.is_closed(), looks.len()));
        panic!("cannot be compared");
    }));
    assert!(panics(|| ranks.close_now()));
    assert!(is_ready(&granted));
    assert_eq!(log.take(), ["closed: true, 0 left", "Closed"]);
    assert!(ranks.task_done().is_err(), "those that it took out are done");
    let joined = started(async move { ranks.join().await });
    assert!(is_ready(&joined));
}
