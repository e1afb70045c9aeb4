//! The primitives beyond Event, Lock and Condition: `Semaphore`, `Barrier`, the queues, `wait` and
//! `TaskGroup`. One module for each, and one each for what being dropped at any moment does to the
//! others, for foreign code that re-enters, for misuse, for who holds permits, for waits in a circle, for what objects say of themselves in a stall, for traces, and for other
//! executors.

mod barrier;
mod closing;
mod crew;
mod edges;
mod elsewhere;
mod misuse;
mod moments;
mod objects;
mod permits;
mod printed;
mod queue;
#[path = "../runtime/quoted.rs"]
mod quoted;
mod reentrancy;
mod semaphore;
mod stage;
mod task_group;
mod traces;
mod wait;
