//! Greenlight's own primitives in every order of small programs: as many orders as the enumeration has, and the same
//! outcomes, each as often.

use crate::enumerate::{Counted, Outcomes, enumerate};
use crate::played;
use crate::random;
use crate::seed::{seed, setting};
use crate::steps::{Program, REFUSED, Said, Step};
use fastrand::Rng;
use greenlight::explore::Explorer;
use std::cell::RefCell;
use std::rc::Rc;

/// A primitive, and its programs: three tasks of which two may be cancelled, and four of two operations, of which one may.
struct Primitive {
    name: &'static str,
    three: Program,
    four: Program,
    /// Whether nobody may be left waiting who was not cancelled.
    always_ends: bool,
}

fn primitives() -> Vec<Primitive> {
    use Step::*;
    let of = |tasks: &[&[Step]]| Program::new(tasks.iter().map(|steps| steps.to_vec()).collect::<Vec<_>>());
    let within = |time, step| Within(time, Box::new(step));
    vec![
        Primitive {
            name: "event",
            three: of(&[&[Wait, Clear, Yield, Set], &[Wait, Yield, Wait], &[Yield, Set]]),
            four: of(&[&[Wait, Wait], &[Wait, Clear], &[Yield, Set], &[Pulse, Set]]),
            always_ends: false,
        },
        Primitive {
            name: "lock",
            three: of(&[&[Lock, Yield, Unlock, Lock, Unlock], &[Lock, Yield], &[Lock, Unlock, TryLock]]),
            four: of(&[&[Lock, Yield], &[Lock, Yield], &[Lock, Yield], &[Lock, Yield]]),
            always_ends: true,
        },
        Primitive {
            name: "condition",
            three: of(&[&[Enter, Await, Leave], &[Enter, Await], &[Enter, Notify(1), Leave, Yield, Enter, Notify(1)]]),
            four: of(&[&[Enter, Await], &[Enter, Await], &[Enter, Notify(1)], &[Enter, NotifyAll]]),
            always_ends: false,
        },
        Primitive {
            name: "semaphore",
            three: of(&[&[Acquire(1), Yield, Release, Yield], &[Acquire(2), Yield], &[Acquire(1), Yield]]),
            four: of(&[&[Acquire(1), Yield], &[Acquire(2), Release], &[Acquire(1), Yield], &[Acquire(1), TryAcquire]]),
            always_ends: true,
        },
        Primitive {
            name: "barrier",
            three: of(&[&[Arrive, Arrive], &[Arrive, Yield], &[Arrive]]),
            four: of(&[&[Arrive, Yield], &[Arrive, Reset], &[Arrive, Yield], &[Arrive, Abort]]),
            always_ends: false,
        },
        Primitive {
            name: "queue",
            three: of(&[&[Put(1), Put(2)], &[Get, Done], &[Yield, Get, Done, Join]]),
            four: of(&[&[Put(1), Put(2)], &[Put(3), Close], &[Get, Get], &[Get, Done]]),
            always_ends: false,
        },
        Primitive {
            name: "task group",
            three: of(&[&[Group(vec![vec![Wait], vec![Fail]])], &[Yield, Set]]),
            four: of(&[&[Group(vec![vec![Lock], vec![Lock]])], &[Lock, Yield]]),
            always_ends: true,
        },
        Primitive {
            name: "gather",
            three: of(&[&[Gather(vec![vec![Lock], vec![Lock]])], &[Lock, Yield]]),
            four: of(&[&[Gather(vec![vec![Lock], vec![Yield, Lock]])], &[Lock, Unlock]]),
            always_ends: true,
        },
        Primitive {
            name: "timeout",
            three: of(&[&[within(1, Lock)], &[Lock, Sleep(1), Unlock], &[Lock, Sleep(1)]]),
            four: of(&[
                &[within(2, Acquire(1)), Yield],
                &[Acquire(2), Sleep(2)],
                &[within(1, Acquire(2)), Yield],
                &[Acquire(1), Sleep(1)],
            ]),
            always_ends: true,
        },
    ]
}

/// `GREENLIGHT_LARGER` has so many more tasks cancelled.
#[test]
fn every_order_of_every_primitive_comes_to_what_the_enumeration_has_for_it() {
    let more = usize::try_from(setting("GREENLIGHT_LARGER").unwrap_or(0)).expect("it is a small number");
    for Primitive { name, three, four, always_ends } in primitives() {
        for (program, cancels) in [(&three, 2 + more), (&four, 1 + more)] {
            let counts = (0..=cancels).map(|cancels| {
                let counted = enumerate(program, cancels, u64::MAX).expect("there is no bound");
                assert!(
                    counted.stuck == 0 || !always_ends,
                    "{name}: somebody waits for ever in {} orders",
                    counted.stuck
                );
                counted.outcomes.keys().for_each(|said| conserved(program, said));
                compare(program, cancels, &counted);
                counted.orders.to_string()
            });
            let counts: Vec<_> = counts.collect();
            println!("{name}, {} tasks: {} orders, by the number of cancels", program.tasks.len(), counts.join(", "));
        }
    }
}

/// No item, permit or lock is lost or made.
fn conserved(program: &Program, said: &Said) {
    let seen: Vec<_> = said.iter().filter(|(number, _)| *number == 0).map(|(_, seen)| usize::from(*seen)).collect();
    let (mut put, mut taken) = (Vec::new(), Vec::new());
    for (index, steps) in program.tasks.iter().enumerate() {
        let own = said.iter().filter(|(number, _)| usize::from(*number) == index + 1).map(|(_, what)| *what);
        for (step, what) in steps.iter().zip(own) {
            match step {
                Step::Put(item) | Step::TryPut(item) if what == *item => put.push(what),
                Step::Get | Step::TryGet if what < REFUSED => taken.push(what),
                _ => {}
            }
        }
    }
    let [free, waiting, items, _, is_locked, is_entered, ..] = seen[..] else { panic!("main looks at everything") };
    taken.iter().for_each(|item| assert!(put.contains(item), "an item was made: {program:?}: {said:?}"));
    let has_child = program.tasks.iter().flatten().any(|step| matches!(step, Step::Gather(_) | Step::Group(_)));
    assert_eq!(put.len(), taken.len() + items, "an item was lost: {program:?}: {said:?}");
    if seen[8..].iter().all(|&ended| ended == 1) && !has_child {
        let all = (free, waiting, is_locked + is_entered);
        assert_eq!(all, (program.permits, 0, 0), "not all was given back: {program:?}: {said:?}");
    }
}

/// Explores a program, and compares how often each outcome came with what the enumeration has.
#[track_caller]
fn compare(program: &Program, cancels: usize, counted: &Counted) {
    let expected = &counted.outcomes;
    let (shared, outcomes) = (Rc::new(program.clone()), RefCell::new(Outcomes::new()));
    let explorer = Explorer::new().exhaustive().schedules(u64::MAX).cancels(program.names(), cancels);
    let explored = explorer.run(|| async {
        let said = played::main(shared.clone()).await;
        *outcomes.borrow_mut().entry(said).or_default() += 1;
    });
    let outcomes = outcomes.into_inner();
    let differs = |said: &&Said| outcomes.get(*said) != expected.get(*said);
    if let Some(said) = outcomes.keys().chain(expected.keys()).find(differs) {
        let [here, there] = [&outcomes, expected].map(|all| all.get(said).copied().unwrap_or_default());
        panic!(
            "{program:?} with {cancels} cancels: greenlight comes {here} times to {said:?}, the enumeration {there}"
        );
    }
    let tried = (explored.orders, explored.schedules);
    assert!(explored.is_complete && tried == (counted.orders, counted.orders), "{explored}, of {}", counted.orders);
}

#[test]
fn every_order_of_random_programs_comes_to_what_the_enumeration_has_for_it() {
    let (first, count) = (seed(), setting("GREENLIGHT_FRESH").unwrap_or(200));
    let (mut compared, mut orders) = (0, 0);
    for seed in first..first + count {
        let mut rng = Rng::with_seed(seed);
        let tasks = rng.usize(2..4);
        let (program, cancels) = (random::program(&mut rng, tasks, 3), rng.usize(0..3));
        if let Some(counted) = enumerate(&program, cancels, 2000) {
            println!("GREENLIGHT_SEED={seed} GREENLIGHT_FRESH=1");
            compare(&program, cancels, &counted);
            (compared, orders) = (compared + 1, orders + counted.orders);
        }
    }
    println!("{orders} orders of {compared} programs");
}
