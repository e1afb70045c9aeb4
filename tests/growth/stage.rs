//! What the operations share: a run on virtual time, and tasks that wait.

use greenlight::{Runtime, Task, spawn_detached, yield_now};
use std::future::Future;

/// Runs a future on virtual time.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    Runtime::builder().virtual_clock().debug(false).build().run(future)
}

/// Tasks that have begun, and wait.
pub(crate) async fn waiting<F: Future<Output = ()> + 'static>(count: usize, future: impl Fn(usize) -> F) -> Vec<Task> {
    let tasks = (0..count).map(|number| spawn_detached(future(number))).collect();
    yield_now().await;
    tasks
}

/// Has all of them cancelled. Until the next turn they are dying.
pub(crate) fn cancel(tasks: &[Task]) {
    assert!(tasks.iter().all(Task::cancel), "a task had ended before it was cancelled");
}

/// Waits for their ends, the last first.
pub(crate) async fn ended(tasks: &[Task]) {
    for task in tasks.iter().rev() {
        task.ended().await;
    }
}
