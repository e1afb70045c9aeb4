//! Two lock two accounts in opposite order, each slow between its locks: a circle of waits, and what is told of it.

use greenlight::{gather_tasks, sync::Lock, task, try_run, yield_now};
use std::rc::Rc;

// ANCHOR: program
async fn program() {
    let savings = Rc::new(Lock::new(100).named("savings"));
    let cash = Rc::new(Lock::new(100).named("cash"));
    let transfer = |name: &'static str, from: &Rc<Lock<i32>>, to: &Rc<Lock<i32>>| {
        let (from, to) = (from.clone(), to.clone());
        task(name).spawn(async move {
            let mut paid = from.lock().await;
            yield_now().await; // checks the balance
            let mut credited = to.lock().await;
            *paid -= 10;
            *credited += 10;
        })
    };
    let alice = transfer("alice", &savings, &cash);
    let bob = transfer("bob", &cash, &savings);
    gather_tasks([alice, bob]).await;
}
// ANCHOR_END: program

pub(crate) fn main() {
    let stalled = try_run(program());
    println!("{}", stalled.expect_err("each has what the other one waits for"));
}
