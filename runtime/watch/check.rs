//! The invariants of a runtime, as code: what holds of the task table, the ready queue, the timer wheel, the wait lists
//! and the inbox whenever nothing is being polled. What a list, a wheel and the wait lists promise by themselves stands in
//! their files and in check_waits.rs.

use super::super::context::Core;
use super::super::executor::{Main, Turn};
use super::super::inbox::Inbox;
use super::super::ready::{BLOCK, TaskId, TaskKey};
use super::super::table::Table;
use super::super::task::Message;
use super::super::waits::{WAITS, Waits};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

impl Core {
    /// One turn, and a check of every invariant after it if the builder asked for that.
    pub(in crate::runtime) fn checked_turn(self: &Rc<Self>, main: &mut Option<(TaskKey, &mut Main<'_>)>) -> Turn {
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
    pub(in crate::runtime) fn check(self: &Rc<Self>) {
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
        if !forgotten() || Arc::strong_count(inbox) > own || table.held.count(&table.slots) > 0 {
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
            let is_known = self.held.has(slot.held, index);
            assert!(is_known || !slot.is_held(), "the waker of task {id} is held outside, and nobody knows");
            assert!(is_known || slot.held.is_none(), "task {id} has place {:?} among those whose waker is", slot.held);
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
        self.slots.iter().map(|(_, slot)| slot).map(|slot| slot.id).chain(spare).any(|known| block(known) == block(id))
    }
}

#[cfg(test)]
pub(in crate::runtime) mod tests {
    use super::*;
    use crate::runtime::context::{self, Timer};
    use crate::runtime::task::{TaskWaker, Wakee};
    use crate::runtime::waits;
    use crate::runtime::watch::facts::{self, Facts, Holder, ObjectState, Subject};
    use crate::sync::Event;
    use crate::{Runtime, sleep, spawn_detached};
    use std::cell::Cell;
    use std::future::poll_fn;
    use std::mem::ManuallyDrop;
    use std::panic::Location;
    use std::task::{Poll, Waker};
    use std::time::Duration;

    /// Breaks a runtime in which one task waits for an event, one sleeps, and one has not started, and checks it.
    pub(in crate::runtime) fn check_broken(breaks: impl FnOnce(&Rc<Core>)) {
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
            let key = table.ready.tasks[0];
            let waker = Arc::new(TaskWaker { key, inbox: core.inbox.clone(), sent: false.into() });
            table.spare_wakers.extend([waker.clone(), waker]);
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
        let subject = Subject { kind: "task", name: None, made: here, identity: facts::new_identity() };
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
        let push = |core: &Core| {
            let table = core.table.borrow();
            core.inbox.queue.push(Message::Wake(TaskKey { slot: 0, id: table.slots[0].id }));
        };
        let (mut remote, waker) = (None, Rc::new(Cell::new(None::<Waker>)));
        check_broken(|core| {
            remote = Some(core.remote());
            push(core);
        });
        check_broken(|core| {
            let keeps = waker.clone();
            spawn_detached(poll_fn(move |cx| {
                keeps.set(Some(cx.waker().clone()));
                Poll::Pending
            }));
            core.turn(&mut None);
            push(core);
        });
        assert!(remote.is_some() && waker.take().is_some(), "they are alive during the checks");
    }
}
