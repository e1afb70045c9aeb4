//! The queues while they are open: in which order items come, and who gets them.

use greenlight::sync::{LifoQueue, PriorityQueue, Queue, TryGetError, TryPutError};
use greenlight::trace::Recorder;
use greenlight::{JoinHandle, Runtime, task};
use stage::{Log, fill, lines, refusal, run, shared, turns};
use std::rc::Rc;

fn getter(log: Log, queue: &'static Queue<u32>, name: &'static str) -> JoinHandle<()> {
    task(name).spawn(async move {
        let item = queue.get().await.expect("the queue is open");
        log.say_hops(&format!("{name} has {item}"));
    })
}

fn putter(log: Log, queue: &'static Queue<u32>, name: &'static str, item: u32) -> JoinHandle<()> {
    task(name).spawn(async move {
        queue.put(item).await.expect("the queue is open");
        log.say_hops(&format!("{name} put {item}"));
    })
}

#[test]
fn a_queue_is_first_in_first_out() {
    run(async {
        let queue = Queue::unbounded();
        for item in [3, 1, 2] {
            queue.put(item).await.unwrap();
        }
        assert_eq!(queue.len(), 3);
        let items = [queue.get().await, queue.get().await, queue.get().await].map(Result::unwrap);
        assert_eq!((items, queue.is_empty()), ([3, 1, 2], true));
    });
}

#[test]
fn a_lifo_queue_is_last_in_first_out() {
    let queue = LifoQueue::unbounded();
    fill(&queue, [3, 1, 2]);
    assert_eq!([(), (), ()].map(|()| queue.try_get().unwrap()), [2, 1, 3]);
}

#[test]
fn a_priority_queue_yields_the_smallest_first() {
    let queue = PriorityQueue::bounded(3);
    fill(&queue, [3, 1, 2]);
    assert_eq!(queue.try_put(0), Err(TryPutError::Full(0)));
    assert_eq!([(), (), ()].map(|()| queue.try_get().unwrap()), [1, 2, 3]);
}

#[test]
fn a_getter_of_a_priority_queue_gets_the_smallest_of_when_it_runs() {
    run(async {
        let queue = shared(PriorityQueue::unbounded());
        let getter = task("getter").spawn(queue.get());
        turns(1).await;
        fill(queue, [3, 1, 2]);
        assert_eq!(getter.await.unwrap(), Ok(1));
    });
}

#[test]
fn neither_suspends_where_there_is_an_item_or_room() {
    let said = lines(async |log| {
        let queue = Queue::bounded(1);
        log.begin();
        queue.put(7).await.unwrap();
        assert_eq!(queue.get().await, Ok(7));
        log.say_hops("both");
    });
    assert_eq!(said, ["both after 0"]);
}

#[test]
fn an_item_takes_one_hop_to_the_getter() {
    let said = lines(async |log| {
        let queue = shared(Queue::unbounded());
        let getters = ["first", "second"].map(|name| getter(log, queue, name));
        turns(1).await;
        log.begin();
        queue.put(1).await.unwrap();
        queue.put(2).await.unwrap();
        for getter in getters {
            getter.await.unwrap();
        }
    });
    assert_eq!(said, ["first has 1 after 1", "second has 2 after 1"]);
}

#[test]
fn room_takes_one_hop_to_the_putter() {
    let said = lines(async |log| {
        let queue = shared(Queue::bounded(1));
        queue.put(0).await.unwrap();
        let putters = [("first", 1), ("second", 2)].map(|(name, item)| putter(log, queue, name, item));
        turns(1).await;
        log.begin();
        assert_eq!(queue.get().await, Ok(0));
        turns(3).await;
        assert_eq!(queue.get().await, Ok(1));
        log.begin();
        for putter in putters {
            putter.await.unwrap();
        }
    });
    assert_eq!(said, ["first put 1 after 1", "second put 2 after 1"]);
}

#[test]
fn a_newcomer_does_not_overtake_a_granted_getter() {
    let said = lines(async |log| {
        let queue = shared(Queue::unbounded());
        let granted = getter(log, queue, "granted");
        turns(1).await;
        queue.try_put(1).unwrap();
        log.begin();
        assert_eq!(queue.try_get(), Err(TryGetError::Empty));
        let newcomer = queue.get();
        let second = getter(log, queue, "second");
        queue.try_put(2).unwrap();
        log.say(format!("newcomer has {}", newcomer.await.unwrap()));
        queue.try_put(3).unwrap();
        granted.await.unwrap();
        second.await.unwrap();
    });
    assert_eq!(said, ["granted has 1 after 1", "newcomer has 2", "second has 3 after 2"]);
}

#[test]
fn a_newcomer_does_not_overtake_a_granted_putter() {
    let said = lines(async |log| {
        let queue = shared(Queue::bounded(1));
        queue.try_put(0).unwrap();
        let _granted = putter(log, queue, "granted", 1);
        turns(1).await;
        log.begin();
        assert_eq!(queue.try_get(), Ok(0));
        assert!(queue.is_empty());
        assert_eq!(queue.try_put(9), Err(TryPutError::Full(9)));
        let _newcomer = putter(log, queue, "newcomer", 2);
        turns(2).await;
        log.say(format!("{} goes", queue.get().await.unwrap()));
        log.say(format!("{} goes", queue.get().await.unwrap()));
    });
    assert_eq!(said, ["granted put 1 after 1", "1 goes", "newcomer put 2 after 3", "2 goes"]);
}

#[test]
fn getters_are_served_in_the_order_of_asking() {
    let said = lines(async |log| {
        let queue = shared(Queue::unbounded());
        let _getters = ["a", "b", "c"].map(|name| getter(log, queue, name));
        turns(1).await;
        for item in 1..=3 {
            log.begin();
            queue.try_put(item).unwrap();
            turns(2).await;
        }
    });
    assert_eq!(said, ["a has 1 after 1", "b has 2 after 1", "c has 3 after 1"]);
}

#[test]
fn a_cancelled_get_loses_nothing() {
    let said = lines(async |log| {
        let queue = shared(Queue::unbounded());
        let [victim, _next] = ["victim", "next"].map(|name| getter(log, queue, name));
        turns(1).await;
        log.begin();
        queue.try_put(1).unwrap();
        victim.task().cancel();
        turns(4).await;
        assert!(queue.is_empty());
    });
    assert_eq!(said, ["next has 1 after 2"], "one hop to the drop, one to the next in line");
}

#[test]
fn a_cancelled_get_with_nobody_behind_leaves_the_item_in_the_queue() {
    run(async {
        let queue = shared(Queue::unbounded());
        let victim = task("victim").spawn(queue.get());
        turns(1).await;
        queue.try_put(1).unwrap();
        victim.task().cancel();
        victim.await.unwrap_err();
        assert_eq!(queue.try_get(), Ok(1));
    });
}

#[test]
fn an_item_goes_past_a_dying_getter() {
    let said = lines(async |log| {
        let queue = shared(Queue::unbounded());
        let [dying, living] = ["dying", "living"].map(|name| getter(log, queue, name));
        turns(1).await;
        dying.task().cancel();
        log.begin();
        queue.try_put(1).unwrap();
        living.await.unwrap();
    });
    assert_eq!(said, ["living has 1 after 1"]);
}

#[test]
fn the_room_of_a_dropped_put_goes_on() {
    let said = lines(async |log| {
        let queue = shared(Queue::bounded(1));
        queue.try_put(0).unwrap();
        let [victim, _next] = [("victim", 1), ("next", 2)].map(|(name, item)| putter(log, queue, name, item));
        turns(1).await;
        log.begin();
        assert_eq!(queue.try_get(), Ok(0));
        victim.task().cancel();
        turns(4).await;
        assert_eq!(queue.try_get(), Ok(2));
    });
    assert_eq!(said, ["next put 2 after 2"], "one hop to the drop, one to the next in line");
}

#[test]
fn a_dropped_put_drops_its_item() {
    let said = lines(async |log| {
        let queue = shared(Queue::bounded(1));
        assert!(queue.try_put(log.at_drop("kept")).is_ok());
        let victim = task("victim").spawn(queue.put(log.at_drop("item dropped")));
        turns(1).await;
        victim.task().cancel();
        victim.await.unwrap_err();
        log.say(format!("{} in the queue", queue.len()));
    });
    assert_eq!(said, ["item dropped", "1 in the queue"]);
}

#[test]
fn try_put_and_try_get_tell_what_is_the_matter() {
    let queue = Queue::bounded(1);
    assert_eq!(queue.try_get(), Err(TryGetError::Empty));
    assert_eq!(queue.try_put(1), Ok(()));
    let full = queue.try_put(2).unwrap_err();
    assert_eq!(
        (full.to_string().as_str(), full),
        ("the queue has no room now; await put() instead", TryPutError::Full(2))
    );
    assert_eq!(queue.try_get(), Ok(1));
    let empty = queue.try_get().unwrap_err();
    assert_eq!(empty.to_string(), "the queue has no item now; await get() instead");
    queue.close();
    assert_eq!(queue.try_put(3), Err(TryPutError::Closed(3)));
    assert_eq!(queue.try_get(), Err(TryGetError::Closed));
}

#[test]
fn a_queue_knows_how_many_items_it_may_hold() {
    assert_eq!(Queue::<u32>::bounded(3).capacity(), Some(3));
    assert_eq!(Queue::<u32>::unbounded().capacity(), None);
}

#[test]
fn a_queue_with_room_for_nothing_is_refused() {
    assert_eq!(
        refusal(|| Queue::<u32>::bounded(0)),
        "bounded() was given a capacity of 0, which has room for nothing; use unbounded()"
    );
}

#[test]
fn its_name_goes_with_all_who_wait_for_an_item_for_room_and_for_the_end() {
    let recorder = Rc::new(Recorder::default());
    Runtime::builder().virtual_clock().observer(recorder.clone()).build().run(async {
        let orders = shared(Queue::bounded(1).named("orders"));
        task("cook").spawn_detached(async { orders.get().await.map(drop).expect("the queue is open") });
        turns(1).await;
        fill(orders, [1]);
        turns(1).await;
        fill(orders, [2]);
        task("guest").spawn_detached(async { orders.put(3).await.expect("the queue is open") });
        task("owner").spawn_detached(orders.join());
        turns(1).await;
    });
    let waits = recorder.lines().into_iter().filter(|line| line.contains(" waits on "));
    assert_eq!(
        waits.collect::<Vec<_>>(),
        [
            "cook waits on queue `orders`",
            "guest waits on full queue `orders`",
            "owner waits on unfinished queue `orders`",
        ]
    );
}
