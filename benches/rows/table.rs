//! The table of the rows. A reader finds each row's program under its name in the files beside this one.

use super::{Kind, Row};

const fn row(name: &'static str, kind: Kind, operations: usize, step: usize, about: &'static str) -> Row {
    Row { name, kind, ours: false, operations, step, about }
}

const fn ours(name: &'static str, operations: usize, step: usize, about: &'static str) -> Row {
    Row { name, kind: Kind::Cpu, ours: true, operations, step, about }
}

/// All rows, in the order of the table. Names with " at " are rows of growth.
pub const ROWS: &[Row] = &[
    ours("yield, 1 task", 200_000, 2, "a task yields while nobody else is ready"),
    ours("yield, 1,000 tasks", 500_000, 1000, "a task of 1,000 that are ready yields"),
    ours("spawn and join 1,000", 200_000, 1000, "a task is spawned, runs and is awaited: all are spawned first"),
    ours("spawn and join 100,000", 100_000, 100_000, "the same of more tasks than the caches hold, and of fresh pages"),
    ours("spawn and join one by one", 100_000, 2, "the same, each awaited before the next is spawned"),
    ours("spawn detached 1,000", 200_000, 1000, "a task is spawned and runs, and nobody awaits it"),
    ours("spawn detached 100,000", 100_000, 100_000, "the same of more tasks than the caches hold"),
    ours("Event, broadcast to 1,000", 200_000, 1000, "a task waits, and is woken with all others"),
    ours("Event, ping-pong", 200_000, 2, "a task wakes another, and waits"),
    ours(
        "Event in FuturesUnordered",
        100_000,
        1000,
        "a wait in a FuturesUnordered of 1,000, woken by the set's own waker",
    ),
    ours("Condition, hand-off", 100_000, 2, "a task notifies another, and waits, both with the lock"),
    ours(
        "Condition, notify_all to 10,000",
        100_000,
        10_000,
        "a task is woken with all others, takes the lock, and waits again",
    ),
    ours("Lock, free", 500_000, 2, "a lock that nobody wants is taken and released"),
    ours(
        "Lock, hand-off chain",
        200_000,
        100,
        "a task of 100 takes the lock from who was before it, and goes to the back",
    ),
    ours("Semaphore, free", 500_000, 2, "a permit that nobody wants is taken and given back"),
    ours("Semaphore, chain", 200_000, 100, "as the chain of locks, with a semaphore of one permit"),
    ours("Queue of one", 100_000, 2, "an item goes from one task to another through room for one"),
    ours("Queue, unbounded", 500_000, 1000, "an item is put and later taken, and nobody waits"),
    ours("timer, virtual clock", 200_000, 100, "a timer is armed and disarmed"),
    ours("timer, real clock", 200_000, 100, "the same, the time being read where the contender reads it"),
    ours("100,000 sleeps", 100_000, 100_000, "a task is spawned and sleeps for up to a second of virtual time"),
    ours(
        "gather 100,000",
        100_000,
        100_000,
        "a future becomes a task and is awaited with all others: gather, JoinSet, join_all",
    ),
    ours("cancel 40,000", 40_000, 40_000, "a task that waits for an event is cancelled and dropped"),
    ours("timeout around what is ready", 200_000, 2, "a future that is ready, under a timeout"),
    row("thread to runtime and back", Kind::Wall, 1000, 1, "a thread wakes a task, which unparks the thread"),
    row("lateness of 100 µs", Kind::Wall, 40, 1, "by how much such a sleep is late"),
    row("lateness of 1 ms", Kind::Wall, 15, 1, "by how much such a sleep is late"),
    row("lateness of 5 ms", Kind::Wall, 7, 1, "by how much such a sleep is late"),
    row(
        "bytes of a parked task",
        Kind::Bytes,
        100_000,
        2,
        "a task whose future has no size, with what arenas and queues keep in reserve",
    ),
    row("bytes of a waiter", Kind::Bytes, 100_000, 2, "a wait for an event, its future included"),
    row("bytes of a timer", Kind::Bytes, 100_000, 2, "a sleep that is armed, its future included"),
    row("allocations of a detached spawn", Kind::Allocations, 10_000, 2, "blocks that are allocated or grown for one"),
    row("allocations of a joined spawn", Kind::Allocations, 10_000, 2, "blocks that are allocated or grown for one"),
    row("Event at 1,000", Kind::Cpu, 100_000, 1000, "a task waits, and is woken with all others"),
    row("Event at 10,000", Kind::Cpu, 100_000, 10_000, "a task waits, and is woken with all others"),
    row("Event at 100,000", Kind::Cpu, 200_000, 100_000, "a task waits, and is woken with all others"),
    row("Lock at 1,000", Kind::Cpu, 100_000, 1000, "the lock goes to the next of so many in line"),
    row("Lock at 10,000", Kind::Cpu, 100_000, 10_000, "the lock goes to the next of so many in line"),
    row("Lock at 100,000", Kind::Cpu, 200_000, 100_000, "the lock goes to the next of so many in line"),
    row(
        "Condition at 1,000",
        Kind::Cpu,
        100_000,
        1000,
        "a notify for one, of so many who wait, and the way back into the line",
    ),
    row(
        "Condition at 10,000",
        Kind::Cpu,
        100_000,
        10_000,
        "a notify for one, of so many who wait, and the way back into the line",
    ),
    row(
        "Condition at 100,000",
        Kind::Cpu,
        200_000,
        100_000,
        "a notify for one, of so many who wait, and the way back into the line",
    ),
    row("Semaphore at 1,000", Kind::Cpu, 100_000, 1000, "the permit goes to the next of so many in line"),
    row("Semaphore at 10,000", Kind::Cpu, 100_000, 10_000, "the permit goes to the next of so many in line"),
    row("Semaphore at 100,000", Kind::Cpu, 200_000, 100_000, "the permit goes to the next of so many in line"),
    row("Queue at 1,000", Kind::Cpu, 100_000, 1000, "one of so many who wait for room puts an item"),
    row("Queue at 10,000", Kind::Cpu, 100_000, 10_000, "one of so many who wait for room puts an item"),
    row("Queue at 100,000", Kind::Cpu, 200_000, 100_000, "one of so many who wait for room puts an item"),
    row("Barrier at 1,000", Kind::Cpu, 100_000, 1000, "one of so many parties arrives and is released"),
    row("Barrier at 10,000", Kind::Cpu, 100_000, 10_000, "one of so many parties arrives and is released"),
    row("Barrier at 100,000", Kind::Cpu, 200_000, 100_000, "one of so many parties arrives and is released"),
    row("sleeps at 1,000", Kind::Cpu, 100_000, 1000, "one of so many sleepers is woken, and sleeps again"),
    row("sleeps at 10,000", Kind::Cpu, 100_000, 10_000, "one of so many sleepers is woken, and sleeps again"),
    row("sleeps at 100,000", Kind::Cpu, 200_000, 100_000, "one of so many sleepers is woken, and sleeps again"),
    row("spawn at 1,000", Kind::Cpu, 100_000, 1000, "a task of so many is spawned, runs and is awaited"),
    row("spawn at 10,000", Kind::Cpu, 100_000, 10_000, "a task of so many is spawned, runs and is awaited"),
    row("spawn at 100,000", Kind::Cpu, 200_000, 100_000, "a task of so many is spawned, runs and is awaited"),
];

/// Why a contender's figure in a row is not of the same thing, if it is not. It is shown with a tilde, and is no
/// best peer.
pub fn unlike(contender: &str, row: &str) -> Option<&'static str> {
    let starts = |words: &[&str]| words.iter().any(|word| row.starts_with(word));
    match contender {
        "smol" if starts(&["Lock, h", "Lock at", "Semaphore, c", "Semaphore at", "Condition"]) => {
            Some("whoever runs may take it before the one that was woken: no hand-off")
        }
        "smol" if starts(&["Queue of", "Queue at"]) => {
            Some("whoever runs may put or get before the one that was woken")
        }
        _ => None,
    }
}
