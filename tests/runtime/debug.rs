//! The debug mode: what it reports, and what it leaves alone.

use crate::quoted::quoted;
use crate::stage::{LeftWaker, Log, leave_waker, left, on_drop};
use greenlight::sync::{Condition, Event, Lock, Queue};
use greenlight::{Runtime, spawn, spawn_detached, task, yield_now};
use insta::assert_snapshot;
use std::future::{Future, pending, poll_fn};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

/// What the debug mode reports of a program.
fn reports<F: Future<Output = ()>>(program: F) -> String {
    watched(Duration::from_secs(3600), program)
}

/// As [`reports`], of a program whose polls are slow when they sleep.
fn slow<F: Future<Output = ()>>(program: F) -> String {
    watched(SLOW, program)
}

fn watched<F: Future<Output = ()>>(slow_poll: Duration, program: F) -> String {
    let log = Log::default();
    let heard = log.clone();
    let runtime = Runtime::builder().virtual_clock().debug(true).slow_poll(slow_poll);
    runtime.on_report(move |report| heard.say(report)).build().run(program);
    quoted(&log.take().join("\n"), file!(), include_str!("debug.rs"))
}

const SLOW: Duration = Duration::from_millis(40);

fn block() {
    std::thread::sleep(SLOW);
}

/// Leaves out how long it took.
fn timeless(report: &str) -> String {
    let (before, after) = report.split_once(" for ").expect("it says for how long");
    let (took, after) = after.split_once(" s, ").expect("in seconds");
    let took: f64 = took.parse().expect("as a number");
    assert!(took >= SLOW.as_secs_f64(), "{report}");
    format!("{before} for so long, {after}")
}

#[test]
fn a_slow_poll_is_told_from_await_to_await() {
    let report = slow(async {
        let light = Rc::new(Event::new());
        let theirs = light.clone();
        let tortoise = task("tortoise").spawn(async move {
            theirs.wait().await;
            block();
            greenlight::sleep(SLOW).await;
        });
        yield_now().await;
        light.set();
        tortoise.await.unwrap();
    });
    assert_snapshot!(timeless(&report), @r#"slow poll: tortoise, spawned at [let tortoise = task("tortoise").»spawn(async move {], let nobody else run for so long, from the await at [theirs.»wait().await;] to the await at [»greenlight::sleep(SLOW).await;]"#);
}

#[test]
fn a_slow_poll_may_lead_from_the_start_to_the_end() {
    let report = slow(async {
        spawn(async { block() }).await.unwrap();
    });
    assert_snapshot!(timeless(&report), @"slow poll: task 1, spawned at [»spawn(async { block() }).await.unwrap();], let nobody else run for so long, from its start to its end");
}

#[test]
fn a_slow_poll_may_lead_to_an_await_of_another_s() {
    let report = slow(async {
        let mut polled = false;
        let foreign = poll_fn(|cx| {
            if std::mem::replace(&mut polled, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        });
        block();
        foreign.await;
    });
    assert_snapshot!(timeless(&report), @"slow poll: main, spawned at [runtime.on_report(move |report| heard.say(report)).build().»run(program);], let nobody else run for so long, from its start to a yield, or an await that greenlight does not see");
}

#[test]
fn a_slow_drop_is_slow() {
    let report = slow(async {
        let slow = task("slow").spawn(async {
            let _guard = on_drop(block);
            pending::<()>().await
        });
        yield_now().await;
        slow.task().cancel();
        _ = slow.await;
    });
    assert_snapshot!(timeless(&report), @r#"slow poll: slow, spawned at [let slow = task("slow").»spawn(async {], let nobody else run for so long, from a yield, or an await that greenlight does not see to its end"#);
}

#[test]
fn fast_polls_that_take_long_together_are_not_slow() {
    let report = watched(10 * SLOW, async {
        for _ in 0..20 {
            std::thread::sleep(SLOW / 10);
            yield_now().await;
        }
    });
    assert_eq!(report, "");
}

#[test]
fn a_panic_that_nobody_joins_takes_one_line() {
    let report = reports(async {
        task("careless").spawn_detached(async { panic!("oh\nno") });
        yield_now().await;
    });
    assert_snapshot!(report, @r#"task `careless` (spawned at [task("careless").»spawn_detached(async { panic!("oh\nno") });]) panicked, and nobody awaits it: oh\nno; keep its JoinHandle and await it to receive the panic"#);
}

#[test]
fn tasks_that_are_pending_at_the_end_are_told_with_what_they_wait_for() {
    let report = reports(async {
        let till = Rc::new(Lock::new(()).named("till"));
        for name in ["cashier", "customer"] {
            let till = till.clone();
            task(name).spawn_detached(async move {
                let _guard = till.lock().await;
                Event::new().named("break").wait().await;
            });
        }
        task("sleeper").spawn_detached(greenlight::sleep(Duration::from_secs(7)));
        task("outsider").spawn_detached(pending());
        let cancelled = spawn_detached(pending());
        yield_now().await;
        cancelled.cancel();
        task("late").spawn_detached(async {});
    });
    assert_snapshot!(report, @r#"
    pending: cashier, spawned at [task(name).»spawn_detached(async move {], when main had ended: waits on event `break`, at [Event::new().named("break").»wait().await;], made at [»Event::new().named("break").wait().await;]
    pending: customer, spawned at [task(name).»spawn_detached(async move {], when main had ended: waits on lock `till`, at [let _guard = till.»lock().await;], made at [let till = Rc::new(»Lock::new(()).named("till"));], taken by cashier, at [let _guard = till.»lock().await;]
    pending: sleeper, spawned at [task("sleeper").»spawn_detached(greenlight::sleep(Duration::from_secs(7)));], when main had ended: sleeps until t=7.000000s, at [task("sleeper").spawn_detached(»greenlight::sleep(Duration::from_secs(7)));]
    pending: outsider, spawned at [task("outsider").»spawn_detached(pending());], when main had ended: waits for something that is not greenlight's
    pending: late, spawned at [task("late").»spawn_detached(async {});], when main had ended: is ready
    "#);
}

#[test]
fn tasks_that_a_stall_leaves_are_in_its_report_and_not_told_twice() {
    let log = Log::default();
    let heard = log.clone();
    let runtime = Runtime::builder().virtual_clock().debug(true).on_report(move |report| heard.say(report)).build();
    assert!(runtime.try_run(pending::<()>()).is_err());
    assert_eq!(log.take(), Vec::<String>::new());
}

#[test]
fn a_set_that_nobody_saw_is_told_when_it_is_cleared() {
    let report = reports(async {
        let light = Event::new().named("light");
        light.set();
        light.clear();
    });
    assert_snapshot!(report, @"unheard: event `light` was set when nobody waited, at [light.»set();], and cleared at [light.»clear();]");
}

#[test]
fn a_set_that_somebody_waited_for_or_found_is_not_told() {
    let report = reports(async {
        let light = Rc::new(Event::new().named("light"));
        let theirs = light.clone();
        let walker = spawn(async move { theirs.wait().await });
        yield_now().await;
        light.set();
        light.clear();
        walker.await.unwrap();
        light.set();
        light.wait().await;
        light.clear();
        light.set();
    });
    assert_eq!(report, "");
}

#[test]
fn a_pulse_and_a_notify_that_reach_nobody_are_told_once_for_each_line() {
    let report = reports(async {
        let light = Event::new().named("light");
        let stock = Condition::new(0).named("stock");
        for _ in 0..3 {
            light.pulse();
            stock.notify_one(&stock.lock().await);
        }
        stock.notify(&stock.lock().await, 0);
    });
    assert_snapshot!(report, @r#"
    unheard: event `light` was pulsed when nobody waited, at [light.»pulse();]
    unheard: condition `stock` was notified when nobody waited, at [stock.»notify_one(&stock.lock().await);]
    "#);
}

#[test]
fn two_objects_that_one_line_signals_in_vain_are_both_told() {
    let report = reports(async {
        let lights = [Event::new().named("red"), Event::new()];
        lights.iter().chain(&lights).for_each(|light| _ = light.pulse());
    });
    let (red, unnamed) = report.split_once('\n').expect("two lines");
    assert!(red.starts_with("unheard: event `red` was pulsed when nobody waited, at "), "{red}");
    assert!(unnamed.starts_with("unheard: event 2 (made at "), "{unnamed}");
    assert!(!unnamed.contains('\n'), "{unnamed}");
}

#[test]
fn a_pulse_and_a_notify_that_reach_somebody_are_not_told() {
    let report = reports(async {
        let light = Rc::new(Event::new());
        let stock = Rc::new(Condition::new(0));
        let (his, hers) = (light.clone(), stock.clone());
        let walker = spawn(async move { his.wait().await });
        let buyer = spawn(async move { drop(hers.wait(hers.lock().await).await) });
        yield_now().await;
        assert_eq!(light.pulse(), 1);
        assert_eq!(stock.notify_all(&stock.lock().await), 1);
        walker.await.unwrap();
        buyer.await.unwrap();
    });
    assert_eq!(report, "");
}

#[test]
fn a_notify_that_reaches_only_the_dying_reaches_nobody() {
    let report = reports(async {
        let stock = Rc::new(Condition::new(0).named("stock"));
        let theirs = stock.clone();
        let buyer = spawn(async move { drop(theirs.wait(theirs.lock().await).await) });
        yield_now().await;
        buyer.task().cancel();
        stock.notify_one(&stock.lock().await);
        _ = buyer.await;
    });
    assert!(report.starts_with("unheard: condition `stock` was notified when nobody waited, at "), "{report}");
}

#[test]
fn one_who_is_woken_in_vain_again_and_again_is_told_once() {
    let report = reports(async {
        let stock = Rc::new(Condition::new(0));
        let theirs = stock.clone();
        let buyer = task("buyer").spawn(async move {
            let guard = theirs.lock().await;
            drop(theirs.wait_for(guard, |stock| *stock == 250).await);
        });
        yield_now().await;
        for _ in 0..250 {
            let mut guard = stock.lock().await;
            *guard += 1;
            stock.notify_all(&guard);
            drop(guard);
            yield_now().await;
            yield_now().await;
        }
        buyer.await.unwrap();
    });
    assert_snapshot!(report, @"in vain: buyer was notified 100 times by condition 2 (made at [let stock = Rc::new(»Condition::new(0));]) within one wait, and its predicate was false each time, at [drop(theirs.»wait_for(guard, |stock| *stock == 250).await);]");
}

#[test]
fn one_who_does_nothing_but_wake_itself_is_told_once() {
    let report = reports(async {
        let done = task("spinner").spawn(async {
            for _ in 0..25_000 {
                yield_now().await;
            }
        });
        done.await.unwrap();
    });
    assert_snapshot!(report, @r#"spinning: spinner, spawned at [let done = task("spinner").»spawn(async {], has done nothing but wake itself for 10000 polls in a row; have it wait for an event or a sleep"#);
}

#[test]
fn one_who_is_woken_again_and_again_only_to_wait_in_the_same_place_is_told_once() {
    let report = reports(async {
        let light = Rc::new(Event::new().named("light"));
        let theirs = light.clone();
        let walker = task("walker").spawn(async move {
            for _ in 0..12_000 {
                theirs.wait().await;
            }
        });
        while !walker.is_finished() {
            yield_now().await;
            light.pulse();
        }
    });
    let in_vain: Vec<_> = report.lines().filter(|line| line.starts_with("in vain")).collect();
    let [told] = in_vain[..] else { panic!("{report}") };
    assert_snapshot!(told, @r#"in vain: walker, spawned at [let walker = task("walker").»spawn(async move {], was woken 10000 times in a row, and did nothing that can be seen but wait again, at [theirs.»wait().await;]"#);
}

#[test]
fn one_who_yields_between_steps_that_can_be_seen_does_not_spin() {
    let report = reports(async {
        let steps = Queue::unbounded();
        let lock = Lock::new(0);
        for n in 0..12_000 {
            *lock.lock().await += n;
            steps.put(n).await.expect("the queue is open");
            yield_now().await;
        }
    });
    assert_eq!(report, "");
}

#[test]
fn one_who_wakes_others_between_its_yields_does_not_spin() {
    let report = reports(async {
        let other = LeftWaker::default();
        spawn_detached(leave_waker("other", other.clone(), Log::default()));
        yield_now().await;
        for _ in 0..12_000 {
            left(&other).wake();
            yield_now().await;
        }
        drop(other);
    });
    assert!(!report.contains("spinning"), "{report}");
}

#[test]
fn the_mode_is_off_unless_somebody_turns_it_on() {
    let log = Log::default();
    let heard = log.clone();
    let runtime = Runtime::builder().debug(false).on_report(move |report| heard.say(report)).build();
    runtime.run(async {
        Event::new().pulse();
        spawn_detached(pending());
    });
    assert_eq!(log.take(), Vec::<String>::new());
}
