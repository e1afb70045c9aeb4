//! What is done a hop after the end of a task, as asyncio's callbacks are.

use crate::runtime::{WaitList, expect_current, spawn_plain};

/// Has something done in a task of its own: a hop later, in the place among others that the present end of a task has,
/// as asyncio's callbacks are. While a run ends and nothing is spawned any more, it is done at once. The task is told as
/// spawned where the list was made.
pub(super) fn a_hop_later(list: &WaitList, act: impl FnOnce() + 'static) {
    struct Acting<F: FnOnce()>(Option<F>);
    impl<F: FnOnce()> Drop for Acting<F> {
        fn drop(&mut self) {
            if let Some(act) = self.0.take() {
                act();
            }
        }
    }
    let acting = Acting(Some(act));
    let core = expect_current("the end of a task is told");
    spawn_plain(&core, async move { drop(acting) }, None, list.made());
}
