//! What the report of a stall says of locks and conditions: who holds what since which line, who
//! was handed something and does not poll for it, which signal was lost, and who waits for whom in
//! a circle.

mod circles;
mod conditions;
mod locks;
mod unpolled;

use greenlight::Stalled;
use stage::standing;
use std::future::Future;

/// The report of a program that stalls. The line that asks for it is the one that spawns main.
#[track_caller]
fn stalled<T>(program: impl Future<Output = T>) -> Stalled {
    match standing().try_run(program) {
        Ok(_) => panic!("the program does not stall"),
        Err(stalled) => stalled,
    }
}
