//! How the runtime behaves, one behaviour a file.

mod cancel;
mod clock;
mod current;
mod depth;
mod gather;
mod lifetimes;
mod merged;
mod misuse;
mod order;
mod outside;
mod panics;
mod printed;
#[path = "../properties.rs"]
mod properties;
mod reentrancy;
mod say;
#[path = "../seed.rs"]
mod seed;
mod shutdown;
mod spawners;
mod stoppers;
mod tasks;
mod thread_end;
mod threads;
mod turns;
mod types;
mod wakes;
mod watch;
mod wheel;
