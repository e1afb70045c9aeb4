//! The solutions of earlier exercises, for those that build on them.
//!
//! Each module is the file of its exercise, `solution.rs`, and names the others as `given::…`, here and there alike.
//! With the feature `mine`, the parts of exercise 13 are the learner's own.

#![warn(missing_docs)]

extern crate self as given;

#[path = "../../exercises/05_ready_queue/solution.rs"]
pub mod ready_queue;

#[cfg_attr(not(feature = "mine"), path = "../../exercises/08_timers/solution.rs")]
#[cfg_attr(feature = "mine", path = "../../exercises/08_timers/src/lib.rs")]
pub mod timers;

#[cfg_attr(not(feature = "mine"), path = "../../exercises/10_event/solution.rs")]
#[cfg_attr(feature = "mine", path = "../../exercises/10_event/src/lib.rs")]
pub mod event;

#[cfg_attr(not(feature = "mine"), path = "../../exercises/11_lock/solution.rs")]
#[cfg_attr(feature = "mine", path = "../../exercises/11_lock/src/lib.rs")]
pub mod lock;

#[cfg_attr(not(feature = "mine"), path = "../../exercises/12_condition/solution.rs")]
#[cfg_attr(feature = "mine", path = "../../exercises/12_condition/src/lib.rs")]
pub mod condition;

#[path = "../../exercises/13_crosswalk/solution.rs"]
pub mod crosswalk;

#[path = "../../exercises/14_waiter_rule/solution.rs"]
pub mod waiter_rule;
