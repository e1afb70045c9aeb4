//! The report of who waits for what: that it comes when nobody can go on and never else, and that
//! it says what a reader needs to know.

mod deadlocks;
mod helps;
mod idle;
mod outside;
mod reports;
mod standstill;
mod stuck;
mod two_runtimes;
