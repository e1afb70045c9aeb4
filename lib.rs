//! A single-threaded async runtime with asyncio's `Event` built in.

mod runtime;
pub mod sync;

pub use runtime::*;
