//! Three philosophers at a round table, with three forks, each a Lock. Each takes the left fork, then the right one.
//!
//! They sit down one after the other, and in greenlight's own order each has eaten before the next one comes. Let two of
//! them be slow between their forks, and each has a left fork and waits for the right one: the circle is closed.
//!
//! What to change:
//! - Take the fork of the lower number first, as in `repaired`: who waits has only lower ones, and no circle closes.
//! - Seat a fourth one, with a fourth fork: three of them have to be slow.

use greenlight::{gather_tasks, say, sync::Lock, task, yield_now};
use std::rc::Rc;

const NAMES: [&str; 3] = ["alice", "bob", "carol"];

type Forks = Rc<[Lock; NAMES.len()]>;

pub(crate) async fn program() {
    dine(|left, right| (left, right)).await;
}

pub(crate) async fn repaired() {
    dine(|left, right| (left.min(right), left.max(right))).await;
}

async fn dine(order: fn(usize, usize) -> (usize, usize)) {
    let forks = Forks::new([0, 1, 2].map(|number| Lock::default().named(format!("fork {number}"))));
    let philosopher = |seat: usize| {
        let (first, second) = order(seat, (seat + 1) % NAMES.len());
        task(NAMES[seat]).spawn(eat(seat, first, second, forks.clone()))
    };
    gather_tasks((0..NAMES.len()).map(philosopher)).await;
}

async fn eat(seat: usize, first: usize, second: usize, forks: Forks) {
    for _ in 0..seat {
        think().await;
    }
    let first = forks[first].lock().await;
    think().await;
    let second = forks[second].lock().await;
    say!("{} eats.", NAMES[seat]);
    drop((first, second));
}

async fn think() {
    yield_now().await;
}

fn main() {
    println!("{}", greenlight::explore(repaired));
    greenlight::explore(program);
}
