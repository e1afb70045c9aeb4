//! The invariants of a runtime, as code: what holds of the task table, the ready queue, the timer wheel, the wait lists
//! and the inbox whenever nothing is being polled. What a list, a wheel and the wait lists promise by themselves stands
//! in check_lists.rs and check_waits.rs.

use super::super::arena::{WAITS, Waiting};
use super::super::context::{Core, Sleeper};
use super::super::task::{TaskCell, TaskId};
use super::super::wakee;
use super::state::ObjectState;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

impl Core {
    /// Looks at everything, between two turns.
    ///
    /// # Panics
    /// When an invariant is broken.
    pub(in crate::runtime) fn check(self: &Rc<Self>) {
        let here = wakee::polled().filter(|task| Rc::ptr_eq(&task.queue, &self.queue));
        assert!(here.is_none(), "a task is noted as being polled after turn {}", self.turns.get());
        self.check_tasks();
        self.check_wakers();
        self.check_joiners();
        WAITS.with_borrow(|waits| waits.check());
        self.check_timers();
        self.check_inbox();
    }

    /// The flags of every task, and the ready queue, agree; every future is in its cell; no two tasks share an id.
    fn check_tasks(&self) {
        let (table, queue) = (self.table.borrow(), self.queue.tasks.borrow());
        let mut named = HashSet::new();
        for task in queue.iter() {
            assert!(named.insert(Rc::as_ptr(task)), "task {} is in the ready queue twice", task.id.get());
        }
        let mut last = None;
        for task in table.in_order() {
            let (id, queued, named) = (task.id.get(), task.queued.get(), named.contains(&Rc::as_ptr(&task)));
            assert!(queued == named, "task {id} is flagged as queued: {queued}; in the ready queue: {named}");
            assert!(queued || !task.dying.get(), "task {id} is dying, and not queued to be dropped");
            let body = task.body.take();
            assert!(body.is_some(), "task {id} has no future, and is not being polled");
            task.body.set(body);
            let is_found = table.get(task.key()).is_some_and(|found| Rc::ptr_eq(found, &task));
            assert!(is_found, "task {id} is not in the slot {} that it names", task.key().slot);
            assert!(Rc::ptr_eq(&task.queue, &self.queue), "task {id} goes into the queue of another runtime");
            assert!(last != Some(id), "two tasks have the id {id}");
            assert!(table.ids.number(id).is_some(), "task {id} is alive, and its id was not given out");
            last = Some(id);
        }
        for spare in &table.spare {
            let others = Rc::strong_count(spare) - 1;
            assert!(
                others == 0 && spare.id.get() == TaskId::ENDED,
                "a spare cell is held by {others} others, as task {}",
                spare.id.get()
            );
        }
    }

    /// A waker that somebody has cloned is that of its task, which is known; the one that is lent to the others is
    /// nobody's.
    fn check_wakers(&self) {
        let table = self.table.borrow();
        for (_, task) in &table.tasks {
            let known = task.with_waker(|waker| (waker.key(), waker.place.load(Ordering::Relaxed)));
            let Some((key, place)) = known else { continue };
            assert!(key == task.key(), "the waker of {:?} wakes {key:?}", task.key());
            let slot = table.cloned.get(place as usize);
            assert!(
                slot == Some(&key.slot),
                "the waker of {key:?} is number {place} of those that were cloned: {slot:?}"
            );
        }
        let own = table.tasks.iter().filter(|(_, task)| task.with_waker(|_| ()).is_some()).count();
        assert!(own == table.cloned.len(), "{own} tasks have wakers, and {} were cloned", table.cloned.len());
        if let Some(loose) = self.loose_waker.take() {
            let clones = Arc::strong_count(&loose) - 1;
            assert!(clones == 0, "the waker that is lent to all has {clones} clones");
            self.loose_waker.set(Some(loose));
        }
    }

    /// The wait list of those who await a task's end is there, and is about that task.
    fn check_joiners(&self) {
        let table = self.table.borrow();
        let joiners = |task: &Rc<TaskCell>| task.extra.get().and_then(|extra| extra.joiners.get());
        WAITS.with_borrow(|waits| {
            for (_, task) in &table.tasks {
                let Some(index) = joiners(task) else { continue };
                let (id, list) = (task.id.get(), waits.lists.get(index as usize));
                let list = list.unwrap_or_else(|| panic!("the joiners of {id} are in list {index}, which is gone"));
                let about = list.about.holder.get().map(|holder| holder.task);
                assert!(about == Some(id), "the joiners of {id} are in list {index}, which is about {about:?}");
            }
            let of_tasks = |(_, list): &(usize, &Rc<Waiting>)| list.about.state.get() == ObjectState::End;
            for (index, list) in waits.lists.iter().filter(of_tasks) {
                let about = list.about.holder.get().map_or(TaskId::NOBODY, |holder| holder.task);
                // The task of another runtime, perhaps.
                if table.ids.number(about).is_some() {
                    let task = table.tasks.iter().find(|(_, task)| task.id.get() == about);
                    let (_, task) = task.unwrap_or_else(|| panic!("list {index} is about {about}, which has ended"));
                    let named = joiners(task);
                    assert!(named == Some(index as u32), "list {index} is about {about}, which names list {named:?}");
                }
            }
        });
    }

    /// A timer names somebody to wake until it has fired, and none stays due past the turn. Each belongs to a sleep,
    /// which counts among those who keep the runtime, as every handle does. So do its `Runtime`, and the thread that is
    /// inside of it.
    fn check_timers(self: &Rc<Self>) {
        let (wheel, now) = (self.wheel.borrow(), self.now());
        let (timers, sleeps) = (wheel.check(), Rc::strong_count(self) - 2);
        assert!(timers <= sleeps, "{timers} timers are in the wheel, and {sleeps} sleeps are alive at most");
        for (deadline, Sleeper { wakee, at }) in wheel.armed() {
            assert!(deadline > now.as_micros(), "the timer of {at} for {deadline} is overdue at {now}");
            assert!(!wakee.is_granted(), "the timer of {at} for {deadline} is armed, and wakes nobody");
        }
    }

    /// Where nobody else can be in the middle of sending, a message that waits has raised the flag.
    fn check_inbox(&self) {
        let (inbox, table) = (&self.inbox, self.table.borrow());
        let forgotten = || !inbox.queue.is_empty() && !inbox.is_pending();
        let loose = self.loose_waker.take();
        let own = 1 + table.cloned.len() + usize::from(loose.is_some());
        self.loose_waker.set(loose);
        if !forgotten() || Arc::strong_count(inbox) > own || table.count_held() > 0 {
            return;
        }
        // What the last sender did before it let go of the inbox is visible after this.
        fence(Ordering::Acquire);
        assert!(!forgotten(), "{} messages wait, and the flag is down", inbox.queue.len());
    }
}

#[cfg(test)]
pub(in crate::runtime) mod tests {
    use super::*;
    use crate::runtime::arena;
    use crate::runtime::context;
    use crate::runtime::note::Holder;
    use crate::runtime::wakee::{Registered, Wakee};
    use crate::runtime::waker::Message;
    use crate::runtime::waker::TaskWaker;
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
    #[should_panic(expected = "has no future, and is not being polled")]
    fn a_turn_ends_with_a_check_if_the_builder_has_asked_for_that() {
        let runtime = ManuallyDrop::new(Runtime::builder().virtual_clock().check_every_turn().build());
        runtime.spawn_detached(std::future::pending());
        runtime.turn();
        drop(task(&runtime.core, 0).body.take());
        runtime.turn();
    }

    /// The task in a slot.
    fn task(core: &Core, slot: usize) -> Rc<TaskCell> {
        core.table.borrow().tasks[slot].clone()
    }

    #[test]
    #[should_panic(expected = "is in the ready queue twice")]
    fn a_task_that_is_queued_twice_is_found() {
        check_broken(|core| task(core, 2).push());
    }

    #[test]
    #[should_panic(expected = "is flagged as queued: true; in the ready queue: false")]
    fn a_task_that_left_the_ready_queue_and_kept_its_flag_is_found() {
        check_broken(|core| core.queue.tasks.borrow_mut().clear());
    }

    #[test]
    #[should_panic(expected = "is flagged as queued: false; in the ready queue: true")]
    fn a_task_that_is_in_the_ready_queue_and_does_not_know_is_found() {
        check_broken(|core| task(core, 0).push());
    }

    #[test]
    #[should_panic(expected = "is dying, and not queued to be dropped")]
    fn a_dying_task_that_nobody_drops_is_found() {
        check_broken(|core| {
            task(core, 0).cancel();
            let body = task(core, 0).begin();
            task(core, 0).body.set(body);
            core.queue.tasks.borrow_mut().pop();
        });
    }

    #[test]
    #[should_panic(expected = "has no future, and is not being polled")]
    fn a_future_that_did_not_come_back_is_found() {
        check_broken(|core| drop(task(core, 0).body.take()));
    }

    #[test]
    #[should_panic(expected = "is not in the slot 2 that it names")]
    fn a_task_in_the_slot_of_another_is_found() {
        check_broken(|core| {
            let other = Rc::new(TaskCell::new(core.queue.clone(), Location::caller()));
            other.begin_life(
                task(core, 2).key(),
                task(core, 2).body.take().expect("it has not started"),
                Location::caller(),
            );
            core.table.borrow_mut().tasks.insert(other.clone());
            core.table.borrow_mut().tasks.remove(2);
            core.queue.tasks.borrow_mut().clear();
            other.queued.set(true);
            other.push();
        });
    }

    #[test]
    #[should_panic(expected = "a spare cell is held by 1 others")]
    fn a_spare_cell_that_is_not_spare_is_found() {
        check_broken(|core| {
            let cell = Rc::new(TaskCell::new(core.queue.clone(), Location::caller()));
            core.table.borrow_mut().spare.extend([cell.clone(), cell]);
        });
    }

    #[test]
    #[should_panic(expected = "the waker of TaskKey")]
    fn a_waker_of_another_task_is_found() {
        check_broken(|core| {
            let waker = TaskWaker::loose(&core.inbox);
            waker.set_key(task(core, 1).key());
            let first = task(core, 0);
            core.table.borrow_mut().give_waker(&first, waker);
        });
    }

    #[test]
    #[should_panic(expected = "1 tasks have wakers, and 2 were cloned")]
    fn a_waker_that_was_given_back_and_counts_is_found() {
        check_broken(|core| {
            let waker = TaskWaker::loose(&core.inbox);
            waker.set_key(task(core, 0).key());
            let first = task(core, 0);
            core.table.borrow_mut().give_waker(&first, waker);
            core.table.borrow_mut().cloned.push(1);
        });
    }

    #[test]
    #[should_panic(expected = "the waker that is lent to all has 1 clones")]
    fn a_waker_that_is_lent_and_was_kept_is_found() {
        check_broken(|core| {
            let loose = core.loose_waker.take().expect("it is not lent between two turns");
            core.loose_waker.set(Some(loose.clone()));
            std::mem::forget(loose);
        });
    }

    #[test]
    #[should_panic(expected = "which is gone")]
    fn joiners_without_a_list_are_found() {
        check_broken(|core| {
            let first = task(core, 0);
            core.table.borrow_mut().extra_of(&first).joiners.set(Some(7));
        });
    }

    #[test]
    #[should_panic(expected = "is overdue at t=2.000000s")]
    fn a_timer_that_time_passed_by_is_found() {
        check_broken(|core| _ = core.clock.jump(core.now() + Duration::from_secs(2)));
    }

    #[test]
    #[should_panic(expected = "3 timers are in the wheel, and 2 sleeps are alive at most")]
    fn timers_without_a_sleep_are_found() {
        check_broken(|core| {
            let mut wheel = core.wheel.borrow_mut();
            let sleeper = || Sleeper {
                wakee: Registered::new(Wakee::Foreign(Waker::noop().clone(), None)),
                at: Location::caller(),
            };
            let fired = wheel.insert(0, sleeper());
            assert_eq!(wheel.pop_due().map(|(timer, _)| timer), Some(fired));
            let later = core.now() + Duration::from_secs(9);
            wheel.insert(later.as_micros(), sleeper());
        });
    }

    /// Opens a list of those who await the end of a task.
    fn open_joiners(task: TaskId) {
        let here = Location::caller();
        let holder = Holder { task, since: here, granted: false, permits: 1 };
        arena::open(|about| about.tell("task", None, here, ObjectState::End, Some(holder)));
    }

    #[test]
    #[should_panic(expected = "which has ended")]
    fn joiners_of_a_task_that_has_ended_are_found() {
        check_broken(|core| {
            let id = core.table.borrow_mut().ids.next();
            open_joiners(id);
        });
    }

    #[test]
    #[should_panic(expected = "which names list None")]
    fn joiners_whom_their_task_does_not_name_are_found() {
        check_broken(|core| open_joiners(task(core, 0).id.get()));
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
        check_broken(|core| core.inbox.queue.push(Message::Wake(task(core, 0).key())));
    }

    #[test]
    fn a_message_is_not_missed_while_whoever_sent_it_may_be_about_to_raise_its_flag() {
        let push = |core: &Core| core.inbox.queue.push(Message::Wake(task(core, 0).key()));
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
