//! What a trace says of a queue, a barrier and a semaphore, with the line that did it.

use greenlight::sync::{Barrier, Queue, QueueOver, Semaphore, Store};
use greenlight::trace::{Kind, Recorder, TraceEvent};
use greenlight::{Runtime, task, yield_now};
use insta::assert_snapshot;
use stage::refusal;
use std::future::Future;
use std::rc::Rc;

/// The events of a program that are about its objects, and not about the lock inside of a barrier.
fn traced(program: impl Future<Output = ()>) -> String {
    let recorder = Rc::new(Recorder::default());
    Runtime::builder().virtual_clock().observer(recorder.clone()).build().run(program);
    let is_about_an_object = |event: &&TraceEvent| match event.kind {
        Kind::LockTaken | Kind::LockReleased | Kind::Spawned => false,
        _ => event.object.as_ref().is_some_and(|object| object.kind != "task"),
    };
    let events = recorder.events();
    let lines = events.iter().filter(is_about_an_object).map(|event| {
        let at = event.at.map_or(String::new(), |at| line(at.line()));
        format!("{:60} {at}", event.to_string())
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A line of this file, from its first word on.
fn line(number: u32) -> String {
    let line = include_str!("traces.rs").lines().nth(number as usize - 1);
    line.expect("the line is in the file").trim().to_string()
}

#[test]
fn a_queue_tells_what_becomes_of_its_items_and_who_waits() {
    let trace = traced(async {
        let orders = Rc::new(Queue::bounded(1).named("orders"));
        let theirs = orders.clone();
        let cook = task("cook").spawn(async move {
            while theirs.get().await.is_ok() {
                theirs.task_done().expect("it was put");
            }
        });
        yield_now().await;
        orders.try_put("soup").expect("there is room");
        orders.put("bread").await.expect("it is open");
        orders.join().await;
        orders.close();
        cook.await.unwrap();
        orders.close_now();
    });
    assert_snapshot!(trace, @r#"
    queue `orders` comes up, for 1                               let orders = Rc::new(Queue::bounded(1).named("orders"));
    cook waits on queue `orders`                                 while theirs.get().await.is_ok() {
    main puts an item into queue `orders`, which has 1           orders.try_put("soup").expect("there is room");
    cook is granted queue `orders`                               while theirs.get().await.is_ok() {
    full queue `orders` comes up                                 let orders = Rc::new(Queue::bounded(1).named("orders"));
    main waits on full queue `orders`                            orders.put("bread").await.expect("it is open");
    cook is done waiting on queue `orders`                       while theirs.get().await.is_ok() {
    cook takes an item from queue `orders`, which has 0 left     while theirs.get().await.is_ok() {
    main is granted full queue `orders`                          orders.put("bread").await.expect("it is open");
    cook is done with an item of queue `orders`, 0 left          theirs.task_done().expect("it was put");
    cook waits on queue `orders`                                 while theirs.get().await.is_ok() {
    main is done waiting on full queue `orders`                  orders.put("bread").await.expect("it is open");
    main puts an item into queue `orders`, which has 1           orders.put("bread").await.expect("it is open");
    cook is granted queue `orders`                               while theirs.get().await.is_ok() {
    unfinished queue `orders` comes up                           let orders = Rc::new(Queue::bounded(1).named("orders"));
    main waits on unfinished queue `orders`                      orders.join().await;
    cook is done waiting on queue `orders`                       while theirs.get().await.is_ok() {
    cook takes an item from queue `orders`, which has 0 left     while theirs.get().await.is_ok() {
    cook is done with an item of queue `orders`, 0 left          theirs.task_done().expect("it was put");
    main is granted unfinished queue `orders`                    orders.join().await;
    cook waits on queue `orders`                                 while theirs.get().await.is_ok() {
    main is done waiting on unfinished queue `orders`            orders.join().await;
    main closes queue `orders`                                   orders.close();
    cook is granted queue `orders`                               while theirs.get().await.is_ok() {
    cook is done waiting on queue `orders`                       while theirs.get().await.is_ok() {
    queue `orders` is gone                                       let orders = Rc::new(Queue::bounded(1).named("orders"));
    full queue `orders` is gone                                  let orders = Rc::new(Queue::bounded(1).named("orders"));
    unfinished queue `orders` is gone                            let orders = Rc::new(Queue::bounded(1).named("orders"));
    "#);
}

#[test]
fn a_queue_that_is_closed_does_not_close_again() {
    let trace = traced(async {
        let orders = Queue::unbounded().named("orders");
        orders.try_put("soup").expect("there is room");
        orders.close();
        orders.close();
        assert_eq!(orders.close_now(), ["soup"]);
        let others = Queue::<u32>::unbounded().named("others");
        others.close_now();
        others.close_now();
    });
    assert_snapshot!(trace, @r#"
    queue `orders` comes up                                      let orders = Queue::unbounded().named("orders");
    main puts an item into queue `orders`, which has 1           orders.try_put("soup").expect("there is room");
    main closes queue `orders`                                   orders.close();
    queue `others` comes up                                      let others = Queue::<u32>::unbounded().named("others");
    main closes queue `others`                                   others.close_now();
    queue `others` is gone                                       let others = Queue::<u32>::unbounded().named("others");
    queue `orders` is gone                                       let orders = Queue::unbounded().named("orders");
    "#);
}

/// Has no place for anything.
#[derive(Default)]
struct Nowhere;

impl Store<&str> for Nowhere {
    fn push(&mut self, item: &str) {
        panic!("there is no place for the {item}")
    }

    fn pop(&mut self) -> Option<&'static str> {
        None
    }

    fn count(&self) -> usize {
        0
    }
}

#[test]
fn an_item_that_did_not_come_into_the_queue_is_not_told() {
    let trace = traced(async {
        let orders = QueueOver::<&str, Nowhere>::unbounded().named("orders");
        assert_eq!(refusal(|| orders.try_put("soup")), "there is no place for the soup");
        orders.close();
    });
    assert_snapshot!(trace, @r#"
    queue `orders` comes up                                      let orders = QueueOver::<&str, Nowhere>::unbounded().named("orders");
    main closes queue `orders`                                   orders.close();
    queue `orders` is gone                                       let orders = QueueOver::<&str, Nowhere>::unbounded().named("orders");
    "#);
}

#[test]
fn a_semaphore_tells_who_takes_how_many_permits_and_who_releases_them() {
    let trace = traced(async {
        let desks = Rc::new(Semaphore::new(3).named("desks"));
        let theirs = desks.clone();
        let two = desks.acquire_many(2).await;
        let other = task("other").spawn(async move { theirs.acquire_many(2).await.forget() });
        yield_now().await;
        drop(two);
        other.await.unwrap();
        desks.release(2).expect("two were forgotten");
        drop(desks.try_acquire());
    });
    assert_snapshot!(trace, @r#"
    semaphore `desks` comes up, of 3                             let desks = Rc::new(Semaphore::new(3).named("desks"));
    main takes 2 of semaphore `desks`                            let two = desks.acquire_many(2).await;
    other waits on semaphore `desks`                             let other = task("other").spawn(async move { theirs.acquire_many(2).await.forget() });
    main releases 2 of semaphore `desks`                         let two = desks.acquire_many(2).await;
    other is granted semaphore `desks`                           let other = task("other").spawn(async move { theirs.acquire_many(2).await.forget() });
    other is done waiting on semaphore `desks`                   let other = task("other").spawn(async move { theirs.acquire_many(2).await.forget() });
    other takes 2 of semaphore `desks`                           let other = task("other").spawn(async move { theirs.acquire_many(2).await.forget() });
    main releases 2 of semaphore `desks`                         desks.release(2).expect("two were forgotten");
    main takes 1 of semaphore `desks`                            drop(desks.try_acquire());
    main releases 1 of semaphore `desks`                         drop(desks.try_acquire());
    semaphore `desks` is gone                                    let desks = Rc::new(Semaphore::new(3).named("desks"));
    "#);
}

#[test]
fn a_barrier_tells_who_arrives_and_that_it_was_reset_or_aborted() {
    let trace = traced(async {
        let start = Rc::new(Barrier::new(2).named("start"));
        let theirs = start.clone();
        let other = task("other").spawn(async move { theirs.wait().await.is_ok() });
        assert!(start.wait().await.is_ok() && other.await.unwrap());
        let theirs = start.clone();
        let alone = task("alone").spawn(async move { theirs.wait().await.is_ok() });
        yield_now().await;
        start.reset();
        assert!(!alone.await.unwrap());
        start.abort();
    });
    assert_snapshot!(trace, @r#"
    barrier `start` comes up, for 2                              let start = Rc::new(Barrier::new(2).named("start"));
    main arrives at barrier `start` as number 1                  assert!(start.wait().await.is_ok() && other.await.unwrap());
    main waits on barrier `start`                                assert!(start.wait().await.is_ok() && other.await.unwrap());
    other arrives at barrier `start` as number 2                 let other = task("other").spawn(async move { theirs.wait().await.is_ok() });
    main is granted barrier `start`                              assert!(start.wait().await.is_ok() && other.await.unwrap());
    other is out of barrier `start`, with 1 inside               let other = task("other").spawn(async move { theirs.wait().await.is_ok() });
    main is done waiting on barrier `start`                      assert!(start.wait().await.is_ok() && other.await.unwrap());
    main is out of barrier `start`, with 0 inside                assert!(start.wait().await.is_ok() && other.await.unwrap());
    alone arrives at barrier `start` as number 1                 let alone = task("alone").spawn(async move { theirs.wait().await.is_ok() });
    alone waits on barrier `start`                               let alone = task("alone").spawn(async move { theirs.wait().await.is_ok() });
    main resets barrier `start`                                  start.reset();
    alone is granted barrier `start`                             let alone = task("alone").spawn(async move { theirs.wait().await.is_ok() });
    alone is done waiting on barrier `start`                     let alone = task("alone").spawn(async move { theirs.wait().await.is_ok() });
    alone is out of barrier `start`, with 0 inside               let alone = task("alone").spawn(async move { theirs.wait().await.is_ok() });
    main aborts barrier `start`                                  start.abort();
    barrier `start` is gone                                      let start = Rc::new(Barrier::new(2).named("start"));
    "#);
}
