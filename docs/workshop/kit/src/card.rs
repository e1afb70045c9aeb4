//! What is known of one watched future, and why it does not go on.

use crate::watched::Seal;
use std::panic::Location;
use std::sync::Weak;
use std::time::{Duration, Instant};

/// Polled more often than this within the limit of a check, a future is polled over and over. A machine with much else to
/// do gets that far as well.
const BUSY: usize = 2000;

/// A wake that has taken so long does not return. In a busy loop, there is one under way whenever one looks.
const STUCK: Duration = Duration::from_millis(50);

/// What is known of one watched future.
pub(crate) struct Card {
    pub(crate) name: String,
    /// The line that made it.
    pub(crate) at: &'static Location<'static>,
    pub(crate) polls: usize,
    /// How it has ended, in words: its poll returned Ready, or it panicked.
    pub(crate) ended: Option<&'static str>,
    pub(crate) is_dropped: bool,
    /// When the poll began that is under way.
    pub(crate) inside_poll: Option<Instant>,
    /// When the wake was called that has not returned.
    pub(crate) inside_wake: Option<Instant>,
    /// How often the newest waker was woken, since the newest poll began.
    pub(crate) wakes: usize,
    /// Set when one of these wakes came in its own poll.
    pub(crate) woke_itself: bool,
    pub(crate) wakes_in_all: usize,
    /// How often an older waker was woken, since the newest poll began.
    pub(crate) stale_wakes: usize,
    /// How many clones of its waker were kept when the newest poll ended.
    pub(crate) kept_then: usize,
    /// Set while the log has it that the future waits: the waker of its newest poll is kept, and was not woken.
    pub(crate) waits: bool,
    seals: Vec<(usize, Weak<Seal>)>,
    /// The seals of polls of which no waker is kept are forgotten when there are so many.
    forget_at: usize,
}

impl Card {
    pub(crate) fn new(name: &str, at: &'static Location<'static>) -> Self {
        Card {
            name: name.into(),
            at,
            polls: 0,
            ended: None,
            is_dropped: false,
            inside_poll: None,
            inside_wake: None,
            wakes: 0,
            woke_itself: false,
            wakes_in_all: 0,
            stale_wakes: 0,
            kept_then: 0,
            waits: false,
            seals: Vec::new(),
            forget_at: 64,
        }
    }

    /// A poll begins. Returns its number, from 1 on.
    pub(crate) fn begin_poll(&mut self) -> usize {
        self.polls += 1;
        (self.wakes, self.stale_wakes, self.woke_itself) = (0, 0, false);
        self.inside_poll = Some(Instant::now());
        self.polls
    }

    /// The waker of the newest poll.
    pub(crate) fn seal(&mut self, seal: Weak<Seal>) {
        if self.seals.len() >= self.forget_at {
            self.seals.retain(|(_, seal)| seal.strong_count() > 0);
            self.forget_at = 64.max(2 * self.seals.len());
        }
        self.seals.push((self.polls, seal));
    }

    /// How many wakers of the newest poll are kept.
    pub(crate) fn kept(&self) -> usize {
        self.seals.last().map_or(0, |(_, seal)| seal.strong_count())
    }

    /// How many wakers of all polls are kept.
    pub(crate) fn kept_in_all(&self) -> usize {
        self.seals.iter().map(|(_, seal)| seal.strong_count()).sum()
    }

    /// The oldest poll of which a waker is kept, but for the newest.
    pub(crate) fn keeps_old(&self) -> Option<usize> {
        let kept = self.seals.iter().find(|(_, seal)| seal.strong_count() > 0);
        kept.map(|(poll, _)| *poll).filter(|poll| *poll < self.polls)
    }

    /// Whether it has ended, or was dropped.
    pub(crate) fn is_over(&self) -> bool {
        self.ended.is_some() || self.is_dropped
    }

    /// Whether it is pending, and nobody has woken it.
    pub(crate) fn sleeps(&self) -> bool {
        let is_called = self.inside_poll.is_some() || self.inside_wake.is_some();
        !self.is_over() && !is_called && !self.is_busy() && self.polls > 0 && self.wakes == 0
    }

    /// Whether it is polled over and over.
    fn is_busy(&self) -> bool {
        self.polls > BUSY
    }

    /// Why it does not go on; none if it is over.
    pub(crate) fn why(&self) -> Option<String> {
        if self.is_over() {
            return None;
        }
        Some(self.why_busy().or_else(|| self.why_ready()).unwrap_or_else(|| self.why_asleep()))
    }

    /// Why nobody will ever poll it: it was dropped too early, perhaps. None if it is not gone, or had ended before.
    pub(crate) fn why_gone(&self) -> Option<String> {
        let Card { name, polls, .. } = self;
        let is_cut_short = self.is_dropped && self.ended.is_none();
        is_cut_short.then(|| match polls {
            0 => format!("`{name}` was dropped before it was ever polled"),
            _ => format!(
                "`{name}` was dropped after its poll no. {polls}, which had returned Pending: who polls a future keeps \
                 it until it is ready"
            ),
        })
    }

    /// What keeps the thread busy.
    fn why_busy(&self) -> Option<String> {
        let Card { name, polls, wakes_in_all, .. } = self;
        if let Some(since) = self.inside_wake.filter(|since| since.elapsed() >= STUCK) {
            return Some(format!(
                "somebody called wake() for `{name}` {:?} ago and it has not returned: your wake() waits for a lock \
                 that is held by who calls it, or loops",
                rounded(since)
            ));
        }
        if self.is_busy() {
            let how = if *wakes_in_all < polls / 2 {
                "your executor polls without being woken (a busy loop)"
            } else {
                "it is woken again in each poll, or after it (a busy loop)"
            };
            return Some(format!("`{name}` was polled {polls} times and woken {wakes_in_all} times: {how}"));
        }
        self.inside_poll.map(|since| {
            format!(
                "`{name}` has been inside its poll no. {polls} for {:?}: something in poll blocks or loops",
                rounded(since)
            )
        })
    }

    /// Why it is not polled, although it should be.
    fn why_ready(&self) -> Option<String> {
        let Card { name, polls, wakes, .. } = self;
        if *polls == 0 {
            return Some(format!("`{name}` was never polled: a future does nothing by itself"));
        }
        (*wakes > 0).then(|| {
            format!(
                "`{name}` was woken {} since its poll no. {polls} and never polled again: the wake was lost on the way \
                 to your executor",
                times(*wakes)
            )
        })
    }

    /// Why nobody wakes it.
    fn why_asleep(&self) -> String {
        let Card { name, polls, .. } = self;
        if self.kept() > 0 {
            format!("`{name}` returned Pending, its waker is kept, but nobody called wake() on it")
        } else if let Some(old) = self.keeps_old() {
            format!(
                "`{name}` kept the waker of its poll no. {old}, not that of no. {polls}: only the newest waker \
                 counts, so keep it anew on each poll"
            )
        } else if self.stale_wakes > 0 {
            format!(
                "`{name}`: wake() was called on the waker of an older poll, not of its poll no. {polls}: keep the \
                 waker anew on each poll"
            )
        } else if self.kept_then > 0 {
            format!(
                "`{name}` returned Pending and its waker was kept, and later dropped without a wake: nothing can \
                 wake it any more"
            )
        } else {
            format!("`{name}` returned Pending and kept no waker: nothing can wake it")
        }
    }
}

fn times(number: usize) -> String {
    match number {
        1 => "once".into(),
        2 => "twice".into(),
        more => format!("{more} times"),
    }
}

/// How long ago that was, in tenths of a second: more is not known.
fn rounded(since: Instant) -> Duration {
    Duration::from_millis(since.elapsed().as_millis() as u64 / 100 * 100)
}
