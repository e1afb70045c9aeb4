//! The end of a queue: closing it, draining it, and waiting until its items are done.

use greenlight::sync::{Closed, PriorityQueue, Queue, TryGetError};
use greenlight::{spawn, task};
use stage::{fill, lines, run, shared, turns};
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

#[test]
fn a_put_on_a_closed_queue_hands_the_item_back() {
    run(async {
        let queue = Queue::unbounded();
        queue.close();
        let refused = queue.put("tea").await.unwrap_err();
        assert_eq!(refused.to_string(), "the queue is closed; close it only when nobody puts any more");
        assert_eq!(refused.item, "tea");
    });
}

#[test]
fn a_put_that_waits_gets_its_item_back_when_the_queue_is_closed() {
    run(async {
        let queue = shared(Queue::bounded(1));
        queue.try_put("soup").unwrap();
        let putters = ["bread", "tea"].map(|item| task(item).spawn(queue.put(item)));
        turns(1).await;
        queue.close();
        for (putter, item) in putters.into_iter().zip(["bread", "tea"]) {
            assert_eq!(putter.await.unwrap().unwrap_err().item, item);
        }
        assert_eq!(queue.len(), 1);
    });
}

#[test]
fn a_put_that_was_granted_room_gets_its_item_back_too() {
    run(async {
        let queue = shared(Queue::bounded(1));
        queue.try_put("soup").unwrap();
        let putter = task("putter").spawn(queue.put("tea"));
        turns(1).await;
        assert_eq!(queue.try_get(), Ok("soup"));
        queue.close();
        assert_eq!(putter.await.unwrap().unwrap_err().item, "tea");
        assert!(queue.is_empty());
    });
}

#[test]
fn a_closed_queue_is_drained_and_then_says_so() {
    run(async {
        let queue = Queue::unbounded();
        fill(&queue, [1, 2, 3]);
        queue.close();
        queue.close();
        assert!(queue.is_closed());
        assert_eq!([queue.get().await, queue.get().await], [Ok(1), Ok(2)]);
        assert_eq!(queue.try_get(), Ok(3));
        assert_eq!((queue.get().await, queue.try_get()), (Err(Closed), Err(TryGetError::Closed)));
        assert_eq!(Closed.to_string(), "the queue is closed and empty: there will be no more items");
    });
}

#[test]
fn getters_that_wait_are_told_of_the_end_in_order_a_hop_later() {
    let said = lines(async |log| {
        let queue = shared(Queue::<u32>::unbounded());
        let getters = ["a", "b"].map(|name| {
            task(name).spawn(async move {
                let end = queue.get().await.unwrap_err();
                log.say_hops(&format!("{name}: {end:?}"));
            })
        });
        turns(1).await;
        log.begin();
        queue.close();
        for getter in getters {
            getter.await.unwrap();
        }
    });
    assert_eq!(said, ["a: Closed after 1", "b: Closed after 1"]);
}

/// As in asyncio, where those who wait for room and others who wait for items cannot be there at once.
#[test]
fn who_waits_for_an_item_is_told_of_the_end_before_who_waits_for_room() {
    let said = lines(async |log| {
        let queue = shared(Queue::bounded(1));
        fill(queue, [1]);
        let putter = |name: &'static str| {
            spawn(async move {
                queue.put(2).await.expect_err("it is closed before there is room");
                log.say(name);
            })
        };
        let _granted = putter("granted room");
        turns(1).await;
        let _putter = putter("putter");
        let _getter = spawn(async move {
            assert_eq!(queue.get().await, Err(Closed));
            log.say("getter");
        });
        let _closer = spawn(async { queue.close() });
        // The room goes to the first putter, who runs after the others of this turn.
        assert_eq!(queue.try_get(), Ok(1));
        turns(3).await;
    });
    assert_eq!(said, ["granted room", "getter", "putter"]);
}

#[test]
fn a_put_whose_task_was_cancelled_when_the_queue_was_closed_hands_its_item_to_who_polls_it_then() {
    run(async {
        let queue = shared(Queue::bounded(1));
        fill(queue, [1]);
        let put = shared(RefCell::new(queue.put(2)));
        let dying = spawn(poll_fn(move |cx| {
            assert!(Pin::new(&mut *put.borrow_mut()).poll(cx).is_pending());
            Poll::<()>::Pending
        }));
        turns(1).await;
        dying.task().cancel();
        queue.close();
        let refused = poll_fn(|cx| Pin::new(&mut *put.borrow_mut()).poll(cx)).await;
        assert_eq!(refused.unwrap_err().item, 2);
    });
}

#[test]
fn a_getter_that_was_granted_an_item_has_it_though_the_queue_is_closed() {
    run(async {
        let queue = shared(Queue::unbounded());
        let getters = [(), ()].map(|()| task("getter").spawn(queue.get()));
        turns(1).await;
        queue.try_put(1).unwrap();
        queue.close();
        let [first, second] = getters;
        assert_eq!((first.await.unwrap(), second.await.unwrap()), (Ok(1), Err(Closed)));
    });
}

#[test]
fn a_newcomer_does_not_overtake_a_granted_getter_of_a_closed_queue() {
    run(async {
        let queue = shared(Queue::unbounded());
        let granted = task("granted").spawn(queue.get());
        turns(1).await;
        queue.try_put(1).unwrap();
        queue.close();
        assert_eq!(queue.try_get(), Err(TryGetError::Empty), "the item is not for one who comes now");
        assert_eq!(queue.get().await, Err(Closed));
        assert_eq!(granted.await.unwrap(), Ok(1));
    });
}

#[test]
fn the_item_of_a_granted_getter_that_is_dropped_after_the_close_is_not_lost() {
    run(async {
        let queue = shared(Queue::unbounded());
        let [victim, next] = [(), ()].map(|()| task("getter").spawn(queue.get()));
        turns(1).await;
        queue.try_put(1).unwrap();
        queue.close();
        victim.task().cancel();
        victim.await.unwrap_err();
        assert_eq!(next.await.unwrap(), Ok(1));
    });
}

#[test]
fn a_getter_that_was_granted_an_item_finds_none_after_close_now() {
    run(async {
        let queue = shared(Queue::unbounded());
        let getter = task("getter").spawn(queue.get());
        turns(1).await;
        queue.try_put(1).unwrap();
        assert_eq!(queue.close_now(), [1]);
        assert_eq!(queue.get().await, Err(Closed), "it does not wait");
        assert_eq!(getter.await.unwrap(), Err(Closed));
    });
}

#[test]
fn a_newcomer_has_what_a_dropped_getter_of_a_closed_queue_leaves() {
    run(async {
        let queue = shared(Queue::unbounded());
        let victim = task("victim").spawn(queue.get());
        turns(1).await;
        queue.try_put(1).unwrap();
        queue.close();
        victim.task().cancel();
        assert_eq!(queue.get().await, Ok(1));
    });
}

#[test]
fn close_now_returns_the_items_in_their_order() {
    run(async {
        let queue = PriorityQueue::unbounded();
        fill(&queue, [3, 1, 2]);
        assert_eq!(queue.close_now(), [1, 2, 3]);
        assert_eq!((queue.get().await, queue.len()), (Err(Closed), 0));
        assert_eq!(queue.close_now(), [0; 0]);
    });
}

#[test]
fn close_now_ends_join() {
    let said = lines(async |log| {
        let queue = shared(Queue::unbounded());
        fill(queue, [1, 2]);
        let joiner = task("joiner").spawn(queue.join());
        turns(1).await;
        log.begin();
        assert_eq!(queue.close_now(), [1, 2]);
        joiner.await.unwrap();
        log.say_hops("joined");
        assert!(queue.task_done().is_err());
    });
    assert_eq!(said, ["joined after 2"], "one hop to the joiner, one from it");
}

#[test]
fn close_now_counts_only_what_it_takes_out_as_done() {
    let said = lines(async |log| {
        let queue = shared(Queue::unbounded());
        fill(queue, [1, 2]);
        assert_eq!(queue.get().await, Ok(1));
        let joining = queue.join();
        let joiner = task("joiner").spawn(async move {
            joining.await;
            log.say("joined");
        });
        assert_eq!(queue.close_now(), [2]);
        turns(3).await;
        log.say("1 is done");
        queue.task_done().unwrap();
        joiner.await.unwrap();
    });
    assert_eq!(said, ["1 is done", "joined"]);
}

#[test]
fn join_waits_until_every_item_is_done() {
    let said = lines(async |log| {
        let queue = shared(Queue::unbounded());
        fill(queue, [1, 2]);
        let joiners = ["a", "b"].map(|name| {
            task(name).spawn(async move {
                queue.join().await;
                log.say_hops(name);
            })
        });
        for _ in 0..2 {
            turns(2).await;
            queue.get().await.unwrap();
            turns(2).await;
            log.say("done");
            log.begin();
            queue.task_done().unwrap();
        }
        for joiner in joiners {
            joiner.await.unwrap();
        }
    });
    assert_eq!(said, ["done", "done", "a after 1", "b after 1"]);
}

#[test]
fn join_does_not_suspend_where_nothing_is_unfinished() {
    let said = lines(async |log| {
        let queue = Queue::unbounded();
        log.begin();
        queue.join().await;
        queue.try_put(1).unwrap();
        queue.try_get().unwrap();
        queue.task_done().unwrap();
        queue.join().await;
        log.say_hops("joined");
    });
    assert_eq!(said, ["joined after 0"]);
}

#[test]
fn one_item_cannot_be_done_twice() {
    let queue = Queue::unbounded();
    let made = line!() - 1;
    assert!(queue.task_done().is_err());
    queue.try_put(1).unwrap();
    queue.try_get().unwrap();
    assert_eq!(queue.task_done(), Ok(()));
    let error = queue.task_done().unwrap_err();
    let message = format!(
        "task_done() was called more often than items were put into the queue made at {}:{made}:17; call it once for \
         each item that was taken",
        file!()
    );
    assert_eq!(error.to_string(), message);
}
