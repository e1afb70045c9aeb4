//! Who runs what: the contenders, and which of the programs each of them has the means for.

mod async_executor;
mod compio;
mod floor;
mod greenlight;
mod intrusive;
mod local_pool;
mod local_set;
mod tokio;

use crate::contender::{Clock, Conditions, Events, Locks, Queues, Timers};
use crate::rows::{
    Row, Work, Works, barriers, conditions, events, floors, locks, memory, queues, tasks, threads, timers,
};
use async_executor::AsyncExecutor;
use compio::Compio;
use floor::Floor;
use greenlight::Greenlight;
use local_pool::LocalPool;
use local_set::LocalSet;
use tokio::Tokio;

/// The name of the contender that the others are compared with.
pub const OURS: &str = "greenlight";

/// The name of the peer that ratios are taken to.
pub const YARDSTICK: &str = "tokio";

/// The name of the bare loop.
pub const FLOOR: &str = "floor";

/// A contender: its name, and what it runs.
pub struct Contender {
    /// As the table heads its column.
    pub name: &'static str,
    /// Its crates.
    pub what: &'static str,
    /// The programs that it has the means for.
    pub works: Works,
}

impl Contender {
    /// Its program for a row, if it has the means.
    pub fn work(&self, row: &Row) -> Option<Work> {
        self.works.iter().find(|(name, _)| *name == row.name).map(|(_, work)| *work)
    }
}

/// What the contenders have to have weighed. Apart, so that `weigh` does not have to contain all other programs.
pub fn weighed() -> Vec<(&'static str, Works)> {
    vec![
        (OURS, weights::<Greenlight>(Clock::Virtual)),
        (YARDSTICK, weights::<Tokio>(Clock::Virtual)),
        ("LocalSet", weights::<LocalSet>(Clock::Virtual)),
        ("smol", weights::<AsyncExecutor>(Clock::Real)),
        ("LocalPool", weights::<LocalPool>(Clock::Virtual)),
        ("compio", weights::<Compio>(Clock::Virtual)),
    ]
}

fn weights<C: Events + Timers>(clock: Clock) -> Works {
    [memory::tasks::<C>(), memory::events::<C>(), memory::timers::<C>(clock)].concat()
}

/// What all peers have, or something that serves as it.
fn common<C: Events + Conditions + Locks + Queues>() -> Works {
    let locking = [conditions::works::<C>(), locks::works::<C>(), queues::works::<C>()].concat();
    [tasks::works::<C>(), events::works::<C>(), locking].concat()
}

/// All contenders, in the order of the table's columns.
pub fn all() -> Vec<Contender> {
    let weighed = weighed();
    let contender = |name, what, mut works: Vec<Works>| {
        works.extend(weighed.iter().filter(|(of, _)| *of == name).map(|(_, works)| works.clone()));
        Contender { name, what, works: works.concat() }
    };
    vec![
        contender(
            OURS,
            "this project",
            vec![
                common::<Greenlight>(),
                timers::works::<Greenlight>(Clock::Virtual),
                timers::works::<Greenlight>(Clock::Real),
                timers::timeouts::<Greenlight>(Clock::Real),
                threads::works::<Greenlight>(),
                barriers::works::<Greenlight>(),
            ],
        ),
        contender(
            YARDSTICK,
            "tokio's LocalRuntime: a current-thread runtime whose tasks stay on their thread",
            vec![
                common::<Tokio>(),
                timers::works::<Tokio>(Clock::Virtual),
                timers::works::<Tokio>(Clock::Real),
                timers::timeouts::<Tokio>(Clock::Real),
                threads::works::<Tokio>(),
                barriers::works::<Tokio>(),
            ],
        ),
        contender(
            "LocalSet",
            "tokio's LocalSet in a current-thread runtime",
            vec![
                common::<LocalSet>(),
                timers::works::<LocalSet>(Clock::Virtual),
                timers::works::<LocalSet>(Clock::Real),
                timers::timeouts::<LocalSet>(Clock::Real),
                threads::works::<LocalSet>(),
                barriers::works::<LocalSet>(),
            ],
        ),
        contender(
            "smol",
            "async-executor's LocalExecutor, event-listener, async-lock, async-channel, async-io",
            vec![
                common::<AsyncExecutor>(),
                timers::works::<AsyncExecutor>(Clock::Real),
                timers::timeouts::<AsyncExecutor>(Clock::Real),
                threads::works::<AsyncExecutor>(),
                barriers::works::<AsyncExecutor>(),
            ],
        ),
        contender(
            "LocalPool",
            "futures' LocalPool, futures-intrusive's local types, local-sync's channels",
            vec![
                common::<LocalPool>(),
                timers::works::<LocalPool>(Clock::Virtual),
                timers::timeouts::<LocalPool>(Clock::Virtual),
                threads::works::<LocalPool>(),
            ],
        ),
        contender(
            "compio",
            "compio-executor, futures-intrusive's local types, local-sync's channels",
            vec![
                common::<Compio>(),
                timers::works::<Compio>(Clock::Virtual),
                timers::timeouts::<Compio>(Clock::Virtual),
            ],
        ),
        contender(
            FLOOR,
            "a bare loop over boxed futures in a VecDeque; bare threads where threads are the row",
            vec![tasks::works::<Floor>(), floors::works()],
        ),
    ]
}
