//! Those who hear what happens, and know no more of a run than that: what is kept, put into sentences, reported by the
//! debug mode, and written for people and for other programs. Each file uses only those before it, and those who watch.

mod recorder;

mod sentence;

mod unheard;

mod debug;

mod rows;

mod story;

mod perfetto;

mod page;

mod file;

use super::watch::watchers::Wishes;
use debug::Debug;
use std::rc::Rc;

pub use file::TraceFile;
pub use page::{page, page_with};
pub use recorder::Recorder;
pub use story::Story;

/// The wishes, with those who hear what happens because they or the environment say so.
pub(super) fn heard(mut wishes: Wishes) -> Wishes {
    if wishes.debug {
        wishes.observers.push(Rc::new(Debug::new(wishes.slow_poll, wishes.reporter.clone())));
    }
    wishes.observers.extend(file::from_environment());
    wishes
}
