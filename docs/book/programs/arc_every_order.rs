//! Three workers and two places on an event, in every order that there is.

use super::demos::three_workers;
use greenlight::explore::Explorer;

pub(crate) fn main() {
    let explored = Explorer::new().exhaustive().try_run(three_workers::program);
    println!("{}", explored.expect("no order of the workers breaks what always holds"));
}
