//! Every way to wait for tasks, with a guard or a permit held that one of those tasks waits for: a circle, which the report of
//! a stall draws, and which is told as a deadlock where a `Remote` keeps the runtime from being stalled.

use greenlight::sync::{Event, Lock, Semaphore};
use greenlight::{
    Runtime, Task, TaskGroup, Until, as_completed, gather, gather_tasks, race, remote, sleep, spawn, spawn_detached,
    task, timeout, wait,
};
use stage::{shared, unwrapped};
use std::cell::RefCell;
use std::future::{Future, pending};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

type Boxed = Pin<Box<dyn Future<Output = ()>>>;

/// What is held by the one who waits.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Held {
    Guard,
    Permit,
}

/// How one task waits for two others.
type Way = (&'static str, fn([Boxed; 2]) -> Boxed);

const WAYS: [Way; 15] = [
    ("handles", |pair| {
        Box::pin(async {
            for handle in pair.map(spawn) {
                handle.await.unwrap()
            }
        })
    }),
    ("ended", |pair| {
        Box::pin(async {
            for handle in pair.map(spawn) {
                handle.task().ended().await
            }
        })
    }),
    ("join", |[one, other]| Box::pin(async { _ = futures::join!(spawn(one), spawn(other)) })),
    ("race", |pair| Box::pin(async { _ = race(pair.map(spawn)).await })),
    ("gather", |pair| Box::pin(async { _ = gather(pair).await })),
    ("gather!", |[one, other]| Box::pin(async { _ = gather!(one, other).await })),
    ("gather_tasks", |pair| Box::pin(async { _ = gather_tasks(pair.map(spawn)).await })),
    ("group", |pair| Box::pin(async { group(pair).join().await.unwrap() })),
    ("wait for all", |pair| Box::pin(async { _ = wait(&pair.map(spawn), Until::All).await })),
    ("wait for the first", |pair| Box::pin(async { _ = wait(&pair.map(spawn), Until::First).await })),
    ("wait for a panic", |pair| Box::pin(async { _ = wait(&pair.map(spawn), Until::FirstPanic).await })),
    ("as_completed", |pair| Box::pin(async { _ = as_completed(pair.map(spawn)).next_ended().await })),
    ("gather in a race", |pair| Box::pin(async { _ = race([gather(pair)]).await })),
    ("group in a gather", |pair| Box::pin(async { _ = gather([async { _ = group(pair).join().await }]).await })),
    ("gather of a gather", |pair| Box::pin(async { _ = gather([gather(pair)]).await })),
];

fn group(pair: [Boxed; 2]) -> TaskGroup<()> {
    let mut group = TaskGroup::new();
    for future in pair {
        group.spawn(async {
            future.await;
            Ok(())
        });
    }
    group
}

/// What the second of the two tasks does, beside the first, which wants what is held.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Beside {
    /// It wants that, too.
    WantsIt,
    /// It waits for an event, which somebody may set.
    MayGoOn,
}

/// Spawns a task that holds something, and waits in that way for two others, of which the first wants it.
fn entangle((name, way): Way, held: Held, beside: Beside) -> Task {
    let (lock, desk, light) = (shared(Lock::new(())), shared(Semaphore::new(1)), shared(Event::new()));
    let wants_it = move || -> Boxed {
        match held {
            Held::Guard => Box::pin(async { drop(lock.lock().await) }),
            Held::Permit => Box::pin(async { drop(desk.acquire().await) }),
        }
    };
    let beside = match beside {
        Beside::WantsIt => wants_it(),
        Beside::MayGoOn => Box::pin(light.wait()),
    };
    task(name).spawn_detached(async move {
        let _held = match held {
            Held::Guard => (Some(lock.lock().await), None),
            Held::Permit => (None, Some(desk.acquire().await)),
        };
        way([wants_it(), beside]).await;
    })
}

/// For each way, whether the report draws a circle that begins with the task that waits in that way.
fn drawn(report: &str) -> Vec<&'static str> {
    let report = unwrapped(&report);
    let is_drawn = |name: &&str| report.contains(&format!("a circle of waits: {name} -> "));
    WAYS.iter().map(|(name, _)| *name).filter(is_drawn).collect()
}

fn all() -> Vec<&'static str> {
    WAYS.map(|(name, _)| name).to_vec()
}

#[test]
fn in_a_stall_every_way_to_wait_for_tasks_is_drawn_as_part_of_its_circle() {
    for (held, beside) in [Held::Guard, Held::Permit].into_iter().flat_map(|held| BESIDE.map(|beside| (held, beside))) {
        let runtime = Runtime::builder().virtual_clock().check_every_turn().build();
        let stalled = runtime.try_run(async {
            WAYS.iter().for_each(|way| _ = entangle(*way, held, beside));
            pending::<()>().await;
        });
        let report = stalled.expect_err("nobody can go on").to_string();
        assert_eq!(drawn(&report), all(), "{held:?}, {beside:?}: {report}");
    }
}

const BESIDE: [Beside; 2] = [Beside::WantsIt, Beside::MayGoOn];

/// What is told of all ways while a `Remote` is alive.
fn told_beside_a_remote(held: Held, beside: Beside) -> Vec<&'static str> {
    let reports: Rc<RefCell<Vec<String>>> = Rc::default();
    let (heard, over) = (reports.clone(), shared(Event::new()));
    let runtime = Runtime::builder().on_report(move |report| {
        heard.borrow_mut().push(report.to_string());
        over.set();
    });
    runtime.build().run(async {
        let _remote = remote();
        WAYS.iter().for_each(|way| _ = entangle(*way, held, beside));
        // Longer than it takes until something is told.
        _ = timeout(Duration::from_millis(1500), over.wait()).await;
    });
    let reports = reports.take();
    assert!(reports.len() <= 1, "{reports:?}");
    drawn(&reports.concat())
}

#[test]
fn beside_a_remote_every_way_to_wait_for_tasks_is_told_as_a_deadlock_if_it_is_one_for_certain() {
    assert_eq!(told_beside_a_remote(Held::Guard, Beside::WantsIt), all());
}

#[test]
fn beside_a_remote_one_who_may_go_on_by_another_task_is_no_deadlock() {
    let may_go_on = ["join", "race", "wait for the first", "wait for a panic", "as_completed"];
    let mut told = all();
    told.retain(|name| !may_go_on.contains(name));
    assert_eq!(told_beside_a_remote(Held::Guard, Beside::MayGoOn), told);
}

#[test]
fn beside_a_remote_a_permit_may_come_from_anybody() {
    assert_eq!(told_beside_a_remote(Held::Permit, Beside::WantsIt), [""; 0]);
}

#[test]
fn a_timeout_around_any_way_to_wait_ends_it_and_is_no_deadlock() {
    let reports: Rc<RefCell<Vec<String>>> = Rc::default();
    let heard = reports.clone();
    let runtime = Runtime::builder().on_report(move |report| heard.borrow_mut().push(report.to_string())).build();
    runtime.run(async {
        for (_, way) in WAYS {
            let lock = shared(Lock::new(()));
            spawn_detached(async move {
                let guard = lock.lock().await;
                let wants_it = || -> Boxed { Box::pin(async { drop(lock.lock().await) }) };
                _ = timeout(HOUR, way([wants_it(), wants_it()])).await;
                drop(guard);
            });
        }
        sleep(Duration::from_millis(1300)).await;
    });
    assert_eq!(*reports.borrow(), [""; 0]);
}
