//! Channels of three crates between tasks of one thread, in virtual time.
//!
//! You will see a kitchen: orders go through tokio's mpsc, which has room for one, so the guests
//! wait their turn; dishes come through async-channel; and the bill through a oneshot of futures.
//! The cook closes when an Event says so, in a `select!` of tokio's. Any waker wakes a task, so
//! none of these channels has to know of greenlight.
//!
//! What to change:
//! - Give the orders room for three: nobody waits to order.
//! - Keep a `dishes.clone()` in `play`: the room is never told that this was all, and as virtual
//!   time knows of nobody outside, that is a stall, with a report.

use greenlight::{Runtime, now, sleep, spawn, sync::Event, task};
use std::cell::RefCell;
use std::{rc::Rc, time::Duration};

type Lines = Rc<RefCell<Vec<String>>>;

const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn main() {
    println!("{}", play().join("\n"));
}

pub(crate) fn play() -> Vec<String> {
    let lines = Lines::default();
    Runtime::builder().virtual_clock().build().run(async {
        let (order, orders) = tokio::sync::mpsc::channel(1);
        let (dishes, served) = async_channel::bounded(1);
        let (bill, billed) = futures::channel::oneshot::channel();
        let closing = Rc::new(Event::new().named("closing"));
        for dish in ["soup", "bread", "cake"] {
            let (order, lines) = (order.clone(), lines.clone());
            drop(task(dish).spawn(async move {
                order.send(dish).await.expect("the cook is there");
                say(&lines, format!("{dish} is ordered"));
            }));
        }
        drop(spawn(cook(orders, dishes, bill, closing.clone())));
        let close = async {
            sleep(20 * SECOND).await;
            closing.set();
        };
        let eat = async {
            while let Ok(dish) = served.recv().await {
                say(&lines, format!("{dish} is served"));
            }
            let dishes: usize = billed.await.expect("the cook writes a bill");
            say(&lines, format!("the bill is for {dishes}"));
        };
        futures::join!(eat, close);
    });
    lines.take()
}

async fn cook(
    mut orders: tokio::sync::mpsc::Receiver<&'static str>,
    dishes: async_channel::Sender<&'static str>,
    bill: futures::channel::oneshot::Sender<usize>,
    closing: Rc<Event>,
) {
    let mut cooked = 0;
    loop {
        tokio::select! {
            Some(dish) = orders.recv() => {
                sleep(3 * SECOND).await;
                cooked += 1;
                dishes.send(dish).await.expect("the guests wait");
            }
            () = closing.wait() => break bill.send(cooked).expect("the guests pay"),
        }
    }
}

fn say(lines: &Lines, line: String) {
    lines.borrow_mut().push(format!("{} {line}", now()));
}
