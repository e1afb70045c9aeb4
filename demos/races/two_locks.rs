//! Alice moves money from savings to cash, and Bob from cash to savings: each locks what is paid from, then the other.
//!
//! Two locks in two orders may close a circle of waits: each has one, and waits for the other's. In greenlight's own
//! order Alice is done before Bob begins, who has to find his glasses. Where she is slower, each holds what the other
//! wants, and the report draws the circle.
//!
//! What to change:
//! - Lock in one order, whichever way the money goes, as in `repaired`.
//! - Delete the await between the locks: then nobody can come between them.

use greenlight::{gather_tasks, say, sync::Lock, task, yield_now};
use std::rc::Rc;

/// Savings, and cash.
type Accounts = Rc<[Lock<i32>; 2]>;

const SAVINGS: usize = 0;
const CASH: usize = 1;

pub(crate) async fn program() {
    settle(transfer).await;
}

pub(crate) async fn repaired() {
    settle(transfer_in_order).await;
}

async fn settle<F: Future<Output = ()> + 'static>(transfer: fn(Accounts, usize, usize) -> F) {
    let accounts = Accounts::new(["savings", "cash"].map(|name| Lock::new(100).named(name)));
    let alice = task("alice").spawn(transfer(accounts.clone(), SAVINGS, CASH));
    let bob = task("bob").spawn(async move {
        find_glasses().await;
        transfer(accounts, CASH, SAVINGS).await;
    });
    gather_tasks([alice, bob]).await;
}

async fn transfer(accounts: Accounts, from: usize, to: usize) {
    let mut paid = accounts[from].lock().await;
    check_balance().await;
    let mut credited = accounts[to].lock().await;
    *paid -= 10;
    *credited += 10;
    say!("Ten go from {from} to {to}.");
}

async fn transfer_in_order(accounts: Accounts, from: usize, to: usize) {
    let mut first = accounts[from.min(to)].lock().await;
    check_balance().await;
    let mut second = accounts[from.max(to)].lock().await;
    let amount = if from < to { 10 } else { -10 };
    *first -= amount;
    *second += amount;
    say!("Ten go from {from} to {to}.");
}

async fn check_balance() {
    yield_now().await;
}

async fn find_glasses() {
    yield_now().await;
}

fn main() {
    println!("{}", greenlight::explore(repaired));
    greenlight::explore(program);
}
