//! Checks that fail.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What that panics with.
pub fn message(fails: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(fails)).expect_err("the check fails");
    let text = payload.downcast::<String>().map(|text| *text);
    text.or_else(|payload| payload.downcast::<&str>().map(|text| text.to_string())).expect("a panic has a text")
}
