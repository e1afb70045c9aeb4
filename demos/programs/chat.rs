//! Three people in a chat room: a Condition guards what was said, and tells each of what is new.
//!
//! Everybody keeps a place in the log. `wait_for` gives up the lock until the log is longer than that,
//! and comes back with the lock held, so nobody misses a line, hears one twice, or reads while
//! somebody writes. Who is busy when two lines come hears both at once, from one notify.
//!
//! What to change:
//! - Make `notify_all` a `notify_one`: each line wakes one listener, and the others hear it once a
//!   later one wakes them.
//! - Let Bob listen without the sleep: he hears the lines one by one.
//! - Delete the `speak` that closes the room: all three wait for ever, and the report has all three.

use greenlight::{TaskGroup, current, say, sleep, sync::Condition};
use std::rc::Rc;
use std::time::Duration;

#[derive(Default)]
struct Talk {
    lines: Vec<String>,
    is_over: bool,
}

type Room = Rc<Condition<Talk>>;

pub(crate) async fn program() {
    let room: Room = Rc::new(Condition::default().named("room"));
    let mut people = TaskGroup::infallible();
    for (name, busy) in [("Ann", 0), ("Bob", 3), ("Cem", 0)] {
        people.task(name).spawn(listen(room.clone(), Duration::from_secs(busy)));
    }
    for (name, line) in [("Ann", "Hello?"), ("Cem", "Hello, Ann."), ("Bob", "Who is Ann?"), ("Ann", "Me!")] {
        sleep(Duration::from_secs(1)).await;
        speak(&room, Some(format!("{name}: {line}"))).await;
    }
    speak(&room, None).await;
    people.join().await.expect("nobody panics");
}

/// Says a line, or that nobody will any more.
async fn speak(room: &Room, line: Option<String>) {
    let mut talk = room.lock().await;
    talk.is_over = line.is_none();
    talk.lines.extend(line);
    room.notify_all(&talk);
}

async fn listen(room: Room, busy: Duration) {
    let (listener, mut heard) = (current(), 0);
    let name = listener.name().expect("everybody here has a name");
    loop {
        let talk = room.wait_for(room.lock().await, |talk| talk.is_over || talk.lines.len() > heard).await;
        for line in &talk.lines[heard..] {
            say!("{name} hears {line}");
        }
        if talk.is_over {
            return say!("{name} leaves, and has heard {} lines.", talk.lines.len());
        }
        heard = talk.lines.len();
        drop(talk);
        sleep(busy).await;
    }
}

fn main() {
    greenlight::run(program());
}
