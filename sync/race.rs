//! `race`: the first of several futures, inside one task; those of one type by a function, others by a macro.

use crate::runtime::{both, drop_each};
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Polls several futures inside this task, in order, until one is ready, and yields its index and its output.
///
/// Of those that are ready in one turn the first in order wins. The others are dropped, in order, before it yields. No
/// task is spawned: while the race is not polled, none of the futures runs, and a lock that one of them was granted
/// stays with it. To race tasks, race their join handles. Futures of different types race in
/// [`race!`](crate::race!). In asyncio: `wait` with `FIRST_COMPLETED`, which does not cancel the others.
///
/// # Panics
/// When there are no futures.
///
/// # Cancel safety
/// Dropping it drops the futures, in order.
///
/// ```
/// use std::time::Duration;
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     let runners = [30, 10, 20].map(|n| greenlight::sleep(Duration::from_secs(n)));
///     assert_eq!(greenlight::race(runners).await, (1, ()));
/// });
/// ```
#[track_caller]
pub fn race<I>(futures: I) -> impl Future<Output = (usize, <I::Item as Future>::Output)>
where
    I: IntoIterator,
    I::Item: Future,
{
    let mut runners = Runners(futures.into_iter().map(Box::pin).collect());
    assert!(!runners.0.is_empty(), "race() was given no futures, so none could ever win; give it at least one");
    async move {
        let won = poll_fn(|cx| {
            let ready = |(index, runner): (usize, &mut Pin<Box<I::Item>>)| match runner.as_mut().poll(cx) {
                Poll::Ready(output) => Some((index, output)),
                Poll::Pending => None,
            };
            runners.0.iter_mut().enumerate().find_map(ready).map_or(Poll::Pending, Poll::Ready)
        })
        .await;
        // Before the output is returned: a loser that panics would leave it undropped then, and a lock locked.
        drop(runners);
        won
    }
}

/// The futures, which are dropped in order, also those behind one that panics.
struct Runners<F>(Vec<Pin<Box<F>>>);

impl<F> Drop for Runners<F> {
    fn drop(&mut self) {
        drop_each(self.0.drain(..));
    }
}

/// Awaits several futures of any types inside this task, until one is ready, and goes on with what follows that one.
///
/// The others are dropped before it does. As [`race`](crate::race()) otherwise: it polls them in order, the first in
/// order wins, and no task is spawned.
///
/// Each future stands in `pattern = future => what follows`, with commas between them. What follows may `break`,
/// `return` and use `?`. The pattern has to fit whatever the future yields, as that of a `let` has to.
///
/// # Cancel safety
/// Dropping it drops the futures, in order. In a loop each of them begins anew: what has to go on is made before the
/// loop, and raced as `&mut`.
///
/// ```
/// use greenlight::{race, sleep, sync::{Event, Queue}};
/// use std::time::Duration;
///
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     let (orders, closing) = (Queue::unbounded(), Event::new());
///     orders.try_put("soup").unwrap();
///     let mut night = std::pin::pin!(sleep(Duration::from_secs(8 * 3600)));
///     let mut served = Vec::new();
///     loop {
///         race! {
///             order = orders.get() => served.push(order.expect("nobody closes the queue")),
///             () = closing.wait() => break,
///             () = &mut night => closing.set(),
///         }
///     }
///     assert_eq!(served, ["soup"]);
/// });
/// ```
///
/// Another form does not compile, and the error says which does:
///
/// ```compile_fail
/// # async fn f(orders: greenlight::sync::Queue<u8>, closing: greenlight::sync::Event) {
/// greenlight::race!(orders.get(), closing.wait()).await;
/// # }
/// ```
///
/// The futures crate's `select` does the same for two, and hands the loser back:
///
/// ```
/// use futures::future::{Either, select};
/// use greenlight::{sleep, sync::Event};
/// use std::{pin::pin, time::Duration};
///
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     let never = Event::new();
///     let (wait, second) = (pin!(never.wait()), pin!(sleep(Duration::from_secs(1))));
///     assert!(matches!(select(wait, second).await, Either::Right(((), _still_waiting))));
/// });
/// ```
#[macro_export]
macro_rules! race {
    ($($won:pat = $future:expr => $then:expr),+ $(,)?) => {
        $crate::race_in_order!(
            @of $crate::race_any($crate::race_in_order!(@racers $($future,)+)).await; $($won => $then,)+
        )
    };
    ($($of_another_form:tt)*) => {
        ::std::compile_error!(
            "race! takes `pattern = future => what follows` for each future, with commas between them:\n  \
            race! { order = orders.get() => serve(order), () = closing.wait() => return }\n\
            It awaits them itself. Without patterns futures of one type race: race([first, second]).await"
        )
    };
}

/// What [`race!`](crate::race!) expands to: its futures, and which one has won.
#[doc(hidden)]
#[macro_export]
macro_rules! race_in_order {
    (@racers $first:expr, $($others:expr,)*) => {
        (::std::boxed::Box::pin($first), $crate::race_in_order!(@racers $($others,)*))
    };
    (@racers) => { () };
    (@of $raced:expr; $won:pat => $then:expr, $($others:tt)*) => {
        match $raced {
            $crate::Raced::First(won) => {
                // By a `let`, for a pattern that does not fit is quoted then.
                let $won = won;
                $then
            }
            $crate::Raced::Others(raced) => $crate::race_in_order!(@of raced; $($others)*),
        }
    };
    (@of $raced:expr;) => { match $raced {} };
}

/// Which of the futures of a [`race!`](crate::race!) has won, and what it yields.
#[doc(hidden)]
#[derive(Debug)]
pub enum Raced<First, Others> {
    First(First),
    Others(Others),
}

/// The futures of a [`race!`](crate::race!): a first one, and those behind it.
#[doc(hidden)]
pub trait Racers {
    type Raced;

    /// Polls them in order, until one is ready.
    fn poll_in_order(&mut self, cx: &mut Context<'_>) -> Poll<Self::Raced>;

    /// Drops them in order, also those behind one that panics.
    fn drop_in_order(self);
}

impl<F: Future, R: Racers> Racers for (Pin<Box<F>>, R) {
    type Raced = Raced<F::Output, R::Raced>;

    fn poll_in_order(&mut self, cx: &mut Context<'_>) -> Poll<Self::Raced> {
        let (first, others) = self;
        match first.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Raced::First(output)),
            Poll::Pending => others.poll_in_order(cx).map(Raced::Others),
        }
    }

    fn drop_in_order(self) {
        let (first, others) = self;
        both(|| drop(first), || others.drop_in_order());
    }
}

impl Racers for () {
    type Raced = Infallible;

    fn poll_in_order(&mut self, _: &mut Context<'_>) -> Poll<Infallible> {
        Poll::Pending
    }

    fn drop_in_order(self) {}
}

/// What [`race!`](crate::race!) expands to.
#[doc(hidden)]
pub async fn race_any<R: Racers>(racers: R) -> R::Raced {
    let mut racers = Racing(Some(racers));
    let raced = poll_fn(|cx| racers.0.as_mut().expect("they are dropped last").poll_in_order(cx)).await;
    // As in `race`, and before what stands behind the winner.
    drop(racers);
    raced
}

struct Racing<R: Racers>(Option<R>);

impl<R: Racers> Drop for Racing<R> {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(R::drop_in_order);
    }
}
