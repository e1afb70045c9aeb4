//! Every waiting method, every moment at which the waker of one who waits runs foreign code, and
//! everything that this may do to the others and to the object. Three wait: one ahead, the one with
//! the waker, one behind. Whatever happens, those who were given what they wait for go on, the others
//! go on once they are given it, and nothing is left over or missing.

use super::objects::{Ending, Getting, Joining, Object, Permits, Serves, Start, Tasks, full};
use super::{forgotten, panics};
use greenlight::sync::{Barrier, LifoQueue, PriorityQueue, Queue, Semaphore};
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
    DropBehind,
    Print,
    Panic,
    GiveAndPanic,
}

const MOMENTS: [Moment; 6] =
    [Moment::Joining, Moment::RenewedBy, Moment::RenewedFrom, Moment::Abandoned, Moment::Woken, Moment::Forgotten];

const ACTS: [Act; 8] = [
    Act::Give,
    Act::GiveTwice,
    Act::WaitToo,
    Act::DropAhead,
    Act::DropBehind,
    Act::Print,
    Act::Panic,
    Act::GiveAndPanic,
];

/// One scene: an object, those who wait, and how often something was given.
struct Scene<O> {
    object: Rc<O>,
    waits: RefCell<Vec<Shared>>,
    given: Cell<usize>,
    done: Cell<usize>,
}

impl<O: Object + 'static> Scene<O> {
    /// One who waits from now on: polled once.
    fn wait(&self, waker: &Waker) -> Shared {
        let wait = Rc::new(RefCell::new(Some(self.object.clone().wait())));
        self.waits.borrow_mut().push(wait.clone());
        self.poll(&wait, waker);
        wait
    }

    /// Polls a wait that is still there. One that ends or panics is not any more.
    fn poll(&self, wait: &Shared, waker: &Waker) {
        let Some(mut future) = wait.borrow_mut().take() else { return };
        match catch_unwind(AssertUnwindSafe(|| poll(future.as_mut(), waker).is_ready())) {
            Ok(false) => *wait.borrow_mut() = Some(future),
            Ok(true) => self.done.set(self.done.get() + 1),
            Err(_) => assert!(!panics(|| drop(future)), "a wait that panicked is dropped in peace"),
        }
    }

    /// Gives to one, or to all.
    fn give(&self) {
        let given = Cell::new(false);
        // The panic of a waker reaches the one who gives, and what was given counts all the same.
        if catch_unwind(AssertUnwindSafe(|| given.set(self.object.give()))).is_err() || given.get() {
            self.given.set(self.given.get() + 1);
        }
    }

    fn waiting(&self) -> Vec<Shared> {
        self.waits.borrow().iter().filter(|wait| wait.borrow().is_some()).cloned().collect()
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

    fn act(self: &Rc<Self>, act: Act, ahead: &Shared, behind: &Shared) {
        match act {
            Act::Give => self.give(),
            Act::GiveTwice => (0..2).for_each(|_| self.give()),
            Act::WaitToo => _ = self.wait(Waker::noop()),
            Act::DropAhead => abandon(ahead),
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
fn play<O: Object + 'static>(object: O, moment: Moment, act: Act) {
    let runtime = Rc::new(Runtime::builder().virtual_clock().on_report(|_| {}).build());
    let (waits, given, done) = (RefCell::default(), Cell::new(0), Cell::new(0));
    let scene = Rc::new(Scene { object: Rc::new(object), waits, given, done });
    runtime.enter(|| {
        let ahead = scene.wait(Waker::noop());
        let behind = Shared::default();
        let acting = {
            let (scene, ahead, behind) = (scene.clone(), ahead.clone(), behind.clone());
            move || scene.act(act, &ahead, &behind)
        };
        let acts = Cell::new(Some(acting));
        let once = move || {
            if let Some(acting) = acts.take() {
                acting();
            }
        };
        let waker = match moment {
            Moment::Joining | Moment::RenewedBy => Foreign::default().on_clone(once).waker(),
            Moment::Woken => Foreign::default().on_wake(once).waker(),
            Moment::RenewedFrom | Moment::Abandoned | Moment::Forgotten => forgotten(once),
        };
        let own = match moment {
            Moment::RenewedBy => scene.wait(Waker::noop()),
            _ => scene.wait(&waker),
        };
        let last = scene.wait(Waker::noop());
        *behind.borrow_mut() = last.borrow_mut().take();
        scene.waits.borrow_mut().push(behind);
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
            }
            Moment::Forgotten => drop(waker),
            Moment::Joining | Moment::Woken => {}
        }
    });
    if matches!(moment, Moment::Woken | Moment::Forgotten) {
        runtime.enter(|| (0..2).for_each(|_| scene.give()));
    }
    check(&scene, &runtime);
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
        Serves::All => assert!(waiting == 0 || given == 0, "{waiting} wait for what has come"),
    }
    while !scene.waiting().is_empty() {
        let before = scene.waiting().len();
        runtime.enter(|| scene.give());
        scene.settle(runtime);
        assert!(scene.waiting().len() < before, "{before} can never go on");
    }
    assert_eq!(
        scene.object.left_over(),
        if O::SERVES == Serves::One { scene.given.get() - scene.done.get() } else { 0 }
    );
}

/// Plays every scene. The output of a failing one says which.
fn at_every_moment<O: Object + 'static>(object: impl Fn() -> O) {
    for moment in MOMENTS {
        for act in ACTS {
            println!("{moment:?}: {act:?}");
            play(object(), moment, act);
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
fn wait_of_a_barrier() {
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
