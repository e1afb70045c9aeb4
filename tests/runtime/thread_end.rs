//! What is dropped or asked while a thread ends, when the thread's own lists may be gone before a runtime or a semaphore is.

mod operations;

use greenlight::sync::{Event, Semaphore};
use greenlight::{Runtime, run, sleep, try_dump};
use stage::on_drop;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::mpsc;
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

type BoxedWait = Pin<Box<dyn Future<Output = ()>>>;

/// Takes a permit when its thread ends.
struct TakesAPermit;

impl Drop for TakesAPermit {
    fn drop(&mut self) {
        let desk = Semaphore::new(1);
        assert!(desk.try_acquire().is_some());
    }
}

#[test]
fn a_permit_may_be_taken_while_the_thread_ends() {
    thread_local! { static LAST: TakesAPermit = const { TakesAPermit } }
    for used_before in [true, false] {
        let ends = thread::spawn(move || {
            if used_before {
                drop(Semaphore::new(1).try_acquire());
            }
            LAST.with(|_| ());
            drop(Semaphore::new(1).try_acquire());
        });
        ends.join().expect("nothing panics");
    }
}

#[test]
fn a_runtime_that_goes_with_its_thread_can_be_asked_what_its_tasks_wait_for() {
    thread_local! { static KEPT: RefCell<Option<Runtime>> = const { RefCell::new(None) } }
    let (reports, heard) = mpsc::channel();
    let ends = thread::spawn(move || {
        run(async {});
        // What is used first goes last: the wait lists, which nobody has used yet, go before the runtime.
        KEPT.set(None);
        let runtime = Runtime::builder().on_report(move |report| reports.send(report.to_string()).unwrap()).build();
        runtime.spawn_detached(async {
            let _dumps = on_drop(|| drop(try_dump()));
            Event::new().wait().await;
        });
        runtime.turn();
        KEPT.set(Some(runtime));
    });
    ends.join().expect("nothing panics");
    assert_eq!(heard.iter().collect::<Vec<_>>(), [""; 0], "no future panics in its drop");
}

#[test]
fn a_sleep_with_a_waker_of_elsewhere_may_go_after_the_wait_lists_of_its_thread() {
    thread_local! { static KEPT: RefCell<Option<(BoxedWait, Runtime)>> = const { RefCell::new(None) } }
    let ends = thread::spawn(move || {
        // What is used first goes last: the wait lists go before the sleep.
        KEPT.set(None);
        let (runtime, mut cx) = (Runtime::builder().build(), Context::from_waker(Waker::noop()));
        assert!(Pin::new(&mut Event::new().wait()).poll(&mut cx).is_pending());
        let mut sleep: BoxedWait = Box::pin(sleep(Duration::from_secs(3600)));
        assert!(runtime.enter(|| sleep.as_mut().poll(&mut cx)).is_pending());
        KEPT.set(Some((sleep, runtime)));
    });
    ends.join().expect("nothing panics");
}

#[test]
fn a_wait_that_is_over_may_be_what_kept_a_runtime_with_objects_of_its_own() {
    let light: &Event = Box::leak(Box::new(Event::new()));
    let parked: Rc<Cell<Option<BoxedWait>>> = Rc::default();
    let own = Event::new();
    let mut cx = Context::from_waker(Waker::noop());
    assert!(Pin::new(&mut own.wait()).poll(&mut cx).is_pending(), "its list is open");
    let runtime = Runtime::builder().on_report(move |_| own.set()).build();
    let slot = parked.clone();
    runtime.spawn_detached(async move {
        let mut wait: BoxedWait = Box::pin(light.wait());
        assert!(futures::poll!(&mut wait).is_pending());
        slot.set(Some(wait));
    });
    runtime.turn();
    drop(runtime);
    light.set();
    let mut wait = parked.take().expect("the task has parked it");
    assert!(wait.as_mut().poll(&mut cx).is_ready());
}
