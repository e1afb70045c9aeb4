//! tokio's `LocalSet`, within a current-thread runtime; all else is [`tokio`](super::tokio)'s.

use super::tokio::{At, Home};
use std::future::Future;
use tokio::runtime::Builder;
use tokio::task;

/// A `LocalSet`.
#[derive(Clone, Debug)]
pub(super) struct InASet;

/// tokio's `LocalSet`.
pub(super) type LocalSet = At<InASet>;

impl Home for InASet {
    fn block_on<F: Future>(builder: &mut Builder, main: impl FnOnce() -> F) -> F::Output {
        let runtime = builder.build().expect("a runtime without I/O needs nothing");
        let set = task::LocalSet::new();
        runtime.block_on(set.run_until(async { main().await }))
    }
}
