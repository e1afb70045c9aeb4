//! A speaker tells two pieces of news by setting and clearing an Event. The listener writes each down before the next.
//!
//! `set(); clear()` reaches who waits at that moment, and nobody else. In greenlight's own order the listener is back in
//! time, as the speaker takes a breath. A listener that is a little slower misses the second piece, and waits for it
//! for ever.
//!
//! What to change:
//! - Let a permit of a Semaphore stand for each piece, as in `repaired`: what nobody waits for yet is kept.
//! - Put the news into a Queue: it says what was told, too.
//! - Have the speaker wait until the listener has written it down.

use greenlight::{gather_tasks, say, sync::Event, sync::Semaphore, task, yield_now};
use std::rc::Rc;

const PIECES: usize = 2;

pub(crate) async fn program() {
    let news = Rc::new(Event::new().named("news"));
    let listener = async move {
        let told = news.clone();
        let tell = move || {
            told.set();
            told.clear();
        };
        let speaker = task("speaker").spawn(speak(tell));
        for piece in 1..=PIECES {
            news.wait().await;
            write_down(piece).await;
        }
        speaker.await.expect("nobody cancels the speaker");
    };
    gather_tasks([task("listener").spawn(listener)]).await;
}

pub(crate) async fn repaired() {
    let news = Rc::new(Semaphore::new(0).named("news"));
    let listener = async move {
        let told = news.clone();
        let speaker = task("speaker").spawn(speak(move || told.release(1).expect("nothing bounds the permits")));
        for piece in 1..=PIECES {
            news.acquire().await.forget();
            write_down(piece).await;
        }
        speaker.await.expect("nobody cancels the speaker");
    };
    gather_tasks([task("listener").spawn(listener)]).await;
}

async fn speak(tell: impl Fn()) {
    for _ in 1..=PIECES {
        tell();
        take_breath().await;
    }
}

async fn write_down(piece: usize) {
    yield_now().await;
    say!("The listener has written down piece {piece}.");
}

async fn take_breath() {
    yield_now().await;
    yield_now().await;
}

fn main() {
    println!("{}", greenlight::explore(repaired));
    greenlight::explore(program);
}
