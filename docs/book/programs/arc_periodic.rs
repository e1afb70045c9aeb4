//! The second tutorial's periodic signal, as the demo has it, for three pulses.

use super::demos::periodic;

pub(crate) fn main() {
    greenlight::run(periodic::program(3));
}
