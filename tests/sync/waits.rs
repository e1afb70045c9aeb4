//! What the waiting methods do when all goes well: who goes on, in what order, after how many
//! turns, and with what.

mod clocks;
mod conditions;
mod guards;
mod locks;
mod moved;
mod predicates;
mod pulses;
mod quiet;
mod races;
mod rules;
mod shared;
mod timeouts;
