//! The solutions of earlier exercises, for those that build on them.
//!
//! Each module is the file of its exercise, `solution.rs`, and names the others as `given::…`, here and there alike.

#![warn(missing_docs)]

extern crate self as given;

#[path = "../../exercises/10_event/solution.rs"]
pub mod event;
