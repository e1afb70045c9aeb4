//! `Event`: a flag that tasks can wait for.

use crate::runtime::{ObjectState, WaitList, Waiter};
use crate::trace::Kind;
use std::cell::Cell;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A flag that any number of tasks can wait for. In asyncio: `Event`.
///
/// Waiters are released first in, first out, one hop after `set`. A `set` that is followed by `clear` at once still
/// releases everybody who was waiting; who comes later waits for the next one.
///
/// ```
/// use greenlight::sync::Event;
/// use std::rc::Rc;
///
/// greenlight::run(async {
///     let light = Rc::new(Event::new().named("light"));
///     let pedestrian = greenlight::spawn({
///         let light = light.clone();
///         async move { light.wait().await }
///     });
///     light.set();
///     pedestrian.await.unwrap();
///     assert!(light.is_set());
/// });
/// ```
///
/// A wait begins with its first poll, not with the call: what is not awaited yet is not among those whom a
/// [`pulse`](Event::pulse) or a `set` that is followed by `clear` releases.
///
/// ```
/// use futures::poll;
/// use greenlight::sync::Event;
/// use std::pin::pin;
///
/// greenlight::run(async {
///     let bell = Event::new();
///     let mut guest = pin!(bell.wait());
///     assert_eq!(bell.pulse(), 0); // it does not wait yet
///     assert!(poll!(&mut guest).is_pending());
///     assert_eq!(bell.pulse(), 1);
///     guest.await;
///     assert!(!bell.is_set());
///
///     bell.set();
///     bell.wait().await; // does not suspend, as long as it is set
///     bell.clear();
///     assert!(poll!(pin!(bell.wait())).is_pending());
/// });
/// ```
///
/// An event stays on its thread: to set it from another one, send a future that does through a
/// [`Remote`](crate::Remote). Anything else does not compile:
///
/// ```compile_fail,E0277
/// let light = std::sync::Arc::new(greenlight::sync::Event::new());
/// std::thread::spawn(move || light.set());
/// ```
///
/// Nor does it move there, and neither does a wait: both have a place among the waits of their thread.
///
/// ```compile_fail,E0277
/// let light = greenlight::sync::Event::new();
/// std::thread::spawn(move || light.set());
/// ```
///
/// ```compile_fail,E0277
/// # fn f(light: &'static greenlight::sync::Event) {
/// let wait = light.wait();
/// std::thread::spawn(move || pollster::block_on(wait));
/// # }
/// ```
pub struct Event {
    pub(super) flag: Cell<bool>,
    pub(super) waiters: WaitList,
}

impl Event {
    /// An event that is not set.
    #[track_caller]
    pub const fn new() -> Self {
        Event { flag: Cell::new(false), waiters: WaitList::of_state("event", ObjectState::word(None)) }
    }

    /// Names the event in reports and traces.
    #[must_use]
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        self.waiters.set_name(name.into());
        self
    }

    /// Sets the flag and releases everybody who waits. Nothing happens if it is set.
    #[track_caller]
    pub fn set(&self) {
        if !self.flag.replace(true) {
            self.release(Location::caller(), |released| Kind::EventSet { released });
        }
    }

    /// Unsets the flag: who waits from now on waits for the next `set`.
    #[track_caller]
    pub fn clear(&self) {
        if self.flag.replace(false) {
            self.waiters.emit(Location::caller(), || Kind::EventCleared);
        }
    }

    /// Whether the flag is set.
    #[track_caller]
    pub fn is_set(&self) -> bool {
        let set = self.flag.get();
        self.waiters.emit(Location::caller(), || if set { Kind::EventFound } else { Kind::EventUnset });
        set
    }

    /// Releases everybody who waits, and leaves the event unset. Returns how many that were: a pulse that reached
    /// nobody is lost. In asyncio: `set()` and `clear()` in one step, which does not tell.
    #[track_caller]
    pub fn pulse(&self) -> usize {
        self.flag.set(false);
        self.release(Location::caller(), |released| Kind::EventPulsed { released })
    }

    /// Waits until the event is set; ready at once if it is set already. The wait begins with its first poll.
    ///
    /// # Cancel safety
    /// A dropped wait leaves the wait list; it takes nothing from the others.
    #[track_caller]
    pub fn wait(&self) -> EventWait<'_> {
        EventWait { event: self, waiter: Waiter::new(Location::caller()) }
    }

    /// Emits before it wakes, so that in a trace the wakes follow what caused them.
    fn release(&self, at: &'static Location<'static>, kind: fn(usize) -> Kind) -> usize {
        self.waiters.emit(at, || kind(self.waiters.len()));
        let released = self.waiters.wake_all();
        self.waiters.about().state.set(ObjectState::word((released == 0).then_some(at)));
        released
    }
}

/// Waits until an [`Event`] is set: what [`Event::wait`] returns.
#[must_use = "futures do nothing unless awaited"]
pub struct EventWait<'a> {
    pub(super) event: &'a Event,
    waiter: Waiter,
}

impl Future for EventWait<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let EventWait { event, waiter } = &mut *self;
        if waiter.has_joined() {
            return waiter.poll(cx);
        }
        let found = waiter.join_if(cx, &event.waiters, || !event.flag.get());
        if found.is_ready() {
            event.waiters.emit(waiter.at, || Kind::EventFound);
        }
        found
    }
}

impl Default for Event {
    #[track_caller]
    fn default() -> Self {
        Event::new()
    }
}
