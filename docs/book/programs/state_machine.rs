//! What the compiler makes of an `async fn`, written by hand: an enum with a variant for each await.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Pending once, and ready from then on.
#[derive(Default)]
struct Once(bool);

impl Future for Once {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

// ANCHOR: walk
/// `async { left foot; Once.await; right foot; Once.await; there }`
enum Walk {
    Start,
    AtFirstAwait(Once),
    AtSecondAwait(Once),
    Over,
}

impl Future for Walk {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            *self = match &mut *self {
                Walk::Start => {
                    println!("  left foot");
                    Walk::AtFirstAwait(Once::default())
                }
                Walk::AtFirstAwait(once) => match Pin::new(once).poll(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(()) => {
                        println!("  right foot");
                        Walk::AtSecondAwait(Once::default())
                    }
                },
                Walk::AtSecondAwait(once) => match Pin::new(once).poll(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(()) => {
                        println!("  there");
                        *self = Walk::Over;
                        return Poll::Ready(());
                    }
                },
                Walk::Over => panic!("polled after it was ready"),
            }
        }
    }
}
// ANCHOR_END: walk

impl Walk {
    fn state(&self) -> &'static str {
        match self {
            Walk::Start => "Start",
            Walk::AtFirstAwait(_) => "AtFirstAwait",
            Walk::AtSecondAwait(_) => "AtSecondAwait",
            Walk::Over => "Over",
        }
    }
}

// ANCHOR: main
pub(crate) fn main() {
    let mut walk = Walk::Start;
    let mut cx = Context::from_waker(Waker::noop());
    let mut states = vec![walk.state()];
    println!("it is made: {}", walk.state());
    while Pin::new(&mut walk).poll(&mut cx).is_pending() {
        println!("a poll later: {}", walk.state());
        states.push(walk.state());
    }
    println!("a poll later: {}", walk.state());
    assert_eq!(states, ["Start", "AtFirstAwait", "AtSecondAwait"]);
}
// ANCHOR_END: main
