//! Chains that are as long as they like: greenlight calls nothing of itself once more for each of their links, so a small stack
//! is enough. A destructor of one link that ran within that of the one before would need more.

use futures::future::LocalBoxFuture;
use futures::task::LocalSpawn;
use greenlight::{JoinHandle, Remote, Runtime, Spawner, Task, TaskGroup, gather, spawn, spawn_detached, task};
use stage::on_drop;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::{Future, pending};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// What the stacks of the tests have room for: not even two hundred bytes a level.
const STACK: usize = 256 << 10;

/// How many links the chains have of which each is one allocation.
const LEVELS: u32 = 1_000_000;

/// How many links the others have.
const TASKS: u32 = 100_000;

/// Runs on a small stack.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(STACK).spawn(test).expect("a thread can be started");
    thread.join().expect("the test passes");
}

fn virtual_runtime() -> Runtime {
    Runtime::builder().virtual_clock().on_report(|report| panic!("{report}")).build()
}

/// Sends another future on its way when it is dropped, which has the rest of the levels.
struct Spawns {
    levels: u32,
    way: Rc<dyn Fn(Spawns)>,
    bottom: Rc<Cell<bool>>,
}

impl Drop for Spawns {
    fn drop(&mut self) {
        let (way, bottom) = (self.way.clone(), self.bottom.clone());
        match self.levels.checked_sub(1) {
            Some(levels) => self.way.clone()(Spawns { levels, way, bottom }),
            None => bottom.set(true),
        }
    }
}

/// Has a destructor spawn a future whose destructor spawns one, and so on, while a run ends, while its runtime is dropped, and
/// when that is gone.
fn spawn_in_destructors(way: impl Fn(Spawner) -> Rc<dyn Fn(Spawns)> + Send + 'static) {
    on_a_small_stack(move || {
        let runtime = virtual_runtime();
        let way = way(runtime.spawner());
        let chain = |levels: u32| {
            let bottom = Rc::<Cell<bool>>::default();
            (Spawns { levels, way: way.clone(), bottom: bottom.clone() }, bottom)
        };
        let [(main, in_main), (task, in_a_task), (last, in_the_runtime), (late, afterwards)] =
            [LEVELS, TASKS, TASKS, TASKS].map(chain);
        runtime.run(async move {
            let _main = main;
            spawn_detached(async move { drop(task) });
        });
        assert!(in_main.get() && in_a_task.get());
        runtime.spawn_detached(async move { drop(last) });
        runtime.enter(|| drop(runtime.spawner()));
        drop(runtime);
        assert!(in_the_runtime.get());
        drop(late);
        assert!(afterwards.get());
    });
}

#[test]
fn destructors_that_spawn() {
    spawn_in_destructors(|spawner| {
        Rc::new(move |next| spawner.spawn_local_obj(Box::new(async move { drop(next) }).into()).unwrap_or_default())
    });
}

#[test]
fn destructors_that_spawn_with_a_handle_a_name_a_group_or_in_a_gather() {
    on_a_small_stack(|| {
        let ways: [fn(Spawns); 5] = [
            |next| drop(spawn(async move { drop(next) })),
            |next| drop(spawn_detached(async move { drop(next) })),
            |next| drop(task("next").spawn(async move { drop(next) })),
            |next| {
                TaskGroup::<()>::new().spawn(async move {
                    drop(next);
                    Ok(())
                });
            },
            |next| drop(gather([async move { drop(next) }])),
        ];
        for way in ways {
            let bottom = Rc::<Cell<bool>>::default();
            let first = Spawns { levels: TASKS, way: Rc::new(way), bottom: bottom.clone() };
            virtual_runtime().run(async move {
                spawn_detached(async move {
                    let _first = first;
                    pending::<()>().await;
                });
            });
            assert!(bottom.get());
        }
    });
}

/// Sends another one to a runtime when it is dropped.
struct Sends {
    levels: u32,
    remote: Remote,
    bottom: Arc<AtomicBool>,
}

impl Drop for Sends {
    fn drop(&mut self) {
        let (remote, bottom) = (self.remote.clone(), self.bottom.clone());
        match self.levels.checked_sub(1) {
            Some(levels) => {
                let next = Sends { levels, remote, bottom };
                _ = self.remote.spawn(async move { drop(next) });
            }
            None => bottom.store(true, Ordering::Relaxed),
        }
    }
}

#[test]
fn destructors_that_send_to_a_runtime_that_ends_or_is_gone() {
    on_a_small_stack(|| {
        let runtime = virtual_runtime();
        let (ends, gone) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let [ending, late] =
            [&ends, &gone].map(|bottom| Sends { levels: LEVELS, remote: runtime.remote(), bottom: bottom.clone() });
        runtime.spawn_detached(async move { drop(ending) });
        drop(runtime);
        assert!(ends.load(Ordering::Relaxed));
        drop(late);
        assert!(gone.load(Ordering::Relaxed));
    });
}

/// Tasks of which each awaits the next one, and the handle of the first.
fn chain_of_awaits(links: u32, last: impl Future<Output = u32> + 'static) -> (JoinHandle<u32>, Vec<Task>) {
    let last = spawn(last);
    let mut tasks = vec![last.task()];
    let mut first = last;
    for _ in 0..links {
        first = spawn(async move { first.await.map_or(0, |links| links + 1) });
        tasks.push(first.task());
    }
    (first, tasks)
}

#[test]
fn handles_that_await_each_other_to_the_end() {
    on_a_small_stack(|| {
        let links = virtual_runtime().run(async { chain_of_awaits(LEVELS, async { 0 }).0.await });
        assert_eq!(links.expect("all return"), LEVELS);
    });
}

#[test]
fn handles_that_await_each_other_and_are_dropped_or_cancelled_from_either_end() {
    /// What is done to the first handle, and to all tasks.
    type Part = fn(&mut JoinHandle<u32>, &[Task]);
    let parted: [Part; 4] = [
        |_, _| {},
        |first, _| _ = first.task().cancel(),
        |_, tasks| _ = tasks[0].cancel(),
        |_, tasks| tasks.iter().for_each(|task| _ = task.cancel()),
    ];
    for (part, links) in parted.into_iter().zip([LEVELS, TASKS, TASKS, TASKS]) {
        on_a_small_stack(move || {
            let runtime = virtual_runtime();
            let (mut first, tasks) = runtime.enter(|| chain_of_awaits(links, pending()));
            runtime.turn();
            part(&mut first, &tasks);
            runtime.turn();
            drop(first);
            drop(runtime);
            assert!(tasks.iter().all(Task::is_finished));
        });
    }
}

#[test]
fn outputs_that_are_handles_of_tasks_whose_outputs_are_handles() {
    for is_dropped_first in [false, true] {
        on_a_small_stack(move || {
            let runtime = virtual_runtime();
            let dropped = Rc::<Cell<bool>>::default();
            let noted = dropped.clone();
            let bottom = on_drop(move || noted.set(true));
            let mut first: JoinHandle<Box<dyn Any>> = runtime.spawn(async move { Box::new(bottom) as Box<dyn Any> });
            for _ in 0..LEVELS {
                let next = first;
                first = runtime.spawn(async move { Box::new(next) as Box<dyn Any> });
            }
            if is_dropped_first {
                drop(first);
                runtime.turn();
            } else {
                runtime.turn();
                drop(first);
            }
            assert!(dropped.get());
        });
    }
}

#[test]
fn outputs_of_groups_that_are_outputs_of_groups() {
    on_a_small_stack(|| {
        let dropped = Rc::<Cell<bool>>::default();
        let noted = dropped.clone();
        virtual_runtime().run(async move {
            let mut group = TaskGroup::<()>::new();
            let mut last: Box<dyn Any> = Box::new(on_drop(move || noted.set(true)));
            for _ in 0..TASKS {
                last = Box::new(group.spawn_with_output(async { Ok(last) }));
            }
            group.join().await.expect("nobody fails");
            drop(last);
        });
        assert!(dropped.get());
    });
}

#[test]
fn handles_that_their_own_tasks_keep() {
    on_a_small_stack(|| {
        let runtime = virtual_runtime();
        let mut next: Option<JoinHandle<()>> = None;
        for _ in 0..TASKS {
            let own = Rc::<RefCell<Option<JoinHandle<()>>>>::default();
            let kept = (own.clone(), next.take());
            own.replace(Some(runtime.spawn(async move {
                let (_own, _next) = kept;
                pending().await
            })));
            next = own.take();
            own.replace(Some(runtime.spawn(async {})));
        }
        runtime.turn();
        drop(next);
        drop(runtime);
    });
}

#[test]
fn tasks_that_await_each_other_in_a_circle() {
    on_a_small_stack(|| {
        let runtime = virtual_runtime();
        let first = Rc::<RefCell<Option<Task>>>::default();
        let seen = first.clone();
        let mut next = runtime.spawn_detached(async move {
            let first = seen.take().expect("it is there");
            first.ended().await;
        });
        for _ in 1..TASKS {
            let awaited = next.clone();
            next = runtime.spawn_detached(async move { awaited.ended().await });
        }
        first.replace(Some(next));
        let stalled = runtime.try_run(pending::<()>()).expect_err("nobody can go on");
        assert!(stalled.to_string().len() > 1000);
    });
}

#[test]
fn gathers_in_gathers() {
    fn nested(levels: u32) -> LocalBoxFuture<'static, u32> {
        Box::pin(async move { if levels == 0 { 0 } else { gather([nested(levels - 1)]).await[0] + 1 } })
    }
    on_a_small_stack(|| {
        assert_eq!(virtual_runtime().run(nested(TASKS)), TASKS);
        let runtime = virtual_runtime();
        let outermost = runtime.spawn(nested(TASKS));
        while runtime.task_count() < TASKS as usize {
            runtime.turn();
        }
        outermost.task().cancel();
        while runtime.task_count() > 0 {
            runtime.turn();
        }
        runtime.spawn_detached(async { _ = nested(TASKS).await });
        while runtime.task_count() < 1000 {
            runtime.turn();
        }
        assert!(runtime.dump().to_string().len() > 1000);
    });
}
