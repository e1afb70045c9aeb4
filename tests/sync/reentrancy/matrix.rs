//! Every waiting method, every moment at which the waker of one who waits runs foreign code, and
//! everything that this may do to the others and to the object. The one with the waker waits alone, with one behind, or between
//! two. Whatever happens, those who were given what they wait for go on, in the order of the line, one whom nobody stands
//! before in the very poll in which it was given, the others go on once they are given it, and nothing is left over or missing.

use super::objects::{
    Ending, Getting, Joining, Object, OwnedPermits, Permits, Serves, Start, Tasks, full, locked, locked_by_an_owner,
    silent,
};
use super::{forgotten, panics};
use greenlight::sync::{Barrier, Event, LifoQueue, PriorityQueue, Queue, Semaphore};
use greenlight::{Runtime, Until};
use stage::foreign::{Foreign, Shared, abandon, poll};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::Waker;

/// When the waker acts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Moment {
    /// It is cloned by the first poll.
    Joining,
    /// It is cloned by a later poll, which had another waker before.
    RenewedBy,
    /// It is dropped by a later poll, which has another waker.
    RenewedFrom,
    /// It is dropped with the wait.
    Abandoned,
    /// It is woken.
    Woken,
    /// It is dropped once it was woken.
    Forgotten,
}

/// What the waker does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Give,
    GiveTwice,
    WaitToo,
    DropAhead,
    DropOwn,
    DropBehind,
    Print,
    Panic,
    GiveAndPanic,
}

const MOMENTS: [Moment; 6] =
    [Moment::Joining, Moment::RenewedBy, Moment::RenewedFrom, Moment::Abandoned, Moment::Woken, Moment::Forgotten];

const ACTS: [Act; 9] = [
    Act::Give,
    Act::GiveTwice,
    Act::WaitToo,
    Act::DropAhead,
    Act::DropOwn,
    Act::DropBehind,
    Act::Print,
    Act::Panic,
    Act::GiveAndPanic,
];

/// Who else waits.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Company {
    Nobody,
    Behind,
    AheadAndBehind,
}

const COMPANIES: [Company; 3] = [Company::Nobody, Company::Behind, Company::AheadAndBehind];

/// One scene: an object, those who wait, in the order in which they do, who of them has gone on, in which order, and how often
/// something was given.
struct Scene<O> {
    object: Rc<O>,
    line: RefCell<Vec<Shared>>,
    order: RefCell<Vec<usize>>,
    given: Cell<usize>,
    done: Cell<usize>,
    /// Set once a panic of the waker has reached the one who gives.
    is_panic_heard: Cell<bool>,
}

impl<O: Object + 'static> Scene<O> {
    /// One who waits there from now on: polled once.
    fn wait(&self, place: &Shared, waker: &Waker) {
        *place.borrow_mut() = Some(self.object.clone().wait());
        self.poll(place, waker);
        self.line.borrow_mut().push(place.clone());
    }

    /// Polls a wait that is still there. One that ends or panics is not any more.
    fn poll(&self, wait: &Shared, waker: &Waker) {
        let Some(mut future) = wait.borrow_mut().take() else { return };
        match catch_unwind(AssertUnwindSafe(|| poll(future.as_mut(), waker).is_ready())) {
            Ok(false) => *wait.borrow_mut() = Some(future),
            Ok(true) => {
                self.done.set(self.done.get() + 1);
                let place = self.line.borrow().iter().position(|place| Rc::ptr_eq(place, wait));
                self.order.borrow_mut().extend(place);
            }
            Err(_) => assert!(!panics(|| drop(future)), "a wait that panicked is dropped in peace"),
        }
    }

    /// Gives to one, or to all.
    fn give(&self) {
        // The panic of a waker reaches the one who gives, and what was given counts all the same.
        let given = catch_unwind(AssertUnwindSafe(|| self.object.give()));
        self.is_panic_heard.set(self.is_panic_heard.get() || given.is_err());
        self.given.set(self.given.get() + usize::from(given.unwrap_or(true)));
    }

    fn waiting(&self) -> Vec<Shared> {
        self.line.borrow().iter().filter(|wait| wait.borrow().is_some()).cloned().collect()
    }

    /// Lets everybody run who can.
    fn settle(&self, runtime: &Runtime) {
        (0..8).for_each(|_| _ = runtime.turn());
        runtime.enter(|| {
            for _ in 0..3 {
                self.waiting().iter().for_each(|wait| self.poll(wait, Waker::noop()));
            }
        });
    }

    fn act(self: &Rc<Self>, act: Act, [ahead, own, behind]: &[Shared; 3]) {
        match act {
            Act::Give => self.give(),
            Act::GiveTwice => (0..2).for_each(|_| self.give()),
            Act::WaitToo => self.wait(&Shared::default(), Waker::noop()),
            Act::DropAhead => abandon(ahead),
            Act::DropOwn => abandon(own),
            Act::DropBehind => abandon(behind),
            Act::Print => assert_eq!(self.object.print(), self.object.print()),
            Act::Panic => panic!("as it is told"),
            Act::GiveAndPanic => {
                self.give();
                panic!("as it is told");
            }
        }
    }
}

/// Plays one scene.
fn play<O: Object + 'static>(object: O, moment: Moment, act: Act, company: Company) {
    let runtime = Runtime::builder().virtual_clock().on_report(|_| {}).build();
    let (line, order, given, done, is_panic_heard) = <_>::default();
    let scene = Rc::new(Scene { object: Rc::new(object), line, order, given, done, is_panic_heard });
    let places: [Shared; 3] = <_>::default();
    let [ahead, own, behind] = places.clone();
    let acts = Rc::new(Cell::new(true));
    let once = {
        let (scene, acts) = (scene.clone(), acts.clone());
        move || {
            if acts.take() {
                scene.act(act, &places);
            }
        }
    };
    runtime.enter(|| {
        if company == Company::AheadAndBehind {
            scene.wait(&ahead, Waker::noop());
        }
        let waker = match moment {
            Moment::Joining | Moment::RenewedBy => Foreign::default().on_clone(once).waker(),
            Moment::Woken => Foreign::default().on_wake(once).waker(),
            Moment::RenewedFrom | Moment::Abandoned | Moment::Forgotten => forgotten(once),
        };
        scene.wait(&own, if moment == Moment::RenewedBy { Waker::noop() } else { &waker });
        let is_first = company != Company::AheadAndBehind && O::AT_ONCE && matches!(act, Act::Give | Act::GiveTwice);
        let is_over =
            || assert!(!is_first || scene.given.get() == 0 || own.borrow().is_none(), "it waits for what is there");
        is_over();
        if company != Company::Nobody {
            scene.wait(&behind, Waker::noop());
        }
        match moment {
            Moment::RenewedBy => scene.poll(&own, &waker),
            Moment::RenewedFrom => {
                drop(waker);
                scene.poll(&own, Waker::noop());
            }
            Moment::Abandoned => {
                drop(waker);
                let own = own.borrow_mut().take();
                assert_eq!(panics(|| drop(own)), matches!(act, Act::Panic | Act::GiveAndPanic));
                return;
            }
            Moment::Forgotten => drop(waker),
            Moment::Joining | Moment::Woken => {}
        }
        is_over();
    });
    if matches!(moment, Moment::Woken | Moment::Forgotten) {
        runtime.enter(|| (0..2).for_each(|_| scene.give()));
        // What the first was given may have to be used before the next is given anything.
        runtime.enter(|| scene.poll(&ahead, Waker::noop()));
        if acts.get() {
            runtime.enter(|| scene.give());
        }
    }
    let is_heard = moment == Moment::Woken && O::AT_ONCE && matches!(act, Act::Panic | Act::GiveAndPanic);
    assert!(!is_heard || scene.is_panic_heard.get(), "the panic reaches the one who gives");
    check(&scene, &runtime);
    assert!(!acts.get(), "the moment has come");
    // Of two who may go on at once the one that is just polled does first.
    let is_ordered = O::SERVES == Serves::One && act != Act::GiveTwice;
    assert!(!is_ordered || scene.order.borrow().is_sorted(), "{:?} is no order of a line", scene.order);
    // A newcomer finds nobody in line who is not there, and no notify that nobody was left for.
    if O::SERVES == Serves::OneWhoIsThere {
        scene.given.set(scene.done.get());
    }
    runtime.enter(|| scene.wait(&Shared::default(), Waker::noop()));
    check(&scene, &runtime);
    runtime.enter(|| scene.object.clone().assert_is_whole());
}

/// Sees that exactly those have gone on who were given something, and that the rest still can.
fn check<O: Object + 'static>(scene: &Scene<O>, runtime: &Runtime) {
    scene.settle(runtime);
    let (given, waiting, done) = (scene.given.get(), scene.waiting().len(), scene.done.get());
    match O::SERVES {
        Serves::One => {
            assert!(waiting == 0 || scene.object.left_over() == 0, "{waiting} wait for what is there");
            assert_eq!(done + scene.object.left_over(), given, "what was given is with somebody, or left");
        }
        Serves::OneWhoIsThere => assert!(waiting == 0 || done == given, "what was given is with somebody who waits"),
        Serves::All => assert!(waiting == 0 || given == 0, "{waiting} wait for what has come"),
    }
    while !scene.waiting().is_empty() {
        let before = scene.waiting().len();
        runtime.enter(|| scene.give());
        scene.settle(runtime);
        assert!(scene.waiting().len() < before, "{before} can never go on");
    }
    let left_over = if O::SERVES == Serves::One { scene.given.get() - scene.done.get() } else { 0 };
    assert_eq!(scene.object.left_over(), left_over);
}

/// Plays every scene. The output of a failing one says which.
fn at_every_moment<O: Object + 'static>(object: impl Fn() -> O) {
    for moment in MOMENTS {
        for act in ACTS {
            for company in COMPANIES {
                println!("{moment:?}: {act:?}, {company:?}");
                play(object(), moment, act, company);
            }
        }
    }
}

#[test]
fn acquire() {
    at_every_moment(|| Permits(Semaphore::new(0), 1));
}

#[test]
fn acquire_many() {
    at_every_moment(|| Permits(Semaphore::new(0), 2));
}

#[test]
fn acquire_owned() {
    at_every_moment(|| OwnedPermits(Rc::new(Semaphore::new(0))));
}

#[test]
fn wait_for_an_event() {
    at_every_moment(Event::new);
}

#[test]
fn lock() {
    at_every_moment(locked);
}

#[test]
fn lock_owned() {
    at_every_moment(locked_by_an_owner);
}

#[test]
fn wait_for_a_condition() {
    at_every_moment(silent);
}

#[test]
fn wait_at_a_barrier_that_breaks() {
    at_every_moment(|| Start(Barrier::new(9)));
}

#[test]
fn get() {
    at_every_moment(|| Getting(Queue::unbounded()));
}

#[test]
fn get_of_a_lifo_queue() {
    at_every_moment(|| Getting(LifoQueue::unbounded()));
}

#[test]
fn get_of_a_priority_queue() {
    at_every_moment(|| Getting(PriorityQueue::unbounded()));
}

#[test]
fn put() {
    at_every_moment(|| full(Queue::bounded(1)));
}

#[test]
fn put_of_a_lifo_queue() {
    at_every_moment(|| full(LifoQueue::bounded(1)));
}

#[test]
fn put_of_a_priority_queue() {
    at_every_moment(|| full(PriorityQueue::bounded(1)));
}

#[test]
fn join_of_a_queue() {
    at_every_moment(|| {
        let queue = Queue::unbounded();
        queue.try_put(1).expect("it has room");
        Joining(queue)
    });
}

#[test]
fn join_of_a_task_group() {
    at_every_moment(|| Ending(Tasks::Group, Rc::default()));
}

#[test]
fn wait_for_tasks() {
    for until in [Until::First, Until::FirstPanic, Until::All] {
        at_every_moment(|| Ending(Tasks::Wait(until), Rc::default()));
    }
}

#[test]
fn next_ended() {
    at_every_moment(|| Ending(Tasks::NextEnded, Rc::default()));
}
