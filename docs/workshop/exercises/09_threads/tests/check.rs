//! Letters that other threads bring.

use kit::{check, naps, note, watched};
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;
use threads::Executor;

#[test]
fn main_returns_its_value() {
    check(|| {
        let value = run(&Executor::new(), async { 7 });
        assert_eq!(value, 7);
    });
}

#[test]
fn a_wake_from_another_thread_ends_the_sleep() {
    check(|| {
        let text = run(&Executor::new(), letter(50));
        assert_eq!(text, "dear all");
    });
}

#[test]
fn it_sleeps_while_nobody_is_ready() {
    check(|| {
        let before = naps();
        run(&Executor::new(), letter(50));
        let parked = naps() - before;
        assert!(
            parked > 0,
            "a letter was 50 ms on its way, and your executor never parked: it was busy with nothing, or did not sleep \
             by `kit::park()`"
        );
        assert!(parked < 5, "a letter was 50 ms on its way, and your executor parked {parked} times: once is enough");
    });
}

#[test]
fn a_wake_while_it_falls_asleep_is_not_lost() {
    check(|| {
        for _ in 0..100 {
            run(&Executor::new(), letter(0));
        }
    });
}

#[test]
fn tasks_that_nobody_awaits_get_on_too() {
    check(|| {
        let executor = Rc::new(Executor::new());
        let read = Rc::new(Cell::new(""));
        let main = {
            let (executor, read) = (executor.clone(), read.clone());
            async move {
                let reads = read.clone();
                executor.spawn(watched("reader", async move { reads.set(letter(20).await) }));
                // Time enough for the letter, also on a busy machine.
                for _ in 0..10 {
                    letter(20).await;
                    if read.get() != "" {
                        return;
                    }
                }
            }
        };
        run(&executor, main);
        assert_eq!(
            read.get(),
            "dear all",
            "a letter for `reader` came while `main` read ten others, and `reader` was not polled"
        );
    });
}

/// Runs main, and says what it means if `run` finds no value and gives up, or goes on though the value is there.
#[track_caller]
fn run<T: 'static>(executor: &Executor, main: impl Future<Output = T> + 'static) -> T {
    let main = watched("main", async {
        let value = main.await;
        note("main has returned, and `run` goes on: run who is ready, look for the value, and then park".into());
        value
    });
    catch_unwind(AssertUnwindSafe(|| executor.run(main))).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<&str>().copied().unwrap_or_default();
        assert!(!text.contains("`None`"), "`main` was still waiting, and `run` gave up: park until somebody is ready");
        resume_unwind(payload)
    })
}

/// What the reader and the thread that brings the letter share.
#[derive(Default)]
struct Post {
    has_come: bool,
    reader: Option<Waker>,
}

/// A letter that another thread brings, so many milliseconds after the first poll.
fn letter(millis: u64) -> impl Future<Output = &'static str> + 'static {
    let post: Arc<Mutex<Post>> = Arc::default();
    let mut on_its_way = false;
    poll_fn(move |cx| {
        let mut now = post.lock().unwrap();
        if now.has_come {
            return Poll::Ready("dear all");
        }
        now.reader = Some(cx.waker().clone());
        if !std::mem::replace(&mut on_its_way, true) {
            let post = post.clone();
            thread::spawn(move || bring(&post, millis));
        }
        Poll::Pending
    })
}

fn bring(post: &Mutex<Post>, millis: u64) {
    thread::sleep(Duration::from_millis(millis));
    let mut now = post.lock().unwrap();
    now.has_come = true;
    let reader = now.reader.take();
    drop(now);
    if let Some(reader) = reader {
        reader.wake();
    }
}
