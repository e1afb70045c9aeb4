//! Which tasks can be woken from outside: what tells whether a runtime in which nobody can run is stalled.

use super::ready::TaskKey;
use super::task::{Slot, Tenant};
use slab::Slab;
use std::sync::Arc;

/// The slots of all tasks of which somebody has a clone of the waker, and of some of which somebody had.
///
/// A clone is made in a poll of the task, or of another clone: so a task is among them if it has one when its poll is over.
#[derive(Default)]
pub(super) struct Held {
    slots: Vec<u32>,
}

impl Held {
    /// Somebody had a clone of the waker of this task when its poll was over.
    pub(super) fn note(&mut self, tasks: &mut Slab<Slot>, task: TaskKey) {
        let held = &mut tasks[task.slot as usize].held;
        if held.is_none() {
            *held = Some(self.slots.len() as u32);
            self.slots.push(task.slot);
        }
    }

    /// The task has left the table.
    pub(super) fn forget(&mut self, tasks: &mut Slab<Slot>, task: &Slot) {
        let Some(place) = task.held else { return };
        self.slots.swap_remove(place as usize);
        self.slots.get(place as usize).into_iter().for_each(|&moved| tasks[moved as usize].held = Some(place));
    }

    /// How many tasks have a clone of their waker outside the table.
    pub(super) fn count(&self, tasks: &Slab<Slot>) -> usize {
        self.slots.iter().filter(|&&slot| tasks[slot as usize].is_held()).count()
    }

    /// Whether any task has. The one that was found last is looked at first.
    pub(super) fn is_any(&mut self, tasks: &mut Slab<Slot>) -> bool {
        while let Some(&slot) = self.slots.last() {
            let task = &mut tasks[slot as usize];
            if task.is_held() {
                return true;
            }
            task.held = None;
            self.slots.pop();
        }
        false
    }

    /// Whether the task in this slot has this place.
    pub(super) fn has(&self, place: Option<u32>, slot: usize) -> bool {
        place.is_some_and(|place| self.slots.get(place as usize) == Some(&(slot as u32)))
    }
}

impl Slot {
    /// Whether somebody has a clone of the waker, while the slot has the waker itself.
    pub(super) fn is_held(&self) -> bool {
        self.tenant.as_ref().is_some_and(Tenant::is_held)
    }
}

impl Tenant {
    pub(super) fn is_held(&self) -> bool {
        Arc::strong_count(&self.waker) > 1
    }
}
