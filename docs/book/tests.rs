//! The book against what it shows: every program runs and is used, every chapter has its form, and every link leads
//! somewhere.

#[allow(dead_code, reason = "the binary uses the rest")]
mod chapters;

use chapters::Chapter;
use std::collections::BTreeSet;
use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const BOOK: &str = env!("CARGO_MANIFEST_DIR");

/// Chapters that ask nothing: the way in, and what stands beside the chapters.
const ASK_NOTHING: [&str; 3] = ["introduction.md", "questions.md", "projector.md"];

/// Pages that nobody reads from end to end.
const UNTIMED: [&str; 2] = ["questions.md", "projector.md"];

/// The folder of the chapters, with everything made that they show; every program has run to its end by then.
fn src() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let made = Command::new(env!("CARGO_BIN_EXE_greenlight-book")).arg("--no-mdbook").output();
        let made = made.expect("the book's binary can be run");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Path::new(BOOK).join("src")
    })
}

fn all() -> Vec<Chapter> {
    chapters::chapters(src()).expect("the chapters can be read")
}

/// The files of the programs, by the names of the programs.
fn programs() -> Vec<(String, PathBuf)> {
    let files = read_dir(Path::new(BOOK).join("programs")).expect("the programs are there");
    let files = files.map(|entry| entry.expect("they can be listed").path());
    let name = |path: &PathBuf| path.file_stem().unwrap_or_default().to_string_lossy().replace('_', "-");
    files.map(|path| (name(&path), path)).filter(|(name, _)| !["mod", "demos"].contains(&name.as_str())).collect()
}

/// The blocks of code of a chapter: the language, and what stands in them.
fn fences(chapter: &Chapter) -> Vec<(String, Vec<String>)> {
    let (mut fences, mut open) = (Vec::new(), None::<(String, Vec<String>)>);
    for line in chapter.text.lines() {
        match (line.trim_start().strip_prefix("```"), open.take()) {
            (Some(language), None) => open = Some((language.to_string(), Vec::new())),
            (Some(_), Some(fence)) => fences.push(fence),
            (None, Some((language, mut lines))) => {
                lines.push(line.to_string());
                open = Some((language, lines));
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{} has a block of code without an end", chapter.file);
    fences
}

/// The paths of a chapter's includes, each with its anchor or lines.
fn includes(chapter: &Chapter) -> impl Iterator<Item = (&str, Option<&str>)> {
    let includes = chapter.text.split("{{#include ").skip(1).filter_map(|rest| rest.split("}}").next());
    includes.map(|include| match include.split_once(':') {
        Some((path, part)) => (path, Some(part)),
        None => (include, None),
    })
}

#[test]
fn every_program_is_in_the_table_and_is_used() {
    let chapters: String = all().into_iter().map(|chapter| chapter.text).collect();
    for (name, path) in programs() {
        assert!(src().join(format!("made/{name}.txt")).exists(), "{} is not in the table of programs", path.display());
        let file = format!("programs/{}", path.file_name().unwrap_or_default().to_string_lossy());
        let is_used = chapters.contains(&file) || chapters.contains(&format!("made/{name}."));
        assert!(is_used, "no chapter uses {file}");
    }
}

#[test]
fn a_program_says_at_its_top_what_it_shows_and_ends_by_itself() {
    for (name, path) in programs() {
        let source = read_to_string(&path).expect("it was listed");
        assert!(source.starts_with("//! "), "{name} does not say what it shows");
        assert!(source.contains("pub(crate) fn main()"), "{name} has no main");
        let (begun, ended) = (source.matches("// ANCHOR: ").count(), source.matches("// ANCHOR_END: ").count());
        assert_eq!(begun, ended, "{name} has an anchor without an end");
    }
}

#[test]
fn every_chapter_opens_with_its_title_and_its_minutes() {
    let summary = read_to_string(src().join("SUMMARY.md")).expect("it is there");
    for chapter in all() {
        let Chapter { file, title, .. } = &chapter;
        let title = title.replace('`', "");
        assert!(summary.contains(&format!("[{title}]({file})")), "the summary calls {file} otherwise than `{title}`");
    }
    for Chapter { file, text, .. } in all() {
        let minutes = text.lines().nth(2).unwrap_or_default();
        let number = minutes.strip_prefix("*About ").and_then(|rest| rest.strip_suffix(" minutes.*"));
        let is_told = number.is_some_and(|number| number.parse::<u32>().is_ok()) || UNTIMED.contains(&file.as_str());
        assert!(is_told, "{file} does not say how many minutes it takes: {minutes}");
    }
}

#[test]
fn every_chapter_asks_three_to_six_questions_and_each_has_its_answer_folded_behind_it() {
    for chapter in all().iter().filter(|chapter| !ASK_NOTHING.contains(&chapter.file.as_str())) {
        let Chapter { file, text, .. } = chapter;
        let questions = chapter.questions().len();
        assert!((3..=6).contains(&questions), "{file} asks {questions} questions");
        // What is included has several lines, and a quote would end behind the first.
        let is_quoted = text.lines().any(|line| line.starts_with('>') && line.contains("{{#include"));
        assert!(!is_quoted, "{file} includes code in a question; it is to stand before that");
        for behind in text.split("> **Predict.**").skip(1) {
            let question = behind.lines().next().unwrap_or_default();
            let behind: String = behind.lines().skip_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
            let answer = behind.trim_start().strip_prefix("<details class=\"see\"><summary>See</summary>\n\n");
            let answer = answer.and_then(|rest| rest.split("\n</details>").next());
            let answer = answer.unwrap_or_else(|| panic!("{file} has no answer right behind:{question}"));
            assert!(
                answer.contains("{{#include made/"),
                "the answer in {file} to{question} is not what a program printed"
            );
        }
    }
}

#[test]
fn code_and_output_are_included_and_not_typed() {
    for chapter in all() {
        for (language, lines) in fences(&chapter) {
            let kind = language.split(',').next().unwrap_or_default();
            let is_typed = lines.iter().find(|line| !line.trim().is_empty() && !line.trim().starts_with("{{#include "));
            let may_be = !["rust", "text", ""].contains(&kind) || is_typed.is_none();
            assert!(may_be, "{} types code or output by hand: {}", chapter.file, is_typed.map_or("", |line| line));
        }
    }
}

#[test]
fn every_include_is_there() {
    for chapter in all() {
        for (path, part) in includes(&chapter) {
            let file = &chapter.file;
            let text = read_to_string(src().join(path));
            let text = text.unwrap_or_else(|error| panic!("{file} includes {path}: {error}"));
            let Some(part) = part.filter(|part| !part.starts_with(|c: char| c.is_ascii_digit() || c == ':')) else {
                assert!(!text.contains("ANCHOR"), "{file} includes all of {path}, anchors and all");
                continue;
            };
            let is_begun = text.lines().filter(|line| line.trim() == format!("// ANCHOR: {part}")).count();
            assert_eq!(is_begun, 1, "{path} has no anchor `{part}`, which {file} includes");
            let is_ended = text.lines().any(|line| line.trim() == format!("// ANCHOR_END: {part}"));
            assert!(is_ended, "{path} does not end its anchor `{part}`");
        }
    }
}

#[test]
fn a_page_in_a_chapter_opens_at_a_step_of_its_run() {
    for Chapter { file, text, .. } in all() {
        for frame in text.split("<iframe class=\"replay\" src=\"made/").skip(1) {
            let (program, rest) = frame.split_once(".html").expect("a page is shown");
            let step = rest.strip_prefix(&format!("#s={{{{#include made/step/{program}/"));
            let step = step.and_then(|rest| rest.split("}}\"").next());
            let step = step.unwrap_or_else(|| panic!("{file} does not say at which step it opens {program}.html"));
            let number = read_to_string(src().join(format!("made/step/{program}/{step}"))).expect("it is made");
            assert!(number.parse::<u32>().is_ok_and(|number| number > 0), "{step} of {program} is step {number}");
        }
    }
}

#[test]
fn a_page_and_its_trace_are_called_by_the_program() {
    for (name, _) in programs() {
        let Ok(page) = read_to_string(src().join(format!("made/{name}.html"))) else { continue };
        let is_titled = page.contains(&format!("<title>\n{name}\n</title>"));
        assert!(is_titled && page.contains(&format!("\"program\":\"{name}\"")), "{name}.html is called otherwise");
    }
}

#[test]
fn each_of_the_forty_questions_is_answered_once_and_shown_somewhere() {
    let index = all().into_iter().find(|chapter| chapter.file == "questions.md").expect("the index is a chapter").text;
    let sections: Vec<_> = index.split("\n### ").skip(1).collect();
    let numbered: Vec<_> =
        sections.iter().filter(|section| section.starts_with(|c: char| c.is_ascii_digit())).collect();
    assert_eq!(numbered.len(), 40, "forty questions have a number");
    for (number, section) in (1..).zip(numbered) {
        assert!(section.starts_with(&format!("{number}. ")), "question {number} is missing before: {section}");
    }
    for section in sections {
        let (question, answer) = section.split_once('\n').unwrap_or_default();
        let (said, shown) = answer.split_once("\n→ ").unwrap_or_else(|| panic!("nothing shows `{question}`"));
        assert!(!(said.trim().is_empty() && shown.len() < 80), "`{question}` has no answer");
        assert!(
            shown.contains(".md") || shown.contains('`'),
            "`{question}` leads to no chapter, demo, page or exercise"
        );
    }
}

#[test]
fn every_chapter_ends_with_the_questions_of_the_forty_that_it_answers() {
    for Chapter { file, text, .. } in all().iter().filter(|chapter| !ASK_NOTHING.contains(&chapter.file.as_str())) {
        let last = text.trim_end().rsplit("\n\n").next().unwrap_or_default();
        let begin = "Of the [forty questions](questions.md), this chapter answers ";
        assert!(last.starts_with(begin), "{file} is to end with a paragraph that begins: {begin}\n\n{last}");
    }
}

/// What links to the headings of a chapter, in order.
fn headings(text: &str) -> Vec<String> {
    let mut is_code = false;
    let headings = text.lines().filter(|line| {
        is_code ^= line.starts_with("```");
        !is_code && line.starts_with('#')
    });
    headings.map(|line| chapters::anchor_of(line.trim_start_matches('#'))).collect()
}

#[test]
fn each_heading_of_a_chapter_is_another_one_so_that_a_link_to_it_is_certain() {
    for chapter in all() {
        let headings = headings(&chapter.text);
        let different: BTreeSet<_> = headings.iter().collect();
        assert_eq!(different.len(), headings.len(), "{} has a heading twice: {headings:?}", chapter.file);
    }
}

#[test]
fn every_link_leads_somewhere() {
    for Chapter { file, text, .. } in all() {
        let sources = ["href=\"", "src=\""].into_iter().flat_map(|begin| text.split(begin).skip(1));
        let sources = sources.filter_map(|rest| rest.split('"').next());
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).chain(sources);
        for link in links.filter(|link| !link.contains("://")) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { src().join(&file) } else { src().join(path) };
            assert!(target.exists(), "{file} links to {link}, which is not there");
            let is_chapter = target.extension().is_some_and(|ending| ending == "md");
            if is_chapter && !anchor.is_empty() {
                let text = read_to_string(&target).expect("a chapter can be read");
                assert!(
                    headings(&text).iter().any(|heading| heading == anchor),
                    "{file} links to {link}, and there is no such heading"
                );
            }
        }
    }
}
