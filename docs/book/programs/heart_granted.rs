//! Who is in the line of an object once it has let everybody go, and before anybody has run.

use greenlight::waiters::{WaitList, Waiter};
use greenlight::{Runtime, say, task, yield_now};
use std::future::poll_fn;
use std::panic::Location;
use std::rc::Rc;

// ANCHOR: main
pub(crate) fn main() {
    let runtime = Runtime::builder().virtual_clock().build();
    runtime.run(async {
        let gate = Rc::new(WaitList::new("gate").named("gate"));
        let guests = ["Ann", "Bob", "Cleo"].map(|name| {
            let gate = gate.clone();
            let mut waiter = Waiter::new(Location::caller());
            task(name).spawn(async move {
                poll_fn(|cx| waiter.wait(cx, &gate, || true)).await;
                say!("{name} goes in, and {} are in line", gate.len());
            })
        });
        yield_now().await;
        say!("{} are in line", gate.len());
        let released = gate.wake_all();
        say!("{released} were released, and {} are in line", gate.len());
        assert_eq!((released, gate.len()), (3, 0));
        for guest in guests {
            guest.await.expect("it is woken");
        }
    });
}
// ANCHOR_END: main
