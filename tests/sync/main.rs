//! How the primitives behave, one behaviour a file.

mod dropped;
#[path = "../runtime/foreign.rs"]
mod foreign;
mod misuse;
#[path = "../properties.rs"]
mod properties;
#[path = "../runtime/quoted.rs"]
mod quoted;
mod reentrancy;
#[path = "../seed.rs"]
mod seed;
#[path = "../runtime/stage.rs"]
mod stage;
mod stalls;
mod waits;
