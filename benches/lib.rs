//! greenlight beside its peers. `README.md` says how to run it and how to read what it prints.
//!
//! - `contender`: what a contender can do, as traits over which each row's program is written once;
//! - `contenders/`: one file a contender, its idioms, and `mod` with who runs what;
//! - `rows/`: the programs, and `table` with all rows, how much of each is run, and what it means;
//! - `measure`, `statistics`: the clock, and what is made of samples;
//! - `run`: the rounds; `results`: the figures, with `table`, `markdown`, `json` and `plot` that show them, and
//!   `machine` on what they were taken;
//! - `heap`, `callgrind`, `baseline`: bytes and allocations, instructions, and the instructions that are held to;
//! - `cli`, `progress`, `trouble`, `main.rs`: the command, and `command.rs` its tests; `weigh.rs`: the program whose allocator counts.

pub mod baseline;
pub mod callgrind;
pub mod cli;
pub mod contender;
pub mod contenders;
pub mod explored;
pub mod heap;
pub mod json;
pub mod machine;
pub mod markdown;
pub mod measure;
pub mod observed;
pub mod plot;
pub mod progress;
pub mod results;
pub mod rows;
pub mod run;
pub mod statistics;
pub mod table;
pub mod trouble;
