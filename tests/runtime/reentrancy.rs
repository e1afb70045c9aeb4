//! Foreign code may do anything at any moment at which it runs: set events, drop waiters, register
//! new ones, spawn, cancel, step the runtime, panic. By where it runs: while it is woken in a
//! broadcast, by a timer or by the end of a task; while a waker is cloned or dropped; in a future's
//! `Drop`.

mod broadcast;
mod cloning;
mod drops;
mod joiners;
mod timers;
