//! Small programs of everything that there is.

use crate::steps::{Program, Step};
use fastrand::Rng;

/// A program of so many tasks, with so many steps each at most.
pub(crate) fn program(rng: &mut Rng, tasks: usize, steps: usize) -> Program {
    // Those of one kind of object, so that its waits meet; or of any.
    let kind = rng.usize(0..KINDS + 1);
    let task = |number| {
        let count = rng.usize(1..=steps);
        (0..count).map(|_| step(rng, kind, number, tasks)).collect()
    };
    let tasks: Vec<_> = (1..=tasks).map(task).collect();
    let (permits, parties, capacity) = (rng.usize(1..3), rng.usize(1..4), rng.usize(1..3));
    Program { permits, parties, capacity, tasks }
}

const KINDS: usize = 8;

fn step(rng: &mut Rng, kind: usize, number: usize, tasks: usize) -> Step {
    let item = rng.u16(1..9);
    match rng.u32(0..20) {
        0..2 => return Step::Yield,
        2 => return Step::Sleep(rng.u64(1..4)),
        3 => return Step::Cancel(rng.usize(1..=tasks)),
        4 => return Step::Within(rng.u64(1..4), Box::new(wait(rng, kind, number, tasks))),
        5..13 => return wait(rng, kind, number, tasks),
        _ => {}
    }
    match if kind < KINDS { kind } else { rng.usize(0..KINDS) } {
        0 => rng.choice([Step::Set, Step::Clear, Step::Pulse]),
        1 => rng.choice([Step::TryLock, Step::Unlock]),
        2 => rng.choice([Step::Notify(1), Step::Notify(2), Step::NotifyAll, Step::Leave]),
        3 => rng.choice([Step::TryAcquire, Step::Release]),
        4 => rng.choice([Step::Reset, Step::Abort, Step::Arrive]),
        5 => rng.choice([Step::TryPut(item), Step::TryGet, Step::Done, Step::Close]),
        _ => rng.choice([Step::Set, Step::Unlock, Step::Release]),
    }
    .expect("there is something to choose from")
}

/// A step that may wait.
fn wait(rng: &mut Rng, kind: usize, number: usize, tasks: usize) -> Step {
    let item = rng.u16(1..9);
    match if kind < KINDS { kind } else { rng.usize(0..KINDS) } {
        0 => Step::Wait,
        1 => Step::Lock,
        2 => rng.choice([Step::Enter, Step::Await, Step::Await]).expect("there are three"),
        3 => Step::Acquire(rng.usize(1..3)),
        4 => Step::Arrive,
        5 => rng.choice([Step::Put(item), Step::Get, Step::Get, Step::Join]).expect("there are four"),
        6 => {
            let other = rng.usize(1..=tasks);
            if other == number { Step::Yield } else { Step::Ended(other) }
        }
        _ => {
            let mut child = || {
                let plain = rng.usize(0..6);
                let mut steps = vec![wait(rng, plain, 0, tasks)];
                if rng.bool() {
                    steps.push(
                        rng.choice([Step::Yield, Step::Unlock, Step::Set, Step::Release]).expect("there are four"),
                    );
                }
                steps
            };
            let mut children = vec![child(), child()];
            if rng.bool() {
                return Step::Gather(children);
            }
            if rng.bool() {
                children[0].push(Step::Fail);
            }
            Step::Group(children)
        }
    }
}
