//! Which task is the current one, wherever somebody may ask.

use futures::executor::block_on;
use greenlight::sync::Event;
use greenlight::{Runtime, current, spawn, spawn_detached, task, try_current, yield_now};
use stage::{Log, standing};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::{Wake, Waker};
use std::thread;

/// The name of the current task; `nobody` while no task runs.
fn who() -> String {
    try_current().map_or("nobody".into(), |task| task.name().unwrap_or("unnamed").into())
}

/// Says who is the current task when it is dropped.
struct Asking(Log, &'static str);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.say(format!("{}: {}", self.1, who()));
    }
}

#[test]
fn it_is_the_task_that_is_being_polled_in_each_of_its_polls() {
    let log = Log::default();
    standing().run(async {
        let child = async move {
            log.say(who());
            yield_now().await;
            log.say(who());
        };
        let (named, unnamed) = (task("cook").spawn(child), spawn(async move { log.say(who()) }));
        log.say(who());
        named.await.expect("it ends");
        unnamed.await.expect("it ends");
        log.say(who());
    });
    assert_eq!(log.take(), ["main", "cook", "unnamed", "cook", "main"]);
}

#[test]
fn it_is_the_very_task_that_the_handle_names_and_can_cancel_itself() {
    standing().run(async {
        let handle = task("cook").spawn(async {
            let own = current();
            assert!(own.cancel() && !own.is_finished());
            yield_now().await;
            unreachable!("it is cancelled at its first suspend");
        });
        let task = handle.task();
        let end = handle.await.expect_err("it has cancelled itself");
        assert!(end.is_cancelled() && task.is_finished());
        let seen = spawn(async { current() });
        let (id, line) = (seen.task().id(), seen.task().spawned_at());
        let seen = seen.await.expect("it ends");
        assert_eq!((seen.id(), seen.spawned_at(), seen.name()), (id, line, None));
    });
}

#[test]
fn what_a_task_polls_inside_of_itself_runs_in_that_task() {
    let log = Log::default();
    standing().run(async {
        task("host").spawn(async move { block_on(async { log.say(who()) }) }).await.expect("it ends");
    });
    assert_eq!(log.take(), ["host"]);
}

#[test]
fn another_runtime_that_is_entered_changes_nothing_and_one_that_is_stepped_has_tasks_of_its_own() {
    let log = Log::default();
    standing().run(async {
        task("host").spawn_detached(async move {
            let inner = standing();
            inner.enter(|| log.say(who()));
            inner.task("guest").spawn_detached(async move { log.say(who()) });
            inner.turn();
            log.say(who());
        });
        yield_now().await;
    });
    assert_eq!(log.take(), ["host", "guest", "host"]);
}

#[test]
fn what_is_dropped_in_a_poll_asks_in_it_and_what_the_runtime_drops_finds_nobody() {
    let log = Log::default();
    standing().run(async {
        let cancelled = task("cancelled").spawn(async move {
            let _asking = Asking(log, "cancelled");
            std::future::pending::<()>().await;
        });
        let returned = task("returned").spawn(async move {
            let asking = Asking(log, "local");
            drop(asking);
            Asking(log, "output")
        });
        yield_now().await;
        cancelled.cancel();
        yield_now().await;
        drop(returned.await);
        let _left = task("left").spawn(async move {
            let _asking = Asking(log, "left");
            std::future::pending::<()>().await;
        });
        yield_now().await;
    });
    assert_eq!(log.take(), ["local: returned", "cancelled: nobody", "output: main", "left: nobody"]);
}

#[test]
fn a_foreign_waker_runs_in_the_task_that_wakes_it() {
    struct Telling;
    impl Wake for Telling {
        fn wake(self: std::sync::Arc<Self>) {
            println!("woken by {}", who());
            assert_eq!(who(), "setter");
        }
    }
    standing().run(async {
        let event = Rc::new(Event::new());
        let mut wait = Box::pin(event.wait());
        let waker = Waker::from(std::sync::Arc::new(Telling));
        assert!(stage::foreign::poll(wait.as_mut(), &waker).is_pending());
        let setter = event.clone();
        task("setter").spawn(async move { setter.set() }).await.expect("the waker is content");
    });
}

#[test]
fn outside_of_a_poll_there_is_none_and_to_insist_is_a_panic_that_says_what_to_do() {
    let runtime = Runtime::builder().build();
    assert!(try_current().is_none() && runtime.enter(try_current).is_none());
    runtime.run(async { assert!(thread::spawn(|| try_current().is_none()).join().expect("it only asks")) });
    let panic = catch_unwind(AssertUnwindSafe(current)).expect_err("nobody runs");
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let remedy = "current() was called while no task runs; call it in what a task polls, or call try_current()";
    assert_eq!(said, Some(remedy));
}

#[test]
fn a_task_that_was_asked_for_outlives_its_runtime_and_names_nobody_else() {
    let runtime = standing();
    let main = runtime.run(async {
        spawn_detached(async {});
        current()
    });
    assert!(main.is_finished() && !main.cancel());
    drop(runtime);
    assert_eq!(main.name(), Some("main"));
}
