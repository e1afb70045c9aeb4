//! The third tutorial's two places on an event, as the demo has them, and what it has counted.

use super::demos::resource_event;

pub(crate) fn main() {
    println!("{}", greenlight::run(resource_event::program()));
}
