//! The programs of the book. Another one is a file here, a `mod` line, a row of the table, and a chapter that uses it.

mod alarms;
mod arc_clear_after;
mod arc_condition;
mod arc_event;
mod arc_every_order;
mod arc_periodic;
mod arc_slow;
mod arc_spin;
mod blocked;
mod borrows;
mod busy_loop;
mod by_hand;
mod cancelled_visits;
mod cancels;
mod condition_again;
mod condition_club;
mod condition_early;
mod condition_passes_on;
mod counted_wakes;
mod crosswalk;
mod crosswalk_dark;
mod crosswalk_polls;
mod crosswalk_story;
mod debug_lines;
mod demos;
mod drive_seat;
mod driven;
mod dropped;
mod dropped_handle;
mod dump_shop;
mod early_nap;
mod equal_deadlines;
mod event_flag;
mod event_late;
mod event_leaves;
mod event_no_clear;
mod event_order;
mod event_rounds;
mod explore_repaired;
mod explore_seat;
mod first_tick;
mod forgot_waker;
mod grandchildren;
mod heart_batch;
mod heart_cancel;
mod heart_granted;
mod heart_lines;
mod heart_wakee;
mod held_lock;
mod in_a_waker;
mod in_sequence;
mod inert;
mod joins;
mod just_in_time;
mod kept_waker;
mod late_timers;
mod late_wake;
mod layers;
mod lock_barging;
mod lock_passes_on;
mod lock_snoozed;
mod lock_why;
mod lost_between;
mod lost_in_cancel;
mod lost_wakes;
mod main_ends;
mod many_executors;
mod moved_wait;
mod nested;
mod no_senders;
mod parks;
mod polite;
mod poll_after_ready;
mod reads;
mod ready_queue;
mod refused;
mod select_loses;
mod short_cut;
mod sizes;
mod spawn_order;
mod spawned;
mod spins;
mod stale_waker;
mod stall_circle;
mod stall_no_waker;
mod state_machine;
mod stays_put;
mod steps;
mod timers;
mod turn_by_turn;
mod turns;
mod two_notifies;
mod wake_in_poll;
mod waker_travels;
mod who_is_polled;
mod who_wins;
mod without_runtime;
mod would_block;

/// A program of the book: small, whole, and over within a second.
#[derive(Debug)]
pub(crate) struct Program {
    /// With dashes; its file has underscores instead.
    pub(crate) name: &'static str,
    pub(crate) main: fn(),
    /// Set where time really passes: a program that depends on threads.
    pub(crate) is_on_real_time: bool,
}

/// All of them, in the order of the chapters.
pub(crate) const PROGRAMS: &[Program] = &[
    // crosswalk.md
    Program::new("crosswalk", crosswalk::main),
    Program::new("crosswalk-polls", crosswalk_polls::main),
    Program::new("crosswalk-story", crosswalk_story::main),
    Program::new("crosswalk-dark", crosswalk_dark::main),
    // runtime.md
    Program::new("many-executors", many_executors::main),
    Program::new("turn-by-turn", turn_by_turn::main),
    Program::new("without-runtime", without_runtime::main),
    // nothing.md
    Program::new("inert", inert::main),
    Program::new("dropped", dropped::main),
    Program::new("in-sequence", in_sequence::main),
    Program::new("spawned", spawned::main),
    Program::new("early-nap", early_nap::main),
    // poll.md
    Program::new("by-hand", by_hand::main),
    Program::new("steps", steps::main),
    Program::new("state-machine", state_machine::main),
    Program::new("layers", layers::main),
    Program::new("counted-wakes", counted_wakes::main),
    Program::new("driven", driven::main),
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
    // arc.md
    Program::new("arc-periodic", arc_periodic::main),
    Program::new("arc-slow", arc_slow::main),
    Program::new("arc-event", arc_event::main),
    Program::new("arc-every-order", arc_every_order::main),
    Program::new("arc-spin", arc_spin::main),
    Program::new("arc-condition", arc_condition::main),
    Program::new("arc-clear-after", arc_clear_after::main),
    // timers.md
    Program::new("timers", timers::main),
    Program::new("late-timers", late_timers::main),
    Program::new("alarms", alarms::main),
    Program::new("blocked", blocked::main).on_real_time(),
    // reactor.md
    Program::new("would-block", would_block::main),
    Program::new("reads", reads::main).on_real_time(),
    Program::new("lost-between", lost_between::main),
    // event.md
    Program::new("event-flag", event_flag::main),
    Program::new("event-rounds", event_rounds::main),
    Program::new("event-order", event_order::main),
    Program::new("event-no-clear", event_no_clear::main),
    Program::new("event-late", event_late::main),
    Program::new("event-leaves", event_leaves::main),
    // lock.md
    Program::new("lock-why", lock_why::main),
    Program::new("lock-barging", lock_barging::main),
    Program::new("lock-passes-on", lock_passes_on::main),
    Program::new("lock-snoozed", lock_snoozed::main),
    // condition.md
    Program::new("condition-club", condition_club::main),
    Program::new("condition-early", condition_early::main),
    Program::new("condition-again", condition_again::main),
    Program::new("condition-passes-on", condition_passes_on::main),
    // combinators.md
    Program::new("who-is-polled", who_is_polled::main),
    Program::new("short-cut", short_cut::main),
    Program::new("moved-wait", moved_wait::main),
    Program::new("select-loses", select_loses::main),
    // stalls.md
    Program::new("stall-circle", stall_circle::main),
    Program::new("stall-no-waker", stall_no_waker::main),
    Program::new("dump-shop", dump_shop::main),
    Program::new("debug-lines", debug_lines::main),
    Program::new("explore-seat", explore_seat::main),
    Program::new("explore-repaired", explore_repaired::main),
    Program::new("drive-seat", drive_seat::main),
    // from-asyncio.md
    Program::new("cancelled-visits", cancelled_visits::main),
    Program::new("equal-deadlines", equal_deadlines::main),
    Program::new("just-in-time", just_in_time::main),
    Program::new("main-ends", main_ends::main),
    // from-tokio.md
    Program::new("who-wins", who_wins::main),
    Program::new("first-tick", first_tick::main),
    Program::new("two-notifies", two_notifies::main),
    Program::new("no-senders", no_senders::main),
    // heart.md
    Program::new("heart-lines", heart_lines::main),
    Program::new("heart-batch", heart_batch::main),
    Program::new("heart-wakee", heart_wakee::main),
    Program::new("heart-granted", heart_granted::main),
    Program::new("heart-cancel", heart_cancel::main),
];

impl Program {
    const fn new(name: &'static str, main: fn()) -> Self {
        Program { name, main, is_on_real_time: false }
    }

    const fn on_real_time(mut self) -> Self {
        self.is_on_real_time = true;
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
