//! A clock that ticks on the last line of the terminal while a program takes its time.
//!
//! It shows on stderr, and only where that is a terminal. Whoever writes a line hides it first, so
//! that it never stands within one.

use anstyle::Style;
use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What is over sooner shows no clock.
const PATIENCE: Duration = Duration::from_millis(300);
const TICK: Duration = Duration::from_millis(100);

/// True while the clock stands on the terminal. Whoever holds the lock has the terminal to itself.
static SHOWN: Mutex<bool> = Mutex::new(false);

/// Starts the clock, if there is a terminal to show it.
pub(crate) fn start() -> Option<Ticking> {
    io::stderr().is_terminal().then(|| {
        let (stop, stopped) = channel();
        Ticking { stop: Some(stop), thread: Some(thread::spawn(move || tick(&stopped))) }
    })
}

/// Erases the clock, and keeps it away until the guard goes.
pub(crate) fn hide() -> MutexGuard<'static, bool> {
    let mut shown = lock();
    if std::mem::replace(&mut *shown, false) {
        draw(format_args!("\r{:20}\r", ""));
    }
    shown
}

/// A clock that ticks until this is dropped.
#[derive(Debug)]
pub(crate) struct Ticking {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Ticking {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the clock does not panic");
        }
        drop(hide());
    }
}

fn tick(stopped: &Receiver<()>) {
    let start = Instant::now();
    let mut pause = PATIENCE;
    while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        let mut shown = lock();
        let dimmed = Style::new().dimmed();
        let seconds = start.elapsed().as_secs_f64();
        // The cursor goes back to the start, so that a panic message, which does not hide the
        // clock, covers it.
        draw(format_args!("\r{dimmed}{seconds:.1} s{dimmed:#}\r"));
        *shown = true;
        pause = TICK;
    }
}

fn lock() -> MutexGuard<'static, bool> {
    SHOWN.lock().expect("nobody panics while the terminal is theirs")
}

fn draw(what: std::fmt::Arguments<'_>) {
    let mut stderr = anstream::stderr();
    let _ = stderr.write_fmt(what).and_then(|()| stderr.flush());
}
