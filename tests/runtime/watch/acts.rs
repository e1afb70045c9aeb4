//! What a trace tells beyond causes: which act woke whom, which wait an event is about, and what comes of each object.

use crate::properties::holds_for_all;
use futures::stream::{FuturesUnordered, StreamExt};
use greenlight::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore};
use greenlight::trace::{Kind, Recorder, TraceEvent};
use greenlight::{Runtime, gather, gather_tasks, sleep, spawn, task, timeout, yield_now};
use proptest::prelude::*;
use stage::{recorded, unlined};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);

/// Each event that has come about by an act, and that act.
fn acts(recorder: &Recorder) -> Vec<String> {
    let events = recorder.events();
    let by = |event: &TraceEvent| Some(format!("{event} <- {}", events[event.via? as usize - 1]));
    events.iter().filter_map(by).collect()
}

#[test]
fn a_wake_and_a_grant_tell_the_act_that_brought_them_about_and_its_line() {
    let (runtime, recorder) = recorded();
    let line = line!() + 5;
    runtime.run(async {
        let light = Rc::new(Event::new().named("light"));
        let walkers = ["ann", "bob"].map(|name| task(name).spawn(waits_for(light.clone())));
        yield_now().await;
        light.set();
        gather_tasks(walkers).await;
    });
    let acts = acts(&recorder);
    assert_eq!(
        acts[..4],
        [
            "ann is granted event `light` <- main sets event `light`, releasing 2",
            "ann woken <- main sets event `light`, releasing 2",
            "bob is granted event `light` <- main sets event `light`, releasing 2",
            "bob woken <- main sets event `light`, releasing 2",
        ]
    );
    let events = recorder.events();
    let woken = events.iter().find(|event| event.to_string() == "ann woken").expect("she is");
    let act = &events[woken.via.expect("an act woke her") as usize - 1];
    assert_eq!(act.at.map(|at| at.line()), Some(line));
}

async fn waits_for(light: Rc<Event>) {
    light.wait().await;
}

#[test]
fn each_primitive_names_the_act_by_which_it_wakes() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let lock = Rc::new(Lock::new(()).named("door"));
        let desks = Rc::new(Semaphore::new(1).named("desks"));
        let orders = Rc::new(Queue::bounded(1).named("orders"));
        let news = Rc::new(Condition::new(()).named("news"));
        let gate = Rc::new(Barrier::new(2).named("gate"));
        let (guard, permit) = (lock.lock().await, desks.acquire().await);
        let full = orders.clone();
        let (theirs, desk, order, paper, door) =
            (lock.clone(), desks.clone(), orders.clone(), news.clone(), gate.clone());
        let ann = task("ann").spawn(async move {
            drop(theirs.lock().await);
            drop(desk.acquire().await);
            assert_eq!(order.get().await, Ok(7));
            drop(paper.wait(paper.lock().await).await);
            door.wait().await.expect("nobody breaks it");
        });
        yield_now().await;
        drop(guard);
        yield_now().await;
        drop(permit);
        yield_now().await;
        orders.put(7).await.expect("it is open");
        yield_now().await;
        orders.put(8).await.expect("it is open");
        let bob = task("bob").spawn(async move {
            full.put(9).await.expect("it is open");
            full.join().await;
        });
        yield_now().await;
        for done in [7, 8, 9] {
            assert!(done == 7 || orders.get().await == Ok(done));
            yield_now().await;
            orders.task_done().expect("it was put");
        }
        bob.await.expect("he returns");
        news.notify_one(&news.lock().await);
        yield_now().await;
        gate.wait().await.expect("nobody breaks it");
        ann.await.expect("she returns");
    });
    let mut acts = acts(&recorder);
    acts.retain(|act| ["ann woken", "bob woken", "main woken"].iter().any(|woken| act.starts_with(woken)));
    assert_eq!(
        acts,
        [
            "ann woken <- main releases lock `door`",
            "ann woken <- main releases 1 of semaphore `desks`",
            "ann woken <- main puts an item into queue `orders`, which has 1",
            "bob woken <- main takes an item from queue `orders`, which has 0 left",
            "bob woken <- main is done with an item of queue `orders`, 0 left",
            "main woken <- bob returned",
            "ann woken <- main notifies 1 on condition `news`",
            "ann woken <- main arrives at barrier `gate` as number 2",
            "main woken <- ann returned",
        ]
    );
}

#[test]
fn what_passes_to_the_next_when_one_is_dropped_comes_from_that_drop() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let desks = Rc::new(Semaphore::new(1).named("desks"));
        let permit = desks.acquire().await;
        let [ann, bob] = ["ann", "bob"].map(|name| {
            let desks = desks.clone();
            task(name).spawn(async move { drop(desks.acquire().await) })
        });
        yield_now().await;
        drop(permit);
        ann.task().cancel();
        bob.await.expect("he gets what ann was granted");
    });
    let acts = acts(&recorder);
    assert!(acts.contains(&"bob woken <- ann is done waiting on semaphore `desks`".to_string()), "{acts:#?}");
}

#[test]
fn a_wake_by_a_waker_alone_comes_from_no_act() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let light = Event::new();
        light.set();
        yield_now().await;
        gather([sleep(MS)]).await;
    });
    let events = recorder.events();
    let by_wakers = events.iter().filter(|event| event.kind == Kind::Woken && event.via.is_none());
    let by_wakers: Vec<_> = by_wakers.map(|event| unlined(&event.to_string())).collect();
    assert_eq!(by_wakers, ["main woken", "a task woken"]);
}

#[test]
fn two_waits_of_one_task_for_one_object_are_told_apart() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let light = Event::new().named("light");
        let (mut first, mut second) = (Box::pin(light.wait()), Box::pin(light.wait()));
        poll_fn(|cx| {
            assert!(first.as_mut().poll(cx).is_pending() && second.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        drop(first);
        light.set();
        second.await;
    });
    let waits = recorder.events().into_iter().filter_map(|event| Some((event.wait?, event.to_string())));
    let told = ["waits on", "waits on", "leaves", "is granted", "is done waiting on"];
    let told = [1, 2, 1, 2, 2].into_iter().zip(told.map(|act| format!("main {act} event `light`")));
    assert_eq!(waits.collect::<Vec<_>>(), told.collect::<Vec<_>>());
}

/// A future that one task begins and another takes up.
type Left = Rc<RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>>>;

/// Polls a future once, and leaves it.
async fn begin_and_leave(left: Left, mut future: Pin<Box<dyn Future<Output = ()>>>) {
    let begun = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
    if begun.is_pending() {
        left.replace(Some(future));
    }
}

#[test]
fn a_wait_and_a_sleep_that_another_task_polls_are_told_to_move() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let (light, waits, sleeps) = (Rc::new(Event::new().named("light")), Left::default(), Left::default());
        task("ann").spawn_detached(begin_and_leave(waits.clone(), Box::pin(waits_for(light.clone()))));
        task("ann").spawn_detached(begin_and_leave(sleeps.clone(), Box::pin(sleep(MS))));
        yield_now().await;
        let bob = task("bob").spawn(async move {
            let both = [waits, sleeps].map(|left| left.take().expect("it was left"));
            gather_inline(both).await;
        });
        yield_now().await;
        light.set();
        bob.await.expect("he returns");
    });
    let of_waits = recorder.events().into_iter().filter_map(|event| Some(format!("{} {event}", event.wait?)));
    let of_waits: Vec<_> = of_waits.filter(|line| !line.contains("`bob`")).collect();
    assert_eq!(
        of_waits,
        [
            "1 ann waits on event `light`",
            "2 ann sleeps until t=0.001000s",
            "1 bob goes on with a wait on event `light`",
            "2 bob goes on with a sleep",
            "1 bob is granted event `light`",
            "1 bob is done waiting on event `light`",
            "2 timer of bob fires",
        ]
    );
}

/// Polls all of them in the task that awaits this, with its own waker.
async fn gather_inline(mut futures: [Pin<Box<dyn Future<Output = ()>>>; 2]) {
    let mut done = [false; 2];
    poll_fn(|cx| {
        for (future, done) in futures.iter_mut().zip(&mut done) {
            *done = *done || future.as_mut().poll(cx).is_ready();
        }
        if done == [true; 2] { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

#[test]
fn an_object_is_told_with_what_it_was_made_with_and_told_gone() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        drop(Semaphore::new(3).named("desks").try_acquire());
        _ = Queue::bounded(2).named("orders").try_put(7);
        let gate = Barrier::new(2).named("gate");
        timeout(MS, gate.wait()).await.expect_err("nobody else comes");
        drop(gate);
        spawn(async {}).await.expect("it returns");
        _ = Event::new().named("never used");
    });
    let lines = recorder.lines();
    let lives = lines.iter().filter(|line| line.contains("comes up") || line.contains("is gone"));
    assert_eq!(
        lives.collect::<Vec<_>>(),
        [
            "semaphore `desks` comes up, of 3",
            "semaphore `desks` is gone",
            "queue `orders` comes up, for 2",
            "queue `orders` is gone",
            "barrier `gate` comes up, for 2",
            "barrier `gate` is gone",
            "task 4 comes up",
            "task 4 is gone",
        ]
    );
    let events = recorder.events();
    let of_task = events.iter().find(|event| event.to_string() == "task 4 comes up").expect("it is awaited");
    assert_eq!(of_task.task.as_ref().map(|task| task.number), Some(1), "whose end that is");
}

/// What the tasks of a random program share.
struct Town {
    light: Event,
    door: Lock,
    desks: Semaphore,
    orders: Queue<u8>,
    news: Condition,
    gate: Barrier,
    left: Left,
    tasks: RefCell<Vec<greenlight::Task>>,
}

/// Does one thing, in at most a few milliseconds.
async fn step(town: &Rc<Town>, what: u8) {
    let orders = &town.orders;
    match what % 16 {
        0 => town.light.set(),
        1 => town.light.clear(),
        2 => _ = timeout(MS, town.light.wait()).await,
        3 => _ = town.light.pulse(),
        4 => {
            let _guard = timeout(2 * MS, town.door.lock()).await;
            yield_now().await;
        }
        5 => {
            let _permit = timeout(MS, town.desks.acquire_many(1 + usize::from(what) % 2)).await;
            yield_now().await;
        }
        6 => _ = timeout(MS, orders.put(what)).await,
        7 => _ = timeout(MS, orders.get()).await,
        8 => {
            if let Ok(guard) = timeout(MS, town.news.lock()).await {
                _ = timeout(MS, town.news.wait(guard)).await;
            }
        }
        9 => {
            if let Some(guard) = town.news.try_lock() {
                town.news.notify(&guard, usize::from(what) % 3);
            }
        }
        10 => _ = timeout(MS, town.gate.wait()).await,
        11 => {
            let tasks = town.tasks.borrow().clone();
            tasks.get(usize::from(what) / 16).map(|task| task.cancel());
        }
        12 => {
            let town = town.clone();
            begin_and_leave(town.left.clone(), Box::pin(async move { town.light.wait().await })).await;
        }
        13 => begin_and_leave(town.left.clone(), Box::pin(sleep(MS))).await,
        14 => {
            let left = town.left.take();
            if let Some(left) = left {
                _ = timeout(MS, left).await;
            }
        }
        _ => {
            let mut several: FuturesUnordered<_> = [1, 2].iter().map(|_| timeout(MS, town.light.wait())).collect();
            several.next().await;
        }
    }
}

/// Plays a program of several tasks. Returns what a trace tells of it.
fn played(scripts: &[Vec<u8>]) -> Vec<TraceEvent> {
    let recorder = Rc::new(Recorder::default());
    let runtime = Runtime::builder().virtual_clock().check_every_turn().observer(recorder.clone()).build();
    runtime.run(async {
        let town = Rc::new(Town {
            light: Event::new(),
            door: Lock::new(()),
            desks: Semaphore::new(2),
            orders: Queue::bounded(1),
            news: Condition::new(()),
            gate: Barrier::new(2),
            left: Left::default(),
            tasks: RefCell::default(),
        });
        let play = |script: &Vec<u8>| {
            let (town, script) = (town.clone(), script.clone());
            spawn(async move {
                for what in script {
                    step(&town, what).await;
                }
            })
        };
        let handles: Vec<_> = scripts.iter().map(play).collect();
        town.tasks.replace(handles.iter().map(greenlight::JoinHandle::task).collect());
        gather_tasks(handles).await;
        town.left.take();
    });
    drop(runtime);
    recorder.events()
}

/// Has each wait begin before it is granted, and end once; each wake and grant come from what was before; each object come up
/// before it is named, and go in the end.
fn check(events: &[TraceEvent]) {
    let text = |seq: u64| events[seq as usize - 1].to_string();
    let (mut open, mut granted, mut over) = (HashMap::new(), HashSet::new(), HashSet::new());
    let (mut made, mut gone) = (HashSet::new(), HashSet::new());
    for event in events {
        let told = format!("{}: {event}", event.seq);
        assert!([event.cause, event.via].into_iter().flatten().all(|before| before < event.seq), "{told}");
        if event.kind == Kind::Woken {
            assert!(event.cause.is_some(), "{told} has no cause");
        }
        if event.kind == Kind::Granted {
            assert!(event.via.is_some(), "{told} comes from no act");
        }
        if let Some(wait) = event.wait {
            assert!(!over.contains(&wait), "{told} is about a wait that is over");
            let of = (event.object.clone(), event.task.as_ref().map(|task| task.number));
            match event.kind {
                Kind::Waits { .. } | Kind::TimerArmed { .. } => {
                    assert_eq!(wait as usize, open.len() + over.len() + 1, "{told} is numbered in order");
                    assert!(open.insert(wait, of).is_none(), "{told} begins twice");
                }
                Kind::WaitMoved | Kind::TimerMoved => {
                    let before = open.insert(wait, of.clone()).expect("a wait that moves has begun");
                    assert!(before.0 == of.0 && before.1 != of.1, "{told}, of {before:?}");
                }
                kind => {
                    let known = open.get(&wait).expect("a wait that is granted or over has begun");
                    // One whose task has ended is nobody's.
                    let is_its = of.1.is_none() || of.1 == known.1;
                    assert!(known.0 == of.0 && is_its, "{told} is about the wait of {known:?}");
                    match kind {
                        Kind::Granted => assert!(granted.insert(wait), "{told} is granted twice"),
                        Kind::Waited => assert!(granted.contains(&wait), "{told} was never granted"),
                        Kind::Leaves => assert!(!granted.contains(&wait), "{told} was granted"),
                        Kind::TimerFired | Kind::TimerDropped => assert_eq!(event.object, None, "{told}"),
                        other => panic!("{told} is about wait {wait}: {other:?}"),
                    }
                    if kind != Kind::Granted {
                        open.remove(&wait);
                        over.insert(wait);
                    }
                }
            }
        }
        if let Some(number) = event.object.as_ref().map(|object| object.number) {
            match event.kind {
                Kind::ObjectMade { .. } => assert!(made.insert(number), "{told} is made twice"),
                Kind::ObjectGone => assert!(made.contains(&number) && gone.insert(number), "{told} goes twice"),
                Kind::Waited | Kind::Leaves => {}
                _ => assert!(made.contains(&number) && !gone.contains(&number), "{told} is of no object"),
            }
        }
    }
    assert!(open.is_empty(), "waits are left: {open:?}, of which the last event is {}", text(events.len() as u64));
    assert_eq!(made, gone, "what was made is gone");
}

#[test]
fn nothing_dangles_in_the_trace_of_any_program() {
    let script = prop::collection::vec(any::<u8>(), 0..12);
    holds_for_all(200, prop::collection::vec(script, 1..6), |scripts| check(&played(&scripts)));
}

#[test]
fn the_check_of_a_trace_sees_a_wait_that_is_not_over() {
    let (runtime, recorder) = recorded();
    let never = runtime.try_run(async { pending::<()>().await });
    assert!(never.is_err());
    check(&recorder.events());
    let light = Rc::new(Event::new());
    runtime.spawn_detached(waits_for(light));
    runtime.turn();
    let events = recorder.events();
    let checked = std::panic::catch_unwind(|| check(&events));
    assert!(checked.is_err(), "a wait is left");
}
