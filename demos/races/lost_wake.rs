//! A bell on a bare `Waker`, by hand: who waits looks whether it was rung, and leaves a waker to be woken by.
//!
//! Between the look and the waker stands an await. Whoever rings there finds no waker, and who waits goes to sleep after
//! the bell. In greenlight's own order Bob rings too late for that.
//!
//! What to change:
//! - Leave the waker and look in one poll, as in `repaired`.
//! - Use `sync::Event`, or `greenlight::waiters` for a primitive of your own: the report then knows who waits for what.

use greenlight::{gather_tasks, say, task, yield_now};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

#[derive(Default)]
struct Bell {
    was_rung: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Bell {
    fn ring(&self) {
        self.was_rung.set(true);
        self.waker.take().into_iter().for_each(Waker::wake);
    }

    fn leave_waker(&self, cx: &Context<'_>) {
        self.waker.replace(Some(cx.waker().clone()));
    }
}

pub(crate) async fn program() {
    ring_for(wait).await;
}

pub(crate) async fn repaired() {
    ring_for(wait_looking).await;
}

async fn ring_for<F: Future<Output = ()> + 'static>(wait: fn(Rc<Bell>) -> F) {
    let bell = Rc::new(Bell::default());
    let alice = task("alice").spawn(wait(bell.clone()));
    let bob = task("bob").spawn(async move {
        yield_now().await;
        say!("Bob rings.");
        bell.ring();
    });
    gather_tasks([alice, bob]).await;
}

async fn wait(bell: Rc<Bell>) {
    let mut is_over = bell.was_rung.get();
    yield_now().await;
    poll_fn(|cx| {
        if std::mem::replace(&mut is_over, true) {
            return Poll::Ready(());
        }
        bell.leave_waker(cx);
        Poll::Pending
    })
    .await;
}

async fn wait_looking(bell: Rc<Bell>) {
    yield_now().await;
    poll_fn(|cx| {
        bell.leave_waker(cx);
        if bell.was_rung.get() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

fn main() {
    println!("{}", greenlight::explore(repaired));
    greenlight::explore(program);
}
