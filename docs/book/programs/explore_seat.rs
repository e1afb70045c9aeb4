//! One seat, two customers, and every order of the two: the smallest one that sells the seat twice.

use greenlight::try_explore;

use super::demos::last_seat;

// ANCHOR: program
pub(crate) fn main() {
    let failed = try_explore(last_seat::program).expect_err("two buy one seat");
    println!("{failed}");
}
// ANCHOR_END: program
