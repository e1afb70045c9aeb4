//! Blocking inside of a task: nobody else runs meanwhile, and whom it waits for is somebody else.

use greenlight::{run, say, spawn, sync::promise};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::task::{Context, Poll, Wake, Waker};
use std::{pin::pin, sync::Arc, thread, time::Duration};

// ANCHOR: block_on
struct Unparks(thread::Thread);

impl Wake for Unparks {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a future, and for no longer than a twentieth of a second without a wake.
fn block_on_or_give_up<T>(future: impl Future<Output = T>) -> Option<T> {
    let waker = Waker::from(Arc::new(Unparks(thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(output);
        }
        let begun = std::time::Instant::now();
        thread::park_timeout(Duration::from_millis(50));
        if begun.elapsed() >= Duration::from_millis(50) {
            return None;
        }
    }
}
// ANCHOR_END: block_on

// ANCHOR: main
async fn program() {
    let (question, answer) = promise();
    let worker = spawn(async move {
        say!("The worker works.");
        question.keep(42).expect("main waits for the answer");
    });
    let mut answer = pin!(answer);
    let blocked = block_on_or_give_up(answer.as_mut());
    say!("Blocking gives {blocked:?}.");
    let awaited = answer.await;
    say!("Awaiting gives {awaited:?}.");
    worker.await.expect("the worker does not panic");
}
// ANCHOR_END: main

pub(crate) fn main() {
    run(program());
    set_hook(Box::new(|_| {})); // what the panic says is printed below
    // ANCHOR: run
    let panic = run(async { catch_unwind(AssertUnwindSafe(|| run(async { 42 }))) });
    // ANCHOR_END: run
    let panic = panic.expect_err("run inside run is refused");
    let says = panic.downcast_ref::<String>().expect("the panic has a text");
    println!("run in a task:\n    {}", says.replace(", ", ",\n    ").replace("; ", ";\n    "));
}
