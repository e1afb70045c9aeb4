//! A page on which one is the scheduler: the choices of a small program, and what each leads to, as a graph in one file of
//! HTML, which a browser shows from wherever it lies.

pub(crate) mod told;

mod board;
mod tree;

use crate::run::Outcome;
use crate::stderr::{Stderr, complain, note};
use crate::{explain, interrupt};
use greenlight::explore::{Act, Deviation, Explorer, Fault, Pick, Scene, Schedule};
use greenlight::trace::{Printable, TaskLabel};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use told::{Told, several};
use tree::{Place, Tree};

const SKELETON: &str = include_str!("graph/graph.html");

/// The colours of the page that replays a trace, and what is of this one alone.
const SHARED_STYLE: &str = include_str!("../page/style.css");

/// The rules that are shared, by their first lines.
const SHARED: [&str; 8] = [":root{", "*{", "[hidden]{", ":focus-visible{", "button{", ".card{", ".chip{", "kbd{"];

const STYLE: &str = include_str!("graph/graph.css");

const SCRIPTS: [&str; 3] =
    [include_str!("../page/elements.js"), include_str!("graph/board.js"), include_str!("graph/graph.js")];

/// How many places are followed unless somebody says: three philosophers have all of theirs then.
pub(crate) const PLACES: usize = 8000;

/// Where a page goes, and how many places are followed for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page<'a> {
    pub(crate) path: &'a Path,
    pub(crate) places: usize,
}

/// What the page tells of a program beside its choices.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heading<'a> {
    pub(crate) title: &'a str,
    pub(crate) about: &'a str,
    /// What there is to see; empty if nobody has said.
    pub(crate) see: &'a str,
    pub(crate) source: &'a str,
}

/// A program's choices.
pub(crate) struct Graph {
    data: Value,
    /// How many ends of the tree fail, and how many ends there are.
    pub(crate) failing: usize,
    pub(crate) ends: usize,
    /// What is not in it, in a sentence; none if all is.
    pub(crate) cut: Option<String>,
}

impl Page<'_> {
    /// Writes the page, and says what is on it. Returns how all ended, of which that came before.
    pub(crate) fn write<F: Future>(
        &self,
        heading: Heading<'_>,
        explorer: &Explorer,
        start: impl Fn() -> F,
        before: Outcome,
    ) -> Outcome {
        let path = Printable(self.path.display());
        let graph = graph(explorer, start, self.places, interrupt::was_pressed);
        if let Err(error) = fs::write(self.path, graph.page(heading)) {
            complain(&mut Stderr, format_args!("cannot write a page to {path}: {error}"));
            return Outcome::Failed;
        }
        let Graph { failing, ends, .. } = graph;
        let fail = if failing == 1 { "fails" } else { "fail" };
        let told = format!("{path} is the page: of the {} on it, {failing} {fail}.", several(ends, "end"));
        let told = graph.cut.iter().fold(told, |told, cut| format!("{told} {cut}."));
        explain::wrapped(&told, 80).iter().for_each(|line| note!("{}", line.trim_start()));
        // A fault that was found is not forgotten.
        if before == Outcome::Ended && interrupt::was_pressed() { Outcome::Interrupted } else { before }
    }
}

/// The graph of a program, of so many places at most as they come one behind the other, before those are one that show the
/// same and lead to the same.
pub(crate) fn graph<F: Future>(
    explorer: &Explorer,
    start: impl Fn() -> F,
    most: usize,
    is_stopped: fn() -> bool,
) -> Graph {
    let tree = Tree::grow(explorer, &start, most, is_stopped);
    let told = told_of(&tree, explorer, &start);
    let mut merged = Merged::default();
    let dumps = tree.places.iter().filter_map(|place| place.scene.dump.as_ref());
    dumps.flat_map(|dump| &dump.tasks).for_each(|task| _ = merged.tasks.add(&task.label));
    let mut nodes = vec![0; tree.places.len()];
    // What follows a place stands behind it.
    for (at, place) in tree.places.iter().enumerate().rev() {
        nodes[at] = merged.add(place, &tree, &told, &nodes, at);
    }
    let is_end = |place: &&Place| place.scene.ended.is_some();
    let is_failure = |place: &&Place| matches!(place.scene.ended, Some(Err(_)));
    let (ends, failing) = (tree.places.iter().filter(is_end).count(), tree.places.iter().filter(is_failure).count());
    let cut = tree.whole_below.map(|whole_below| cut(&tree, whole_below));
    let before = merged.texts(&told[0].did);
    let said = merged.texts(&told[0].said);
    let data = json!({
        "tasks": merged.tasks.0.list, "texts": merged.text.list, "boards": merged.boards.list, "nodes": merged.nodes.list,
        "start": nodes[0], "before": before, "said": said, "cut": cut,
    });
    Graph { data, failing, ends, cut }
}

/// What happened on the way to each place, and how the objects are there.
fn told_of<F: Future>(tree: &Tree, explorer: &Explorer, start: &impl Fn() -> F) -> Vec<Told> {
    let mut told: Vec<Option<Told>> = vec![None; tree.places.len()];
    // A schedule tells of all that is on its way, so those are played that lead farthest.
    for (end, place) in tree.places.iter().enumerate().rev().filter(|(_, place)| place.children.is_empty()) {
        let mut of_picks = told::tell(explorer, &place.scene, start);
        let mut at = Some(end);
        while let Some(number) = at {
            let far = tree.places[number].scene.moves.len();
            if far < of_picks.len() && told[number].is_none() {
                told[number] = Some(std::mem::take(&mut of_picks[far]));
            }
            at = tree.places[number].parent;
        }
    }
    told.into_iter().map(Option::unwrap_or_default).collect()
}

/// What is not in the tree, in a sentence.
fn cut(tree: &Tree, whole_below: usize) -> String {
    let cut = tree.places.iter().filter(|place| place.is_cut).count();
    let has = match whole_below {
        0 => "not even the ordinary order to its end".to_string(),
        1 => "the ordinary order, and some ways that deviate from it".into(),
        2 => "all ways with one deviation, and some with more".into(),
        more => format!("all ways with up to {} deviations, and some with more", more - 1),
    };
    let long = if tree.is_too_long { ", and none of more than 200 picks" } else { "" };
    let lead = if cut == 1 { "leads" } else { "lead" };
    format!("This page has {has}{long}: {} {lead} on to what is not in it", several(cut, "place"))
}

/// Things that are the same, once each.
#[derive(Default)]
struct Once {
    list: Vec<Value>,
    numbers: HashMap<String, usize>,
}

impl Once {
    fn add(&mut self, value: Value) -> usize {
        let next = self.list.len();
        *self.numbers.entry(value.to_string()).or_insert_with(|| {
            self.list.push(value);
            next
        })
    }
}

/// Tasks, a number and a name each. They have their numbers by the order of spawning, which one way may do otherwise than
/// another: so a number alone tells no task.
#[derive(Default)]
struct Tasks(Once);

impl Tasks {
    fn add(&mut self, task: &TaskLabel) -> usize {
        self.0.add(json!([task.number, task.to_string()]))
    }

    /// What was picked in a scene: who runs, who is cancelled, or that time jumps.
    fn picked(&mut self, pick: Pick, scene: &Scene) -> Value {
        match pick {
            Pick::Run(number) => {
                let ready = scene.ready.iter().find(|ready| ready.task.number == number);
                self.add(&ready.expect("who is picked is ready").task).into()
            }
            Pick::Cancel(number) => {
                let dump = scene.dump.as_ref().expect("it goes on");
                json!([self.add(&dump.task(number).expect("who is cancelled is there").label)])
            }
            _ => "late".into(),
        }
    }
}

/// The graph. Two places are one only if they show the same and all that follows does: a program's own variables are not
/// seen, so of two that look alike one may lead elsewhere.
#[derive(Default)]
struct Merged {
    tasks: Tasks,
    text: Once,
    boards: Once,
    nodes: Once,
}

impl Merged {
    fn texts(&mut self, lines: &[String]) -> Vec<usize> {
        lines.iter().map(|line| self.text.add(line.as_str().into())).collect()
    }

    fn add(&mut self, place: &Place, tree: &Tree, told: &[Told], nodes: &[usize], at: usize) -> usize {
        let board = self.boards.add(board::board(&place.scene, &told[at].objects, &mut self.tasks));
        let mut edges = Vec::new();
        for &child in &place.children {
            let behind = &tree.places[child];
            let pick = behind.pick().map_or(Value::Null, |pick| self.tasks.picked(pick, &place.scene));
            let (did, said) = (self.texts(&told[child].did), self.texts(&told[child].said));
            edges.push(json!([pick, acts(&place.scene.schedule, &behind.scene.schedule), nodes[child], did, said]));
        }
        let end = place.scene.ended.as_ref().map(|ended| match ended {
            Ok(()) => json!([]),
            Err(fault) => self.fault(fault),
        });
        self.nodes.add(json!([board, edges, end, u8::from(place.is_cut)]))
    }

    fn fault(&mut self, fault: &Fault) -> Value {
        json!(self.texts(&[fault.headline(), fault.to_string()]))
    }
}

/// What a schedule has more than one that leads there, as it is written.
fn acts(before: &Schedule, behind: &Schedule) -> Vec<String> {
    let new = behind.deviations().iter().skip(before.deviations().len());
    new.map(|Deviation { act, task, poll, .. }| match act {
        Act::Late => format!("late:{task}@{poll}"),
        Act::Cancel(victim) => format!("cancel{victim}:{task}@{poll}"),
        _ => format!("{task}@{poll}"),
    })
    .collect()
}

impl Graph {
    /// The page.
    pub(crate) fn page(&self, heading: Heading<'_>) -> String {
        let Heading { title, about, see, source } = heading;
        let mut data = self.data.clone();
        for (key, text) in [("title", title), ("about", about), ("see", see), ("source", source)] {
            data[key] = text.into();
        }
        let data = data.to_string().replace('<', "\\u003c");
        let line = |line| match line {
            "/*{style}*/" => shared_style() + &trimmed(STYLE),
            "/*{script}*/" => SCRIPTS.map(trimmed).join("\n"),
            "<!--{title}-->" => format!("{}: be the scheduler", title.replace('&', "&amp;").replace('<', "&lt;")),
            "<!--{data}-->" => format!("<script type=\"application/json\" id=\"data\">{data}</script>"),
            line => line.to_string(),
        };
        SKELETON.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
    }
}

/// What both pages look alike by. A rule ends with a brace at the beginning of a line.
fn shared_style() -> String {
    let is_shared = |rule: &&str| SHARED.iter().any(|first| rule.starts_with(first));
    let rules = SHARED_STYLE.split_inclusive("\n}\n").map(|rule| rule.trim_start());
    rules.filter(is_shared).map(|rule| trimmed(rule) + "\n").collect()
}

/// Without indents, blank lines and comments.
fn trimmed(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}
