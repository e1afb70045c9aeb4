//! `promise`: a value that one side will give, and the other waits for. The smallest thing that can be awaited.

use crate::runtime::{ObjectState, WaitList, Waiter};
use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// Makes a promise: the side that gives a value, and the side that waits for it. In asyncio: `create_future`.
///
/// Where the work for it may fail, the value is a `Result`. A side that is dropped tells the other: the promise is
/// broken, or not wanted.
///
/// ```
/// use greenlight::sync::promise;
///
/// greenlight::run(async {
///     let (question, answer) = promise();
///     let question = question.named("answer");
///     greenlight::spawn_detached(async move { question.keep(42).expect("somebody waits") });
///     assert_eq!(answer.await, Ok(42));
///
///     let (question, answer) = promise::<u8>();
///     drop(question.named("answer"));
///     let broken = answer.await.unwrap_err().to_string();
///     assert!(broken.starts_with("promise `answer` (made at "), "{broken}");
///     assert!(broken.contains("was dropped without a value"), "{broken}");
///
///     let (question, answer) = promise();
///     assert!(question.is_wanted());
///     drop(answer);
///     assert!(!question.is_wanted()); // the work for it may be saved
///     assert_eq!(question.keep("late"), Err("late"));
/// });
/// ```
#[track_caller]
pub fn promise<T>() -> (Promise<T>, Promised<T>) {
    let waiters = WaitList::of_state("promise", ObjectState::Other { is_held: false });
    let given = Rc::new(Given { value: Cell::new(None), is_over: Cell::new(false), waiters });
    (Promise { given: given.clone() }, Promised { given, waiter: None, is_over: false })
}

/// What both sides share.
struct Given<T> {
    value: Cell<Option<T>>,
    /// Set once the value was given, or never will be.
    is_over: Cell<bool>,
    waiters: WaitList,
}

/// The side that gives the value. Dropping it instead breaks the promise.
#[must_use = "a promise that is dropped is broken"]
pub struct Promise<T> {
    given: Rc<Given<T>>,
}

impl<T> Promise<T> {
    /// Names the promise in reports and traces.
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        self.given.waiters.set_name(name.into());
        self
    }

    /// Gives the value, and wakes who waits for it. In asyncio: `set_result`.
    ///
    /// # Errors
    /// With the value, when nobody will ever fetch it: the other side is gone.
    #[track_caller]
    pub fn keep(self, value: T) -> Result<(), T> {
        if !self.is_wanted() {
            return Err(value);
        }
        self.given.value.set(Some(value));
        self.end(Location::caller(), "keeps");
        Ok(())
    }

    /// Whether the other side is still there.
    pub fn is_wanted(&self) -> bool {
        Rc::strong_count(&self.given) > 1
    }

    /// Wakes who waits, for the value or for none.
    fn end(&self, at: &'static Location<'static>, word: &'static str) {
        if !self.given.is_over.replace(true) {
            self.given.waiters.tell(at, word);
            self.given.waiters.wake_all();
        }
    }
}

/// A promise that was not kept is broken.
impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        self.end(self.given.waiters.made(), "breaks");
    }
}

/// The side that waits for the value: a future, which yields it once.
///
/// # Errors
/// When the promise was dropped without a value.
///
/// # Panics
/// When it is polled again after it was ready.
///
/// # Cancel safety
/// Dropping it gives the promise up; awaiting `&mut promised` instead keeps it.
#[must_use = "futures do nothing unless awaited"]
pub struct Promised<T> {
    given: Rc<Given<T>>,
    /// None until it is polled.
    waiter: Option<Waiter>,
    /// Set once it has yielded.
    is_over: bool,
}

impl<T> Future for Promised<T> {
    type Output = Result<T, BrokenPromise>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Promised { given, waiter, is_over } = &mut *self;
        let waiter = waiter.get_or_insert(Waiter::new(Location::caller()));
        ready!(waiter.wait(cx, &given.waiters, || !given.is_over.get()));
        let promise = &given.waiters;
        assert!(!std::mem::replace(is_over, true), "{promise} was awaited again after it had yielded; await it once");
        Poll::Ready(given.value.take().ok_or_else(|| BrokenPromise { promise: promise.to_string() }))
    }
}

impl<T> Given<T> {
    /// Prints one of the sides, whatever the value is.
    fn fmt(&self, side: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, is_over) = (self.waiters.name(), self.is_over.get());
        f.debug_struct(side).field("name", &name).field("over", &is_over).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Promise<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.given.fmt("Promise", f)
    }
}

impl<T> fmt::Debug for Promised<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.given.fmt("Promised", f)
    }
}

/// The promise was dropped without a value.
///
/// It prints as which promise that is, by its name and the line that made it, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenPromise {
    /// Names the promise.
    promise: String,
}

impl fmt::Display for BrokenPromise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was dropped without a value: call keep() before it goes, or handle the error", self.promise)
    }
}

impl Error for BrokenPromise {}
