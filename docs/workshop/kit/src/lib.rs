//! What every check is made with: futures polled by hand, futures that are watched under any executor, and a watchdog
//! that ends a check which hangs and says why. Only `std`, no `unsafe`.
use std::cell::RefCell;
use std::fmt::Write as _;
use std::future::Future;
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::{Arc, Mutex, Weak, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

/// What is known of one watched future.
#[derive(Default)]
struct Card {
    name: String,
    story: Arc<Mutex<Vec<String>>>,
    polls: usize,
    done: bool,
    dropped: bool,
    inside_poll: Option<Instant>,
    inside_wake: Option<Instant>,
    wakes: usize, // of the newest waker, since the newest poll began
    total_wakes: usize,
    stale_wakes: usize,     // of older ones, since the newest poll began
    kept_then: usize,       // how many clones were kept when the newest poll ended
    seals: Vec<Weak<Seal>>, // one a poll, the newest last
}

type Board = Arc<Mutex<Vec<Arc<Mutex<Card>>>>>;
thread_local! { static BOARD: RefCell<Board> = RefCell::default(); }

/// A waker that is new in every poll: `Arc` counts its clones for us, and a wake knows of which poll it is.
struct Seal {
    poll: usize,
    card: Arc<Mutex<Card>>,
    parent: Waker,
}

impl Wake for Seal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref()
    }
    fn wake_by_ref(self: &Arc<Self>) {
        let forward = {
            let mut card = lock(&self.card);
            card.total_wakes += 1;
            let mine = STORY.with_borrow(|s| Arc::ptr_eq(s, &card.story));
            let by = if mine { who() } else { "another thread".into() };
            lock(&card.story).push(format!(
                "{by} wakes {}{}",
                card.name,
                if self.poll == card.polls {
                    String::new()
                } else {
                    format!(" by the waker of its poll no. {}", self.poll)
                }
            ));
            if self.poll == card.polls {
                card.wakes += 1;
                card.inside_wake = Some(Instant::now());
                true
            } else {
                card.stale_wakes += 1;
                card.done || card.dropped
            }
        };
        foreign();
        if forward {
            self.parent.wake_by_ref()
        }
        lock(&self.card).inside_wake = None;
    }
}

impl Card {
    fn kept(&self) -> usize {
        self.seals.last().map_or(0, Weak::strong_count)
    }
    fn kept_of_old(&self) -> Option<usize> {
        let old = self.seals.len().saturating_sub(1);
        self.seals[..old].iter().position(|s| s.strong_count() > 0).map(|i| i + 1)
    }
    /// Why it does not go on; `None` if nothing is wrong with it.
    fn why(&self) -> Option<String> {
        let n = &self.name;
        if self.done || self.dropped {
            return None;
        }
        if let Some(t) = self.inside_wake {
            return Some(format!(
                "somebody called wake() for `{n}` {:?} ago and it has not returned: your wake() waits for a lock that is held by who calls it, or loops",
                round(t)
            ));
        }
        if self.polls > 20_000 {
            return Some(format!(
                "`{n}` was polled {} times and woken {} times: your executor polls without being woken (a busy loop)",
                self.polls, self.total_wakes
            ));
        }
        if let Some(t) = self.inside_poll {
            return Some(format!(
                "`{n}` has been inside its poll no. {} for {:?}: something in poll blocks or loops",
                self.polls,
                round(t)
            ));
        }
        if self.polls == 0 {
            return Some(format!("`{n}` was never polled: a future does nothing by itself"));
        }
        if self.wakes > 0 {
            return Some(format!(
                "`{n}` was woken {} time(s) since its poll no. {} and never polled again: the wake was lost on the way to your executor",
                self.wakes, self.polls
            ));
        }
        if self.kept() > 0 {
            return Some(format!("`{n}` returned Pending, its waker is kept, but nobody called wake() on it"));
        }
        if let Some(old) = self.kept_of_old() {
            return Some(format!(
                "`{n}` kept the waker of its poll no. {old}, not that of no. {}: only the newest waker counts, so keep it anew on each poll",
                self.polls
            ));
        }
        if self.stale_wakes > 0 {
            return Some(format!(
                "`{n}`: wake() was called on the waker of an older poll, not of its poll no. {}: keep the waker anew on each poll",
                self.polls
            ));
        }
        if self.kept_then > 0 {
            return Some(format!(
                "`{n}` returned Pending and its waker was kept, and later dropped without a wake: nothing can wake it any more"
            ));
        }
        Some(format!("`{n}` returned Pending and kept no waker: nothing can wake it"))
    }
}
fn round(t: Instant) -> Duration {
    Duration::from_millis(t.elapsed().as_millis() as u64 / 100 * 100)
}

/// A future whose polls, wakers and wakes are noted for the watchdog.
pub struct Watched<F> {
    future: Option<F>,
    card: Arc<Mutex<Card>>,
}

pub fn watched<F: Future>(name: &str, future: F) -> Pin<Box<Watched<Pin<Box<F>>>>> {
    let card =
        Arc::new(Mutex::new(Card { name: name.into(), story: STORY.with_borrow(Arc::clone), ..Card::default() }));
    BOARD.with_borrow(|b| b.lock().unwrap().push(card.clone()));
    Box::pin(Watched { future: Some(Box::pin(future)), card })
}

impl<F: Future + Unpin> Future for Watched<F> {
    type Output = F::Output;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let card = self.card.clone();
        let seal = {
            let mut c = lock(&card);
            if c.done {
                let n = c.name.clone();
                drop(c);
                panic!("`{n}` was polled again after it had returned Ready: a late wake must not poll what is over")
            }
            (c.polls, c.wakes, c.stale_wakes) = (c.polls + 1, 0, 0);
            c.inside_poll = Some(Instant::now());
            Arc::new(Seal { poll: c.polls, card: card.clone(), parent: cx.waker().clone() })
        };
        let weak = Arc::downgrade(&seal);
        {
            let mut c = lock(&card);
            if c.seals.len() < 64 || c.polls % 1024 == 0 {
                c.seals.push(weak)
            } else {
                *c.seals.last_mut().unwrap() = weak
            }
        }
        let waker = Waker::from(seal);
        let name = lock(&card).name.clone();
        let before = NOW.replace(name.clone());
        let polled = Pin::new(self.future.as_mut().unwrap()).poll(&mut Context::from_waker(&waker));
        drop(waker);
        let mut c = lock(&card);
        c.inside_poll = None;
        c.done = polled.is_ready();
        c.kept_then = c.kept();
        NOW.set(before);
        let n = c.polls;
        if n < 50 {
            tell(format!(
                "{name}: poll no. {n} returns {}",
                if c.done { "Ready".to_string() } else { format!("Pending, keeping {} waker(s)", c.kept_then) }
            ))
        }
        polled
    }
}
impl<F> Drop for Watched<F> {
    fn drop(&mut self) {
        let future = self.future.take();
        // A second panic while the first unwinds would abort, and take the message with it.
        if std::thread::panicking() {
            let _ = panic::catch_unwind(AssertUnwindSafe(|| drop(future)));
        } else {
            drop(future)
        }
        lock(&self.card).dropped = true
    }
}

/// A future in your hand.
pub struct Hand<F: Future> {
    future: Option<Pin<Box<Watched<Pin<Box<F>>>>>>,
    card: Arc<Mutex<Card>>,
}

impl<F: Future> Hand<F> {
    pub fn new(name: &str, future: F) -> Self {
        let f = watched(name, future);
        Hand { card: f.card.clone(), future: Some(f) }
    }
    pub fn poll(&mut self) -> Poll<F::Output> {
        self.future.as_mut().unwrap().as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }
    /// Polls; it must be pending, and something must be able to wake it.
    #[track_caller]
    pub fn pending(&mut self) {
        let polled = self.poll();
        let c = lock(&self.card);
        let (n, polls, wakes, kept, old, why) = (c.name.clone(), c.polls, c.wakes, c.kept(), c.kept_of_old(), c.why());
        drop(c);
        assert!(polled.is_pending(), "`{n}` was ready at its poll no. {polls}: too early");
        assert!(
            wakes == 0,
            "`{n}` woke itself in its poll no. {polls}: it would be polled over and over (a busy loop)"
        );
        assert!(kept > 0, "{}", why.unwrap());
        assert!(
            old.is_none(),
            "`{n}` still keeps the waker of its poll no. {} beside that of no. {polls}: replace it",
            old.unwrap()
        );
    }
    #[track_caller]
    pub fn ready(&mut self) -> F::Output {
        let Poll::Ready(out) = self.poll() else {
            panic!("`{}` is still pending: {}", lock(&self.card).name, "it should be ready now")
        };
        out
    }
    pub fn wakes(&self) -> usize {
        lock(&self.card).wakes
    }
    /// How many wakers it keeps, of all its polls.
    pub fn kept(&self) -> usize {
        lock(&self.card).seals.iter().map(Weak::strong_count).sum()
    }
    #[track_caller]
    pub fn woken(&self) {
        let c = lock(&self.card);
        let (w, why) = (c.wakes, c.why());
        drop(c);
        assert!(w > 0, "{}", why.unwrap_or_default());
    }
    #[track_caller]
    pub fn asleep(&self) {
        let c = lock(&self.card);
        let (n, w) = (c.name.clone(), c.wakes);
        drop(c);
        assert!(w == 0, "`{n}` was woken, and it is not its turn")
    }
    pub fn drop_it(&mut self) {
        self.future = None
    }
}

/// Runs a check under the watchdog. A check that takes longer fails, and the board says why.
#[track_caller]
pub fn within(limit: Duration, check: impl FnOnce() + Send + 'static) {
    let board = Board::default();
    let (send, done) = mpsc::channel();
    let mine = board.clone();
    let notes = Arc::new(Mutex::new(String::new()));
    let my_notes = notes.clone();
    let name = std::thread::current().name().unwrap_or("check").to_string();
    let log: Arc<Mutex<Vec<String>>> = Arc::default();
    let story = log.clone();
    std::thread::Builder::new()
        .name(name)
        .spawn(move || {
            STORY.set(log);
            BOARD.set(mine);
            NOTE.set(my_notes);
            let ended = panic::catch_unwind(AssertUnwindSafe(check));
            let _ = send.send(ended);
        })
        .unwrap();
    match done.recv_timeout(limit) {
        Ok(Ok(())) => {}
        Ok(Err(payload)) => panic::resume_unwind(payload),
        Err(_) => {
            let mut text = format!("this check hangs (ended after {limit:?}):\n");
            let cards = patient(&board).map_or(vec![], |b| b.clone());
            let mut told = 0;
            for card in &cards {
                let why = patient(card).and_then(|c| c.why());
                if let Some(why) = why {
                    told += 1;
                    if told <= 4 {
                        let _ = writeln!(text, "  - {why}");
                    }
                }
            }
            let lines = patient(&story).map_or(vec![], |s| s.clone());
            if told > 4 {
                let _ = writeln!(text, "  and {} more", told - 4);
            }
            if !lines.is_empty() {
                let _ = writeln!(text, "  what happened last:");
                for l in &lines[lines.len().saturating_sub(6)..] {
                    let _ = writeln!(text, "    {l}");
                }
            }
            let said = patient(&notes).map_or(String::new(), |n| n.clone());
            if !said.is_empty() {
                let _ = writeln!(text, "  - {said}");
            }
            if cards.is_empty() && said.is_empty() {
                text.push_str("  - no watched future was made: your code does not return\n")
            }
            panic!("{text}")
        }
    }
}
#[track_caller]
pub fn check(check: impl FnOnce() + Send + 'static) {
    within(Duration::from_millis(1000), check)
}

/// A spinning check takes the lock again and again, so try for a while; one that is stuck with the lock held never lets go.
fn patient<T>(m: &Mutex<T>) -> Option<std::sync::MutexGuard<'_, T>> {
    (0..2000).find_map(|_| m.try_lock().map_err(|_| std::thread::sleep(Duration::from_micros(50))).ok())
}
thread_local! { static ON_WAKE: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) }; static NAPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) }; }
/// Runs this inside every wake() of a watched future from now on: foreign code, which may call you back.
pub fn on_wake(f: impl FnMut() + 'static) {
    ON_WAKE.set(Some(Box::new(f)))
}
/// Runs code that the learner's own code calls, and that may come back to it at once: a wake, the drop of a future. If
/// that finds a `RefCell` borrowed, the panic says who was to let go of it.
///
/// # Panics
/// With the panic of `f`, or with what explains it.
#[track_caller]
pub fn called_from<R>(what: &str, f: impl FnOnce() -> R) -> R {
    panic::catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().map_or("", String::as_str);
        if text.contains("already borrowed") || text.contains("already mutably borrowed") {
            panic!(
                "{what} ran while your code held a borrow of a RefCell, and came back to it: take out what you need, let \
                 go of the borrow, then call {what}"
            )
        }
        panic::resume_unwind(payload)
    })
}
fn foreign() {
    if let Some(mut f) = ON_WAKE.take() {
        called_from("wake()", &mut f);
        ON_WAKE.with_borrow_mut(|o| {
            o.get_or_insert(f);
        })
    }
}
/// `thread::park`, counted.
pub fn park() {
    NAPS.set(NAPS.get() + 1);
    std::thread::park()
}
pub fn naps() -> usize {
    NAPS.get()
}

fn lock<T>(m: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    m.lock().unwrap_or_else(|p| p.into_inner())
}
thread_local! { static STORY: RefCell<Arc<Mutex<Vec<String>>>> = RefCell::default(); static NOW: RefCell<String> = RefCell::default(); }
fn tell(line: String) {
    let _ = STORY.try_with(|s| {
        let s = s.borrow();
        let mut s = lock(&s);
        if s.len() < 100_000 {
            s.push(line)
        }
    });
}
fn who() -> String {
    NOW.try_with(|n| n.borrow().clone()).ok().filter(|n| !n.is_empty()).unwrap_or("the check".into())
}
thread_local! { static NOTE: RefCell<Arc<Mutex<String>>> = RefCell::default(); }
/// What the watchdog says besides, should this check hang.
pub fn note(text: String) {
    NOTE.with_borrow(|n| *lock(n) = text)
}
pub type Job = Pin<Box<dyn Future<Output = ()>>>;
pub async fn yield_now() {
    let mut first = true;
    std::future::poll_fn(move |cx| {
        if first {
            first = false;
            cx.waker().wake_by_ref();
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await
}
struct Flag(std::sync::atomic::AtomicBool);
impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, std::sync::atomic::Ordering::SeqCst)
    }
}
/// Plays the program in every order in which its ready tasks can run, oldest first; at most so many orders.
pub fn explore(most: usize, program: impl Fn() -> Vec<(String, Job)>) -> Result<usize, String> {
    let mut script: Vec<(usize, usize)> = vec![]; // which of how many
    for played in 1.. {
        let mut tasks: Vec<_> =
            program().into_iter().map(|(name, job)| (name, Some(job), Arc::new(Flag(true.into())))).collect();
        let (mut step, mut story, mut queue) = (0, vec![], std::collections::VecDeque::new());
        loop {
            for (i, t) in tasks.iter().enumerate() {
                if t.1.is_some() && t.2.0.swap(false, std::sync::atomic::Ordering::SeqCst) {
                    queue.push_back(i)
                }
            }
            if queue.is_empty() {
                break;
            }
            if script.len() == step {
                script.push((0, queue.len()))
            }
            let i = queue.remove(script[step].0).unwrap();
            step += 1;
            story.push(tasks[i].0.clone());
            if step > 60 {
                return Err(format!("order {played} never comes to an end: {} …", story[..12].join(", ")));
            }
            let waker = Waker::from(tasks[i].2.clone());
            let mut job = tasks[i].1.take().unwrap();
            match panic::catch_unwind(AssertUnwindSafe(|| job.as_mut().poll(&mut Context::from_waker(&waker)))) {
                Ok(Poll::Pending) => tasks[i].1 = Some(job),
                Ok(Poll::Ready(())) => {}
                Err(e) => {
                    let why = e.downcast_ref::<String>().cloned().unwrap_or_default();
                    return Err(format!("order {played}: {} -> panic: {why}", story.join(", ")));
                }
            }
        }
        let stuck: Vec<_> = tasks.iter().filter(|t| t.1.is_some()).map(|t| t.0.as_str()).collect();
        if !stuck.is_empty() {
            return Err(format!("order {played}: {} -> {} can never run again", story.join(", "), stuck.join(", ")));
        }
        script.truncate(step);
        while script.last().is_some_and(|s| s.0 + 1 == s.1) {
            script.pop();
        }
        let Some(last) = script.last_mut() else { return Ok(played) };
        last.0 += 1;
        if played == most {
            return Ok(played);
        }
    }
    unreachable!()
}
