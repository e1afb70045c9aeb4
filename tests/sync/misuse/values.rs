//! What misuse of what is not `Event`, `Lock` or `Condition` gets: an error value, or a panic, that names it and says what to do
//! instead; or, where nothing is wrong with it, the right answer.

use super::{SECOND, ready_now};
use futures::FutureExt;
use greenlight::sync::{
    Barrier, Closed, LifoQueue, PriorityQueue, Promise, PutError, Queue, QueueOver, Semaphore, Store, TryPutError,
    promise,
};
use greenlight::{GroupError, Runtime, TaskGroup, Until, as_completed, spawn, task, timeout, wait};
use stage::{AtDrop, Log, failures, fill, lines, refusal, run, shared, turns};
use std::error::Error;
use std::future::pending;
use std::pin::pin;

/// What an error value says, wherever it goes.
fn said(error: impl Error + 'static) -> String {
    let error: Box<dyn Error> = Box::new(error);
    error.to_string()
}

/// What is said of a semaphore that was made here, with so many permits.
fn released_too_often(line: u32, column: u32, permits: usize) -> String {
    format!(
        "the semaphore made at {}:{line}:{column} would have more than its {permits} permits: dropping a Permit \
         releases it; call release() only for permits that were forgotten with Permit::forget()",
        file!()
    )
}

/// The error of a barrier is a mere value to match, and a group, whose error names the line that made it, has no name.
#[test]
fn an_error_that_tells_of_an_object_names_it_as_panics_do() {
    for name in [None, Some("it")] {
        let (desks, made) = (Semaphore::bounded(2), format!("{}:{}:30", file!(), line!()));
        let desks = name.into_iter().fold(desks, Semaphore::named);
        let (queue, queue_made) = (Queue::<u8>::unbounded(), format!("{}:{}:36", file!(), line!()));
        let queue = name.into_iter().fold(queue, QueueOver::named);
        let ((keeper, promised), promise_made) = (promise::<u8>(), format!("{}:{}:51", file!(), line!()));
        drop(name.into_iter().fold(keeper, Promise::named));
        let errors: [(&str, String, String); 3] = [
            ("semaphore", made, said(desks.release(1).unwrap_err())),
            ("queue", queue_made, said(queue.task_done().unwrap_err())),
            ("promise", promise_made, said(ready_now(promised).unwrap_err())),
        ];
        for (kind, made, told) in errors {
            let names = match name {
                Some(name) => format!("{kind} `{name}` (made at {made})"),
                None => format!("the {kind} made at {made}"),
            };
            assert!(told.contains(&names), "{told:?} does not say {names:?}");
        }
    }
}

#[test]
fn a_bounded_semaphore_that_is_released_too_often_says_so_and_has_no_more() {
    let desks = Semaphore::bounded(2);
    let message = released_too_often(line!() - 1, 17, 2);
    assert_eq!(said(desks.release(1).unwrap_err()), message);
    let permit = desks.try_acquire().expect("two are free");
    assert_eq!(said(desks.release(1).unwrap_err()), message, "the permit comes back by itself");
    assert_eq!(desks.available(), 1);
    permit.forget();
    assert_eq!(desks.release(1), Ok(()));
    assert_eq!(said(desks.release(usize::MAX).unwrap_err()), message);
    assert_eq!(desks.available(), 2);
}

#[test]
fn a_semaphore_that_would_have_more_permits_than_can_be_counted_says_so() {
    let all = Semaphore::new(usize::MAX);
    let message = released_too_often(line!() - 1, 15, usize::MAX);
    assert_eq!(said(all.release(1).unwrap_err()), message);
    assert_eq!(all.available(), usize::MAX);
    let permit = all.acquire_many(usize::MAX).now_or_never().expect("all are free");
    assert_eq!(said(all.release(1).unwrap_err()), message);
    drop(permit);
    assert_eq!((all.available(), all.release(0)), (usize::MAX, Ok(())));
}

#[test]
fn a_bounded_semaphore_that_is_asked_for_more_than_it_ever_has_refuses() {
    let desks = Semaphore::bounded(2).named("desks");
    let made = format!("semaphore `desks` (made at {}:{}:17)", file!(), line!() - 1);
    assert_eq!(
        refusal(|| drop(desks.acquire_many(3))),
        format!("3 permits were asked of {made}, which never has more than 2; ask for fewer")
    );
    assert_eq!(
        refusal(|| drop(desks.acquire_many(usize::MAX))),
        format!("{} permits were asked of {made}, which never has more than 2; ask for fewer", usize::MAX)
    );
    assert_eq!(desks.available(), 2);
}

#[test]
fn a_semaphore_bounded_by_nothing_at_all_refuses_everybody() {
    let none = Semaphore::bounded(0).named("none");
    let made = format!("semaphore `none` (made at {}:{}:16)", file!(), line!() - 1);
    let message = format!("1 permits were asked of {made}, which never has more than 0; ask for fewer");
    assert_eq!(refusal(|| drop(none.acquire())), message);
    assert_eq!(refusal(|| drop(none.try_acquire())), message);
}

#[test]
fn an_unbounded_semaphore_that_is_asked_for_more_than_there_are_waits_for_them() {
    let said = lines(async |log| {
        let desks = shared(Semaphore::new(1));
        let big = task("big").spawn(async move {
            let _permit = desks.acquire_many(3).await;
            log.say("three");
        });
        turns(3).await;
        log.say("two are added");
        desks.release(2).expect("there is no bound");
        big.await.expect("it goes on");
    });
    assert_eq!(said, ["two are added", "three"]);
}

#[test]
fn one_whom_nobody_adds_permits_for_is_reported_as_a_stall() {
    let desks = Semaphore::new(1).named("desks");
    let made = format!("made at {}:{}:17", file!(), line!() - 1);
    let runtime = Runtime::builder().virtual_clock().build();
    let stalled = runtime.try_run(async { drop(desks.acquire_many(2).await) }).unwrap_err();
    let report = stalled.to_string();
    assert!(
        report.contains("main") && report.contains("waits on semaphore `desks`") && report.contains(&made),
        "{report}"
    );
}

#[test]
fn no_permits_at_all_are_there_at_once_if_nobody_waits() {
    let said = lines(async |log| {
        let desks = shared(Semaphore::bounded(1));
        let permit = desks.acquire().await;
        log.begin();
        let nothing = desks.acquire_many(0).await;
        log.say_hops("nothing");
        let waiter = task("waiter").spawn(desks.acquire());
        turns(1).await;
        assert!(desks.acquire_many(0).now_or_never().is_none(), "it does not overtake");
        drop((nothing, permit));
        drop(waiter.await.expect("the permit is released"));
        assert_eq!(desks.available(), 1);
    });
    assert_eq!(said, ["nothing after 0"]);
}

#[test]
fn a_barrier_of_no_parties_is_refused() {
    assert_eq!(
        refusal(|| Barrier::new(0)),
        "Barrier::new was given 0 parties, for whom nobody could ever wait; give it at least 1"
    );
}

const CLOSED: &str = "the queue is closed; close it only when nobody puts any more";

/// Whatever is put into the closed queue comes back, and tells why.
fn comes_back<S: Store<u32> + 'static>(queue: QueueOver<u32, S>) {
    queue.close();
    let refused = ready_now(queue.put(1)).unwrap_err();
    assert_eq!((refused.item, said(refused)), (1, CLOSED.to_string()));
    let refused = queue.try_put(2).unwrap_err();
    assert_eq!((refused, said(refused)), (TryPutError::Closed(2), CLOSED.to_string()));
    assert_eq!(queue.len(), 0);
    assert!(queue.task_done().is_err(), "what was refused is not to be done");
}

#[test]
fn what_is_put_into_a_closed_queue_comes_back() {
    comes_back(Queue::unbounded());
    comes_back(Queue::bounded(1));
}

#[test]
fn what_is_put_into_a_closed_lifo_queue_comes_back() {
    comes_back(LifoQueue::unbounded());
    comes_back(LifoQueue::bounded(1));
}

#[test]
fn what_is_put_into_a_closed_priority_queue_comes_back() {
    comes_back(PriorityQueue::unbounded());
    comes_back(PriorityQueue::bounded(1));
}

/// Two wait for room when the queue is closed, one way or the other: both have their items back.
fn come_back_from_waiting<S: Store<u32> + 'static>(make: fn() -> QueueOver<u32, S>) {
    let closes: [fn(&QueueOver<u32, S>); 2] = [QueueOver::close, |queue| assert_eq!(queue.close_now(), [7])];
    for close in closes {
        run(async {
            let queue = shared(make());
            fill(queue, [7]);
            let putters = [1, 2].map(|item| spawn(queue.put(item)));
            turns(1).await;
            close(queue);
            for (putter, item) in putters.into_iter().zip(1..) {
                let refused = putter.await.expect("it goes on").unwrap_err();
                assert_eq!((refused, said(refused)), (PutError { item }, CLOSED.to_string()));
            }
        });
    }
}

#[test]
fn what_waits_for_room_when_its_queue_is_closed_comes_back() {
    come_back_from_waiting(|| Queue::bounded(1));
    come_back_from_waiting(|| LifoQueue::bounded(1));
    come_back_from_waiting(|| PriorityQueue::bounded(1));
}

#[test]
fn an_item_that_nobody_can_print_comes_back_in_an_error_all_the_same() {
    let log = Log::default();
    let queue = Queue::<AtDrop>::unbounded();
    queue.close();
    let refused = ready_now(queue.put(log.at_drop("item dropped"))).err();
    let refused = refused.expect("the queue is closed");
    assert_eq!((format!("{refused:?}"), refused.to_string()), ("PutError { .. }".to_string(), CLOSED.to_string()));
    assert_eq!(log.take(), [""; 0], "the error has it");
    drop(refused.item);
    assert_eq!(log.take(), ["item dropped"]);
}

#[test]
fn a_get_from_a_closed_queue_that_is_empty_says_that_there_will_be_no_more() {
    let queue = Queue::<u32>::unbounded();
    queue.close();
    let over = "the queue is closed and empty: there will be no more items";
    assert_eq!(said(ready_now(queue.get()).unwrap_err()), over);
    assert_eq!(said(queue.try_get().unwrap_err()), over);
    assert_eq!(queue.get().now_or_never(), Some(Err(Closed)), "and so for ever");
}

/// What is said of a queue that was made here.
fn done_too_often(line: u32, column: u32) -> String {
    format!(
        "task_done() was called more often than items were put into the queue made at {}:{line}:{column}; call it once \
         for each item that was taken",
        file!()
    )
}

/// One item is put, taken and done, and then done again.
fn is_done_once<S: Store<u32>>(queue: &QueueOver<u32, S>, message: &str) {
    assert_eq!(said(queue.task_done().unwrap_err()), message);
    fill(queue, [7]);
    assert_eq!(queue.try_get(), Ok(7));
    assert_eq!(queue.task_done(), Ok(()));
    assert_eq!(said(queue.task_done().unwrap_err()), message);
    assert_eq!(queue.join().now_or_never(), Some(()), "the refused ones count for nothing");
}

#[test]
fn an_item_that_is_done_twice_is_an_error() {
    is_done_once(&Queue::unbounded(), &done_too_often(line!(), 19));
    is_done_once(&LifoQueue::unbounded(), &done_too_often(line!(), 19));
    is_done_once(&PriorityQueue::unbounded(), &done_too_often(line!(), 19));
}

#[test]
fn an_item_that_close_now_took_out_is_done() {
    let queue = Queue::unbounded();
    let message = done_too_often(line!() - 1, 17);
    fill(&queue, [7]);
    assert_eq!(queue.close_now(), [7]);
    assert_eq!(said(queue.task_done().unwrap_err()), message);
}

#[test]
fn a_queue_with_room_for_nothing_is_refused() {
    let message = "bounded() was given a capacity of 0, which has room for nothing; use unbounded()";
    assert_eq!(refusal(|| Queue::<u32>::bounded(0)), message);
    assert_eq!(refusal(|| LifoQueue::<u32>::bounded(0)), message);
    assert_eq!(refusal(|| PriorityQueue::<u32>::bounded(0)), message);
}

#[test]
fn a_put_that_is_polled_again_says_so() {
    let queue = Queue::unbounded();
    let mut put = queue.put(7);
    assert_eq!((&mut put).now_or_never(), Some(Ok(())));
    assert_eq!(
        refusal(|| put.now_or_never()),
        "Queue::put() was polled after it was ready; call it again to put another item"
    );
    assert_eq!(queue.len(), 1);
}

/// What a function says that was called outside a runtime.
fn outside(name: &str) -> String {
    format!("{name} was called outside a runtime; call it inside greenlight::run, or inside Runtime::enter")
}

#[test]
fn a_group_takes_no_task_outside_a_runtime() {
    let mut group = TaskGroup::<&str>::new();
    assert_eq!(refusal(|| group.spawn(async { Ok(()) })), outside("TaskGroup::spawn()"));
    assert_eq!(refusal(|| group.task("a").spawn(async { Ok(()) })), outside("TaskGroup::spawn()"));
    assert!(group.join().now_or_never().expect("it is empty").is_ok());
}

#[test]
fn a_wait_outside_a_runtime_is_refused_whatever_has_become_of_the_tasks() {
    let runtime = Runtime::builder().virtual_clock().build();
    let handles = [runtime.spawn(async {}), runtime.spawn(pending())];
    runtime.turn();
    assert_eq!(handles.each_ref().map(|handle| handle.is_finished()), [true, false]);
    for handles in [&handles[..], &handles[..1], &handles[1..], &[]] {
        for until in [Until::First, Until::FirstPanic, Until::All] {
            assert_eq!(refusal(|| drop(wait(handles, until))), outside("wait()"));
        }
    }
    assert_eq!(refusal(|| as_completed(handles)), outside("as_completed()"));
    assert_eq!(refusal(|| as_completed::<()>([])), outside("as_completed()"));
}

/// What has begun inside a runtime may be awaited elsewhere.
#[test]
fn inside_enter_a_group_and_a_wait_have_a_runtime() {
    let runtime = Runtime::builder().virtual_clock().build();
    let handles = [runtime.spawn(async {}), runtime.spawn(async {})];
    let mut waited = pin!(runtime.enter(|| wait(&handles, Until::All)));
    let joined = runtime.enter(|| {
        let mut group = TaskGroup::<&str>::new();
        group.spawn(async { Err("no tea left") });
        group.join()
    });
    let mut joined = pin!(joined);
    assert_eq!(waited.as_mut().now_or_never(), None);
    assert!(joined.as_mut().now_or_never().is_none());
    for _ in 0..3 {
        runtime.turn();
    }
    assert_eq!(waited.now_or_never(), Some(vec![0, 1]));
    assert_eq!(said_by(joined.now_or_never()), "no tea left");
}

fn said_by(outcome: Option<Result<(), GroupError<&'static str>>>) -> String {
    let failed = outcome.expect("the group is over").unwrap_err();
    failures(&failed)
}

#[test]
fn a_task_that_a_group_is_given_while_the_run_ends_has_ended() {
    let log = Log::default();
    run(async {
        task("late").spawn_detached(async move {
            let _filling = Filling(log);
            pending().await
        });
        turns(1).await;
    });
    assert_eq!(log.take(), ["future dropped", "finished: true", "joined: true"]);
}

/// Fills a group when it is dropped.
struct Filling(Log);

impl Drop for Filling {
    fn drop(&mut self) {
        let mut group = TaskGroup::<&str>::new();
        let dropped = self.0.at_drop("future dropped");
        let task = group.spawn(async move {
            drop(dropped);
            Err("it never starts")
        });
        self.0.say(format!("finished: {}", task.is_finished()));
        self.0.say(format!("joined: {}", matches!(group.join().now_or_never(), Some(Ok(())))));
    }
}

#[test]
fn a_wait_for_no_tasks_is_over_at_once() {
    let said = lines(async |log| {
        log.begin();
        for until in [Until::First, Until::FirstPanic, Until::All] {
            assert_eq!(wait::<()>(&[], until).await, [0; 0]);
        }
        let mut ended = as_completed::<()>([]);
        for _ in 0..3 {
            assert!(ended.next_ended().await.is_none());
        }
        log.say_hops("over");
    });
    assert_eq!(said, ["over after 0"]);
}

#[test]
fn after_the_last_end_there_is_none_for_ever() {
    let said = lines(async |log| {
        let mut ended = as_completed([spawn(async { 7 }), spawn(pending())]);
        let (place, outcome) = ended.next_ended().await.expect("there are two");
        assert_eq!((place, outcome.expect("it returns")), (0, 7));
        assert!(timeout(SECOND, ended.next_ended()).await.is_err(), "the other runs on");
        let mut ended = as_completed([spawn(async { 7 })]);
        assert!(ended.next_ended().await.is_some());
        log.begin();
        for _ in 0..3 {
            assert!(ended.next_ended().await.is_none());
        }
        log.say_hops("none");
    });
    assert_eq!(said, ["none after 0"]);
}
