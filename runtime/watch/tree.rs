//! How a dump reads as text: a tree, in which a task stands below the one that awaits it.

use super::dump::{Dump, Place, TaskInfo, WaitInfo};
use super::report::{NAMES, Names};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// How deep a branch is drawn. What hangs below is drawn as a tree of its own.
const DEPTH: usize = 32;

/// Prints one line for each task, with lines below it on what it waits for, and those that it awaits as its branches.
/// Tasks that await each other in a circle stand at the end, below the first of them.
impl fmt::Display for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.tasks.len();
        write!(f, "{count} task{} at {}", if count == 1 { "" } else { "s" }, self.at)?;
        let mut tree = Tree::of(self);
        for root in self.roots().chain(&self.tasks) {
            let mut next = Some(root);
            while let Some(task) = next {
                tree.draw(task, f)?;
                next = tree.too_deep.pop();
            }
        }
        Ok(())
    }
}

struct Tree<'a> {
    dump: &'a Dump,
    names: Names,
    /// The numbers of the tasks that were drawn.
    drawn: HashSet<u64>,
    /// Those who hang too deep to be drawn where they are.
    too_deep: Vec<&'a TaskInfo>,
    /// Those who wait for each object, first come first.
    waiting: HashMap<u64, Vec<(usize, &'a TaskInfo)>>,
}

/// A task that is to be drawn.
struct Branch<'a> {
    task: &'a TaskInfo,
    depth: usize,
    /// What stands before the task's own line.
    twig: String,
    /// What stands before the lines below it.
    trunk: String,
}

impl<'a> Tree<'a> {
    fn of(dump: &'a Dump) -> Self {
        let mut waiting: HashMap<u64, Vec<(usize, &'a TaskInfo)>> = HashMap::new();
        for task in &dump.tasks {
            for wait in &task.waits {
                if let WaitInfo::Object { object, place: Place::InLine { ahead, .. }, .. } = wait {
                    waiting.entry(object.number.unwrap_or(0)).or_default().push((*ahead, task));
                }
            }
        }
        waiting.values_mut().for_each(|waiters| waiters.sort_by_key(|(ahead, _)| *ahead));
        Tree { dump, names: Names::of(&dump.tasks), drawn: HashSet::new(), too_deep: Vec::new(), waiting }
    }

    /// Draws a task that was not drawn yet, with all that hangs below it.
    fn draw(&mut self, root: &'a TaskInfo, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.drawn.contains(&root.label.number) {
            return Ok(());
        }
        let mut branches = vec![Branch { task: root, depth: 0, twig: String::new(), trunk: String::new() }];
        while let Some(Branch { task, depth, twig, trunk }) = branches.pop() {
            let name = self.names.tell(&task.label);
            if self.drawn.contains(&task.label.number) {
                write!(f, "\n{twig}{name}, see above")?;
                continue;
            }
            if depth > DEPTH {
                write!(f, "\n{twig}{name}, see below")?;
                self.too_deep.push(task);
                continue;
            }
            self.drawn.insert(task.label.number);
            write!(f, "\n{twig}{name}, spawned at {}", task.spawned_at)?;
            let children: Vec<_> = self.dump.children(task).collect();
            let gutter = if children.is_empty() { "   " } else { "│  " };
            for line in task.about(&self.names, |wait| self.rivals(wait)) {
                write!(f, "\n{trunk}{gutter}{line}")?;
            }
            for (n, task) in children.iter().enumerate().rev() {
                let (fork, below) = if n + 1 == children.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
                let (twig, trunk) = (format!("{trunk}{fork}"), format!("{trunk}{below}"));
                branches.push(Branch { task, depth: depth + 1, twig, trunk });
            }
        }
        Ok(())
    }

    /// All who wait where this wait does: the tasks of this runtime by name, others by their number.
    fn rivals(&self, wait: &WaitInfo) -> String {
        let WaitInfo::Object { object, place: Place::InLine { line: all, .. }, .. } = wait else {
            return String::new();
        };
        let waiters = object.number.and_then(|number| self.waiting.get(&number)).map_or(&[][..], |waiters| waiters);
        let names: Vec<_> = waiters.iter().take(NAMES).map(|(_, task)| self.names.tell(&task.label)).collect();
        let mut told = format!(": {}", names.join(", "));
        if waiters.len() > NAMES {
            told += &format!(" and {} more", waiters.len() - NAMES);
        }
        if *all > waiters.len() {
            told += &format!(" and {} outside of this runtime", all - waiters.len());
        }
        told
    }
}
