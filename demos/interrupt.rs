//! Ctrl-C: ends what is being played, through a `WeakRemote`. A runtime waits for every `Remote` that
//! is alive, so one that is kept for Ctrl-C would turn each stall into a hang.

use crate::clock;
use crate::stderr::{highlighted, note};
use greenlight::{Runtime, Stalled, WeakRemote};
use std::process::exit;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// 128, and the number of the signal.
pub(crate) const EXIT_CODE: u8 = 130;

/// So long it takes Ctrl-C to end a pause.
const GLANCE: Duration = Duration::from_millis(20);

/// What is being played. None between two programs.
static PLAYED: Mutex<Option<WeakRemote>> = Mutex::new(None);

/// Gives the terminal back to the shell, if it was taken.
static RESTORE: Mutex<Option<fn()>> = Mutex::new(None);

/// Whether Ctrl-C was pressed.
static PRESSED: AtomicBool = AtomicBool::new(false);

/// Whether what goes on ends by itself once Ctrl-C was pressed.
static ENDS_BY_ITSELF: AtomicBool = AtomicBool::new(false);

/// Has Ctrl-C stop the program that is being played; between two programs it ends the process. Pressed once more it does
/// so at once: the program may be stuck in a poll, or in a line that nobody reads.
pub(crate) fn listen() {
    let listening = ctrlc::set_handler(|| {
        if PRESSED.swap(true, Ordering::AcqRel) {
            restore();
            exit(EXIT_CODE.into());
        }
        match replace(None) {
            None if ENDS_BY_ITSELF.load(Ordering::Acquire) => {}
            Some(played) => played.stop(),
            None => end(),
        }
    });
    if let Err(error) = listening {
        note!("Ctrl-C ends this without a word: {error}");
    }
}

/// Stops the program that is being played, if there is one.
pub(crate) fn stop() {
    replace(None).iter().for_each(WeakRemote::stop);
}

/// Ends the process whose run was stopped, and says what its tasks waited for.
pub(crate) fn end_of(stopped: &Stalled) -> ! {
    note!("{}", highlighted(&format!("interrupted: {stopped}")));
    leave();
}

/// Ends the process that was interrupted.
pub(crate) fn end() -> ! {
    restore();
    note!("interrupted");
    leave();
}

/// Has this called before Ctrl-C ends the process, unless [`restore`] is called sooner.
pub(crate) fn restore_by(restore: fn()) {
    *RESTORE.lock().expect("nobody panics while it is locked") = Some(restore);
}

/// Gives the terminal back to the shell.
pub(crate) fn restore() {
    let restore = RESTORE.lock().expect("nobody panics while it is locked").take();
    restore.iter().for_each(|restore| restore());
}

fn leave() -> ! {
    let _hidden = clock::hide();
    exit(EXIT_CODE.into());
}

/// Waits, or until Ctrl-C is pressed.
pub(crate) fn pause(duration: Duration) {
    let since = Instant::now();
    while !was_pressed() && since.elapsed() < duration {
        thread::sleep(GLANCE.min(duration.saturating_sub(since.elapsed())));
    }
}

/// Has whoever asks [`was_pressed`] end what goes on, until the guard goes.
pub(crate) fn end_by_oneself() -> EndsByItself {
    ENDS_BY_ITSELF.store(true, Ordering::Release);
    EndsByItself
}

/// Whether Ctrl-C was pressed.
pub(crate) fn was_pressed() -> bool {
    PRESSED.load(Ordering::Acquire)
}

/// While this is alive, Ctrl-C has something end by itself.
#[derive(Debug)]
pub(crate) struct EndsByItself;

impl Drop for EndsByItself {
    fn drop(&mut self) {
        ENDS_BY_ITSELF.store(false, Ordering::Release);
    }
}

/// Has Ctrl-C stop the runs of this runtime until the guard goes. It may have been pressed too late for the one before.
pub(crate) fn may_stop(runtime: &Runtime) -> Stoppable {
    replace(Some(runtime.remote().downgrade()));
    if was_pressed() {
        end();
    }
    Stoppable
}

/// While this is alive, a program is being played that can be stopped.
#[derive(Debug)]
pub(crate) struct Stoppable;

impl Drop for Stoppable {
    fn drop(&mut self) {
        replace(None);
    }
}

fn replace(played: Option<WeakRemote>) -> Option<WeakRemote> {
    std::mem::replace(&mut *PLAYED.lock().expect("nobody panics while it is locked"), played)
}
