//! What the debug mode says of the tasks that are left behind when main ends, or the runtime is dropped.

use super::super::context::Core;
use super::dump::TaskInfo;
use super::report::Names;
use std::collections::HashMap;
use std::panic::Location;
use std::rc::Rc;

/// Tasks that were spawned in the same line, and of which the same is to be said.
struct Alike<'a> {
    first: &'a TaskInfo,
    /// What they wait for.
    about: String,
    /// How many there are beside the first.
    more: usize,
}

impl Core {
    /// Reports in the debug mode which tasks are left behind, with what each waits for. Those that were cancelled are not
    /// told.
    pub(in crate::runtime) fn report_pending(self: &Rc<Self>, when: &str) {
        if self.watchers.polls.is_none() {
            return;
        }
        let dump = self.dump();
        let names = Names::of(&dump.tasks);
        let mut all: Vec<Alike<'_>> = Vec::new();
        let mut seen: HashMap<(&'static Location<'static>, String), usize> = HashMap::new();
        for task in dump.tasks.iter().filter(|task| !task.is_cancelled) {
            let about = about(task, &names);
            let key = (task.spawned_at, without_moments(&about));
            match seen.get(&key) {
                Some(&alike) => all[alike].more += 1,
                None => {
                    seen.insert(key, all.len());
                    all.push(Alike { first: task, about, more: 0 });
                }
            }
        }
        for Alike { first, about, more } in all {
            let more = if more > 0 { format!(" (and {more} more like it)") } else { String::new() };
            let (name, spawned_at) = (names.tell(&first.label), first.spawned_at);
            let pending = format!("pending: {name}{more}, spawned at {spawned_at}, when {when}: {about}");
            self.watchers.reporter.deliver(&pending);
        }
    }
}

/// What a task waits for, without its place in the line, which differs where all else is the same.
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
