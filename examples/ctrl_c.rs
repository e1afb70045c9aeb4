//! A program that Ctrl-C ends cleanly.
//!
//! You will see a shop that stays open until you press Ctrl-C. The run is stopped
//! then: main is dropped first, then its tasks in the order of spawning, and what they hold is put
//! away by their drops. After that the program names those that were not done, and ends.
//!
//! What to change:
//! - Keep the `Remote` instead of the `WeakRemote`: this program runs as before, but one in which
//!   nobody can ever run again waits for ever, because a Remote may always bring more work.
//! - Have Ctrl-C spawn `async { CLOSING.with(|closing| closing.set()) }` by a `Remote`, and main
//!   wait for that Event: so tasks can still await something before they go.

use greenlight::{Runtime, WeakRemote, sleep, task};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// 128, and the number of the signal.
const INTERRUPTED: i32 = 130;

pub(crate) fn main() {
    let runtime = Runtime::builder().build();
    listen(runtime.remote().downgrade());
    match runtime.try_run(keep_shop()) {
        Ok(()) => println!("The shop is sold."),
        Err(stopped) if stopped.was_stopped() => {
            for task in stopped.tasks() {
                println!("{} was not done.", task.label);
            }
            exit(INTERRUPTED);
        }
        Err(stalled) => panic!("{stalled}"),
    }
}

/// Has Ctrl-C stop the run. Pressed once more it ends the process at once: a poll may take for ever.
fn listen(runtime: WeakRemote) {
    let pressed = AtomicBool::new(false);
    let on_ctrl_c = move || {
        if pressed.swap(true, Ordering::Relaxed) {
            exit(INTERRUPTED);
        }
        runtime.stop();
    };
    ctrlc::set_handler(on_ctrl_c).expect("nobody else listens for Ctrl-C");
}

async fn keep_shop() {
    let _door = Opened::new("The door");
    task("clerk")
        .spawn(async {
            let _till = Opened::new("The till");
            loop {
                sleep(Duration::from_millis(200)).await;
            }
        })
        .await
        .expect("the clerk does not panic");
}

/// Says that it is open, and closes whatever comes.
struct Opened(&'static str);

impl Opened {
    fn new(what: &'static str) -> Self {
        println!("{what} is open.");
        Opened(what)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        println!("{} is closed.", self.0);
    }
}
