//! The columns of the table: what may stand between a leaf and its task. To add one, add it to
//! [`COMBINATORS`].

use crate::leaves::Leaf;
use futures::executor::LocalPool;
use futures::future::{self, FutureExt};
use futures::stream::{self, FuturesOrdered, FuturesUnordered, StreamExt};
use futures::task::LocalSpawnExt;
use futures_concurrency::concurrent_stream::{ConcurrentStream, IntoConcurrentStream};
use futures_concurrency::future::{FutureGroup, Join, Race, RaceOk, TryJoin};
use futures_concurrency::stream::Merge;
use greenlight::sleep;
use std::cell::Cell;
use std::future::pending;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::{JoinSet, LocalSet};

/// Something that polls leaves.
pub(crate) struct Combinator {
    pub(crate) name: &'static str,
    /// How many leaves it is tried with.
    pub(crate) leaves: usize,
    pub(crate) ends: Ends,
    pub(crate) waker: Waker,
    pub(crate) run: fn(Vec<Leaf>) -> Leaf,
}

/// When a combinator is ready.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Ends {
    /// Once all of its leaves are.
    WithTheLast,
    /// Once one of them is.
    WithTheFirst,
}

/// What a combinator does with its task's waker.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Waker {
    /// It hands it on to the leaves.
    Passed,
    /// It keeps a clone of it, and mostly hands the leaves wakers of its own.
    Kept,
}

use Ends::{WithTheFirst, WithTheLast};
use Waker::{Kept, Passed};

const fn row(name: &'static str, leaves: usize, ends: Ends, waker: Waker, run: fn(Vec<Leaf>) -> Leaf) -> Combinator {
    Combinator { name, leaves, ends, waker, run }
}

pub(crate) const COMBINATORS: &[Combinator] = &[
    row("await", 1, WithTheLast, Passed, |leaves| Box::pin(async move { one(leaves).await })),
    row("await, one after the other", 3, WithTheLast, Passed, |leaves| {
        Box::pin(async move {
            for leaf in leaves {
                leaf.await;
            }
        })
    }),
    row("now_or_never, then await", 1, WithTheLast, Passed, |leaves| {
        Box::pin(async move {
            let mut leaf = one(leaves);
            assert_eq!((&mut leaf).now_or_never(), None);
            leaf.await;
        })
    }),
    row("greenlight::gather", 3, WithTheLast, Passed, |leaves| Box::pin(greenlight::gather(leaves).map(drop))),
    row("futures::join!", 3, WithTheLast, Passed, |leaves| {
        let [a, b, c] = several(leaves);
        Box::pin(async move { _ = futures::join!(a, b, c) })
    }),
    row("futures::select!", 2, WithTheFirst, Passed, |leaves| {
        let [mut a, mut b] = several(leaves).map(FutureExt::fuse);
        Box::pin(async move {
            futures::select! { () = a => {}, () = b => {} }
        })
    }),
    row("future::select", 2, WithTheFirst, Passed, |leaves| {
        let [a, b] = several(leaves);
        Box::pin(future::select(a, b).map(drop))
    }),
    row("future::select_all", 5, WithTheFirst, Passed, |leaves| Box::pin(future::select_all(leaves).map(drop))),
    row("future::select_ok", 5, WithTheFirst, Passed, |leaves| {
        Box::pin(future::select_ok(leaves.into_iter().map(fallible)).map(drop))
    }),
    row("join_all of 2", 2, WithTheLast, Passed, |leaves| Box::pin(future::join_all(leaves).map(drop))),
    row("join_all of 30", 30, WithTheLast, Passed, |leaves| Box::pin(future::join_all(leaves).map(drop))),
    row("join_all of 31", 31, WithTheLast, Kept, |leaves| Box::pin(future::join_all(leaves).map(drop))),
    row("join_all without a size", 3, WithTheLast, Kept, |leaves| {
        let mut leaves = leaves.into_iter();
        Box::pin(future::join_all(std::iter::from_fn(move || leaves.next())).map(drop))
    }),
    row("try_join_all of 31", 31, WithTheLast, Kept, |leaves| {
        Box::pin(future::try_join_all(leaves.into_iter().map(fallible)).map(drop))
    }),
    row("FuturesUnordered", 5, WithTheLast, Kept, |leaves| Box::pin(FuturesUnordered::from_iter(leaves).collect())),
    row("FuturesOrdered", 5, WithTheLast, Kept, |leaves| Box::pin(FuturesOrdered::from_iter(leaves).collect())),
    row("FuturesUnordered in FuturesUnordered", 4, WithTheLast, Kept, |mut leaves| {
        let inner = leaves.split_off(2).into_iter().collect::<FuturesUnordered<_>>();
        leaves.push(Box::pin(inner.collect()));
        Box::pin(FuturesUnordered::from_iter(leaves).collect())
    }),
    row("buffered(2)", 5, WithTheLast, Kept, |leaves| Box::pin(stream::iter(leaves).buffered(2).collect())),
    row("buffer_unordered(2)", 5, WithTheLast, Kept, |leaves| {
        Box::pin(stream::iter(leaves).buffer_unordered(2).collect())
    }),
    row("for_each_concurrent(2)", 5, WithTheLast, Kept, |leaves| {
        Box::pin(stream::iter(leaves).for_each_concurrent(2, |leaf| leaf))
    }),
    row("stream::select", 2, WithTheLast, Passed, |leaves| {
        let [a, b] = several(leaves).map(FutureExt::into_stream);
        Box::pin(stream::select(a, b).collect())
    }),
    row("stream::select_all", 3, WithTheLast, Kept, |leaves| {
        Box::pin(stream::select_all(leaves.into_iter().map(FutureExt::into_stream)).collect())
    }),
    row("flatten_unordered", 3, WithTheLast, Kept, |leaves| {
        let streams = stream::iter(leaves).map(FutureExt::into_stream);
        Box::pin(streams.flatten_unordered(None).collect())
    }),
    row("shared", 1, WithTheLast, Kept, |leaves| {
        let shared = one(leaves).shared();
        Box::pin(async move { _ = futures::join!(shared.clone(), shared) })
    }),
    row("shared by two tasks", 1, WithTheLast, Kept, |leaves| {
        let shared = one(leaves).shared();
        let elsewhere = greenlight::spawn(shared.clone());
        Box::pin(async move {
            shared.await;
            elsewhere.await.unwrap();
        })
    }),
    row("abortable", 1, WithTheLast, Kept, |leaves| {
        let (leaf, handle) = future::abortable(one(leaves));
        Box::pin(async move {
            leaf.await.unwrap();
            assert!(!handle.is_aborted());
        })
    }),
    row("remote_handle", 1, WithTheLast, Kept, |leaves| {
        let (leaf, handle) = one(leaves).remote_handle();
        Box::pin(async move { _ = futures::join!(leaf, handle) })
    }),
    row("LocalPool", 3, WithTheLast, Kept, |leaves| Box::pin(local_pool(leaves))),
    row("tokio::join!", 3, WithTheLast, Passed, |leaves| {
        let [a, b, c] = several(leaves);
        Box::pin(async move { _ = tokio::join!(a, b, c) })
    }),
    row("tokio::select!", 2, WithTheFirst, Passed, |leaves| {
        let [a, b] = several(leaves);
        Box::pin(async move {
            tokio::select! { () = a => {}, () = b => {} }
        })
    }),
    row("tokio::select! in a loop", 2, WithTheLast, Passed, |leaves| {
        let [mut a, mut b] = several(leaves).map(FutureExt::fuse);
        Box::pin(async move {
            for _ in 0..2 {
                tokio::select! { () = &mut a => {}, () = &mut b => {} }
            }
        })
    }),
    row("tokio LocalSet", 3, WithTheLast, Kept, |leaves| {
        Box::pin(async move {
            let set = LocalSet::new();
            for leaf in leaves {
                set.spawn_local(leaf);
            }
            set.await;
        })
    }),
    row("tokio JoinSet", 3, WithTheLast, Kept, |leaves| {
        Box::pin(async move {
            let local = LocalSet::new();
            let mut tasks = JoinSet::new();
            for leaf in leaves {
                tasks.spawn_local_on(leaf, &local);
            }
            local.run_until(tasks.join_all()).await;
        })
    }),
    row("futures_lite zip", 2, WithTheLast, Passed, |leaves| {
        let [a, b] = several(leaves);
        Box::pin(futures_lite::future::zip(a, b).map(drop))
    }),
    row("futures_lite or", 2, WithTheFirst, Passed, |leaves| {
        let [a, b] = several(leaves);
        Box::pin(futures_lite::future::or(a, b))
    }),
    row("futures_concurrency Vec join", 3, WithTheLast, Kept, |leaves| Box::pin(leaves.join().map(drop))),
    row("futures_concurrency array join", 3, WithTheLast, Kept, |leaves| {
        Box::pin(several::<3>(leaves).join().map(drop))
    }),
    row("futures_concurrency tuple join", 3, WithTheLast, Kept, |leaves| {
        let [a, b, c] = several(leaves);
        Box::pin((a, b, c).join().map(drop))
    }),
    row("futures_concurrency Vec try_join", 3, WithTheLast, Kept, |leaves| {
        let leaves: Vec<_> = leaves.into_iter().map(fallible).collect();
        Box::pin(leaves.try_join().map(drop))
    }),
    row("futures_concurrency Vec race", 3, WithTheFirst, Passed, |leaves| Box::pin(leaves.race())),
    row("futures_concurrency array race", 3, WithTheFirst, Passed, |leaves| Box::pin(several::<3>(leaves).race())),
    row("futures_concurrency Vec race_ok", 3, WithTheFirst, Passed, |leaves| {
        let leaves: Vec<_> = leaves.into_iter().map(fallible).collect();
        Box::pin(leaves.race_ok().map(drop))
    }),
    row("futures_concurrency FutureGroup", 5, WithTheLast, Kept, |leaves| {
        Box::pin(async move { pin!(FutureGroup::from_iter(leaves)).collect().await })
    }),
    row("futures_concurrency merge", 3, WithTheLast, Kept, |leaves| {
        let streams: Vec<_> = leaves.into_iter().map(FutureExt::into_stream).collect();
        Box::pin(streams.merge().collect())
    }),
    row("futures_concurrency co-stream", 3, WithTheLast, Kept, |leaves| {
        Box::pin(leaves.into_co_stream().for_each(|leaf| leaf))
    }),
    row("unicycle FuturesUnordered", 5, WithTheLast, Kept, |leaves| {
        Box::pin(unicycle::FuturesUnordered::from_iter(leaves).collect())
    }),
    row("unicycle StreamsUnordered", 3, WithTheLast, Kept, |leaves| {
        Box::pin(unicycle::StreamsUnordered::from_iter(leaves.into_iter().map(FutureExt::into_stream)).collect())
    }),
];

fn one(leaves: Vec<Leaf>) -> Leaf {
    let [leaf] = several(leaves);
    leaf
}

fn several<const N: usize>(leaves: Vec<Leaf>) -> [Leaf; N] {
    leaves.try_into().ok().expect("the row says how many leaves it takes")
}

fn fallible(leaf: Leaf) -> future::LocalBoxFuture<'static, Result<(), ()>> {
    leaf.unit_error().boxed_local()
}

/// A nested pool wakes nobody around it: it has to be looked at now and then. It runs only those of
/// its tasks that were woken, so it finds a lost wake all the same.
async fn local_pool(leaves: Vec<Leaf>) {
    let mut pool = LocalPool::new();
    let left = Rc::new(Cell::new(leaves.len()));
    for leaf in leaves {
        let left = left.clone();
        let counted = leaf.map(move |()| left.set(left.get() - 1));
        pool.spawner().spawn_local(counted).unwrap();
    }
    // Between two milliseconds, when whoever is due at one has run.
    let mut gap = Duration::from_micros(500);
    for _ in 0..20 {
        pool.run_until_stalled();
        if left.get() == 0 {
            return;
        }
        sleep(gap).await;
        gap = Duration::from_millis(1);
    }
    pending().await
}
