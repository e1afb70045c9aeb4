//! The solutions of earlier exercises, for those that build on them.
//!
//! Each module is the file of its exercise, `solution.rs`, and names the others as `given::…`, here and there alike.

#![warn(missing_docs)]

extern crate self as given;

#[path = "../../exercises/08_timers/solution.rs"]
pub mod timers;

#[path = "../../exercises/10_event/solution.rs"]
pub mod event;

#[path = "../../exercises/11_lock/solution.rs"]
pub mod lock;

#[path = "../../exercises/12_condition/solution.rs"]
pub mod condition;
