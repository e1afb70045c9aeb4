//! greenlight beside other people's crates: their reactors, their thread pools and their channels.

mod budget;
mod channels;
mod examples;
mod kinds;
mod net;
mod oneshots;
mod pool;
mod primitives;
mod selects;
mod stalls;
mod threads;
