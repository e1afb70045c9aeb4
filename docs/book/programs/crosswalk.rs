//! The demo `crosswalk`, as it is: a pedestrian waits for a light.

use super::demos::crosswalk::program;
use greenlight::{Runtime, now};
use std::time::Duration;

pub(crate) fn main() {
    let runtime = Runtime::builder().virtual_clock().build();
    let took = runtime.run(async {
        let start = now();
        program().await;
        start.elapsed()
    });
    assert_eq!(took, Duration::from_secs(2));
}
