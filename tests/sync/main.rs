//! How the primitives behave: a file for each that has one of its own, and else one behaviour a file, such as what being
//! dropped at any moment does to the others, foreign code that re-enters, misuse, and what is said of it in a stall.

mod barrier;
mod closing;
mod crew;
mod dropped;
mod edges;
mod elsewhere;
mod group_cancel;
mod misuse;
mod moments;
mod objects;
mod owned;
mod permits;
mod printed;
mod promise;
#[path = "../properties.rs"]
mod properties;
mod queue;
mod reentrancy;
#[path = "../seed.rs"]
mod seed;
mod semaphore;
mod stalls;
mod task_group;
mod traces;
mod wait;
mod waits;
