//! The first tutorial's club, as the demo has it: two wait, one is notified, and what becomes of the other is told.

use super::demos::club;

pub(crate) fn main() {
    println!("{}", greenlight::try_run(club::program()).expect_err("nobody notifies Bob"));
}
