//! The same two places on a condition, as the demo has them, and what it has counted.

use super::demos::resource_condition;

pub(crate) fn main() {
    println!("{}", greenlight::run(resource_condition::program()));
}
