//! A poll that never returns, and touches nothing of greenlight's meanwhile: nothing on its thread can end it. Another
//! thread looks on, and ends the process.

use super::super::Line;
use super::schedule::Schedule;
use std::io::{Write, stderr};
use std::process::exit;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

/// How the process ends.
const EXIT_CODE: i32 = 5;

/// How often somebody looks.
const PERIOD: Duration = Duration::from_millis(100);

/// What the thread that explores lets another one know.
#[derive(Default)]
pub(super) struct Pulse {
    /// Grows with each poll; 0 while nothing is explored.
    steps: AtomicU64,
    /// The number of the task that is being polled.
    task: AtomicU64,
    now: Mutex<Now>,
}

/// What changes seldom.
#[derive(Default)]
pub(super) struct Now {
    /// The tasks by their numbers, as the last schedule had them that came so far: names, and the lines that spawned
    /// them.
    tasks: Vec<Option<(Option<Arc<str>>, Line)>>,
    /// The present schedule, so far.
    pub(super) schedule: Schedule,
}

impl Pulse {
    /// A poll of that task begins.
    #[inline]
    pub(super) fn step(&self, steps: u64, task: u64) {
        self.task.store(task, Ordering::Relaxed);
        self.steps.store(steps, Ordering::Relaxed);
    }

    /// Nothing is polled.
    pub(super) fn rest(&self) {
        self.steps.store(0, Ordering::Relaxed);
    }

    pub(super) fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().expect("nobody panics while it is locked")
    }

    /// What to call a task.
    pub(super) fn name_of(&self, task: u64) -> String {
        match self.now().tasks.get(task as usize) {
            Some(Some((Some(name), _))) => name.to_string(),
            Some(Some((None, spawned))) => format!("the task spawned at {spawned}"),
            _ => format!("task {task}"),
        }
    }

    fn give_up(&self, patience: Duration) -> ! {
        let (task, schedule) = (self.name_of(self.task.load(Ordering::Relaxed)), self.now().schedule.clone());
        _ = writeln!(
            stderr(),
            "greenlight: a poll of {task} has taken {patience:?} in the schedule {schedule}, and has done nothing with \
            greenlight meanwhile: it spins, or blocks its thread. Have it await something in that loop. Nothing else \
            can end it, so the process ends."
        );
        exit(EXIT_CODE);
    }
}

impl Now {
    /// Has that task looked on by its name, or by the line that spawned it.
    pub(super) fn name(&mut self, task: usize, name: Option<Arc<str>>, spawned: Line) {
        self.tasks.resize(self.tasks.len().max(task + 1), None);
        self.tasks[task] = Some((name, spawned));
    }
}

/// Looks on as long as somebody else has the pulse. Where no thread can be had, nobody does.
pub(super) fn watch(pulse: &Arc<Pulse>, patience: Duration) {
    let pulse = Arc::downgrade(pulse);
    let (mut seen, mut since) = (0, Instant::now());
    let look = move || {
        while let Some(pulse) = pulse.upgrade() {
            let steps = pulse.steps.load(Ordering::Relaxed);
            if steps == 0 || steps != seen {
                (seen, since) = (steps, Instant::now());
            } else if since.elapsed() >= patience {
                pulse.give_up(patience);
            }
            drop(pulse);
            thread::sleep(PERIOD);
        }
    };
    _ = thread::Builder::new().name("greenlight-watchdog".into()).spawn(look);
}
