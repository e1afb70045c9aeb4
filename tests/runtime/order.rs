//! The order contract: how many turns lie between a cause and its effect, and what a program prints
//! for it. The numbers and the lines are what CPython 3.13 gives for the same program.

use greenlight::sync::Event;
use greenlight::{Task, gather, gather_tasks, sleep, spawn, spawn_detached, yield_now};
use stage::{Log, counted, on_drop, shared, standing};
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);

#[test]
fn no_hop_from_awaiting_a_task_that_has_ended() {
    counted(async |hops| {
        let mut task = spawn(async {});
        let ended = task.task();
        yield_now().await;
        hops.begin();
        (&mut task).await.expect("the task returns");
        ended.ended().await;
        assert_eq!(hops.count(), 0);
    });
}

#[test]
fn no_hop_from_waiting_on_an_event_that_is_set() {
    counted(async |hops| {
        let light = Event::new();
        light.set();
        light.wait().await;
        assert_eq!(hops.count(), hops.turn());
        hops.begin();
        light.wait().await;
        assert_eq!(hops.count(), 0);
    });
}

#[test]
fn no_hop_from_gathering_nothing_or_only_tasks_that_have_ended() {
    counted(async |hops| {
        let ended = spawn(async {});
        yield_now().await;
        hops.begin();
        gather([(); 0].map(async |()| {})).await;
        gather_tasks([ended]).await;
        gather_tasks([]).await as Vec<Result<(), _>>;
        assert_eq!(hops.count(), 0);
    });
}

#[test]
fn one_hop_from_spawn_to_the_first_poll() {
    counted(async |hops| {
        hops.begin();
        let counting = hops;
        let first = spawn(async move { counting.count() });
        assert_eq!(first.await.expect("the task returns"), 1);
    });
}

#[test]
fn one_hop_from_set_to_the_waiter_however_deep_it_waits() {
    async fn nested(light: Rc<Event>, depth: u32) {
        match depth {
            0 => light.wait().await,
            _ => Box::pin(nested(light, depth - 1)).await,
        }
    }
    counted(async |hops| {
        let light = Rc::new(Event::new());
        let (waiting, counting) = (light.clone(), hops);
        let waiter = spawn(async move {
            nested(waiting, 5).await;
            counting.count()
        });
        yield_now().await;
        hops.begin();
        light.set();
        assert_eq!(waiter.await.expect("the waiter returns"), 1);
    });
}

#[test]
fn one_hop_from_pulse_to_the_waiter() {
    counted(async |hops| {
        let light = shared(Event::new());
        let beginning = hops;
        spawn_detached(async move {
            beginning.begin();
            light.pulse();
        });
        light.wait().await;
        assert_eq!(hops.count(), 1);
    });
}

#[test]
fn one_hop_from_the_end_of_a_task_to_its_joiners() {
    counted(async |hops| {
        let beginning = hops;
        let task = spawn(async move {
            yield_now().await;
            beginning.begin();
        });
        let (ended, counting) = (task.task(), hops);
        let other = spawn(async move {
            ended.ended().await;
            counting.count()
        });
        task.await.expect("the task returns");
        assert_eq!(hops.count(), 1);
        assert_eq!(other.await.expect("the joiner returns"), 1);
    });
}

#[test]
fn one_hop_from_the_panic_of_a_task_to_its_joiner() {
    counted(async |hops| {
        let beginning = hops;
        let task = spawn(async move {
            beginning.begin();
            panic!("boom");
        });
        task.await.expect_err("the task panics");
        assert_eq!(hops.count(), 1);
    });
}

#[test]
fn one_hop_for_a_yield_and_for_a_sleep_of_no_time() {
    counted(async |hops| {
        hops.begin();
        yield_now().await;
        assert_eq!(hops.count(), 1);
        sleep(Duration::ZERO).await;
        assert_eq!(hops.count(), 2);
        greenlight::sleep_until(greenlight::now()).await;
        assert_eq!(hops.count(), 3);
    });
}

#[test]
fn one_hop_from_a_timer_to_its_sleeper() {
    counted(async |hops| {
        hops.begin();
        sleep(MS).await;
        assert_eq!(hops.count(), 2, "one idle turn, in which the timer fires, and one hop");
    });
}

#[test]
fn one_hop_from_cancel_to_drop_and_one_more_to_the_joiner() {
    counted(async |hops| {
        let counting = hops;
        let task = spawn(async move {
            let _guard = on_drop(|| assert_eq!(counting.count(), 1));
            pending::<()>().await;
        });
        yield_now().await;
        hops.begin();
        task.task().cancel();
        task.await.expect_err("the task is cancelled");
        assert_eq!(hops.count(), 2);
    });
}

#[test]
fn two_hops_from_the_end_of_the_last_child_to_the_gatherer() {
    /// A child that ends after so many yields; the last of them begins the count.
    async fn child(yields: u32, hops: Log) {
        for _ in 0..yields {
            yield_now().await;
        }
        hops.begin();
    }
    counted(async |hops| {
        gather([0, 3, 1].map(|yields| child(yields, hops))).await;
        assert_eq!(hops.count(), 2, "gather()");
        gather!(child(2, hops), child(0, hops)).await;
        assert_eq!(hops.count(), 2, "gather!");
        gather_tasks([1, 2].map(|yields| spawn(child(yields, hops)))).await;
        assert_eq!(hops.count(), 2, "gather_tasks()");
    });
}

#[test]
fn three_hops_for_a_gather_of_children_that_do_nothing() {
    counted(async |hops| {
        hops.begin();
        gather([(), ()].map(async |()| {})).await;
        assert_eq!(hops.count(), 3);
    });
}

#[test]
fn two_hops_also_for_a_gather_that_is_awaited_as_its_last_child_ends() {
    let lines = against_ticker(async |log, tick| {
        let gathered = gather(["a", "b"].map(|name| say(log, name)));
        tick();
        yield_now().await;
        log.say("main awaits");
        gathered.await;
    });
    assert_eq!(lines, ["a", "b", "o0", "main awaits", "o1", "main", "o2", "o3", "o4"]);
}

/// A future that says one line.
async fn say(log: Log, line: &'static str) {
    log.say(line)
}

/// Runs a program that starts, when it likes, a task that says `o0` to `o4`, one a turn; says
/// `main` when the program has returned; and gives all that was said.
fn against_ticker(program: impl AsyncFnOnce(Log, Box<dyn FnOnce() -> Task>)) -> Vec<String> {
    let log = Log::default();
    standing().run(async {
        let ticker = Rc::new(std::cell::OnceCell::new());
        let started = ticker.clone();
        let tick = Box::new(move || {
            let task = spawn_detached(async move {
                for turn in 0..5 {
                    log.say(format!("o{turn}"));
                    yield_now().await;
                }
            });
            started.get_or_init(|| task).clone()
        });
        program(log, tick).await;
        log.say("main");
        ticker.get().expect("the program starts the ticker").ended().await;
    });
    log.take()
}

#[test]
fn beside_a_ticker_a_future_that_is_awaited_in_place_takes_no_turn() {
    let lines = against_ticker(async |log, tick| {
        tick();
        say(log, "child").await;
    });
    assert_eq!(lines, ["child", "main", "o0", "o1", "o2", "o3", "o4"]);
}

#[test]
fn beside_a_ticker_a_task_is_awaited_in_two_turns() {
    let lines = against_ticker(async |log, tick| {
        let child = spawn(say(log, "child"));
        tick();
        child.await.expect("the child returns");
    });
    assert_eq!(lines, ["child", "o0", "main", "o1", "o2", "o3", "o4"]);

    let lines = against_ticker(async |log, tick| {
        tick();
        let child = spawn(say(log, "child"));
        child.await.expect("the child returns");
    });
    assert_eq!(lines, ["o0", "child", "o1", "main", "o2", "o3", "o4"]);
}

#[test]
fn beside_a_ticker_a_gather_takes_three_turns() {
    let lines = against_ticker(async |log, tick| {
        tick();
        gather([0, 1].map(|_| say(log, "child"))).await;
    });
    assert_eq!(lines, ["o0", "child", "child", "o1", "o2", "main", "o3", "o4"]);

    let lines = against_ticker(async |log, tick| {
        let children = gather([0, 1].map(|_| say(log, "child")));
        tick();
        children.await;
    });
    assert_eq!(lines, ["child", "child", "o0", "o1", "main", "o2", "o3", "o4"]);
}

#[test]
fn beside_a_ticker_a_cancelled_task_is_dropped_in_the_next_turn() {
    let lines = against_ticker(async |log, tick| {
        let guard = log.at_drop("dropped");
        let victim = spawn(async move {
            let _guard = guard;
            pending::<()>().await;
        });
        yield_now().await;
        tick();
        victim.task().cancel();
        log.say("cancelled");
        victim.await.expect_err("the victim is cancelled");
    });
    assert_eq!(lines, ["cancelled", "o0", "dropped", "o1", "main", "o2", "o3", "o4"]);
}

#[test]
fn waiters_of_two_events_go_in_the_order_in_which_the_events_are_set() {
    async fn waiter(name: &'static str, event: Rc<Event>, log: Log) {
        log.say(format!("{name} waits"));
        event.wait().await;
        log.say(format!("{name} goes"));
    }
    let log = Log::default();
    standing().run(async {
        let [e, f] = [0, 1].map(|_| Rc::new(Event::new()));
        let wait = |name, event: &Rc<Event>| spawn(waiter(name, event.clone(), log));
        let tasks = [wait("a", &e), wait("b", &f), wait("c", &e)];
        let later = f.clone();
        let setter = spawn(async move {
            log.say("s sets e");
            e.set();
            spawn_detached(waiter("d", later, log));
            yield_now().await;
            log.say("s sets f");
            f.set();
        });
        gather_tasks(tasks.into_iter().chain([setter])).await;
        log.say("main");
    });
    assert_eq!(
        log.take(),
        [
            "a waits", "b waits", "c waits", "s sets e", "a goes", "c goes", "d waits", "s sets f", "b goes", "d goes",
            "main"
        ]
    );
}
