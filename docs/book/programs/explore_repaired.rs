//! The seat that is taken before it is paid for, in every order that there is.

use super::demos::last_seat;
use greenlight::explore::Explorer;

// ANCHOR: program
pub(crate) fn main() {
    let explored = Explorer::new().exhaustive().try_run(last_seat::repaired);
    println!("{}", explored.expect("the seat is sold once, in every order"));
}
// ANCHOR_END: program
