//! What bad input gets: a message that names it and says what to do instead, or an outcome that is
//! defined. The lock is never lost.

use futures::FutureExt;
use greenlight::sync::{Condition, Lock};
use greenlight::{now, race, timeout, yield_now};
use stage::{Panicked, panic_of, refusal, standing};
use std::cell::Cell;
use std::future::{Future, Ready, ready};
use std::rc::Rc;
use std::time::Duration;

mod endless;
mod leaks;
mod panics;
mod places;
mod values;

const SECOND: Duration = Duration::from_secs(1);

/// A panic with this message in that line of this file.
fn at(line: u32, message: impl Into<String>) -> Panicked {
    Panicked { message: message.into(), line, file: file!().to_string() }
}

/// The output of a future that is ready.
fn ready_now<F: Future>(future: F) -> F::Output {
    future.now_or_never().expect("there is nothing to wait for")
}

#[test]
fn a_guard_of_another_lock_is_refused_by_a_message_that_names_both() {
    let (made, condition) = (line!(), Condition::new(0).named("stock"));
    let (other_made, other) = (line!(), Lock::new(0).named("till"));
    let message = format!(
        "condition `stock` (made at {file}:{made}:39) was given a guard of lock `till` (made at {file}:{other_made}:41), \
        but it goes with lock `stock` (made at {file}:{made}:39); take the guard from Condition::lock",
        file = file!()
    );
    let guard = || ready_now(other.lock());
    let until = standing().now();
    let misuses: [(u32, &dyn Fn()); 6] = [
        (line!(), &|| drop(condition.wait(guard()))),
        (line!(), &|| drop(condition.wait_for(guard(), |_| true))),
        (line!(), &|| drop(condition.wait_until(guard(), until))),
        (line!(), &|| _ = condition.notify(&guard(), 1)),
        (line!(), &|| _ = condition.notify_one(&guard())),
        (line!(), &|| _ = condition.notify_all(&guard())),
    ];
    for (line, misuse) in misuses {
        assert_eq!(panic_of(misuse), at(line, message.as_str()));
        assert!(!other.is_locked(), "the guard that was refused let go of its lock");
    }
}

#[test]
fn what_has_no_name_goes_by_the_lines_that_made_it() {
    let (own_made, own) = (line!(), Rc::new(Lock::new(())));
    let (made, condition) = (line!(), Condition::sharing(&own));
    let (other_made, other) = (line!(), Condition::new(()));
    let message = refusal(|| condition.notify_one(&ready_now(other.lock())));
    assert_eq!(
        message,
        format!(
            "the condition made at {file}:{made}:39 was given a guard of the lock made at {file}:{other_made}:41, \
            but it goes with the lock made at {file}:{own_made}:45; take the guard from Condition::lock",
            file = file!()
        )
    );
}

#[test]
fn a_refused_guard_harms_nobody_who_waits() {
    standing().run(async {
        let [right, wrong] = [(); 2].map(|()| Rc::new(Condition::new(())));
        let waiting = right.clone();
        let waiter = greenlight::spawn(async move {
            let guard = waiting.lock().await;
            drop(waiting.wait(guard).await);
        });
        yield_now().await;
        panic_of(|| right.notify_all(&ready_now(wrong.lock())));
        panic_of(|| right.wait(ready_now(wrong.lock())));
        assert!(!waiter.is_finished());
        assert_eq!(right.notify_all(&right.lock().await), 1);
        waiter.await.unwrap();
        drop(ready_now(wrong.lock()));
    });
}

#[test]
fn a_wait_for_a_condition_that_is_polled_again_says_so() {
    let condition = Condition::new(());
    let line = line!() + 1;
    let mut wait = condition.wait(ready_now(condition.lock()));
    assert!((&mut wait).now_or_never().is_none());
    condition.notify_one(&ready_now(condition.lock()));
    drop(ready_now(&mut wait));
    let message = format!(
        "the Condition::wait() at {}:{line}:30 was polled after it was ready; \
        to wait again, call it with the guard that it yielded",
        file!()
    );
    assert_eq!(refusal(|| (&mut wait).now_or_never()), message);
    drop(wait);
    drop(ready_now(condition.lock()));
}

#[test]
fn a_wait_for_a_lock_that_is_polled_again_waits_anew() {
    let lock = Lock::new(());
    let mut wait = lock.lock();
    let guard = ready_now(&mut wait);
    assert!((&mut wait).now_or_never().is_none(), "it is in line, behind itself");
    drop(guard);
    drop(ready_now(&mut wait));
    drop(ready_now(&mut wait));
    assert_eq!(format!("{lock:?}"), "Lock { name: None, locked: false, waiters: 0 }");
}

/// What is built of `async` blocks says what those say.
#[test]
fn combinators_that_are_polled_again_panic() {
    let resumed = "`async fn` resumed after completion";
    standing().run(async {
        let mut limited = Box::pin(timeout(SECOND, ready(())));
        ready_now(&mut limited).expect("it is in time");
        assert_eq!(refusal(|| (&mut limited).now_or_never()), resumed);

        let mut run = Box::pin(race([ready(())]));
        ready_now(&mut run);
        assert_eq!(refusal(|| (&mut run).now_or_never()), resumed);

        let condition = Condition::new(());
        let mut wait = Box::pin(condition.wait_for(condition.lock().await, |()| true));
        drop(ready_now(&mut wait));
        assert_eq!(refusal(|| (&mut wait).now_or_never()), resumed);

        let mut wait = Box::pin(condition.wait_until(condition.lock().await, now()));
        drop((&mut wait).await);
        assert_eq!(refusal(|| (&mut wait).now_or_never()), resumed);
        drop(wait);
        drop(ready_now(condition.lock()));
    });
}

#[test]
fn a_race_without_runners_is_refused() {
    let line = line!() + 1;
    let panicked = panic_of(|| race(Vec::<Ready<()>>::new()));
    let message = "race() was given no futures, so none could ever win; give it at least one";
    assert_eq!(panicked, at(line, message));
}

#[test]
fn a_timeout_that_is_never_polled_needs_no_runtime_and_runs_nothing() {
    let polled = Cell::new(false);
    drop(timeout(SECOND, async { polled.set(true) }));
    assert!(!polled.get());
}
