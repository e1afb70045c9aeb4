//! What the inbox takes from outside: the one place that names its thread types, so that a model checker can put its
//! own in their stead.

pub(super) use crossbeam_queue::SegQueue as Queue;
pub(super) use std::sync::atomic::{AtomicBool, Ordering, fence};
pub(super) use std::thread::{Thread, park, park_timeout};
