//! Text from outside (names, messages of panics, errors of tasks) with every control and format character of Unicode, through
//! every place that prints it: none of them reaches a terminal as it is.

use greenlight::sync::{Barrier, Condition, Event, LifoQueue, Lock, PriorityQueue, Queue, Semaphore, promise};
use greenlight::trace::{Printable, Recorder};
use greenlight::{NoAnswer, Runtime, TaskGroup, spawn, task, yield_now};
use regex::Regex;
use stage::shared;
use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::Duration;

/// Every character of Unicode that moves a terminal's cursor, ends a line, or changes how one is read.
fn codes() -> &'static [char] {
    static CODES: LazyLock<Vec<char>> = LazyLock::new(|| {
        let all = String::from_iter('\0'..=char::MAX);
        let code = Regex::new(r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]").expect("the categories have these names");
        code.find_iter(&all).flat_map(|found| found.as_str().chars()).collect()
    });
    &CODES
}

/// All of them between letters.
fn text() -> String {
    codes().iter().map(|c| format!("a{c}b")).collect()
}

/// What was printed, and where.
#[derive(Default)]
struct Printed(Vec<(&'static str, String)>);

impl Printed {
    fn add(&mut self, place: &'static str, text: impl ToString) {
        self.0.push((place, text.to_string()));
    }
}

#[test]
fn the_characters_that_are_escaped_are_those_of_control_and_format_and_few_that_are_reserved_for_more() {
    assert!(codes().len() > 200, "{} codes", codes().len());
    let is_escaped = |c: &char| !Printable(c).to_string().chars().eq([*c]);
    assert!(codes().iter().all(is_escaped));
    let more: Vec<char> = ('\0'..=char::MAX).filter(is_escaped).filter(|c| !codes().contains(c)).collect();
    let reserved = ['\u{2065}'].into_iter().chain('\u{fff0}'..='\u{fff8}');
    let reserved = reserved.chain(['\u{e0000}']).chain('\u{e0002}'..='\u{e001f}');
    assert!(more.iter().copied().eq(reserved), "{more:x?}");
}

#[test]
fn no_control_or_format_character_of_a_name_a_panic_or_an_error_is_printed() {
    let escaped: String = codes().iter().map(|c| format!("a{}b", c.escape_default())).collect();
    let printed = everything_printed(&text());
    for (place, told) in &printed.0 {
        for c in codes() {
            // A report has lines of its own.
            let is_printed = if *c == '\n' { told.contains("a\nb") } else { told.contains(*c) };
            assert!(!is_printed, "{c:?} is printed by {place}: {told}");
        }
        assert!(place.starts_with("{:?}") || told.contains(&escaped), "{place} does not tell everything: {told}");
    }
    println!("{} characters in {} places", codes().len(), printed.0.len());
}

fn everything_printed(text: &str) -> Printed {
    let mut printed = Printed::default();
    let recorder = Rc::new(Recorder::default());
    let reports = shared(RefCell::new(Vec::new()));
    let builder = Runtime::builder().virtual_clock().debug(true).slow_poll(Duration::MAX).observer(recorder.clone());
    let runtime = builder.on_report(move |report| reports.borrow_mut().push(report.to_string())).build();
    runtime.run(tasks_and_errors(text, &mut printed));
    runtime.run(misuse(text, &mut printed));
    let stalled = runtime.try_run(waits(text, &mut printed)).expect_err("everybody waits");
    printed.add("the report of a stall", &stalled);
    printed.add("{:?} of a stall", format!("{stalled:?}"));
    // Events that tell of nothing with a name are of no concern here.
    recorder.lines().iter().filter(|line| line.contains("a\\")).for_each(|line| printed.add("an event", line));
    assert!(recorder.lines().iter().all(|line| !line.contains(text)));
    let reports = reports.take();
    assert!(reports.len() >= 7, "{} reports", reports.len());
    reports.iter().for_each(|report| printed.add("a report", report));
    printed
}

/// An error that prints as its text, also for `{:?}`.
struct Failed(Rc<str>);

impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

async fn failing(text: Rc<str>) -> Result<(), Failed> {
    Err(Failed(text))
}

/// Panics with a text, without a word on stderr.
async fn panicking(text: Rc<str>) {
    resume_unwind(Box::new(text.to_string()))
}

/// What a function panics with.
fn panic_of(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).expect_err("it panics");
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => payload.downcast_ref::<&str>().expect("it panics with a text").to_string(),
    }
}

async fn tasks_and_errors(text: &str, printed: &mut Printed) {
    let shared: Rc<str> = text.into();
    let error = task(text).spawn(panicking(shared.clone())).await.expect_err("it panics");
    printed.add("a join error", &error);
    printed.add("{:?} of a join error", format!("{error:?}"));
    printed.add("its source", error.source().expect("a panic is a source"));

    let cancelled = task(text).spawn(pending::<()>());
    printed.add("{:?} of a handle", format!("{cancelled:?}"));
    cancelled.task().cancel();
    printed.add("a join error of a cancelled task", cancelled.await.expect_err("it was cancelled"));

    let mut group = TaskGroup::new();
    group.task(text).spawn(failing(shared.clone()));
    let panics = panicking(shared.clone());
    group.task(text).spawn(async {
        panics.await;
        Ok(())
    });
    let failed = group.join().await.expect_err("both fail");
    printed.add("a group error", &failed);
    printed.add("{:?} of a group error", format!("{failed:?}"));
    for failure in failed.failures() {
        printed.add("a failure", failure);
        printed.add("the cause of a failure", &failure.cause);
        printed.add("{:?} of a cause", format!("{:?}", failure.cause));
    }

    // These are reported: a panic that nobody awaits, and the same of a handle that is dropped after the end.
    task(text).spawn_detached(panicking(shared.clone()));
    let dropped = task(text).spawn(panicking(shared.clone()));
    yield_now().await;
    drop(dropped);
    // So is a foreign waker that panics when a task ends, and what is pending.
    let ends = spawn(async {});
    let mut end = pin!(ends.task());
    let mut ended = pin!(async { end.as_mut().get_mut().ended().await });
    let waker = Waker::from(Arc::new(Panics(text.to_string())));
    assert!(ended.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    ends.await.expect("it ends");
    task(text).spawn_detached(pending());
    // Signals that reach nobody are, too.
    let light = Event::new().named(text);
    light.pulse();
    light.set();
    light.clear();
    let stock = Condition::new(()).named(text);
    stock.notify_one(&stock.lock().await);
}

/// A waker that panics with a text.
struct Panics(String);

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        resume_unwind(Box::new(self.0.clone()));
    }
}

async fn misuse(text: &str, printed: &mut Printed) {
    let (one, other) = (Condition::new(()).named(text), Condition::new(()).named(text));
    let guard = one.lock().await;
    printed.add("a guard of another lock", panic_of(|| _ = other.notify_one(&guard)));
    let desks = Semaphore::bounded(1).named(text);
    printed.add("too many permits", panic_of(|| drop(desks.acquire_many(2))));
    printed.add("a permit too many", desks.release(1).expect_err("it is bounded"));
    let done = Queue::<u8>::unbounded().named(text).task_done();
    printed.add("an item that is done too often", done.expect_err("there is none"));
    let (keeper, mut promised) = promise::<u8>();
    drop(keeper.named(text));
    printed.add("a broken promise", (&mut promised).await.expect_err("nobody keeps it"));
    let poll_again = || _ = Pin::new(&mut promised).poll(&mut Context::from_waker(Waker::noop()));
    printed.add("a promise that is awaited again", panic_of(poll_again));
    let mut again = task(text).spawn(async {});
    (&mut again).await.expect("it ends");
    let waker = Waker::noop();
    let poll_again = || _ = Pin::new(&mut again).poll(&mut Context::from_waker(waker));
    printed.add("a handle that is awaited again", panic_of(poll_again));
    let told = task(text).spawn(async { greenlight::dump() }).await.expect("it ends");
    printed.add("a dump", told);
}

async fn waits(text: &str, printed: &mut Printed) {
    let light = shared(Event::new().named(text));
    let (lock, stock) = (Rc::new(Lock::new(()).named(text)), Rc::new(Condition::new(()).named(text)));
    let desks = Rc::new(Semaphore::new(1).named(text));
    let barrier = shared(Barrier::new(2).named(text));
    let (queue, full) = (shared(Queue::<u8>::unbounded().named(text)), shared(Queue::bounded(1).named(text)));
    let (lifo, sorted) =
        (Rc::new(LifoQueue::<u8>::unbounded().named(text)), PriorityQueue::<u8>::unbounded().named(text));
    full.try_put(1).expect("there is room");
    std::mem::forget((lock.try_lock(), desks.try_acquire()));
    for (name, object) in [
        ("{:?} of an event", format!("{light:?} {:?}", light.wait())),
        ("{:?} of a lock", format!("{lock:?} {:?}", lock.lock())),
        ("{:?} of a condition", format!("{stock:?}")),
        ("{:?} of a semaphore", format!("{desks:?} {:?}", desks.acquire())),
        ("{:?} of a barrier", format!("{barrier:?}")),
        ("{:?} of queues", format!("{queue:?} {full:?} {lifo:?} {sorted:?} {:?} {:?}", queue.get(), full.put(2))),
    ] {
        printed.add(name, object);
    }
    printed.add("a lock", &*lock);
    spawn_waiting(text, async move { light.wait().await });
    spawn_waiting(text, async move { drop(lock.lock().await) });
    spawn_waiting(text, async move { drop(stock.wait(stock.lock().await).await) });
    spawn_waiting(text, async move { drop(desks.acquire().await) });
    spawn_waiting(text, async move { _ = barrier.wait().await });
    spawn_waiting(text, async move { _ = queue.get().await });
    spawn_waiting(text, async move { _ = full.put(2).await });
    spawn_waiting(text, async move { _ = lifo.get().await });
    let last = task(text).spawn(async move { _ = sorted.get().await });
    yield_now().await;
    for told in greenlight::tasks().iter().filter(|task| task.label.name.is_some()).skip(1) {
        printed.add("a task in a dump", told);
        told.waits.iter().for_each(|wait| printed.add("a wait in a dump", wait));
    }
    printed.add("a dump of all", greenlight::dump());
    last.await.expect("it never ends");
}

fn spawn_waiting(text: &str, future: impl Future<Output = ()> + 'static) {
    task(text).spawn_detached(future);
}

#[test]
fn the_name_of_a_task_that_does_not_let_go_is_told_without_codes() {
    let name = text();
    let runtime = Runtime::builder().debug(true).on_report(|_| {}).build();
    let weak = runtime.remote().downgrade();
    let ask = move || loop {
        match weak.dump(Duration::from_millis(1)) {
            Err(stuck @ NoAnswer::NoTurn { polled: Some(_), .. }) => return stuck.to_string(),
            other => drop(other),
        }
    };
    let watcher = thread::spawn(ask);
    let busy = runtime.task(&*name).spawn(async move {
        while !watcher.is_finished() {
            thread::yield_now();
        }
        watcher.join().expect("it was told")
    });
    let told = runtime.run(busy).expect("it returns");
    assert!(told.contains(&Printable(&name).to_string()) && !told.contains(codes()), "{told}");
}
