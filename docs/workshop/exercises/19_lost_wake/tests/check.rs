use greenlight::explore::{Explorer, always};
use greenlight::{gather_tasks, task, yield_now};
use kit::check;
use lost_wake::Room;
use std::rc::Rc;

const NAMES: [&str; 3] = ["ann", "bob", "cy"];

/// So many visit a room for one, all at once.
async fn visits(visitors: usize) {
    let room = Rc::new(Room::new(1));
    let seen = room.clone();
    always("at most 1 is in a room for 1", move || seen.inside() <= 1);
    gather_tasks(NAMES[..visitors].iter().map(|name| task(*name).spawn(visit(room.clone())))).await;
}

/// Nobody stays for long.
async fn visit(room: Rc<Room>) {
    room.enter().await;
    for _ in 0..3 {
        yield_now().await;
    }
    room.leave();
}

/// Tries the orders in which so many visitors may run, those that are nearest to the usual one first. The message is the
/// explorer's report.
#[track_caller]
fn explore_visits(visitors: usize) {
    for deviations in 1..=3 {
        let explorer = Explorer::new().deferrals(deviations).turns(30);
        if let Err(failed) = explorer.try_run(|| visits(visitors)) {
            panic!("{failed}");
        }
    }
}

#[test]
fn in_the_usual_order_all_get_in() {
    check(|| greenlight::replay("gl1:", || visits(2)));
}

#[test]
fn in_every_order_all_get_in() {
    check(|| explore_visits(2));
}

#[test]
fn three_of_them_too() {
    check(|| explore_visits(3));
}

#[test]
fn who_had_to_wait_is_in_the_log() {
    check(|| {
        greenlight::replay("gl1:", || async {
            let room = Rc::new(Room::new(1));
            room.enter().await;
            let before = room.logged();
            let bob = task("bob").spawn(visit(room.clone()));
            for _ in 0..3 {
                yield_now().await;
            }
            room.leave();
            bob.await.expect("he comes and goes");
            let is_logged = room.logged() > before;
            assert!(is_logged, "`bob` had to wait for a place, and is not in the log: to leave it out is no repair");
        });
    });
}
