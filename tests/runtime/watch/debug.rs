//! The debug mode: what it reports, and what it leaves alone.

use futures::future::{Either, select};
use futures::{join, poll};
use greenlight::sync::{Event, Lock};
use greenlight::{Runtime, gather, spawn, spawn_detached, task, yield_now};
use insta::assert_snapshot;
use stage::{Log, again, on_drop, quoted};
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

/// What the debug mode reports of a program.
fn reports<F: Future<Output = ()>>(program: F) -> String {
    quoted(watched(Duration::from_secs(3600), program))
}

/// As [`reports`], of a program whose polls are slow when they sleep.
fn slow<F: Future<Output = ()>>(program: F) -> String {
    quoted(watched(SLOW, program))
}

/// What the debug mode reports of a program whose polls are slow when they take so long.
pub(crate) fn watched<F: Future<Output = ()>>(slow_poll: Duration, program: F) -> String {
    let log = Log::default();
    let runtime = Runtime::builder().virtual_clock().debug(true).slow_poll(slow_poll);
    runtime.on_report(move |report| log.say(report)).build().run(program);
    log.take().join("\n")
}

const SLOW: Duration = Duration::from_millis(40);

fn block() {
    std::thread::sleep(SLOW);
}

/// Leaves out how long it took.
fn timeless(report: &str) -> String {
    let mut taken: Vec<f64> = Vec::new();
    let told = report.split_inclusive(' ').map(|word| match word.trim_end().parse() {
        Ok(took) => {
            taken.push(took);
            "so "
        }
        Err(_) => word,
    });
    let told = told.collect::<String>().replace(" so s,", " so long,");
    assert!(taken.iter().all(|took| *took >= SLOW.as_secs_f64()), "{report}");
    told
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
    assert_snapshot!(timeless(&report), @"slow poll: a task, spawned at [»spawn(async { block() }).await.unwrap();], let nobody else run for so long, from its start to its end");
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
    assert_snapshot!(timeless(&report), @"slow poll: main, spawned at [runtime.on_report(move |report| log.say(report)).build().»run(program);], let nobody else run for so long, from its start to an await that greenlight does not see");
}

#[test]
fn a_slow_poll_does_not_come_from_a_wait_that_was_over_before() {
    let report = slow(async {
        let (sender, receiver) = async_channel::unbounded();
        let tortoise = spawn(async move {
            let light = Event::new();
            assert!(poll!(pin!(light.wait())).is_pending());
            receiver.recv().await.expect("the channel is open");
            block();
        });
        yield_now().await;
        sender.try_send(()).expect("there is room");
        tortoise.await.unwrap();
    });
    assert_snapshot!(timeless(&report), @"slow poll: a task, spawned at [let tortoise = »spawn(async move {], let nobody else run for so long, from an await that greenlight does not see to its end");
}

#[test]
fn a_slow_poll_comes_from_the_wait_that_ended_last_of_several() {
    let report = slow(async {
        let ms = Duration::from_millis(1);
        join!(greenlight::sleep(20 * ms), greenlight::sleep(ms));
        block();
    });
    assert_snapshot!(timeless(&report), @"slow poll: main, spawned at [runtime.on_report(move |report| log.say(report)).build().»run(program);], let nobody else run for so long, from the await at [join!(»greenlight::sleep(20 * ms), greenlight::sleep(ms));] to its end");
}

#[test]
fn a_slow_poll_comes_from_the_wait_that_ended_and_not_from_one_that_goes_on() {
    let report = slow(async {
        let (red, green) = (Rc::new(Event::new()), Rc::new(Event::new()));
        let (his, hers) = (red.clone(), green.clone());
        let tortoise = spawn(async move {
            let first = async {
                his.wait().await;
                block();
            };
            join!(first, hers.wait());
        });
        yield_now().await;
        red.set();
        yield_now().await;
        green.set();
        tortoise.await.unwrap();
    });
    assert_snapshot!(timeless(&report), @"slow poll: a task, spawned at [let tortoise = »spawn(async move {], let nobody else run for so long, from the await at [his.»wait().await;] to the await at [join!(first, hers.»wait());]");
}

#[test]
fn of_two_waits_for_one_object_the_one_that_was_dropped_is_over() {
    let report = slow(async {
        let light = Rc::new(Event::new().named("light"));
        let mut first = light.wait();
        assert!(poll!(&mut first).is_pending());
        let mut second = light.wait();
        assert!(poll!(&mut second).is_pending());
        drop(second);
        block();
        let theirs = light.clone();
        spawn_detached(async move { theirs.set() });
        first.await;
    });
    assert_snapshot!(timeless(&report), @"slow poll: main, spawned at [runtime.on_report(move |report| log.say(report)).build().»run(program);], let nobody else run for so long, from its start to the await at [let mut first = light.»wait();]");
}

#[test]
fn every_slow_poll_of_a_loop_tells_the_wait_that_stays_open() {
    let report = slow(async {
        let (sender, receiver) = async_channel::unbounded();
        let stop = Rc::new(Event::new());
        let theirs = stop.clone();
        let actor = spawn(async move {
            let mut stop = pin!(theirs.wait());
            while let Either::Left(_) = select(pin!(receiver.recv()), stop.as_mut()).await {
                block();
            }
        });
        yield_now().await;
        for _ in 0..2 {
            sender.try_send(()).expect("there is room");
            yield_now().await;
        }
        stop.set();
        actor.await.unwrap();
    });
    assert_snapshot!(timeless(&report), @"
    slow poll: a task, spawned at [let actor = »spawn(async move {], let nobody else run for so long, from the await at [let mut stop = pin!(theirs.»wait());] to the await at [let mut stop = pin!(theirs.»wait());]
    slow poll: a task, spawned at [let actor = »spawn(async move {], let nobody else run for so long, from the await at [let mut stop = pin!(theirs.»wait());] to the await at [let mut stop = pin!(theirs.»wait());]
    ");
}

#[test]
fn a_slow_poll_may_lead_from_yield_to_yield() {
    let report = slow(async {
        yield_now().await;
        block();
        greenlight::sleep(Duration::ZERO).await;
        block();
    });
    assert_snapshot!(timeless(&report), @"
    slow poll: main, spawned at [runtime.on_report(move |report| log.say(report)).build().»run(program);], let nobody else run for so long, from the yield at [»yield_now().await;] to the yield at [»greenlight::sleep(Duration::ZERO).await;]
    slow poll: main, spawned at [runtime.on_report(move |report| log.say(report)).build().»run(program);], let nobody else run for so long, from the yield at [»greenlight::sleep(Duration::ZERO).await;] to its end
    ");
}

#[test]
fn a_slow_poll_after_a_gather_comes_from_the_line_that_gathers() {
    let report = slow(async {
        gather([async {}]).await;
        block();
    });
    assert_snapshot!(timeless(&report), @"slow poll: main, spawned at [runtime.on_report(move |report| log.say(report)).build().»run(program);], let nobody else run for so long, from the await at [»gather([async {}]).await;] to its end");
}

#[test]
fn a_slow_poll_does_not_lead_to_a_wait_that_another_task_has_ended() {
    let report = slow(async {
        let (sender, receiver) = async_channel::unbounded();
        let light = Rc::new(Event::new());
        let theirs = light.clone();
        let mut wait = Box::pin(async move { theirs.wait().await });
        let first = spawn(async move {
            assert!(poll!(wait.as_mut()).is_pending());
            sender.try_send(wait).expect("there is room");
            yield_now().await;
            yield_now().await;
            yield_now().await;
            block();
            pending::<()>().await;
        });
        let second = spawn(async move { receiver.recv().await.expect("there is one").await });
        yield_now().await;
        yield_now().await;
        light.set();
        second.await.unwrap();
        yield_now().await;
        first.task().cancel();
        _ = first.await;
    });
    assert_snapshot!(timeless(&report), @"
    slow poll: a task, spawned at [let first = »spawn(async move {], let nobody else run for so long, from the yield at [»yield_now().await;] to an await that greenlight does not see
    no waker: a task, spawned at [let first = »spawn(async move {], has parked for good: its future, async code in `a_slow_poll_does_not_lead_to_a_wait_that_another_task_has_ended`, returned Pending, and nobody holds its waker: nothing can wake it; the last await of greenlight's that it passed is at [»yield_now().await;]
    ");
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
    assert_snapshot!(timeless(&report), @r#"
    no waker: slow, spawned at [let slow = task("slow").»spawn(async {], has parked for good: its future, async code in `a_slow_drop_is_slow`, returned Pending, and nobody holds its waker: nothing can wake it
    slow poll: slow, spawned at [let slow = task("slow").»spawn(async {], let nobody else run for so long, from an await that greenlight does not see to its end
    "#);
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
    assert_snapshot!(report, @r#"lost: careless, spawned at [task("careless").»spawn_detached(async { panic!("oh\nno") });], panicked, and nobody awaits it: oh\nno; await the JoinHandle that spawn() returns, gather_tasks() or the TaskGroup to receive each panic"#);
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
    pending: outsider, spawned at [task("outsider").»spawn_detached(pending());], when main had ended: its future, `Pending<()>`, returned Pending, and nobody holds its waker: nothing can wake it
    pending: late, spawned at [task("late").»spawn_detached(async {});], when main had ended: is ready
    "#);
}

#[test]
fn tasks_that_a_stall_leaves_are_in_its_report_and_not_told_twice() {
    let log = Log::default();
    let runtime = Runtime::builder().virtual_clock().debug(true).on_report(move |report| log.say(report)).build();
    assert!(runtime.try_run(pending::<()>()).is_err());
    assert_eq!(log.take(), Vec::<String>::new());
}

#[test]
fn the_mode_is_off_unless_somebody_turns_it_on() {
    let log = Log::default();
    let runtime = Runtime::builder().debug(false).on_report(move |report| log.say(report)).build();
    runtime.run(async {
        Event::new().pulse();
        spawn_detached(pending());
    });
    assert_eq!(log.take(), Vec::<String>::new());
}

#[test]
fn what_the_receiver_of_a_report_does_is_not_reported() {
    let log = Log::default();
    let receive = move |report: &str| {
        Event::new().pulse();
        log.say(report);
    };
    let runtime = Runtime::builder().virtual_clock().debug(true).on_report(receive).build();
    runtime.run(async {
        for name in ["red", "green"] {
            Event::new().named(name).pulse();
        }
    });
    let reports = log.take();
    let [red, green] = &reports[..] else { panic!("{reports:?}") };
    assert!(red.starts_with("unheard: event `red` was pulsed when nobody waited"), "{red}");
    assert!(green.starts_with("unheard: event `green` was pulsed when nobody waited"), "{green}");
}

#[test]
fn the_environment_turns_it_on_by_anything_but_nothing_or_0_and_it_talks_on_stderr() {
    let test = the_environment_turns_it_on_by_anything_but_nothing_or_0_and_it_talks_on_stderr;
    let talks = ["", "0", "1", "yes"].map(|value| {
        let stderr = again(test, &[("GREENLIGHT_DEBUG", value)])?.stderr;
        let stderr = String::from_utf8(stderr).expect("stderr is text");
        Some(stderr.starts_with("greenlight: unheard: event `light` was pulsed when nobody waited, at "))
    });
    if talks == [None; 4] {
        return Runtime::builder().virtual_clock().build().run(async { _ = Event::new().named("light").pulse() });
    }
    assert_eq!(talks, [false, false, true, true].map(Some));
}
