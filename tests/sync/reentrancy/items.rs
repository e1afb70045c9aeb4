//! What the items of a queue may do when they are dropped: use the queue, whoever drops them.

use super::{cloned, forgotten, panics};
use greenlight::sync::Queue;
use stage::Log;
use stage::foreign::{abandon, is_ready, parked};
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
    let tries = shelf.clone();
    let looks = move || log.say(format!("room for one who comes now: {}", tries.try_put(Item::plain()).is_ok()));
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
    let closes = shelf.clone();
    let item = Item::acting(move || log.say(format!("{} left", closes.close_now().len())));
    shelf.close();
    drop(shelf.try_put(item));
    assert_eq!(log.take(), ["1 left"]);
    assert!(shelf.is_empty());
}

#[test]
fn the_items_that_a_queue_hands_out_when_it_closes_may_close_it_again() {
    let (shelf, log) = (Rc::new(Queue::unbounded()), Log::default());
    for _ in 0..2 {
        let closes = shelf.clone();
        let item = Item::acting(move || log.say(format!("{} left", closes.close_now().len())));
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
        let gone = shelf.clone();
        let shelf = Queue::unbounded();
        assert!(shelf.try_put(Item::acting(move || log.say(format!("{:?}", gone.upgrade())))).is_ok());
        shelf
    }));
    assert_eq!(log.take(), ["None"]);
}

#[test]
fn an_item_that_was_taken_may_hold_the_last_handle_of_its_queue() {
    let (shelf, log) = (Rc::new(Queue::unbounded()), Log::default());
    let own = shelf.clone();
    assert!(shelf.try_put(Item::acting(move || log.say(format!("{} left", own.len())))).is_ok());
    let (gone, item) = (Rc::downgrade(&shelf), shelf.try_get());
    drop(shelf);
    assert!(gone.upgrade().is_some());
    drop(item);
    assert_eq!((log.take(), gone.upgrade().is_none()), (vec!["0 left".to_string()], true));
}

#[test]
fn an_item_may_be_put_and_taken_by_the_clone_of_a_waker_that_waits_for_it() {
    let (shelf, log) = shelf();
    let takes = shelf.clone();
    let waker = cloned(move || {
        drop(takes.try_get());
        log.say(format!("room: {}", takes.try_put(Item::plain()).is_ok()));
    });
    let putter = parked(put(shelf.clone(), Item::plain()), &waker);
    assert_eq!(log.take(), ["room: true"]);
    take(&shelf);
    assert!(is_ready(&putter));
}
