//! First-in-first-out lists that are linked by index, so that leaving from the middle is O(1) without a pointer.
//!
//! Many lists share one [`Arena`]: all the wait lists of a thread, all the slots of a timer wheel. A node is inserted
//! into the arena first, then linked into a list, unlinked, and removed by whoever holds its index. The order of a list
//! is the order of its links, never that of its indexes: the arena hands out the last freed index first.

use std::cell::Cell;

/// Stands for "no neighbour" at either end of a list.
pub(super) const END: u32 = u32::MAX;

/// Stands in `next` of a node that is in no list; `prev` may have a word then.
const UNLINKED: u32 = u32::MAX - 1;

/// Stands in `prev` of a place that is free; `next` leads to the next one.
pub(super) const FREE: u32 = u32::MAX - 2;

/// An arena that has held more nodes than this gives their places up once it is empty.
const KEPT: usize = 1 << 10;

/// The nodes of any number of lists. It is no slab, which would add a tag to each.
pub(super) struct Arena<T> {
    pub(super) nodes: Vec<Node<T>>,
    /// The place that was freed last.
    free: u32,
    len: usize,
}

pub(super) struct Node<T> {
    pub(super) prev: u32,
    pub(super) next: u32,
    pub(super) value: T,
}

/// The two ends of one list. Its nodes live in an [`Arena`], which every method is handed.
#[derive(Clone)]
pub(super) struct List {
    pub(super) head: Cell<u32>,
    pub(super) tail: Cell<u32>,
    /// How many nodes are in it.
    pub(super) len: Cell<u32>,
}

impl<T: Default> Arena<T> {
    pub(super) const fn new() -> Self {
        Arena { nodes: Vec::new(), free: END, len: 0 }
    }

    /// Stores a node that is in no list yet.
    #[inline]
    pub(super) fn insert(&mut self, value: T) -> u32 {
        let (prev, next) = (UNLINKED, UNLINKED);
        self.len += 1;
        let index = self.free;
        match self.nodes.get_mut(index as usize) {
            Some(node) => {
                self.free = node.next;
                *node = Node { prev, next, value };
                index
            }
            None => push(&mut self.nodes, Node { prev, next, value }),
        }
    }

    /// Takes a node out of the arena. It has left its list before.
    #[inline]
    pub(super) fn remove(&mut self, index: u32) -> T {
        let node = &mut self.nodes[index as usize];
        debug_assert!(node.next == UNLINKED, "node {index} is removed while it is linked");
        (node.prev, node.next) = (FREE, self.free);
        let value = std::mem::take(&mut node.value);
        (self.free, self.len) = (index, self.len - 1);
        if self.len == 0 && self.nodes.len() > KEPT {
            // Who looks at every node looks at the places of those, too, that were there since the arena was empty.
            (self.nodes, self.free) = (Vec::new(), END);
        }
        value
    }

    #[inline]
    pub(super) fn get(&self, index: u32) -> &T {
        &self.nodes[index as usize].value
    }

    #[inline]
    pub(super) fn get_mut(&mut self, index: u32) -> &mut T {
        &mut self.nodes[index as usize].value
    }

    #[inline]
    pub(super) fn is_linked(&self, index: u32) -> bool {
        self.nodes[index as usize].next != UNLINKED
    }

    /// Leaves a word with a node that is in no list.
    pub(super) fn set_word(&mut self, index: u32, word: u32) {
        self.nodes[index as usize].prev = word;
    }

    /// The node behind a linked one, or [`END`].
    pub(super) fn next(&self, index: u32) -> u32 {
        self.nodes[index as usize].next
    }

    /// The node in front of a linked one, or [`END`].
    pub(super) fn prev(&self, index: u32) -> u32 {
        self.nodes[index as usize].prev
    }

    /// How many nodes there are, linked or not.
    pub(super) fn len(&self) -> usize {
        self.len
    }
}

/// Appends to a vector that grows by a quarter, since what it holds in reserve is paid for by every node. Returns the
/// index.
pub(super) fn push<T>(nodes: &mut Vec<T>, node: T) -> u32 {
    if nodes.len() == nodes.capacity() {
        nodes.reserve_exact((nodes.len() / 4).max(32));
    }
    nodes.push(node);
    u32::try_from(nodes.len() - 1).ok().filter(|&index| index < FREE).expect("fewer than 2^32 - 3 nodes are alive")
}

impl List {
    pub(super) const fn new() -> Self {
        List { head: Cell::new(END), tail: Cell::new(END), len: Cell::new(0) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.head.get() == END
    }

    /// The first node, or [`END`].
    pub(super) fn first(&self) -> u32 {
        self.head.get()
    }

    #[inline]
    pub(super) fn push_back<T>(&self, arena: &mut Arena<T>, index: u32) {
        let last = self.tail.get();
        let node = &mut arena.nodes[index as usize];
        debug_assert!(node.next == UNLINKED, "node {index} is linked twice");
        (node.prev, node.next) = (last, END);
        match last {
            END => self.head.set(index),
            last => arena.nodes[last as usize].next = index,
        }
        self.tail.set(index);
        self.len.set(self.len.get() + 1);
    }

    pub(super) fn pop_front<T>(&self, arena: &mut Arena<T>) -> Option<u32> {
        let first = self.head.get();
        (first != END).then(|| {
            self.unlink(arena, first);
            first
        })
    }

    /// Takes the node out of this list, wherever in it the node stands.
    #[inline]
    pub(super) fn unlink<T>(&self, arena: &mut Arena<T>, index: u32) {
        let node = &mut arena.nodes[index as usize];
        debug_assert!(node.next != UNLINKED, "node {index} is unlinked twice");
        let (prev, next) = (node.prev, node.next);
        (node.prev, node.next) = (UNLINKED, UNLINKED);
        match prev {
            END => self.head.set(next),
            prev => arena.nodes[prev as usize].next = next,
        }
        match next {
            END => self.tail.set(prev),
            next => arena.nodes[next as usize].prev = prev,
        }
        self.len.set(self.len.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(list: &List, arena: &Arena<char>) -> String {
        let some = |index: u32| (index != END).then_some(index);
        let indexes = std::iter::successors(some(list.first()), |&index| some(arena.next(index)));
        indexes.map(|index| *arena.get(index)).collect()
    }

    #[test]
    fn a_list_keeps_the_order_of_its_links_and_not_of_its_indexes() {
        let (mut arena, list) = (Arena::new(), List::new());
        let [a, b, c] = ['a', 'b', 'c'].map(|name| arena.insert(name));
        for index in [c, a, b] {
            list.push_back(&mut arena, index);
        }
        assert_eq!(order(&list, &arena), "cab");

        list.unlink(&mut arena, a);
        assert_eq!(arena.remove(a), 'a');
        let again = arena.insert('d');
        assert_eq!(again, a, "the arena hands out the last freed index first");
        list.push_back(&mut arena, again);
        assert_eq!(order(&list, &arena), "cbd");
    }

    #[test]
    fn either_end_and_the_middle_can_leave() {
        let (mut arena, list) = (Arena::new(), List::new());
        let nodes = ['a', 'b', 'c', 'd', 'e'].map(|name| arena.insert(name));
        nodes.iter().for_each(|&index| list.push_back(&mut arena, index));
        list.unlink(&mut arena, nodes[4]);
        list.unlink(&mut arena, nodes[2]);
        list.unlink(&mut arena, nodes[0]);
        assert_eq!(order(&list, &arena), "bd");
        assert_eq!(list.pop_front(&mut arena), Some(nodes[1]));
        assert_eq!(list.pop_front(&mut arena), Some(nodes[3]));
        assert_eq!(list.pop_front(&mut arena), None);
        assert!(list.is_empty());
    }
}
