//! The tutorials' programs on an executor of one's own.

use crosswalk::{core, run, sleep, task};
use given::condition::Condition;
use given::event::Event;
use kit::{check, naps, note, watched, yield_now};
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::future::{Future, pending, poll_fn};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

#[test]
fn main_returns_its_value() {
    check(|| {
        let value = run(watched("main", async { 7 }));
        assert_eq!(value, 7);
    });
}

#[test]
fn a_task_is_joined() {
    check(|| {
        let sum = run(watched("main", async {
            let three = task("three", watched("three", async { 3 }));
            let four = task("four", watched("four", async { 4 }));
            three.await + four.await
        }));
        assert_eq!(sum, 7);
    });
}

#[test]
fn a_task_that_has_returned_is_out_of_the_table() {
    check(|| {
        run(watched("main", async {
            let child = task("child", watched("child", async {}));
            let id = child.id;
            child.await;
            let is_over = core().tasks.borrow()[id].is_none();
            assert!(is_over, "`child` has returned, and is still in the table: who is over becomes None");
        }));
    });
}

#[test]
fn main_ends_though_others_wait_for_ever() {
    check(|| {
        let value = run(async {
            task("forever", pending::<()>());
            note("main has returned, and `run` goes on: it is to end with main, whoever else waits".into());
            7
        });
        assert_eq!(value, 7);
    });
}

#[test]
fn an_hour_is_no_time() {
    check(|| {
        run(watched("main", async {
            for _ in 0..3600 {
                sleep(secs(1)).await;
            }
            assert_eq!(core().timers.now(), secs(3600));
        }));
    });
}

#[test]
fn time_stands_still_while_somebody_is_ready() {
    check(|| {
        run(watched("main", async {
            let sleeper = task("sleeper", sleep(secs(9)));
            let work = async {
                for _ in 0..3 {
                    yield_now().await;
                }
                core().timers.now()
            };
            let worker = task("worker", watched("worker", work));
            assert_eq!(worker.await, secs(0), "`worker` was ready all the time, and time jumped");
            sleeper.await;
        }));
    });
}

#[test]
fn the_pedestrian_crosses() {
    check(|| {
        let log = Log::default();
        run(watched("main", crosswalk(log.clone())));
        log.is(&[
            "Pedestrian is waiting for the signal.",
            "Traffic light is red.",
            "Traffic light turns green.",
            "Pedestrian crosses the street.",
        ]);
    });
}

#[test]
fn alice_enters_the_club() {
    check(|| {
        let log = Log::default();
        run(watched("main", club(log.clone())));
        log.is(&[
            "Alice wants to enter the club.",
            "Bob wants to enter the club.",
            "Bouncer signals someone can enter.",
            "Alice enters the club.",
        ]);
    });
}

#[test]
fn five_hear_a_periodic_signal() {
    check(|| {
        let log = Log::default();
        run(watched("main", periodic(log.clone())));
        log.is(&["0", "1", "2", "3", "4", "0", "1", "2", "3", "4", "0", "1", "2", "3", "4"]);
    });
}

#[test]
fn what_is_left_is_dropped_when_main_ends() {
    check(|| {
        let dropped = Rc::new(Cell::new(false));
        let mark = OnDrop(dropped.clone());
        run(async {
            task("forever", async move {
                let _mark = mark;
                pending::<()>().await;
            });
            yield_now().await;
        });
        assert!(dropped.get(), "`run` has returned, and a task is left: a run keeps no task past its end");
    });
}

#[test]
fn a_thread_wakes_it_too() {
    check(|| {
        let before = naps();
        let text = run(watched("main", letter(20)));
        assert_eq!(text, "dear all");
        let parked = naps() - before;
        assert!(
            parked > 0,
            "a letter was 20 ms on its way, and your executor never parked: it was busy with nothing, or did not sleep \
             by `kit::park()`"
        );
    });
}

async fn crosswalk(log: Log) {
    let light = Rc::new(Event::default());
    let pedestrian = task("pedestrian", watched("pedestrian", pedestrian(light.clone(), log.clone())));
    let signal = task("signal", watched("signal", signal(light, log)));
    pedestrian.await;
    signal.await;
    assert_eq!(core().timers.now(), secs(2));
}

async fn pedestrian(light: Rc<Event>, log: Log) {
    log.say("Pedestrian is waiting for the signal.");
    light.wait().await;
    log.say("Pedestrian crosses the street.");
}

async fn signal(light: Rc<Event>, log: Log) {
    log.say("Traffic light is red.");
    sleep(secs(2)).await;
    log.say("Traffic light turns green.");
    light.set();
}

async fn club(log: Log) {
    let club = Rc::new(Condition::new(()));
    for name in ["Alice", "Bob"] {
        task(name, guest(name, club.clone(), log.clone()));
    }
    task("bouncer", watched("bouncer", bouncer(club, log))).await;
    // Nobody notifies Bob. He is left behind when main returns.
    sleep(secs(1)).await;
}

async fn guest(name: &str, club: Rc<Condition<()>>, log: Log) {
    let guard = club.lock().await;
    log.say(format!("{name} wants to enter the club."));
    let _guard = club.wait(guard).await;
    log.say(format!("{name} enters the club."));
}

async fn bouncer(club: Rc<Condition<()>>, log: Log) {
    sleep(secs(2)).await;
    let guard = club.lock().await;
    log.say("Bouncer signals someone can enter.");
    club.notify(&guard, 1);
}

async fn periodic(log: Log) {
    let pulse = Rc::new(Event::default());
    for number in 0..5 {
        task("listener", listener(number, pulse.clone(), log.clone()));
    }
    for _ in 0..3 {
        sleep(secs(5)).await;
        pulse.set();
        pulse.clear();
    }
    // The listeners hear the last one, too.
    yield_now().await;
}

async fn listener(number: usize, pulse: Rc<Event>, log: Log) {
    loop {
        pulse.wait().await;
        log.say(number);
    }
}

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// What a program prints.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn say(&self, line: impl Display) {
        self.0.borrow_mut().push(line.to_string());
    }

    #[track_caller]
    fn is(&self, lines: &[&str]) {
        assert_eq!(*self.0.borrow(), lines, "these lines were printed (left), and those are in asyncio (right)");
    }
}

struct OnDrop(Rc<Cell<bool>>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

/// A letter that another thread brings, so many milliseconds after the first poll.
fn letter(millis: u64) -> impl Future<Output = &'static str> + 'static {
    let post: Arc<Mutex<(bool, Option<Waker>)>> = Arc::default();
    let mut on_its_way = false;
    poll_fn(move |cx| {
        let mut now = post.lock().unwrap();
        if now.0 {
            return Poll::Ready("dear all");
        }
        now.1 = Some(cx.waker().clone());
        if !std::mem::replace(&mut on_its_way, true) {
            let post = post.clone();
            thread::spawn(move || bring(&post, millis));
        }
        Poll::Pending
    })
}

fn bring(post: &Mutex<(bool, Option<Waker>)>, millis: u64) {
    thread::sleep(Duration::from_millis(millis));
    let mut now = post.lock().unwrap();
    now.0 = true;
    let reader = now.1.take();
    drop(now);
    if let Some(reader) = reader {
        reader.wake();
    }
}
