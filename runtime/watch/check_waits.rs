//! The invariants of the wait lists, as code.

use super::super::context::Core;
use super::super::task::Wakee;
use super::super::waits::{Node, Waits};
use std::rc::Rc;

impl Waits {
    /// A waiter in a list knows its list and whom it wakes; one that was granted is in no list.
    pub(in crate::runtime) fn check(&self) {
        let (mut linked, mut identities) = (0, Vec::with_capacity(self.lists.len()));
        for (list, waiting) in self.lists.iter() {
            let identity = waiting.subject.identity;
            identities.push(identity);
            let mut is_behind = false;
            let len = waiting.order.check(&self.nodes, |index, node| {
                assert!(node.list as usize == list, "node {index} is in list {list}, and names list {}", node.list);
                let known = node.identity;
                assert!(known == identity, "node {index} waits for object {known} in the list of object {identity}");
                node.check_wakee(index);
                is_behind |= waiting.living == Some(index);
                let is_passed_over = node.is_passed_over && node.is_dying();
                assert!(is_behind || is_passed_over, "node {index} is living, and list {list} passes it over");
            });
            assert!(len == waiting.order.len, "list {list} has {len} nodes, and counts {}", waiting.order.len);
            assert!(is_behind == waiting.living.is_some(), "list {list} names a first living node, which is not in it");
            linked += len;
        }
        identities.sort_unstable();
        let twice = identities.windows(2).find(|pair| pair[0] == pair[1]);
        assert!(twice.is_none(), "two wait lists are of object {}", twice.map_or(0, |pair| pair[0]));
        let mut standing = 0;
        for (index, node) in self.nodes.iter() {
            let is_linked = self.nodes.is_linked(index);
            standing += usize::from(is_linked);
            let list = self.lists.get(node.list as usize);
            let is_open = list.is_some_and(|waiting| waiting.subject.identity == node.identity);
            // One that was leaked may outlive its list.
            let is_lost = !is_linked && node.wakee.is_some() && is_open;
            assert!(!is_lost, "node {index} waits for list {}, and is not in it", node.list);
        }
        assert!(standing == linked, "{standing} nodes are linked, and the lists lead to {linked}");
    }

    /// How many nodes know that runtime.
    pub(in crate::runtime) fn nodes_of(&self, core: &Rc<Core>) -> usize {
        let knows = |node: &Node| node.core.as_ref().is_some_and(|other| Rc::ptr_eq(other, core));
        self.nodes.iter().filter(|(_, node)| knows(node)).count()
    }
}

impl Node {
    fn check_wakee(&self, index: u32) {
        let Some(wakee) = &self.wakee else { panic!("node {index} was granted, and is in list {}", self.list) };
        assert!(wakee.task() == self.task, "node {index} is of {:?}, and wakes {:?}", self.task, wakee.task());
        let is_homeless = matches!(wakee, Wakee::Task(_)) && self.core.is_none();
        assert!(!is_homeless, "node {index} wakes {:?}, and knows no runtime", self.task);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::list::List;
    use crate::runtime::waits::{WAITS, Waiting};
    use crate::runtime::watch::check::tests::check_broken;

    /// Breaks the wait list of the task that waits for an event.
    fn check_broken_waits(breaks: impl FnOnce(&mut Waits)) {
        check_broken(|_| WAITS.with_borrow_mut(breaks));
    }

    #[test]
    #[should_panic(expected = "node 0 was granted, and is in list 0")]
    fn a_granted_waiter_in_a_list_is_found() {
        check_broken_waits(|waits| drop(waits.nodes.get_mut(0).wakee.take()));
    }

    #[test]
    #[should_panic(expected = "node 0 waits for list 0, and is not in it")]
    fn a_waiter_that_was_unlinked_and_not_granted_is_found() {
        check_broken_waits(|waits| {
            let waiting = &mut waits.lists[0];
            waiting.order.unlink(&mut waits.nodes, 0);
            waiting.living = None;
        });
    }

    #[test]
    #[should_panic(expected = "1 nodes are linked, and the lists lead to 0")]
    fn a_waiter_whom_no_list_leads_to_is_found() {
        check_broken_waits(|waits| {
            let waiting = &mut waits.lists[0];
            (waiting.order, waiting.living) = (List::new(), None);
        });
    }

    #[test]
    #[should_panic(expected = "node 0 is in list 0, and names list 3")]
    fn a_waiter_in_the_list_of_another_object_is_found() {
        check_broken_waits(|waits| waits.nodes.get_mut(0).list = 3);
    }

    #[test]
    #[should_panic(expected = "two wait lists are of object")]
    fn two_lists_of_one_object_are_found() {
        check_broken_waits(|waits| {
            let Waiting { ref subject, facts, .. } = waits.lists[0];
            let (subject, order) = (subject.clone(), List::new());
            waits.lists.insert(Waiting { subject, facts, order, living: None, all_owed: false });
        });
    }

    #[test]
    #[should_panic(expected = "node 0 is living, and list 0 passes it over")]
    fn a_living_waiter_who_is_passed_over_is_found() {
        check_broken_waits(|waits| waits.lists[0].living = None);
    }

    #[test]
    #[should_panic(expected = "list 0 has 1 nodes, and counts 2")]
    fn a_list_that_counts_wrongly_is_found() {
        check_broken_waits(|waits| waits.lists[0].order.len += 1);
    }
}
