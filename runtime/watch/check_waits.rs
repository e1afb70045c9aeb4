//! The invariants of the wait lists, as code.

use super::super::arena::Waits;
use super::super::list::END;
use std::collections::HashSet;

impl Waits {
    /// A waiter in a list has somebody to wake; one that was granted is in no list. Who is passed over is dying.
    pub(super) fn check(&self) {
        let (mut linked, mut identities) = (0, HashSet::new());
        for (list, waiting) in self.lists.iter() {
            let identity = waiting.about.identity();
            assert!(identities.insert(identity), "two wait lists are of object {identity}");
            let (order, passed) = (&waiting.order, waiting.passed.get());
            let mut is_behind = passed == END;
            let len = order.check(&self.nodes, |node, kept| {
                assert!(!kept.is_granted(), "node {node} was granted, and is in list {list}");
                assert!(is_behind || kept.is_dying(), "node {node} is living, and list {list} passes it over");
                is_behind |= node == passed;
            });
            assert!(len == order.len.get() as usize, "list {list} has {len} nodes, and counts {}", order.len.get());
            assert!(is_behind, "list {list} passes everybody up to node {passed}, which is not in it");
            linked += len;
        }
        let standing = self.nodes.iter().filter(|(node, _)| self.nodes.is_linked(*node)).count();
        assert!(standing == linked, "{standing} nodes are linked, and the lists lead to {linked}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::arena::WAITS;
    use crate::runtime::watch::check::tests::check_broken;

    /// Breaks the wait list of the task that waits for an event.
    fn check_broken_waits(breaks: impl FnOnce(&mut Waits)) {
        check_broken(|_| WAITS.with_borrow_mut(|waits| breaks(waits)));
    }

    #[test]
    #[should_panic(expected = "node 0 was granted, and is in list 0")]
    fn a_granted_waiter_in_a_list_is_found() {
        check_broken_waits(|waits| drop(waits.nodes.get_mut(0).grant()));
    }

    #[test]
    #[should_panic(expected = "1 nodes are linked, and the lists lead to 0")]
    fn a_waiter_whom_no_list_leads_to_is_found() {
        check_broken_waits(|waits| drop(waits.lists.remove(0)));
    }

    #[test]
    #[should_panic(expected = "two wait lists are of object")]
    fn two_lists_of_one_object_are_found() {
        check_broken_waits(|waits| {
            let twice = waits.lists[0].clone();
            waits.lists.insert(twice);
        });
    }

    #[test]
    #[should_panic(expected = "node 0 is living, and list 0 passes it over")]
    fn a_living_waiter_who_is_passed_over_is_found() {
        check_broken_waits(|waits| waits.lists[0].passed.set(0));
    }

    #[test]
    #[should_panic(expected = "list 0 passes everybody up to node 7, which is not in it")]
    fn a_list_that_passes_over_one_who_is_not_in_it_is_found() {
        check_broken_waits(|waits| {
            let waiting = waits.lists[0].clone();
            waiting.order.unlink(&mut waits.nodes, 0);
            waits.lists[0].passed.set(7);
        });
    }

    #[test]
    #[should_panic(expected = "list 0 has 1 nodes, and counts 2")]
    fn a_list_that_counts_wrongly_is_found() {
        check_broken_waits(|waits| {
            let len = &waits.lists[0].order.len;
            len.set(len.get() + 1);
        });
    }
}
