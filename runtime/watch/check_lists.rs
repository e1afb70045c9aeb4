//! All that is in a list, or in the timer wheel, and what the two promise, as code.

use super::super::list::{Arena, END, FREE, List};
use super::super::wheel::{SLOTS, Slot, Timer, Wheel, place_of};

impl<T: Default> Arena<T> {
    /// The word that was left with a node.
    pub(in super::super) fn word(&self, index: u32) -> u32 {
        self.nodes[index as usize].prev
    }

    /// All nodes, linked or not, in no particular order.
    pub(in super::super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let nodes = self.nodes.iter().enumerate().filter(|(_, node)| node.prev != FREE);
        nodes.map(|(index, node)| (index as u32, &node.value))
    }
}

impl List {
    /// The indexes of the list, first to last.
    pub(in super::super) fn iter<T>(&self, arena: &Arena<T>) -> impl Iterator<Item = u32> {
        let some = |index: u32| (index != END).then_some(index);
        std::iter::successors(some(self.head.get()), move |&index| some(arena.nodes[index as usize].next))
    }

    /// Walks the list and shows each node. Returns how many there are.
    ///
    /// # Panics
    /// When the links of two neighbours disagree, as somewhere in every circle they do.
    pub(in super::super) fn check<T>(&self, arena: &Arena<T>, mut each: impl FnMut(u32, &T)) -> usize {
        let (mut last, mut next, mut count) = (END, self.head.get(), 0);
        while let (Some(node), index) = (arena.nodes.get(next as usize).filter(|node| node.prev != FREE), next) {
            assert!(node.prev == last, "node {index} stands behind node {last}, and names node {}", node.prev);
            each(index, &node.value);
            (last, next, count) = (index, node.next, count + 1);
        }
        assert!(next == END, "node {last} leads to node {next}, which is not in the arena");
        assert!(self.tail.get() == last, "node {last} is the last of a list that ends with node {}", self.tail.get());
        count
    }
}

impl<T> Wheel<T> {
    /// The deadlines and values of all timers that have not fired.
    pub(in super::super) fn armed(&self) -> impl Iterator<Item = (u64, &T)> {
        let timers = self.timers.iter();
        timers.filter_map(|(_, timer)| Some((timer.deadline, timer.value.as_ref()?)))
    }

    /// Looks at every slot and timer. Returns how many timers there are, armed or fired.
    ///
    /// # Panics
    /// When a timer stands where it does not belong, or a slot says what is not so.
    pub(in super::super) fn check(&self) -> usize {
        let position = self.position;
        let mut linked = self.due.check(&self.timers, |timer, &Timer { deadline, .. }| {
            assert!(deadline <= position, "timer {timer} is due at {deadline}, and the wheel is at {position}");
        });
        for (index, Slot { list, earliest }) in self.slots.iter().enumerate() {
            let bit = self.occupied[index / SLOTS] >> (index % SLOTS) & 1;
            assert!(list.is_empty() == (bit == 0), "slot {index} has the bit {bit}, and empty: {}", list.is_empty());
            linked += list.check(&self.timers, |timer, &Timer { deadline, .. }| {
                let (level, slot) = place_of(position, deadline);
                let belongs = level * SLOTS + slot;
                assert!(deadline > position, "timer {timer} was due at {deadline}, and the wheel is at {position}");
                assert!(belongs == index, "timer {timer} for {deadline} is in slot {index} instead of {belongs}");
                assert!(deadline >= *earliest, "timer {timer} for {deadline} is before the earliest, {earliest}");
            });
            let belongs_here = place_of(position, *earliest) == (index / SLOTS, index % SLOTS);
            assert!(list.is_empty() || belongs_here, "slot {index} names {earliest} its earliest, which is elsewhere");
        }
        let armed = self.armed().count();
        assert!(armed == linked, "{armed} timers are armed, and {linked} are in a slot or due");
        for (level, slots) in self.occupied.iter().enumerate() {
            assert!(self.levels >> level & 1 == u32::from(*slots != 0), "level {level} has the wrong bit");
        }
        self.timers.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "node 2 stands behind node 1, and names node 0")]
    fn a_check_finds_neighbours_that_disagree() {
        let (mut arena, list) = (Arena::new(), List::new());
        ['a', 'b', 'c'].map(|name| arena.insert(name)).iter().for_each(|&index| list.push_back(&mut arena, index));
        assert_eq!(list.check(&arena, |_, _| {}), 3);
        arena.nodes[2].prev = 0;
        list.check(&arena, |_, _| {});
    }

    #[test]
    #[should_panic(expected = "node 0 stands behind node 1, and names node 4294967295")]
    fn a_check_of_a_circle_ends() {
        let (mut arena, list) = (Arena::new(), List::new());
        ['a', 'b'].map(|name| arena.insert(name)).iter().for_each(|&index| list.push_back(&mut arena, index));
        arena.nodes[1].next = 0;
        list.check(&arena, |_, _| {});
    }

    /// A wheel at 10 with timers for 12 and 100, and one that is due.
    fn wheel() -> Wheel<()> {
        let mut wheel = Wheel::new();
        wheel.advance(10);
        for deadline in [12, 100, 10] {
            wheel.insert(deadline, ());
        }
        wheel.check();
        wheel
    }

    #[test]
    #[should_panic(expected = "slot 12 has the bit 0, and empty: false")]
    fn a_check_finds_a_bit_that_is_missing() {
        let mut wheel = wheel();
        wheel.occupied[0] = 0;
        wheel.check();
    }

    #[test]
    #[should_panic(expected = "timer 0 was due at 12, and the wheel is at 20")]
    fn a_check_finds_a_timer_that_was_passed_by() {
        let mut wheel = wheel();
        wheel.position = 20;
        wheel.check();
    }

    #[test]
    #[should_panic(expected = "timer 1 for 13 is in slot 65 instead of 13")]
    fn a_check_finds_a_timer_in_the_wrong_slot() {
        let mut wheel = wheel();
        wheel.timers.get_mut(1).deadline = 13;
        wheel.check();
    }

    #[test]
    #[should_panic(expected = "timer 0 for 12 is before the earliest, 13")]
    fn a_check_finds_a_timer_that_its_slot_would_wake_late() {
        let mut wheel = wheel();
        wheel.slots[12].earliest = 13;
        wheel.check();
    }

    #[test]
    #[should_panic(expected = "slot 12 names 11 its earliest, which is elsewhere")]
    fn a_check_finds_a_slot_that_names_a_deadline_elsewhere() {
        let mut wheel = wheel();
        wheel.slots[12].earliest = 11;
        wheel.check();
    }

    #[test]
    #[should_panic(expected = "3 timers are armed, and 2 are in a slot or due")]
    fn a_check_finds_a_timer_that_was_lost() {
        let mut wheel = wheel();
        wheel.due = List::new();
        wheel.check();
    }
}
