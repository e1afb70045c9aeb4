//! Every waiting method, dropped before its first poll, at every moment while it waits, and after
//! its grant and before it runs: what it was given and did not use is passed on, and what it was
//! not given is taken from nobody.

pub(crate) mod around;
mod conditions;
mod events;
mod locks;
pub(crate) mod moments;
mod random;
mod tasks;
