//! A lock for readers and writers, made of `greenlight::waiters`: what a primitive of your own looks like.
//!
//! You will see two clerks read the accounts and both ask to write them, which waits until all readers are gone: each waits for the
//! other. The stall report names the lock, its place in the wait list and who reads, without a line here that prints it; so does
//! the trace, in the words that the lock tells.
//!
//! What to change:
//! - Have a clerk drop what it reads before it asks to write: nothing stalls.
//! - Let readers overtake writers (leave out `is_empty`): one who writes may wait for ever.

use greenlight::trace::{Recorder, TraceEvent};
use greenlight::waiters::{Held, WaitList, Waiter};
use greenlight::{Runtime, gather, yield_now};
use std::cell::{Cell, Ref, RefCell, RefMut};
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

type Line = &'static Location<'static>;

/// A value that many may read at a time, or one may write. First in, first out: nobody overtakes.
pub(crate) struct RwLock<T> {
    shares: Shares,
    value: RefCell<T>,
}

/// The lock without its value: so many shares, of which one who reads takes one, and one who writes takes all.
struct Shares {
    /// Those that nobody has and nobody was granted.
    free: Cell<usize>,
    waiters: WaitList,
}

const ALL: usize = u32::MAX as usize;

impl<T> RwLock<T> {
    #[track_caller]
    pub(crate) fn new(name: &str, value: T) -> Self {
        let waiters = WaitList::new("rwlock").named(name);
        RwLock { shares: Shares { free: Cell::new(ALL), waiters }, value: RefCell::new(value) }
    }

    /// Waits until nobody writes. A dropped wait leaves the wait list, and passes on what it was granted.
    #[track_caller]
    pub(crate) fn read(&self) -> impl Future<Output = Reading<'_, T>> {
        let wait = self.shares.wait(1, "reads", Location::caller());
        async { Reading { _share: wait.await, value: self.value.borrow() } }
    }

    /// Waits until nobody reads or writes. Cancelled, it does as a read.
    #[track_caller]
    pub(crate) fn write(&self) -> impl Future<Output = Writing<'_, T>> {
        let wait = self.shares.wait(ALL, "writes", Location::caller());
        async { Writing { _share: wait.await, value: self.value.borrow_mut() } }
    }
}

impl Shares {
    fn wait(&self, asks: usize, word: &'static str, at: Line) -> Wait<'_> {
        Wait { shares: self, asks, word, at, waiter: Waiter::new(at) }
    }

    /// Whether so many were free, and are taken now.
    fn takes(&self, asks: usize) -> bool {
        let suffices = asks <= self.free.get();
        self.free.set(self.free.get() - if suffices { asks } else { 0 });
        suffices
    }

    /// Grants the first who waits what is free, as long as it suffices.
    fn give_back(&self, shares: usize) {
        self.free.set(self.free.get() + shares);
        self.waiters.wake_while(|asks| self.takes(asks));
    }
}

struct Wait<'a> {
    shares: &'a Shares,
    asks: usize,
    word: &'static str,
    at: Line,
    waiter: Waiter,
}

impl<'a> Future for Wait<'a> {
    type Output = Share<'a>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Share<'a>> {
        let Wait { shares, asks, word, at, waiter } = &mut *self;
        if waiter.has_joined() {
            if waiter.poll(cx).is_pending() {
                // It was passed over, perhaps, while the task that polled it before was being cancelled.
                shares.give_back(0);
                return Poll::Pending;
            }
        } else {
            let must_wait = || !shares.waiters.is_empty() || *asks > shares.free.get();
            ready!(waiter.join_asking(cx, &shares.waiters, *asks, must_wait));
            shares.takes(*asks);
        }
        shares.waiters.tell(at, word);
        Poll::Ready(Share { shares, asks: *asks, at, held: Some(shares.waiters.hold(at)) })
    }
}

/// Granted or not, it may have held up those behind it.
impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if self.waiter.has_joined() {
            let granted = self.waiter.leave();
            self.shares.give_back(if granted { self.asks } else { 0 });
        }
    }
}

/// What one who reads or writes has, until it is dropped.
struct Share<'a> {
    shares: &'a Shares,
    asks: usize,
    at: Line,
    held: Option<Held>,
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.held = None;
        self.shares.waiters.tell(self.at, "lets go of");
        self.shares.give_back(self.asks);
    }
}

// The order of the fields is the order of letting go: first the value, then the lock.
pub(crate) struct Reading<'a, T> {
    pub(crate) value: Ref<'a, T>,
    _share: Share<'a>,
}

pub(crate) struct Writing<'a, T> {
    pub(crate) value: RefMut<'a, T>,
    _share: Share<'a>,
}

pub(crate) fn main() {
    println!("{}", play().join("\n"));
}

pub(crate) fn play() -> Vec<String> {
    let recorder = Rc::new(Recorder::default());
    let runtime = Runtime::builder().virtual_clock().check_every_turn().observer(recorder.clone()).build();
    let accounts = Rc::new(RwLock::new("accounts", 100));
    let clerk = |name| greenlight::task(name).spawn(serve(accounts.clone()));
    let stalled =
        runtime.try_run(async { gather!(clerk("ann"), clerk("bob")).await }).expect_err("each waits for the other");
    let is_about_one = |event: &TraceEvent| event.object.as_ref().is_some_and(|object| object.kind == "rwlock");
    let told = recorder.events().into_iter().filter(is_about_one).map(|event| event.to_string());
    told.chain([stalled.to_string()]).collect()
}

async fn serve(accounts: Rc<RwLock<i32>>) {
    let seen = accounts.read().await;
    yield_now().await;
    *accounts.write().await.value -= *seen.value;
}
