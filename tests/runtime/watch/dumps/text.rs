//! How a dump reads where names, places or moments could mislead: tasks of one name, names with control characters, waiters
//! of another runtime, tasks that are about to run.

use greenlight::dump::{Dump, TaskState, dump};
use greenlight::sync::{Event, Lock, Semaphore};
use greenlight::trace::{Kind, Observer, TraceEvent};
use greenlight::{Deadline, Runtime, Until, spawn, spawn_detached, task, timeout_at, wait, yield_now};
use insta::assert_snapshot;
use stage::{quoted, standing};
use std::cell::RefCell;
use std::fmt::Display;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

fn drawn(report: &dyn Display) -> String {
    quoted(report)
}

#[test]
fn tasks_of_one_name_go_by_their_numbers_too_and_objects_without_a_name_by_theirs() {
    let report = standing().try_run(async {
        let locks = Rc::new([Lock::new(()), Lock::new(())]);
        for (first, second) in [(0, 1), (1, 0)] {
            let locks = locks.clone();
            task("conn").spawn_detached(async move {
                let _first = locks[first].lock().await;
                yield_now().await;
                _ = locks[second].lock().await;
            });
        }
        pending::<()>().await
    });
    assert_snapshot!(drawn(&report.unwrap_err()), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      a circle of waits: conn (task 1) -> lock 1 -> conn (task 2) -> lock 2 -> conn (task 1)
      conn (task 1), spawned at [task("conn").»spawn_detached(async move {]
        waits on lock 1, at [_ = locks[second].»lock().await;]
          made at [let locks = Rc::new([Lock::new(()), »Lock::new(())]);]
          taken by conn (task 2), at [let _first = locks[first].»lock().await;]
      conn (task 2), spawned at [task("conn").»spawn_detached(async move {]
        waits on lock 2, at [_ = locks[second].»lock().await;]
          made at [let locks = Rc::new([»Lock::new(()), Lock::new(())]);]
          taken by conn (task 1), at [let _first = locks[first].»lock().await;]
      main, spawned at [let report = standing().»try_run(async {]
        its future, async code in `tasks_of_one_name_go_by_their_numbers_too_and_objects_without_a_name_by_theirs`, returned Pending, and nobody holds its waker: nothing can wake it
      help: one task of a circle has to go on without the next: drop a guard or permit before waiting, or take them in the same order everywhere
    "#);
}

#[test]
fn a_name_stays_on_its_line_and_gives_a_terminal_no_orders() {
    let dump = standing().run(async {
        let light = Event::new().named("li\x1b[31mght\r\u{202e}");
        task("two\nlines").spawn_detached(async move { light.wait().await });
        yield_now().await;
        dump()
    });
    assert_eq!(dump.tasks[1].label.name.as_deref(), Some("two\\nlines"));
    let [wait] = &dump.tasks[1].waits[..] else { panic!("it waits for the light: {dump}") };
    assert!(wait.to_string().starts_with("waits on event `li\\u{1b}[31mght\\r\\u{202e}`, at "), "{wait}");
}

#[test]
fn a_task_that_is_ready_says_what_it_was_granted() {
    let dump = standing().run(async {
        let (light, desk) = (Rc::new(Event::new().named("light")), Rc::new(Semaphore::new(0).named("desk")));
        let (theirs, desks) = (light.clone(), desk.clone());
        task("walker").spawn_detached(async move { theirs.wait().await });
        task("clerk").spawn_detached(async move { drop(desks.acquire().await) });
        yield_now().await;
        light.set();
        desk.release(1).expect("there is room");
        dump()
    });
    assert_snapshot!(drawn(&dump), @r#"
    3 tasks at t=0.000000s
    main, spawned at [let dump = standing().»run(async {]
       is being polled
    walker, spawned at [task("walker").»spawn_detached(async move { theirs.wait().await });]
       is ready
       was woken by event `light`, at [task("walker").spawn_detached(async move { theirs.»wait().await });]
         made at [let (light, desk) = (Rc::new(»Event::new().named("light")), Rc::new(Semaphore::new(0).named("desk")));]
    clerk, spawned at [task("clerk").»spawn_detached(async move { drop(desks.acquire().await) });]
       is ready
       was granted semaphore `desk`, at [task("clerk").spawn_detached(async move { drop(desks.»acquire().await) });]
         made at [let (light, desk) = (Rc::new(Event::new().named("light")), Rc::new(»Semaphore::new(0).named("desk")));]
    "#);
}

#[test]
fn a_task_that_is_polled_may_look_at_its_grant_yet() {
    let dump = standing().run(async {
        let light = Event::new().named("light");
        let mut wait = light.wait();
        assert!(futures::poll!(&mut wait).is_pending());
        light.set();
        dump()
    });
    assert_snapshot!(drawn(&dump), @r#"
    1 task at t=0.000000s
    main, spawned at [let dump = standing().»run(async {]
       is being polled
       was woken by event `light`, at [let mut wait = light.»wait();]
         made at [let light = »Event::new().named("light");]
    "#);
}

#[test]
fn one_who_waits_for_a_deadline_to_be_set_waits_on_its_deadline() {
    let dump = standing().run(async {
        let patient = task("patient").spawn(async { timeout_at(&Deadline::new(), pending::<()>()).await });
        yield_now().await;
        let dump = dump();
        drop(patient);
        dump
    });
    assert_snapshot!(drawn(&dump), @r#"
    2 tasks at t=0.000000s
    main, spawned at [let dump = standing().»run(async {]
       is being polled
    patient, spawned at [let patient = task("patient").»spawn(async { timeout_at(&Deadline::new(), pending::<()>()).await });]
       waits on its deadline, at [let patient = task("patient").spawn(async { »timeout_at(&Deadline::new(), pending::<()>()).await });]
         made at [let patient = task("patient").spawn(async { timeout_at(&»Deadline::new(), pending::<()>()).await });]
    "#);
}

/// Dumps whenever a task is woken.
#[derive(Default)]
struct Waking {
    dumps: RefCell<Vec<Dump>>,
}

impl Observer for Waking {
    fn on_event(&self, event: &TraceEvent) {
        if event.kind == Kind::Woken {
            self.dumps.borrow_mut().push(dump());
        }
    }
}

#[test]
fn a_task_that_is_being_woken_says_what_has_ended() {
    let waking = Rc::new(Waking::default());
    Runtime::builder().virtual_clock().observer(waking.clone()).build().run(async {
        let child = spawn(yield_now()).task();
        let parent = task("parent").spawn_detached(async move { child.ended().await });
        parent.ended().await;
    });
    let dumps = waking.dumps.take();
    let dump = dumps.iter().find(|dump| dump.tasks.len() == 2).expect("the child has ended before its parent");
    assert_snapshot!(drawn(&dump.tasks[1]), @r#"
    parent, spawned at [let parent = task("parent").»spawn_detached(async move { child.ended().await });]
      is ready
      was woken by the end of a task, at [let parent = task("parent").spawn_detached(async move { child.»ended().await });]
    "#);
}

#[test]
fn one_who_waits_for_several_tasks_is_told_as_such() {
    let stalled = standing().try_run(async { wait(&[spawn(pending::<()>())], Until::All).await });
    assert_snapshot!(drawn(&stalled.unwrap_err().tasks()[0]), @r"
    main, spawned at [let stalled = standing().»try_run(async { wait(&[spawn(pending::<()>())], Until::All).await });]
      waits on the end of its tasks, at [let stalled = standing().try_run(async { »wait(&[spawn(pending::<()>())], Until::All).await });]
    ");
}

#[test]
fn waiters_of_another_runtime_are_counted_and_not_named() {
    let (here, there) = (standing(), standing());
    let light = Rc::new(Event::new().named("light"));
    for (runtime, name) in [(&there, "stranger"), (&here, "walker")] {
        let light = light.clone();
        runtime.task(name).spawn_detached(async move { light.wait().await });
        runtime.turn();
    }
    assert_snapshot!(drawn(&here.dump()), @r#"
    1 task at t=0.000000s
    walker, spawned at [runtime.task(name).»spawn_detached(async move { light.wait().await });]
       waits on event `light`, at [runtime.task(name).spawn_detached(async move { light.»wait().await });]
         made at [let light = Rc::new(»Event::new().named("light"));]
         number 2 of 2 who wait: walker and 1 outside of this runtime
    "#);
}

#[test]
fn the_moment_of_a_dump_is_that_of_asking_also_after_idling() {
    let runtime = Runtime::builder().build();
    runtime.turn();
    std::thread::sleep(Duration::from_millis(5));
    assert!(runtime.dump().at.since_start() >= Duration::from_millis(5));
}

/// Dumps whenever a poll has ended in waiting.
#[derive(Default)]
struct Watcher {
    states: RefCell<Vec<TaskState>>,
}

impl Observer for Watcher {
    fn on_event(&self, event: &TraceEvent) {
        if let (Kind::PollPending, Some(task)) = (event.kind, &event.task) {
            let dump = dump();
            let polled = dump.task(task.number).expect("the task is in the dump");
            self.states.borrow_mut().push(polled.state);
        }
    }
}

#[test]
fn whoever_is_told_of_the_end_of_a_poll_finds_the_task_parked_or_ready() {
    let watcher = Rc::new(Watcher::default());
    let runtime = Runtime::builder().virtual_clock().observer(watcher.clone()).build();
    runtime.run(async {
        spawn_detached(pending());
        yield_now().await;
    });
    assert_eq!(watcher.states.take(), [TaskState::Ready, TaskState::Parked]);
}
