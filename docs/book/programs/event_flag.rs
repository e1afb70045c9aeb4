//! An event that is a flag and a list of wakers, and nothing more: who is woken looks at the flag, and may come too late.

use greenlight::{gather_tasks, say, task, try_run, yield_now};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

// ANCHOR: event
#[derive(Default)]
struct FlagEvent {
    set: Cell<bool>,
    line: RefCell<Vec<Waker>>,
}

impl FlagEvent {
    fn set(&self) {
        self.set.set(true);
        self.line.take().into_iter().for_each(Waker::wake);
    }

    fn clear(&self) {
        self.set.set(false);
    }

    async fn wait(&self) {
        poll_fn(|cx| {
            if self.set.get() {
                return Poll::Ready(());
            }
            self.line.borrow_mut().push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
// ANCHOR_END: event

// ANCHOR: program
async fn program(crossed: Rc<Cell<u32>>) {
    let light = Rc::new(FlagEvent::default());
    let walkers = ["ann", "bob"].map(|name| {
        let (light, crossed) = (light.clone(), crossed.clone());
        task(name).spawn(async move {
            light.wait().await;
            say!("{name} crosses");
            crossed.update(|walkers| walkers + 1);
        })
    });
    yield_now().await; // both wait
    light.set();
    light.clear();
    gather_tasks(walkers).await;
}
// ANCHOR_END: program

pub(crate) fn main() {
    let crossed = Rc::new(Cell::new(0));
    let stalled = try_run(program(crossed.clone()));
    println!("{} of 2 have crossed", crossed.get());
    println!("{}", stalled.expect_err("nobody sets the light again"));
    assert_eq!(crossed.get(), 0);
}
