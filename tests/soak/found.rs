//! What a soak has found, as it was shrunk: each scenario found something while the library was
//! broken on purpose in the way that its name says. None finds anything now.

use crate::play::{Checks, play_apart};
use crate::step::parse;

/// Plays a scenario, which finds nothing.
#[track_caller]
fn find_nothing_in(text: &str) {
    if let Err(found) = play_apart(&parse(text), Checks::Everything) {
        panic!("at step {}: {}", found.step, found.what);
    }
}

#[test]
fn a_dropped_waiter_gives_back_the_permit_that_it_was_granted() {
    find_nothing_in(
        "task 362: await 53 0; acquire 39 0
         task 364: abandon 0 0 [join 0 0 [acquire 39 0 [wait 52 0]]]; notify 53 1; wait 54 0; cancel 362 0",
    );
}

#[test]
fn leaving_a_list_links_the_neighbours_both_ways() {
    find_nothing_in("task 7: lock 27 0 [wait 36 0; yield 0 1]");
}

#[test]
fn a_dropped_waiter_passes_its_notify_on() {
    find_nothing_in(
        "task 358: join 0 0 [yield 0 1]; lock 40 0 [yield 0 1]
         task 362: await 53 0
         task 364: abandon 0 3 [wait 52 0]; notify 53 1; yield 0 1; cancel 362 0
         task 404: yield 0 3; await 53 0",
    );
}

#[test]
fn the_last_timer_to_leave_a_slot_takes_its_bit_along() {
    find_nothing_in("task 6: group 0 1 [panic 0 0; sleep 10000000 1]");
}

#[test]
fn a_dropped_get_leaves_its_item_to_the_next() {
    find_nothing_in(
        "task 685: group 0 0 [get 33 0; join 0 0 [cancel 685 0]]
         task 805: get 33 0
         task 890: put 33 0
         task 892: completed 0 0 [ends 0 0 [set 46 0; try-put 33 0]]
         task 941: wait 46 0; get 33 0",
    );
}

#[test]
fn a_wait_that_moves_to_another_task_wakes_that_one() {
    find_nothing_in("task 10: leave 0 0 [arrive 15 0]");
}

#[test]
fn a_dropped_sleep_disarms_its_timer() {
    find_nothing_in(
        "task 26: sleep 10000000 1
         task 27: group 0 1 [sleep 0 1; fail 0 0]",
    );
}

#[test]
fn a_sleep_that_is_over_takes_its_timer_out_of_the_wheel() {
    find_nothing_in("task 1: sleep 1000 1");
}

#[test]
fn a_lock_that_is_handed_on_changes_its_holder() {
    find_nothing_in("task 85: try-lock 18 0 [join 0 0 [get 19 0]]");
}

#[test]
fn timers_for_one_moment_fire_in_the_order_in_which_they_were_armed() {
    find_nothing_in(
        "task 38: sleep 10000000 1
         task 46: tick 10000000 1",
    );
}

#[test]
fn the_list_of_those_who_await_a_task_goes_with_the_task() {
    find_nothing_in("task 0: join 0 0");
}
