//! What each object says of itself in the report of a stall: how far it has come, and what would end the waits for it.

use greenlight::dump::{Notice, ObjectState, WaitInfo};
use greenlight::sync::{Barrier, Condition, Queue, Semaphore};
use greenlight::{Runtime, Stalled, spawn_detached, task};
use insta::assert_snapshot;
use stage::{quoted, shared, turns};
use std::future::{Future, pending};

/// The report of a program that stalls.
fn stalled(program: impl Future<Output = ()>) -> Stalled {
    Runtime::builder().virtual_clock().check_every_turn().build().try_run(program).expect_err("the program stalls")
}

/// What a report says of the waits and at its end, without who has which line.
fn said(stalled: &Stalled) -> String {
    let report = quoted(stalled);
    let lines = report.lines().skip(1).filter(|line| !line.contains("made at") && !line.contains("spawned at"));
    lines.map(str::trim_start).collect::<Vec<_>>().join("\n")
}

/// The state of the one object that is waited for.
fn state(stalled: &Stalled) -> ObjectState {
    let waits = stalled.tasks().iter().flat_map(|task| &task.waits);
    let states: Vec<_> =
        waits.filter_map(|wait| if let WaitInfo::Object { state, .. } = wait { Some(*state) } else { None }).collect();
    assert!(states.windows(2).all(|pair| pair[0] == pair[1]), "{stalled}");
    states[0]
}

#[test]
fn a_barrier_says_how_many_have_arrived() {
    let stalled = stalled(async {
        let start = shared(Barrier::new(3).named("start"));
        task("runner").spawn_detached(async { _ = start.wait().await });
        _ = start.wait().await;
    });
    assert_snapshot!(said(&stalled), @r#"
    waits on barrier `start`, at [task("runner").spawn_detached(async { _ = start.»wait().await });]
    number 2 of 2 who wait
    2 of 3 have arrived
    waits on barrier `start`, at [_ = start.»wait().await;]
    number 1 of 2 who wait
    2 of 3 have arrived
    help: a barrier opens once all of its parties have arrived: have the others come, or make it for fewer; abort() lets all go on with an error
    "#);
    assert!(matches!(state(&stalled), ObjectState::Arrivals { arrived: 2, parties: 3, .. }));
}

#[test]
fn a_barrier_counts_nobody_who_has_left_or_gone_on() {
    let arrived = |stalled: Stalled| match state(&stalled) {
        ObjectState::Arrivals { arrived, .. } => arrived,
        state => panic!("{state:?}"),
    };
    let left = stalled(async {
        let start = shared(Barrier::new(3));
        let runner = spawn_detached(async { _ = start.wait().await });
        turns(1).await;
        runner.cancel();
        _ = start.wait().await;
    });
    assert_eq!(arrived(left), 1);
    let second_round = stalled(async {
        let start = shared(Barrier::new(2));
        spawn_detached(async { _ = start.wait().await });
        _ = start.wait().await;
        turns(2).await;
        _ = start.wait().await;
    });
    assert_eq!(arrived(second_round), 1);
    let reset = stalled(async {
        let start = shared(Barrier::new(3));
        spawn_detached(async { _ = start.wait().await });
        turns(1).await;
        start.reset();
        _ = start.wait().await;
    });
    assert_eq!(arrived(reset), 1);
}

#[test]
fn a_queue_that_nobody_fills_says_what_ends_every_get() {
    let stalled = stalled(async {
        let orders = Queue::<u32>::unbounded().named("orders");
        _ = orders.get().await;
    });
    assert_snapshot!(said(&stalled), @"
    waits on queue `orders`, at [_ = orders.»get().await;]
    help: nobody puts an item into that queue, and nobody closes it: close() after the last put ends every get
    ");
    assert!(matches!(state(&stalled), ObjectState::Item { capacity: None, .. }));
}

#[test]
fn a_queue_that_nobody_empties_says_what_ends_every_put() {
    let stalled = stalled(async {
        let orders = Queue::bounded(1).named("orders");
        orders.put(1).await.unwrap();
        orders.put(2).await.unwrap();
    });
    assert_snapshot!(said(&stalled), @"
    waits on full queue `orders`, at [orders.»put(2).await.unwrap();]
    help: nobody takes an item from that queue, and nobody closes it: close() ends every put
    ");
    assert_eq!(state(&stalled), ObjectState::Room);
}

#[test]
fn a_queue_that_is_joined_says_how_many_items_are_not_done() {
    for (puts, dones) in [(3, 1), (3, 2)] {
        let stalled = stalled(async move {
            let orders = shared(Queue::unbounded().named("orders"));
            orders.put(0).await.unwrap();
            task("cook").spawn_detached(async move {
                // Both before and while somebody waits for the end.
                for item in 1..puts {
                    orders.put(item).await.unwrap();
                }
                (0..dones).for_each(|_| orders.task_done().unwrap());
            });
            orders.join().await;
        });
        let left = puts - dones;
        assert!(matches!(state(&stalled), ObjectState::Done { unfinished, .. } if unfinished == left), "{stalled}");
        if left == 2 {
            assert_snapshot!(said(&stalled), @"
            waits on unfinished queue `orders`, at [orders.»join().await;]
            2 items are not done
            help: an item is done when task_done() is called for it: once for each that is taken, by whoever took it
            ");
        } else {
            assert!(stalled.to_string().contains("\n      1 item is not done\n"), "{stalled}");
        }
    }
    let before = stalled(async {
        let orders = Queue::unbounded();
        orders.put(1).await.unwrap();
        orders.join().await;
    });
    assert!(matches!(state(&before), ObjectState::Done { unfinished: 1, .. }), "{before}");
}

#[test]
fn a_semaphore_says_how_many_permits_were_forgotten_and_not_released() {
    let forgetful = |count: usize, released: usize| {
        stalled(async move {
            let desks = Semaphore::new(5).named("desks");
            for _ in 0..count {
                desks.acquire().await.forget();
            }
            desks.release(released).unwrap();
            _ = desks.acquire_many(6).await;
        })
    };
    assert_snapshot!(said(&forgetful(4, 1)), @"
    waits on semaphore `desks` for 6 permits, at [_ = desks.»acquire_many(6).await;]
    3 permits were forgotten
    help: permits that were forgotten come back by Semaphore::release alone
    ");
    assert!(forgetful(2, 1).to_string().contains("\n      1 permit was forgotten\n"));
    for none in [forgetful(0, 0), forgetful(2, 2), forgetful(0, 0)] {
        assert!(!none.to_string().contains("forgotten"), "{none}");
    }
}

#[test]
fn a_condition_says_whom_the_last_notify_woke() {
    let stalled = stalled(async {
        let club = shared(Condition::new(()).named("club"));
        for name in ["alice", "bob", "carol"] {
            task(name).spawn_detached(async {
                let guard = club.lock().await;
                let _guard = club.wait(guard).await;
            });
        }
        turns(2).await;
        club.notify(&club.lock().await, 2);
        pending().await
    });
    assert_snapshot!(said(&stalled), @"
    its future, async code in `a_condition_says_whom_the_last_notify_woke`, returned Pending, and nobody holds its waker: nothing can wake it
    waits on condition `club`, at [let _guard = club.»wait(guard).await;]
    last notified at [club.»notify(&club.lock().await, 2);], which woke 2 of 3
    help: nobody notifies those who are left: notify_all wakes everybody, and one who goes on may notify the next
    ");
    assert!(matches!(
        state(&stalled),
        ObjectState::Notice { last: Some(Notice { waited: 3, woken: 2, in_vain: None, .. }), .. }
    ));
}

#[test]
fn a_condition_says_whose_predicate_used_the_last_notify_up() {
    let stalled = stalled(async {
        let stock = shared(Condition::new(1).named("stock"));
        for wanted in [5, 1] {
            task(format!("buyer of {wanted}")).spawn_detached(async move {
                let guard = stock.lock().await;
                let mut asked = 0;
                let enough = |stock: &mut u32| {
                    asked += 1;
                    asked > 1 && *stock >= wanted
                };
                *stock.wait_for(guard, enough).await -= wanted;
            });
        }
        turns(2).await;
        stock.notify_one(&stock.lock().await);
        pending().await
    });
    assert_snapshot!(said(&stalled), @"
    its future, async code in `a_condition_says_whose_predicate_used_the_last_notify_up`, returned Pending, and nobody holds its waker: nothing can wake it
    waits on condition `stock`, at [*stock.»wait_for(guard, enough).await -= wanted;]
    number 2 of 2 who wait
    last notified at [stock.»notify_one(&stock.lock().await);], which woke 1 of 2
    one of those found its predicate false, at [*stock.»wait_for(guard, enough).await -= wanted;]
    waits on condition `stock`, at [*stock.»wait_for(guard, enough).await -= wanted;]
    number 1 of 2 who wait
    last notified at [stock.»notify_one(&stock.lock().await);], which woke 1 of 2
    one of those found its predicate false, at [*stock.»wait_for(guard, enough).await -= wanted;]
    help: a notify is used up also by one who finds its predicate false: notify everybody, or those whom the change concerns
    ");
}

#[test]
fn one_whose_items_are_done_and_who_does_not_look_is_not_told_to_have_them_done() {
    let stalled = stalled(async {
        let orders = Queue::unbounded();
        orders.put(1).await.unwrap();
        let mut done = Box::pin(orders.join());
        assert!(futures::poll!(&mut done).is_pending());
        orders.task_done().unwrap();
        pending().await
    });
    let said = said(&stalled);
    assert!(said.contains("was woken by unfinished queue") && !said.contains("an item is done when"), "{said}");
}

#[test]
fn one_who_comes_after_a_notify_has_not_used_it_up() {
    let stalled = stalled(async {
        let stock = shared(Condition::new(0));
        spawn_detached(async { drop(stock.wait(stock.lock().await).await) });
        turns(1).await;
        stock.notify_one(&stock.lock().await);
        turns(2).await;
        drop(stock.wait_for(stock.lock().await, |stock| *stock > 0).await);
    });
    assert!(matches!(
        state(&stalled),
        ObjectState::Notice { last: Some(Notice { waited: 1, woken: 1, in_vain: None, .. }), .. }
    ));
    assert!(said(&stalled).contains("help: each of these waits needs somebody"), "it woke everybody: {stalled}");
}

#[test]
fn one_whom_a_barrier_has_let_through_and_who_does_not_look_is_told() {
    let stalled = stalled(async {
        let start = shared(Barrier::new(2).named("start"));
        let mut first = Box::pin(start.wait());
        assert!(futures::poll!(&mut first).is_pending());
        _ = start.wait().await;
        pending().await
    });
    assert!(said(&stalled).contains("was let through barrier `start`, but does not poll the wait at "), "{stalled}");
}
