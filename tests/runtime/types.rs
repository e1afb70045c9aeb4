//! What every public type is: whether it may go to another thread, be shared with one, be moved after it was polled, and be
//! used after a panic. The compiler checks each row; `tests/tidy.rs` checks that no public type is without one.
//!
//! What has an index into an arena of its thread (a wait list, a wait) or leads to a runtime stays on its thread, whatever it
//! holds. What only tells of something goes anywhere.

use greenlight::dump::{Dump, Hold, HolderInfo, Needs, Place, TaskInfo, TaskState, WaitInfo, Who};
use greenlight::explore::{
    Act, Deviation, Explored, Explorer, Failed, Fault, Found, NoSchedule, Pick, Ready, Scene, Schedule,
};
use greenlight::sync::{
    Barrier, BarrierTurn, BrokenBarrier, BrokenPromise, Closed, Condition, ConditionWait, DoneTooOften, Event,
    EventWait, LifoQueue, Lock, LockGuard, LockWait, OwnedLockGuard, OwnedPermit, Permit, PriorityQueue, Promise,
    Promised, PutError, Queue, QueueGet, QueueOver, QueuePut, ReleasedTooOften, Semaphore, SemaphoreWait, TryGetError,
    TryPutError, Woke,
};
use greenlight::trace::{
    Kind, ObjectLabel, Observer, Printable, Purpose, Recorder, Story, TaskLabel, TraceEvent, TraceFile,
};
use greenlight::waiters::{Grant, Held, WaitList, Waiter};
use greenlight::{
    AsCompleted, Builder, Cause, Deadline, Elapsed, Ended, Failure, GroupError, GroupOutput, GroupOver, GroupSpawner,
    GroupTaskBuilder, Instant, Interval, JoinError, JoinHandle, Missed, NoAnswer, PanicPayload, Polled, Raced, Remote,
    Runtime, RuntimeGone, Sleep, Spawner, Stalled, Task, TaskBuilder, TaskGroup, TaskId, Turn, Until, WeakRemote,
    YieldNow, as_completed, gather, gather_tasks, interval, race, spawn, timeout, timeout_at, wait,
};
use std::collections::VecDeque;
use std::error::Error;
use std::future::ready;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::time::Duration;

/// Which of the traits a type has. An inherent item goes before that of a trait, if its bound holds.
struct Is<T: ?Sized>(PhantomData<T>);

/// The answer where no bound holds.
trait IsNot {
    const SEND: bool = false;
    const SYNC: bool = false;
    const UNPIN: bool = false;
    const UNWIND_SAFE: bool = false;
    const REF_UNWIND_SAFE: bool = false;

    fn is_send(&self) -> bool {
        false
    }
}

impl<T: ?Sized> IsNot for Is<T> {}

impl<T: ?Sized + Send> Is<T> {
    const SEND: bool = true;

    fn is_send(&self) -> bool {
        true
    }
}

impl<T: ?Sized + Sync> Is<T> {
    const SYNC: bool = true;
}

impl<T: ?Sized + Unpin> Is<T> {
    const UNPIN: bool = true;
}

impl<T: ?Sized + UnwindSafe> Is<T> {
    const UNWIND_SAFE: bool = true;
}

impl<T: ?Sized + RefUnwindSafe> Is<T> {
    const REF_UNWIND_SAFE: bool = true;
}

/// What a function returns that is not called.
fn returned<T>(_function: impl FnOnce() -> T) -> Is<T> {
    Is(PhantomData)
}

macro_rules! answer {
    (yes) => {
        true
    };
    (no) => {
        false
    };
}

macro_rules! table {
    ($($type:ty: $send:ident $sync:ident $unpin:ident $unwind:ident $ref_unwind:ident;)+) => {
        $(
            const _: () = {
                assert!(<Is<$type>>::SEND == answer!($send), concat!(stringify!($type), ": Send"));
                assert!(<Is<$type>>::SYNC == answer!($sync), concat!(stringify!($type), ": Sync"));
                assert!(<Is<$type>>::UNPIN == answer!($unpin), concat!(stringify!($type), ": Unpin"));
                assert!(<Is<$type>>::UNWIND_SAFE == answer!($unwind), concat!(stringify!($type), ": UnwindSafe"));
                assert!(<Is<$type>>::REF_UNWIND_SAFE == answer!($ref_unwind), concat!(stringify!($type), ": RefUnwindSafe"));
            };
        )+
    };
}

table! {
    // Of each type in this order: is it Send, Sync, Unpin, UnwindSafe, RefUnwindSafe?

    // Schedules.
    Act: yes yes yes yes yes;
    Deviation: yes yes yes yes yes;
    Explored: yes yes yes yes yes;
    Explorer: yes yes yes yes yes;
    Failed: yes yes yes yes yes;
    Fault: yes yes yes yes yes;
    Found: yes yes yes yes yes;
    NoSchedule: yes yes yes yes yes;
    Pick: yes yes yes yes yes;
    Ready: yes yes yes yes yes;
    Scene: yes yes yes yes yes;
    Schedule: yes yes yes yes yes;

    // The front page.
    AsCompleted<u8>: no no yes no no;
    Builder: no no yes no no;
    Cause<String>: yes yes yes yes yes;
    Cause<Rc<str>>: no no yes yes yes;
    Deadline: no no yes yes no;
    Elapsed: yes yes yes yes yes;
    Ended: no no yes no no;
    Failure<String>: yes yes yes yes yes;
    Failure<Rc<str>>: no no yes yes yes;
    GroupError<String>: yes yes yes yes yes;
    GroupError<Rc<str>>: no no yes yes yes;
    GroupOutput<u8>: no no yes no no;
    GroupOver: yes yes yes yes yes;
    GroupSpawner<String>: no no yes no no;
    GroupTaskBuilder<'static, String>: no no yes no no;
    Instant: yes yes yes yes yes;
    Interval: yes yes yes yes yes;
    JoinError: yes yes yes yes yes;
    JoinHandle<u8>: no no yes no no;
    Missed: yes yes yes yes yes;
    NoAnswer: yes yes yes yes yes;
    PanicPayload: yes yes yes yes yes;
    Polled: yes yes yes yes yes;
    Raced<u8, u8>: yes yes yes yes yes;
    Remote: yes yes yes yes yes;
    Runtime: no no yes no no;
    RuntimeGone: yes yes yes yes yes;
    Sleep: no no yes no no;
    Spawner: no no yes no no;
    Stalled: yes yes yes yes yes;
    Task: no no yes no no;
    TaskBuilder: no no yes no no;
    TaskGroup<String>: no no yes no no;
    TaskId: yes yes yes yes yes;
    Turn: yes yes yes yes yes;
    Until: yes yes yes yes yes;
    WeakRemote: yes yes yes yes yes;
    YieldNow: yes yes yes yes yes;
    // `trace`.
    Kind: yes yes yes yes yes;
    ObjectLabel: yes yes yes yes yes;
    dyn Observer: no no no no no;
    Printable<u8>: yes yes yes yes yes;
    Purpose: yes yes yes yes yes;
    Recorder: yes no yes yes no;
    Story: yes yes yes yes yes;
    TaskLabel: yes yes yes yes yes;
    TraceEvent: yes yes yes yes yes;
    TraceFile: no no yes no no;
    // `dump`.
    Dump: yes yes yes yes yes;
    Hold: yes yes yes yes yes;
    HolderInfo: yes yes yes yes yes;
    Needs: yes yes yes yes yes;
    Place: yes yes yes yes yes;
    TaskInfo: yes yes yes yes yes;
    TaskState: yes yes yes yes yes;
    WaitInfo: yes yes yes yes yes;
    Who: yes yes yes yes yes;
    // `sync`.
    Barrier: no no yes yes no;
    BarrierTurn: yes yes yes yes yes;
    BrokenBarrier: yes yes yes yes yes;
    BrokenPromise: yes yes yes yes yes;
    Closed: yes yes yes yes yes;
    Condition<u8>: no no yes no no;
    ConditionWait<'static, 'static, u8>: no no yes no no;
    DoneTooOften: yes yes yes yes yes;
    Event: no no yes yes no;
    EventWait<'static>: no no yes no no;
    LifoQueue<u8>: no no yes yes no;
    Lock<u8>: no no yes yes no;
    LockGuard<'static, u8>: no no yes no no;
    LockWait<'static, u8>: no no yes no no;
    OwnedLockGuard<u8>: no no yes no no;
    OwnedPermit: no no yes no no;
    Permit<'static>: no no yes no no;
    PriorityQueue<u8>: no no yes yes no;
    Promise<u8>: no no yes no no;
    Promised<u8>: no no yes no no;
    PutError<u8>: yes yes yes yes yes;
    PutError<Rc<u8>>: no no yes yes yes;
    Queue<u8>: no no yes yes no;
    QueueGet<'static, u8>: no no yes no no;
    QueueOver<u8, VecDeque<u8>>: no no yes yes no;
    QueuePut<'static, u8>: no no yes no no;
    ReleasedTooOften: yes yes yes yes yes;
    Semaphore: no no yes yes no;
    SemaphoreWait<'static>: no no yes no no;
    TryGetError: yes yes yes yes yes;
    TryPutError<u8>: yes yes yes yes yes;
    TryPutError<Rc<u8>>: no no yes yes yes;
    Woke: yes yes yes yes yes;
    // `waiters`.
    Grant: no no yes no no;
    Held: no no yes yes yes;
    WaitList: no no yes yes no;
    Waiter: no no yes yes yes;
}

/// Every error goes wherever an error may: out of a thread, and by `?` into `Box<dyn Error + Send + Sync>` and what is made of
/// it, unless what it carries for its user may not.
const _: fn() = || {
    fn travels<E: Error + Send + Sync + UnwindSafe + 'static>() {}
    travels::<BrokenBarrier>();
    travels::<BrokenPromise>();
    travels::<Cause<String>>();
    travels::<Closed>();
    travels::<DoneTooOften>();
    travels::<Elapsed>();
    travels::<Failed>();
    travels::<Failure<String>>();
    travels::<GroupError<String>>();
    travels::<GroupOver>();
    travels::<NoSchedule>();
    travels::<JoinError>();
    travels::<NoAnswer>();
    travels::<PanicPayload>();
    travels::<PutError<u8>>();
    travels::<ReleasedTooOften>();
    travels::<RuntimeGone>();
    travels::<Stalled>();
    travels::<TryGetError>();
    travels::<TryPutError<u8>>();
};

/// Futures whose types have no names, by the functions that return them.
#[test]
fn a_future_of_a_primitive_stays_on_its_thread_whatever_it_yields() {
    let (event, condition, deadline) = (Event::new(), Condition::new(0u8), Deadline::new());
    let (barrier, queue) = (Barrier::new(1), Queue::<u8>::unbounded());
    let moment = || greenlight::now();
    let held = || condition.try_lock().expect("nobody holds it");
    let (desks, account) = (Rc::new(Semaphore::new(1)), Rc::new(Lock::new(0u8)));
    let go: [(&str, bool); 19] = [
        ("Barrier::wait", returned(|| barrier.wait()).is_send()),
        ("Condition::wait_for", returned(|| condition.wait_for(held(), |_| true)).is_send()),
        ("Condition::wait_until", returned(|| condition.wait_until(held(), moment())).is_send()),
        ("QueueOver::join", returned(|| queue.join()).is_send()),
        ("Semaphore::acquire_owned", returned(|| desks.acquire_owned()).is_send()),
        ("Semaphore::acquire_many_owned", returned(|| desks.acquire_many_owned(1)).is_send()),
        ("Lock::lock_owned", returned(|| account.lock_owned()).is_send()),
        ("AsCompleted::next_ended", returned(|| leaked(as_completed([spawn(ready(0u8))])).next_ended()).is_send()),
        ("Interval::tick", returned(|| leaked(interval(Duration::MAX)).tick()).is_send()),
        ("TaskGroup::join", returned(|| TaskGroup::<String>::new().join()).is_send()),
        ("gather", returned(|| gather([ready(0u8)])).is_send()),
        ("gather!", returned(|| gather!(ready(0u8), ready(0u16))).is_send()),
        ("gather_tasks", returned(|| gather_tasks([spawn(ready(0u8))])).is_send()),
        ("timeout", returned(|| timeout(Duration::MAX, ready(0u8))).is_send()),
        ("timeout_at", returned(|| timeout_at(&deadline, ready(0u8))).is_send()),
        ("wait", returned(|| wait(leaked([spawn(ready(0u8))]), Until::All)).is_send()),
        ("race of waits", returned(|| race([event.wait()])).is_send()),
        // They hold nothing but the futures that they were given.
        ("race", returned(|| race([ready(0u8)])).is_send()),
        ("yield_now", returned(greenlight::yield_now).is_send()),
    ];
    let sent: Vec<_> = go.iter().filter(|(_, is_send)| *is_send).map(|(name, _)| *name).collect();
    assert_eq!(sent, ["race", "yield_now"]);
}

fn leaked<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}
