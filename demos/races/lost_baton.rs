//! Alice and Bob wait for a baton, and pass it on: `pass` hands it to the first who waits, or lays it down.
//!
//! Who is cancelled after it was handed over and before the next poll never takes it, and it is gone: Bob waits for ever.
//! Only a cancel between these two moments shows that.
//!
//! What to change: pass it on where such a wait is dropped, as in `repaired`; or make it a Semaphore of one permit.

use greenlight::waiters::{WaitList, Waiter};
use greenlight::{explore::Explorer, gather_tasks, say, task};
use std::task::{Context, Poll, ready};
use std::{cell::Cell, panic::Location, pin::Pin, rc::Rc};

struct Baton {
    lies_there: Cell<bool>,
    runners: WaitList,
    passes_on: bool,
}

impl Baton {
    fn pass(&self) {
        match self.runners.grant_first() {
            Some(grant) => grant.wake(),
            None => self.lies_there.set(true),
        }
    }
}

struct Take(Rc<Baton>, Waiter);

impl Future for Take {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Take(baton, waiter) = &mut *self;
        // Who has waited was handed it; who comes and finds it picks it up.
        let was_handed = waiter.has_joined();
        ready!(waiter.wait(cx, &baton.runners, || !baton.lies_there.get()));
        if !was_handed {
            baton.lies_there.set(false);
        }
        Poll::Ready(())
    }
}

impl Drop for Take {
    fn drop(&mut self) {
        if self.1.leave() && self.0.passes_on {
            self.0.pass();
        }
    }
}

pub(crate) async fn program() {
    relay(false).await;
}

pub(crate) async fn repaired() {
    relay(true).await;
}

async fn relay(passes_on: bool) {
    let runners = WaitList::new("baton").named("baton");
    let baton = Rc::new(Baton { lies_there: Cell::new(false), runners, passes_on });
    let runners = ["alice", "bob"].map(|name| task(name).spawn(run(name, baton.clone())));
    task("coach").spawn(async move { baton.pass() }).await.expect("nobody cancels the coach");
    gather_tasks(runners).await;
}

async fn run(name: &str, baton: Rc<Baton>) {
    Take(baton.clone(), Waiter::new(Location::caller())).await;
    say!("{name} runs.");
    baton.pass();
}

fn main() {
    let explorer = Explorer::new().cancels(["alice"], 1);
    println!("{}", explorer.run(repaired));
    explorer.run(program);
}
