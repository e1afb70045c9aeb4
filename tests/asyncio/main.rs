//! The tests that CPython 3.13 has for asyncio, each under its original's name: `locks` has those of
//! `test_locks.py`, `queues` those of `test_queues.py`, `groups` those of `test_timeouts.py`,
//! `test_waitfor.py` and `test_taskgroups.py`, `tasks` those of `test_tasks.py`, `runs` those of
//! `test_runners.py`.
//!
//! Each folder lists its originals, and has a table of those that do not apply, with the reason. A
//! port asserts what the original asserts, with the means that there are here. One whose outcome is
//! another by design begins with a comment, "Adapted", that tells the difference and names the row of
//! "Where we differ from asyncio, and why" in docs/ARCHITECTURE.md that has the reason. `ledger` holds
//! all of these to each other.

mod groups;
mod ledger;
mod locks;
mod ports;
mod queues;
mod runs;
mod tasks;
