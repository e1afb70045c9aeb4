//! What a runtime answers to those who ask it from outside: other threads, observers, receivers of reports and panic
//! hooks; and why it may not answer at all.

use greenlight::dump::TaskState;
use greenlight::trace::{Kind, Observer, TraceEvent};
use greenlight::{Builder, NoAnswer, Runtime, dump, task, tasks, try_dump, yield_now};
use stage::{Log, on_drop, shared, standing};
use std::cell::{Cell, RefCell};
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_millis(20);

/// Does not let go of its thread: says so, and waits until it may.
struct Hog {
    says: Sender<()>,
    let_go: Receiver<()>,
}

impl Hog {
    fn hold_on(&self) {
        self.says.send(()).expect("somebody asks");
        self.let_go.recv().expect("somebody lets it go");
    }
}

/// What a program's runtime answers while the hog holds on.
fn asked_meanwhile<F: Future<Output = ()>>(builder: Builder, program: impl FnOnce(Hog) -> F) -> NoAnswer {
    let ((says, holds_on), (go, let_go)) = (channel(), channel());
    let runtime = builder.virtual_clock().on_report(|_| {}).build();
    let weak = runtime.remote().downgrade();
    let asks = thread::spawn(move || {
        holds_on.recv().expect("the hog begins");
        let answer = weak.dump(PATIENCE);
        go.send(()).expect("the hog waits");
        answer.expect_err("the hog holds on")
    });
    runtime.run(program(Hog { says, let_go }));
    asks.join().expect("the thread does not panic")
}

/// The text of an answer, without the line and the time.
fn placeless(answer: &NoAnswer) -> String {
    let NoAnswer::NoTurn { waited, polled: Some(polled) } = answer else { return answer.to_string() };
    assert!(polled.lasts >= *waited && polled.spawned_at.file() == file!(), "{polled:?}");
    let lasts = format!("{:.1?}", polled.lasts);
    answer.to_string().replace(&polled.spawned_at.to_string(), "[line]").replace(&lasts, "[time]")
}

async fn hold_on_in_a_poll(hog: Hog) {
    yield_now().await;
    task("hog").spawn_detached(async move { hog.hold_on() }).ended().await;
}

#[test]
fn a_task_that_does_not_let_go_is_named_in_the_debug_mode() {
    let answer = asked_meanwhile(Runtime::builder().debug(true), hold_on_in_a_poll);
    let expected = "the runtime took no turn for 20ms: it has been polling hog, spawned at [line], for [time]";
    assert_eq!(placeless(&answer), expected);
}

#[test]
fn a_task_whose_drop_does_not_end_is_named_too() {
    let answer = asked_meanwhile(Runtime::builder().debug(true), async |hog| {
        let hog = task("hog").spawn_detached(async move {
            let _guard = on_drop(move || hog.hold_on());
            pending::<()>().await;
        });
        yield_now().await;
        hog.cancel();
        hog.ended().await;
    });
    let expected = "the runtime took no turn for 20ms: it has been dropping hog, spawned at [line], for [time]";
    assert_eq!(placeless(&answer), expected);
}

#[test]
fn without_the_debug_mode_nobody_is_named_and_the_text_says_what_would() {
    let answer = asked_meanwhile(Runtime::builder().debug(false), hold_on_in_a_poll);
    assert_eq!(answer, NoAnswer::NoTurn { waited: PATIENCE, polled: None });
    assert_eq!(
        answer.to_string(),
        "the runtime took no turn for 20ms: nobody runs it, or one of its tasks is in a long poll, which \
        GREENLIGHT_DEBUG=1 would name"
    );
}

#[test]
fn between_two_polls_nobody_is_named() {
    let polls: [fn(&Runtime); 2] = [
        |runtime| runtime.run(async { task("gone").spawn(yield_now()).await.expect("it ends") }),
        |runtime| {
            runtime.spawn_detached(pending());
            runtime.turn();
        },
    ];
    for polls in polls {
        let runtime = Runtime::builder().virtual_clock().debug(true).on_report(|_| {}).build();
        let weak = runtime.remote().downgrade();
        polls(&runtime);
        let answer = thread::spawn(move || weak.dump(PATIENCE)).join().expect("the thread does not panic");
        assert_eq!(answer.unwrap_err(), NoAnswer::NoTurn { waited: PATIENCE, polled: None });
    }
}

#[test]
fn on_the_runtime_s_own_thread_it_answers_inside_or_says_where_to_ask() {
    let runtime = standing();
    let remote = runtime.remote();
    let unanswered = remote.dump(60 * PATIENCE).unwrap_err();
    assert_eq!(unanswered, NoAnswer::OwnThread);
    assert_eq!(
        unanswered.to_string(),
        "this is the runtime's own thread, on which it takes no turn before this is over: call Runtime::dump, or ask \
        inside Runtime::enter, in a task, or on another thread"
    );
    assert!(runtime.enter(|| remote.dump(Duration::ZERO)).is_ok());
    drop(runtime);
    assert_eq!(remote.dump(60 * PATIENCE).unwrap_err(), NoAnswer::RuntimeGone);
}

#[test]
fn a_panic_hook_dumps_inside_a_runtime_and_bears_a_panic_outside() {
    thread_local! {
        static DUMPS: RefCell<Option<Vec<Option<String>>>> = const { RefCell::new(None) };
    }
    let print = take_hook();
    set_hook(Box::new(move |panic| {
        let dump = || try_dump().map(|dump| format!("{}: {:?}", dump.tasks[0].label, dump.tasks[0].state));
        // Another test's panic is none of this one's.
        let is_mine = DUMPS.with_borrow_mut(|dumps| dumps.as_mut().map(|dumps| dumps.push(dump())).is_some());
        if !is_mine {
            print(panic);
        }
    }));
    DUMPS.set(Some(Vec::new()));
    let runtime = standing();
    let child = runtime.run(async { task("child").spawn(async { panic!("inside") }).await });
    assert!(child.is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| panic!("outside"))).is_err());
    assert_eq!(DUMPS.take(), Some(vec![Some("main: Parked".to_string()), None]));
}

/// Notes how many tasks there are whenever one is spawned or is to be cancelled.
#[derive(Default)]
struct Counter {
    counts: RefCell<Vec<usize>>,
}

impl Observer for Counter {
    fn on_event(&self, event: &TraceEvent) {
        if matches!(event.kind, Kind::Spawned | Kind::CancelRequested) {
            self.counts.borrow_mut().push(dump().tasks.len());
        }
    }
}

#[test]
fn an_observer_may_dump_what_is_spawned_or_cancelled_from_outside() {
    let counter = Rc::new(Counter::default());
    let runtime = Runtime::builder().virtual_clock().observer(counter.clone()).build();
    let first = runtime.spawn_detached(pending());
    runtime.task("second").spawn_detached(pending());
    first.cancel();
    runtime.turn();
    runtime.spawn_detached(pending());
    assert_eq!(counter.counts.take(), [1, 2, 2, 2]);
    assert!(try_dump().is_none(), "nobody is inside any more");
}

#[test]
fn an_observer_is_inside_the_runtime_that_it_watches_also_when_another_one_acts() {
    let counter = Rc::new(Counter::default());
    let watched = Runtime::builder().virtual_clock().observer(counter.clone()).build();
    standing().run(async {
        watched.spawn_detached(pending());
        watched.spawn_detached(pending());
        assert_eq!(tasks()[0].state, TaskState::Polling, "main is inside its own runtime");
    });
    assert_eq!(counter.counts.take(), [1, 2]);
}

#[test]
fn who_receives_a_report_from_outside_may_dump() {
    let (log, told) = (Log::default(), shared(Cell::new(false)));
    let builder = Runtime::builder().virtual_clock().on_report(move |_| {
        told.set(true);
        dump().tasks.iter().for_each(|task| log.say(task.label.to_string()));
    });
    let runtime = builder.build();
    runtime.task("other").spawn_detached(pending());
    let handle = runtime.spawn(async { panic!("nobody joins this") });
    runtime.turn();
    assert!(!told.get(), "a handle is left");
    drop(handle);
    assert_eq!(log.take(), ["other"]);
}
