//! `wait` and `as_completed`: in the order of the ends, with asyncio's hops; they cancel nobody. The
//! traces beside a ticker are what CPython prints for the same programs.

use greenlight::trace::Recorder;
use greenlight::{Runtime, Until, as_completed, sleep, spawn, spawn_detached, task, timeout, wait, yield_now};
use stage::{Log, unwatched};
use std::rc::Rc;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn tick(log: Log) {
    spawn_detached(async move {
        for turn in 0..4 {
            log.say(format!("o{turn}"));
            yield_now().await;
        }
    });
}

fn child(log: Log, name: &'static str) -> greenlight::JoinHandle<()> {
    spawn(async move { log.say(name) })
}

#[test]
fn two_hops_from_the_last_end_to_the_one_who_waits() {
    let lines = unwatched(async |log| {
        let task = child(log, "child");
        tick(log);
        assert_eq!(wait(&[task], Until::All).await, [0]);
        log.say("main");
    });
    assert_eq!(lines, ["child", "o0", "o1", "main"]);
}

#[test]
fn two_hops_also_for_tasks_that_have_ended_before() {
    let lines = unwatched(async |log| {
        let task = child(log, "child");
        yield_now().await;
        yield_now().await;
        tick(log);
        assert_eq!(wait(&[task], Until::First).await, [0]);
        log.say("main");
    });
    assert_eq!(lines, ["child", "o0", "o1", "main"]);
}

#[test]
fn those_that_end_in_one_turn_are_yielded_in_one() {
    let lines = unwatched(async |log| {
        let mut tasks = as_completed([child(log, "a"), child(log, "b")]);
        tick(log);
        while let Some((index, outcome)) = tasks.next_ended().await {
            outcome.unwrap();
            log.say(format!("main {index}"));
        }
    });
    assert_eq!(lines, ["a", "b", "o0", "o1", "main 0", "main 1"]);
}

#[test]
fn a_wait_for_the_first_end_yields_those_too_that_ended_before_it_went_on() {
    let lines = unwatched(async |log| {
        let tasks = ["first", "second", "third"].map(|name| {
            spawn(async move {
                for _ in 0..["first", "second", "third"].iter().position(|each| *each == name).unwrap_or(0) {
                    yield_now().await;
                }
                log.say(name);
            })
        });
        log.say(format!("{:?}", wait(&tasks, Until::First).await));
    });
    assert_eq!(lines, ["first", "second", "[0, 1]"], "it runs in the place of the first, ahead of the third");
}

#[test]
fn a_wait_for_all_goes_on_in_the_place_of_the_last_end() {
    let lines = unwatched(async |log| {
        let light = Rc::new(greenlight::sync::Event::new());
        let (sets, waits) = (light.clone(), light.clone());
        let first = spawn(async {});
        spawn_detached(async move {
            waits.wait().await;
            yield_now().await;
            log.say("between");
        });
        yield_now().await;
        sets.set();
        let last = spawn(async {});
        wait(&[first, last], Until::All).await;
        log.say("main");
    });
    assert_eq!(lines, ["between", "main"]);
}

#[test]
fn a_wait_for_the_first_panic_goes_on_past_those_that_return_or_are_cancelled() {
    Runtime::builder().virtual_clock().build().run(async {
        let returns = spawn(sleep(SECOND));
        let cancelled = spawn(sleep(9 * SECOND));
        let panics = spawn(async {
            sleep(3 * SECOND).await;
            panic!("third");
        });
        let last = spawn(sleep(5 * SECOND));
        cancelled.task().cancel();
        let mut tasks = [returns, cancelled, panics, last];
        assert_eq!(wait(&tasks, Until::FirstPanic).await, [1, 0, 2]);
        assert!((&mut tasks[2]).await.unwrap_err().is_panic());
        assert!(!tasks[3].is_finished());
    });
}

#[test]
fn a_wait_for_the_first_panic_knows_of_one_that_came_before_it() {
    Runtime::builder().virtual_clock().build().run(async {
        let tasks = [spawn(sleep(SECOND)), spawn(async { panic!("first") })];
        yield_now().await;
        yield_now().await;
        assert_eq!(wait(&tasks, Until::FirstPanic).await, [1]);
        assert!(!tasks[0].is_finished());
        let [_, panicked] = tasks;
        assert!(panicked.await.unwrap_err().is_panic());
    });
}

#[test]
fn a_wait_for_the_first_panic_goes_on_past_an_error_that_a_task_returns() {
    Runtime::builder().virtual_clock().build().run(async {
        let tasks = [1, 2].map(|n| {
            spawn(async move {
                sleep(n * SECOND).await;
                Err::<(), _>("no tea left")
            })
        });
        assert_eq!(wait(&tasks, Until::FirstPanic).await, [0, 1]);
    });
}

#[test]
fn a_wait_that_is_dropped_cancels_nobody_and_the_handles_are_still_good() {
    Runtime::builder().virtual_clock().build().run(async {
        let tasks = [1, 3].map(|n| {
            spawn(async move {
                sleep(n * SECOND).await;
                n
            })
        });
        assert!(timeout(2 * SECOND, wait(&tasks, Until::All)).await.is_err());
        assert_eq!(tasks.each_ref().map(|task| task.is_finished()), [true, false]);
        assert_eq!(wait(&tasks, Until::All).await, [0, 1]);
        for (task, n) in tasks.into_iter().zip([1, 3]) {
            assert_eq!(task.await.unwrap(), n);
        }
    });
}

#[test]
fn a_task_tells_no_wait_of_its_end_that_is_over_by_then() {
    let recorder = Rc::new(Recorder::default());
    Runtime::builder().virtual_clock().observer(recorder.clone()).build().run(async {
        let tasks = [1, 2].map(|n| spawn(sleep(n * SECOND)));
        assert_eq!(wait(&tasks, Until::First).await, [0]);
        for _ in 0..3 {
            assert!(timeout(SECOND / 10, wait(&tasks[1..], Until::All)).await.is_err());
        }
        let [_, last] = tasks;
        last.await.unwrap();
    });
    let told = recorder.lines().iter().filter(|line| line.ends_with(" is told of an end")).count();
    assert_eq!(told, 1, "who waits for the first end is told of it, and nobody else of any");
}

#[test]
fn nothing_to_wait_for_is_over_at_once() {
    Runtime::builder().virtual_clock().build().run(async {
        assert!(wait::<()>(&[], Until::First).await.is_empty());
        assert!(as_completed::<()>([]).next_ended().await.is_none());
    });
}

#[test]
fn a_dropped_wait_for_the_next_end_loses_no_outcome() {
    Runtime::builder().virtual_clock().build().run(async {
        let mut tasks = as_completed([2, 1].map(|n| {
            spawn(async move {
                sleep(n * SECOND).await;
                n
            })
        }));
        for _ in 0..9 {
            assert!(timeout(SECOND / 10, tasks.next_ended()).await.is_err());
        }
        sleep(2 * SECOND).await;
        let (first, second) = (tasks.next_ended().await, tasks.next_ended().await);
        let outcome = |ended: Option<(usize, Result<u32, _>)>| ended.map(|(index, n)| (index, n.unwrap()));
        assert_eq!((outcome(first), outcome(second)), (Some((1, 1)), Some((0, 2))));
    });
}

#[test]
fn a_wait_that_is_over_is_told_of_no_more_ends() {
    let recorder = Rc::new(Recorder::default());
    Runtime::builder().virtual_clock().observer(recorder.clone()).build().run(async {
        let task = [task("sleeper").spawn(sleep(5 * SECOND))];
        for _ in 0..3 {
            assert!(timeout(SECOND, wait(&task, Until::First)).await.is_err());
        }
        sleep(10 * SECOND).await;
    });
    let lines = recorder.lines();
    let spawned: Vec<_> = lines.iter().filter(|line| line.ends_with("spawned")).collect();
    assert_eq!(spawned, ["main spawned", "sleeper spawned"], "nobody brings news of the end");
}

#[test]
fn a_task_that_is_added_takes_the_next_place_and_its_turn_among_the_ends() {
    let lines = unwatched(async |log| {
        let after = |seconds: u32, name| {
            spawn(async move {
                sleep(SECOND * seconds).await;
                name
            })
        };
        let mut tasks = as_completed([after(1, "a"), after(4, "b")]);
        assert_eq!(tasks.push(after(2, "c")), 2);
        while let Some((place, name)) = tasks.next_ended().await {
            let name = name.expect("it ends");
            log.say(format!("{place} {name}"));
            if name == "c" {
                assert_eq!(tasks.push(after(1, "d")), 3);
            }
        }
    });
    assert_eq!(lines, ["0 a", "2 c", "3 d", "1 b"]);
}

#[test]
fn a_set_that_was_empty_or_used_up_goes_on_with_what_is_added() {
    stage::standing().run(async {
        let mut tasks = as_completed([]);
        assert!(tasks.next_ended().await.is_none());
        let ended = spawn(async { 'a' });
        yield_now().await;
        tasks.push(ended);
        assert_eq!(tasks.next_ended().await.expect("one was added").1.ok(), Some('a'));
        assert!(tasks.next_ended().await.is_none());
        let cancelled = spawn(std::future::pending());
        cancelled.cancel();
        tasks.push(cancelled);
        let (place, outcome) = tasks.next_ended().await.expect("one was added");
        assert!(place == 1 && outcome.expect_err("it was cancelled").is_cancelled());
        assert_eq!(format!("{tasks:?}"), "AsCompleted { remaining: 0, .. }");
    });
}

#[test]
fn one_who_waits_for_the_next_end_goes_on_when_that_of_an_added_task_comes_first() {
    let lines = unwatched(async |log| {
        let mut tasks = as_completed([spawn(sleep(SECOND * 3))]);
        assert!(timeout(SECOND, tasks.next_ended()).await.is_err());
        tasks.push(spawn(sleep(SECOND)));
        let (place, _) = tasks.next_ended().await.expect("two are left");
        log.say(format!("{place} at {}", greenlight::now()));
    });
    assert_eq!(lines, ["1 at t=2.000000s"]);
}

#[test]
fn a_set_keeps_nothing_of_those_that_it_has_yielded() {
    let log = Log::default();
    stage::standing().run(async {
        let mut tasks = as_completed([spawn(async move { log.at_drop("first") })]);
        tasks.push(spawn(async move { log.at_drop("second") }));
        drop(tasks.next_ended().await);
        log.say("yielded");
        drop(tasks);
        yield_now().await;
        log.say("gone");
    });
    assert_eq!(log.take(), ["first", "yielded", "second", "gone"]);
}
