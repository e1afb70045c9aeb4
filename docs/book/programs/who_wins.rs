//! A race of two that are ready at once: the first in order wins, every time, and the loser is gone before what follows.

use greenlight::{race, say};
use std::future::ready;

struct Says(&'static str);

impl Drop for Says {
    fn drop(&mut self) {
        say!("{} is dropped", self.0);
    }
}

// ANCHOR: program
async fn program() -> [u32; 2] {
    let mut won = [0; 2];
    for _ in 0..1000 {
        race! {
            () = ready(()) => won[0] += 1,
            () = ready(()) => won[1] += 1,
        }
    }
    let first = async { drop(Says("the first")) };
    let second = async {
        let _guard = Says("the second");
        std::future::pending::<()>().await
    };
    race! {
        () = second => unreachable!("it is never ready"),
        () = first => say!("the first has won"),
    }
    won
}
// ANCHOR_END: program

pub(crate) fn main() {
    let won = greenlight::run(program());
    println!("of a thousand races the first won {}, the second {}", won[0], won[1]);
    assert_eq!(won, [1000, 0]);
}
