//! A dropped wait for the ends of tasks: a group cancels those that have not ended, `wait` and
//! `as_completed` leave them alone, and no outcome is lost.

use super::Noting;
use super::around::{Around, SIGNAL};
use super::loops::{Play, Said, at_every_moment, at_every_two_moments};
use greenlight::sync::Lock;
use greenlight::{JoinHandle, TaskGroup, Until, as_completed, now, sleep, wait, yield_now};
use stage::{Log, failures, shared};
use std::cell::Cell;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::time::Duration;

/// How long the three tasks of each scene last: the second is the last to end.
const NAPS: [Duration; 3] = [Duration::from_millis(600), SIGNAL, Duration::from_millis(800)];

/// Says that a task is gone, when it is dropped.
struct Gone(Said, usize);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.say(format!("{} gone", self.1));
    }
}

/// A task that says that it ends, and that it is gone.
fn child(said: &Said, number: usize) -> impl Future<Output = ()> + use<> {
    let said = said.clone();
    async move {
        let _gone = Gone(said.clone(), number);
        sleep(NAPS[number]).await;
        said.say(format!("{number} ends"));
    }
}

/// Three tasks in a group whose owner is the victim. The last fails if it is told to.
fn three_in_a_group(play: &Play, fails: bool) -> (Vec<String>, Vec<String>) {
    let (said, around) = (play.said.clone(), play.around());
    let over = Rc::new(Cell::new(Duration::ZERO));
    let noting = over.clone();
    play.victim("victim", async move {
        let _noting = Noting(noting);
        let mut group = TaskGroup::new();
        for number in 0..3 {
            let child = child(&said, number);
            group.spawn(async move {
                child.await;
                if fails && number == 2 { Err("no tea left") } else { Ok(()) }
            });
        }
        if let Some(outcome) = around.wait(group.join()).await {
            said.say(match outcome {
                Ok(()) => "victim".to_string(),
                Err(error) => format!("victim: {}", failures(&error)),
            });
        }
    });
    play.run();
    assert_eq!(play.now().since_start(), over.get(), "no task outlives its group");
    assert!(play.cancelled().is_sorted(), "{:?}", play.cancelled());
    play.ends();
    play.lines()
}

/// The beginning of what the tasks would have said, and after that only that they are gone. Yields
/// how much of it they said. A task that has not started says nothing.
fn said_before(lines: &[String], whole: &[&str]) -> usize {
    let said = lines.iter().zip(whole).take_while(|(line, expected)| line == expected).count();
    assert!(lines[said..].iter().all(|line| line.ends_with("gone")), "{lines:?}");
    let mut sorted = lines.to_vec();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), lines.len(), "{lines:?}");
    said
}

#[test]
fn a_dropped_group_cancels_who_has_not_ended_in_order() {
    at_every_moment(|play| {
        let (lines, victim) = three_in_a_group(play, false);
        let whole = ["0 ends", "0 gone", "2 ends", "2 gone", "1 ends", "1 gone"];
        let said = said_before(&lines, &whole);
        assert!(victim.is_empty() || victim == ["victim"] && said == whole.len(), "{lines:?} {victim:?}");
    });
}

#[test]
fn a_dropped_group_in_which_a_task_fails_cancels_who_has_not_ended_in_order() {
    at_every_moment(|play| {
        let (lines, victim) = three_in_a_group(play, true);
        let whole = ["0 ends", "0 gone", "2 ends", "2 gone", "1 gone"];
        let said = said_before(&lines, &whole);
        let failed = "victim: no tea left";
        assert!(victim.is_empty() || victim == [failed] && said == whole.len(), "{lines:?} {victim:?}");
    });
}

/// Three tasks that run already, of which the last panics.
fn three_tasks(play: &Play) -> Vec<JoinHandle<usize>> {
    let tasks = (0..3).map(|number| {
        let child = child(&play.said, number);
        play.joined(async move {
            child.await;
            if number == 2 {
                resume_unwind(Box::new("no tea left"));
            }
            number
        })
    });
    tasks.collect()
}

const ALL_SAID: [&str; 6] = ["0 ends", "0 gone", "2 ends", "2 gone", "1 ends", "1 gone"];

/// Every task has ended by itself, and its outcome is still to be had.
fn outcomes_are_there(play: &Play, handles: Rc<Vec<JoinHandle<usize>>>) {
    let handles = Rc::into_inner(handles).expect("nobody else is left");
    let log = Log::default();
    play.spawn("reader", async move {
        assert_eq!(wait(&handles, Until::All).await, [0, 1, 2]);
        for handle in handles {
            log.say(match handle.await {
                Ok(number) => number.to_string(),
                Err(error) => if error.is_panic() { "panic" } else { "cancelled" }.to_string(),
            });
        }
    });
    play.run();
    assert_eq!(log.take(), ["0", "1", "panic"]);
    play.ends();
}

/// Waits until then, and says for which tasks, and when.
async fn watch<T>(name: &'static str, handles: Rc<Vec<JoinHandle<T>>>, until: Until, said: Said, around: Around) {
    if let Some(ended) = around.wait(wait(&handles, until)).await {
        said.say(format!("{name} sees {ended:?} at {}", now()));
    }
}

/// What a wait for so many sees, and which of the tasks is the last that it sees.
const ENDS: [(Until, &str); 3] = [
    (Until::First, "sees [0] at t=0.600000s"),
    (Until::FirstPanic, "sees [0, 2] at t=0.800000s"),
    (Until::All, "sees [0, 2, 1] at t=1.000000s"),
];

#[test]
fn a_dropped_wait_leaves_the_tasks_alone() {
    for (until, sees) in ENDS {
        at_every_moment(|play| {
            let handles = Rc::new(three_tasks(play));
            play.victim("victim", watch("victim", handles.clone(), until, play.said.clone(), play.around()));
            play.run();
            let (lines, victim) = play.lines();
            assert_eq!(lines, ALL_SAID);
            assert!(victim.is_empty() || victim == [format!("victim {sees}")], "{victim:?}");
            outcomes_are_there(play, handles);
        });
    }
}

#[test]
fn another_wait_for_the_same_tasks_goes_on() {
    for ((until, _), place) in ENDS.into_iter().flat_map(|ends| [(ends, 0), (ends, 1)]) {
        at_every_moment(|play| {
            let handles = Rc::new(three_tasks(play));
            let watched = handles.clone();
            play.line_up(&["other"], place, move |name, around| {
                let until = if name == "other" { Until::All } else { until };
                watch(name, watched.clone(), until, play.said.clone(), around)
            });
            play.run();
            let (lines, _) = play.lines();
            assert_eq!(lines[..6], ALL_SAID);
            assert_eq!(lines[6..], [format!("other {}", ENDS[2].1)]);
            outcomes_are_there(play, handles);
        });
    }
}

#[test]
fn two_waits_that_are_dropped_leave_the_third_alone() {
    at_every_two_moments(|play| {
        let handles = Rc::new(vec![play.joined(yield_now()), play.joined(async {})]);
        let watch = |name, until| watch(name, handles.clone(), until, play.said.clone(), Around::Nothing);
        play.victim("victim 1", watch("victim 1", Until::First));
        play.spawn("other", watch("other", Until::All));
        play.victim("victim 2", watch("victim 2", Until::All));
        play.run();
        assert_eq!(play.lines().0, ["other sees [1, 0] at t=0.000000s"]);
        play.ends();
    });
}

/// The victim takes outcomes as they come, and another one those that it leaves.
#[test]
fn a_dropped_wait_for_the_next_end_loses_no_outcome() {
    at_every_moment(|play| {
        let handles = shared(Cell::new(three_tasks(play)));
        let ended = shared(Lock::new(None));
        play.line_up(&["other"], 0, |name, around| {
            let said = play.said.clone();
            async move {
                let mut ended = ended.lock().await;
                let ended = ended.get_or_insert_with(|| as_completed(handles.take()));
                while let Some(Some((place, outcome))) = around.wait(ended.next_ended()).await {
                    let outcome =
                        outcome.map_or_else(|error| format!("panic: {}", error.is_panic()), |n| n.to_string());
                    said.say(format!("{name}: {place}, {outcome}"));
                }
            }
        });
        play.run();
        let (lines, victim) = play.lines();
        let (of_tasks, other): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| !line.starts_with("other"));
        assert_eq!(of_tasks, ALL_SAID);
        let taken: Vec<_> = victim.iter().chain(&other).filter_map(|line| Some(line.split_once(": ")?.1)).collect();
        assert_eq!(taken, ["0, 0", "2, panic: true", "1, 1"]);
        play.ends();
    });
}

#[test]
fn tasks_whose_ends_nobody_waits_for_any_more_run_on() {
    at_every_moment(|play| {
        let (said, around) = (play.said.clone(), play.around());
        let children: Vec<_> = (0..3).map(|number| play.joined(child(&play.said, number))).collect();
        play.victim("victim", async move {
            let mut ended = as_completed(children);
            while let Some(Some((place, outcome))) = around.wait(ended.next_ended()).await {
                outcome.expect("each task returns");
                said.say(format!("victim {place}"));
            }
        });
        play.run();
        let (lines, victim) = play.lines();
        assert_eq!(lines, ALL_SAID);
        assert_eq!(victim, ["victim 0", "victim 2", "victim 1"][..victim.len()]);
        play.ends();
    });
}
