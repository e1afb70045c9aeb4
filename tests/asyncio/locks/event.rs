//! CPython's tests of `asyncio.Event`, each under its name there.

use crate::ports::{call_soon, result, waiters};
use futures::poll;
use greenlight::sync::Event;
use greenlight::{spawn, yield_now};
use stage::{run, shared};
use std::cell::RefCell;

#[test]
fn test_repr() {
    run(async {
        let event = Event::new().named("light");
        assert_eq!(format!("{event:?}"), r#"Event { name: Some("light"), set: false, waiters: 0 }"#);

        event.set();
        assert_eq!(format!("{event:?}"), r#"Event { name: Some("light"), set: true, waiters: 0 }"#);

        event.clear();
        let mut wait = event.wait();
        assert!(poll!(&mut wait).is_pending());
        assert_eq!(format!("{event:?}"), r#"Event { name: Some("light"), set: false, waiters: 1 }"#);
    });
}

#[test]
fn test_wait() {
    let event = shared(Event::new());
    let passed = shared(RefCell::new(Vec::new()));
    let wait = async |number| {
        event.wait().await;
        passed.borrow_mut().push(number);
    };
    run(async {
        assert!(!event.is_set());
        let t1 = spawn(wait(1));
        let t2 = spawn(wait(2));

        yield_now().await;
        assert_eq!(*passed.borrow(), []);

        let t3 = spawn(wait(3));
        event.set();
        yield_now().await;
        assert_eq!(*passed.borrow(), [3, 1, 2]);

        for task in [t1, t2, t3] {
            result(task).await;
        }
    });
}

#[test]
fn test_wait_on_set() {
    run(async {
        let event = Event::new();
        event.set();
        assert!(poll!(event.wait()).is_ready());
    });
}

#[test]
fn test_wait_cancel() {
    let event = shared(Event::new());
    run(async {
        let waiter = spawn(event.wait());
        let task = waiter.task();
        call_soon(move || assert!(task.cancel()));
        assert!(waiter.await.unwrap_err().is_cancelled());
        assert_eq!(waiters(event), 0);
    });
}

#[test]
fn test_clear() {
    run(async {
        let event = Event::new();
        assert!(!event.is_set());

        event.set();
        assert!(event.is_set());

        event.clear();
        assert!(!event.is_set());
    });
}

#[test]
fn test_clear_with_waiters() {
    // Adapted: asyncio counts a waiter until it runs. Here it has left the line with the release.
    // Row: a waiter that was woken and has not run.
    let event = shared(Event::new());
    let passed = shared(RefCell::new(Vec::new()));
    run(async {
        let waiter = spawn(async {
            event.wait().await;
            passed.borrow_mut().push(1);
        });
        yield_now().await;
        assert_eq!(*passed.borrow(), []);
        assert_eq!(waiters(event), 1);

        event.set();
        event.clear();
        assert!(!event.is_set());

        event.set();
        event.set();
        assert_eq!(waiters(event), 0);
        assert!(!waiter.is_finished());

        yield_now().await;
        assert_eq!(*passed.borrow(), [1]);
        assert_eq!(waiters(event), 0);
        result(waiter).await;
    });
}
