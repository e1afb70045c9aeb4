//! What the debug mode says of the tasks that are left behind when main ends, or the runtime is dropped.

use super::super::context::Core;
use super::super::watch::dump::TaskInfo;
use super::super::watch::report::Names;
use std::collections::HashMap;

impl Core {
    /// Reports in the debug mode which tasks are left behind, with what each waits for. Those that were cancelled are
    /// not told.
    pub(in crate::runtime) fn report_pending(&self, when: &str) {
        if self.watchers.polls.is_none() {
            return;
        }
        let dump = self.dump();
        let names = Names::of(&dump.tasks);
        // The first of those that were spawned in the same line and of which the same is to be said, and how many there
        // are.
        let mut all: Vec<(&TaskInfo, String, usize)> = Vec::new();
        let mut seen = HashMap::new();
        for task in dump.tasks.iter().filter(|task| !task.is_cancelled) {
            let about = about(task, &names);
            let alike = *seen.entry((task.spawned_at, without_moments(&about))).or_insert(all.len());
            match all.get_mut(alike) {
                Some((_, _, count)) => *count += 1,
                None => all.push((task, about, 1)),
            }
        }
        for (first, about, count) in all {
            let more = if count > 1 { format!(" (and {} more like it)", count - 1) } else { String::new() };
            let (name, spawned_at) = (names.tell(&first.label), first.spawned_at);
            let pending = format!("pending: {name}{more}, spawned at {spawned_at}, when {when}: {about}");
            self.watchers.reporter.deliver(&pending);
        }
    }
}

/// What a task waits for, without its place in the wait list, which differs where all else is the same.
fn about(task: &TaskInfo, names: &Names) -> String {
    let lines = task.about(names, |_| String::new());
    let lines = lines.iter().map(|line| line.trim()).filter(|line| !line.starts_with("number "));
    lines.collect::<Vec<_>>().join(", ")
}

/// The same without the moments until which somebody sleeps, which differ where all else is the same.
fn without_moments(about: &str) -> String {
    let mut parts = about.split("sleeps until ");
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |told, part| told + "sleeps" + part.trim_start_matches(|c: char| c != ','))
}
