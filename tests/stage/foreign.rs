//! Wakers that are not greenlight's: they do what a test tells them to when they are woken, cloned
//! or dropped.
//!
//! A waker has to be `Send + Sync`, and what these re-enter is not. So the waker itself is no more
//! than a number, and what it does stays in a table of its thread. cooked-waker makes the vtable;
//! an `Arc` would not do, because cloning one runs no code of ours.

use cooked_waker::{IntoWaker, Wake, WakeRef};
use std::cell::{Cell, RefCell};
use std::fmt::{Debug, Formatter};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// A future that a test polls by hand.
pub type Held = Pin<Box<dyn Future<Output = ()>>>;

/// What a waker does.
#[derive(Default)]
pub struct Foreign {
    wake: Option<Box<dyn Fn()>>,
    clone: Option<Box<dyn Fn()>>,
    drop: Option<Box<dyn Fn()>>,
}

impl Debug for Foreign {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("Foreign")
    }
}

thread_local! {
    static FOREIGN: RefCell<Vec<Rc<Foreign>>> = const { RefCell::new(Vec::new()) };
}

impl Foreign {
    /// Acts whenever the waker is woken.
    pub fn on_wake(mut self, act: impl Fn() + 'static) -> Self {
        self.wake = Some(Box::new(act));
        self
    }

    /// Acts when the waker is cloned for the first time.
    pub fn on_clone(mut self, act: impl FnOnce() + 'static) -> Self {
        self.clone = Some(Box::new(once(act)));
        self
    }

    /// Acts when the first of the waker's clones, or the waker itself, is dropped.
    pub fn on_drop(mut self, act: impl FnOnce() + 'static) -> Self {
        self.drop = Some(Box::new(once(act)));
        self
    }

    /// The waker.
    pub fn waker(self) -> Waker {
        let number = FOREIGN.with_borrow_mut(|foreign| {
            foreign.push(Rc::new(self));
            foreign.len() - 1
        });
        Box::new(Numbered(number)).into_waker()
    }
}

fn once(act: impl FnOnce()) -> impl Fn() {
    let act = Cell::new(Some(act));
    move || {
        if let Some(act) = act.take() {
            act();
        }
    }
}

/// The waker itself: the index of what it does.
struct Numbered(usize);

impl Numbered {
    /// Runs with the table free again: what a waker does may make wakers.
    fn act(&self, which: impl FnOnce(&Foreign) -> Option<&dyn Fn()>) {
        let foreign = FOREIGN.try_with(|foreign| foreign.borrow()[self.0].clone());
        // The table is gone only while the thread itself ends.
        if let Ok(foreign) = foreign
            && let Some(act) = which(&foreign)
        {
            act();
        }
    }
}

impl WakeRef for Numbered {
    fn wake_by_ref(&self) {
        self.act(|foreign| foreign.wake.as_deref());
    }
}

impl Wake for Numbered {}

impl Clone for Numbered {
    fn clone(&self) -> Self {
        self.act(|foreign| foreign.clone.as_deref());
        Numbered(self.0)
    }
}

impl Drop for Numbered {
    fn drop(&mut self) {
        self.act(|foreign| foreign.drop.as_deref());
    }
}

/// Polls a future once, with that waker.
pub fn poll<F: Future + ?Sized>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

/// Polls a future that is not to be ready yet.
pub fn park(future: &mut Held, waker: &Waker) {
    assert!(poll(future.as_mut(), waker).is_pending(), "the future is ready");
}

/// A future that is polled once with that waker, and kept so that a waker can drop it.
pub fn parked(future: impl Future<Output = ()> + 'static, waker: &Waker) -> Shared {
    let mut future: Held = Box::pin(future);
    park(&mut future, waker);
    Rc::new(RefCell::new(Some(future)))
}

/// A future that several can get at; none once it was dropped.
pub type Shared = Rc<RefCell<Option<Held>>>;

/// Drops a future in its place, with the place free again.
pub fn abandon(future: &Shared) {
    let abandoned = future.borrow_mut().take();
    drop(abandoned);
}

/// Whether a future is ready, now that it is polled with a waker that does nothing.
pub fn is_ready(future: &Shared) -> bool {
    let mut future = future.borrow_mut();
    let future = future.as_mut().expect("the future was not dropped");
    poll(future.as_mut(), Waker::noop()).is_ready()
}
