//! The invariants of a runtime, as code: what holds of the task table, the ready queue, the timer wheel, the wait lists
//! and the inbox whenever nothing is being polled. What a list and a wheel promise by themselves stands in their files.

use super::context::Core;
use super::executor::{Main, Turn};
use super::inbox::Inbox;
use super::ready::{BLOCK, TaskId, TaskKey};
use super::table::Table;
use super::task::{Message, Wakee};
use super::waits::{Node, WAITS, Waits};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

impl Core {
    /// One turn, and a check of every invariant after it if the builder asked for that.
    pub(super) fn checked_turn(self: &Rc<Self>, main: &mut Option<(TaskKey, &mut Main<'_>)>) -> Turn {
        let turn = self.turn(main);
        if self.settings.check_every_turn {
            self.check();
        }
        turn
    }

    /// Looks at everything, between two turns.
    ///
    /// # Panics
    /// When an invariant is broken.
    pub(super) fn check(self: &Rc<Self>) {
        assert!(self.polling.get().is_none(), "a task is noted as being polled after turn {}", self.turn.get());
        let table = self.table.borrow();
        table.check();
        let waiting = WAITS.with_borrow(|waits| {
            waits.check();
            table.check_joiners(waits);
            waits.nodes_of(self)
        });
        self.check_timers(waiting);
        self.check_inbox(&table);
    }

    /// A timer names somebody to wake until it has fired, and none stays due past the turn. Each belongs to a sleep, which
    /// counts among those who keep the runtime, as every handle does. So do its waiters, which have no timer of their own,
    /// its `Runtime`, and the thread that is inside of it.
    fn check_timers(self: &Rc<Self>, waiters: usize) {
        let (wheel, now) = (self.wheel.borrow(), self.now());
        let (timers, sleeps) = (wheel.check(), Rc::strong_count(self) - waiters - 2);
        assert!(timers <= sleeps, "{timers} timers are in the wheel, and {sleeps} sleeps are alive at most");
        for (deadline, timer) in wheel.armed() {
            assert!(deadline > now.as_micros(), "the timer of {} for {deadline} is overdue at {now}", timer.at);
            assert!(timer.wakee.is_some(), "the timer of {} for {deadline} is armed, and wakes nobody", timer.at);
        }
    }

    /// Where nobody else can be in the middle of sending, a message that waits has raised the flag.
    fn check_inbox(&self, table: &Table) {
        let inbox: &Arc<Inbox<Message>> = &self.inbox;
        let forgotten = || !inbox.queue.is_empty() && !inbox.is_pending();
        let own = 1 + table.slots.len() + table.spare_wakers.len();
        if !forgotten() || Arc::strong_count(inbox) > own || table.wakers_held_outside() > 0 {
            return;
        }
        // What the last sender did before it let go of the inbox is visible after this.
        fence(Ordering::Acquire);
        assert!(!forgotten(), "{} messages wait, and the flag is down", inbox.queue.len());
    }
}

impl Table {
    /// The flags of every slot, and the ready queue, agree; every future is in its slot; no two tasks share an id.
    fn check(&self) {
        let mut named = vec![false; self.slots.capacity()];
        for &key in &self.ready.tasks {
            // A task that woke itself in its last poll is named, and has ended.
            if self.get(key).is_some() {
                let before = std::mem::replace(&mut named[key.slot as usize], true);
                assert!(!before, "task {} is in the ready queue twice", key.id);
            }
        }
        let mut order = Vec::with_capacity(self.slots.len());
        for (index, slot) in &self.slots {
            let (id, queued, named) = (slot.id, slot.queued, named[index]);
            assert!(queued == named, "task {id} is flagged as queued: {queued}; in the ready queue: {named}");
            assert!(queued || !slot.dying, "task {id} is dying, and not queued to be dropped");
            let tenant = slot.tenant.as_ref();
            let waker = &tenant.unwrap_or_else(|| panic!("task {id} has no future, and is not being polled")).waker;
            let own = TaskKey { slot: index as u32, id };
            assert!(waker.key == own, "the waker of {own:?} wakes {:?}", waker.key);
            order.push((slot.number, id));
        }
        order.sort_unstable();
        for pair in order.windows(2) {
            assert!(pair[0].0 < pair[1].0, "two tasks have the number {}", pair[0].0);
            assert!(pair[0].1 < pair[1].1, "task {} was spawned before task {}", pair[0].1, pair[1].1);
        }
        let last = order.last().map_or(0, |&(number, _)| number + 1);
        assert!(last <= self.spawned, "task number {last} is alive, and {} were spawned", self.spawned);
        for waker in &self.spare_wakers {
            let clones = Arc::strong_count(waker) - 1;
            assert!(clones == 0, "the spare waker of {:?} has {clones} clones", waker.key);
        }
    }

    /// The wait list of those who await a task's end is there, and is about that task.
    fn check_joiners(&self, waits: &Waits) {
        for (index, slot) in &self.slots {
            let (Some(list), key) = (slot.joiners, TaskKey { slot: index as u32, id: slot.id }) else { continue };
            let waiting = waits.lists.get(list as usize);
            let waiting = waiting.unwrap_or_else(|| panic!("the joiners of {key:?} are in list {list}, which is gone"));
            let task = waiting.facts.holder.and_then(|holder| holder.task);
            assert!(task == Some(key), "the joiners of {key:?} are in list {list}, which is about {task:?}");
        }
        for (list, waiting) in waits.lists.iter().filter(|(_, waiting)| waiting.subject.kind == "task") {
            let task = waiting.facts.holder.and_then(|holder| holder.task);
            let key = task.unwrap_or_else(|| panic!("list {list} is of joiners, and about no task"));
            match self.get(key) {
                Some(slot) => {
                    let joiners = slot.joiners;
                    assert!(joiners == Some(list as u32), "list {list} is about {key:?}, which names list {joiners:?}");
                }
                // The task of another runtime, perhaps.
                None => assert!(!self.gave_out(key.id), "list {list} is about {key:?}, which has ended"),
            }
        }
    }

    /// Whether the id is of a block that a task of this table has had one of.
    fn gave_out(&self, id: TaskId) -> bool {
        let block = |id: TaskId| (id.get() - 1) / BLOCK;
        let spare = self.spare_wakers.iter().map(|waker| waker.key.id);
        self.slots().map(|slot| slot.id).chain(spare).any(|known| block(known) == block(id))
    }
}

impl Waits {
    /// A waiter in a list knows its list and whom it wakes; one that was granted is in no list.
    fn check(&self) {
        let (mut linked, mut identities) = (0, Vec::with_capacity(self.lists.len()));
        for (list, waiting) in self.lists.iter() {
            let identity = waiting.subject.identity;
            identities.push(identity);
            linked += waiting.order.check(&self.nodes, |index, node| {
                assert!(node.list as usize == list, "node {index} is in list {list}, and names list {}", node.list);
                let known = node.identity;
                assert!(known == identity, "node {index} waits for object {known} in the list of object {identity}");
                node.check_wakee(index);
            });
        }
        identities.sort_unstable();
        let twice = identities.windows(2).find(|pair| pair[0] == pair[1]);
        assert!(twice.is_none(), "two wait lists are of object {}", twice.map_or(0, |pair| pair[0]));
        let mut standing = 0;
        for (index, node) in self.nodes.iter() {
            let is_linked = self.nodes.is_linked(index);
            standing += usize::from(is_linked);
            let list = self.lists.get(node.list as usize);
            let is_open = list.is_some_and(|waiting| waiting.subject.identity == node.identity);
            // One that was leaked may outlive its list.
            let is_lost = !is_linked && node.wakee.is_some() && is_open;
            assert!(!is_lost, "node {index} waits for list {}, and is not in it", node.list);
        }
        assert!(standing == linked, "{standing} nodes are linked, and the lists lead to {linked}");
    }

    /// How many nodes know that runtime.
    fn nodes_of(&self, core: &Rc<Core>) -> usize {
        let knows = |node: &Node| node.core.as_ref().is_some_and(|other| Rc::ptr_eq(other, core));
        self.nodes.iter().filter(|(_, node)| knows(node)).count()
    }
}

impl Node {
    fn check_wakee(&self, index: u32) {
        let Some(wakee) = &self.wakee else { panic!("node {index} was granted, and is in list {}", self.list) };
        assert!(wakee.task() == self.task, "node {index} is of {:?}, and wakes {:?}", self.task, wakee.task());
        let is_homeless = matches!(wakee, Wakee::Task(_)) && self.core.is_none();
        assert!(!is_homeless, "node {index} wakes {:?}, and knows no runtime", self.task);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::context::{self, Timer};
    use crate::runtime::facts::{Facts, Holder, ObjectState};
    use crate::runtime::list::List;
    use crate::runtime::waits::{self, Subject, Waiting};
    use crate::sync::Event;
    use crate::{Runtime, sleep, spawn_detached};
    use std::mem::ManuallyDrop;
    use std::panic::Location;
    use std::task::Waker;
    use std::time::Duration;

    /// Breaks a runtime in which one task waits for an event, one sleeps, and one has not started, and checks it.
    fn check_broken(breaks: impl FnOnce(&Rc<Core>)) {
        // Not dropped: it is broken.
        let runtime = ManuallyDrop::new(Runtime::builder().virtual_clock().check_every_turn().build());
        runtime.enter(|| {
            let core = context::current().expect("this is inside a runtime");
            spawn_detached(async { Event::new().wait().await });
            spawn_detached(async { sleep(Duration::from_secs(1)).await });
            runtime.turn();
            spawn_detached(async {});
            core.check();
            breaks(&core);
            core.check();
        });
    }

    #[test]
    #[should_panic(expected = "is in the ready queue twice")]
    fn a_task_that_is_queued_twice_is_found() {
        check_broken(|core| {
            let mut table = core.table.borrow_mut();
            let key = table.ready.tasks[0];
            table.ready.push(key);
        });
    }

    #[test]
    #[should_panic(expected = "is flagged as queued: true; in the ready queue: false")]
    fn a_task_that_left_the_ready_queue_and_kept_its_flag_is_found() {
        check_broken(|core| core.table.borrow_mut().ready.clear());
    }

    #[test]
    #[should_panic(expected = "is dying, and not queued to be dropped")]
    fn a_dying_task_that_nobody_drops_is_found() {
        check_broken(|core| core.table.borrow_mut().slots[0].dying = true);
    }

    #[test]
    #[should_panic(expected = "has no future, and is not being polled")]
    fn a_future_that_did_not_come_back_is_found() {
        check_broken(|core| drop(core.table.borrow_mut().slots[0].tenant.take()));
    }

    #[test]
    #[should_panic(expected = "the waker of TaskKey")]
    fn a_waker_of_another_task_is_found() {
        check_broken(|core| {
            let mut table = core.table.borrow_mut();
            let (first, second) = table.slots.get2_mut(0, 1).expect("two tasks are alive");
            std::mem::swap(&mut first.tenant, &mut second.tenant);
        });
    }

    #[test]
    #[should_panic(expected = "two tasks have the number 0")]
    fn two_tasks_of_one_number_are_found() {
        check_broken(|core| core.table.borrow_mut().slots[1].number = 0);
    }

    #[test]
    #[should_panic(expected = "task number 4 is alive, and 3 were spawned")]
    fn a_task_whose_number_was_not_given_out_is_found() {
        check_broken(|core| core.table.borrow_mut().slots[2].number = 3);
    }

    #[test]
    #[should_panic(expected = "has 1 clones")]
    fn a_spare_waker_that_is_not_spare_is_found() {
        check_broken(|core| {
            let mut table = core.table.borrow_mut();
            let waker = table.slots[0].tenant.as_ref().map(|tenant| tenant.waker.clone());
            table.spare_wakers.extend(waker);
        });
    }

    #[test]
    #[should_panic(expected = "which is gone")]
    fn joiners_without_a_list_are_found() {
        check_broken(|core| core.table.borrow_mut().slots[0].joiners = Some(7));
    }

    #[test]
    #[should_panic(expected = "is overdue at t=2.000000s")]
    fn a_timer_that_time_passed_by_is_found() {
        check_broken(|core| core.clock.jump(core.now() + Duration::from_secs(2)));
    }

    #[test]
    #[should_panic(expected = "3 timers are in the wheel, and 2 sleeps are alive at most")]
    fn timers_without_a_sleep_are_found() {
        check_broken(|core| {
            let timer = || Timer { wakee: None, at: Location::caller(), armed_by: None };
            let mut wheel = core.wheel.borrow_mut();
            let fired = wheel.insert(0, timer());
            assert_eq!(wheel.pop_due(), Some(fired));
            let later = core.now() + Duration::from_secs(9);
            wheel
                .insert(later.as_micros(), Timer { wakee: Some(Wakee::Waker(Waker::noop().clone(), None)), ..timer() });
        });
    }

    /// Opens a list of those who await the end of a task.
    fn open_joiners(task: TaskKey) {
        let here = Location::caller();
        let subject = Subject { kind: "task", name: None, made: here, identity: waits::new_identity() };
        let holder = Holder { task: Some(task), since: here, granted: false, permits: 1 };
        waits::open(subject, Facts { state: ObjectState::Ends, holder: Some(holder) });
    }

    #[test]
    #[should_panic(expected = "which has ended")]
    fn joiners_of_a_task_that_has_ended_are_found() {
        check_broken(|core| open_joiners(core.table.borrow_mut().unused_key()));
    }

    #[test]
    #[should_panic(expected = "which names list None")]
    fn joiners_whom_their_task_does_not_name_are_found() {
        check_broken(|core| open_joiners(core.table.borrow().ready.tasks[0]));
    }

    #[test]
    fn a_table_knows_the_ids_of_its_block_to_the_last() {
        check_broken(|core| {
            let mut table = core.table.borrow_mut();
            let last = (3..BLOCK).map(|_| table.unused_key().id).last().expect("three of its ids are in use");
            let next = table.unused_key().id;
            assert!(table.gave_out(last) && !table.gave_out(next));
        });
    }

    #[test]
    fn what_another_runtime_of_the_thread_has_is_not_missed_here() {
        let [mine, other] = [(); 2].map(|()| Runtime::builder().virtual_clock().check_every_turn().build());
        let awaited = other.spawn_detached(std::future::pending());
        mine.spawn_detached(async move { awaited.ended().await });
        other.spawn_detached(sleep(Duration::from_secs(1)));
        other.turn();
        mine.turn();
        other.turn();
        assert_eq!((mine.task_count(), other.task_count()), (1, 2));
    }

    #[test]
    #[should_panic(expected = "1 messages wait, and the flag is down")]
    fn a_message_without_its_flag_is_found() {
        check_broken(|core| core.inbox.queue.push(Message::Wake(core.table.borrow().ready.tasks[0])));
    }

    #[test]
    fn a_message_is_not_missed_while_whoever_sent_it_may_be_about_to_raise_its_flag() {
        let push = |core: &Core| core.inbox.queue.push(Message::Wake(core.table.borrow().ready.tasks[0]));
        let (mut remote, mut waker) = (None, None);
        check_broken(|core| {
            remote = Some(core.remote());
            push(core);
        });
        check_broken(|core| {
            waker = core.table.borrow().slots[0].tenant.as_ref().map(|tenant| tenant.waker.clone());
            push(core);
        });
        assert!(remote.is_some() && waker.is_some(), "they are alive during the checks");
    }

    /// Breaks the wait list of the task that waits for an event.
    fn check_broken_waits(breaks: impl FnOnce(&mut Waits)) {
        check_broken(|_| WAITS.with_borrow_mut(breaks));
    }

    #[test]
    #[should_panic(expected = "node 0 was granted, and is in list 0")]
    fn a_granted_waiter_in_a_list_is_found() {
        check_broken_waits(|waits| drop(waits.nodes.get_mut(0).wakee.take()));
    }

    #[test]
    #[should_panic(expected = "node 0 waits for list 0, and is not in it")]
    fn a_waiter_that_was_unlinked_and_not_granted_is_found() {
        check_broken_waits(|waits| waits.lists[0].order.unlink(&mut waits.nodes, 0));
    }

    #[test]
    #[should_panic(expected = "1 nodes are linked, and the lists lead to 0")]
    fn a_waiter_whom_no_list_leads_to_is_found() {
        check_broken_waits(|waits| waits.lists[0].order = List::new());
    }

    #[test]
    #[should_panic(expected = "node 0 is in list 0, and names list 3")]
    fn a_waiter_in_the_list_of_another_object_is_found() {
        check_broken_waits(|waits| waits.nodes.get_mut(0).list = 3);
    }

    #[test]
    #[should_panic(expected = "two wait lists are of object")]
    fn two_lists_of_one_object_are_found() {
        check_broken_waits(|waits| {
            let subject = waits.lists[0].subject.clone();
            let facts = waits.lists[0].facts;
            waits.lists.insert(Waiting { subject, facts, order: List::new() });
        });
    }
}
