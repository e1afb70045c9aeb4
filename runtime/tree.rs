//! How a dump reads as text: a tree, in which a task stands below the one that awaits it.

use super::dump::{Dump, Place, TaskInfo, WaitInfo};
use super::report::NAMES;
use std::collections::HashMap;
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
        let roots = (0..count).filter(|&task| self.tasks[task].awaited_by.is_empty());
        for root in roots.chain(0..count) {
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
    /// The places of those whom the task at each place awaits.
    children: Vec<Vec<usize>>,
    /// Whether the task at each place was drawn.
    drawn: Vec<bool>,
    /// Those who hang too deep to be drawn where they are.
    too_deep: Vec<usize>,
    /// The names of those who wait for each object, first in line first.
    lines: HashMap<u64, Vec<(usize, &'a TaskInfo)>>,
}

/// A task that is to be drawn.
struct Branch {
    task: usize,
    depth: usize,
    /// What stands before the task's own line.
    twig: String,
    /// What stands before the lines below it.
    trunk: String,
}

impl<'a> Tree<'a> {
    fn of(dump: &'a Dump) -> Self {
        let places: HashMap<u64, usize> =
            dump.tasks.iter().enumerate().map(|(place, task)| (task.label.number, place)).collect();
        let mut tree = Tree {
            dump,
            children: vec![Vec::new(); dump.tasks.len()],
            drawn: vec![false; dump.tasks.len()],
            too_deep: Vec::new(),
            lines: HashMap::new(),
        };
        for (place, task) in dump.tasks.iter().enumerate() {
            for parent in task.awaited_by.iter().filter_map(|parent| places.get(&parent.number)) {
                tree.children[*parent].push(place);
            }
            for wait in &task.waits {
                if let WaitInfo::Object { object, place: Place::InLine { ahead, .. }, .. } = wait {
                    tree.lines.entry(object.number.unwrap_or(0)).or_default().push((*ahead, task));
                }
            }
        }
        tree.lines.values_mut().for_each(|line| line.sort_by_key(|(ahead, _)| *ahead));
        tree
    }

    /// Draws a task that was not drawn yet, with all that hangs below it.
    fn draw(&mut self, root: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.drawn[root] {
            return Ok(());
        }
        let mut branches = vec![Branch { task: root, depth: 0, twig: String::new(), trunk: String::new() }];
        while let Some(Branch { task, depth, twig, trunk }) = branches.pop() {
            let TaskInfo { label, spawned_at, .. } = &self.dump.tasks[task];
            if self.drawn[task] {
                write!(f, "\n{twig}{label}, see above")?;
                continue;
            }
            if depth > DEPTH {
                write!(f, "\n{twig}{label}, see below")?;
                self.too_deep.push(task);
                continue;
            }
            self.drawn[task] = true;
            write!(f, "\n{twig}{label}, spawned at {spawned_at}")?;
            let children = &self.children[task];
            let gutter = if children.is_empty() { "   " } else { "│  " };
            for line in self.dump.tasks[task].about(|wait| self.line(wait)) {
                write!(f, "\n{trunk}{gutter}{line}")?;
            }
            for (n, &child) in children.iter().enumerate().rev() {
                let (fork, below) = if n + 1 == children.len() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
                let (twig, trunk) = (format!("{trunk}{fork}"), format!("{trunk}{below}"));
                branches.push(Branch { task: child, depth: depth + 1, twig, trunk });
            }
        }
        Ok(())
    }

    /// The names of those in the line in which this wait stands.
    fn line(&self, wait: &WaitInfo) -> String {
        let WaitInfo::Object { object, .. } = wait else { return String::new() };
        let line = object.number.and_then(|number| self.lines.get(&number)).map_or(&[][..], |line| line);
        let names: Vec<_> = line.iter().take(NAMES).map(|(_, task)| task.label.to_string()).collect();
        let more = line.len().saturating_sub(NAMES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!(": {}{more}", names.join(", "))
    }
}
