//! The explorer of schedules: on one thread a poll is atomic, so what there is to choose is who of those that are ready
//! runs next, and it tries that out. Each file uses only those before it, those who watch, and any of the heart.

mod plan;

mod hush;

mod invariants;

mod watchdog;

mod scene;

mod player;

mod session;

mod progress;

mod explorer;

mod search;

mod replay;

pub use explorer::Explorer;
pub use invariants::{always, finally};
pub(super) use replay::from_environment;
pub use replay::{explore, replay, try_explore};
pub use scene::{Ready, Scene};
