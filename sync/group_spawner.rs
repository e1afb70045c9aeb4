//! How tasks are spawned into a group: with an output, under a name, and from inside of the group's tasks.

use super::group_error::GroupOver;
use super::group_members::{GroupResult, Members};
use super::group_output::GroupOutput;
use crate::Task;
use crate::runtime::printable;
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

#[track_caller]
pub(super) fn spawn_with_output<T: 'static, E: 'static>(
    members: &Rc<Members<E>>,
    name: Option<Arc<str>>,
    future: impl Future<Output = Result<T, E>> + 'static,
    at: &'static Location<'static>,
) -> GroupOutput<T> {
    let output = Rc::new(Cell::new(None));
    let place = output.clone();
    let storing = async move {
        place.set(Some(future.await?));
        Ok(())
    };
    GroupOutput { task: members.spawn(name, storing, at), output }
}

/// A task of a group that has a name and is to be spawned: what [`TaskGroup::task`](super::TaskGroup::task) and
/// [`GroupSpawner::task`] make.
#[must_use = "a task does nothing until it is spawned"]
pub struct GroupTaskBuilder<'g, E: 'static> {
    members: &'g Rc<Members<E>>,
    name: Arc<str>,
}

impl<'g, E: 'static> GroupTaskBuilder<'g, E> {
    pub(super) fn new(members: &'g Rc<Members<E>>, name: Arc<str>) -> Self {
        GroupTaskBuilder { members, name: printable(name) }
    }

    /// Spawns the task; see [`TaskGroup::spawn`](super::TaskGroup::spawn). In a group that is over by now it never
    /// starts.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn<O: GroupResult<E>>(self, future: impl Future<Output = O> + 'static) -> Task {
        self.members.spawn(Some(self.name), future, Location::caller())
    }

    /// Spawns the task, whose output is fetched after it has ended; see
    /// [`TaskGroup::spawn_with_output`](super::TaskGroup::spawn_with_output).
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn_with_output<T: 'static>(self, future: impl Future<Output = Result<T, E>> + 'static) -> GroupOutput<T> {
        spawn_with_output(self.members, Some(self.name), future, Location::caller())
    }
}

impl<E> fmt::Debug for GroupTaskBuilder<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupTaskBuilder").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Spawns into a [`TaskGroup`](super::TaskGroup) from inside of its tasks: what
/// [`TaskGroup::spawner`](super::TaskGroup::spawner) returns.
///
/// ```
/// use greenlight::{GroupSpawner, TaskGroup};
///
/// /// Visits a page, and has the pages that it links to visited.
/// fn visit(depth: u32, crawl: GroupSpawner<String>) -> Result<(), String> {
///     for _ in 0..depth {
///         let deeper = crawl.clone();
///         let page = crawl.spawn(async move { visit(depth - 1, deeper) });
///         page.map_err(|over| over.to_string())?;
///     }
///     Ok(())
/// }
///
/// greenlight::run(async {
///     let mut group = TaskGroup::new();
///     let crawl = group.spawner();
///     group.spawn(async move { visit(3, crawl) });
///     assert!(group.join().await.is_ok());
/// });
/// ```
///
/// A group that is over takes no more, and its spawners say so:
///
/// ```
/// use greenlight::TaskGroup;
///
/// greenlight::run(async {
///     let group = TaskGroup::<String>::new();
///     let hunt = group.spawner();
///     let decoy = hunt.task("decoy").unwrap().spawn(std::future::pending::<()>());
///     let hunter = hunt.clone();
///     let prey = hunt.spawn_with_output(async move {
///         hunter.cancel(); // the hunt is over
///         Ok("fox")
///     });
///     assert!(group.join().await.is_ok());
///     assert!(decoy.is_finished());
///     assert_eq!(prey.unwrap().take(), Some("fox"));
///     assert!(hunt.spawn(async {}).is_err());
/// });
/// ```
pub struct GroupSpawner<E: 'static> {
    pub(super) members: Rc<Members<E>>,
}

impl<E: 'static> GroupSpawner<E> {
    /// Spawns a task into the group.
    ///
    /// # Errors
    /// When the group is over, was cancelled, or a task of it has failed; the future is dropped.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn<O: GroupResult<E>>(&self, future: impl Future<Output = O> + 'static) -> Result<Task, GroupOver> {
        self.admit()?;
        Ok(self.members.spawn(None, future, Location::caller()))
    }

    /// As [`TaskGroup::spawn_with_output`](super::TaskGroup::spawn_with_output).
    ///
    /// # Errors
    /// As of [`spawn`](GroupSpawner::spawn).
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn_with_output<T: 'static>(
        &self,
        future: impl Future<Output = Result<T, E>> + 'static,
    ) -> Result<GroupOutput<T>, GroupOver> {
        self.admit()?;
        Ok(spawn_with_output(&self.members, None, future, Location::caller()))
    }

    /// Names a task that is to be spawned into the group, as [`TaskGroup::task`](super::TaskGroup::task) does.
    ///
    /// # Errors
    /// As of [`spawn`](GroupSpawner::spawn).
    pub fn task(&self, name: impl Into<Arc<str>>) -> Result<GroupTaskBuilder<'_, E>, GroupOver> {
        self.admit()?;
        Ok(GroupTaskBuilder::new(&self.members, name.into()))
    }

    /// Ends the group without an error, as [`TaskGroup::cancel`](super::TaskGroup::cancel) does: a task that has found
    /// what all were looking for cancels the others, and itself at its next await.
    #[track_caller]
    pub fn cancel(&self) {
        self.members.cancel(Location::caller());
    }

    /// Whether the group takes a task from one of its own.
    fn admit(&self) -> Result<(), GroupOver> {
        match self.members.is_closed() {
            true => Err(GroupOver { made: self.members.ended.made() }),
            false => Ok(()),
        }
    }
}

impl<E> Clone for GroupSpawner<E> {
    fn clone(&self) -> Self {
        GroupSpawner { members: self.members.clone() }
    }
}

impl<E> fmt::Debug for GroupSpawner<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.members.fmt(f)
    }
}
