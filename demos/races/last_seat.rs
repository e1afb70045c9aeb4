//! One seat is left, and two customers want it: each looks whether there is one, pays, and takes it.
//!
//! Between the look and the taking stands an await, and whoever runs there looks, too. Bob has to find his purse first,
//! so in greenlight's own order Alice has taken the seat when he looks. Let Alice pay a little slower, and the seat is
//! sold twice.
//!
//! What to change:
//! - Take the seat before you pay, as in `repaired`: look and act in one poll, and nobody can come between.
//! - Give the seat back where the payment fails.

use greenlight::explore::always;
use greenlight::{gather_tasks, say, task, yield_now};
use std::cell::Cell;
use std::rc::Rc;

struct Train {
    /// Below 0, it was sold too often.
    seats: Cell<i32>,
}

pub(crate) async fn program() {
    sell(buy).await;
}

pub(crate) async fn repaired() {
    sell(buy_reserved).await;
}

async fn sell<F: Future<Output = ()> + 'static>(buy: fn(&'static str, Rc<Train>) -> F) {
    let train = Rc::new(Train { seats: Cell::new(1) });
    let seats = train.clone();
    always("no seat is sold twice", move || seats.seats.get() >= 0);
    let alice = task("alice").spawn(buy("alice", train.clone()));
    let bob = task("bob").spawn(async move {
        find_purse().await;
        buy("bob", train).await;
    });
    gather_tasks([alice, bob]).await;
}

async fn buy(name: &'static str, train: Rc<Train>) {
    if train.seats.get() > 0 {
        pay().await;
        train.seats.update(|seats| seats - 1);
        say!("{name} has the seat.");
    }
}

async fn buy_reserved(name: &'static str, train: Rc<Train>) {
    if train.seats.get() > 0 {
        train.seats.update(|seats| seats - 1);
        pay().await;
        say!("{name} has the seat.");
    }
}

async fn pay() {
    yield_now().await;
}

async fn find_purse() {
    yield_now().await;
}

fn main() {
    println!("{}", greenlight::explore(repaired));
    greenlight::explore(program);
}
