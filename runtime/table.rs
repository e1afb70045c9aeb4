//! The task table: a slab of slots, the ready queue of their keys, and the wakers that wait for their next tenant.

use super::held::Held;
use super::inbox::Inbox;
use super::ready::{ReadyQueue, TaskIds, TaskKey};
use super::task::{Begin, Body, Message, Slot, TaskWaker, Tenant, Watches};
use slab::Slab;
use std::panic::Location;
use std::sync::Arc;

/// Every task of a runtime.
///
/// A task is found by its key, and only as long as the id in the slot is the id in the key: a stale wake finds nobody.
pub(super) struct Table {
    pub(super) slots: Slab<Slot>,
    pub(super) ready: ReadyQueue,
    ids: TaskIds,
    pub(super) spawned: u64,
    /// Wakers of tasks that are gone, with no clone outstanding.
    pub(super) spare_wakers: Vec<Arc<TaskWaker>>,
    /// The tasks whose wakers somebody has a clone of.
    pub(super) held: Held,
}

impl Table {
    pub(super) fn new() -> Self {
        Table {
            slots: Slab::new(),
            ready: ReadyQueue::new(),
            ids: TaskIds::new(),
            spawned: 0,
            spare_wakers: Vec::new(),
            held: Held::default(),
        }
    }

    /// Makes a task and queues it for its first poll.
    pub(super) fn insert(
        &mut self,
        body: Body,
        future: &'static str,
        name: Option<Arc<str>>,
        spawned: &'static Location<'static>,
        inbox: &Arc<Inbox<Message>>,
    ) -> TaskKey {
        let id = self.ids.next();
        let slot = self.slots.vacant_key();
        let key = TaskKey { slot: u32::try_from(slot).expect("fewer than 2^32 tasks are alive"), id };
        let waker = self.waker_for(key, inbox);
        self.slots.insert(Slot {
            id,
            number: self.spawned,
            held: None,
            tenant: Some(Tenant { body, waker }),
            queued: true,
            dying: false,
            passed_over: 0,
            name,
            spawned,
            future,
            joiners: None,
            watches: Watches::default(),
            queued_by: None,
        });
        self.spawned += 1;
        self.ready.push(key);
        key
    }

    /// An id for a task that never comes to be.
    pub(super) fn unused_key(&mut self) -> TaskKey {
        TaskKey { slot: u32::MAX, id: self.ids.next() }
    }

    pub(super) fn get(&self, key: TaskKey) -> Option<&Slot> {
        self.slots.get(key.slot as usize).filter(|slot| slot.id == key.id)
    }

    pub(super) fn get_mut(&mut self, key: TaskKey) -> Option<&mut Slot> {
        self.slots.get_mut(key.slot as usize).filter(|slot| slot.id == key.id)
    }

    /// Queues the task; false if it is queued already, or gone.
    pub(super) fn wake(&mut self, key: TaskKey) -> bool {
        let pushed = self.get_mut(key).is_some_and(Slot::wake);
        if pushed {
            self.ready.push(key);
        }
        pushed
    }

    /// Marks the task as dying and has it queued; false if it is gone.
    pub(super) fn cancel(&mut self, key: TaskKey) -> bool {
        let Some(slot) = self.get_mut(key) else {
            return false;
        };
        if slot.cancel() {
            self.ready.push(key);
        }
        true
    }

    /// Takes back the future of a task whose poll returned `Pending`.
    pub(super) fn suspend(&mut self, key: TaskKey, tenant: Tenant) {
        let is_held = tenant.is_held();
        let slot = self.get_mut(key).expect("a task that is being polled is in the table");
        if slot.suspend(tenant) {
            self.ready.push(key);
        }
        if is_held {
            self.held.note(&mut self.slots, key);
        }
    }

    /// The next task of the batch; none if the queue named one that has ended meanwhile.
    pub(super) fn begin_next(&mut self) -> Option<(TaskKey, Begin)> {
        let key = self.ready.pop()?;
        let begin = self.get_mut(key)?.begin();
        Some((key, begin))
    }

    /// Takes a task out for good.
    pub(super) fn remove(&mut self, key: TaskKey) -> Option<Slot> {
        self.get(key)?;
        let slot = self.slots.remove(key.slot as usize);
        self.held.forget(&mut self.slots, &slot);
        Some(slot)
    }

    /// Begins anew, and leaves no empty slots to walk over: no task is left.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.ready.clear();
    }

    /// Keeps the waker of a task that is gone for the next tenant, unless somebody holds a clone of it.
    pub(super) fn recycle(&mut self, mut waker: Arc<TaskWaker>) {
        if Arc::get_mut(&mut waker).is_some() {
            self.spare_wakers.push(waker);
        }
    }

    /// The keys of all tasks, in the order of spawning.
    pub(super) fn keys(&self) -> Vec<TaskKey> {
        let mut keys: Vec<_> =
            self.slots.iter().map(|(slot, task)| (task.number, TaskKey { slot: slot as u32, id: task.id })).collect();
        keys.sort_unstable_by_key(|&(number, _)| number);
        keys.into_iter().map(|(_, key)| key).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    fn waker_for(&mut self, key: TaskKey, inbox: &Arc<Inbox<Message>>) -> Arc<TaskWaker> {
        let Some(mut waker) = self.spare_wakers.pop() else {
            return Arc::new(TaskWaker { key, inbox: inbox.clone(), sent: false.into() });
        };
        let spare = Arc::get_mut(&mut waker).expect("a spare waker has no clone");
        // A wake of its last tenant may be in the inbox, and names that one.
        (spare.key, spare.sent) = (key, false.into());
        waker
    }
}
