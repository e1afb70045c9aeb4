//! A poll that never returns, and touches nothing of greenlight's meanwhile: nothing on its thread can end it. Another
//! thread looks on, and ends the process.

use super::super::Line;
use super::super::observe::Schedule;
use std::io::{self, Write, stderr};
use std::process::exit;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, Weak};
use std::thread::{self, JoinHandle};
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
    /// How long a poll may take.
    patience: Duration,
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
        self.now.lock().expect(UNPOISONED)
    }

    /// What to call a task.
    pub(super) fn name_of(&self, task: u64) -> String {
        match self.now().tasks.get(task as usize) {
            Some(Some((Some(name), _))) => name.to_string(),
            Some(Some((None, spawned))) => format!("the task spawned at {spawned}"),
            _ => format!("task {task}"),
        }
    }

    fn give_up(&self) -> ! {
        let (task, patience) = (self.name_of(self.task.load(Ordering::Relaxed)), self.patience);
        let schedule = self.now().schedule.clone();
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

/// Those that are looked on, and what was seen of each when last it changed.
static WATCHED: Mutex<Vec<(Weak<Pulse>, u64, Instant)>> = Mutex::new(Vec::new());

/// The one thread of a process that looks on. Where none can be had, nobody does.
static WATCHDOG: LazyLock<io::Result<JoinHandle<()>>> =
    LazyLock::new(|| thread::Builder::new().name("greenlight-watchdog".into()).spawn(look_on));

/// A pulse that is looked on, with so much patience, as long as somebody has it.
pub(super) fn watch(patience: Duration) -> Arc<Pulse> {
    let pulse = Arc::new(Pulse { patience, ..Pulse::default() });
    WATCHED.lock().expect(UNPOISONED).push((Arc::downgrade(&pulse), 0, Instant::now()));
    WATCHDOG.iter().for_each(|dog| dog.thread().unpark());
    pulse
}

fn look_on() {
    loop {
        let is_idle = WATCHED.lock().map_or(true, |mut watched| {
            watched.retain_mut(|(pulse, seen, since)| {
                let Some(pulse) = pulse.upgrade() else { return false };
                let steps = pulse.steps.load(Ordering::Relaxed);
                if steps == 0 || steps != *seen {
                    (*seen, *since) = (steps, Instant::now());
                } else if since.elapsed() >= pulse.patience {
                    pulse.give_up();
                }
                true
            });
            watched.is_empty()
        });
        if is_idle { thread::park() } else { thread::sleep(PERIOD) }
    }
}

const UNPOISONED: &str = "nobody panics while it is locked";
