//! What a report says of a stall on the virtual clock, where nothing is left to chance: the whole
//! text.

use futures::stream::{FuturesUnordered, StreamExt};
use greenlight::sync::{Event, Lock};
use greenlight::{Stalled, Task, TaskGroup, Turn, gather_tasks, sleep, spawn, task, yield_now};
use insta::assert_snapshot;
use stage::{quoted, shared, standing, unwrapped};
use std::cell::{Cell, OnceCell, RefCell};
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

/// The report of a program that stalls.
fn stalled<T>(program: impl Future<Output = T>) -> Stalled {
    standing().try_run(program).err().expect("the program stalls")
}

#[test]
fn an_event_that_nobody_sets_is_named_with_its_lines() {
    let made = line!() + 1;
    let light = Event::new().named("light");
    let (run, waits) = (line!() + 1, line!() + 2);
    let stalled = standing().try_run(async {
        light.wait().await;
    });
    let expected = format!(
        "stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside
    can wake one
  main, spawned at {file}:{run}:30
    waits on event `light`, at {file}:{waits}:15
      made at {file}:{made}:17
  help: each of these waits needs somebody to end it: another task, or a thread
      that keeps a Remote until then",
        file = file!()
    );
    assert_eq!(stalled.unwrap_err().to_string(), expected);
}

#[test]
fn what_has_no_name_goes_by_its_kind_its_number_and_its_lines() {
    let stalled = stalled(async {
        let child = spawn(async {
            let event = Event::new();
            event.wait().await;
        });
        child.await
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      a task, spawned at [let child = »spawn(async {]
        waits on event 2, at [event.»wait().await;]
          made at [let event = »Event::new();]
      main, spawned at [standing().»try_run(program).err().expect("the program stalls")]
        awaits the end of a task, at [child.»await]
      help: each of these waits needs somebody to end it: another task, or a thread that keeps a Remote until then
    "#);
}

#[test]
fn tasks_that_await_each_other_are_drawn_as_a_circle() {
    let stalled = stalled(async {
        let bob: Rc<OnceCell<Task>> = Rc::default();
        let to_bob = bob.clone();
        let alice = task("alice").spawn(async move {
            to_bob.get().expect("bob is known").ended().await;
        });
        let onlooker = alice.task();
        let handle = task("bob").spawn(async move { alice.await.unwrap() });
        bob.set(handle.task()).expect("bob is set once");
        task("carol").spawn_detached(async move {
            onlooker.ended().await;
        });
        handle.await
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      a circle of waits: alice -> bob -> alice
      alice, spawned at [let alice = task("alice").»spawn(async move {]
        awaits the end of bob, at [to_bob.get().expect("bob is known").»ended().await;]
          number 2 of 2 who wait
      bob, spawned at [let handle = task("bob").»spawn(async move { alice.await.unwrap() });]
        awaits the end of alice, at [let handle = task("bob").spawn(async move { alice.»await.unwrap() });]
          number 1 of 2 who wait
      carol, spawned at [task("carol").»spawn_detached(async move {]
        awaits the end of alice, at [onlooker.»ended().await;]
          number 2 of 2 who wait
      main, spawned at [standing().»try_run(program).err().expect("the program stalls")]
        awaits the end of bob, at [handle.»await]
          number 1 of 2 who wait
      help: one task of a circle has to go on without the next
    "#);
}

#[test]
fn a_circle_is_found_behind_the_other_waits_of_a_task() {
    let stalled = stalled(async {
        let main_waits_for: Rc<OnceCell<Task>> = Rc::default();
        let to_last = main_waits_for.clone();
        let bystander = task("bystander").spawn_detached(pending());
        let first = task("first").spawn_detached(async move {
            let last = to_last.get().expect("last is known").clone();
            futures::join!(bystander.ended(), last.ended(), bystander.ended());
        });
        let last = task("last").spawn_detached(async move { first.ended().await });
        main_waits_for.set(last).expect("last is set once");
        pending::<()>().await;
    });
    let report = stalled.to_string();
    let circle = report.lines().find(|line| line.contains("a circle of")).expect("there is a circle");
    assert_eq!(circle, "  a circle of waits: first -> last -> first");
}

#[test]
fn a_handle_that_a_combinator_polls_has_no_line_of_its_own() {
    let stalled = stalled(async {
        let child = task("child").spawn(pending::<()>());
        futures::future::join_all([child]).await
    });
    let [wait] = &stalled.tasks()[0].waits[..] else { panic!("main awaits one thing: {stalled}") };
    assert_eq!(wait.to_string(), "awaits the end of child, in the code of another crate");
}

#[test]
fn waiters_under_futures_unordered_are_named_by_their_task() {
    let stalled = stalled(async {
        let (red, green) = (Event::new().named("red"), Event::new().named("green"));
        let mut waits = FuturesUnordered::new();
        waits.push(red.wait());
        waits.push(green.wait());
        waits.next().await;
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and no Remote is alive
      main, spawned at [standing().»try_run(program).err().expect("the program stalls")]
        waits on event `red`, at [waits.push(red.»wait());]
          made at [let (red, green) = (»Event::new().named("red"), Event::new().named("green"));]
        waits on event `green`, at [waits.push(green.»wait());]
          made at [let (red, green) = (Event::new().named("red"), »Event::new().named("green"));]
        its waker is held outside
      help: on the virtual clock, a thread that is going to wake a task keeps a Remote until then; if it is a FuturesUnordered or a channel of this thread that holds the waker, nobody will use it
    "#);
}

#[test]
fn several_waits_of_one_task_are_all_told() {
    let stalled = stalled(async {
        let (red, green) = (Event::new().named("red"), Event::new().named("green"));
        futures::join!(red.wait(), async {
            yield_now().await;
            green.wait().await;
        });
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main, spawned at [standing().»try_run(program).err().expect("the program stalls")]
        waits on event `red`, at [futures::join!(red.»wait(), async {]
          made at [let (red, green) = (»Event::new().named("red"), Event::new().named("green"));]
        waits on event `green`, at [green.»wait().await;]
          made at [let (red, green) = (Event::new().named("red"), »Event::new().named("green"));]
      help: each of these waits needs somebody to end it: another task, or a thread that keeps a Remote until then
    "#);
}

#[test]
fn places_in_line_are_counted_from_the_front() {
    let stalled = stalled(async {
        let light = shared(Event::new().named("light"));
        for name in ["first", "second", "third"] {
            task(name).spawn_detached(async move { light.wait().await });
        }
        pending::<()>().await;
    });
    let places = stalled.tasks().iter().map(|task| {
        let told: Vec<_> = task.waits.iter().map(|wait| wait.to_string()).collect();
        let place = told.iter().flat_map(|wait| wait.lines()).find(|line| line.contains("who wait"));
        format!("{}: {}", task.label, place.unwrap_or("does not wait"))
    });
    assert_eq!(
        places.collect::<Vec<_>>(),
        [
            "main: does not wait",
            "first: number 1 of 3 who wait",
            "second: number 2 of 3 who wait",
            "third: number 3 of 3 who wait"
        ]
    );
}

#[test]
fn the_last_signal_that_reached_nobody_is_told_with_its_line() {
    let stalled = stalled(async {
        let (light, bell) = (Event::new().named("light"), Event::new().named("bell"));
        light.set();
        light.clear();
        bell.pulse();
        futures::join!(light.wait(), bell.wait());
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main, spawned at [standing().»try_run(program).err().expect("the program stalls")]
        waits on event `light`, at [futures::join!(light.»wait(), bell.wait());]
          made at [let (light, bell) = (»Event::new().named("light"), Event::new().named("bell"));]
          last signalled at [light.»set();], when nobody waited
        waits on event `bell`, at [futures::join!(light.wait(), bell.»wait());]
          made at [let (light, bell) = (Event::new().named("light"), »Event::new().named("bell"));]
          last signalled at [bell.»pulse();], when nobody waited
      help: a signal that comes when nobody waits is lost: look at the state before waiting, as Condition::wait_for does
    "#);
}

#[test]
fn a_signal_that_reached_somebody_is_not_told() {
    let stalled = stalled(async {
        let light = shared(Event::new().named("light"));
        light.pulse();
        let waiter = light;
        let waiter = spawn(async move { waiter.wait().await });
        yield_now().await;
        light.pulse();
        waiter.await.unwrap();
        light.wait().await;
    });
    assert!(!stalled.to_string().contains("signal"), "{stalled}");
}

#[test]
fn a_wait_for_something_foreign_is_admitted() {
    let stalled = stalled(async {
        let (_sender, receiver) = futures::channel::oneshot::channel::<()>();
        task("listener").spawn_detached(async move { receiver.await.expect("somebody sends") });
        futures::future::pending::<()>().await;
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and no Remote is alive
      main, spawned at [standing().»try_run(program).err().expect("the program stalls")]
        its future, async code in `a_wait_for_something_foreign_is_admitted`, returned Pending, and nobody holds its waker: nothing can wake it
      listener, spawned at [task("listener").»spawn_detached(async move { receiver.await.expect("somebody sends") });]
        waits for something that is not greenlight's
        its waker is held outside
      help: on the virtual clock, a thread that is going to wake a task keeps a Remote until then; if it is a FuturesUnordered or a channel of this thread that holds the waker, nobody will use it
    "#);
}

#[test]
fn a_gather_that_waits_is_named_by_its_line() {
    let stalled = stalled(async {
        let children = ["red", "green"].map(|name| task(name).spawn(pending::<()>()));
        gather_tasks(children).await;
    });
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      red, spawned at [let children = ["red", "green"].map(|name| task(name).»spawn(pending::<()>()));]
        its future, `Pending<()>`, returned Pending, and nobody holds its waker: nothing can wake it
      green, spawned at [let children = ["red", "green"].map(|name| task(name).»spawn(pending::<()>()));]
        its future, `Pending<()>`, returned Pending, and nobody holds its waker: nothing can wake it
      main, spawned at [standing().»try_run(program).err().expect("the program stalls")]
        waits on its gather, at [»gather_tasks(children).await;]
      help: a future that returns Pending has to leave a clone of its context's waker with whoever is to wake it; one that is pending() ends only by being cancelled
    "#);
}

#[test]
fn the_owner_of_a_group_waits_on_its_group() {
    let stalled = stalled(async {
        let mut group = TaskGroup::<()>::new();
        group.task("kettle").spawn(pending::<()>());
        group.join().await
    });
    let told = stalled.to_string();
    assert!(told.contains("\n    waits on its task group, at "), "{told}");
}

#[test]
fn a_runtime_that_is_stepped_by_hand_tells_who_waits_at_any_time() {
    let runtime = standing();
    let light = Rc::new(Event::new().named("light"));
    let theirs = light.clone();
    runtime.task("walker").spawn_detached(async move {
        sleep(Duration::from_millis(1500)).await;
        theirs.wait().await;
    });
    assert_eq!(runtime.turn(), Turn::Ran(1));
    let asleep = runtime.stalled();
    assert!(asleep.to_string().starts_with("not stalled at t=0.000000s: "), "{asleep}");
    assert_eq!(runtime.turn(), Turn::Ran(0));
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(runtime.turn(), Turn::Stalled);
    assert_snapshot!(quoted(runtime.stalled()), @r#"
    stalled at t=1.500000s: no task is ready, no timer is armed, and nothing outside can wake one
      walker, spawned at [runtime.task("walker").»spawn_detached(async move {]
        waits on event `light`, at [theirs.»wait().await;]
          made at [let light = Rc::new(»Event::new().named("light"));]
      help: each of these waits needs somebody to end it: another task, or a thread that keeps a Remote until then
    "#);
    assert_eq!(
        quoted(&asleep.tasks()[0].waits[0]),
        "sleeps until t=1.500000s, at [»sleep(Duration::from_millis(1500)).await;]"
    );

    // A stall that the outside ends is over.
    light.set();
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(runtime.turn(), Turn::Idle(None));
}

#[test]
fn run_panics_with_the_report_that_try_run_returns() {
    let light = Event::new().named("light");
    let program = || async { light.wait().await };
    let mut reports = Vec::new();
    for runs in [false, true] {
        let report = match runs {
            true => {
                let panicked = catch_unwind(AssertUnwindSafe(|| standing().run(program())));
                *panicked.unwrap_err().downcast::<String>().expect("the report is a string")
            }
            false => stalled(program()).to_string(),
        };
        // They differ in the line that called run or try_run.
        let lines: Vec<_> = report.lines().filter(|line| !line.contains("spawned at")).map(str::to_string).collect();
        reports.push(lines);
    }
    assert_eq!(reports[0], reports[1]);
    assert!(reports[0][0].starts_with("stalled at t=0.000000s"), "{reports:?}");
}

#[test]
fn those_that_are_behind_a_stall_are_told_first() {
    let stalled = stalled(async {
        let [till, mine, yours] = [(); 3].map(|()| Rc::new(Lock::new(())));
        task("waits").spawn_detached({
            let till = till.clone();
            async move {
                yield_now().await;
                drop(till.lock().await);
            }
        });
        task("holds").spawn_detached(async move {
            let _till = till.lock().await;
            Event::new().wait().await;
        });
        task("keeps no waker").spawn_detached(pending());
        for (name, first, second) in [("first", &mine, &yours), ("second", &yours, &mine)] {
            let (first, second) = (first.clone(), second.clone());
            task(name).spawn_detached(async move {
                let _first = first.lock().await;
                yield_now().await;
                drop(second.lock().await);
            });
        }
        task("is awaited").spawn(async { Event::new().wait().await }).await.unwrap();
    });
    let report = unwrapped(&stalled);
    let told: Vec<_> = report.lines().filter_map(|line| line.split_once(", spawned at ")).collect();
    let names: Vec<_> = told.iter().map(|(name, _)| name.trim()).collect();
    assert_eq!(names, ["first", "second", "keeps no waker", "holds", "waits", "is awaited", "main"]);
}

#[test]
fn the_report_can_be_read_by_a_program() {
    let spawned = Cell::new(0);
    let stalled = stalled(async {
        sleep(Duration::from_secs(2)).await;
        spawned.set(line!() + 1);
        let child = task("child").spawn(pending::<()>());
        child.await
    });
    assert_eq!(stalled.at().as_micros(), 2_000_000);
    let [main, child] = stalled.tasks() else {
        panic!("two tasks wait: {stalled}");
    };
    assert_eq!((main.label.number, child.label.number), (0, 1));
    assert_eq!(child.label.name.as_deref(), Some("child"));
    assert_eq!((child.spawned_at.file(), child.spawned_at.line()), (file!(), spawned.get()));
    assert_eq!((main.waits.len(), child.waits.len()), (1, 0));
}

#[test]
fn what_waits_is_dropped_after_a_stall_and_the_runtime_goes_on() {
    let (runtime, dropped) = (standing(), Rc::new(RefCell::new(Vec::new())));
    let guard = |name| {
        let dropped = dropped.clone();
        stage::on_drop(move || dropped.borrow_mut().push(name))
    };
    let stalled = runtime.try_run(async {
        let theirs = guard("child");
        spawn(async move {
            let _guard = theirs;
            pending::<()>().await;
        })
        .await
        .unwrap();
    });
    assert_eq!(stalled.unwrap_err().tasks().len(), 2);
    assert_eq!(*dropped.borrow(), ["child"]);
    assert_eq!(runtime.task_count(), 0);
    assert_eq!(runtime.run(async { 7 }), 7);
}

#[test]
fn a_report_of_20_000_tasks_takes_no_longer_than_its_reading() {
    const TASKS: usize = 20_000;
    let stalled = stalled(async {
        let mut awaited = spawn(pending::<()>());
        for _ in 1..TASKS {
            awaited = spawn(async move { awaited.await.unwrap() });
        }
        awaited.await
    });
    assert_eq!(stalled.tasks().len(), TASKS + 1);
    assert_eq!(unwrapped(&stalled).lines().count(), 2 * (TASKS + 1) + 2);
}
