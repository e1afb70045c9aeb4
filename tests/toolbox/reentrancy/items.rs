//! What the items of a queue may do: their `drop` may use the queue, whoever drops them, and their
//! order may not, because the queue compares them in the middle of a put or a get; it says so.

use super::foreign::{abandon, is_ready, parked};
use super::{cloned, forgotten, panics};
use crate::stage::{Log, refusal};
use greenlight::sync::{PriorityQueue, Queue};
use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::rc::{Rc, Weak};
use std::task::Waker;

/// An item that acts when it is dropped.
struct Item(Option<Box<dyn FnOnce()>>);

impl Item {
    fn plain() -> Self {
        Item(None)
    }

    fn acting(act: impl FnOnce() + 'static) -> Self {
        Item(Some(Box::new(act)))
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        if let Some(act) = self.0.take() {
            act();
        }
    }
}

type Shelf = Rc<Queue<Item>>;

/// A queue of one item.
fn shelf() -> (Shelf, Log) {
    let shelf = Rc::new(Queue::bounded(1));
    assert!(shelf.try_put(Item::plain()).is_ok());
    (shelf, Log::default())
}

async fn put(shelf: Shelf, item: Item) {
    assert!(shelf.put(item).await.is_ok());
}

fn take(shelf: &Shelf) {
    drop(shelf.try_get().expect("there is an item"));
}

#[test]
fn the_item_of_a_put_that_is_dropped_may_make_room_and_the_next_gets_it() {
    let (shelf, takes) = {
        let (shelf, _) = shelf();
        (shelf.clone(), shelf)
    };
    let abandoned = parked(put(shelf.clone(), Item::acting(move || take(&takes))), Waker::noop());
    let next = parked(put(shelf.clone(), Item::plain()), Waker::noop());
    abandon(&abandoned);
    assert!(is_ready(&next), "the room is not granted to one who is gone");
    take(&shelf);
    assert!(shelf.try_put(Item::plain()).is_ok(), "and nobody is counted who is gone");
}

#[test]
fn the_item_of_a_put_that_was_granted_room_and_is_dropped_finds_it_passed_on() {
    let (shelf, log) = shelf();
    let (tries, said) = (shelf.clone(), log.clone());
    let looks = move || said.say(format!("room for one who comes now: {}", tries.try_put(Item::plain()).is_ok()));
    let abandoned = parked(put(shelf.clone(), Item::acting(looks)), Waker::noop());
    let next = parked(put(shelf.clone(), Item::plain()), Waker::noop());
    take(&shelf);
    abandon(&abandoned);
    assert_eq!(log.take(), ["room for one who comes now: false"]);
    assert!(is_ready(&next));
    assert_eq!(shelf.len(), 1);
}

#[test]
fn the_item_of_a_put_that_is_dropped_may_panic_and_its_place_in_line_goes_with_it() {
    let (shelf, _) = shelf();
    let abandoned = parked(put(shelf.clone(), Item::acting(|| panic!("cannot be dropped"))), Waker::noop());
    let next = parked(put(shelf.clone(), Item::plain()), Waker::noop());
    take(&shelf);
    assert!(panics(|| abandon(&abandoned)));
    assert!(is_ready(&next));
}

#[test]
fn the_waker_of_a_put_that_is_dropped_may_make_room_and_the_next_gets_it() {
    let (shelf, _) = shelf();
    let takes = shelf.clone();
    let abandoned = parked(put(shelf.clone(), Item::plain()), &forgotten(move || take(&takes)));
    let next = parked(put(shelf.clone(), Item::plain()), Waker::noop());
    abandon(&abandoned);
    assert!(is_ready(&next));
    take(&shelf);
    assert!(shelf.try_put(Item::plain()).is_ok());
}

#[test]
fn an_item_that_is_refused_may_close_the_queue_again_when_it_is_dropped() {
    let (shelf, log) = shelf();
    let (closes, said) = (shelf.clone(), log.clone());
    let item = Item::acting(move || said.say(format!("{} left", closes.close_now().len())));
    shelf.close();
    drop(shelf.try_put(item));
    assert_eq!(log.take(), ["1 left"]);
    assert!(shelf.is_empty());
}

#[test]
fn the_items_that_a_queue_hands_out_when_it_closes_may_close_it_again() {
    let (shelf, log) = (Rc::new(Queue::unbounded()), Log::default());
    for _ in 0..2 {
        let (closes, said) = (shelf.clone(), log.clone());
        let item = Item::acting(move || said.say(format!("{} left", closes.close_now().len())));
        assert!(shelf.try_put(item).is_ok());
    }
    drop(shelf.close_now());
    assert_eq!(log.take(), ["0 left", "0 left"]);
    assert!(shelf.task_done().is_err());
}

#[test]
fn the_items_of_a_queue_that_is_dropped_find_it_gone() {
    let log = Log::default();
    drop(Rc::new_cyclic(|shelf: &Weak<Queue<Item>>| {
        let (gone, said) = (shelf.clone(), log.clone());
        let shelf = Queue::unbounded();
        assert!(shelf.try_put(Item::acting(move || said.say(format!("{:?}", gone.upgrade())))).is_ok());
        shelf
    }));
    assert_eq!(log.take(), ["None"]);
}

#[test]
fn an_item_that_was_taken_may_hold_the_last_handle_of_its_queue() {
    let (shelf, log) = (Rc::new(Queue::unbounded()), Log::default());
    let (own, said) = (shelf.clone(), log.clone());
    assert!(shelf.try_put(Item::acting(move || said.say(format!("{} left", own.len())))).is_ok());
    let (gone, item) = (Rc::downgrade(&shelf), shelf.try_get());
    drop(shelf);
    assert!(gone.upgrade().is_some());
    drop(item);
    assert_eq!((log.take(), gone.upgrade().is_none()), (vec!["0 left".to_string()], true));
}

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
        |ranks| assert!(super::poll(std::pin::pin!(ranks.get()), Waker::noop()).is_pending()),
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
    let (printed, seen) = (ranks.clone(), Rc::new(RefCell::new(String::new())));
    let saw = seen.clone();
    on_compare(Box::new(move || saw.replace(format!("{printed:?}, {}", printed.len())).clear()));
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
    let got = Rc::new(RefCell::new(Vec::new()));
    let getter = |wanted| {
        let (ranks, got) = (ranks.clone(), got.clone());
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

#[test]
fn an_item_may_be_put_and_taken_by_the_clone_of_a_waker_that_waits_for_it() {
    let (shelf, log) = shelf();
    let (takes, said) = (shelf.clone(), log.clone());
    let waker = cloned(move || {
        drop(takes.try_get());
        said.say(format!("room: {}", takes.try_put(Item::plain()).is_ok()));
    });
    let putter = parked(put(shelf.clone(), Item::plain()), &waker);
    assert_eq!(log.take(), ["room: true"]);
    take(&shelf);
    assert!(is_ready(&putter));
}
