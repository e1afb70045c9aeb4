//! The same with a consumer that needs longer than the signal does, as the demo has it.

use super::demos::periodic_slow;

pub(crate) fn main() {
    greenlight::run(periodic_slow::program(3));
}
