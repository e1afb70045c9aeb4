//! Three philosophers and three forks, the lower fork first: no circle of waits can close. Is everybody fed?
//!
//! That nobody waits for ever does not say for how long. Each eats twice, and thinks in between. In greenlight's own order
//! they take turns. Where Bob is slow, the others are done before he has eaten at all.
//!
//! What to change:
//! - Have a Lock around both forks: its line is first come, first served, but who is not in line is not served.
//! - Count who has eaten, and have the others wait: fairness has to be somebody's job.

use greenlight::explore::always;
use greenlight::{gather_tasks, say, sync::Lock, task, yield_now};
use std::cell::Cell;
use std::rc::Rc;

const NAMES: [&str; 3] = ["alice", "bob", "carol"];
const BOB: usize = 1;

struct Table {
    forks: [Lock; NAMES.len()],
    meals: [Cell<u32>; NAMES.len()],
}

pub(crate) async fn program() {
    let forks = [0, 1, 2].map(|number| Lock::default().named(format!("fork {number}")));
    let table = Rc::new(Table { forks, meals: Default::default() });
    let shown = table.clone();
    always("bob eats before the others have eaten twice", move || {
        let meals = shown.meals.each_ref().map(Cell::get);
        meals[BOB] > 0 || meals.iter().sum::<u32>() < 4
    });
    gather_tasks((0..NAMES.len()).map(|seat| task(NAMES[seat]).spawn(dine(seat, table.clone())))).await;
}

async fn dine(seat: usize, table: Rc<Table>) {
    let (left, right) = (seat, (seat + 1) % NAMES.len());
    for _ in 0..2 {
        let first = table.forks[left.min(right)].lock().await;
        let second = table.forks[left.max(right)].lock().await;
        table.meals[seat].update(|meals| meals + 1);
        say!("{} eats.", NAMES[seat]);
        yield_now().await;
        drop((first, second));
        yield_now().await;
    }
}

fn main() {
    greenlight::explore(program);
}
