//! `gather`: several futures as tasks, all of their outputs in order.

use super::wait_in::wait_in;
use crate::runtime::{About, Listener, ObjectState, WaitList, expect_current, spawn_joined};
use crate::{JoinError, JoinHandle, Task};
use std::any::Any;
use std::cell::Cell;
use std::future::Future;
use std::panic::{Location, resume_unwind};
use std::rc::Rc;

/// Spawns each future as a task, in order, and yields their outputs in that order once the last has ended.
///
/// In asyncio: `gather`. The children start in the next turn, also before the gather is awaited. From the end of the
/// last child to the gatherer it is two hops, as in asyncio.
///
/// # Panics
/// Outside a runtime; when a child is cancelled, as by the end of its run. A panic of a child resumes in the gatherer,
/// at once, and cancels the other children; asyncio lets them run on. Of several that have panicked by then, the first
/// in the order of spawning resumes, and the others are reported.
///
/// # Cancel safety
/// Dropping it cancels the children that have not ended, in order.
///
/// ```
/// greenlight::run(async {
///     let squares = greenlight::gather((1..4).map(|n| async move { n * n })).await;
///     assert_eq!(squares, [1, 4, 9]);
/// });
/// ```
#[track_caller]
pub fn gather<I>(futures: I) -> impl Future<Output = Vec<<I::Item as Future>::Output>>
where
    I: IntoIterator,
    I::Item: Future + 'static,
{
    let at = Location::caller();
    let core = expect_current("gather() was called");
    let spawn = |future| spawn_joined(&core, future, None, at);
    // All of them before the first is spawned: an iterator that panics leaves no child that nobody gathers.
    let futures: Vec<_> = futures.into_iter().collect();
    let handles: Vec<_> = futures.into_iter().map(spawn).collect();
    Gathering::new(handles, true).outputs(at)
}

/// Awaits tasks that run already, and yields what became of each, in order.
///
/// No failure ends it early. If all of them have ended before, it does not suspend. In asyncio:
/// `gather(*tasks, return_exceptions=True)`.
///
/// # Panics
/// When one of the handles had yielded its output before it was given here.
///
/// # Cancel safety
/// Dropping it cancels the tasks that have not ended, in order.
///
/// ```
/// use greenlight::{gather_tasks, spawn};
///
/// greenlight::run(async {
///     let ended = gather_tasks([spawn(async { 1 }), spawn(async { panic!("two") })]).await;
///     assert_eq!(*ended[0].as_ref().unwrap(), 1);
///     assert!(ended[1].as_ref().unwrap_err().is_panic());
/// });
/// ```
#[track_caller]
pub fn gather_tasks<T>(
    tasks: impl IntoIterator<Item = JoinHandle<T>>,
) -> impl Future<Output = Vec<Result<T, JoinError>>> {
    let at = Location::caller();
    let gathering = Gathering::new(tasks.into_iter().collect::<Vec<_>>(), false);
    async move {
        gathering.all_ended(at).await;
        gathering.handles.iter().map(JoinHandle::take_outcome).collect()
    }
}

/// Spawns each future as a task, in order, and yields a tuple of their outputs: [`gather`] for futures of several
/// types, up to twelve.
///
/// # Panics
/// As of [`gather`].
///
/// # Cancel safety
/// Dropping it cancels the children that have not ended, in order.
///
/// ```
/// greenlight::run(async {
///     let (word, number) = greenlight::gather!(async { "one" }, async { 1 }).await;
///     assert_eq!((word, number), ("one", 1));
/// });
/// ```
#[macro_export]
macro_rules! gather {
    ($($future:expr),+ $(,)?) => {
        $crate::gather_tuple(($($future,)+))
    };
    ($($of_another_form:tt)*) => {
        ::std::compile_error!(
            "gather! takes one to twelve futures, with commas between them: gather!(first, second).await\n\
            For futures of one type that are in a list there is the function: gather(list).await"
        )
    };
}

/// What [`gather!`](crate::gather!) expands to.
#[doc(hidden)]
#[track_caller]
pub fn gather_tuple<F: Futures>(futures: F) -> impl Future<Output = <F::Handles as Handles>::Outputs> {
    let at = Location::caller();
    Gathering::new(futures.spawn(at), true).outputs(at)
}

/// A join handle, whatever its output.
#[doc(hidden)]
pub trait Child {
    fn task(&self) -> Task;
    fn count_down(&self, countdown: &Rc<Countdown>) -> bool;
    fn take_panic(&self) -> Option<Box<dyn Any + Send>>;
    fn has_output(&self) -> bool;
}

impl<T> Child for JoinHandle<T> {
    fn task(&self) -> Task {
        JoinHandle::task(self)
    }

    fn count_down(&self, countdown: &Rc<Countdown>) -> bool {
        self.add_listener(countdown)
    }

    fn take_panic(&self) -> Option<Box<dyn Any + Send>> {
        self.has_panicked().then(|| self.take_outcome().err()?.into_panic().ok()).flatten()
    }

    fn has_output(&self) -> bool {
        JoinHandle::has_output(self)
    }
}

/// What a task has returned, if it has.
fn output<T>(handle: &JoinHandle<T>) -> Option<T> {
    if handle.has_output() { handle.take_outcome().ok() } else { None }
}

/// A tuple of futures. They are spawned once all of them are there: an argument that returns early has spawned none.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "gather! takes one to twelve futures, and these are more",
    note = "a gather! may stand in a gather!, and `gather(list)` takes any number of one type"
)]
pub trait Futures {
    type Handles: Handles;
    fn spawn(self, at: &'static Location<'static>) -> Self::Handles;
}

/// The join handles of one gather.
#[doc(hidden)]
pub trait Handles {
    type Outputs;
    fn each<'a>(&'a self, look: &mut dyn FnMut(&'a dyn Child));

    /// All outputs, or none of them if one is missing: with one in hand that panics when it is dropped, the panic that
    /// says so would abort the process.
    fn outputs(&self) -> Option<Self::Outputs>;
}

impl<T> Handles for Vec<JoinHandle<T>> {
    type Outputs = Vec<T>;

    fn each<'a>(&'a self, look: &mut dyn FnMut(&'a dyn Child)) {
        self.iter().for_each(|handle| look(handle));
    }

    fn outputs(&self) -> Option<Vec<T>> {
        let mut outputs = Vec::with_capacity(self.len());
        outputs.extend(self.iter().map_while(output));
        if outputs.len() < self.len() {
            self.iter().zip(outputs).for_each(|(handle, output)| handle.put_back(output));
            return None;
        }
        Some(outputs)
    }
}

macro_rules! handles {
    ($($output:ident)+) => {
        impl<$($output: Future + 'static),+> Futures for ($($output,)+) {
            type Handles = ($(JoinHandle<$output::Output>,)+);

            #[expect(non_snake_case, reason = "a future goes by the name of its type")]
            #[track_caller]
            fn spawn(self, at: &'static Location<'static>) -> Self::Handles {
                let core = expect_current("gather!() was called");
                let ($($output,)+) = self;
                ($(spawn_joined(&core, $output, None, at),)+)
            }
        }

        impl<$($output),+> Handles for ($(JoinHandle<$output>,)+) {
            type Outputs = ($($output,)+);

            #[expect(non_snake_case, reason = "a handle goes by the name of its output's type")]
            fn each<'a>(&'a self, look: &mut dyn FnMut(&'a dyn Child)) {
                let ($($output,)+) = self;
                $(look($output);)+
            }

            #[expect(non_snake_case, reason = "a handle goes by the name of its output's type")]
            fn outputs(&self) -> Option<Self::Outputs> {
                let ($($output,)+) = self;
                if [$($output.has_output()),+].contains(&false) {
                    return None;
                }
                Some(($(output($output)?,)+))
            }
        }
    };
}

handles!(A);
handles!(A B);
handles!(A B C);
handles!(A B C D);
handles!(A B C D E);
handles!(A B C D E F);
handles!(A B C D E F G);
handles!(A B C D E F G H);
handles!(A B C D E F G H I);
handles!(A B C D E F G H I J);
handles!(A B C D E F G H I J K);
handles!(A B C D E F G H I J K L);

/// Counts the ends of tasks down for the one who gathers them.
#[doc(hidden)]
#[derive(Debug)]
pub struct Countdown {
    /// How many tasks have not ended.
    alive: Cell<usize>,
    /// Set once the last has ended, or one whose panic ends the waiting at once.
    over: Cell<bool>,
    /// Set once that is a hop ago: the gatherer has nothing to wait for then.
    settled: Cell<bool>,
    /// Set once a task has panicked.
    panicked: Cell<bool>,
    /// Whether a panic ends the waiting at once.
    fail_fast: bool,
    /// The gatherer waits here.
    ended: WaitList,
}

impl Listener for Countdown {
    fn task_ended(self: Rc<Self>, panicked: bool) {
        self.alive.update(|alive| alive - 1);
        self.panicked.update(|before| before || panicked);
        let is_over = self.alive.get() == 0 || panicked && self.fail_fast;
        if is_over && !self.over.replace(true) {
            self.clone().ended.call_soon(move || self.settle());
        }
    }

    fn about(&self) -> &About {
        self.ended.about()
    }

    fn awaits_every(&self) -> bool {
        true
    }
}

impl Countdown {
    fn settle(&self) {
        self.settled.set(true);
        self.ended.wake_all();
    }
}

/// The tasks of one gather. Dropping it cancels those that have not ended, in order.
struct Gathering<H: Handles> {
    handles: H,
    countdown: Rc<Countdown>,
}

impl<H: Handles> Gathering<H> {
    #[track_caller]
    fn new(handles: H, fail_fast: bool) -> Self {
        let countdown = Rc::new(Countdown {
            alive: Cell::new(0),
            over: Cell::new(false),
            settled: Cell::new(false),
            panicked: Cell::new(false),
            fail_fast,
            ended: WaitList::of_state("gather", ObjectState::Ends),
        });
        let mut alive = 0;
        handles.each(&mut |child| alive += usize::from(child.count_down(&countdown)));
        countdown.alive.set(alive);
        countdown.settled.set(alive == 0);
        Gathering { handles, countdown }
    }

    async fn all_ended(&self, at: &'static Location<'static>) {
        let Countdown { settled, ended, .. } = &*self.countdown;
        wait_in(ended, at, || !settled.get()).await;
    }

    async fn outputs(self, at: &'static Location<'static>) -> H::Outputs {
        self.all_ended(at).await;
        if self.countdown.panicked.get() {
            self.resume_first_panic();
        }
        self.handles.outputs().unwrap_or_else(|| self.refuse())
    }

    fn resume_first_panic(&self) {
        let mut first = None;
        self.handles.each(&mut |child| {
            if first.is_none() {
                first = child.take_panic();
            }
        });
        if let Some(payload) = first {
            resume_unwind(payload);
        }
    }

    fn refuse(&self) -> ! {
        let mut cancelled = None;
        self.handles.each(&mut |child| {
            if cancelled.is_none() && !child.has_output() {
                cancelled = Some(child.task());
            }
        });
        let task = cancelled.expect("a task has no output if not all have one");
        panic!("{task} was cancelled while it was gathered; use gather_tasks() where children may be cancelled");
    }
}

impl<H: Handles> Drop for Gathering<H> {
    fn drop(&mut self) {
        if self.countdown.alive.get() > 0 {
            self.handles.each(&mut |child| _ = child.task().cancel());
        }
    }
}
