//! The debug mode on signals that reach nobody: which are lost, and which somebody finds.

use super::debug::watched;
use greenlight::sync::{Condition, Event};
use greenlight::{Runtime, spawn, spawn_detached, task, timeout, yield_now};
use insta::assert_snapshot;
use stage::{Log, quoted, shared};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

/// What the debug mode reports of a program.
fn reports<F: Future<Output = ()>>(program: F) -> String {
    quoted(watched(Duration::from_secs(3600), program))
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
        let light = shared(Event::new().named("light"));
        let walker = spawn(async move { light.wait().await });
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
    assert_snapshot!(report, @"
    unheard: event `light` was pulsed when nobody waited, at [light.»pulse();]
    unheard: condition `stock` was notified when nobody waited, at [stock.»notify_one(&stock.lock().await);], and nobody ever waited for it
    ");
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
        let light = shared(Event::new());
        let stock = shared(Condition::new(0));
        let walker = spawn(async move { light.wait().await });
        let buyer = spawn(async move { drop(stock.wait(stock.lock().await).await) });
        yield_now().await;
        assert_eq!(light.pulse(), 1);
        assert_eq!(stock.notify_all(&stock.lock().await), 1);
        walker.await.unwrap();
        buyer.await.unwrap();
    });
    assert_eq!(report, "");
}

#[test]
fn a_set_that_somebody_asks_for_is_not_told() {
    let report = reports(async {
        let light = Event::new().named("light");
        light.set();
        if light.is_set() {
            light.clear();
        }
    });
    assert_eq!(report, "");
}

#[test]
fn a_set_that_a_nested_executor_finds_is_not_told() {
    let report = reports(async {
        let light = Event::new().named("light");
        light.set();
        pollster::block_on(light.wait());
        light.clear();
    });
    assert_eq!(report, "");
}

#[test]
fn to_ask_for_a_set_that_is_not_there_finds_nothing() {
    let report = reports(async {
        let light = Event::new().named("light");
        light.set();
        light.clear();
        assert!(!light.is_set());
    });
    assert!(report.starts_with("unheard: event `light` was set when nobody waited"), "{report}");
}

#[test]
fn a_notify_before_one_who_looks_at_a_predicate_is_not_told() {
    let report = reports(async {
        let stock = shared(Condition::new(0).named("stock"));
        let notify = async || {
            let mut guard = stock.lock().await;
            *guard += 1;
            stock.notify_one(&guard);
        };
        notify().await;
        let buyer = spawn(async move { *stock.wait_for(stock.lock().await, |stock| *stock == 2).await -= 2 });
        yield_now().await;
        notify().await;
        buyer.await.unwrap();
        notify().await;
        *stock.wait_for(stock.lock().await, |stock| *stock > 0).await -= 1;
        notify().await;
    });
    assert_eq!(report, "");
}

#[test]
fn a_notify_that_came_too_early_is_told_if_no_other_comes() {
    let report = reports(async {
        let stock = Rc::new(Condition::new(0).named("stock"));
        stock.notify_all(&stock.lock().await);
        let theirs = stock.clone();
        task("buyer").spawn_detached(async move { drop(theirs.wait(theirs.lock().await).await) });
        yield_now().await;
    });
    let unheard = report.lines().find(|line| line.starts_with("unheard"));
    assert_snapshot!(unheard.unwrap_or_default(), @r#"unheard: condition `stock` was notified when nobody waited, at [stock.»notify_all(&stock.lock().await);], before buyer began to wait for it, at [task("buyer").spawn_detached(async move { drop(theirs.»wait(theirs.lock().await).await) });], and nobody has notified it since"#);
}

#[test]
fn a_notify_before_a_wait_that_another_notify_ends_is_not_told() {
    let report = reports(async {
        let stock = shared(Condition::new(0).named("stock"));
        let notify = async || {
            let mut guard = stock.lock().await;
            *guard += 1;
            stock.notify_one(&guard);
        };
        notify().await;
        let buyer = spawn(async move {
            let mut guard = stock.lock().await;
            while *guard < 2 {
                guard = stock.wait(guard).await;
            }
        });
        yield_now().await;
        notify().await;
        buyer.await.unwrap();
    });
    assert_eq!(report, "");
}

#[test]
fn a_notify_before_a_wait_that_is_given_up_is_not_told() {
    let report = reports(async {
        let stock = Condition::new(0).named("stock");
        stock.notify_one(&stock.lock().await);
        let wait = async { stock.wait(stock.lock().await).await };
        assert!(timeout(Duration::from_secs(1), wait).await.is_err());
    });
    assert_eq!(report, "");
}

#[test]
fn a_notify_after_the_last_one_who_waits_has_gone_is_not_told() {
    let report = reports(async {
        let stock = Condition::new(0).named("stock");
        let wait = async { stock.wait(stock.lock().await).await };
        assert!(timeout(Duration::from_secs(1), wait).await.is_err());
        stock.notify_one(&stock.lock().await);
    });
    assert_eq!(report, "");
}

#[test]
fn a_notify_of_a_condition_that_outlives_main_is_told_when_main_ends() {
    let log = Log::default();
    let runtime = Runtime::builder().virtual_clock().debug(true).on_report(move |report| log.say(report)).build();
    let [stock, never, ever] = ["stock", "never", "ever"].map(|name| Condition::new(0).named(name));
    runtime.run(async {
        for condition in [&ever, &stock] {
            condition.notify_one(&condition.lock().await);
        }
        drop(ever.wait_for(ever.lock().await, |_| true).await);
        ever.notify_one(&ever.lock().await);
    });
    drop(never);
    assert_snapshot!(quoted(log.take().join("\n")), @"unheard: condition `stock` was notified when nobody waited, at [condition.»notify_one(&condition.lock().await);], and nobody ever waited for it");
}

#[test]
fn a_notify_that_reaches_only_the_dying_reaches_nobody() {
    let report = reports(async {
        let stock = shared(Condition::new(0).named("stock"));
        let theirs = stock;
        let buyer = spawn(async move { drop(theirs.wait(theirs.lock().await).await) });
        yield_now().await;
        buyer.task().cancel();
        stock.notify_one(&stock.lock().await);
        _ = buyer.await;
        spawn_detached(async move { drop(stock.wait(stock.lock().await).await) });
        yield_now().await;
    });
    assert!(report.starts_with("unheard: condition `stock` was notified when nobody waited, at "), "{report}");
}

#[test]
fn a_line_that_signals_one_object_after_the_other_in_vain_is_told_of_three() {
    let report = reports(async {
        for _ in 0..2_000 {
            Event::new().pulse();
        }
    });
    assert_snapshot!(report, @"
    unheard: event 1 (made at [»Event::new().pulse();]) was pulsed when nobody waited, at [Event::new().»pulse();]
    unheard: event 2 (made at [»Event::new().pulse();]) was pulsed when nobody waited, at [Event::new().»pulse();]
    unheard: event 3 (made at [»Event::new().pulse();]) was pulsed when nobody waited, at [Event::new().»pulse();]; further ones of this line are not told
    ");
}

#[test]
fn a_notify_of_an_object_that_goes_is_told_at_once() {
    let log = Log::default();
    let runtime = Runtime::builder().virtual_clock().debug(true).on_report(move |report| log.say(report)).build();
    runtime.spawn_detached(async {
        let bell = Condition::new(()).named("bell");
        bell.notify_one(&bell.lock().await);
    });
    runtime.turn();
    let reports = log.take();
    assert!(matches!(&reports[..], [told] if told.ends_with(", and nobody ever waited for it")), "{reports:?}");
}

#[test]
fn the_end_of_a_task_that_is_only_named_main_is_not_the_end_of_main() {
    let report = reports(async {
        let bell = Condition::new(true).named("bell");
        bell.notify_one(&bell.lock().await);
        task("main").spawn(async {}).await.unwrap();
        drop(bell.wait_for(bell.lock().await, |rings| *rings).await);
    });
    assert_eq!(report, "");
}

#[test]
fn a_set_that_stays_is_not_lost_however_its_event_ends() {
    let kept = Event::new();
    let report = reports(async {
        kept.set();
        Event::new().set();
    });
    assert_eq!(report, "");
}

#[test]
fn one_who_has_asked_its_predicate_needs_no_notify_that_came_before() {
    let report = reports(async {
        let stock = Rc::new(Condition::new(0).named("stock"));
        stock.notify_one(&stock.lock().await);
        spawn_detached(async move { drop(stock.wait_for(stock.lock().await, |count| *count > 0).await) });
        yield_now().await;
    });
    assert!(!report.contains("unheard: "), "{report}");
}

/// Two tasks that wait for a condition whose notify came before.
async fn late(stock: Rc<Condition<()>>) {
    stock.notify_one(&stock.lock().await);
    for name in ["first", "second"] {
        let stock = stock.clone();
        _ = task(name).spawn(async move {
            match name {
                "first" => drop(stock.wait(stock.lock().await).await),
                _ => _ = timeout(Duration::from_secs(1), async { drop(stock.wait(stock.lock().await).await) }).await,
            }
        });
    }
    greenlight::sleep(Duration::from_secs(2)).await;
}

#[test]
fn the_first_who_waits_after_a_notify_is_told_and_another_who_leaves_ends_nothing() {
    let stock = Rc::new(Condition::new(()).named("stock"));
    let report = reports(late(stock.clone()));
    let told = "unheard: condition `stock` was notified when nobody waited, at ";
    assert!(
        report.lines().any(|line| line.starts_with(told) && line.contains(", before first began to wait")),
        "{report}"
    );
}

#[test]
fn at_the_end_of_main_lost_notifies_are_told_in_the_order_in_which_their_objects_came() {
    let conditions: Vec<_> = (0..6).map(|n| Condition::new(()).named(format!("bell {n}"))).collect();
    let report = reports(async {
        // From a line each: a line is told three times at most.
        let [a, b, c, d, e, f] = &conditions[..] else { panic!("there are six") };
        a.notify_one(&a.lock().await);
        b.notify_one(&b.lock().await);
        c.notify_one(&c.lock().await);
        d.notify_one(&d.lock().await);
        e.notify_one(&e.lock().await);
        f.notify_one(&f.lock().await);
    });
    let told: Vec<_> = report.lines().filter_map(|line| line.split('`').nth(1)).collect();
    assert_eq!(told, ["bell 0", "bell 1", "bell 2", "bell 3", "bell 4", "bell 5"]);
}

#[test]
fn a_set_that_reaches_somebody_makes_up_for_one_that_did_not() {
    let light = shared(Event::new().named("light"));
    let report = reports(async {
        light.set();
        light.pulse();
        let walker = spawn(async move { light.wait().await });
        yield_now().await;
        light.set();
        light.clear();
        walker.await.unwrap();
    });
    assert_eq!(report.lines().count(), 1, "{report}");
    assert!(report.starts_with("unheard: event `light` was pulsed when nobody waited"), "{report}");
}
