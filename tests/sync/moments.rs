//! Every waiting method of the semaphore, the barrier, the queues and groups, struck at every moment of a scene, by a
//! cancel of its task and by a drop of the wait alone: before it was polled, in every poll, while it waits, once it
//! was granted, between a signal and the wakes that it causes. The others get all that is theirs,
//! and nothing stays behind. The loop is that of the tests of `Event`, `Lock` and `Condition`.

mod barriers;
mod getters;
mod putters;
mod semaphores;
mod tasks;

use crate::dropped::{around, moments as loops};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// Notes when it is dropped, inside a runtime.
struct Noting(Rc<Cell<Duration>>);

impl Drop for Noting {
    fn drop(&mut self) {
        self.0.set(greenlight::now().since_start());
    }
}
