//! The timer wheel: hierarchical, index-linked, with a bitmap of the occupied slots for each level. It knows ticks and
//! what was stored with them, not tasks.
//!
//! The scheme is the seventh of Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (1987), in the form that
//! Linux and tokio gave it: a timer sits at the level of the highest 6-bit digit in which its deadline differs from the
//! wheel's position. Eleven levels of 64 slots span every `u64`, so there is no overflow list and no clamping.
//!
//! | level | a slot spans | the level spans |
//! |---|---|---|
//! | 0 | 1 µs | 64 µs |
//! | 1 | 64 µs | 4 ms |
//! | 2 | 4 ms | 262 ms |
//! | 3 | 262 ms | 17 s |
//! | 4 | 17 s | 18 min |
//! | … | | |
//! | 10 | 36,559 years | all of time |
//!
//! Equal deadlines fire in the order of arming, for free: at any position they share one slot, slots are first in first
//! out, and a cascade empties a slot front to back.
//!
//! A slot knows the earliest deadline in it. So the position goes to a deadline and not to where a slot begins: a
//! thread parks for a timer, and not for each level above it, and a timer that is due when its slot cascades passes
//! over those below.

use super::list::{Arena, List};

const DIGIT_BITS: usize = 6;
pub(super) const SLOTS: usize = 1 << DIGIT_BITS;
const LEVELS: usize = 64_usize.div_ceil(DIGIT_BITS);

/// Timers with a value of type `T` each.
pub(super) struct Wheel<T> {
    /// Every timer whose deadline is at or before this tick has left the slots. Only ever grows.
    pub(super) position: u64,
    /// Bit `s` of word `l` is set while slot `s` of level `l` holds a timer.
    pub(super) occupied: [u64; LEVELS],
    /// Bit `l` is set while level `l` holds a timer.
    pub(super) levels: u32,
    /// All slots of level 0, then of level 1, and so on.
    pub(super) slots: Box<[Slot]>,
    /// The timers that have left the slots and were not popped yet, in the order in which they fire.
    pub(super) due: List,
    /// All timers. One that has fired is in no list.
    pub(super) timers: Arena<Timer<T>>,
}

pub(super) struct Timer<T> {
    pub(super) deadline: u64,
    /// None once the timer has fired.
    pub(super) value: Option<T>,
}

impl<T> Default for Timer<T> {
    fn default() -> Self {
        Timer { deadline: 0, value: None }
    }
}

/// The timers for some ticks that lie ahead, in the order of arming.
#[derive(Clone)]
pub(super) struct Slot {
    pub(super) list: List,
    /// No timer here is due before this tick. It is the deadline of one of them, unless that was removed.
    pub(super) earliest: u64,
}

impl Slot {
    const fn empty() -> Self {
        Slot { list: List::new(), earliest: u64::MAX }
    }
}

impl<T> Wheel<T> {
    pub(super) fn new() -> Self {
        Wheel {
            position: 0,
            occupied: [0; LEVELS],
            levels: 0,
            slots: vec![Slot::empty(); LEVELS * SLOTS].into_boxed_slice(),
            due: List::new(),
            timers: Arena::new(),
        }
    }

    /// Arms a timer. One whose deadline has passed is due at once.
    pub(super) fn insert(&mut self, deadline: u64, value: T) -> u32 {
        let timer = self.timers.insert(Timer { deadline, value: Some(value) });
        self.link(timer, deadline);
        timer
    }

    /// Takes a timer out. Returns its value, unless it has fired.
    pub(super) fn remove(&mut self, timer: u32) -> Option<T> {
        if self.timers.is_linked(timer) {
            self.unlink(timer);
        }
        self.timers.remove(timer).value
    }

    /// The value of a timer, unless it has fired.
    pub(super) fn get_mut(&mut self, timer: u32) -> Option<&mut T> {
        self.timers.get_mut(timer).value.as_mut()
    }

    /// A tick before which nothing is due: the next deadline itself, unless a timer was removed that was earlier.
    pub(super) fn next_expiry(&self) -> Option<u64> {
        if !self.due.is_empty() {
            return Some(self.position);
        }
        self.first_slot().map(|(level, slot)| self.slots[level * SLOTS + slot].earliest)
    }

    /// Moves the position forward to `now` and makes due what has expired by then, in the order of the deadlines.
    pub(super) fn advance(&mut self, now: u64) {
        while let Some((level, slot)) = self.first_slot() {
            let digits_below = level * DIGIT_BITS;
            if now >> digits_below < self.slots[level * SLOTS + slot].earliest >> digits_below {
                break;
            }
            let Slot { list, earliest } = self.vacate(level, slot);
            self.position = earliest.min(now);
            while let Some(timer) = list.pop_front(&mut self.timers) {
                self.link(timer, self.timers.get(timer).deadline);
            }
        }
        self.position = self.position.max(now);
    }

    /// Moves the position to the next deadline exactly, over as many cascades as that takes.
    pub(super) fn jump(&mut self) -> Option<u64> {
        while self.due.is_empty() {
            let expiry = self.next_expiry()?;
            self.advance(expiry);
        }
        Some(self.position)
    }

    /// The next timer that is due, and its value; it has fired then, and stays until it is removed.
    pub(super) fn pop_due(&mut self) -> Option<(u32, T)> {
        let timer = self.due.pop_front(&mut self.timers)?;
        let value = self.timers.get_mut(timer).value.take();
        Some((timer, value.expect("a timer that has not fired has its value")))
    }

    /// How many timers there are, armed or fired.
    pub(super) fn len(&self) -> usize {
        self.timers.len()
    }

    /// The occupied slot with the earliest deadlines. A level holds only timers that share all higher digits with the
    /// position, so the lowest occupied level comes first, and within it the lowest slot.
    fn first_slot(&self) -> Option<(usize, usize)> {
        let level = self.levels.trailing_zeros() as usize;
        (self.levels != 0).then(|| (level, self.occupied[level].trailing_zeros() as usize))
    }

    fn link(&mut self, timer: u32, deadline: u64) {
        if deadline <= self.position {
            return self.due.push_back(&mut self.timers, timer);
        }
        let (level, slot) = place_of(self.position, deadline);
        let Slot { list, earliest } = &mut self.slots[level * SLOTS + slot];
        *earliest = deadline.min(*earliest);
        list.push_back(&mut self.timers, timer);
        self.occupied[level] |= 1 << slot;
        self.levels |= 1 << level;
    }

    fn unlink(&mut self, timer: u32) {
        let deadline = self.timers.get(timer).deadline;
        if deadline <= self.position {
            return self.due.unlink(&mut self.timers, timer);
        }
        let (level, slot) = place_of(self.position, deadline);
        let list = &self.slots[level * SLOTS + slot].list;
        list.unlink(&mut self.timers, timer);
        if list.is_empty() {
            self.vacate(level, slot);
        }
    }

    /// Takes all that is in a slot, and keeps the bits of the slot and of its level.
    fn vacate(&mut self, level: usize, slot: usize) -> Slot {
        self.occupied[level] &= !(1 << slot);
        self.levels &= !(u32::from(self.occupied[level] == 0) << level);
        std::mem::replace(&mut self.slots[level * SLOTS + slot], Slot::empty())
    }
}

/// Where a deadline belongs that lies ahead of the position: the level of the highest digit in which the two differ,
/// and the deadline's digit there. As long as the position has not come to the slot, they differ in no higher one.
pub(super) fn place_of(position: u64, deadline: u64) -> (usize, usize) {
    let level = ((position ^ deadline) | 1).ilog2() as usize / DIGIT_BITS;
    (level, (deadline >> (level * DIGIT_BITS)) as usize % SLOTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_sits_at_the_level_of_the_highest_digit_that_differs() {
        assert_eq!(place_of(0, 63), (0, 63));
        assert_eq!(place_of(0, 64), (1, 1));
        assert_eq!(place_of(63, 64), (1, 1));
        assert_eq!(place_of(64, 127), (0, 63));
        assert_eq!(place_of(0, 4096), (2, 1));
        assert_eq!(place_of(0, u64::MAX), (LEVELS - 1, 15));
        assert_eq!(place_of(u64::MAX - 1, u64::MAX), (0, 63));
    }
}
