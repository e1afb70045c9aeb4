//! A dropped wait for time or for the end of tasks: no timer stays behind, no tick is lost, what
//! was not awaited any more runs on, and what was gathered ends.

use super::around::{Around, SIGNAL};
use super::moments::{Play, Said, at_every_moment};
use greenlight::sync::Lock;
use greenlight::{Deadline, Interval, gather, gather_tasks, now, sleep, sleep_until, spawn, timeout_at};
use stage::{on_drop, shared};
use std::cell::Cell;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// The play ends when the last of the others does or when the victim does, not at a timer of one
/// who is gone.
fn ends_at(play: &Play, others: Duration, victim: Duration) {
    let victim = play.struck_at().map_or(victim, |struck| struck.since_start().min(victim));
    if let Around::Nothing = play.around() {
        assert_eq!(play.now().since_start(), others.max(victim));
    }
    play.ends();
}

#[test]
fn a_dropped_sleep_leaves_no_timer_and_moves_no_other() {
    for (place, nap) in [0, 1, 2, 3].into_iter().flat_map(|place| [(place, 1), (place, 2), (place, 9)]) {
        at_every_moment(|play| {
            let naps = [("a", 1), ("b", 2), ("c", 1), ("victim", nap)];
            play.line_up(&["a", "b", "c"], place, |name, around| {
                let nap = naps.iter().find(|(other, _)| *other == name).expect("everybody sleeps").1;
                let said = play.said.clone();
                async move {
                    let woken = if name == "a" {
                        around.wait(sleep_until(now() + SECOND * nap)).await
                    } else {
                        around.wait(sleep(SECOND * nap)).await
                    };
                    if woken.is_some() {
                        said.say(format!("{name} at {}", now()));
                    }
                }
            });
            play.run();
            assert_eq!(play.lines().0, ["a at t=1.000000s", "c at t=1.000000s", "b at t=2.000000s"]);
            ends_at(play, SECOND * 2, SECOND * nap);
        });
    }
}

/// Takes so many ticks of an interval, if nobody else does, and says when they were due.
async fn take_ticks(said: Said, interval: Rc<Lock<Option<Interval>>>, count: usize, around: Around) {
    let mut ticks = interval.lock().await;
    let ticks = ticks.get_or_insert_with(|| greenlight::interval(SECOND));
    for _ in 0..count {
        let Some(due) = around.wait(ticks.tick()).await else { return };
        said.say(due.to_string());
    }
}

#[test]
fn a_dropped_wait_for_a_tick_loses_no_tick() {
    at_every_moment(|play| {
        let interval = Rc::new(Lock::new(None));
        play.victim("victim", take_ticks(play.said.clone(), interval.clone(), 3, play.around()));
        play.spawn("other", take_ticks(play.said.clone(), interval.clone(), 3, Around::Nothing));
        play.run();
        let (due, _) = play.lines();
        assert!((3..=6).contains(&due.len()));
        assert!(due.iter().enumerate().all(|(index, due)| *due == format!("t={}.000000s", index + 1)), "{due:?}");
        play.ends();
    });
}

#[test]
fn a_task_whose_handle_is_dropped_runs_on() {
    at_every_moment(|play| {
        let (said, child_said) = (play.said.clone(), play.said.clone());
        let handle = play.joined(async move {
            sleep(SIGNAL).await;
            child_said.say("child ends");
        });
        let (child, around) = (handle.task(), play.around());
        play.victim("victim", async move {
            if let Some(outcome) = around.wait(handle).await {
                outcome.expect("the child returns");
                said.say("victim");
            }
        });
        play.run();
        assert_eq!(play.lines().0, ["child ends"]);
        assert!(child.is_finished());
        play.ends();
    });
}

#[test]
fn a_dropped_wait_for_a_borrowed_handle_leaves_the_output_to_another() {
    at_every_moment(|play| {
        let handle = play.joined(async {
            sleep(SIGNAL).await;
            7
        });
        let handle = shared(Lock::new(Some(handle)));
        play.line_up(&["other"], 0, |name, around| {
            let said = play.said.clone();
            async move {
                let mut handle = handle.lock().await;
                let Some(awaited) = &mut *handle else { return };
                if let Some(outcome) = around.wait(awaited).await {
                    said.say(format!("{name} gets {}", outcome.expect("the task returns")));
                    *handle = None;
                }
            }
        });
        play.run();
        let (other, victim) = play.lines();
        assert_eq!([other, victim].concat().len(), 1, "one of them gets it");
        play.ends();
    });
}

#[test]
fn the_others_who_await_the_end_of_a_task_learn_of_it_in_order_and_after_one_hop() {
    for place in 0..=2 {
        at_every_moment(|play| {
            let said = play.said.clone();
            let awaited = play.spawn("awaited", async move {
                sleep(SIGNAL).await;
                said.cause();
            });
            play.line_up(&["a", "b"], place, |name, around| {
                let (awaited, said) = (awaited.clone(), play.said.clone());
                async move {
                    if around.wait(awaited.ended()).await.is_some() {
                        said.say_hops(name);
                    }
                }
            });
            play.run();
            assert_eq!(play.lines().0, ["a 1", "b 1"]);
            play.ends();
        });
    }
}

/// Three go by one deadline, one of them the victim, and it is moved twice.
#[test]
fn a_dropped_timeout_leaves_its_deadline_to_the_others() {
    for place in 0..=2 {
        at_every_moment(|play| {
            let deadline = shared(Deadline::new());
            play.line_up(&["a", "b"], place, |name, around| {
                let said = play.said.clone();
                async move {
                    if let Some(outcome) = around.wait(timeout_at(deadline, pending::<()>())).await {
                        said.say(format!("{name}: {}", outcome.expect_err("it is never ready")));
                    }
                }
            });
            play.spawn("mover", async move {
                sleep(SIGNAL / 4).await;
                deadline.move_to(now() + SECOND * 9);
                sleep(SIGNAL / 4).await;
                deadline.move_to(now() + SIGNAL / 2);
            });
            play.run();
            let (others, _) = play.lines();
            let names: Vec<_> = others.iter().map(|line| &line[..1]).collect();
            assert_eq!(names, ["a", "b"]);
            assert!(others.iter().all(|line| line.contains("was up at t=1.000000s")), "{others:?}");
            assert!(format!("{deadline:?}").contains("waiters: 0"), "{deadline:?}");
            play.ends();
        });
    }
}

/// A child of a gather, which says that it ends, and that its future is gone.
fn child(said: &Said, number: u32, nap: Duration) -> impl Future<Output = u32> + use<> {
    let said = said.clone();
    async move {
        let at_drop = said.clone();
        let _guard = on_drop(move || at_drop.say(format!("{number} gone")));
        sleep(nap).await;
        said.say(format!("{number} ends"));
        number
    }
}

/// What a gather of three comes to, of which the second is the last to end.
fn three_are_gathered<F>(gather_three: impl Fn(Said) -> F)
where
    F: Future<Output = Vec<u32>> + 'static,
{
    at_every_moment(|play| {
        let (said, around, gathering) = (play.said.clone(), play.around(), gather_three(play.said.clone()));
        let over = Rc::new(Cell::new(Duration::ZERO));
        let noted = over.clone();
        play.victim("victim", async move {
            let _guard = on_drop(move || noted.set(now().since_start()));
            if let Some(outputs) = around.wait(gathering).await {
                assert_eq!(outputs, [0, 1, 2]);
                said.say("victim");
            }
        });
        play.run();
        assert_eq!(play.now().since_start(), over.get(), "nobody runs on");
        let (lines, victim) = play.lines();
        let whole = ["0 ends", "0 gone", "2 ends", "2 gone", "1 ends", "1 gone"];
        let ended = lines.iter().zip(whole).take_while(|(line, expected)| line == expected).count();
        // One that is awake already when it is cancelled goes before the others, one that has not
        // started has no line.
        assert!(lines[ended..].iter().all(|line| line.ends_with("gone")), "{lines:?}");
        assert!(play.cancelled().is_sorted(), "{:?}", play.cancelled());
        assert!(victim.is_empty() || ended == whole.len(), "{lines:?}");
        play.ends();
    });
}

const NAPS: [Duration; 3] = [Duration::from_millis(600), SIGNAL, Duration::from_millis(800)];

#[test]
fn a_dropped_gather_cancels_who_has_not_ended_in_order() {
    three_are_gathered(|said| async move {
        let children: Vec<_> = (0..).zip(NAPS).map(|(number, nap)| child(&said, number, nap)).collect();
        gather(children).await
    });
}

#[test]
fn a_dropped_gather_of_several_types_cancels_who_has_not_ended_in_order() {
    three_are_gathered(|said| async move {
        let [first, second, third] = [0, 1, 2].map(|number: u32| child(&said, number, NAPS[number as usize]));
        let (first, second, third) = gather!(first, async { second.await.to_string() }, third).await;
        vec![first, second.parse().expect("it is a number"), third]
    });
}

#[test]
fn a_dropped_gather_of_tasks_cancels_who_has_not_ended_in_order() {
    three_are_gathered(|said| async move {
        let tasks: Vec<_> = (0..).zip(NAPS).map(|(number, nap)| spawn(child(&said, number, nap))).collect();
        gather_tasks(tasks).await.into_iter().map(|outcome| outcome.expect("nobody else cancels it")).collect()
    });
}
