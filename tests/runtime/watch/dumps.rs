//! What a runtime says of its tasks at any moment: the tree of who awaits whom, and for each task the object that it waits
//! on, with its line and its holder.

mod asked;
mod data;
mod text;

use greenlight::dump::{Dump, TaskInfo, TaskState, dump};
use greenlight::sync::{Condition, Event, Lock, Queue};
use greenlight::{
    NoAnswer, TaskGroup, Until, as_completed, gather, now, remote, sleep, spawn, task, tasks, timeout, wait, yield_now,
};
use insta::assert_snapshot;
use stage::{LeftWaker, Log, leave_waker, on_drop, quoted, shared, standing, unlined};
use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;
use std::sync::mpsc::channel;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn drawn(dump: &Dump) -> String {
    quoted(dump)
}

/// The names of the tasks in a dump, each with its parents.
fn parents(dump: &Dump) -> Vec<String> {
    let names = |task: &TaskInfo| task.awaited_by.iter().map(|parent| parent.to_string()).collect::<Vec<_>>().join(" ");
    dump.tasks.iter().map(|task| unlined(&format!("{}: {}", task.label, names(task)))).collect()
}

fn named<'a>(dump: &'a Dump, name: &str) -> &'a TaskInfo {
    dump.tasks.iter().find(|task| task.label.to_string() == name).expect("the task is in the dump")
}

#[test]
fn a_task_stands_below_the_one_that_awaits_it_with_what_it_waits_on() {
    let dump = standing().run(async {
        let light = Rc::new(Event::new().named("light"));
        let till = Rc::new(Lock::new(()).named("till"));
        let walk = |name: &'static str| {
            let (light, till) = (light.clone(), till.clone());
            task(name).spawn(async move {
                let _guard = till.lock().await;
                light.wait().await
            })
        };
        let [first, second, third] = ["first", "second", "third"].map(walk);
        let city = task("city").spawn(async move {
            let sign = sleep(SECOND);
            gather!(first, sign, second, third).await
        });
        sleep(SECOND / 2).await;
        let dump = dump();
        drop(city);
        dump
    });
    assert_snapshot!(drawn(&dump), @r#"
    9 tasks at t=0.500000s
    main, spawned at [let dump = standing().»run(async {]
       is being polled
    city, spawned at [let city = task("city").»spawn(async move {]
    │  waits on its gather, at [»gather!(first, sign, second, third).await]
    ├─ a task, spawned at [»gather!(first, sign, second, third).await]
    │  │  awaits the end of first
    │  └─ first, spawned at [task(name).»spawn(async move {]
    │        waits on event `light`, at [light.»wait().await]
    │          made at [let light = Rc::new(»Event::new().named("light"));]
    ├─ a task (2), spawned at [»gather!(first, sign, second, third).await]
    │     sleeps until t=1.000000s, at [let sign = »sleep(SECOND);]
    ├─ a task (3), spawned at [»gather!(first, sign, second, third).await]
    │  │  awaits the end of second
    │  └─ second, spawned at [task(name).»spawn(async move {]
    │        waits on lock `till`, at [let _guard = till.»lock().await;]
    │          made at [let till = Rc::new(»Lock::new(()).named("till"));]
    │          number 1 of 2 who wait: second, third
    │          taken by first, at [let _guard = till.»lock().await;]
    └─ a task (4), spawned at [»gather!(first, sign, second, third).await]
       │  awaits the end of third
       └─ third, spawned at [task(name).»spawn(async move {]
             waits on lock `till`, at [let _guard = till.»lock().await;]
               made at [let till = Rc::new(»Lock::new(()).named("till"));]
               number 2 of 2 who wait: second, third
               taken by first, at [let _guard = till.»lock().await;]
    "#);
}

#[test]
fn every_way_of_awaiting_tasks_makes_branches() {
    let dump = standing().run(async {
        let child = || task("child").spawn(pending::<()>());
        let handle = child();
        task("by handle").spawn_detached(async move { _ = handle.await });
        let handle = child();
        let ended = handle.task();
        task("by its end").spawn_detached(async move { ended.ended().await });
        task("by gather").spawn_detached(async { _ = gather([pending::<()>(), pending()]).await });
        let handles = [child(), child()];
        task("by wait").spawn_detached(async move { _ = wait(&handles, Until::First).await });
        let handles = [child()];
        task("as completed").spawn_detached(async move { _ = as_completed(handles).next_ended().await });
        task("by group").spawn_detached(async {
            let mut group = TaskGroup::<()>::new();
            group.task("member").spawn(pending::<()>());
            _ = timeout(SECOND, group.join()).await;
        });
        sleep(SECOND / 2).await;
        dump()
    });
    assert_eq!(
        parents(&dump),
        [
            "main: ",
            "child: by handle",
            "by handle: ",
            "child: by its end",
            "by its end: ",
            "by gather: ",
            "child: by wait",
            "child: by wait",
            "by wait: ",
            "child: as completed",
            "as completed: ",
            "by group: ",
            "a task: by gather",
            "a task (2): by gather",
            "member: by group",
        ]
    );
}

#[test]
fn a_task_whose_waiting_is_over_has_no_branches() {
    let dump = standing().run(async {
        let handles = [task("child").spawn(pending::<()>())];
        assert!(timeout(SECOND, wait(&handles, Until::All)).await.is_err());
        dump()
    });
    assert_eq!(parents(&dump), ["main: ", "child: "]);
}

#[test]
fn one_who_asks_from_below_sees_itself_below_the_one_that_awaits_it() {
    let dump = standing().run(async {
        let asks = async {
            yield_now().await;
            dump()
        };
        gather!(asks, pending_for(SECOND)).await.0
    });
    assert_snapshot!(drawn(&dump), @r#"
    3 tasks at t=0.000000s
    main, spawned at [let dump = standing().»run(async {]
    │  waits on its gather, at [»gather!(asks, pending_for(SECOND)).await.0]
    ├─ a task, spawned at [»gather!(asks, pending_for(SECOND)).await.0]
    │     is being polled
    └─ pending_for, spawned at [»gather!(asks, pending_for(SECOND)).await.0]
          sleeps until t=1.000000s, at [»sleep(duration).await;]
    "#);
}

async fn pending_for(duration: Duration) {
    sleep(duration).await;
}

#[test]
fn a_task_is_polled_ready_parked_or_ending() {
    let seen = shared(RefCell::new(None));
    let states = standing().run(async {
        let dropped = task("dropped").spawn(async move {
            let _guard = on_drop(|| *seen.borrow_mut() = Some(dump()));
            pending::<()>().await
        });
        task("parked").spawn_detached(pending());
        yield_now().await;
        task("ready").spawn_detached(async {});
        dropped.task().cancel();
        let states: Vec<_> = tasks().into_iter().map(|task| (task.state, task.is_cancelled)).collect();
        yield_now().await;
        states
    });
    use TaskState::{Parked, Polling, Ready};
    assert_eq!(states, [(Polling, false), (Ready, true), (Parked, false), (Ready, false)]);
    let while_dropped = seen.take().expect("the task was dropped");
    assert_eq!(named(&while_dropped, "dropped").state, TaskState::Ending);
    assert!(while_dropped.to_string().contains("was cancelled\n   is being dropped"), "{while_dropped}");
}

#[test]
fn a_long_line_names_the_first_and_counts_the_others() {
    let line_of = |waiters: usize| {
        let dump = standing().run(async move {
            let light = shared(Event::new().named("light"));
            for _ in 0..waiters {
                greenlight::spawn_detached(async move { light.wait().await });
            }
            yield_now().await;
            dump().to_string()
        });
        let line = dump.lines().find(|line| line.contains("number 1 of ")).expect("the first stands in a line");
        unlined(line.trim())
    };
    let eight = "a task, a task (2), a task (3), a task (4), a task (5), a task (6), a task (7), a task (8)";
    assert_eq!(line_of(8), format!("number 1 of 8 who wait: {eight}"));
    assert_eq!(line_of(20), format!("number 1 of 20 who wait: {eight} and 12 more"));
}

#[test]
fn one_that_several_await_is_drawn_once() {
    let dump = standing().run(async {
        let child = task("child").spawn(pending::<()>()).task();
        for name in ["first", "second"] {
            let child = child.clone();
            task(name).spawn_detached(async move { child.ended().await });
        }
        yield_now().await;
        dump()
    });
    assert_snapshot!(drawn(&dump), @r#"
    4 tasks at t=0.000000s
    main, spawned at [let dump = standing().»run(async {]
       is being polled
    first, spawned at [task(name).»spawn_detached(async move { child.ended().await });]
    │  awaits the end of child, at [task(name).spawn_detached(async move { child.»ended().await });]
    │    number 1 of 2 who wait: first, second
    └─ child, spawned at [let child = task("child").»spawn(pending::<()>()).task();]
          its future, `Pending<()>`, returned Pending, and nobody holds its waker: nothing can wake it
    second, spawned at [task(name).»spawn_detached(async move { child.ended().await });]
    │  awaits the end of child, at [task(name).spawn_detached(async move { child.»ended().await });]
    │    number 2 of 2 who wait: first, second
    └─ child, see above
    "#);
}

#[test]
fn tasks_that_await_each_other_are_drawn_all_the_same() {
    let dump = standing().run(async {
        let other = Rc::new(RefCell::new(None::<greenlight::Task>));
        let his = other.clone();
        let a = task("a").spawn(async move {
            let b = his.borrow().clone().expect("b is there by then");
            b.ended().await
        });
        let a = a.task();
        let b = task("b").spawn(async move { a.ended().await });
        *other.borrow_mut() = Some(b.task());
        yield_now().await;
        yield_now().await;
        dump()
    });
    assert_snapshot!(drawn(&dump), @r#"
    3 tasks at t=0.000000s
    main, spawned at [let dump = standing().»run(async {]
       is being polled
    a, spawned at [let a = task("a").»spawn(async move {]
    │  awaits the end of b, at [b.»ended().await]
    └─ b, spawned at [let b = task("b").»spawn(async move { a.ended().await });]
       │  awaits the end of a, at [let b = task("b").spawn(async move { a.»ended().await });]
       └─ a, see above
    "#);
}

#[test]
fn a_chain_of_10_000_is_drawn_in_pieces() {
    let dump = standing().run(async {
        let mut last = spawn(pending::<()>());
        for _ in 0..10_000 {
            last = spawn(async move { _ = last.await });
        }
        sleep(SECOND).await;
        dump()
    });
    let text = dump.to_string();
    assert_eq!(text.matches("spawned at").count(), 10_002);
    assert_eq!(text.matches(", see below").count(), 10_001 / 33);
    assert!(text.lines().all(|line| line.chars().count() < 300), "no line runs away");
}

#[test]
fn what_greenlight_does_not_know_is_said_to_be_another_s() {
    let (waker, log) = (LeftWaker::default(), Log::default());
    let dump = standing().run(async {
        task("outsider").spawn_detached(leave_waker("outsider", waker.clone(), log));
        yield_now().await;
        dump()
    });
    let outsider = named(&dump, "outsider");
    assert!(outsider.is_held_outside && outsider.waits.is_empty());
    let told = outsider.to_string();
    assert!(told.ends_with("\n  waits for something that is not greenlight's\n  its waker is held outside"), "{told}");
}

#[test]
fn a_dump_outlives_its_runtime_and_leaves_its_thread() {
    let dump = standing().run(async {
        let orders = Rc::new(Queue::<u32>::bounded(1).named("orders"));
        let theirs = orders.clone();
        task("cook").spawn_detached(async move { _ = theirs.get().await });
        let stock = Rc::new(Condition::new(0).named("stock"));
        let theirs = stock.clone();
        task("buyer").spawn_detached(async move {
            let guard = theirs.lock().await;
            drop(theirs.wait_for(guard, |stock| *stock > 0).await);
        });
        yield_now().await;
        dump()
    });
    let told = std::thread::spawn(move || drawn(&dump)).join().expect("the dump prints there, too");
    assert_snapshot!(told, @r#"
    3 tasks at t=0.000000s
    main, spawned at [let dump = standing().»run(async {]
       is being polled
    cook, spawned at [task("cook").»spawn_detached(async move { _ = theirs.get().await });]
       waits on queue `orders`, at [task("cook").spawn_detached(async move { _ = theirs.»get().await });]
         made at [let orders = Rc::new(»Queue::<u32>::bounded(1).named("orders"));]
    buyer, spawned at [task("buyer").»spawn_detached(async move {]
       waits on condition `stock`, at [drop(theirs.»wait_for(guard, |stock| *stock > 0).await);]
         made at [let stock = Rc::new(»Condition::new(0).named("stock"));]
    "#);
}

#[test]
fn a_remote_asks_from_another_thread() {
    let runtime = greenlight::Runtime::builder().build();
    let (send, receive) = channel();
    let dump = runtime.run(async {
        let remote = remote();
        let done = Rc::new(Event::new().named("done"));
        thread_local! { static DONE: RefCell<Option<Rc<Event>>> = const { RefCell::new(None) } }
        DONE.set(Some(done.clone()));
        let asks = std::thread::spawn(move || {
            send.send(remote.dump(60 * SECOND)).expect("the test listens");
            remote.spawn(async { DONE.take().expect("it was left there").set() }).expect("main waits");
        });
        done.wait().await;
        asks.join().expect("the thread has ended");
        receive.recv().expect("the thread has sent")
    });
    let dump = dump.expect("the runtime is parked, and answers at once");
    assert!(named(&dump, "main").to_string().contains("waits on event `done`"), "{dump}");
}

#[test]
fn a_remote_inside_its_runtime_is_answered_at_once() {
    let dump = standing().run(async { remote().dump(Duration::ZERO) });
    assert_eq!(named(&dump.expect("it is inside"), "main").state, TaskState::Polling);
}

#[test]
fn a_remote_whose_runtime_takes_no_turn_says_so() {
    let runtime = standing();
    let remote = runtime.remote();
    let unanswered = std::thread::scope(|threads| {
        let asks = threads.spawn(|| remote.dump(Duration::from_millis(5)));
        asks.join().expect("the thread has ended").unwrap_err()
    });
    assert_eq!(
        unanswered.to_string(),
        "the runtime took no turn for 5ms: nobody runs it, or one of its tasks is in a long poll, which \
        GREENLIGHT_DEBUG=1 would name"
    );
    // The question is still there, and harms nobody.
    assert_eq!(runtime.run(async { now().as_micros() }), 0);
}

#[test]
fn nobody_waits_for_the_answer_of_a_runtime_that_is_gone() {
    let runtime = standing();
    let remote = runtime.remote();
    let waits = remote.clone();
    let asks = std::thread::spawn(move || waits.dump(60 * SECOND));
    // Time to ask; if it is too short, the thread finds the runtime gone.
    std::thread::sleep(Duration::from_millis(5));
    drop(runtime);
    // Asked in time, the runtime answers at its end, when no task is left.
    let answer = asks.join().expect("the thread has ended");
    assert!(answer.as_ref().is_ok_and(|dump| dump.tasks.is_empty()) || answer.is_err(), "{answer:?}");
    let elsewhere = std::thread::spawn(move || remote.dump(SECOND));
    let gone = elsewhere.join().expect("the thread has ended").unwrap_err();
    assert_eq!(gone.to_string(), "the runtime is gone, and its tasks with it");
    assert_eq!(gone, NoAnswer::RuntimeGone);
}
