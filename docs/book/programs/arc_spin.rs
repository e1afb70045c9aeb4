//! The same with the clear left out, in the ordinary order alone: one worker never ends its poll.

use super::demos::three_workers;
use greenlight::explore::Explorer;

pub(crate) fn main() {
    let explored = Explorer::new().deferrals(0).try_run(three_workers::spinning);
    println!("{}", explored.expect_err("the third worker spins"));
}
