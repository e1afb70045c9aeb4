//! Every operation of every public type, in the destructor of a thread-local: what it answers in ordinary code.

use super::BoxedWait;
use futures::task::{LocalSpawn, LocalSpawnExt, Spawn, SpawnExt};
use futures::{FutureExt, StreamExt};
use greenlight::sync::{Barrier, Condition, Event, LifoQueue, Lock, PriorityQueue, Queue, Semaphore, promise};
use greenlight::trace::{Kind, Observer, Recorder, TraceEvent};
use greenlight::{
    Deadline, JoinHandle, Remote, Runtime, Spawner, Task, TaskGroup, Turn, Until, as_completed, gather, gather_tasks,
    interval, race, sleep, sleep_until, spawn, spawn_detached, task, timeout, timeout_at, try_run, wait, yield_now,
};
use stage::{again, tell_cases};
use std::cell::{Cell, RefCell};
use std::fmt::Debug;
use std::future::pending;
use std::rc::Rc;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);

/// Objects that somebody waits for, and a runtime whose tasks are parked.
struct Kept {
    light: Rc<Event>,
    lock: Rc<Lock<u32>>,
    condition: Rc<Condition<u32>>,
    desk: Rc<Semaphore>,
    gate: Rc<Barrier>,
    queue: Rc<Queue<u32>>,
    full: Rc<Queue<u32>>,
    deadline: Rc<Deadline>,
    waits: RefCell<Vec<BoxedWait>>,
    runtime: Runtime,
    parked: RefCell<Option<JoinHandle<u32>>>,
    task: Task,
    spawner: Spawner,
    remote: Remote,
}

impl Kept {
    fn new() -> Self {
        let recorder = Rc::new(Recorder::default());
        let runtime = Runtime::builder().virtual_clock().debug(false).on_report(|_| {}).observer(recorder).build();
        let parked = runtime.task("parked").spawn(pending());
        let task = runtime.spawn_detached(async { Event::new().named("night").wait().await });
        runtime.turn();
        let kept = Kept {
            light: Rc::default(),
            lock: Rc::default(),
            condition: Rc::default(),
            desk: Rc::new(Semaphore::new(1)),
            gate: Rc::new(Barrier::new(2)),
            queue: Rc::new(Queue::unbounded()),
            full: Rc::new(Queue::bounded(1)),
            deadline: Rc::default(),
            waits: RefCell::default(),
            spawner: runtime.spawner(),
            remote: runtime.remote(),
            parked: RefCell::new(Some(parked)),
            task,
            runtime,
        };
        kept.park();
        kept
    }

    /// Somebody waits in every line, with a waker that is not greenlight's.
    fn park(&self) {
        let (light, lock, condition, desk, gate) =
            (self.light.clone(), self.lock.clone(), self.condition.clone(), self.desk.clone(), self.gate.clone());
        let (queue, full, deadline) = (self.queue.clone(), self.full.clone(), self.deadline.clone());
        std::mem::forget(self.desk.try_acquire());
        self.full.try_put(1).expect("there is room for one");
        let mut waits: Vec<BoxedWait> = vec![
            Box::pin(async move { light.wait().await }),
            Box::pin(async move { drop(condition.wait(condition.lock().await).await) }),
            Box::pin(async move { drop(desk.acquire().await) }),
            Box::pin(async move { _ = gate.wait().await }),
            Box::pin(async move { _ = queue.get().await }),
            Box::pin(async move { _ = full.put(2).await }),
            Box::pin(async move { _ = timeout_at(&deadline, pending::<()>()).await }),
            Box::pin(async move {
                let _guard = lock.lock().await;
                pending::<()>().await;
            }),
        ];
        for wait in &mut waits {
            assert!(wait.now_or_never().is_none());
        }
        self.waits.replace(waits);
    }

    /// How many of those who wait are ready.
    fn ready(&self) -> usize {
        self.waits.borrow_mut().iter_mut().filter_map(|wait| wait.now_or_never()).count()
    }
}

fn seen(answer: impl Debug) -> String {
    format!("{answer:?}")
}

/// What is asked of a kept object, and what tells the answer.
type Operation = (&'static str, fn(&Kept) -> String);

const OPERATIONS: &[Operation] = &[
    ("Event::set", |kept| {
        seen((kept.light.set(), kept.light.is_set(), kept.waits.borrow_mut()[0].as_mut().now_or_never()))
    }),
    ("Event::clear", |kept| seen((kept.light.set(), kept.light.clear(), &kept.light))),
    ("Event::pulse", |kept| seen((kept.light.pulse(), &kept.light))),
    ("Event::wait", |kept| seen((kept.light.wait().now_or_never(), &kept.light))),
    ("Event::wait, kept", |kept| {
        let mut wait = kept.light.wait();
        let before = (&mut wait).now_or_never();
        kept.light.set();
        seen((before, wait.now_or_never(), &kept.light))
    }),
    ("Event::named", |_| seen(Event::new().named("night"))),
    ("Lock::lock", |kept| seen((kept.lock.lock().now_or_never().is_some(), &kept.lock))),
    ("Lock::try_lock", |kept| seen((kept.lock.try_lock().map(|guard| *guard), kept.lock.is_locked()))),
    ("Lock::drop guard", |kept| {
        kept.waits.borrow_mut().pop();
        let mut guard = kept.lock.try_lock().expect("nobody holds it");
        *guard += 1;
        let mut next = kept.lock.lock();
        let waits = (&mut next).now_or_never().is_none();
        drop(guard);
        seen((waits, next.now_or_never().map(|guard| *guard), &kept.lock))
    }),
    ("Lock::into_inner", |_| seen(Lock::new(7).into_inner())),
    ("Condition::notify_one", |kept| {
        let guard = kept.condition.try_lock().expect("nobody holds it");
        let woken = kept.condition.notify_one(&guard);
        drop(guard);
        seen((woken, kept.ready(), &kept.condition))
    }),
    ("Condition::notify_all", |kept| {
        seen(kept.condition.notify_all(&kept.condition.try_lock().expect("nobody holds it")))
    }),
    ("Condition::wait", |kept| {
        let guard = kept.condition.try_lock().expect("nobody holds it");
        seen((kept.condition.wait(guard).now_or_never().is_some(), &kept.condition))
    }),
    ("Condition::wait_for", |kept| {
        let guard = kept.condition.try_lock().expect("nobody holds it");
        seen((kept.condition.wait_for(guard, |value| *value > 0).now_or_never().is_some(), kept.condition.is_locked()))
    }),
    ("Condition::wait_until", |kept| {
        let guard = kept.condition.try_lock().expect("nobody holds it");
        let deadline = kept.runtime.now() + MS;
        seen(kept.runtime.enter(|| kept.condition.wait_until(guard, deadline).now_or_never().is_some()))
    }),
    ("Semaphore::try_acquire", |kept| seen((kept.desk.try_acquire(), Semaphore::new(2).try_acquire()))),
    ("Semaphore::acquire", |kept| seen((kept.desk.acquire().now_or_never(), &kept.desk))),
    ("Semaphore::acquire_many", |_| seen(Semaphore::bounded(3).acquire_many(2).now_or_never())),
    ("Semaphore::release", |kept| seen((kept.desk.release(1), kept.ready(), kept.desk.available(), &kept.desk))),
    ("Permit::forget", |_| {
        let desk = Semaphore::new(2);
        desk.try_acquire().expect("there are two").forget();
        seen(&desk)
    }),
    ("Barrier::wait", |kept| seen((kept.gate.wait().now_or_never(), kept.ready(), &kept.gate))),
    ("Barrier::reset", |kept| seen((kept.gate.reset(), kept.ready(), &kept.gate))),
    ("Barrier::abort", |kept| seen((kept.gate.abort(), kept.ready(), kept.gate.is_broken(), kept.gate.parties()))),
    ("Barrier::waiting", |kept| seen((kept.gate.waiting(), Barrier::new(3).waiting()))),
    ("Queue::put", |kept| seen((kept.queue.put(3).now_or_never(), kept.ready(), &kept.queue))),
    ("Queue::get", |kept| seen((kept.full.get().now_or_never(), kept.ready(), &kept.full))),
    ("Queue::try_put", |kept| seen((kept.queue.try_put(3), kept.full.try_put(3), kept.queue.len()))),
    ("Queue::try_get", |kept| seen((kept.queue.try_get(), kept.full.try_get(), kept.full.is_empty()))),
    ("Queue::task_done", |kept| seen((kept.queue.task_done(), kept.full.task_done()))),
    ("Queue::join", |kept| seen((kept.queue.join().now_or_never(), kept.full.join().now_or_never()))),
    ("Queue::close", |kept| seen((kept.queue.close(), kept.full.close(), kept.ready(), kept.queue.is_closed()))),
    ("Queue::close_now", |kept| seen((kept.queue.close_now(), kept.full.close_now(), kept.ready(), &kept.full))),
    ("Queue::capacity", |kept| seen((kept.queue.capacity(), kept.full.capacity()))),
    ("Promise::keep", |_| {
        let (keeper, promised) = promise();
        seen((keeper.is_wanted(), keeper.keep(7), promised.now_or_never()))
    }),
    ("Promise, dropped", |_| {
        let (keeper, mut promised) = promise::<u8>();
        let before = (&mut promised).now_or_never();
        drop(keeper.named("lie"));
        seen((before, promised.now_or_never().map(|broken| broken.is_err())))
    }),
    ("race!", |_| {
        seen(greenlight::run(async { race!(() = pending::<()>() => 0, n = spawn(async { 7 }) => n.unwrap()) }))
    }),
    ("current", |kept| {
        seen((greenlight::try_current().is_none(), kept.runtime.enter(greenlight::try_current).is_none()))
    }),
    ("say!", |_| {
        let said = Rc::new(RefCell::new(Vec::new()));
        let heard = said.clone();
        let runtime = Runtime::builder().on_say(move |line| heard.borrow_mut().push(line.to_string())).build();
        runtime.run(async { greenlight::say!("{}", 7) });
        seen(said.take())
    }),
    ("LifoQueue", |_| {
        let queue = LifoQueue::unbounded().named("stack");
        seen((queue.try_put(1), queue.try_put(2), queue.try_get(), queue.get().now_or_never(), &queue))
    }),
    ("PriorityQueue", |_| {
        let queue = PriorityQueue::unbounded();
        seen((queue.try_put(2), queue.try_put(1), queue.try_get(), queue.close_now(), &queue))
    }),
    ("Deadline::move_to", |kept| seen((kept.deadline.move_to(kept.runtime.now()), kept.deadline.when()))),
    ("Deadline::new", |_| seen(Deadline::new().when())),
    ("drop of waits", |kept| seen((kept.waits.take().len(), &kept.light, &kept.desk, &kept.queue, &kept.gate))),
    ("poll of waits", |kept| seen(kept.ready())),
    ("run", |_| seen(greenlight::run(async { spawn(async { 7 }).await.unwrap() + gather([async { 1 }]).await[0] }))),
    ("try_run, stalled", |_| {
        let told = try_run(async { Event::new().named("night").wait().await }).unwrap_err().to_string();
        seen(told.contains("waits on event `night`"))
    }),
    ("Runtime::run", |kept| seen((kept.runtime.run(async { sleep(MS).await }), kept.runtime.task_count()))),
    ("Runtime::try_run", |kept| {
        kept.light.set();
        let light = kept.light.clone();
        seen(kept.runtime.try_run(async move { light.wait().await }).is_ok())
    }),
    ("run, with everything in it", |_| {
        let answer = Runtime::builder().virtual_clock().build().run(async {
            let slow = spawn(async {
                sleep(MS).await;
                1
            });
            let late = timeout(MS / 2, pending::<()>()).await.is_err();
            let (index, ()) = race([sleep(MS), sleep(MS * 2)]).await;
            let mut ticks = interval(MS);
            ticks.tick().await;
            sleep_until(greenlight::now() + MS).await;
            yield_now().await;
            let mut completed = as_completed([spawn(async { 2 })]);
            let first = completed.next_ended().await.map(|(_, output)| output.unwrap());
            let all = gather_tasks([slow, spawn(async { 3 })]).await.into_iter().map(Result::unwrap).sum::<i32>();
            let handles = [spawn(pending::<()>()), spawn(async {})];
            let ended = wait(&handles, Until::First).await;
            let mut group = TaskGroup::<String>::new();
            let output = group.spawn_with_output(async { Ok(4) });
            group.task("bad").spawn(async { Err("broken".to_string()) });
            let error = group.join().await.unwrap_err().to_string();
            seen((late, index, first, all, ended, output.take(), error, greenlight::tasks().len()))
        });
        seen(answer)
    }),
    ("Runtime::turn", |kept| seen((kept.runtime.turn(), kept.runtime.turn(), kept.runtime.turn() == Turn::Stalled))),
    ("Runtime::spawn", |kept| {
        let handle = kept.runtime.spawn(async { 7 });
        kept.runtime.turn();
        seen(handle.now_or_never())
    }),
    ("Runtime::spawn_detached", |kept| {
        seen((kept.runtime.spawn_detached(async {}).is_finished(), kept.runtime.turn()))
    }),
    ("Runtime::task", |kept| seen(kept.runtime.task("late").spawn_detached(pending()).name().map(str::to_string))),
    ("Runtime::enter", |kept| {
        seen(kept.runtime.enter(|| {
            let task = task("inside").spawn_detached(async {});
            (spawn_detached(async {}).is_finished(), task.is_finished(), greenlight::now(), sleep(MS).now_or_never())
        }))
    }),
    ("Runtime::dump", |kept| seen(kept.runtime.dump().to_string())),
    ("Runtime::tasks", |kept| seen((kept.runtime.tasks().len(), kept.runtime.stalled().to_string()))),
    ("Runtime::now", |kept| seen((kept.runtime.now(), &kept.runtime))),
    ("JoinHandle", |kept| {
        let mut handle = kept.parked.take().expect("it is asked once");
        seen((handle.is_finished(), (&mut handle).now_or_never().is_some(), handle.cancel()))
    }),
    ("Task::cancel", |kept| seen((kept.task.cancel(), kept.runtime.turn(), kept.task.is_finished()))),
    ("Task::ended", |kept| {
        let mut ended = kept.task.ended();
        let waits = (&mut ended).now_or_never();
        kept.task.cancel();
        kept.runtime.turn();
        seen((waits, ended.now_or_never()))
    }),
    ("Spawner", |kept| {
        let spawned = kept.spawner.spawn_local(async {}).is_ok() && kept.spawner.spawn(async {}).is_ok();
        seen((spawned, kept.spawner.status().is_ok(), kept.spawner.status_local().is_ok(), kept.runtime.turn()))
    }),
    ("Remote::spawn", |kept| seen((kept.remote.spawn(async {}), kept.runtime.turn(), kept.remote.status().is_ok()))),
    ("Remote::task", |kept| seen((kept.remote.task("late").spawn(async {}), kept.runtime.turn()))),
    ("Remote::dump", |kept| seen(kept.remote.dump(MS).map(|dump| dump.to_string()))),
    ("Remote::dump, inside", |kept| seen(kept.runtime.enter(|| kept.remote.dump(MS).map(|dump| dump.to_string())))),
    ("WeakRemote::stop", |kept| {
        kept.remote.downgrade().stop();
        seen(kept.runtime.try_run(pending::<()>()).unwrap_err().was_stopped())
    }),
    ("try_dump", |_| seen(greenlight::try_dump().map(|dump| dump.to_string()))),
    ("TaskGroup, dropped", |kept| {
        kept.runtime.enter(|| {
            let mut group = TaskGroup::<()>::default();
            let task = group.spawn(pending::<()>());
            seen((task.name(), group.spawner().spawn(async { Ok(()) }).is_ok(), &group))
        })
    }),
    ("gather, dropped", |kept| {
        kept.runtime.enter(|| seen((gather([pending::<()>()]).now_or_never(), kept.runtime.turn())))
    }),
    ("FuturesUnordered", |kept| {
        let (light, other) = (kept.light.clone(), kept.light.clone());
        let mut both: futures::stream::FuturesUnordered<_> =
            [light, other].map(|it| async move { it.wait().await }).into_iter().collect();
        let before = both.next().now_or_never();
        kept.light.set();
        seen((before, both.next().now_or_never(), both.next().now_or_never()))
    }),
    ("debug mode", |_| {
        let reports = Rc::new(RefCell::new(Vec::new()));
        let heard = reports.clone();
        let runtime = Runtime::builder()
            .virtual_clock()
            .debug(true)
            .on_report(move |told| heard.borrow_mut().push(told.len()))
            .build();
        runtime.spawn_detached(async { Event::new().wait().await });
        runtime.turn();
        drop(runtime);
        seen(reports.take().len())
    }),
    ("Observer::on_event of what is gone", |_| {
        let gone = Rc::new(Counts::default());
        Runtime::builder().observer(gone.clone()).build().enter(|| Event::new().set());
        seen(gone.0.get())
    }),
];

/// Counts the objects that are gone.
#[derive(Default)]
struct Counts(Cell<usize>);

impl Observer for Counts {
    fn on_event(&self, event: &TraceEvent) {
        self.0.update(|gone| gone + usize::from(event.kind == Kind::ObjectGone));
    }
}

/// Where the objects are that an operation is done on.
#[derive(Clone, Copy, Debug)]
enum Objects {
    /// They were made and waited for while the thread ran.
    Kept,
    /// They are made while it ends.
    Fresh,
}

/// Does an operation when its thread ends.
struct AtTheEnd {
    kept: Option<Kept>,
    operation: Operation,
    answer: Sender<String>,
}

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        let kept = self.kept.take().unwrap_or_else(Kept::new);
        self.answer.send((self.operation.1)(&kept)).expect("somebody waits for the answer");
    }
}

/// What an operation answers in the destructor of a thread-local that is registered before greenlight is used in the
/// thread, or after.
fn at_the_end(operation: Operation, objects: Objects, registered_before: bool) -> String {
    thread_local! { static LAST: Cell<Option<AtTheEnd>> = const { Cell::new(None) } }
    let (answer, answered) = channel();
    let ending = thread::spawn(move || {
        if registered_before {
            LAST.set(None);
        }
        let kept = Kept::new();
        let kept = matches!(objects, Objects::Kept).then_some(kept);
        LAST.set(Some(AtTheEnd { kept, operation, answer }));
    });
    ending.join().expect("nothing panics");
    answered.recv().expect("the destructor has run")
}

#[test]
fn every_operation_answers_in_the_destructor_of_a_thread_local_as_it_does_elsewhere() {
    // A panic in such a destructor aborts the process.
    let test = every_operation_answers_in_the_destructor_of_a_thread_local_as_it_does_elsewhere;
    if let Some(ended) = again(test, &[]) {
        return tell_cases(&ended);
    }
    let mut cases = 0;
    for &operation in OPERATIONS {
        eprintln!("{}", operation.0);
        let elsewhere = operation.1(&Kept::new());
        for objects in [Objects::Kept, Objects::Fresh] {
            for registered_before in [true, false] {
                let answer = at_the_end(operation, objects, registered_before);
                assert_eq!(answer, elsewhere, "{}, {objects:?}, registered before: {registered_before}", operation.0);
                cases += 1;
            }
        }
    }
    println!("{} operations x 2 places of the objects x 2 orders = {cases} cases", OPERATIONS.len());
}
