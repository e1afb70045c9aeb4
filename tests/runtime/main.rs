//! How the runtime behaves, one behaviour a file.

mod cancel;
mod causes;
mod clock;
mod debug;
mod depth;
mod dumps;
mod ends;
mod foreign;
mod gather;
mod gone;
mod lifetimes;
mod merged;
mod misuse;
mod no_waker;
mod order;
mod outside;
mod panics;
mod pending;
mod printed;
#[path = "../properties.rs"]
mod properties;
mod quoted;
mod reentrancy;
#[path = "../seed.rs"]
mod seed;
mod shutdown;
mod spawners;
mod spins;
mod stage;
mod stalls;
mod stoppers;
mod tasks;
mod thread_end;
mod threads;
mod traces;
mod turns;
mod types;
mod unheard;
mod wakes;
mod wheel;
