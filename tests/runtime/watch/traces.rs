//! Traces: a run reads as a story, every event tells its turn, moment and line, and the same
//! program gives the same trace.

use greenlight::sync::{Condition, Event, Lock, Semaphore};
use greenlight::trace::{Kind, Observer, Recorder, TraceEvent};
use greenlight::{Runtime, gather, sleep, spawn_detached, task, yield_now};
use stage::{LeftWaker, Log, leave_waker, left, recorded, shared, standing};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);

#[test]
fn a_whole_run_reads_as_a_story() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let light = Rc::new(Event::new().named("light"));
        let waiting = light.clone();
        task("walker").spawn_detached(async move { waiting.wait().await });
        sleep(2 * MS).await;
        light.set();
        yield_now().await;
        light.clear();
    });
    assert_eq!(
        recorder.lines(),
        [
            "main spawned",
            "turn 1, with 1 ready",
            "main polled",
            "walker spawned",
            "main sleeps until t=0.002000s",
            "main pending",
            "turn 2, with 1 ready",
            "walker polled",
            "event `light` comes up",
            "walker waits on event `light`",
            "walker pending",
            "turn 3, with 0 ready",
            "time jumps to t=0.002000s",
            "timer of main fires",
            "main woken",
            "turn 4, with 1 ready",
            "main polled",
            "main sets event `light`, releasing 1",
            "walker is granted event `light`",
            "walker woken",
            "main yields",
            "main woken",
            "main pending",
            "turn 5, with 2 ready",
            "walker polled",
            "walker is done waiting on event `light`",
            "walker ready",
            "walker returned",
            "main polled",
            "main clears event `light`",
            "event `light` is gone",
            "main ready",
            "main returned",
        ]
    );
}

#[test]
fn events_are_numbered_without_gaps_and_no_cause_comes_after_its_effect() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        gather([1, 2, 3].map(|millis| sleep(millis * MS))).await;
    });
    let events = recorder.events();
    assert!(events.iter().zip(1..).all(|(event, seq)| event.seq == seq));
    assert!(events.iter().all(|event| event.cause.is_none_or(|cause| cause < event.seq)));
    assert!(events.is_sorted_by_key(|event| (event.turn, event.time)));
}

#[test]
fn an_event_tells_its_turn_and_its_moment() {
    let (runtime, recorder) = recorded();
    runtime.run(async { sleep(MS).await });
    let events = recorder.events();
    let told = events.iter().map(|event| (event.turn, event.time.as_micros(), event.to_string()));
    let told: Vec<_> = told.collect();
    let expected = [
        (0, 0, "main spawned"),
        (1, 0, "turn 1, with 1 ready"),
        (1, 0, "main polled"),
        (1, 0, "main sleeps until t=0.001000s"),
        (1, 0, "main pending"),
        (2, 0, "turn 2, with 0 ready"),
        (2, 1000, "time jumps to t=0.001000s"),
        (2, 1000, "timer of main fires"),
        (2, 1000, "main woken"),
        (3, 1000, "turn 3, with 1 ready"),
        (3, 1000, "main polled"),
        (3, 1000, "main ready"),
        (3, 1000, "main returned"),
    ];
    assert_eq!(told, expected.map(|(turn, time, line)| (turn, time, line.to_string())));
}

#[test]
fn an_event_tells_the_line_of_the_program_that_it_comes_from() {
    let (runtime, recorder) = recorded();
    let (light, made) = (Rc::new(Event::new()), line!());
    let waiting = light.clone();
    let spawned = line!() + 1;
    runtime.task("walker").spawn_detached(async move {
        waiting.wait().await;
        sleep(MS).await;
    });
    let waits = spawned + 1;
    runtime.turn();
    let set = line!() + 1;
    runtime.enter(|| light.set());
    runtime.turn();
    let lines: Vec<_> =
        recorder.events().iter().filter_map(|event| event.at.map(|at| (event.to_string(), at.line()))).collect();
    assert_eq!(
        lines,
        [
            ("walker spawned".to_string(), spawned),
            ("event 1 comes up".to_string(), made),
            ("walker waits on event 1".to_string(), waits),
            ("outside sets event 1, releasing 1".to_string(), set),
            ("walker is granted event 1".to_string(), waits),
            ("walker is done waiting on event 1".to_string(), waits),
            ("walker sleeps until t=0.001000s".to_string(), waits + 1),
        ]
    );
    let objects = recorder.events().into_iter().filter_map(|event| event.object);
    assert!(objects.map(|object| object.made.line()).all(|line| line == made));
}

#[test]
fn a_lock_and_permits_are_released_in_the_name_of_the_line_that_took_them() {
    let (runtime, recorder) = recorded();
    let first = line!() + 2;
    runtime.enter(|| {
        let (door, desks) = (Lock::new(()).named("door"), Semaphore::new(5).named("desks"));
        let guard = door.try_lock().expect("nobody holds it");
        let permit = desks.try_acquire().expect("there are five");
        drop(guard);
        drop(permit);
        desks.release(2).expect("it may have any number");
    });
    let lines: Vec<_> =
        recorder.events().iter().filter_map(|event| Some((event.to_string(), event.at?.line() - first))).collect();
    assert_eq!(
        lines.iter().map(|(line, at)| (line.as_str(), *at)).collect::<Vec<_>>(),
        [
            ("lock `door` comes up", 0),
            ("outside takes lock `door`", 1),
            ("semaphore `desks` comes up, of 5", 0),
            ("outside takes 1 of semaphore `desks`", 2),
            ("outside releases lock `door`", 1),
            ("outside releases 1 of semaphore `desks`", 2),
            ("outside releases 2 of semaphore `desks`", 5),
            ("semaphore `desks` is gone", 0),
            ("lock `door` is gone", 0),
        ]
    );
}

/// A program that meets most of what can happen.
fn busy_program(runtime: &Runtime) {
    runtime.run(async {
        let light = shared(Event::new().named("light"));
        let doors = [0, 1].map(|_| Rc::new(Event::new()));
        for (number, door) in doors.iter().enumerate() {
            let door = door.clone();
            task(format!("walker {number}")).spawn_detached(async move {
                light.wait().await;
                door.wait().await;
                sleep(MS).await;
            });
        }
        yield_now().await;
        light.set();
        light.clear();
        let victim = greenlight::spawn(sleep(9 * MS));
        yield_now().await;
        victim.task().cancel();
        assert_eq!(doors[1].pulse(), 1);
        doors[0].set();
        gather([1, 2].map(|millis| sleep(MS * millis))).await;
    });
}

/// All of a trace, byte for byte.
fn printed(recorder: &Recorder) -> Vec<String> {
    let print = |event: &TraceEvent| {
        let TraceEvent { seq, time, turn, cause, task, object, at, .. } = event;
        format!("{seq} {time} {turn} {cause:?} {task:?} {object:?} {at:?} {event}")
    };
    recorder.events().iter().map(print).collect()
}

#[test]
fn the_same_program_twice_gives_the_same_trace() {
    let [first, second] = [0, 1].map(|_| {
        let (runtime, recorder) = recorded();
        busy_program(&runtime);
        printed(&recorder)
    });
    assert!(first.len() > 50);
    assert_eq!(first, second);
}

#[test]
fn what_other_runtimes_and_threads_did_before_leaves_no_mark_on_a_trace() {
    let (runtime, recorder) = recorded();
    busy_program(&runtime);
    let here = printed(&recorder);
    let there = thread::spawn(|| {
        standing().run(async {
            let unrelated = [0, 1, 2].map(|_| Rc::new(Event::new()));
            for event in unrelated {
                spawn_detached(async move { event.wait().await });
            }
            yield_now().await;
        });
        let (runtime, recorder) = recorded();
        busy_program(&runtime);
        printed(&recorder)
    });
    assert_eq!(there.join().expect("the program does not panic"), here);
}

#[test]
fn tasks_and_objects_are_numbered_in_the_order_in_which_the_run_meets_them() {
    let (runtime, recorder) = recorded();
    let [early, late] = [0, 1].map(|_| Rc::new(Event::new()));
    runtime.run(async {
        late.set();
        early.set();
        late.clear();
        task("early").spawn_detached(async {});
        task("late").spawn_detached(async {});
        yield_now().await;
    });
    let lines = recorder.lines();
    let told: Vec<_> = lines.iter().filter(|line| line.contains("event") || line.ends_with("spawned")).collect();
    assert_eq!(
        told,
        [
            "main spawned",
            "event 1 comes up",
            "main sets event 1, releasing 0",
            "event 2 comes up",
            "main sets event 2, releasing 0",
            "main clears event 1",
            "early spawned",
            "late spawned",
        ]
    );
}

#[test]
fn a_wake_of_a_task_that_is_gone_is_told_and_a_cancel_is_no_event() {
    let (runtime, recorder) = recorded();
    let waker = LeftWaker::default();
    let gone = runtime.task("gone").spawn_detached(leave_waker("gone", waker.clone(), Log::default()));
    runtime.turn();
    gone.cancel();
    runtime.turn();
    assert_eq!(recorder.lines().last().map(String::as_str), Some("gone cancelled"));
    runtime.enter(|| left(&waker).wake());
    assert!(!gone.cancel());
    assert_eq!(recorder.lines().last().map(String::as_str), Some("a wake comes for task 0, which has ended"));
}

#[test]
fn every_observer_is_told_everything() {
    let [first, second] = [0, 1].map(|_| Rc::new(Recorder::default()));
    let runtime = Runtime::builder().virtual_clock().observer(first.clone()).observer(second.clone()).build();
    busy_program(&runtime);
    assert_eq!(printed(&first), printed(&second));
}

/// Sets and clears an event of its own whenever anything else happens, and spawns a task once.
#[derive(Default)]
struct Meddler {
    event: Event,
    busy: Cell<bool>,
    spawned: RefCell<Option<greenlight::Task>>,
}

impl Observer for Meddler {
    fn on_event(&self, event: &TraceEvent) {
        if self.busy.replace(true) {
            return;
        }
        self.event.set();
        self.event.clear();
        if event.kind == Kind::PollPending && self.spawned.borrow().is_none() {
            let task = spawn_detached(sleep(MS));
            assert!(!task.is_finished());
            *self.spawned.borrow_mut() = Some(task);
        }
        self.busy.set(false);
    }
}

#[test]
fn an_observer_may_use_the_runtime_that_it_watches() {
    let (meddler, recorder) = (Rc::new(Meddler::default()), Rc::new(Recorder::default()));
    let runtime = Runtime::builder().virtual_clock().observer(meddler.clone()).observer(recorder.clone()).build();
    busy_program(&runtime);
    let spawned = meddler.spawned.take().expect("it was told that a task is pending");
    assert!(spawned.is_finished());
    let lines = recorder.lines();
    assert!(lines.iter().any(|line| line.starts_with("main sets event") && line.ends_with("releasing 0")));
}

#[test]
fn a_trace_tells_of_signals_that_were_found_sent_to_all_or_in_vain() {
    let (runtime, recorder) = recorded();
    let stalled = runtime.try_run(async {
        let light = Event::new().named("light");
        light.set();
        light.wait().await;
        let stock = shared(Condition::new(0).named("stock"));
        task("buyer").spawn_detached(async move {
            let guard = stock.lock().await;
            drop(stock.wait_for(guard, |stock| *stock > 0).await);
        });
        yield_now().await;
        stock.notify_all(&stock.lock().await);
        std::future::pending::<()>().await;
    });
    assert!(stalled.is_err());
    let lines = recorder.lines();
    for line in [
        "main finds event `light` set",
        "main notifies all on condition `stock`",
        "buyer was woken in vain by condition `stock`",
        "stalled",
    ] {
        assert_eq!(lines.iter().filter(|told| *told == line).count(), 1, "{line}: {lines:?}");
    }
}

#[test]
fn a_notify_tells_how_many_it_reaches() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let bell = Rc::new(Condition::new(()));
        for _ in 0..2 {
            let bell = bell.clone();
            spawn_detached(async move { drop(bell.wait(bell.lock().await).await) });
        }
        yield_now().await;
        bell.notify(&bell.lock().await, 5);
    });
    let events = recorder.events();
    let notified = events.iter().map(|event| event.kind).find(|kind| matches!(kind, Kind::Notified { .. }));
    assert_eq!(notified, Some(Kind::Notified { asked: 5, reached: 2 }));
}

/// Asks an event whenever it is told of anything.
struct Asker {
    light: Rc<Event>,
    found: Cell<usize>,
}

impl Observer for Asker {
    fn on_event(&self, _: &TraceEvent) {
        self.found.set(self.found.get() + usize::from(self.light.is_set()));
    }
}

#[test]
fn an_observer_that_asks_for_an_event_is_not_told_of_its_own_question() {
    let asker = Rc::new(Asker { light: Rc::new(Event::new()), found: Cell::new(0) });
    asker.light.set();
    Runtime::builder().virtual_clock().observer(asker.clone()).build().run(async {});
    assert!(asker.found.get() > 0);
}
