//! What the explorer promises of each schedule, and of what it tells.

use crate::played;
use crate::random;
use crate::seed::seed;
use fastrand::Rng;
use greenlight::explore::{Explorer, Fault, Pick, Schedule};
use greenlight::sync::{Event, Lock};
use greenlight::trace::{Observer, TraceFile};
use greenlight::{Runtime, TaskGroup, gather_tasks, replay, say, sleep, task, yield_now};
use stage::{again, ended_again, refusal};
use std::cell::RefCell;
use std::fs;
use std::hint::spin_loop;
use std::panic::catch_unwind;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The rows that a play traces, byte for byte.
fn rows(name: &str, play: impl FnOnce(Rc<dyn Observer>)) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.jsonl"));
    play(Rc::new(TraceFile::create(&path).expect("the folder for tests can be written to").titled("a program")));
    fs::read_to_string(path).expect("the trace is text")
}

/// Three tasks that take three turns each, and say so.
async fn in_turns(said: Rc<RefCell<Vec<String>>>) {
    let in_turn = |name: &'static str| {
        let said = said.clone();
        task(name).spawn(async move {
            for turn in 1..4 {
                said.borrow_mut().push(format!("{name}{turn}"));
                say!("{name}{turn}");
                if turn < 3 {
                    yield_now().await;
                }
            }
        })
    };
    gather_tasks(["a", "b", "c"].map(in_turn)).await;
}

/// What the three say under a schedule.
fn said_under(schedule: &str) -> String {
    let said = Rc::new(RefCell::default());
    replay(schedule, || in_turns(said.clone()));
    said.take().join(" ")
}

#[test]
fn a_schedule_without_deviations_traces_the_rows_of_an_ordinary_run() {
    for seed in seed()..seed() + 200 {
        let program = Rc::new(random::program(&mut Rng::with_seed(seed), 3, 5));
        let ordinary = rows("ordinary", |observer| {
            let runtime = Runtime::builder().virtual_clock().on_report(|_| {}).observer(observer).build();
            runtime.run(played::main(program.clone()));
        });
        let explored = rows("explored", |observer| {
            let played = Explorer::new().play(&Schedule::default(), vec![observer], || played::main(program.clone()));
            assert!(played.is_ok(), "GREENLIGHT_SEED={seed}: {played:?}");
        });
        // But for the line here that runs it.
        let of_the_program =
            |rows: &str| rows.lines().filter(|row| !row.contains(file!())).collect::<Vec<_>>().join("\n");
        let [ordinary, explored] = [ordinary, explored].map(|rows| of_the_program(&rows));
        assert!(ordinary.lines().count() > 5, "{ordinary}");
        assert_eq!(ordinary, explored, "GREENLIGHT_SEED={seed}: {program:#?}");
    }
}

#[test]
fn what_was_picked_by_hand_replays_by_its_schedule_to_the_same_rows_each_time() {
    for seed in seed()..seed() + 50 {
        let mut rng = Rng::with_seed(seed);
        let program = Rc::new(random::program(&mut rng, 3, 4));
        let (mut picks, said) = (Vec::new(), RefCell::default());
        let main = || async { *said.borrow_mut() = played::main(program.clone()).await };
        let explorer = Explorer::new().cancels(program.names(), 1);
        let schedule = loop {
            let scene = explorer.look(main, &picks);
            if scene.ended.is_some() {
                break scene.schedule;
            }
            let victims: Vec<_> = scene.may_cancel.iter().filter(|_| rng.u32(0..9) == 0).collect();
            let ready = rng.choice(&scene.ready).expect("somebody is ready where there is a choice");
            picks.push(victims.first().map_or(Pick::Run(ready.task.number), |victim| Pick::Cancel(**victim)));
        };
        let picked = said.take();
        assert_eq!(schedule.to_string().parse(), Ok(schedule.clone()));
        let replayed = [1, 2].map(|_| {
            rows("replayed", |observer| {
                let played = explorer.play(&schedule, vec![observer], main);
                assert!(played.is_ok(), "GREENLIGHT_SEED={seed}: {played:?}");
                assert_eq!(said.take(), picked, "GREENLIGHT_SEED={seed}: {schedule}");
            })
        });
        assert_eq!(replayed[0], replayed[1], "GREENLIGHT_SEED={seed}: {schedule}");
    }
}

#[test]
fn behind_its_last_deviation_a_schedule_goes_on_first_in_first_out() {
    assert_eq!(said_under("gl1:"), "a1 b1 c1 a2 b2 c2 a3 b3 c3");
    assert_eq!(said_under("gl1:2@2"), "a1 b1 c1 a2 c2 a3 c3 b2 b3");
    assert_eq!(said_under("gl1:2@2,1@3"), "a1 b1 c1 a2 c2 c3 b2 a3 b3");
}

#[test]
fn a_program_that_depends_on_something_outside_is_told_of_with_the_first_step_that_differed() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let failed = Explorer::new().try_run(|| async {
        let run = RUNS.fetch_add(1, Ordering::Relaxed);
        let a = task("a").spawn(yield_now());
        if run.is_multiple_of(2) {
            yield_now().await;
        }
        gather_tasks([a, task("b").spawn(yield_now())]).await;
    });
    let failed = failed.expect_err("the runs differ");
    let [found] = &failed.found[..] else { panic!("{failed}") };
    assert!(matches!(found.fault, Fault::Drifts { .. }), "{failed}");
    let told = found.fault.to_string();
    assert!(told.contains("in step 3 ") && told.contains("HashMap"), "{told}");
    assert!(!failed.explored.is_complete, "{failed}");
}

#[test]
fn a_schedule_of_another_program_is_told_of() {
    let told = refusal(|| said_under("gl1:2@2,2@7"));
    assert!(told.contains("2@7 of gl1:2@2,2@7 was never met") && told.contains("b was polled 3 times"), "{told}");
    for wrong in ["", "2@2", "gl1:2", "gl1:2@0", "gl1:2@2,", "gl1:early:2@2", "gl2:2@2"] {
        let told = refusal(|| said_under(wrong));
        assert!(told.contains("write gl1:2@3"), "{wrong}: {told}");
    }
}

#[test]
fn the_environment_gives_any_program_a_schedule() {
    let this = the_environment_gives_any_program_a_schedule;
    let said = |schedule: &str| {
        let environment = [("GREENLIGHT_SCHEDULE", schedule), ("GREENLIGHT_CLOCK", "virtual")];
        let ended = again(this, &environment)?;
        let [out, err] = [ended.stdout, ended.stderr].map(|text| String::from_utf8(text).expect("it is text"));
        let said = out.lines().find_map(|line| line.strip_prefix("said: ")).map(str::to_string);
        Some((said.expect("the program says it"), err))
    };
    let Some((deferred, _)) = said("gl1:2@2") else {
        let said = Rc::new(RefCell::default());
        greenlight::run(in_turns(said.clone()));
        return println!("\nsaid: {}", said.take().join(" "));
    };
    assert_eq!(deferred, said_under("gl1:2@2"));
    let all: Vec<_> = (0..8).filter_map(|seed| said(&format!("random:{seed}"))).collect();
    assert!(all.iter().any(|(said, _)| *said != said_under("gl1:")), "{all:?}");
    for (said, err) in all {
        let schedule = err.split("that was the schedule ").nth(1).and_then(|rest| rest.lines().next());
        assert_eq!(said, said_under(schedule.expect("it is told")), "{err}");
    }
}

#[test]
fn a_seed_draws_the_same_schedules_each_time() {
    let drawn = |seed| {
        let all = RefCell::new(Vec::new());
        let explored = Explorer::new().random(seed).schedules(50).run(|| async {
            let said = Rc::new(RefCell::default());
            in_turns(said.clone()).await;
            all.borrow_mut().push(said.take().join(" "));
        });
        (all.take(), explored.schedules, explored.orders)
    };
    let [once, twice, another] = [7, 7, 8].map(drawn);
    assert_eq!(once, twice);
    assert_ne!(once.0, another.0);
    assert_eq!((once.1, once.0.len()), (50, 50));
    assert!(once.2 > 10 && once.0[0] == said_under("gl1:"), "{once:?}");
}

#[test]
fn panics_are_not_printed_while_schedules_are_explored_and_are_after_that() {
    let this = panics_are_not_printed_while_schedules_are_explored_and_are_after_that;
    let Some(ended) = again(this, &[]) else {
        let failed = Explorer::new().try_run(|| async {
            let noisy = task("noisy").spawn(async { panic!("kept") });
            yield_now().await;
            assert!(noisy.is_finished(), "kept, too");
            _ = noisy.await;
        });
        assert_eq!(failed.expect_err("main may come before the other").found.len(), 1);
        assert!(catch_unwind(|| panic!("printed")).is_err());
        return;
    };
    let err = String::from_utf8_lossy(&ended.stderr);
    assert!(!err.contains("kept") && err.contains("printed"), "{err}");
}

#[test]
fn a_poll_that_never_returns_and_does_nothing_of_ours_ends_the_process_and_is_named() {
    let this = a_poll_that_never_returns_and_does_nothing_of_ours_ends_the_process_and_is_named;
    let Some(ended) = ended_again(this, &[]) else {
        Explorer::new().patience(Duration::from_millis(300)).run(|| async {
            let hamster = task("hamster").spawn(async {
                loop {
                    spin_loop();
                }
            });
            hamster.await.expect("nobody cancels it")
        });
        return;
    };
    let err = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(5), "{err}");
    assert!(err.contains("hamster"), "{err}");
}

#[test]
fn one_who_awaits_only_what_is_ready_is_found() {
    let failed = Explorer::new().try_run(|| async {
        let spinner = task("spinner").spawn(async {
            let open = Event::new();
            open.set();
            loop {
                open.wait().await;
            }
        });
        _ = spinner.await;
    });
    let failed = failed.expect_err("it never ends");
    let is_told =
        matches!(&failed.found[..], [found] if matches!(&found.fault, Fault::Spins { task, .. } if task == "spinner"));
    assert!(is_told, "{failed}");
}

#[test]
fn a_livelock_is_an_outcome_of_its_own_and_too_many_turns_are_another() {
    let explorer = Explorer::new().deferrals(0).turns(500);
    let failed = explorer.try_run(|| async {
        let politely = |name: &str| {
            task(name).spawn_detached(async {
                loop {
                    yield_now().await;
                }
            })
        };
        ["after", "you"].map(politely)[0].ended().await;
    });
    let failed = failed.expect_err("it never ends");
    let Fault::Livelock { tasks, turns: 500, .. } = &failed.found[0].fault else { panic!("{failed}") };
    assert_eq!(tasks, &["after", "you"]);
    let failed = explorer.try_run(|| async {
        loop {
            sleep(Duration::from_secs(1)).await;
        }
    });
    let failed = failed.map(|explored: greenlight::explore::Explored| explored.schedules).expect_err("it never ends");
    assert!(matches!(failed.found[0].fault, Fault::TooLong { turns: 500, .. }), "{failed}");
}

#[test]
fn the_same_circle_of_locks_without_names_is_one_cause_in_whatever_order_they_are_taken_first() {
    let failed = Explorer::new().try_run(|| async {
        let (left, right) = (Rc::new(Lock::new(())), Rc::new(Lock::new(())));
        let (other_left, other_right) = (left.clone(), right.clone());
        let one = task("one").spawn(async move {
            let _left = left.lock().await;
            yield_now().await;
            let _right = right.lock().await;
        });
        yield_now().await;
        let two = task("two").spawn(async move {
            yield_now().await;
            let _right = other_right.lock().await;
            yield_now().await;
            let _left = other_left.lock().await;
        });
        gather_tasks([one, two]).await;
    });
    let failed = failed.expect_err("they may wait for each other");
    assert!(failed.explored.failing > 1 && failed.found.len() == 1, "{failed}");
}

#[test]
fn an_error_that_a_group_has_not_told_of_is_no_panic() {
    let explorer = Explorer::new().cancels(["owner"], 1);
    let explored = explorer.run(|| async {
        let owner = task("owner").spawn(async {
            let mut group = TaskGroup::new();
            group.spawn(async { Err("no water left") });
            yield_now().await;
            _ = group.join().await;
        });
        _ = owner.await;
    });
    assert!(explored.is_complete, "{explored}");
}
