use inbox::Executor;
use kit::{check, naps, watched, yield_now};
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::sync::mpsc;
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

/// Ready once another thread has called its waker, so many milliseconds after its first poll.
fn letter(millis: u64) -> impl Future<Output = ()> + 'static {
    let mut is_on_its_way = false;
    poll_fn(move |cx| {
        if is_on_its_way {
            return Poll::Ready(());
        }
        is_on_its_way = true;
        let reader = cx.waker().clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(millis));
            reader.wake();
        });
        Poll::Pending
    })
}

/// Ready once another thread has called its waker, which it is about to do when the first poll returns.
fn hasty_letter() -> impl Future<Output = ()> + 'static {
    let mut is_on_its_way = false;
    poll_fn(move |cx| {
        if is_on_its_way {
            return Poll::Ready(());
        }
        is_on_its_way = true;
        let reader = cx.waker().clone();
        let (begins, begun) = mpsc::channel();
        thread::spawn(move || {
            begins.send(()).expect("the reader waits for this");
            reader.wake();
        });
        begun.recv().expect("the thread sends before it wakes");
        Poll::Pending
    })
}

/// Another thread calls the waker, and has done so when this returns.
fn wake_elsewhere(waker: &Waker) {
    let waker = waker.clone();
    thread::spawn(move || waker.wake()).join().expect("your wake() panicked on another thread");
}

/// Another thread calls its waker within its first poll.
fn woken_while_awake() -> impl Future<Output = ()> + 'static {
    let mut was_woken = false;
    poll_fn(move |cx| {
        if was_woken {
            return Poll::Ready(());
        }
        was_woken = true;
        wake_elsewhere(cx.waker());
        Poll::Pending
    })
}

#[test]
fn main_returns_its_value() {
    check(|| {
        let value = Executor::new().run(watched("main", async {
            yield_now().await;
            7
        }));
        assert_eq!(value, 7);
    });
}

#[test]
fn the_own_thread_takes_no_lock() {
    check(|| {
        let executor = Rc::new(Executor::new());
        let counts = executor.clone();
        let mut was_woken = false;
        executor.run(poll_fn(move |cx| {
            if was_woken {
                return Poll::Ready(());
            }
            was_woken = true;
            let before = counts.locks();
            cx.waker().wake_by_ref();
            assert_eq!(counts.locks(), before, "a task was woken on the executor's own thread, and that took the lock");
            Poll::Pending
        }));
    });
}

#[test]
fn a_wake_from_another_thread_ends_the_sleep() {
    check(|| {
        let executor = Executor::new();
        let before = naps();
        executor.run(watched("main", letter(100)));
        let parked = naps() - before;
        assert!((1..5).contains(&parked), "a letter was 100 ms on its way, and your executor parked {parked} times");
        assert_eq!(executor.unparks(), 1, "the executor slept, and one letter came");
    });
}

#[test]
fn nobody_is_unparked_who_is_awake() {
    check(|| {
        let executor = Executor::new();
        executor.run(watched("main", woken_while_awake()));
        assert_eq!(executor.unparks(), 0, "another thread woke main while the executor was awake, and unparked it");
    });
}

#[test]
fn nobody_is_unparked_who_is_awake_again() {
    check(|| {
        let executor = Executor::new();
        executor.run(watched("main", async {
            letter(50).await;
            woken_while_awake().await;
        }));
        let unparks = executor.unparks();
        assert!(
            unparks < 2,
            "the executor slept once, was awake again, and was unparked once more: say that you are awake"
        );
    });
}

#[test]
fn a_wake_while_it_falls_asleep_is_not_lost() {
    check(|| {
        for _ in 0..100 {
            Executor::new().run(watched("main", letter(0)));
            Executor::new().run(watched("main", hasty_letter()));
        }
    });
}

#[test]
fn a_busy_thread_looks_into_its_inbox() {
    check(|| {
        let executor = Rc::new(Executor::new());
        let was_read = Rc::new(Cell::new(false));
        let (sends, sent) = mpsc::channel();
        let reads = was_read.clone();
        executor.spawn(async move {
            let mut is_sent = false;
            poll_fn(move |cx| {
                if is_sent {
                    return Poll::Ready(());
                }
                is_sent = true;
                let (reader, sends) = (cx.waker().clone(), sends.clone());
                thread::spawn(move || {
                    reader.wake();
                    sends.send(()).expect("main waits for this");
                });
                Poll::Pending
            })
            .await;
            reads.set(true);
        });
        executor.run(async move {
            yield_now().await;
            sent.recv().expect("the thread sends before it ends");
            for _ in 0..10 {
                yield_now().await;
            }
            assert!(was_read.get(), "another thread woke `reader`, and 10 turns later it was not polled: main is busy");
        });
    });
}

#[test]
fn letters_do_not_hold_up_the_own_tasks() {
    check(|| {
        let executor = Rc::new(Executor::new());
        let turns = Rc::new(Cell::new(0));
        let counts = turns.clone();
        executor.spawn(async move {
            loop {
                counts.set(counts.get() + 1);
                yield_now().await;
            }
        });
        let mut letters = 0;
        let main = poll_fn(move |cx| {
            letters += 1;
            if letters <= 10 {
                wake_elsewhere(cx.waker());
                return Poll::Pending;
            }
            let turns = turns.get();
            assert!(turns >= 9, "10 letters came one after the other, and meanwhile the own task ran {turns} time(s)");
            Poll::Ready(())
        });
        executor.run(watched("main", main));
    });
}

#[test]
fn once_a_turn_is_enough() {
    check(|| {
        let executor = Rc::new(Executor::new());
        for _ in 0..10 {
            executor.spawn(async {
                for _ in 0..10 {
                    yield_now().await;
                }
            });
        }
        let counts = executor.clone();
        executor.run(async move {
            for _ in 0..11 {
                yield_now().await;
            }
            let locks = counts.locks();
            assert!(locks <= 12, "12 turns with 11 tasks locked the inbox {locks} times: once a turn is enough");
        });
    });
}
