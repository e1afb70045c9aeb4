//! Those who watch a runtime: what they tell, and how they know. The heart works the same without them. Each file uses
//! only those before it, and any of the heart.

pub(in crate::runtime) mod printable;

pub(in crate::runtime) mod reporter;

pub(in crate::runtime) mod state;

pub(in crate::runtime) mod kind;

pub(in crate::runtime) mod future_type;

pub(in crate::runtime) mod ids;

pub(in crate::runtime) mod names;

pub(in crate::runtime) mod trace;

pub(in crate::runtime) mod polls;

pub(in crate::runtime) mod runtimes;

pub(in crate::runtime) mod lost;

pub(in crate::runtime) mod facts;

pub(in crate::runtime) mod told;

pub(in crate::runtime) mod told_of_tasks;

pub(in crate::runtime) mod holds;

pub mod dump;

pub(in crate::runtime) mod standing;

pub(in crate::runtime) mod text;

pub(in crate::runtime) mod shown;

pub(in crate::runtime) mod stall;

pub(in crate::runtime) mod ask;

pub(in crate::runtime) mod help;

pub(in crate::runtime) mod report;

pub(in crate::runtime) mod tree;

pub(in crate::runtime) mod watchers;

pub(in crate::runtime) mod check_lists;

pub(in crate::runtime) mod check_waits;

pub(in crate::runtime) mod check;

pub(in crate::runtime) mod suspicion;

pub use ask::NoAnswer;
pub use holds::Held;
pub use kind::{Kind, Purpose};
pub use polls::Polled;
pub use printable::Printable;
pub use stall::Stalled;
pub(super) use state::ObjectState;
pub use told_of_tasks::mark;
pub use trace::{ObjectLabel, Observer, TaskLabel, TraceEvent};
