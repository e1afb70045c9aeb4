//! What docs/workshop/TEACHING.md says to show: each of it is there.

use crate::{names, run};
use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};

/// A file or folder of the docs.
fn docs(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(path)
}

fn text() -> String {
    read_to_string(docs("workshop/TEACHING.md")).expect("it is there")
}

/// What stands in a line between two of these.
fn between<'a>(line: &'a str, mark: &str) -> impl Iterator<Item = &'a str> {
    line.split(mark).skip(1).step_by(2)
}

/// The folders of the exercises that a line has the numbers of.
fn exercises(line: &str) -> Vec<PathBuf> {
    let folders = read_dir(docs("workshop/exercises")).expect("they are there");
    let folders = folders.map(|entry| entry.expect("they can be listed").path());
    let number = |folder: &PathBuf| folder.file_name()?.to_str()?.split_once('_')?.0.parse::<u32>().ok();
    let named = |number| line.split(|c: char| !c.is_ascii_digit()).any(|word| word.parse() == Ok(number));
    folders.filter(|folder| number(folder).is_some_and(named)).collect()
}

#[test]
fn every_command_for_a_teacher_shows_what_is_there() {
    let text = text();
    let (levels, races) = (run(&["drive"]).stdout, run(&["explore"]).stdout);
    let lists = |list: &str, name: &str| list.lines().any(|line| line.split_whitespace().next() == Some(name));
    let mut shown = 0;
    for line in text.lines() {
        for command in between(line, "`").map(|command| command.trim_start_matches("cargo run -- ")) {
            let words: Vec<_> = command.split_whitespace().collect();
            let is_there = match words[..] {
                [.., "--wrong", "NAME"] | [_, "NAME" | "LEVEL" | "N" | "NN", ..] => continue,
                [.., "--wrong", name] => {
                    let patch = format!("wrong/{name}.patch");
                    exercises(line).iter().any(|exercise| exercise.join(&patch).exists())
                }
                ["workshop", "solution", _, "--part", _, "--yes"] => run(&words).code == Some(0),
                ["workshop", verb, number, ..] if number.starts_with(|c: char| c.is_ascii_digit()) => {
                    let help = run(&["workshop", "--help"]).stdout;
                    exercises(number).len() == 1 && lists(&help, verb)
                }
                ["drive", level] => lists(&levels, level),
                ["run", demo, ..] => names().iter().any(|name| name == demo),
                ["explore", race] => lists(&races, race),
                _ => continue,
            };
            assert!(is_there, "TEACHING.md says `{command}`, and there is no such thing: {line}");
            shown += 1;
        }
    }
    assert!(shown > 60, "only {shown} commands were found in TEACHING.md");
}

#[test]
fn every_page_for_a_projector_is_one_of_the_book() {
    let (text, slides) = (text(), read_to_string(docs("book/src/projector.md")).expect("it is there"));
    let pages = text.split("page *").skip(1).filter_map(|rest| rest.split_once('*').map(|(page, _)| page));
    let mut shown = 0;
    for page in pages.filter(|page| !page.contains(' ')) {
        assert!(slides.contains(&format!("(made/{page}.html)")), "the page for a projector has no {page}");
        shown += 1;
    }
    assert!(shown > 10, "only {shown} pages were found in TEACHING.md");
}
