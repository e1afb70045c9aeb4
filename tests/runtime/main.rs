//! How the runtime behaves, one behaviour a file.

mod misuse;
mod reentrancy;
mod stalls;
mod threads;
mod turns;
mod wheel;
