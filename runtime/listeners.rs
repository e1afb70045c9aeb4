//! Who is told of the end of a task, on behalf of somebody who waits for several.

use super::note::About;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Is told of the ends of the tasks that it listens to, on behalf of somebody who waits for several.
pub(crate) trait Listener {
    fn task_ended(self: Rc<Self>, panicked: bool);

    /// The object that stands for that somebody, in whose list it waits.
    fn about(&self) -> &About;

    /// Whether that somebody waits until every task has ended; otherwise the end of one may suffice.
    fn awaits_every(&self) -> bool;
}

/// Listeners by the identities of the lists in which somebody waits.
pub(super) type ByList = BTreeMap<u64, Rc<dyn Listener>>;

/// Those who listen to one task, in the order in which they are told. The first allocates nothing.
#[derive(Default)]
pub(super) struct Listeners {
    pub(super) first: Option<Rc<dyn Listener>>,
    /// By the identities of the lists in which somebody waits: who came later has a higher one. Each came after the
    /// first.
    pub(super) others: Option<Box<ByList>>,
}

impl Listeners {
    pub(super) fn add(&mut self, listener: Rc<dyn Listener>) {
        match self.first.is_none() && self.others.is_none() {
            true => self.first = Some(listener),
            false => _ = self.others.get_or_insert_default().insert(listener.about().identity(), listener),
        }
    }

    /// Takes the one out on whose behalf somebody waits in that list.
    pub(super) fn remove(&mut self, list: u64) -> Option<Rc<dyn Listener>> {
        let is_it = |listener: &mut Rc<dyn Listener>| listener.about().identity() == list;
        self.first.take_if(is_it).or_else(|| self.others.as_mut()?.remove(&list))
    }

    pub(super) fn into_all(self) -> impl Iterator<Item = Rc<dyn Listener>> {
        self.first.into_iter().chain(self.others.into_iter().flat_map(|others| others.into_values()))
    }
}
