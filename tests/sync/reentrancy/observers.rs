//! What an observer may do: it is called in the middle of every step, with nothing borrowed, and may
//! use the very object that it is told about.

use greenlight::sync::{Barrier, Queue, Semaphore};
use greenlight::trace::{Kind, Observer, TraceEvent};
use greenlight::{Runtime, TaskGroup, spawn, spawn_detached};
use stage::{Log, shared, turns};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;

type Act = Rc<dyn Fn(Kind)>;

/// Acts on every event, but not on those that this brings about.
#[derive(Default)]
struct Acting {
    act: RefCell<Option<Act>>,
    is_acting: Cell<bool>,
}

impl Observer for Acting {
    fn on_event(&self, event: &TraceEvent) {
        let Some(act) = self.act.borrow().clone() else { return };
        if !self.is_acting.replace(true) {
            act(event.kind);
            self.is_acting.set(false);
        }
    }
}

impl Acting {
    fn on_event_do(&self, act: impl Fn(Kind) + 'static) {
        self.act.replace(Some(Rc::new(act)));
    }
}

fn observed<F: Future>(program: impl FnOnce(Rc<Acting>) -> F) -> F::Output {
    let observer = Rc::new(Acting::default());
    let runtime = Runtime::builder().virtual_clock().observer(observer.clone()).build();
    let output = runtime.run(program(observer.clone()));
    observer.act.take();
    output
}

#[test]
fn it_may_take_and_release_permits_at_every_event() {
    observed(async |observer: Rc<Acting>| {
        let desks = shared(Semaphore::new(1));
        observer.on_event_do(move |_| {
            drop(desks.try_acquire());
            desks.release(0).expect("nothing is added");
        });
        let log = Log::default();
        for name in ["a", "b", "c"] {
            spawn_detached(async move {
                let _permit = desks.acquire().await;
                log.say(name);
                turns(1).await;
            });
        }
        turns(12).await;
        assert_eq!((log.take(), desks.available()), (["a", "b", "c"].map(String::from).to_vec(), 1));
    });
}

#[test]
fn it_may_release_what_somebody_is_about_to_wait_for() {
    observed(async |observer: Rc<Acting>| {
        let desks = shared(Semaphore::new(0));
        observer.on_event_do(move |kind| {
            if matches!(kind, Kind::Waits { .. }) && desks.available() == 0 {
                desks.release(1).expect("it is unbounded");
            }
        });
        desks.acquire().await.forget();
        assert_eq!(desks.available(), 0);
    });
}

#[test]
fn it_may_keep_a_permit_that_is_released_from_those_who_wait() {
    observed(async |observer: Rc<Acting>| {
        let desks = stage::shared(Semaphore::new(1));
        let kept = shared(RefCell::new(None));
        observer.on_event_do(move |kind| {
            if matches!(kind, Kind::PermitsReleased { .. }) && kept.borrow().is_none() {
                *kept.borrow_mut() = desks.try_acquire();
            }
        });
        let permit = desks.acquire().await;
        let next = spawn(async { desks.acquire().await.forget() });
        turns(1).await;
        drop(permit);
        turns(2).await;
        let kept = kept.take();
        assert_eq!((next.is_finished(), kept.is_none()), (true, true), "who waits comes before the observer");
    });
}

#[test]
fn it_may_put_take_and_print_at_every_event() {
    observed(async |observer: Rc<Acting>| {
        let orders = shared(Queue::bounded(1));
        let (used, taken) = (orders, shared(RefCell::new(Vec::new())));
        observer.on_event_do(move |_| {
            assert!(format!("{used:?}").contains("closed"));
            taken.borrow_mut().extend(used.try_get());
        });
        let got = spawn(async move {
            let mut got = Vec::new();
            while let Ok(item) = orders.get().await {
                got.push(item);
            }
            got
        });
        for item in 0..4 {
            orders.put(item).await.expect("nobody closes");
            turns(item % 2).await;
        }
        orders.close();
        let (mut all, taken) = (got.await.expect("it ends"), taken.take());
        assert!(!taken.is_empty() && taken.is_sorted() && all.is_sorted());
        all.extend(taken);
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3]);
    });
}

#[test]
fn it_may_drop_the_party_that_a_barrier_is_full_with() {
    observed(async |observer: Rc<Acting>| {
        let start = shared(Barrier::new(2));
        let party = || spawn(async move { start.wait().await.map(|turn| turn.index()) });
        let (a, b) = (party(), party());
        let victim = a.task();
        observer.on_event_do(move |kind| {
            if kind == Kind::Woken {
                victim.cancel();
            }
        });
        assert_eq!(b.await.expect("nobody cancels it"), Ok(1));
        assert!(a.await.is_err());
        assert_eq!(start.waiting(), 0);
    });
}

#[test]
fn it_may_cancel_a_group_at_the_first_event_of_its_own_cancelling() {
    observed(async |observer: Rc<Acting>| {
        let mut group = TaskGroup::<&str>::new();
        let tasks: Vec<_> = (0..3).map(|_| group.spawn(std::future::pending::<()>())).collect();
        turns(1).await;
        let all = tasks.clone();
        observer.on_event_do(move |kind| {
            if kind == Kind::CancelRequested {
                all.iter().for_each(|task| _ = task.cancel());
            }
        });
        drop(group);
        turns(2).await;
        assert!(tasks.iter().all(|task| task.is_finished()));
    });
}
