//! The programs of the book. Another one is a file here, a `mod` line, a row of the table, and a chapter that uses it.

mod alarms;
mod blocked;
mod borrows;
mod busy_loop;
mod cancels;
mod dropped;
mod dropped_handle;
mod early_nap;
mod forgot_waker;
mod grandchildren;
mod held_lock;
mod in_a_waker;
mod in_sequence;
mod inert;
mod joins;
mod kept_waker;
mod late_timers;
mod late_wake;
mod lost_in_cancel;
mod lost_wakes;
mod nested;
mod parks;
mod polite;
mod poll_after_ready;
mod ready_queue;
mod refused;
mod sizes;
mod spawn_order;
mod spawned;
mod spins;
mod stale_waker;
mod stays_put;
mod timers;
mod turns;
mod wake_in_poll;
mod waker_travels;

/// A program of the book: small, whole, and over within a second.
#[derive(Debug)]
pub(crate) struct Program {
    /// With dashes; its file has underscores instead.
    pub(crate) name: &'static str,
    pub(crate) main: fn(),
    /// Set where time really passes: a program that depends on threads.
    pub(crate) is_on_real_time: bool,
    /// Set where what it says on stderr is shown, too. Any other one says nothing there.
    pub(crate) shows_stderr: bool,
}

/// All of them, in the order of the chapters.
pub(crate) const PROGRAMS: &[Program] = &[
    // nothing.md
    Program::new("inert", inert::main),
    Program::new("dropped", dropped::main),
    Program::new("in-sequence", in_sequence::main),
    Program::new("spawned", spawned::main),
    Program::new("early-nap", early_nap::main),
    // pending.md
    Program::new("forgot-waker", forgot_waker::main),
    Program::new("kept-waker", kept_waker::main),
    Program::new("in-a-waker", in_a_waker::main),
    Program::new("stale-waker", stale_waker::main),
    Program::new("wake-in-poll", wake_in_poll::main),
    Program::new("poll-after-ready", poll_after_ready::main),
    Program::new("busy-loop", busy_loop::main),
    Program::new("late-wake", late_wake::main),
    // pin.md
    Program::new("sizes", sizes::main),
    Program::new("stays-put", stays_put::main),
    Program::new("refused", refused::main),
    Program::new("borrows", borrows::main),
    Program::new("waker-travels", waker_travels::main).on_real_time(),
    // block-on.md
    Program::new("spins", spins::main).on_real_time(),
    Program::new("parks", parks::main).on_real_time(),
    Program::new("lost-wakes", lost_wakes::main).on_real_time(),
    Program::new("nested", nested::main).on_real_time(),
    Program::new("polite", polite::main),
    // ready-queue.md
    Program::new("ready-queue", ready_queue::main),
    Program::new("held-lock", held_lock::main),
    Program::new("turns", turns::main),
    // spawn.md
    Program::new("spawn-order", spawn_order::main),
    Program::new("dropped-handle", dropped_handle::main),
    Program::new("joins", joins::main),
    Program::new("cancels", cancels::main),
    Program::new("lost-in-cancel", lost_in_cancel::main),
    Program::new("grandchildren", grandchildren::main),
    // timers.md
    Program::new("timers", timers::main),
    Program::new("late-timers", late_timers::main),
    Program::new("alarms", alarms::main),
    Program::new("blocked", blocked::main).on_real_time(),
];

impl Program {
    const fn new(name: &'static str, main: fn()) -> Self {
        Program { name, main, is_on_real_time: false, shows_stderr: false }
    }

    #[allow(dead_code, reason = "the first program that depends on threads uses it")]
    const fn on_real_time(mut self) -> Self {
        self.is_on_real_time = true;
        self
    }

    #[allow(dead_code, reason = "the first program whose report is shown uses it")]
    const fn with_stderr(mut self) -> Self {
        self.shows_stderr = true;
        self
    }

    /// Where it is written, from the root of the project, as the lines of a trace name it.
    pub(crate) fn file(&self) -> String {
        format!("docs/book/programs/{}.rs", self.name.replace('-', "_"))
    }
}

/// The program of that name.
pub(crate) fn find(name: &str) -> Option<&'static Program> {
    PROGRAMS.iter().find(|program| program.name == name)
}
