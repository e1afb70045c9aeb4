//! What became of each of CPython's tests, in lists that have the order of the originals; and the
//! checks that lists, ports, comments and tables say the same.

use crate::{groups, locks, queues, runs, tasks};
use std::io::{Write, stderr};
use std::process::Command;

/// What became of a test.
#[derive(Clone, Copy)]
pub(crate) enum Case {
    /// What it asserts is what the original asserts.
    Ported,
    /// It asserts another outcome, which these rows of "Where we differ from asyncio, and why" have
    /// the reason for. A comment at its top tells the difference, and names the same rows.
    Adapted(&'static [&'static str]),
    /// There is no port, with the reason.
    NotApplicable(&'static str),
}

use Case::{Adapted, NotApplicable, Ported};

/// The tests of one class of the original, or those on one subject among them.
pub(crate) struct Class {
    pub(crate) name: &'static str,
    /// Where the originals are: a file of CPython's, and the class there.
    pub(crate) origin: (&'static str, &'static str),
    pub(crate) cases: &'static [(&'static str, Case)],
    /// The sources of the ports, in the order of the cases.
    pub(crate) sources: &'static [&'static str],
}

/// A port: its name, and what stands between its braces.
struct Port {
    name: &'static str,
    body: &'static str,
}

/// The functions below a `#[test]`.
fn ports_in(source: &'static str) -> impl Iterator<Item = Port> {
    source.split("\n#[test]\nfn ").skip(1).map(|part| {
        let (name, rest) = part.split_once('(').expect("a function has parameters");
        let (_, body) = rest.split_once("{\n").expect("a function has a body");
        let (body, _) = body.split_once("\n}").expect("a body ends");
        Port { name, body }
    })
}

impl Port {
    /// The rows that the comment at its top names; none if there is no such comment.
    fn rows(&self) -> Vec<&'static str> {
        let comment: Vec<_> = self.body.lines().map_while(|line| line.trim_start().strip_prefix("// ")).collect();
        let comment = comment.join(" ");
        let Some(adapted) = comment.strip_prefix("Adapted: ") else { return Vec::new() };
        let (difference, rows) = adapted.rsplit_once(" Row: ").unwrap_or_else(|| panic!("{} names no row", self.name));
        assert!(difference.ends_with('.'), "{} tells the difference in sentences", self.name);
        let rows = rows.strip_suffix('.').unwrap_or_else(|| panic!("{} ends its comment with the rows", self.name));
        known_rows().into_iter().filter(|row| rows.split("; ").any(|named| named == *row)).collect()
    }
}

/// The first column of "Where we differ from asyncio, and why".
fn known_rows() -> Vec<&'static str> {
    let page = include_str!("../../docs/ARCHITECTURE.md");
    let (_, section) = page.split_once("## Where we differ from asyncio, and why").expect("the section is there");
    let table = section.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    table.skip(2).map(|row| row.split(" | ").next().expect("a row has columns").trim_start_matches("| ")).collect()
}

/// All classes.
fn classes() -> impl Iterator<Item = &'static Class> {
    [locks::CLASSES, queues::CLASSES, groups::CLASSES, tasks::CLASSES, runs::CLASSES].into_iter().flatten()
}

impl Class {
    fn ports(&self) -> impl Iterator<Item = Port> {
        self.sources.iter().flat_map(|source| ports_in(source))
    }

    /// The cases that have a port, and the rows that excuse it.
    fn ported(&self) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
        self.cases.iter().filter_map(|(name, case)| match case {
            Ported => Some((*name, &[][..])),
            Adapted(rows) => Some((*name, *rows)),
            NotApplicable(_) => None,
        })
    }
}

#[test]
fn every_test_that_applies_is_ported_in_its_place() {
    for class in classes() {
        let ported: Vec<_> = class.ported().map(|(name, _)| name).collect();
        let found: Vec<_> = class.ports().map(|port| port.name).collect();
        assert_eq!(found, ported, "{}", class.name);
    }
}

#[test]
fn a_port_with_another_outcome_says_so_at_its_top_and_names_the_rows_that_its_list_names() {
    for class in classes() {
        for (port, (name, rows)) in class.ports().zip(class.ported()) {
            assert_eq!(port.rows(), rows, "{} {name}", class.name);
        }
        let told = class.sources.iter().map(|source| source.matches("Adapted").count()).sum::<usize>();
        let adapted = class.ported().filter(|(_, rows)| !rows.is_empty()).count();
        assert_eq!(told, adapted, "{}: each tells of it once, at its top, and no other place does", class.name);
    }
}

/// The table at the top of a file names those that do not apply, and no others.
#[track_caller]
pub(crate) fn assert_table(classes: &[Class], file: &str) {
    let mut rows = Vec::new();
    for Class { name: class, cases, .. } in classes {
        for (name, case) in *cases {
            if let NotApplicable(reason) = case {
                rows.push(format!("//! | {class} | {name} | {reason} |"));
            }
        }
    }
    let table: Vec<_> = file.lines().filter(|line| line.starts_with("//! |")).collect();
    let table: Vec<_> =
        table.into_iter().filter(|line| !line.starts_with("//! |-") && !line.contains("why not")).collect();
    assert_eq!(table, rows);
}

/// The lists of a file's classes are as long together as the file.
#[track_caller]
pub(crate) fn assert_count(classes: &[Class], tests: usize) {
    let counts = classes.iter().map(|class| class.cases.len());
    assert_eq!(counts.sum::<usize>(), tests);
}

/// Prints the names of the tests of classes of CPython's own tests, in order, a class a line; fails where there are none.
const NAMES: &str = "
import ast, sys, test.test_asyncio as tests
assert sys.version_info[:2] == (3, 13)
for origin in sys.argv[1:]:
    file, name = origin.split('.')
    tree = ast.parse(open(f'{tests.__path__[0]}/{file}.py').read())
    body = next(node for node in tree.body if getattr(node, 'name', None) == name).body
    print(*(node.name for node in body if getattr(node, 'name', '').startswith('test_')))
";

/// The names of the tests of each class of the originals. None if this machine has no CPython 3.13 with its own tests.
fn originals() -> Option<Vec<String>> {
    let origins: Vec<_> = classes().map(|Class { origin: (file, class), .. }| format!("{file}.{class}")).collect();
    let names = |python| {
        let printed = Command::new(python).args(["-c", NAMES]).args(&origins).output().ok()?;
        printed.status.success().then(|| String::from_utf8(printed.stdout).expect("names are in UTF-8"))
    };
    Some(["python3", "python3.13"].into_iter().find_map(names)?.lines().map(str::to_owned).collect())
}

#[test]
fn the_lists_have_the_names_of_the_originals_in_their_order() {
    let Some(originals) = originals() else {
        let _ = writeln!(stderr(), "skipped: no CPython 3.13 with its own tests tells their names");
        return;
    };
    for (class, names) in classes().zip(&originals) {
        // A class about many things has a list for each of some.
        let lists = classes().filter(|other| other.origin == class.origin).map(|other| other.cases.len());
        assert_eq!(names.split(' ').count(), lists.sum::<usize>(), "{}", class.origin.1);
        let listed: Vec<_> = class.cases.iter().map(|(name, _)| *name).collect();
        let names: Vec<_> = names.split(' ').filter(|name| listed.contains(name)).collect();
        assert_eq!(listed, names, "{}", class.name);
    }
}
