//! What a waker is made of: an `Arc` of something that can be woken.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::{Wake, Waker};

// ANCHOR: note
/// A waker of ours: each wake is a mark on it, and nothing else.
#[derive(Default)]
struct Note {
    wakes: AtomicU32,
}

impl Wake for Note {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wakes.fetch_add(1, Relaxed);
    }
}
// ANCHOR_END: note

pub(crate) fn main() {
    let mut held = Vec::new();
    // ANCHOR: main
    let note = Arc::new(Note::default());
    let waker = Waker::from(note.clone());
    let kept = waker.clone();
    held.push(Arc::strong_count(&note));
    kept.wake_by_ref();
    held.push(Arc::strong_count(&note));
    kept.wake(); // by value: the clone is gone with it
    held.push(Arc::strong_count(&note));
    drop(waker);
    held.push(Arc::strong_count(&note));
    // ANCHOR_END: main
    println!("A Waker is as large as {} pointers.", size_of::<Waker>() / size_of::<*const ()>());
    println!("Owners of the note, step by step: {held:?}.");
    println!("The note has {} marks.", note.wakes.load(Relaxed));
    assert_eq!((held, note.wakes.load(Relaxed)), (vec![3, 3, 2, 1], 2));
}
