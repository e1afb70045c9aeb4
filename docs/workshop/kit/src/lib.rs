//! What the checks of the workshop are made with: futures polled by hand, futures that are watched under any executor,
//! and a watchdog that ends a check which hangs, and says why. It uses `std` alone.
//!
//! ```
//! use kit::{Hand, check};
//! use std::{cell::RefCell, future::poll_fn, rc::Rc, task::{Poll, Waker}};
//!
//! check(|| {
//!     let kept = Rc::new(RefCell::new(None::<Waker>));
//!     let keeps = kept.clone();
//!     let mut guest = Hand::new("guest", poll_fn(move |cx| {
//!         keeps.replace(Some(cx.waker().clone()));
//!         Poll::<()>::Pending
//!     }));
//!     guest.pending(); // it returned Pending, keeps the waker of this poll, and did not wake itself
//!     assert_eq!(guest.kept(), 1);
//!     kept.take().expect("the guest has kept it").wake();
//!     guest.woken();
//! });
//! ```
//!
//! The files, in the order of reading:
//!
//! - `card`: what is known of one watched future, and why it does not go on;
//! - `log`: what happened in a check, event by event;
//! - `session`: the cards and the log of one check;
//! - `watched`: a future whose polls are noted, and the wakers that count themselves;
//! - `hand`: a watched future that the check polls itself;
//! - `watchdog`: the limit of a check, and what is said when it is up;
//! - `rows`: the log as a trace, of which a replay page is made;
//! - `aids`: what checks need besides.

#![warn(missing_docs)]

mod aids;
mod card;
mod hand;
mod log;
mod rows;
mod session;
mod watchdog;
mod watched;

pub use aids::{called_from, naps, park, yield_now};
pub use hand::Hand;
pub use watchdog::{check, check_of, note, within};
pub use watched::{Watched, on_wake, watched};
