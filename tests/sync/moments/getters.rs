//! A dropped `get` loses no item, and a dropped `join` of a queue takes nothing from the others.

use super::around::{Around, SIGNAL};
use super::loops::{Play, Said, at_every_moment, at_every_two_moments};
use greenlight::sync::{Closed, LifoQueue, PriorityQueue, Queue, QueueOver, Store};
use greenlight::{sleep, yield_now};
use stage::fill;
use std::rc::Rc;

/// Takes an item, if the wait for it is not given up, and says which, or that there is none.
async fn take<S: Store<u32>>(queue: Rc<QueueOver<u32, S>>, name: &'static str, said: Said, around: Around) {
    match around.wait(queue.get()).await {
        Some(Ok(item)) => said.say(format!("{name} {item}")),
        Some(Err(Closed)) => said.say(format!("{name} closed")),
        None => {}
    }
}

/// The items that were taken and those that are left, as many as were ever put.
fn assert_all_there<S: Store<u32>>(taken: &[String], queue: &QueueOver<u32, S>, put: u32) {
    let left = std::iter::from_fn(|| queue.try_get().ok());
    let taken = taken.iter().filter_map(|line| line.rsplit_once(' ')?.1.parse().ok());
    let mut items: Vec<u32> = taken.chain(left).collect();
    items.sort_unstable();
    assert_eq!(items, (1..=put).collect::<Vec<_>>());
}

fn assert_nobody_waits<S: Store<u32>>(queue: &QueueOver<u32, S>) {
    let state = format!("{queue:?}");
    assert!(state.contains("getters: 0, putters: 0"), "{state}");
}

/// Three wait for an item, and with them, at that place in the line, the victim. At the signal two
/// more come, one before there are items and one after: three at once and three in turns to come.
fn getters_of<S: Store<u32> + 'static>(
    play: &Play,
    queue: QueueOver<u32, S>,
    place: usize,
) -> (Vec<String>, Vec<String>) {
    let queue = Rc::new(queue);
    let getter = |name, around| take(queue.clone(), name, play.said.clone(), around);
    play.line_up(&["a", "b", "c"], place, getter);
    let late = |name| {
        let getter = getter(name, Around::Nothing);
        play.spawn(name, async move {
            sleep(SIGNAL).await;
            getter.await;
        })
    };
    late("d");
    let filled = queue.clone();
    play.spawn("putter", async move {
        sleep(SIGNAL).await;
        fill(&filled, 1..=3);
        for item in 4..=6 {
            yield_now().await;
            filled.put(item).await.expect("nobody closes");
        }
    });
    late("e");
    play.run();
    let (others, victim) = play.lines();
    let names: Vec<_> = others.iter().map(|line| &line[..1]).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e"]);
    assert_nobody_waits(&queue);
    assert_eq!(queue.len() + victim.len(), 1);
    assert_all_there(&[&others[..], &victim].concat(), &queue, 6);
    play.ends();
    (others, victim)
}

#[test]
fn the_others_get_the_items_in_order() {
    for place in 0..=3 {
        at_every_moment(|play| {
            let (others, _) = getters_of(play, Queue::unbounded(), place);
            let items: Vec<_> = others.iter().map(|line| &line[2..]).collect();
            assert!(items.is_sorted(), "{others:?}");
        });
    }
}

#[test]
fn the_others_get_the_items_of_a_lifo_queue() {
    at_every_moment(|play| _ = getters_of(play, LifoQueue::unbounded(), 0));
}

#[test]
fn the_others_get_the_items_of_a_priority_queue() {
    at_every_moment(|play| _ = getters_of(play, PriorityQueue::unbounded(), 1));
}

/// There are items for two, and three wait: no other put helps one who was passed over.
#[test]
fn nobody_waits_while_there_is_an_item() {
    for place in 0..=2 {
        at_every_moment(|play| {
            let queue = Rc::new(Queue::unbounded());
            play.line_up(&["a", "b"], place, |name, around| take(queue.clone(), name, play.said.clone(), around));
            let filled = queue.clone();
            play.spawn("putter", async move {
                sleep(SIGNAL).await;
                fill(&filled, 1..=2);
            });
            play.run();
            let (others, victim) = play.lines();
            assert_eq!(others.len() + victim.len(), 2);
            assert!(queue.is_empty());
            fill(&queue, 3..=3);
            play.run();
            let (last, last_of_victim) = play.lines();
            assert_eq!(others.len() + last.len(), 2);
            assert_nobody_waits(&queue);
            assert_all_there(&[others, victim, last, last_of_victim].concat(), &queue, 3);
            play.ends();
        });
    }
}

/// Three and the victim wait, two items come, and with them the end: whoever lives has an item
/// before somebody behind hears of the end.
#[test]
fn no_item_is_left_in_a_queue_that_closes_while_somebody_waits() {
    for place in 0..=3 {
        at_every_moment(|play| {
            let queue = Rc::new(Queue::unbounded());
            play.line_up(&["a", "b", "c"], place, |name, around| take(queue.clone(), name, play.said.clone(), around));
            let closing = queue.clone();
            play.spawn("closing", async move {
                sleep(SIGNAL).await;
                fill(&closing, 1..=2);
                closing.close();
            });
            play.run();
            let (others, victim) = play.lines();
            let items = ["1", "2"].into_iter().filter(|item| !victim.concat().ends_with(item));
            let answers = items.chain(["closed"; 3]);
            let expected = ["a", "b", "c"].iter().zip(answers).map(|(name, answer)| format!("{name} {answer}"));
            assert_eq!(others, expected.collect::<Vec<_>>(), "{victim:?}");
            assert!(queue.is_empty());
            assert_all_there(&[others, victim].concat(), &queue, 2);
            assert_nobody_waits(&queue);
            play.ends();
        });
    }
}

#[test]
fn two_who_leave_lose_no_item_either() {
    at_every_two_moments(|play| {
        let queue = Rc::new(Queue::unbounded());
        for name in ["victim 1", "victim 2"] {
            play.victim(name, take(queue.clone(), name, play.said.clone(), Around::Nothing));
        }
        play.spawn("a", take(queue.clone(), "a", play.said.clone(), Around::Nothing));
        let filled = queue.clone();
        play.spawn("putter", async move {
            yield_now().await;
            fill(&filled, 1..=2);
            yield_now().await;
            fill(&filled, 3..=3);
        });
        play.run();
        let (others, victims) = play.lines();
        assert_eq!(others.len(), 1);
        assert_nobody_waits(&queue);
        assert_all_there(&[others, victims].concat(), &queue, 3);
        play.ends();
    });
}

/// Two wait for all items to be done, and with them, at that place in the line, the victim.
fn joiners_of(play: &Play, place: usize, finish: impl Fn(&Queue<u32>) + 'static) -> Rc<Queue<u32>> {
    let queue = Rc::new(Queue::unbounded());
    fill(&queue, 1..=2);
    play.line_up(&["a", "b"], place, |name, around| {
        let (queue, said) = (queue.clone(), play.said.clone());
        async move {
            if around.wait(queue.join()).await.is_some() {
                said.say_hops(name);
            }
        }
    });
    let (finished, said) = (queue.clone(), play.said.clone());
    play.spawn("finishing", async move {
        assert_eq!(finished.get().await, Ok(1));
        finished.task_done().expect("two are not done");
        sleep(SIGNAL).await;
        said.cause();
        finish(&finished);
    });
    play.run();
    assert_eq!(play.lines().0, ["a 1", "b 1"]);
    assert!(queue.task_done().is_err(), "all are done, and none twice");
    play.ends();
    queue
}

#[test]
fn the_others_have_joined_in_order_and_after_one_hop() {
    for place in 0..=2 {
        at_every_moment(|play| {
            let queue = joiners_of(play, place, |queue| {
                assert_eq!(queue.try_get(), Ok(2));
                queue.task_done().expect("one is not done");
            });
            assert!(queue.is_empty());
        });
    }
}

#[test]
fn the_others_have_joined_a_queue_that_is_closed_with_all_its_items() {
    for place in 0..=2 {
        at_every_moment(|play| _ = joiners_of(play, place, |queue| assert_eq!(queue.close_now(), [2])));
    }
}
