//! Those who hear what happens, and know no more of a run than that, but that the debug mode looks at dumps: what is
//! kept, put into sentences, reported by the debug mode, and written for people and for other programs; and the words
//! for schedules and for what they were found to do. Each file uses only those before it, and those who watch.

mod recorder;

mod sentence;

mod unheard;

mod pending;

mod debug;

mod rows;

mod story;

mod steps;

mod schedule;

mod fault;

mod explored;

mod perfetto;

mod page;

mod file;

use super::watch::polls::Polls;
use super::watch::watchers::Wishes;
use debug::Debug;
use std::rc::Rc;
use std::sync::Arc;

pub use explored::{Explored, Failed, Found};
pub use fault::Fault;
pub use file::TraceFile;
pub use page::{page, page_with};
pub use recorder::Recorder;
pub use schedule::{Act, Deviation, NoSchedule, Pick, Schedule};
pub(super) use steps::steps;
pub use story::Story;

/// The wishes, with those who hear what happens because they or the environment say so.
pub(super) fn heard(mut wishes: Wishes) -> Wishes {
    if wishes.debug {
        let polls = Arc::new(Polls::default());
        wishes.observers.push(Rc::new(Debug::new(wishes.slow_poll, wishes.reporter.clone(), polls.clone())));
        wishes.polls = Some(polls);
    }
    wishes.observers.extend(file::from_environment());
    wishes
}
