//! What misuse gets: a message that names it and says what to do instead, from the line that did
//! it. Nobody else is harmed.

use greenlight::{
    JoinHandle, Task, Turn, current, gather, gather_tasks, interval, now, sleep, spawn, spawn_detached, task, yield_now,
};
use stage::{Log, Panicked, panic_of, shared, standing};
use std::cell::{Cell, OnceCell, RefCell};
use std::future::{Future, pending, poll_fn};
use std::panic::resume_unwind;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

mod answers;
mod inside;

/// A panic with this message in that line of this file.
fn at(line: u32, message: impl Into<String>) -> Panicked {
    Panicked { message: message.into(), line, file: file!().to_string() }
}

/// Polls a future once.
#[track_caller]
fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn what_needs_a_runtime_says_so_outside_of_one() {
    let misuses: [(&str, u32, &dyn Fn()); 10] = [
        ("spawn()", line!(), &|| drop(spawn(async {}))),
        ("spawn_detached()", line!(), &|| drop(greenlight::spawn_detached(async {}))),
        ("task()", line!(), &|| drop(task("alice"))),
        ("gather()", line!(), &|| drop(gather([async {}]))),
        ("gather!()", line!(), &|| drop(gather!(async {}, async {}))),
        ("now()", line!(), &|| _ = now()),
        ("interval()", line!(), &|| _ = interval(Duration::from_secs(1))),
        ("remote()", line!(), &|| drop(greenlight::remote())),
        ("spawner()", line!(), &|| drop(greenlight::spawner())),
        ("spawn()", line!(), &|| standing().run(async { drop(std::thread::spawn(|| drop(spawn(async {}))).join()) })),
    ];
    let (elsewhere, here) = misuses.split_last().expect("there are misuses");
    for (name, line, misuse) in here {
        let message =
            format!("{name} was called outside a runtime; call it inside greenlight::run, or inside Runtime::enter");
        assert_eq!(panic_of(misuse), at(*line, message));
    }
    // Another thread is outside too, and what it panics with stays there.
    elsewhere.2();
}

#[test]
fn a_sleep_that_is_polled_outside_a_runtime_says_where_it_was_made() {
    let line = line!() + 1;
    let panicked = panic_of(|| pollster::block_on(sleep(Duration::from_secs(1))));
    assert_eq!(
        panicked.message,
        format!(
            "the sleep() at {}:{line}:51 was polled outside a runtime; \
            call it inside greenlight::run, or inside Runtime::enter",
            file!()
        )
    );
}

const RUN_INSIDE_RUN: &str = "greenlight::run was called inside a runtime, which would stop all of its tasks; \
    await the future there or spawn() it, and call run outside of Runtime::enter";

#[test]
fn run_inside_run_is_refused() {
    let line = line!() + 1;
    let panicked = panic_of(|| greenlight::run(async { greenlight::run(async {}) }));
    assert_eq!(panicked, at(line, RUN_INSIDE_RUN));
}

#[test]
fn try_run_inside_run_is_refused() {
    let line = line!() + 1;
    let panicked = panic_of(|| greenlight::run(async { greenlight::try_run(async {}).is_ok() }));
    assert_eq!(panicked, at(line, RUN_INSIDE_RUN));
}

#[test]
fn run_is_refused_wherever_a_runtime_is_current() {
    let (outer, inner) = (standing(), standing());
    assert_eq!(panic_of(|| outer.enter(|| inner.run(async {}))), at(line!(), RUN_INSIDE_RUN));
    let line = line!() + 1;
    let handle = outer.spawn(async move { drop(inner.try_run(async {})) });
    outer.turn();
    let error = pollster::block_on(handle).unwrap_err();
    assert_eq!(error.to_string(), format!("the task spawned at {}:{line}:24 panicked: {RUN_INSIDE_RUN}", file!()));
}

#[test]
fn a_refused_run_harms_nobody() {
    let log = Log::default();
    standing().run(async {
        let neighbour = spawn(async move {
            yield_now().await;
            log.say("neighbour");
        });
        panic_of(|| greenlight::run(async {}));
        log.say("main");
        neighbour.await.unwrap();
    });
    assert_eq!(log.take(), ["main", "neighbour"]);
}

#[test]
fn a_run_that_stalls_panics_at_the_line_that_called_it() {
    let (line, panicked) = (line!(), panic_of(|| standing().run(pending::<()>())));
    assert!(panicked.message.starts_with("stalled at t=0.000000s"), "{panicked:?}");
    assert_eq!((panicked.file.as_str(), panicked.line), (file!(), line));
}

const TURN_INSIDE_TURN: &str = "Runtime::turn was called inside the same runtime, by a task, an observer or a receiver of \
    reports, or by what one of them calls or drops; step a runtime from outside of it";

#[test]
fn a_turn_inside_a_task_of_the_same_runtime_is_refused() {
    let (runtime, panicked) = (Rc::new(standing()), Rc::new(OnceCell::new()));
    let (own, noted) = (runtime.clone(), panicked.clone());
    runtime.spawn_detached(async move { noted.set(panic_of(|| own.turn())).expect("it runs once") });
    let line = line!() - 1;
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(*panicked.get().expect("the task ran"), at(line, TURN_INSIDE_TURN));
    // The turn that was under way ended as it should.
    assert_eq!(runtime.turn(), Turn::Idle(None));
}

#[test]
fn a_turn_while_the_run_ends_is_refused() {
    let (runtime, panicked) = (Rc::new(standing()), Rc::new(RefCell::new(Vec::new())));
    let guard = || {
        let (own, noted) = (Rc::downgrade(&runtime), panicked.clone());
        stage::on_drop(move || {
            let own = own.upgrade().expect("the runtime is alive while it runs");
            noted.borrow_mut().push(panic_of(|| own.turn()));
        })
    };
    let line = line!() - 3;
    let (in_main, in_task) = (guard(), guard());
    runtime.run(async move {
        let _in_main = in_main;
        greenlight::spawn_detached(async move {
            let _in_task = in_task;
            pending::<()>().await;
        });
        yield_now().await;
    });
    assert_eq!(panicked.take(), [at(line, TURN_INSIDE_TURN), at(line, TURN_INSIDE_TURN)]);
    assert_eq!(runtime.turn(), Turn::Idle(None));
}

/// What `narcissus`, who was spawned in that line, is told when he awaits himself.
fn told_to_narcissus(spawned: u32) -> String {
    format!(
        "task `narcissus` (spawned at {}:{spawned}:44) awaits its own end, which can never come; \
        await it from another task",
        file!()
    )
}

#[test]
fn a_task_that_awaits_its_own_handle_is_told_so() {
    let (runtime, panicked) = (standing(), Rc::new(OnceCell::new()));
    let (own, noted) = (Rc::new(RefCell::new(None::<JoinHandle<()>>)), panicked.clone());
    let to_self = own.clone();
    let handle = runtime.task("narcissus").spawn(async move {
        let mut own = to_self.take().expect("it is there");
        let told = poll_fn(|cx| Poll::Ready(panic_of(|| Pin::new(&mut own).poll(cx).is_ready()))).await;
        noted.set(told).expect("it runs once");
    });
    let line = line!() - 5;
    own.replace(Some(handle));
    runtime.turn();
    assert_eq!(panicked.get(), Some(&at(line + 2, told_to_narcissus(line))));
    assert_eq!(runtime.turn(), Turn::Idle(None));
}

#[test]
fn a_task_that_awaits_its_own_end_is_told_so() {
    let runtime = standing();
    let own = Rc::new(OnceCell::<Task>::new());
    let to_self = own.clone();
    let handle = runtime.task("narcissus").spawn(async move {
        to_self.get().expect("it is there").ended().await;
    });
    let line = line!() - 3;
    own.set(handle.task()).expect("it is set once");
    let panicked = panic_of(|| runtime.run(handle).map_err(|error| resume_unwind(error.into_panic().unwrap())));
    assert_eq!(panicked, at(line + 1, told_to_narcissus(line)));
}

#[test]
fn a_handle_that_is_awaited_again_says_that_its_output_is_gone() {
    let (spawned, awaited) = (Cell::new(0), Cell::new(0));
    let panicked = panic_of(|| {
        standing().run(async {
            spawned.set(line!() + 1);
            let mut handle = spawn(async { 7 });
            assert_eq!((&mut handle).await.unwrap(), 7);
            awaited.set(line!() + 1);
            _ = poll(&mut handle);
        })
    });
    let message = format!(
        "the JoinHandle of the task spawned at {}:{}:30 was awaited again after it had yielded its output; \
        await a handle once, and Task::ended() as often as you like",
        file!(),
        spawned.get()
    );
    assert_eq!(panicked, at(awaited.get(), message));
}

#[test]
fn a_handle_that_is_gathered_after_it_was_awaited_says_that_its_output_is_gone() {
    let panicked = panic_of(|| {
        standing().run(async {
            let mut handle = spawn(async { 7 });
            (&mut handle).await.unwrap();
            gather_tasks([handle]).await
        })
    });
    assert!(panicked.message.contains("was awaited again after it had yielded its output"), "{panicked:?}");
}

#[test]
fn a_sleep_that_is_polled_again_says_so() {
    let made = Cell::new(0);
    let panicked = panic_of(|| {
        standing().run(async {
            made.set(line!() + 1);
            let mut nap = sleep(Duration::from_secs(1));
            (&mut nap).await;
            nap.await;
        })
    });
    let message = format!(
        "the sleep() at {}:{}:27 was polled after it was ready; make a new one to sleep again",
        file!(),
        made.get()
    );
    assert_eq!(panicked.message, message);
}

#[test]
fn an_interval_of_zero_is_refused() {
    let line = line!() + 1;
    let panicked = panic_of(|| standing().run(async { interval(Duration::ZERO) }));
    let message = "interval() was given a period of zero, which would tick for ever at one moment; \
        use yield_now() to let others run";
    assert_eq!(panicked, at(line, message));
}

#[test]
fn what_is_spawned_while_the_run_ends_is_dropped_and_its_handle_says_so() {
    let (log, line) = (Log::default(), Rc::new(Cell::new(0)));
    let spawned = line.clone();
    let guard = stage::on_drop(move || {
        let late = log.at_drop("late future dropped");
        spawned.set(line!() + 1);
        let handle = spawn(async move { drop(late) });
        log.say("spawn returned");
        log.say(pollster::block_on(handle).unwrap_err().to_string());
    });
    standing().run(async move {
        greenlight::spawn_detached(async move {
            let _guard = guard;
            pending::<()>().await;
        });
        yield_now().await;
    });
    let cancelled = format!("the task spawned at {}:{}:22 was cancelled", file!(), line.get());
    assert_eq!(log.take(), ["late future dropped", "spawn returned", &cancelled]);
}

#[test]
fn a_run_whose_main_is_cancelled_ends_with_all_its_tasks_and_says_that_it_has_nothing_to_return() {
    const MAIN_CANCELLED: &str = "main was cancelled, so greenlight::run has nothing to return; \
        have main spawn() what is to be cancelled, and await the handle";
    let (runtime, log) = (standing(), Log::default());
    let [by_itself, by_another] = [shared(Cell::new(0)), shared(Cell::new(0))];
    let cancels_itself = || {
        by_itself.set(line!() + 1);
        runtime.run(async {
            let _main = log.at_drop("main dropped");
            spawn_detached(log.sleeper("task"));
            yield_now().await;
            current().cancel();
            yield_now().await;
            log.say("main goes on");
        })
    };
    assert_eq!(panic_of(cancels_itself), at(by_itself.get(), MAIN_CANCELLED));
    assert_eq!(log.take(), ["task runs", "main dropped", "task dropped"]);
    let is_cancelled = || {
        by_another.set(line!() + 1);
        runtime.try_run(async {
            let main = current();
            spawn_detached(async move { assert!(main.cancel()) });
            pending::<()>().await;
        })
    };
    assert_eq!(panic_of(is_cancelled), at(by_another.get(), MAIN_CANCELLED));
    assert_eq!(runtime.run(async { 6 * 7 }), 42, "the runtime runs again");
}
