//! The last seat with the reader as its scheduler: who is ready before each pick, and what comes of the picks.

use super::demos::last_seat;
use greenlight::explore::{Explorer, Pick};

// ANCHOR: program
pub(crate) fn main() {
    let explorer = Explorer::new();
    let mut picks = Vec::new();
    for name in ["main", "bob", "alice", "bob", "bob", "alice"] {
        let ready = explorer.look(last_seat::program, &picks).ready;
        let names: Vec<_> = ready.iter().map(|task| task.task.to_string()).collect();
        println!("ready: {:<12} picked: {name}", names.join(", "));
        let picked = ready.iter().find(|task| task.task.to_string() == name);
        picks.push(Pick::Run(picked.expect("who is picked is ready").task.number));
    }
    let scene = explorer.look(last_seat::program, &picks);
    println!("{}", scene.said.join("\n"));
    let ended = scene.ended.expect("nobody is left to be picked");
    println!("{}", ended.expect_err("the seat is sold twice"));
}
// ANCHOR_END: program
