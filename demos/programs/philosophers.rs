//! Five philosophers share five forks, each of which is a Lock, and none of them starves.
//!
//! Everybody needs the two forks beside the plate. Who takes the lower number first can wait only for
//! somebody who holds a higher one, so no circle of waits comes about. A fork goes to whoever has
//! asked for it first.
//!
//! What to change:
//! - Take `left` before `right` instead of `low` before `high`: with all five at the table at once,
//!   each has one fork and waits for the next. The report names the circle.
//! - Take fork 0 in place of `low` and `high`: one eats at a time, and it takes 22 seconds, not 15.
//! - Seat four: with fewer guests than forks any order will do.

use greenlight::{gather_tasks, now, say, sleep, sync::Lock, task};
use std::rc::Rc;
use std::time::Duration;

const NAMES: [&str; 5] = ["Arendt", "Beauvoir", "Confucius", "Descartes", "Epicurus"];

pub(crate) async fn program() {
    let forks: Rc<[Lock; 5]> = Rc::new([0, 1, 2, 3, 4].map(|number| Lock::default().named(format!("fork {number}"))));
    gather_tasks((0..5).map(|seat| task(NAMES[seat]).spawn(dine(seat, forks.clone())))).await;
    say!("The table is cleared after {} s.", now().since_start().as_secs());
}

async fn dine(seat: usize, forks: Rc<[Lock; 5]>) {
    let (name, left, right) = (NAMES[seat], seat, (seat + 1) % 5);
    let (low, high) = (left.min(right), left.max(right));
    for course in 1..=2 {
        say!("{name} thinks.");
        sleep(Duration::from_secs(1)).await;
        let first = forks[low].lock().await;
        say!("{name} takes fork {low}.");
        // Time for everybody else to take one, too.
        sleep(Duration::from_millis(100)).await;
        let second = forks[high].lock().await;
        say!("{name} takes fork {high}, and has course {course}.");
        sleep(Duration::from_secs(2)).await;
        drop((first, second));
        say!("{name} puts both down.");
    }
}

fn main() {
    greenlight::run(program());
}
