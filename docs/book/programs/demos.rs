//! The demos that the book runs, too: the very files.

#![expect(dead_code, reason = "each has a main of its own, for whoever copies it")]

#[path = "../../../demos/programs/cancellation.rs"]
pub(super) mod cancellation;
#[path = "../../../demos/programs/club.rs"]
pub(super) mod club;
#[path = "../../../demos/programs/crosswalk.rs"]
pub(super) mod crosswalk;
#[path = "../../../demos/races/last_seat.rs"]
pub(super) mod last_seat;
#[path = "../../../demos/programs/periodic.rs"]
pub(super) mod periodic;
#[path = "../../../demos/programs/periodic_slow.rs"]
pub(super) mod periodic_slow;
#[path = "../../../demos/programs/resource_condition.rs"]
pub(super) mod resource_condition;
#[path = "../../../demos/programs/resource_event.rs"]
pub(super) mod resource_event;
#[path = "../../../demos/races/three_workers.rs"]
pub(super) mod three_workers;
