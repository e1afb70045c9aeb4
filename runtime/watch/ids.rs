//! Maps by numbers: by those that are counted up, and by indexes.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map by numbers that are counted up, of tasks, objects and timers. Nobody chooses them, so a multiplication spreads
/// them well enough, in a tenth of the time that the usual hash takes.
pub(in crate::runtime) type ById<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// What is kept by indexes, of nodes, timers or slots, which stay small because they are used again.
pub(super) struct ByIndex<T>(pub(super) Vec<Option<T>>);

impl<T> ByIndex<T> {
    pub(super) fn insert(&mut self, index: u32, kept: T) {
        let index = index as usize;
        self.0.resize_with(self.0.len().max(index + 1), || None);
        self.0[index] = Some(kept);
    }

    pub(super) fn get(&self, index: u32) -> Option<&T> {
        self.0.get(index as usize)?.as_ref()
    }

    pub(super) fn remove(&mut self, index: u32) -> Option<T> {
        self.0.get_mut(index as usize)?.take()
    }
}

impl<T> Default for ByIndex<T> {
    fn default() -> Self {
        ByIndex(Vec::new())
    }
}

#[derive(Default)]
pub(in crate::runtime) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(self.0 ^ u64::from(byte)));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(self.0 ^ number as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
