//! The choices of a program as a tree: what each leads to, those with the fewest deviations first.

use greenlight::explore::{Explorer, Pick, Scene};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// A longer way is not followed: who picks by hand gets lost on it.
const LONGEST: usize = 200;

/// What takes less is over before anybody asks.
const SILENCE: Duration = Duration::from_secs(2);

/// How often the line of progress changes.
const PERIOD: Duration = Duration::from_millis(200);

/// What some picks lead to.
pub(super) struct Place {
    /// None of the start.
    pub(super) parent: Option<usize>,
    pub(super) scene: Scene,
    /// The places that one more pick leads to, in the order of the ready queue.
    pub(super) children: Vec<usize>,
    /// Whether it goes on to what is not in the tree.
    pub(super) is_cut: bool,
}

/// Places, each behind the one before it.
pub(super) struct Tree {
    pub(super) places: Vec<Place>,
    /// Every way with fewer deviations is in it; none if all are.
    pub(super) whole_below: Option<usize>,
    /// Whether ways were cut for being too long.
    pub(super) is_too_long: bool,
}

impl Place {
    fn deviations(&self) -> usize {
        self.scene.schedule.deviations().len()
    }

    /// What was picked last.
    pub(super) fn pick(&self) -> Option<Pick> {
        self.scene.moves.last().copied()
    }

    /// What may be picked here: who is ready, in order, and what else the explorer is allowed.
    fn picks(&self) -> Vec<Pick> {
        let Scene { ready, may_jump, may_cancel, .. } = &self.scene;
        let runs = ready.iter().map(|ready| Pick::Run(ready.task.number));
        let late = may_jump.then_some(Pick::Late);
        runs.chain(late).chain(may_cancel.iter().copied().map(Pick::Cancel)).collect()
    }
}

impl Tree {
    /// Looks at so many places at most. Each is reached from the program's start anew.
    pub(super) fn grow<F: Future>(
        explorer: &Explorer,
        start: &impl Fn() -> F,
        most: usize,
        is_stopped: fn() -> bool,
    ) -> Tree {
        let mut progress = Progress { began: Instant::now(), told: None };
        let first = explorer.look(start, &[]);
        let mut tree = Tree { places: Vec::new(), whole_below: None, is_too_long: false };
        let mut open = BinaryHeap::new();
        tree.add(None, first, &mut open);
        while let Some(Reverse((deviations, at))) = open.pop() {
            let picks = tree.places[at].picks();
            let is_too_long = tree.places[at].scene.moves.len() == LONGEST;
            if is_too_long || tree.places.len() + picks.len() > most || is_stopped() {
                tree.places[at].is_cut = true;
                tree.is_too_long |= is_too_long;
                tree.whole_below = Some(tree.whole_below.map_or(deviations, |least| least.min(deviations)));
                continue;
            }
            for pick in picks {
                let mut way = tree.places[at].scene.moves.clone();
                way.push(pick);
                let scene = explorer.look(start, &way);
                tree.add(Some(at), scene, &mut open);
            }
            progress.tell(tree.places.len(), most);
        }
        progress.end();
        tree
    }

    fn add(&mut self, parent: Option<usize>, scene: Scene, open: &mut BinaryHeap<Reverse<(usize, usize)>>) {
        let number = self.places.len();
        let place = Place { parent, scene, children: Vec::new(), is_cut: false };
        if place.scene.ended.is_none() {
            open.push(Reverse((place.deviations(), number)));
        }
        self.places.push(place);
        if let Some(parent) = parent {
            self.places[parent].children.push(number);
        }
    }
}

/// A line on stderr that is written over again and again, if that is a terminal.
struct Progress {
    began: Instant,
    /// When the line was written last.
    told: Option<Duration>,
}

impl Progress {
    fn tell(&mut self, done: usize, most: usize) {
        let now = self.began.elapsed();
        if now >= self.told.map_or(SILENCE, |told| told + PERIOD) && stderr().is_terminal() {
            self.told = Some(now);
            let bar = "=".repeat((done * 20 / most.max(1)).min(20));
            // What goes wrong with a line like this harms nobody.
            _ = write!(stderr(), "\r[{bar:20}] {done} places of {most} at most\x1b[K");
            _ = stderr().flush();
        }
    }

    /// The line goes.
    fn end(&self) {
        if self.told.is_some() {
            _ = write!(stderr(), "\r\x1b[K");
        }
    }
}
