//! An event that counts how often it was set: who waited for a set knows it, whatever the flag says by then.

use greenlight::{gather_tasks, say, task, yield_now};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

// ANCHOR: event
#[derive(Default)]
struct RoundEvent {
    set: Cell<bool>,
    /// How often it was set.
    rounds: Cell<u64>,
    line: RefCell<Vec<Waker>>,
}

impl RoundEvent {
    fn set(&self) {
        self.set.set(true);
        self.rounds.update(|rounds| rounds + 1);
        self.line.take().into_iter().for_each(Waker::wake);
    }

    fn clear(&self) {
        self.set.set(false);
    }

    async fn wait(&self) {
        // The first poll: from here on, the next set is the one that counts.
        if self.set.get() {
            return;
        }
        let came_in = self.rounds.get();
        poll_fn(|cx| {
            if self.rounds.get() != came_in {
                return Poll::Ready(());
            }
            self.line.borrow_mut().push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
// ANCHOR_END: event

async fn program(crossed: Rc<Cell<u32>>) {
    let light = Rc::new(RoundEvent::default());
    let walkers = ["ann", "bob"].map(|name| {
        let (light, crossed) = (light.clone(), crossed.clone());
        task(name).spawn(async move {
            light.wait().await;
            say!("{name} crosses, and the light is set: {}", light.set.get());
            crossed.update(|walkers| walkers + 1);
        })
    });
    yield_now().await; // both wait
    light.set();
    light.clear();
    gather_tasks(walkers).await;
}

pub(crate) fn main() {
    let crossed = Rc::new(Cell::new(0));
    greenlight::run(program(crossed.clone()));
    println!("{} of 2 have crossed", crossed.get());
    assert_eq!(crossed.get(), 2);
}
