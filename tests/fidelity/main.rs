//! Fidelity: scenarios that are played here and on CPython's asyncio give the same logs.
//!
//! `recorded` compares with answers that CPython gave once, `fresh` with the ones that it gives
//! now, where there is a Python. `broken` is about files that cannot be played.

mod scenario;

mod player;

mod oracle;

mod difference;

mod recorded;

mod rows;

mod fresh;

mod broken;

#[path = "../seed.rs"]
mod seed;
