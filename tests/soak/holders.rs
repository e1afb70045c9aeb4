//! Who holds what, as a dump says it, compared with the model: each lock that is held has one holder, and each semaphore
//! as many permits in hands as the model counts.

use crate::world::World;
use greenlight::dump::{Dump, Hold, HolderInfo, WaitInfo};
use greenlight::trace::ObjectLabel;

impl World {
    /// Compares the holders of everything that is waited for with the models.
    pub(crate) fn check_holders(&self, dump: &Dump) {
        for wait in dump.tasks.iter().flat_map(|task| &task.waits) {
            let WaitInfo::Object { object, holders, .. } = wait else { continue };
            if let Some(expected) = self.in_hands(object) {
                let taken = |holder: &&HolderInfo| holder.hold == Hold::Taken;
                let all: usize = holders.iter().map(|holder| holder.permits).sum();
                let taken: usize = holders.iter().filter(taken).map(|holder| holder.permits).sum();
                self.expect((taken, all - taken) == expected, || {
                    format!("{object}: {taken} taken and {} granted, {expected:?} were expected: {wait}", all - taken)
                });
            }
        }
    }

    /// How much of an object was taken, and how much was granted to those who have not run since. None of an object that
    /// nobody can hold.
    fn in_hands(&self, object: &ObjectLabel) -> Option<(usize, usize)> {
        let index: usize = object.name.as_ref()?.parse().ok()?;
        match object.kind {
            "lock" => {
                let model = self.locks[index].1.borrow();
                Some((usize::from(model.held), usize::from(model.promised.is_some())))
            }
            "semaphore" => {
                let model = self.semaphores[index].1.borrow();
                Some((model.held, model.waits.granted_asks()))
            }
            _ => None,
        }
    }
}
