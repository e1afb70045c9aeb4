//! Channels of two crates between tasks of one thread, in virtual time.
//!
//! You will see a kitchen: orders go through tokio's mpsc, which has room for one, so the guests
//! wait their turn; dishes come through async-channel, the bill through a oneshot, and the word that
//! all have gone by tokio's Notify. The cook closes when an Event says so, in tokio's `select!`.
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
        let (bill, billed) = tokio::sync::oneshot::channel();
        let gone = tokio::sync::Notify::new();
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
            gone.notified().await;
            say(&lines, "all have gone".to_string());
        };
        let eat = async {
            while let Ok(dish) = served.recv().await {
                say(&lines, format!("{dish} is served"));
            }
            say(&lines, format!("the bill is for {}", billed.await.expect("the cook writes a bill")));
            gone.notify_one();
        };
        futures::join!(eat, close);
    });
    lines.take()
}

async fn cook(
    mut orders: tokio::sync::mpsc::Receiver<&'static str>,
    dishes: async_channel::Sender<&'static str>,
    bill: tokio::sync::oneshot::Sender<usize>,
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
