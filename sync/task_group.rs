//! `TaskGroup`: tasks that succeed together, or are cancelled together.

use super::group_error::GroupError;
use super::group_members::{GroupResult, Members, Unreported};
use super::group_output::GroupOutput;
use super::group_spawner::{GroupSpawner, GroupTaskBuilder, spawn_with_output};
use super::wait_in::wait_in;
use crate::Task;
use crate::runtime::drop_each;
use crate::trace::Kind;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

/// Spawns tasks, and waits until all of them have ended; the first that fails has the others cancelled. In asyncio:
/// `TaskGroup`.
///
/// They are cancelled in the order of spawning, and every failure is told. A failure does not touch the owner, who
/// hears of it from [`join`](TaskGroup::join). Dropping the group, as happens when its owner is cancelled or times out,
/// or forgets to join, cancels its tasks in the order of spawning, a hop later; for an error that one had returned
/// there is a report, which names the task.
///
/// ```
/// use greenlight::TaskGroup;
///
/// greenlight::run(async {
///     let mut group = TaskGroup::new();
///     group.spawn(std::future::pending::<()>());
///     group.task("kettle").spawn(async { Err("no water left") });
///     let failed = group.join().await.unwrap_err();
///     let line = failed.failures()[0].spawned_at;
///     let told = format!("task `kettle` (spawned at {line}): no water left");
///     assert_eq!(failed.to_string(), format!("1 task of the group failed: {told}"));
/// });
/// ```
pub struct TaskGroup<E: 'static> {
    members: Rc<Members<E>>,
    /// Set once the owner waits for the tasks.
    joined: bool,
}

impl TaskGroup<Infallible> {
    /// A group of tasks none of which fails, unless it panics: each yields `()`, or `Ok` of what is fetched from it.
    ///
    /// ```
    /// use greenlight::{TaskGroup, yield_now};
    ///
    /// greenlight::run(async {
    ///     let mut group = TaskGroup::infallible();
    ///     group.spawn(async { yield_now().await });
    ///     // An output comes in an `Ok` here, too.
    ///     let eggs = group.spawn_with_output(async { Ok(3) });
    ///     assert!(group.join().await.is_ok());
    ///     assert_eq!(eggs.take(), Some(3));
    /// });
    /// ```
    #[track_caller]
    pub fn infallible() -> Self {
        TaskGroup::new()
    }
}

impl<E: 'static> TaskGroup<E> {
    /// A group without tasks. Its type of failure is that of the results that its tasks yield.
    ///
    /// ```
    /// greenlight::run(async {
    ///     let mut group = greenlight::TaskGroup::new();
    ///     group.spawn(async { Err("no water left") }); // so it is a `TaskGroup<&str>`
    ///     assert_eq!(group.join().await.unwrap_err().failures().len(), 1);
    /// });
    /// ```
    ///
    /// Where none yields a result, nothing says what type that is, and the compiler asks for it by error E0282. Such a
    /// group is [`infallible`](TaskGroup::infallible), or its type is written: `TaskGroup::<String>::new()`.
    ///
    /// ```compile_fail,E0282
    /// # async fn f() {
    /// let mut group = greenlight::TaskGroup::new();
    /// group.spawn(async { greenlight::yield_now().await }); // yields `()`
    /// let outcome = group.join().await;
    /// # }
    /// ```
    #[track_caller]
    pub fn new() -> Self {
        TaskGroup { members: Members::new(), joined: false }
    }

    /// Spawns a task into the group: one that yields `()`, or a result whose error is a failure of the group. In a
    /// group that was cancelled, or in which a task has failed already, it never starts. In asyncio: `create_task`.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn<O: GroupResult<E>>(&mut self, future: impl Future<Output = O> + 'static) -> Task {
        self.members.spawn(None, future, Location::caller())
    }

    /// Names a task that is to be spawned into the group, for reports and traces, as [`task`](crate::task()) does
    /// outside of groups.
    ///
    /// ```
    /// greenlight::run(async {
    ///     let mut group = greenlight::TaskGroup::<&str>::new();
    ///     let cook = group.task("cook").spawn(async { greenlight::yield_now().await });
    ///     let dish = group.task("baker").spawn_with_output(async { Ok("bread") });
    ///     assert_eq!((cook.name(), dish.task().name()), (Some("cook"), Some("baker")));
    ///     assert!(group.join().await.is_ok());
    ///     assert_eq!(dish.take(), Some("bread"));
    /// });
    /// ```
    pub fn task(&mut self, name: impl Into<Arc<str>>) -> GroupTaskBuilder<'_, E> {
        GroupTaskBuilder::new(&self.members, name.into())
    }

    /// Spawns a task whose output is fetched after it has ended. In asyncio: `task.result()`.
    ///
    /// # Panics
    /// Outside a runtime.
    ///
    /// ```
    /// greenlight::run(async {
    ///     let mut group = greenlight::TaskGroup::<&str>::new();
    ///     let answer = group.spawn_with_output(async { Ok(42) });
    ///     group.join().await?;
    ///     assert_eq!(answer.take(), Some(42));
    ///     Ok(())
    /// })
    /// # .map_err(|failed: greenlight::GroupError<&str>| failed.to_string()).unwrap();
    /// ```
    #[track_caller]
    pub fn spawn_with_output<T: 'static>(
        &mut self,
        future: impl Future<Output = Result<T, E>> + 'static,
    ) -> GroupOutput<T> {
        spawn_with_output(&self.members, None, future, Location::caller())
    }

    /// Ends the group without an error: its tasks are cancelled, in the order of spawning, and what is spawned into it
    /// from now on never starts. [`join`](TaskGroup::join) waits for their ends, and is Ok unless a task had failed
    /// before. Of a group that is cancelled already, or in which a task has failed, nothing changes. In asyncio:
    /// `TaskGroup.cancel`, from 3.15 on, which cancels the body of the group, too.
    ///
    /// ```
    /// use greenlight::{TaskGroup, sleep};
    /// use std::time::Duration;
    ///
    /// greenlight::Runtime::builder().virtual_clock().build().run(async {
    ///     let mut group = TaskGroup::infallible();
    ///     let cancels = group.spawner();
    ///     group.spawn(std::future::pending::<()>());
    ///     group.spawn(async move {
    ///         sleep(Duration::from_secs(1)).await;
    ///         cancels.cancel(); // it has found what both were looking for
    ///     });
    ///     assert!(group.join().await.is_ok());
    /// });
    /// ```
    #[track_caller]
    pub fn cancel(&self) {
        self.members.cancel(Location::caller());
    }

    /// A handle with which the tasks of the group spawn into it. In asyncio they use the group itself.
    pub fn spawner(&self) -> GroupSpawner<E> {
        GroupSpawner { members: self.members.clone() }
    }

    /// Waits until every task of the group has ended, two hops after the last. It takes the group: nothing is spawned
    /// into one that is over, and nobody joins it twice. In asyncio: the end of `async with`.
    ///
    /// # Errors
    /// When a task failed: it returned an error, or panicked. A task that somebody cancelled has not failed.
    ///
    /// # Cancel safety
    /// Dropping it cancels the tasks that have not ended, in the order of spawning.
    ///
    /// # What does not compile
    /// To spawn into a group that is joined, and to join it again:
    ///
    /// ```compile_fail,E0382
    /// # async fn f(mut group: greenlight::TaskGroup<String>) {
    /// let outcome = group.join().await;
    /// group.spawn(async { Ok(()) });
    /// # }
    /// ```
    ///
    /// ```compile_fail,E0382
    /// # async fn f(group: greenlight::TaskGroup<String>) {
    /// let outcome = group.join().await;
    /// let again = group.join().await;
    /// # }
    /// ```
    #[track_caller]
    pub fn join(mut self) -> impl Future<Output = Result<(), GroupError<E>>> {
        let at = Location::caller();
        self.joined = true;
        async move {
            let members = &self.members;
            // The first failure wakes the owner, too, and a spawner may have spawned more since the last end did.
            while !members.handles.borrow().is_empty() {
                wait_in(&members.ended, at, || !members.handles.borrow().is_empty()).await;
            }
            members.over.set(true);
            let failures: Vec<_> = members.failures.take().into_iter().map(Unreported::report).collect();
            if failures.is_empty() { Ok(()) } else { Err(GroupError { failures }) }
        }
    }
}

impl<E: 'static> Default for TaskGroup<E> {
    #[track_caller]
    fn default() -> Self {
        TaskGroup::new()
    }
}

impl<E: 'static> Drop for TaskGroup<E> {
    fn drop(&mut self) {
        let Members { handles, over, failures, ended, .. } = &*self.members;
        over.set(true);
        let failures = failures.take();
        let failed = failures.iter().filter_map(|failure| match failure {
            Unreported::Error(task, _) => Some(task),
            Unreported::Panic(_) => None,
        });
        let lost = failed.clone().count();
        let unjoined = if self.joined { 0 } else { handles.borrow().len() };
        if lost + unjoined > 0 {
            ended.emit(ended.made(), || Kind::GroupDropped { unjoined, lost });
        }
        failed.for_each(|task| task.report_lost_error(ended.made()));
        self.members.cancel_all();
        // Last: it may run anything.
        drop_each(failures.into_iter());
    }
}

impl<E> fmt::Debug for TaskGroup<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.members.fmt(f)
    }
}
