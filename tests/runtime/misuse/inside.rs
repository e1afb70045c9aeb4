//! A runtime that is stepped, run or dropped inside itself, or inside another one: what is misuse is refused, and what is not
//! works.

use super::{RUN_INSIDE_RUN, TURN_INSIDE_TURN};
use greenlight::sync::Event;
use greenlight::trace::{Kind, Observer, TraceEvent};
use greenlight::{Runtime, Turn, spawn_detached};
use stage::{Log, on_drop};
use std::cell::RefCell;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::{Rc, Weak};

/// What is done inside a runtime, and what is said to that; nothing if it works.
type Doing = (&'static str, fn(&Runtime), Option<&'static str>);

const DOINGS: [Doing; 9] = [
    ("turn", |own| _ = own.turn(), Some(TURN_INSIDE_TURN)),
    ("turn in enter", |own| own.enter(|| _ = own.turn()), Some(TURN_INSIDE_TURN)),
    ("run", |own| own.run(async {}), Some(RUN_INSIDE_RUN)),
    ("try_run", |own| drop(own.try_run(async {})), Some(RUN_INSIDE_RUN)),
    ("run of another", |_| greenlight::run(async {}), Some(RUN_INSIDE_RUN)),
    ("turn of another", |_| assert_eq!(with_a_task().turn(), Turn::Ran(1)), None),
    ("drop of another", |_| drop(with_a_task()), None),
    ("dump", |own| assert!(!own.dump().to_string().is_empty()), None),
    ("report", |own| assert!(!own.stalled().to_string().is_empty()), None),
];

/// Another runtime, whose task is never ready.
fn with_a_task() -> Runtime {
    let runtime = Runtime::builder().virtual_clock().build();
    runtime.spawn_detached(pending());
    runtime
}

/// Does it with the runtime in whose reports, observers, tasks and destructors it is called.
#[derive(Clone, Default)]
struct Inside {
    runtime: Rc<RefCell<Weak<Runtime>>>,
    doing: Option<fn(&Runtime)>,
    said: Log,
}

impl Inside {
    /// Does it, and notes what is said to that, which goes on.
    fn act(&self) {
        let own = self.runtime.borrow().upgrade();
        let Some((own, doing)) = own.zip(self.doing) else { return };
        match catch_unwind(AssertUnwindSafe(|| doing(&own))) {
            Ok(()) => self.said.say("it works"),
            Err(panic) => {
                let text = panic.downcast_ref::<&str>().map(|text| text.to_string());
                self.said.say(text.or_else(|| panic.downcast_ref().cloned()).unwrap_or_default());
                std::panic::resume_unwind(panic);
            }
        }
    }
}

/// Acts when an event of that kind is told.
struct ActsAt(Kind, Inside);

impl Observer for ActsAt {
    fn on_event(&self, event: &TraceEvent) {
        if event.kind == self.0 {
            self.1.act();
        }
    }
}

/// Where it is done: builds a runtime with that in it, and has it run.
type Place = (&'static str, fn(Inside));

fn run(inside: Inside, runtime: Runtime, main: impl Future<Output = ()>) {
    let runtime = Rc::new(runtime);
    inside.runtime.replace(Rc::downgrade(&runtime));
    _ = runtime.try_run(main);
    assert_eq!(runtime.run(async { 7 }), 7, "the runtime can run again");
}

fn observed(kind: Kind, inside: &Inside) -> Runtime {
    Runtime::builder().virtual_clock().on_report(|_| {}).observer(Rc::new(ActsAt(kind, inside.clone()))).build()
}

const PLACES: [Place; 8] = [
    ("an observer of a spawn", |inside| {
        let runtime = observed(Kind::Spawned, &inside);
        run(inside, runtime, async {});
    }),
    ("an observer of a stall", |inside| {
        let runtime = observed(Kind::Stalled, &inside);
        run(inside, runtime, pending());
    }),
    ("an observer of a cancelled future that is dropped", |inside| {
        let runtime = observed(Kind::Cancelled, &inside);
        run(inside, runtime, async {
            spawn_detached(pending());
            greenlight::yield_now().await;
        });
    }),
    ("a receiver of a lost panic", |inside| {
        let own = inside.clone();
        let runtime = Runtime::builder().virtual_clock().on_report(move |_| own.act()).build();
        run(inside, runtime, async {
            spawn_detached(async { panic!("lost") });
            greenlight::yield_now().await;
        });
    }),
    ("a receiver of what is pending", |inside| {
        let own = inside.clone();
        let runtime = Runtime::builder().virtual_clock().debug(true).on_report(move |_| own.act()).build();
        run(inside, runtime, async {
            spawn_detached(async { Event::new().wait().await });
            greenlight::yield_now().await;
        });
    }),
    ("a task", |inside| {
        let own = inside.clone();
        run(inside, Runtime::builder().virtual_clock().on_report(|_| {}).build(), async {
            spawn_detached(async move { own.act() });
            greenlight::yield_now().await;
        });
    }),
    ("a destructor as the run ends", |inside| {
        let own = inside.clone();
        run(inside, Runtime::builder().virtual_clock().on_report(|_| {}).build(), async {
            let acts = on_drop(move || own.act());
            spawn_detached(async move { drop((acts, pending::<()>().await)) });
            greenlight::yield_now().await;
        });
    }),
    ("a destructor of main after a stall", |inside| {
        let own = inside.clone();
        let stalls = catch_unwind(AssertUnwindSafe(|| {
            run(inside, Runtime::builder().virtual_clock().on_report(|_| {}).build(), async {
                let _acts = on_drop(move || own.act());
                pending::<()>().await;
            });
        }));
        drop(stalls);
    }),
];

#[test]
fn what_is_done_inside_a_runtime_is_refused_as_misuse_or_works_wherever_it_is_done() {
    for (place, build) in PLACES {
        for (name, doing, refusal) in DOINGS {
            let inside = Inside { doing: Some(doing), ..Inside::default() };
            build(inside.clone());
            let said = inside.said.take();
            assert!(!said.is_empty(), "{name} in {place} is done");
            for said in said {
                assert_eq!(said, refusal.unwrap_or("it works"), "{name} in {place}");
            }
        }
    }
    println!("{} places x {} doings = {} cases", PLACES.len(), DOINGS.len(), PLACES.len() * DOINGS.len());
}
