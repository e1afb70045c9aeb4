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

use super::list::{Arena, List};

const DIGIT_BITS: u32 = 6;
pub(super) const SLOTS: usize = 1 << DIGIT_BITS;
const LEVELS: usize = u64::BITS.div_ceil(DIGIT_BITS) as usize;

/// Timers with a value of type `T` each.
pub(super) struct Wheel<T> {
    /// Every timer whose deadline is at or before this tick has left the slots. Only ever grows.
    pub(super) position: u64,
    /// Bit `s` of word `l` is set while slot `s` of level `l` holds a timer.
    pub(super) occupied: [u64; LEVELS],
    /// Bit `l` is set while level `l` holds a timer.
    pub(super) levels: u32,
    /// All slots of level 0, then of level 1, and so on.
    pub(super) slots: Box<[List]>,
    /// The timers that have left the slots and were not popped yet, in the order in which they fire.
    pub(super) due: List,
    pub(super) timers: Arena<Timer<T>>,
}

#[derive(Default)]
pub(super) struct Timer<T> {
    pub(super) deadline: u64,
    pub(super) place: Place,
    pub(super) value: T,
}

/// The list that a timer is linked into.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) enum Place {
    /// The index of a slot in `slots`.
    Slot(u16),
    Due,
    /// Popped: it has fired, and waits to be removed.
    #[default]
    Nowhere,
}

impl<T: Default> Wheel<T> {
    pub(super) fn new() -> Self {
        Wheel {
            position: 0,
            occupied: [0; LEVELS],
            levels: 0,
            slots: vec![List::new(); LEVELS * SLOTS].into_boxed_slice(),
            due: List::new(),
            timers: Arena::new(),
        }
    }

    /// Arms a timer. One whose deadline has passed is due at once.
    pub(super) fn insert(&mut self, deadline: u64, value: T) -> u32 {
        let timer = self.timers.insert(Timer { deadline, place: Place::Nowhere, value });
        self.link(timer, deadline);
        timer
    }

    /// Takes a timer out, armed or fired.
    pub(super) fn remove(&mut self, timer: u32) -> T {
        self.unlink(timer);
        self.timers.remove(timer).value
    }

    pub(super) fn get_mut(&mut self, timer: u32) -> &mut T {
        &mut self.timers.get_mut(timer).value
    }

    /// A tick before which nothing is due: the next deadline itself if it is near, else the start of its slot.
    pub(super) fn next_expiry(&self) -> Option<u64> {
        if !self.due.is_empty() {
            return Some(self.position);
        }
        self.first_slot().map(|(level, slot)| slot_start(self.position, level, slot))
    }

    /// Moves the position forward to `now` and makes due what has expired by then, in the order of the deadlines.
    pub(super) fn advance(&mut self, now: u64) {
        while let Some((level, slot)) = self.first_slot() {
            let start = slot_start(self.position, level, slot);
            if start > now {
                break;
            }
            self.position = start;
            self.cascade(level, slot);
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

    /// The next timer that is due; it has fired then, and stays until it is removed.
    pub(super) fn pop_due(&mut self) -> Option<u32> {
        let timer = self.due.pop_front(&mut self.timers)?;
        self.timers.get_mut(timer).place = Place::Nowhere;
        Some(timer)
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

    /// Links every timer of a slot anew, now that the position has reached the slot's start: one level down or more,
    /// or into the list of those that are due.
    fn cascade(&mut self, level: usize, slot: usize) {
        let expired = std::mem::replace(&mut self.slots[level * SLOTS + slot], List::new());
        self.mark(level, slot, false);
        while let Some(timer) = expired.pop_front(&mut self.timers) {
            let deadline = self.timers.get(timer).deadline;
            self.link(timer, deadline);
        }
    }

    fn link(&mut self, timer: u32, deadline: u64) {
        if deadline <= self.position {
            self.timers.get_mut(timer).place = Place::Due;
            self.due.push_back(&mut self.timers, timer);
            return;
        }
        let level = level_for(self.position, deadline);
        let slot = slot_for(deadline, level);
        let index = level * SLOTS + slot;
        self.timers.get_mut(timer).place = Place::Slot(index as u16);
        self.slots[index].push_back(&mut self.timers, timer);
        self.mark(level, slot, true);
    }

    /// Keeps the bits of a slot and of its level.
    fn mark(&mut self, level: usize, slot: usize, occupied: bool) {
        let slots = &mut self.occupied[level];
        *slots = *slots & !(1 << slot) | u64::from(occupied) << slot;
        self.levels = self.levels & !(1 << level) | u32::from(*slots != 0) << level;
    }

    fn unlink(&mut self, timer: u32) {
        match std::mem::replace(&mut self.timers.get_mut(timer).place, Place::Nowhere) {
            Place::Nowhere => {}
            Place::Due => self.due.unlink(&mut self.timers, timer),
            Place::Slot(index) => {
                let index = usize::from(index);
                self.slots[index].unlink(&mut self.timers, timer);
                if self.slots[index].is_empty() {
                    self.mark(index / SLOTS, index % SLOTS, false);
                }
            }
        }
    }
}

/// The level of the highest digit in which the two ticks differ.
pub(super) fn level_for(position: u64, deadline: u64) -> usize {
    ((position ^ deadline) | (SLOTS as u64 - 1)).ilog2() as usize / DIGIT_BITS as usize
}

/// A deadline's digit at a level.
pub(super) fn slot_for(deadline: u64, level: usize) -> usize {
    (deadline >> (level as u32 * DIGIT_BITS)) as usize % SLOTS
}

/// The first tick of a slot that lies ahead of the position.
fn slot_start(position: u64, level: usize, slot: usize) -> u64 {
    let shift = level as u32 * DIGIT_BITS;
    let higher_digits = position.checked_shr(shift + DIGIT_BITS).unwrap_or(0);
    higher_digits.checked_shl(shift + DIGIT_BITS).unwrap_or(0) | (slot as u64) << shift
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_sits_at_the_level_of_the_highest_digit_that_differs() {
        assert_eq!(level_for(0, 63), 0);
        assert_eq!(level_for(0, 64), 1);
        assert_eq!(level_for(63, 64), 1);
        assert_eq!(level_for(64, 127), 0);
        assert_eq!(level_for(0, 4096), 2);
        assert_eq!(level_for(0, u64::MAX), LEVELS - 1);
        assert_eq!(level_for(u64::MAX - 1, u64::MAX), 0);
    }

    #[test]
    fn a_slot_starts_where_its_digit_begins() {
        assert_eq!(slot_start(5, 0, 9), 9);
        assert_eq!(slot_start(130, 0, 3), 131);
        assert_eq!(slot_start(130, 1, 5), 320);
        assert_eq!(slot_start(u64::MAX - 1, LEVELS - 1, 15), 15 << 60);
    }
}
