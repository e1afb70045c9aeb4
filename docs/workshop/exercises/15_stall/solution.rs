//! Who waits for what: an executor that tells when nobody can ever run again, instead of sleeping for ever.

use given::crosswalk::{Core, core, enter, task};
use given::waiter_rule::Wakee;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// Who waits for what, since which line. There is one while the wait lasts.
struct Fact {
    /// The number of the wait.
    wait: u64,
    /// The number of the task that waits.
    task: usize,
    what: String,
    at: &'static Location<'static>,
}

thread_local! {
    static FACTS: RefCell<Vec<Fact>> = const { RefCell::new(Vec::new()) };
    /// How many waits have begun.
    static WAITS: Cell<u64> = const { Cell::new(0) };
}

/// The event of exercise 14, with a name.
pub struct Event {
    name: String,
    flag: Cell<bool>,
    waiters: RefCell<VecDeque<Rc<Place>>>,
}

/// A place in the wait list. Both the list and the wait hold it.
#[derive(Default)]
struct Place {
    released: Cell<bool>,
    wakee: RefCell<Option<Wakee>>,
}

/// Waits until an [`Event`] is set.
pub struct Wait {
    event: Rc<Event>,
    /// None before it has to wait, and once it is over.
    place: Option<Rc<Place>>,
    /// The line that waits.
    at: &'static Location<'static>,
    /// Which wait it is, from when it has to wait.
    number: u64,
}

impl Event {
    /// An event of that name, not set.
    pub fn new(name: &str) -> Rc<Self> {
        Rc::new(Event { name: name.into(), flag: Cell::new(false), waiters: RefCell::default() })
    }

    /// Waits until the event is set.
    #[track_caller]
    pub fn wait(self: &Rc<Self>) -> Wait {
        Wait { event: self.clone(), place: None, at: Location::caller(), number: 0 }
    }

    /// Raises the flag, and lets everybody through who waits now.
    pub fn set(&self) {
        self.flag.set(true);
        let waiters = self.waiters.take();
        waiters.iter().for_each(|place| place.released.set(true));
        waiters.iter().filter_map(|place| place.wakee.take()).for_each(Wakee::wake);
    }
}

impl Wait {
    /// It has to wait: takes a place at the back of the line.
    fn begin(&mut self) -> Rc<Place> {
        let place = Rc::new(Place::default());
        self.event.waiters.borrow_mut().push_back(place.clone());
        self.place = Some(place.clone());
        self.number = WAITS.get();
        WAITS.set(self.number + 1);
        self.note();
        place
    }

    /// Notes who waits for what.
    fn note(&self) {
        // you: a fact about the task that is being polled
        let Some((task, _)) = core().polling() else { return };
        let what = format!("event `{}`", self.event.name);
        let fact = Fact { wait: self.number, task, what, at: self.at };
        FACTS.with_borrow_mut(|facts| facts.push(fact));
        // end
    }

    /// It is over, or given up: leaves the line.
    fn end(&mut self) {
        let Some(place) = self.place.take() else { return };
        self.event.waiters.borrow_mut().retain(|other| !Rc::ptr_eq(other, &place));
        // you: this wait is a fact no more
        FACTS.with_borrow_mut(|facts| facts.retain(|fact| fact.wait != self.number));
        // end
    }
}

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.place.is_none() && self.event.flag.get() {
            return Poll::Ready(());
        }
        let place = self.place.clone().unwrap_or_else(|| self.begin());
        if place.released.get() {
            self.end();
            return Poll::Ready(());
        }
        place.wakee.replace(Some(Wakee::of(cx)));
        Poll::Pending
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.end();
    }
}

/// What is told of a stall: a line for each wait of each task that is alive, in the order of spawning. Of a task that has
/// none: "waits for nothing that is known".
///
/// ```text
/// nobody can ever run again
///   main waits for event `light` since line 14
///   odd waits for nothing that is known
/// ```
pub fn report(core: &Core) -> String {
    let mut text = String::from("nobody can ever run again\n");
    // you: go through `core.tasks`, and find the facts of each
    FACTS.with_borrow(|facts| {
        for (number, task) in core.tasks.borrow().iter().enumerate() {
            let Some(task) = task else { continue };
            let mut known = facts.iter().filter(|fact| fact.task == number).peekable();
            if known.peek().is_none() {
                text += &format!("  {} waits for nothing that is known\n", task.name);
            }
            for fact in known {
                text += &format!("  {} waits for {} since line {}\n", task.name, fact.what, fact.at.line());
            }
        }
    });
    // else: todo!("add a line for each wait of each task that is alive");
    // end
    text
}

/// Runs until `main` has returned, as `run` of exercise 13 does. If nobody can ever run again, that is an error, and says
/// who waits for what.
pub fn try_run<T: 'static>(main: impl Future<Output = T> + 'static) -> Result<T, String> {
    let core = enter();
    let main = task("main", main);
    loop {
        core.run_until_idle();
        if let Some(value) = main.take() {
            return Ok(value);
        }
        // you: nobody is ready. Is there a timer? Can somebody outside wake a task? If neither, this is a stall
        if core.timers.jump() {
            continue;
        }
        let tasks = core.tasks.borrow().len();
        let is_held_outside = (0..tasks).any(|task| core.wakers_of(task) > 0);
        if !is_held_outside {
            return Err(report(&core));
        }
        kit::park();
        // else: todo!("nobody is ready: jump, or tell of a stall, or kit::park()");
        // end
    }
}
