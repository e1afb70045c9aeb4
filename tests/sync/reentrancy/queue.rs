//! What a foreign waker may do around a queue: put, take, close it, report items as done, drop who
//! stands in line, panic. No item is lost, nobody overtakes, and the queue holds no more than it may.

use super::{acting, cloned, is_ready_with, panics};
use greenlight::sync::{LifoQueue, PriorityQueue, Queue, QueueOver, Store, TryPutError};
use stage::foreign::{Foreign, Held, Shared, abandon, is_ready, parked, poll};
use stage::{Log, fill, shared};
use std::rc::Rc;
use std::task::Waker;

type Orders = Rc<Queue<u32>>;

fn bounded(capacity: usize, items: impl IntoIterator<Item = u32>) -> (Orders, Log) {
    let orders = Rc::new(Queue::bounded(capacity));
    fill(&orders, items);
    (orders, Log::default())
}

fn unbounded() -> (Orders, Log) {
    (Rc::new(Queue::unbounded()), Log::default())
}

/// One who takes an item, and says which.
async fn get<S: Store<u32>>(orders: Rc<QueueOver<u32, S>>, log: Log) {
    match orders.get().await {
        Ok(item) => log.say(format!("got {item}")),
        Err(end) => log.say(end.to_string()),
    }
}

/// One who puts an item, and says so.
async fn put<S: Store<u32>>(orders: Rc<QueueOver<u32, S>>, log: Log, item: u32) {
    match orders.put(item).await {
        Ok(()) => log.say(format!("put {item}")),
        Err(refused) => log.say(format!("{} is back", refused.item)),
    }
}

async fn join(orders: Orders, log: Log) {
    orders.join().await;
    log.say("all done");
}

const OVER: &str = "the queue is closed and empty: there will be no more items";

#[test]
fn one_that_puts_again_when_it_is_woken_for_an_item_keeps_the_order() {
    let (orders, log) = unbounded();
    let more = orders.clone();
    let first = parked(get(orders.clone(), log), &acting(move || fill(&more, [2])));
    let second = parked(get(orders.clone(), log), Waker::noop());
    fill(&orders, [1]);
    assert!(is_ready(&first) && is_ready(&second));
    assert_eq!(log.take(), ["got 1", "got 2"]);
}

#[test]
fn a_clone_that_puts_what_its_drop_takes_leaves_the_getter_in_line() {
    let (orders, log): (&'static Queue<u32>, _) = (shared(Queue::unbounded()), Log::default());
    let waker = Foreign::default()
        .on_clone(|| fill(orders, [1]))
        .on_drop(move || log.say(format!("taken: {:?}", orders.try_get())))
        .waker();
    let waits = parked(async move { log.say(format!("got {:?}", orders.get().await)) }, &waker);
    fill(orders, [2]);
    assert!(is_ready(&waits));
    assert_eq!(log.take(), ["taken: Ok(1)", "got Ok(2)"]);
}

#[test]
fn a_clone_that_makes_room_which_its_drop_fills_leaves_the_putter_in_line() {
    let (orders, log) = bounded(1, [1]);
    let (takes, fills) = (orders.clone(), orders.clone());
    let waker = Foreign::default()
        .on_clone(move || assert_eq!(takes.try_get(), Ok(1)))
        .on_drop(move || fill(&fills, [2]))
        .waker();
    let waits = parked(put(orders.clone(), log, 3), &waker);
    assert_eq!(orders.len(), 1);
    assert_eq!(orders.try_get(), Ok(2));
    assert!(is_ready(&waits));
    assert_eq!(orders.try_get(), Ok(3));
}

#[test]
fn a_clone_that_does_what_its_drop_undoes_leaves_the_joiner_in_line() {
    let (orders, log) = unbounded();
    fill(&orders, [1]);
    let (done, more) = (orders.clone(), orders.clone());
    let waker = Foreign::default()
        .on_clone(move || done.task_done().expect("one is not done"))
        .on_drop(move || fill(&more, [2]))
        .waker();
    let waits = parked(join(orders.clone(), log), &waker);
    orders.task_done().expect("one is not done");
    assert!(is_ready(&waits));
}

#[test]
fn a_clone_that_closes_the_queue_has_the_getter_find_the_end_and_the_putter_its_item() {
    let (orders, log) = unbounded();
    let closes = orders.clone();
    let mut getter: Held = Box::pin(get(orders, log));
    assert!(poll(getter.as_mut(), &cloned(move || closes.close())).is_ready());
    let (orders, _) = bounded(1, [1]);
    let closes = orders.clone();
    let mut putter: Held = Box::pin(put(orders.clone(), log, 2));
    assert!(poll(putter.as_mut(), &cloned(move || closes.close())).is_ready());
    assert_eq!(log.take(), [OVER, "2 is back"]);
    assert_eq!(orders.try_get(), Ok(1));
}

#[test]
fn a_getter_that_cannot_wake_the_putter_leaves_its_item_in_its_place() {
    fn assert_kept<S: Store<u32> + 'static>(orders: QueueOver<u32, S>, next: u32) {
        let (orders, log) = (Rc::new(orders), Log::default());
        fill(&orders, [5, 4, 6]);
        let putter = parked(put(orders.clone(), log, 9), &acting(|| panic!("cannot be woken")));
        assert!(panics(|| orders.try_get()), "the panic reaches the one who takes");
        assert_eq!(orders.len(), 3);
        assert!(is_ready(&putter), "the room is granted to it all the same");
        let mut getter: Held = Box::pin(get(orders.clone(), log));
        assert!(poll(getter.as_mut(), Waker::noop()).is_ready());
        assert_eq!(log.take(), ["put 9".to_string(), format!("got {next}")]);
        assert_eq!(orders.len(), 3);
    }
    assert_kept(Queue::bounded(3), 5);
    assert_kept(LifoQueue::bounded(3), 9);
    assert_kept(PriorityQueue::bounded(3), 4);
}

#[test]
fn a_granted_getter_that_cannot_wake_the_putter_leaves_its_item_to_the_next() {
    let (orders, log) = bounded(1, []);
    let first = parked(get(orders.clone(), log), Waker::noop());
    let second = parked(get(orders.clone(), log), Waker::noop());
    fill(&orders, [1]);
    let putter = parked(put(orders.clone(), log, 2), &acting(|| panic!("cannot be woken")));
    assert!(panics(|| is_ready(&first)));
    abandon(&first);
    assert!(is_ready(&second));
    assert!(is_ready(&putter));
    assert_eq!(log.take(), ["got 1", "put 2"]);
    assert_eq!(orders.try_get(), Ok(2));
}

#[test]
fn a_putter_that_cannot_wake_the_getter_has_put_its_item() {
    let (orders, log) = unbounded();
    let getter = parked(get(orders.clone(), log), &acting(|| panic!("cannot be woken")));
    let mut putter: Held = Box::pin(put(orders.clone(), log, 1));
    assert!(panics(|| poll(putter.as_mut(), Waker::noop()).is_ready()));
    drop(putter);
    assert!(is_ready(&getter));
    assert_eq!(log.take(), ["got 1"]);
    assert_eq!(orders.task_done(), Ok(()));
}

#[test]
fn a_putter_that_panics_when_the_queue_closes_does_not_leave_the_getters_waiting() {
    let (orders, log) = bounded(1, []);
    let first = parked(get(orders.clone(), log), Waker::noop());
    fill(&orders, [1]);
    let second = parked(get(orders.clone(), log), Waker::noop());
    let putter = parked(put(orders.clone(), log, 2), &acting(|| panic!("cannot be woken")));
    assert!(panics(|| orders.close()), "the panic reaches the one who closes");
    assert!(is_ready(&first) && is_ready(&second) && is_ready(&putter));
    assert_eq!(log.take(), ["got 1", OVER, "2 is back"]);
}

#[test]
fn a_getter_that_panics_when_the_queue_closes_does_not_leave_the_others_waiting() {
    let (orders, log) = unbounded();
    let first = parked(get(orders.clone(), log), &acting(|| panic!("cannot be woken")));
    let second = parked(get(orders.clone(), log), Waker::noop());
    assert!(panics(|| orders.close()));
    assert!(is_ready(&second) && is_ready(&first));
    assert_eq!(log.take(), [OVER, OVER]);
}

#[test]
fn one_that_waits_for_the_last_item_and_panics_does_not_keep_the_queue_from_closing() {
    let (orders, log) = bounded(1, [1]);
    let joiner = parked(join(orders.clone(), log), &acting(|| panic!("cannot be woken")));
    let putter = parked(put(orders.clone(), log, 2), Waker::noop());
    assert!(panics(|| orders.close_now()));
    assert!(orders.is_closed() && orders.is_empty());
    assert!(is_ready(&joiner) && is_ready(&putter));
    assert_eq!(log.take(), ["all done", "2 is back"]);
}

#[test]
fn one_that_closes_the_queue_when_it_is_woken_for_an_item_still_gets_it() {
    let (orders, log) = unbounded();
    let closes = orders.clone();
    let first = parked(get(orders.clone(), log), &acting(move || closes.close()));
    let second = parked(get(orders.clone(), log), Waker::noop());
    fill(&orders, [1]);
    assert!(is_ready(&first) && is_ready(&second));
    assert_eq!(log.take(), ["got 1", OVER]);
}

#[test]
fn one_that_empties_the_queue_when_it_is_woken_for_an_item_finds_the_end() {
    let (orders, log) = unbounded();
    let closes = orders.clone();
    let first = parked(get(orders.clone(), log), &acting(move || log.say(format!("{:?}", closes.close_now()))));
    fill(&orders, [1]);
    assert!(is_ready(&first));
    assert_eq!(log.take(), ["[1]", OVER]);
    assert!(is_ready(&parked_or_done(join(orders, log))));
}

/// A future that may be ready in its first poll.
fn parked_or_done(future: impl Future<Output = ()> + 'static) -> Shared {
    Rc::new(std::cell::RefCell::new(Some(Box::pin(future))))
}

#[test]
fn one_that_drops_the_next_in_line_when_it_is_woken_for_an_item_passes_that_ones_item_on() {
    let (orders, log) = bounded(2, []);
    let second = Shared::default();
    let victim = second.clone();
    let first = parked(get(orders.clone(), log), &acting(move || abandon(&victim)));
    *second.borrow_mut() = parked(get(orders.clone(), log), Waker::noop()).take();
    let third = parked(get(orders.clone(), log), Waker::noop());
    fill(&orders, [1, 2]);
    assert!(is_ready(&first) && is_ready(&third));
    assert_eq!(log.take(), ["got 1", "got 2"]);
}

#[test]
fn a_putter_that_takes_the_item_when_it_is_woken_for_room_finds_all_of_it_granted() {
    let (orders, log) = bounded(1, [1]);
    let tries = orders.clone();
    let tries_both = move || {
        log.say(format!("{:?}, {:?}", tries.try_get(), tries.try_put(3)));
    };
    let putter = parked(put(orders.clone(), log, 2), &acting(tries_both));
    assert_eq!(orders.try_get(), Ok(1));
    assert_eq!(log.take(), [format!("Err(Empty), Err({:?})", TryPutError::Full(3))]);
    assert!(is_ready(&putter));
    assert_eq!(orders.try_get(), Ok(2));
}

#[test]
fn one_that_finds_an_item_or_room_or_the_end_clones_no_waker() {
    let (orders, log) = bounded(1, [1]);
    let clones = |name| cloned(move || log.say(format!("the waker of {name} cloned")));
    assert!(is_ready_with(&parked_or_done(get(orders.clone(), log)), &clones("the getter")));
    assert!(is_ready_with(&parked_or_done(put(orders.clone(), log, 2)), &clones("the putter")));
    assert_eq!(orders.close_now(), [2]);
    assert!(is_ready_with(&parked_or_done(get(orders.clone(), log)), &clones("a late getter")));
    assert!(is_ready_with(&parked_or_done(put(orders.clone(), log, 3)), &clones("a late putter")));
    assert_eq!(log.take(), ["got 1", "put 2", OVER, "3 is back"]);
}
