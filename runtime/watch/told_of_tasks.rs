//! What is told of tasks alone: how their polls end, what they say, and what they do with no object.

use super::super::Line;
use super::super::context::{Core, current};
use super::super::failure::panic_message;
use super::super::join::Task;
use super::super::life::Ending;
use super::super::task::{TaskCell, TaskId};
use super::super::wakee;
use super::kind::Kind;
use super::trace::{TaskLabel, TraceEvent};
use std::any::Any;
use std::panic::Location;
use std::sync::Arc;

impl Core {
    /// Tells of something with a text.
    #[cold]
    pub(in crate::runtime) fn tell_text(&self, who: Option<&TaskCell>, at: Option<Line>, kind: Kind, text: Arc<str>) {
        self.tell_event(who, None, &mut TraceEvent { at, text: Some(text), ..self.event(kind) });
    }

    /// The poll of a task is over, and it parks.
    #[cold]
    pub(in crate::runtime) fn tell_pending(&self, task: &TaskCell) {
        let is_held = task.is_held();
        if self.followed(task).is_some_and(|own| own.is_held.replace(is_held) != is_held) {
            self.tell(Some(task), None, if is_held { Kind::WakerHeld } else { Kind::WakerLetGo });
        }
        self.tell(Some(task), None, Kind::PollPending);
    }

    /// The poll of a task is over, and with it the task.
    #[cold]
    pub(in crate::runtime) fn tell_polled(&self, task: &TaskCell, ending: &Ending) {
        if let Ending::Panicked(payload) = ending {
            return self.tell_text(Some(task), None, Kind::PollPanicked, panic_message(&**payload).into());
        }
        self.tell(Some(task), None, Kind::PollReady);
    }

    /// Remembers the message of a panic that ends a task.
    #[cold]
    pub(in crate::runtime) fn keep_message(&self, task: &TaskCell, payload: &(dyn Any + Send)) {
        self.followed(task).iter().for_each(|own| own.message.set(Some(panic_message(payload).into())));
    }

    /// A wake comes for a task that has ended.
    #[cold]
    pub(in crate::runtime) fn tell_stale(&self, task: TaskId) {
        let Some(number) = self.table.borrow().ids.number(task) else { return };
        let task = Some(Arc::new(TaskLabel { number, name: None, called: None }));
        self.tell_event(None, None, &mut TraceEvent { task, ..self.event(Kind::StaleWake) });
    }
}

/// The task that is being polled does something, with that other one, perhaps.
#[cold]
pub(in crate::runtime) fn here(at: Line, kind: Kind, other: Option<&Task>) {
    if let Some(core) = current() {
        let text = other.map(|task| task.to_string().into());
        core.tell_event(wakee::polled().as_deref(), None, &mut TraceEvent { at: Some(at), text, ..core.event(kind) });
    }
}

/// Marks this moment in the trace with words of the program's own. Nothing happens where nobody watches.
///
/// ```
/// use greenlight::{Runtime, trace::{Recorder, mark}};
/// use std::rc::Rc;
///
/// let recorder = Rc::new(Recorder::default());
/// let runtime = Runtime::builder().observer(recorder.clone()).build();
/// runtime.run(async { mark("half of it is done") });
/// assert!(recorder.lines().contains(&"main marks: half of it is done".to_string()));
/// ```
#[track_caller]
pub fn mark(words: impl Into<Arc<str>>) {
    if let Some(core) = current().filter(|core| core.watchers.trace.is_watched()) {
        core.tell_text(wakee::polled().as_deref(), Some(Location::caller()), Kind::Marked, words.into());
    }
}
