//! The page that replays a trace: one file of HTML, with the trace and the sources that it names inside.

use super::rows::quoted;
use std::collections::{BTreeMap, BTreeSet};
use std::env::current_dir;
use std::fs::read_to_string;
use std::path::Path;

const SKELETON: &str = include_str!("../../page/page.html");

const STYLE: &str = include_str!("../../page/style.css");

/// The scripts, in their order.
const SCRIPTS: [&str; 12] = [
    include_str!("../../page/fold.js"),
    include_str!("../../page/findings.js"),
    include_str!("../../page/words.js"),
    include_str!("../../page/elements.js"),
    include_str!("../../page/board.js"),
    include_str!("../../page/clock.js"),
    include_str!("../../page/stall.js"),
    include_str!("../../page/arrows.js"),
    include_str!("../../page/lanes.js"),
    include_str!("../../page/source.js"),
    include_str!("../../page/dialogs.js"),
    include_str!("../../page/page.js"),
];

/// Sources by the names that the lines of a trace have.
pub(super) type Sources = BTreeMap<String, String>;

/// Makes the page that replays a trace, or compares several: one file of HTML that needs nothing else.
///
/// A trace is rows of JSON in the schema of `docs/TRACE.md`, whoever wrote it. The sources that its lines name are read
/// from where they are, or from a folder above the present one; the page names those that are not there.
///
/// ```
/// let trace = r#"{"trace":"mine","version":1,"clock":"virtual"}
/// {"task":0,"name":"main"}
/// ["spawn",0]
/// ["poll",0,1]
/// ["ready",0]
/// ["returned",0]
/// "#;
/// let page = greenlight::trace::page("my own executor", &[trace]);
/// assert!(page.starts_with("<!doctype html>") && page.contains("my own executor"));
/// ```
pub fn page(title: &str, traces: &[&str]) -> String {
    page_of(title, traces, &Sources::new())
}

/// The same, with sources that may not be where it is made: each with its path, as the lines of a trace have it, and
/// its text. What is given is not read.
///
/// ```
/// let trace = r#"{"trace":"mine","version":1,"clock":"virtual"}
/// {"line":1,"at":"nowhere/main.rs:1:1"}
/// {"task":0,"name":"main","line":1}
/// ["spawn",0]
/// "#;
/// let sources = [("nowhere/main.rs", "fn main() {}")];
/// let page = greenlight::trace::page_with("mine", &[trace], &sources);
/// assert!(page.contains("fn main() {}"));
/// ```
pub fn page_with(title: &str, traces: &[&str], sources: &[(&str, &str)]) -> String {
    page_of(title, traces, &sources.iter().map(|(file, text)| (file.to_string(), text.to_string())).collect())
}

/// The same, with sources by their paths.
pub(super) fn page_of(title: &str, traces: &[&str], given: &Sources) -> String {
    let named: BTreeSet<_> = traces.iter().flat_map(|trace| trace.lines()).filter_map(file_of).collect();
    let sources = named.into_iter().map(|file| {
        let text = given.get(&file).cloned().or_else(|| source(Path::new(&file)));
        (file, text)
    });
    let trace = |trace: &&str| format!("<script type=\"text/plain\" class=\"trace\">\n{}</script>\n", inert(trace));
    let sources = sources.map(|(file, text)| {
        let text = text.as_deref().map_or("null".to_string(), quoted);
        format!("{}:{text}", quoted(&file))
    });
    let sources = inert(&format!("{{{}}}", sources.collect::<Vec<_>>().join(",")));
    let traces: String = traces.iter().map(trace).collect();
    let data = format!("{traces}<script type=\"application/json\" id=\"sources\">{sources}</script>");
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let line = |line| match line {
        "/*{style}*/" => trimmed(STYLE),
        "/*{script}*/" => SCRIPTS.map(trimmed).join("\n"),
        "<!--{title}-->" => title.clone(),
        "<!--{data}-->" => data.clone(),
        line => line.to_string(),
    };
    SKELETON.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

/// Text in JSON that ends no element of the page. A `<` stands in its strings alone.
fn inert(json: &str) -> String {
    json.replace('<', "\\u003c")
}

/// Without indents, blank lines and comments.
fn trimmed(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The file that a row defines a line of.
fn file_of(row: &str) -> Option<String> {
    let place = row.strip_prefix("{\"line\":")?.split_once("\"at\":\"")?.1;
    // A quote in a path is escaped, and no such file is looked for.
    let place = place.split('"').next()?;
    let (rest, _column) = place.rsplit_once(':')?;
    Some(rest.rsplit_once(':')?.0.to_string())
}

/// The text of a source that a program was compiled from: a path from the folder where that was done.
fn source(file: &Path) -> Option<String> {
    let here = current_dir().ok()?;
    here.ancestors().find_map(|folder| read_to_string(folder.join(file)).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_are_those_of_the_list_in_its_order() {
        let listed = include_str!("../../page/files.txt").lines();
        let listed: Vec<_> = listed.map(|file| source(&Path::new("page").join(file)).expect("it is there")).collect();
        assert_eq!(listed, SCRIPTS);
    }

    #[test]
    fn nothing_in_a_trace_or_a_source_ends_the_element_that_it_is_in() {
        let trace = r#"{"trace":"mine","version":1}
{"line":1,"at":"a.rs:1:1"}
{"task":0,"name":"</script><script>alert(1)</script>"}"#;
        let sources = Sources::from([("a.rs".to_string(), "// </script>\u{2028}".to_string())]);
        let page = page_of("a <b> & c", &[trace], &sources);
        assert!(!page.contains("</script><script>alert"));
        assert!(page.contains("// \\u003c/script>\\u2028"));
        assert!(page.contains("a &lt;b> &amp; c"));
    }
}
