//! A visitor who is cancelled before, in, and after each await, as the demo has it.

use super::demos::cancellation;

pub(crate) fn main() {
    greenlight::run(cancellation::program());
}
