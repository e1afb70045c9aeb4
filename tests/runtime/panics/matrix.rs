//! What panics, where, and who is there: every combination. Whatever it is, it ends at most the task that runs it on its own
//! behalf; the others run on, every panic is received or told, and the runtime can run again.

use futures::FutureExt;
use greenlight::sync::{Condition, Event, Lock, PriorityQueue, Queue, Semaphore};
use greenlight::trace::{Kind, Observer, TraceEvent};
use greenlight::{
    Deadline, JoinError, Runtime, TaskGroup, gather, say, sleep, spawn, spawn_detached, task, timeout, timeout_at,
    yield_now,
};
use stage::foreign::{Foreign, abandon, parked};
use stage::{Log, again, on_drop, tell_cases};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);

/// What panics.
#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Text,
    /// With a payload that panics when it is dropped.
    Bomb,
    /// As misuse: a turn of the runtime that runs.
    Turn,
    /// As misuse: a run of the runtime that runs.
    Run,
    /// As misuse: a run of another runtime.
    OtherRun,
}

const WHATS: [What; 5] = [What::Text, What::Bomb, What::Turn, What::Run, What::OtherRun];

impl What {
    /// What the panic says.
    fn says(self) -> &'static str {
        match self {
            What::Text => "boom",
            What::Bomb => "(a payload that is not a string)",
            What::Turn => "Runtime::turn was called inside the same runtime",
            What::Run | What::OtherRun => "greenlight::run was called inside a runtime",
        }
    }

    fn panic(self, runtime: &Weak<Runtime>) {
        match (self, runtime.upgrade()) {
            (What::Bomb, _) => panic_any(super::Bomb),
            (What::Turn, Some(runtime)) => _ = runtime.turn(),
            (What::Run, Some(runtime)) => runtime.run(async {}),
            (What::OtherRun, _) => greenlight::run(async {}),
            // The runtime is being dropped: nobody can use it any more.
            _ => panic!("{}", self.says()),
        }
    }
}

/// Who is there.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Company {
    Nobody,
    /// An observer that panics at everything.
    Observer,
    /// A receiver of reports that panics when it has heard one.
    Receiver,
    DebugMode,
    /// Tasks that panic when they are dropped as the run ends.
    Siblings,
    /// A panic that is on its way already: the run is in the destructor of something that unwinds.
    Unwinding,
}

const COMPANIES: [Company; 6] =
    [Company::Nobody, Company::Observer, Company::Receiver, Company::DebugMode, Company::Siblings, Company::Unwinding];

/// Panics, and counts how often.
type Act = Rc<dyn Fn()>;

/// What a place may use.
#[derive(Clone)]
struct Stage {
    act: Act,
    /// What was told of panics: by reports, by the errors of joined tasks, and by the run.
    told: Log,
    /// What the observer or the receiver of reports does, if that is the place.
    hook: Rc<RefCell<Option<(Hook, Act)>>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Hook {
    Event,
    Gone,
    Report,
    Said,
}

impl Stage {
    /// Takes what a handle returns. A bomb in it does not go off.
    fn receive<T>(&self, output: Result<T, JoinError>) {
        if let Err(error) = output {
            self.told.say(error.to_string());
            std::mem::forget(error);
        }
    }

    fn hook(&self, hook: Hook) {
        self.hook.replace(Some((hook, self.act.clone())));
    }

    fn run_hook(&self, hook: Hook) {
        let act = self.hook.borrow().as_ref().filter(|(place, _)| *place == hook).map(|(_, act)| act.clone());
        if let Some(act) = act {
            act();
        }
    }
}

/// Acts when it is dropped.
fn guard(act: &Act) -> impl Sized + use<> {
    let act = act.clone();
    on_drop(move || act())
}

/// A future that acts when it is dropped, and says what a poll does.
struct ActsInDrop<F>(F, Act);

impl<T, F: FnMut() -> Poll<T> + Unpin> Future for ActsInDrop<F> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        (self.0)()
    }
}

impl<F> Drop for ActsInDrop<F> {
    fn drop(&mut self) {
        (self.1)();
    }
}

thread_local! {
    /// What every comparison does.
    static COMPARES: RefCell<Option<Act>> = const { RefCell::new(None) };
}

/// Acts when it is compared, if it is to.
struct Compared(Option<Act>);

impl Ord for Compared {
    fn cmp(&self, other: &Self) -> Ordering {
        let common = COMPARES.with_borrow(Option::clone);
        for act in self.0.iter().chain(&other.0).chain(&common) {
            act();
        }
        Ordering::Equal
    }
}

impl PartialOrd for Compared {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Compared {}

impl PartialEq for Compared {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

/// Where it panics: what main does first. It may end main.
type Place = fn(Stage) -> Pin<Box<dyn Future<Output = ()>>>;

macro_rules! places {
    ($($name:tt: |$stage:ident| $body:block)+) => {
        &[$(($name, |$stage| Box::pin(async move { $body }) as Pin<Box<dyn Future<Output = ()>>>)),+]
    };
}

const PAYLOAD: &str = "drop of the payload of a panic that nobody received";

const PLACES: &[(&str, Place)] = places! {
    "poll of main": |stage| { (stage.act)() }
    "poll of a joined task": |stage| {
        let act = stage.act.clone();
        stage.receive(spawn(async move { act() }).await);
    }
    "poll of a detached task": |stage| {
        spawn_detached(async move { (stage.act)() });
    }
    "second poll of a task that nobody awaits any more": |stage| {
        let handle = spawn(async move {
            yield_now().await;
            (stage.act)()
        });
        yield_now().await;
        drop(handle);
    }
    "a destructor in main": |stage| {
        let _guard = guard(&stage.act);
        yield_now().await;
    }
    "drop of a cancelled future": |stage| {
        let guard = guard(&stage.act);
        let handle = spawn(async move {
            let _guard = guard;
            pending::<()>().await
        });
        yield_now().await;
        handle.task().cancel();
        stage.receive(handle.await);
    }
    "drop of a cancelled future that nobody awaits": |stage| {
        let guard = guard(&stage.act);
        let task = spawn_detached(async move { drop((guard, pending::<()>().await)) });
        task.cancel();
    }
    "drop of a future that has returned": |stage| {
        let handle = spawn(ActsInDrop(|| Poll::Ready(7), stage.act.clone()));
        stage.receive(handle.await);
    }
    "drop of a future that has panicked": |stage| {
        let handle = spawn(ActsInDrop(|| -> Poll<()> { panic!("another panic") }, stage.act.clone()));
        stage.receive(handle.await);
    }
    "drop of a future as the run ends": |stage| {
        let guard = guard(&stage.act);
        spawn_detached(async move { drop((guard, pending::<()>().await)) });
        yield_now().await;
    }
    "drop of a future that is refused": |stage| {
        let act = stage.act.clone();
        let spawns = on_drop(move || drop(spawn(std::future::ready(guard(&act)))));
        spawn_detached(async move { drop((spawns, pending::<()>().await)) });
        yield_now().await;
    }
    "drop of a future that a refused one spawns": |stage| {
        let act = stage.act.clone();
        let spawns = on_drop(move || {
            let act = act.clone();
            let spawns = on_drop(move || drop(spawn(std::future::ready(guard(&act)))));
            spawn_detached(async move { drop(spawns) });
        });
        spawn_detached(async move { drop((spawns, pending::<()>().await)) });
        yield_now().await;
    }
    "drop of an output that was never awaited": |stage| {
        let guard = guard(&stage.act);
        drop(spawn(async move { guard }));
    }
    "drop of an output with its handle": |stage| {
        let guard = guard(&stage.act);
        let handle = spawn(async move { guard });
        yield_now().await;
        drop(handle);
    }
    "drop of an output with its handle, while somebody unwinds": |stage| {
        let guard = guard(&stage.act);
        let handle = spawn(async move { guard });
        yield_now().await;
        let unwinds = spawn(async move {
            let _handle = handle;
            panic!("another panic");
        });
        let unwinds: greenlight::JoinHandle<()> = unwinds;
        stage.receive(unwinds.await);
    }
    "drop of an output of a task that was cancelled in its last poll": |stage| {
        let own = Rc::<RefCell<Option<greenlight::Task>>>::default();
        let (me, guard) = (own.clone(), guard(&stage.act));
        let handle = spawn(async move {
            me.take().expect("the task knows itself").cancel();
            guard
        });
        own.replace(Some(handle.task()));
        stage.receive(handle.await);
    }
    "drop of an output of a future that panics when it is dropped": |stage| {
        struct PanicsToo<T>(Option<T>);
        impl<T> Unpin for PanicsToo<T> {}
        impl<T> Future for PanicsToo<T> {
            type Output = T;
            fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
                Poll::Ready(self.0.take().expect("it is polled once"))
            }
        }
        impl<T> Drop for PanicsToo<T> {
            fn drop(&mut self) {
                panic!("another panic");
            }
        }
        stage.receive(spawn(PanicsToo(Some(guard(&stage.act)))).await);
    }
    PAYLOAD: |stage| {
        struct Acts(Act);
        impl Drop for Acts {
            fn drop(&mut self) {
                (self.0)();
            }
        }
        thread_local! { static KEPT: Cell<Option<Acts>> = const { Cell::new(None) } }
        /// A payload has to be `Send`: what acts stays in the thread.
        struct Payload;
        impl Drop for Payload {
            fn drop(&mut self) {
                drop(KEPT.take());
            }
        }
        KEPT.set(Some(Acts(stage.act.clone())));
        spawn_detached(async { panic_any(Payload) });
    }
    "a waker that a set wakes": |stage| {
        let (light, act) = (Rc::new(Event::new()), stage.act.clone());
        let (seen, waker) = (light.clone(), Foreign::default().on_wake(move || act()).waker());
        let parked = parked(async move { seen.wait().await }, &waker);
        stage.receive(spawn(async move { light.set() }).await);
        abandon(&parked);
    }
    "three wakers that a set wakes": |stage| {
        let light = Rc::new(Event::new());
        let parked = [(); 3].map(|()| {
            let (seen, act) = (light.clone(), stage.act.clone());
            parked(async move { seen.wait().await }, &Foreign::default().on_wake(move || act()).waker())
        });
        stage.receive(spawn(async move { light.set() }).await);
        parked.iter().for_each(abandon);
    }
    "a waker that a guard wakes which is dropped": |stage| {
        let (lock, act) = (Rc::new(Lock::new(())), stage.act.clone());
        let (wanted, waker) = (lock.clone(), Foreign::default().on_wake(move || act()).waker());
        let guard = lock.try_lock().expect("it is free");
        let parked = parked(async move { drop(wanted.lock().await) }, &waker);
        std::mem::forget(guard);
        abandon(&parked);
        let desk = Rc::new(Semaphore::new(0));
        let (wanted, act) = (desk.clone(), stage.act.clone());
        let waker = Foreign::default().on_wake(move || act()).waker();
        let parked = self::parked(async move { drop(wanted.acquire().await) }, &waker);
        stage.receive(spawn(async move { desk.release(1).expect("there is no bound") }).await);
        abandon(&parked);
    }
    "a waker that the guard of an unwinding task wakes": |stage| {
        let (desk, act) = (Rc::new(Semaphore::new(1)), stage.act.clone());
        let own = desk.clone();
        let unwinds = spawn(async move {
            let _permit = own.acquire().await;
            yield_now().await;
            panic!("another panic");
        });
        let unwinds: greenlight::JoinHandle<()> = unwinds;
        yield_now().await;
        let waker = Foreign::default().on_wake(move || act()).waker();
        let parked = parked(async move { drop(desk.acquire().await) }, &waker);
        stage.receive(unwinds.await);
        abandon(&parked);
    }
    "a waker that a timer wakes": |stage| {
        let act = stage.act.clone();
        let parked = parked(sleep(MS), &Foreign::default().on_wake(move || act()).waker());
        sleep(MS * 2).await;
        abandon(&parked);
    }
    "a waker that the end of a task wakes": |stage| {
        let (task, act) = (spawn_detached(yield_now()), stage.act.clone());
        let parked = parked(task.ended(), &Foreign::default().on_wake(move || act()).waker());
        task.ended().await;
        abandon(&parked);
    }
    "a waker that the end of the last child of a gather wakes": |stage| {
        let act = stage.act.clone();
        let gathered = async { _ = gather([yield_now(), yield_now()]).await };
        let parked = parked(gathered, &Foreign::default().on_wake(move || act()).waker());
        sleep(MS).await;
        abandon(&parked);
    }
    "clone of a waker": |stage| {
        let act = stage.act.clone();
        stage.receive(
            spawn(async move {
                let light = Event::new();
                let waker = Foreign::default().on_clone(move || act()).waker();
                let mut wait = Box::pin(light.wait());
                assert!(wait.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
            })
            .await,
        );
    }
    "drop of a waker with its wait": |stage| {
        let act = stage.act.clone();
        stage.receive(
            spawn(async move {
                let light = Rc::new(Event::new());
                let waker = std::mem::ManuallyDrop::new(Foreign::default().on_drop(move || act()).waker());
                abandon(&parked(async move { light.wait().await }, &waker));
            })
            .await,
        );
    }
    "drop of a waker with its sleep, while somebody unwinds": |stage| {
        let act = stage.act.clone();
        let unwinds = spawn(async move {
            let waker = std::mem::ManuallyDrop::new(Foreign::default().on_drop(move || act()).waker());
            let _parked = parked(sleep(MS), &waker);
            panic!("another panic");
        });
        let unwinds: greenlight::JoinHandle<()> = unwinds;
        stage.receive(unwinds.await);
    }
    "drop of a waker with a handle": |stage| {
        let act = stage.act.clone();
        let waker = std::mem::ManuallyDrop::new(Foreign::default().on_drop(move || act()).waker());
        let mut handle = spawn(pending::<()>());
        assert!(Pin::new(&mut handle).poll(&mut Context::from_waker(&waker)).is_pending());
        drop(handle);
    }
    "a predicate": |stage| {
        let act = stage.act.clone();
        stage.receive(
            spawn(async move {
                let condition = Condition::new(0);
                let asks = |_: &mut i32| {
                    act();
                    true
                };
                drop(condition.wait_for(condition.lock().await, asks).await);
            })
            .await,
        );
    }
    "the comparison of items": |stage| {
        let queue = Rc::new(PriorityQueue::unbounded());
        let (puts, act) = (queue.clone(), stage.act.clone());
        stage.receive(
            spawn(async move {
                puts.try_put(Compared(None)).expect("there is room");
                puts.try_put(Compared(Some(act))).expect("there is room");
            })
            .await,
        );
        std::mem::forget(queue);
    }
    "the comparison of items that are taken": |stage| {
        let queue = Rc::new(PriorityQueue::unbounded());
        (0..3).for_each(|_| queue.try_put(Compared(None)).expect("there is room"));
        let (takes, act) = (queue.clone(), stage.act.clone());
        COMPARES.set(Some(act));
        stage.receive(spawn(async move { drop(takes.try_get()) }).await);
        COMPARES.set(None);
        std::mem::forget(queue);
    }
    "drop of a guarded value": |stage| {
        let (lock, guard) = (Rc::new(Lock::new(None)), guard(&stage.act));
        let held = lock.clone();
        stage.receive(
            spawn(async move {
                *held.lock().await = Some(guard);
                *held.lock().await = None;
            })
            .await,
        );
        assert!(!lock.is_locked() && lock.try_lock().is_some(), "the lock is released");
    }
    "drop of an item with its queue": |stage| {
        let queue = Queue::unbounded();
        queue.try_put(guard(&stage.act)).unwrap_or_else(|_| unreachable!("there is room"));
        stage.receive(spawn(async move { drop(queue) }).await);
    }
    "drop of an item with its put": |stage| {
        let queue = Rc::new(Queue::bounded(1));
        let (puts, guard) = (queue.clone(), guard(&stage.act));
        queue.try_put(None).unwrap_or_else(|_| unreachable!("there is room"));
        let handle = spawn(async move { drop(puts.put(Some(guard)).await) });
        yield_now().await;
        handle.task().cancel();
        stage.receive(handle.await);
        assert!(queue.try_get().is_ok() && queue.try_put(None).is_ok(), "nobody else stands in line");
    }
    "drop of an error with its group": |stage| {
        let guard = guard(&stage.act);
        stage.receive(
            spawn(async move {
                let mut group = TaskGroup::new();
                group.spawn(async move { Err(guard) });
                sleep(MS).await;
            })
            .await,
        );
    }
    "drop of the output of a group's task": |stage| {
        let guard = guard(&stage.act);
        let mut group = TaskGroup::<()>::new();
        let output = group.spawn_with_output(async move { Ok(guard) });
        group.join().await.expect("it returns");
        drop(output);
    }
    "a waker that a moved deadline wakes": |stage| {
        let (deadline, act) = (Rc::new(Deadline::new()), stage.act.clone());
        let own = deadline.clone();
        let waits = async move { _ = timeout_at(&own, pending::<()>()).await };
        let parked = parked(waits, &Foreign::default().on_wake(move || act()).waker());
        let at = greenlight::now() + MS;
        stage.receive(spawn(async move { deadline.move_to(at) }).await);
        abandon(&parked);
    }
    "the wakers of a queue that is closed": |stage| {
        let queue = Rc::new(Queue::<u32>::unbounded());
        let parked = [(); 3].map(|()| {
            let (gets, act) = (queue.clone(), stage.act.clone());
            parked(async move { _ = gets.get().await }, &Foreign::default().on_wake(move || act()).waker())
        });
        stage.receive(spawn(async move { queue.close() }).await);
        parked.iter().for_each(abandon);
    }
    "an iterator that is gathered": |stage| {
        let act = stage.act.clone();
        let futures = (0..2).map(move |n| {
            if n == 1 {
                act();
            }
            std::future::ready(())
        });
        stage.receive(spawn(async move { gather(futures).await }).await);
    }
    "a future under a timeout": |stage| {
        let act = stage.act.clone();
        stage.receive(spawn(timeout(MS, std::future::ready(()).map(move |()| act()))).await);
    }
    "an observer that hears of events": |stage| { stage.hook(Hook::Event) }
    "an observer that hears what is gone": |stage| {
        stage.hook(Hook::Gone);
        let light = Event::new();
        light.set();
    }
    "who takes over what a task says": |stage| {
        stage.hook(Hook::Said);
        stage.receive(spawn(async { say!("hello") }).await);
    }
    "a receiver of reports": |stage| {
        stage.hook(Hook::Report);
        task("lost").spawn_detached(async { panic!("another panic") });
    }
};

/// How often main lets the others run before it ends.
const LASTS: usize = 8;

/// Hears everything, and panics where that is the place.
struct Hears {
    stage: Stage,
    panics: bool,
}

impl Observer for Hears {
    fn on_event(&self, event: &TraceEvent) {
        // A run that was refused had no main.
        assert_ne!(event.kind, Kind::Stalled);
        self.stage.run_hook(if event.kind == Kind::ObjectGone { Hook::Gone } else { Hook::Event });
        assert!(!self.panics, "the company panics");
    }
}

/// Runs when it is dropped.
struct InDrop<'a>(&'a mut dyn FnMut());

impl Drop for InDrop<'_> {
    fn drop(&mut self) {
        (self.0)();
    }
}

fn play(what: What, name: &str, place: Place, company: Company) {
    let (acted, told) = (Rc::<Cell<usize>>::default(), Log::default());
    let runtime = Rc::<RefCell<Weak<Runtime>>>::default();
    let act: Act = {
        let (acted, runtime) = (acted.clone(), runtime.clone());
        Rc::new(move || {
            acted.set(acted.get() + 1);
            let runtime = runtime.borrow().clone();
            what.panic(&runtime);
        })
    };
    let stage = Stage { act, told, hook: Rc::default() };
    let (receiver, listener, heard) = (stage.clone(), stage.clone(), acted.clone());
    let own = Rc::new(
        Runtime::builder()
            .virtual_clock()
            .check_every_turn()
            .debug(company == Company::DebugMode)
            .observer(Rc::new(Hears { stage: stage.clone(), panics: company == Company::Observer }))
            .on_say(move |_| listener.run_hook(Hook::Said))
            .on_report(move |report| {
                receiver.told.say(report);
                // Of what it does itself only the panic hook tells.
                let before = heard.get();
                let hooked = catch_unwind(AssertUnwindSafe(|| receiver.run_hook(Hook::Report)));
                heard.set(before);
                hooked.unwrap_or_else(|panic| resume_unwind(panic));
                assert!(company != Company::Receiver, "the company panics");
            })
            .build(),
    );
    runtime.replace(Rc::downgrade(&own));
    if company == Company::Siblings {
        for _ in 0..2 {
            own.spawn_detached(async {
                let _first = on_drop(|| panic!("the company panics"));
                pending::<()>().await;
            });
        }
    }
    let neighbour = Rc::<Cell<bool>>::default();
    let done = neighbour.clone();
    let mut run = || {
        let (stage, done) = (stage.clone(), done.clone());
        let ran = catch_unwind(AssertUnwindSafe(|| {
            own.run(async move {
                spawn_detached(async move {
                    yield_now().await;
                    done.set(true);
                });
                yield_now().await;
                yield_now().await;
                place(stage.clone()).await;
                for _ in 0..LASTS {
                    yield_now().await;
                }
                7
            })
        }));
        match ran {
            Ok(output) => assert_eq!(output, 7),
            Err(panic) => told.say(said(panic)),
        }
    };
    if company == Company::Unwinding {
        let unwound = catch_unwind(AssertUnwindSafe(|| {
            let _runs = InDrop(&mut run);
            panic!("the company panics");
        }));
        drop(unwound);
    } else {
        run();
    }
    let is_hooked = stage.hook.take().is_some_and(|(hook, _)| hook == Hook::Report);
    assert!(is_hooked || acted.get() > 0, "the place is reached");
    assert!(neighbour.get(), "the neighbour has run to its end");
    let told: Vec<_> = stage.told.take().into_iter().filter(|told| told.contains(what.says())).collect();
    // That is what a payload says which only acts when it is dropped, too.
    let others = usize::from(what == What::Bomb && name == PAYLOAD);
    assert_eq!(told.len() - others, acted.get(), "each panic is told once: {told:#?}");
    let again = own.run(async { spawn(async { 1 }).await.expect("it returns") });
    assert_eq!((again, own.task_count()), (1, 0), "the runtime can run again");
}

/// What a panic said. A bomb does not go off.
fn said(panic: Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| text.to_string()).or_else(|| panic.downcast_ref().cloned());
    std::mem::forget(panic);
    text.unwrap_or_else(|| What::Bomb.says().to_string())
}

#[test]
fn whatever_panics_wherever_and_whoever_is_there_ends_its_own_task_at_most_and_is_told() {
    let test = whatever_panics_wherever_and_whoever_is_there_ends_its_own_task_at_most_and_is_told;
    if let Some(ended) = again(test, &[]) {
        return tell_cases(&ended);
    }
    // Thousands of panics say little, and a case that aborts is the last that was named.
    std::panic::set_hook(Box::new(|_| {}));
    let mut failed = Vec::new();
    for what in WHATS {
        for &(name, place) in PLACES {
            for company in COMPANIES {
                let case = format!("{what:?}, {name}, {company:?}");
                eprintln!("{case}");
                if let Err(panic) = catch_unwind(|| play(what, name, place, company)) {
                    failed.push(format!("{case}: {}", said(panic)));
                }
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let [whats, places, companies] = [WHATS.len(), PLACES.len(), COMPANIES.len()];
    println!("{whats} panics x {places} places x {companies} companies = {} cases", whats * places * companies);
}
