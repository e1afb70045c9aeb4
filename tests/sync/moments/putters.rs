//! A dropped `put` takes its item with it and nothing else: the room that it was granted goes to
//! the next in line, and every other item comes through, or back.

use super::around::{Around, SIGNAL};
use super::loops::{Play, Said, at_every_moment, at_every_two_moments};
use greenlight::sync::{LifoQueue, PriorityQueue, Queue, QueueOver, Store};
use greenlight::{sleep, yield_now};
use stage::{fill, shared};
use std::cell::RefCell;
use std::rc::Rc;

/// The item of each putter.
fn item_of(name: &str) -> u32 {
    let names = ["a", "b", "c", "d", "e", "victim", "victim 1", "victim 2"];
    (1..).zip(names).find(|(_, other)| *other == name).expect("it is one of these").0
}

/// Puts its item, if the wait for room is not given up, and says what became of it.
async fn give<S: Store<u32>>(queue: Rc<QueueOver<u32, S>>, name: &'static str, said: Said, around: Around) {
    match around.wait(queue.put(item_of(name))).await {
        Some(Ok(())) => said.say(format!("{name} put")),
        Some(Err(refused)) => said.say(format!("{name} has {} back", refused.item)),
        None => {}
    }
}

fn assert_nobody_waits<S: Store<u32>>(queue: &QueueOver<u32, S>) {
    let state = format!("{queue:?}");
    assert!(state.contains("getters: 0, putters: 0"), "{state}");
}

/// A queue that is full holds two items. Three wait for room, and with them, at that place in the
/// line, the victim. At the signal two more come, one before there is room and one after. Yields
/// all items, in the order in which they came out.
fn items_through<S: Store<u32> + 'static>(play: &Play, queue: QueueOver<u32, S>, place: usize) -> Vec<u32> {
    let queue = Rc::new(queue);
    fill(&queue, [100, 101]);
    let putter = |name, around| give(queue.clone(), name, play.said.clone(), around);
    play.line_up(&["a", "b", "c"], place, putter);
    let late = |name| {
        let putter = putter(name, Around::Nothing);
        play.spawn(name, async move {
            sleep(SIGNAL).await;
            putter.await;
        })
    };
    late("d");
    let items = shared(RefCell::new(Vec::new()));
    let emptied = queue.clone();
    play.spawn("getter", async move {
        sleep(SIGNAL).await;
        // Two at once, then one a turn.
        for count in 0..7 {
            if count > 1 {
                yield_now().await;
            }
            let item = emptied.get().await.expect("nobody closes");
            items.borrow_mut().push(item);
        }
    });
    late("e");
    play.run();
    let (others, victim) = play.lines();
    assert_eq!(others, ["a put", "b put", "c put", "d put", "e put"]);
    assert_nobody_waits(&queue);
    let mut items = items.take();
    items.extend(std::iter::from_fn(|| queue.try_get().ok()));
    assert_eq!(items.contains(&item_of("victim")), victim == ["victim put"]);
    assert_eq!(items.len(), 7 + victim.len());
    play.ends();
    items
}

#[test]
fn the_items_of_the_others_come_through_in_order() {
    for place in 0..=3 {
        at_every_moment(|play| {
            let items = items_through(play, Queue::bounded(2), place);
            let mut expected = vec![100, 101, 1, 2, 3, 4, 5];
            if items.len() > expected.len() {
                expected.insert(2 + place, item_of("victim"));
            }
            assert_eq!(items, expected);
        });
    }
}

#[test]
fn the_items_of_the_others_come_through_a_lifo_queue() {
    at_every_moment(|play| {
        let mut items = items_through(play, LifoQueue::bounded(2), 0);
        items.sort_unstable();
        items.retain(|item| *item != item_of("victim"));
        assert_eq!(items, [1, 2, 3, 4, 5, 100, 101]);
    });
}

#[test]
fn the_items_of_the_others_come_through_a_priority_queue() {
    at_every_moment(|play| {
        let mut items = items_through(play, PriorityQueue::bounded(2), 1);
        items.sort_unstable();
        items.retain(|item| *item != item_of("victim"));
        assert_eq!(items, [1, 2, 3, 4, 5, 100, 101]);
    });
}

/// There is room for two, and three wait: no other get helps one who was passed over.
#[test]
fn nobody_waits_while_there_is_room() {
    for place in 0..=2 {
        at_every_moment(|play| {
            let queue = Rc::new(Queue::bounded(2));
            fill(&queue, [100, 101]);
            play.line_up(&["a", "b"], place, |name, around| give(queue.clone(), name, play.said.clone(), around));
            let emptied = queue.clone();
            play.spawn("getter", async move {
                sleep(SIGNAL).await;
                assert_eq!([emptied.try_get(), emptied.try_get()], [Ok(100), Ok(101)]);
            });
            play.run();
            let (others, victim) = play.lines();
            assert_eq!((others.len() + victim.len(), queue.len()), (2, 2));
            queue.try_get().expect("two are there");
            play.run();
            let (last, last_of_victim) = play.lines();
            assert_eq!(others.len() + last.len(), 2);
            assert_eq!(queue.len(), 1 + last.len() + last_of_victim.len());
            assert_nobody_waits(&queue);
            play.ends();
        });
    }
}

/// The first in line is granted room right before the queue is closed.
#[test]
fn the_others_get_their_items_back_from_a_queue_that_closes() {
    for place in 0..=3 {
        at_every_moment(|play| {
            let queue = Rc::new(Queue::bounded(1));
            fill(&queue, [100]);
            play.line_up(&["a", "b", "c"], place, |name, around| give(queue.clone(), name, play.said.clone(), around));
            let closing = queue.clone();
            play.spawn("closing", async move {
                sleep(SIGNAL).await;
                assert_eq!(closing.try_get(), Ok(100));
                closing.close();
            });
            play.run();
            let (others, victim) = play.lines();
            assert_eq!(others, ["a has 1 back", "b has 2 back", "c has 3 back"]);
            assert!(victim.is_empty() || victim == ["victim has 6 back"], "{victim:?}");
            assert!(queue.is_empty());
            assert_nobody_waits(&queue);
            play.ends();
        });
    }
}

#[test]
fn two_who_leave_take_no_other_item_with_them() {
    at_every_two_moments(|play| {
        let queue = Rc::new(Queue::bounded(1));
        fill(&queue, [100]);
        for name in ["victim 1", "a", "victim 2", "b"] {
            let putter = give(queue.clone(), name, play.said.clone(), Around::Nothing);
            if name.starts_with("victim") {
                play.victim(name, putter)
            } else {
                play.spawn(name, putter)
            };
        }
        let items = Rc::new(RefCell::new(Vec::new()));
        let (emptied, taken) = (queue.clone(), items.clone());
        play.spawn("getter", async move {
            yield_now().await;
            while taken.borrow().last() != Some(&item_of("b")) {
                let item = emptied.get().await.expect("nobody closes");
                taken.borrow_mut().push(item);
            }
        });
        play.run();
        let (others, victims) = play.lines();
        assert_eq!(others, ["a put", "b put"]);
        assert_nobody_waits(&queue);
        let expected = [("", 100), ("victim 1", 7), ("a", 1), ("victim 2", 8), ("b", 2)];
        let expected = expected
            .into_iter()
            .filter(|(name, _)| !name.starts_with("victim") || victims.contains(&format!("{name} put")));
        assert_eq!(items.take(), expected.map(|(_, item)| item).collect::<Vec<_>>());
        assert!(queue.is_empty());
        play.ends();
    });
}
