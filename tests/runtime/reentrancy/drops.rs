//! What a future may do while it is dropped: when it is cancelled, after it panicked, and while a
//! run ends.

use super::broadcast::wait;
use greenlight::sync::Event;
use greenlight::{Turn, spawn, spawn_detached, yield_now};
use stage::{Log, on_drop, reporting, shared, standing};
use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;

/// A future that sets an event, spawns a task and cancels another when it is dropped, and says so.
fn busy_in_drop(log: Log, light: &Rc<Event>, victim: greenlight::Task) -> impl Future<Output = ()> + use<> {
    let light = light.clone();
    let guard = on_drop(move || {
        light.set();
        log.say(format!("set {}", light.is_set()));
        let child = spawn(log.sleeper("child"));
        log.say(format!("child finished {}", child.is_finished()));
        log.say(format!("cancelled {}", victim.cancel()));
    });
    async move {
        let _guard = guard;
        pending::<()>().await;
    }
}

#[test]
fn the_drop_of_a_cancelled_future_sets_and_spawns_and_cancels() {
    let (runtime, log, light) = (standing(), Log::default(), Rc::new(Event::new()));
    let victim = runtime.spawn_detached(log.sleeper("victim"));
    runtime.spawn_detached({
        let waiting = wait(&light);
        async move {
            waiting.await;
            log.say("waiter goes");
        }
    });
    let busy = runtime.spawn_detached(busy_in_drop(log, &light, victim));
    runtime.turn();
    assert_eq!(log.take(), ["victim runs"]);
    busy.cancel();
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["set true", "child finished false", "cancelled true"]);
    assert_eq!(runtime.turn(), Turn::Ran(3));
    assert_eq!(
        log.take(),
        ["waiter goes", "child runs", "victim dropped"],
        "in the order in which the drop queued them"
    );
}

#[test]
fn during_shutdown_it_wakes_nobody_and_its_child_never_starts() {
    let (runtime, log, light) = (standing(), Log::default(), Rc::new(Event::new()));
    runtime.run({
        let light = light.clone();
        async move {
            let victim = spawn(log.sleeper("victim")).task();
            spawn_detached(busy_in_drop(log, &light, victim));
            let waiting = wait(&light);
            spawn_detached(async move {
                let _guard = log.at_drop("waiter dropped");
                waiting.await;
                log.say("waiter goes");
            });
            yield_now().await;
        }
    });
    assert_eq!(
        log.take(),
        ["victim runs", "victim dropped", "set true", "child finished true", "cancelled false", "waiter dropped",],
        "the victim was spawned first, and so it is gone already"
    );
    assert_eq!(runtime.task_count(), 0);
}

#[test]
fn during_shutdown_it_may_cancel_who_comes_later_and_each_is_dropped_once() {
    let (runtime, log) = (standing(), Log::default());
    runtime.run(async move {
        let later = shared(RefCell::new(None));
        let victim = later;
        spawn_detached(async move {
            let _guard = on_drop(|| {
                let victim: Option<greenlight::Task> = victim.borrow_mut().take();
                let alive = victim.is_some_and(|victim| victim.cancel());
                log.say(format!("cancelled {alive}"));
            });
            pending::<()>().await;
        });
        *later.borrow_mut() = Some(spawn(log.sleeper("later")).task());
        yield_now().await;
    });
    assert_eq!(log.take(), ["later runs", "cancelled true", "later dropped"]);
}

#[test]
fn a_future_may_cancel_its_own_task_while_it_is_dropped() {
    let runtime = standing();
    let own = Rc::new(RefCell::new(None));
    let guard = on_drop({
        let own = own.clone();
        move || {
            let own: Option<greenlight::Task> = own.borrow_mut().take();
            assert!(own.is_some_and(|own| own.cancel() && !own.is_finished()));
        }
    });
    let task = runtime.spawn_detached(async move {
        let _guard = guard;
        yield_now().await;
    });
    *own.borrow_mut() = Some(task.clone());
    runtime.turn();
    runtime.turn();
    assert!(task.is_finished());
    assert_eq!(runtime.turn(), Turn::Idle(None));
}

#[test]
fn a_future_may_be_woken_while_it_is_dropped() {
    let (runtime, log) = (standing(), Log::default());
    let task = runtime.spawn_detached(async move {
        let waker = std::future::poll_fn(|cx| std::task::Poll::Ready(cx.waker().clone())).await;
        let _guard = on_drop(move || {
            waker.wake_by_ref();
            log.say("wakes itself");
        });
        pending::<()>().await;
    });
    runtime.turn();
    task.cancel();
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["wakes itself"]);
    assert!(task.is_finished());
    assert_eq!(runtime.turn(), Turn::Ran(0), "the wake finds nobody");
    assert_eq!(runtime.turn(), Turn::Idle(None));
}

#[test]
fn a_future_that_drops_the_handle_of_its_own_task_ends_like_any_other() {
    let (runtime, log) = (standing(), Log::default());
    let own = Rc::new(RefCell::new(None));
    let held = own.clone();
    let handle = runtime.spawn(async move {
        let _own = held;
        yield_now().await;
        log.at_drop("output dropped")
    });
    let task = handle.task();
    *own.borrow_mut() = Some(handle);
    drop(own);
    runtime.turn();
    runtime.turn();
    assert!(task.is_finished());
    assert_eq!(log.take(), ["output dropped"]);
}

#[test]
fn a_panic_in_poll_in_the_middle_of_a_batch_ends_its_task_only() {
    let (runtime, reports) = reporting();
    let (log, light) = (Log::default(), Rc::new(Event::new()));
    let step = |name: &'static str| async move {
        log.say(format!("{name} runs"));
        yield_now().await;
        log.say(format!("{name} runs on"));
    };
    runtime.spawn_detached({
        let waiting = wait(&light);
        async move {
            waiting.await;
            log.say("waiter goes");
        }
    });
    runtime.spawn_detached(step("before"));
    let guard = log.at_drop("panicking dropped");
    runtime.spawn_detached(async move {
        let _guard = guard;
        light.set();
        spawn_detached(log.sleeper("child"));
        log.say("panics");
        panic!("boom");
    });
    runtime.spawn_detached(step("after"));
    assert_eq!(runtime.turn(), Turn::Ran(4));
    assert_eq!(log.take(), ["before runs", "panics", "panicking dropped", "after runs"]);
    assert_eq!(reports.take().len(), 1);
    assert_eq!(runtime.turn(), Turn::Ran(4));
    assert_eq!(
        log.take(),
        ["before runs on", "waiter goes", "child runs", "after runs on"],
        "what it did before it panicked holds"
    );
}

#[test]
fn a_future_that_panics_and_is_busy_while_it_unwinds_does_all_of_it() {
    let (runtime, reports) = reporting();
    let (log, light) = (Log::default(), Rc::new(Event::new()));
    let victim = runtime.spawn_detached(log.sleeper("victim"));
    let busy = busy_in_drop(log, &light, victim);
    runtime.turn();
    log.take();
    runtime.spawn_detached(async move {
        let mut busy = Box::pin(busy);
        stage::foreign::poll(busy.as_mut(), std::task::Waker::noop()).is_ready();
        panic!("boom");
    });
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["set true", "child finished false", "cancelled true"]);
    assert_eq!(runtime.turn(), Turn::Ran(2));
    assert_eq!(log.take(), ["child runs", "victim dropped"]);
    assert_eq!(reports.take().len(), 1);
}
