//! Threads that ask, a task that answers: channels lead from threads to tasks and back.
//!
//! You will see three threads share a ledger that needs no lock, because one task owns it. Each
//! sends what it has to say, with a oneshot for the answer, and blocks until that is there. The
//! runtime parks meanwhile, and every message wakes it.
//!
//! What to change:
//! - Let all threads save into account 0: what each has saved in the end depends on who came when,
//!   the total does not.
//! - Have a thread panic: its sender goes with it, and the task goes on with the others.

use futures::channel::{mpsc, oneshot};
use futures::executor::block_on;
use futures::{SinkExt, StreamExt};
use std::thread;

/// What a thread says: an amount, and where to send the balance of its own account.
type Deposit = (usize, u64, oneshot::Sender<u64>);

pub(crate) fn main() {
    println!("{}", play().join("\n"));
}

pub(crate) fn play() -> Vec<String> {
    let (deposits, received) = mpsc::channel(4);
    let threads: Vec<_> = (0..3)
        .map(|account| {
            let deposits = deposits.clone();
            thread::spawn(move || save(account, deposits))
        })
        .collect();
    // The ledger closes when the last thread has let go of its sender.
    drop(deposits);
    let total = greenlight::run(async {
        // Says that something outside may wake this runtime, however long that takes.
        let _threads = greenlight::remote();
        greenlight::task("ledger").spawn(keep_the_ledger(received)).await.expect("the ledger does not panic")
    });
    let mut lines: Vec<_> =
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| "A thread has panicked.".into())).collect();
    lines.push(format!("The ledger is closed, with {total} in it."));
    lines
}

async fn keep_the_ledger(mut received: mpsc::Receiver<Deposit>) -> u64 {
    let mut accounts = [0; 3];
    while let Some((account, amount, answer)) = received.next().await {
        accounts[account] += amount;
        // A thread that does not wait for its answer has gone.
        _ = answer.send(accounts[account]);
    }
    accounts.iter().sum()
}

/// What a thread does. It has no runtime: it blocks.
fn save(account: usize, mut deposits: mpsc::Sender<Deposit>) -> String {
    let mut balance = 0;
    for amount in 1..=100 {
        let (answer, answered) = oneshot::channel();
        block_on(deposits.send((account, amount, answer))).expect("the ledger is open");
        balance = block_on(answered).expect("the ledger answers");
    }
    format!("Thread {account} has saved {balance}.")
}
