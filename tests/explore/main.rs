//! The explorer of schedules: what it promises, and how many schedules there are by another count.

mod counts;
mod enumerate;
mod played;
mod primitives;
mod promises;
mod random;
#[path = "../seed.rs"]
mod seed;
mod steps;
