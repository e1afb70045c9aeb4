//! What the tasks of a small program do, step after step, and what they say of it: the language that the enumeration
//! and greenlight both speak.

/// One step of a task. Everybody has the same objects: one of each kind.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Yield,
    /// So many milliseconds.
    Sleep(u64),
    Wait,
    Set,
    Clear,
    Pulse,
    Lock,
    TryLock,
    Unlock,
    /// Takes the lock of the condition.
    Enter,
    /// Waits for a notify, with that lock.
    Await,
    Notify(usize),
    NotifyAll,
    /// Lets go of that lock.
    Leave,
    Acquire(usize),
    TryAcquire,
    /// Gives back the permits that were taken last.
    Release,
    Arrive,
    Reset,
    Abort,
    Put(u16),
    TryPut(u16),
    Get,
    TryGet,
    Done,
    Join,
    Close,
    /// Waits for the end of the task of that number.
    Ended(usize),
    Cancel(usize),
    Gather(Vec<Vec<Step>>),
    Group(Vec<Vec<Step>>),
    /// Has the task end with an error, which a group hears of.
    Fail,
    /// Takes a step within so many milliseconds.
    Within(u64, Box<Step>),
}

/// What the tasks of main do. The first has the number 1.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) permits: usize,
    pub(crate) parties: usize,
    pub(crate) capacity: usize,
    pub(crate) tasks: Vec<Vec<Step>>,
}

impl Program {
    /// Two permits, a barrier for two, and room for one item.
    pub(crate) fn new(tasks: impl Into<Vec<Vec<Step>>>) -> Self {
        Program { permits: 2, parties: 2, capacity: 1, tasks: tasks.into() }
    }

    pub(crate) fn names(&self) -> Vec<String> {
        (1..=self.tasks.len()).map(|number| number.to_string()).collect()
    }
}

/// What a step has come to, or a task: a number below 500 of its own, or one of these.
pub(crate) const REFUSED: u16 = 500;
pub(crate) const CLOSED: u16 = 501;
pub(crate) const ABORTED: u16 = 502;
pub(crate) const INTERRUPTED: u16 = 503;
pub(crate) const TIMED_OUT: u16 = 504;
pub(crate) const RETURNED: u16 = 505;
pub(crate) const DROPPED: u16 = 506;
pub(crate) const FAILED: u16 = 507;

/// What was said in one run: who, and what its step has come to. What main has seen at the end stands behind it.
pub(crate) type Said = Vec<(u16, u16)>;

/// How long main waits until it looks at everything, which is longer than anything else takes.
pub(crate) const LONG: u64 = 1000;
