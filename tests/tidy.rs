//! The house rules that the compiler does not keep: what uses what, how long files are, how they open, and what the
//! project speaks of.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What one has to read to understand a wake stays under this many lines, of all that are neither blank nor a comment.
const CODE_TO_READ: usize = 3127;

/// All who look on together stay under this many, counted in the same way.
const CODE_OF_WATCHERS: usize = 2957;

/// What one has to read to know who wakes a task, from the call that wakes to the next poll, and how many lines of it at most: the
/// files that the front page names first.
const STORY: ([&str; 6], usize) = (
    [
        "sync/event.rs",
        "runtime/waits.rs",
        "runtime/wakee.rs",
        "runtime/task.rs",
        "runtime/executor.rs",
        "runtime/waiter.rs",
    ],
    850,
);

/// Those who look on, and put into words or check what the others do: a wake goes on without them.
const WATCHERS: &str = "runtime/watch";

/// Those who hear what happens, and know no more of a run than that.
const OBSERVERS: &str = "runtime/observe";

/// The explorer of schedules, and how many lines of code it is at most.
const EXPLORER: (&str, usize) = ("runtime/explore", 1131);

/// The rooms beside the heart, as it calls them.
const ROOMS: [&str; 3] = ["watch", "observe", "explore"];

/// All that the heart knows of being watched. It may name everybody.
const SEAM: &str = "note";

/// Where a runtime is put together, of the heart and of those who watch it.
const TOP: &str = "run";

/// Files beside the heart, which calls nothing in them: what those who look on need, and what a program says itself.
const BESIDE: [&str; 3] = ["failure.rs", "note.rs", "say.rs"];

/// A file longer than this does not fit a first reading.
const FILE_LINES: usize = 400;

/// As wide as `rustfmt` makes the code, which leaves comments as they are.
const WIDTH: usize = 120;

/// As wide as a page of the documentation shows an example at 1200 pixels.
const EXAMPLE_WIDTH: usize = 92;

/// Longer than this, a demo shows more than one thing.
const DEMO_LINES: usize = 80;

/// A whole primitive as its users write one, with its guards, and a program that shows it: it is one thing, and is read as one.
const PRIMITIVE: (&str, usize) = ("rwlock.rs", 200);

/// What the library may depend on.
const DEPENDENCIES: [&str; 3] = ["crossbeam-queue", "futures-task", "slab"];

#[test]
fn floors_go_down() {
    for folder in ["runtime", WATCHERS, OBSERVERS, EXPLORER.0, "sync"] {
        let order = modules(&read(&format!("{folder}/mod.rs")));
        for (floor, module) in
            order.iter().enumerate().filter(|(_, module)| *module != SEAM && !ROOMS.contains(&module.as_str()))
        {
            let source = read(&format!("{folder}/{module}.rs"));
            for (number, line) in code(&source) {
                for used in modules_named(line) {
                    let below = order[..floor].contains(&used) || !order.contains(&used);
                    assert!(
                        below || ROOMS.contains(&used.as_str()),
                        "{folder}/{module}.rs:{number} uses {used}, which is not below it in {folder}/mod.rs: {line}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_heart_knows_of_those_who_watch_by_the_seam_alone() {
    for module in modules(&read("runtime/mod.rs")).iter().filter(|module| ![SEAM, TOP].contains(&module.as_str())) {
        if !ROOMS.contains(&module.as_str()) {
            names_no_room(&format!("runtime/{module}.rs"), &ROOMS);
        }
    }
    names_no_room("runtime/mod.rs", &ROOMS);
    for (room, above) in [(WATCHERS, &ROOMS[1..]), (OBSERVERS, &ROOMS[2..])] {
        for module in modules(&read(&format!("{room}/mod.rs"))) {
            names_no_room(&format!("{room}/{module}.rs"), above);
        }
    }
}

/// No line of that file names one of these rooms.
fn names_no_room(file: &str, rooms: &[&str]) {
    for (number, line) in code(&read(file)) {
        let room = rooms.iter().find(|room| line.contains(&format!("{room}::")));
        assert!(room.is_none(), "{file}:{number} names those who look on: {line}");
    }
}

#[test]
fn the_runtime_knows_nothing_of_sync() {
    for path in rust_files("runtime") {
        for (number, line) in code(&fs::read_to_string(&path).expect("a file that was listed can be read")) {
            assert!(!line.contains("crate::sync"), "{}:{number} names sync: {line}", path.display());
        }
    }
}

#[test]
fn the_front_page_lists_every_file() {
    let page = read("lib.rs");
    for module in modules(&read("runtime/mod.rs")).iter().filter(|module| !ROOMS.contains(&module.as_str())) {
        let line = format!("\n//! - `{module}`: ");
        assert!(page.contains(&line), "lib.rs does not say what runtime/{module}.rs is");
    }
    let page = page.replace("\n//! ", " ");
    for folder in [WATCHERS, OBSERVERS, EXPLORER.0, "sync"] {
        let list: Vec<_> =
            modules(&read(&format!("{folder}/mod.rs"))).iter().map(|module| format!("`{module}`")).collect();
        let list = format!(": {}.", list.join(", "));
        assert!(page.contains(&list), "lib.rs does not say, of {folder}{list}");
    }
}

#[test]
fn the_door_to_the_runtime_is_one_line() {
    let source = read("runtime/mod.rs");
    let door: Vec<_> = code(&source).filter(|(_, line)| line.contains("pub(crate) use")).collect();
    assert_eq!(door.len(), 1, "runtime/mod.rs has one line of pub(crate) use: {door:?}");
}

#[test]
fn what_one_reads_to_understand_a_wake_stays_short() {
    let primitives = ["event.rs", "lock.rs", "condition.rs", "notifies.rs"].map(sync_file);
    let is_read = |path: &PathBuf| {
        ![WATCHERS, OBSERVERS, EXPLORER.0].iter().any(|room| path.starts_with(root().join(room)))
            && !BESIDE.iter().any(|file| path.ends_with(file))
    };
    let files = rust_files("runtime").into_iter().chain(primitives).filter(is_read);
    assert!(
        lines_of_code(files) <= CODE_TO_READ,
        "more code is to be read to understand a wake than {CODE_TO_READ} lines"
    );
}

#[test]
fn those_who_look_on_stay_few() {
    let lines = lines_of_code(rust_files(WATCHERS));
    assert!(lines <= CODE_OF_WATCHERS, "those who look on are {lines} lines of code, of {CODE_OF_WATCHERS}");
}

#[test]
fn the_explorer_stays_small() {
    let (folder, most) = EXPLORER;
    let lines = lines_of_code(rust_files(folder));
    assert!(lines <= most, "the explorer is {lines} lines of code, of {most}");
}

/// Counts the lines of code of some files, and prints how many each has.
fn lines_of_code(files: impl IntoIterator<Item = PathBuf>) -> usize {
    let count = |path: PathBuf| {
        let source = fs::read_to_string(&path).expect("a file that was listed can be read");
        let of_file = code(&source).count();
        println!("{of_file:5} {}", path.strip_prefix(root()).expect("every file is in the project").display());
        of_file
    };
    let lines = files.into_iter().map(count).sum();
    println!("{lines:5} lines of code");
    lines
}

#[test]
fn who_wakes_a_task_is_told_in_few_files() {
    let (files, bound) = STORY;
    let page = read("lib.rs");
    let of_page = page.split("Who wakes my task?").nth(1).expect("the front page tells who wakes a task");
    let first = of_page.split("What these rest on").next().expect("a split has a first part");
    let mut lines = 0;
    for file in files {
        let (folder, module) = file.trim_end_matches(".rs").split_once('/').expect("a file in a folder");
        let named = if folder == "sync" { format!("`{folder}/{module}`") } else { format!("- `{module}`: ") };
        assert!(first.contains(&named), "lib.rs does not name {file} among those to read first");
        lines += code(&read(file)).count();
    }
    println!("{lines:5} lines of code from a wake to the next poll, of {bound}");
    assert!(lines <= bound, "{lines} lines of code are to be read from a wake to the next poll");
    assert_eq!(first.matches("\n//! - `").count(), files.len() - 1, "lib.rs names other files first, too");
}

#[test]
fn files_fit_a_first_reading_and_say_what_they_are_for() {
    for folder in ["runtime", "sync", "demos", "benches"] {
        for path in rust_files(folder) {
            let source = fs::read_to_string(&path).expect("a file that was listed can be read");
            let lines = source.lines().count();
            assert!(lines <= FILE_LINES, "{} has {lines} lines", path.display());
        }
    }
    for folder in ["runtime", "sync", "demos", "examples", "tests", "benches"] {
        for path in rust_files(folder) {
            let source = fs::read_to_string(&path).expect("a file that was listed can be read");
            assert!(source.starts_with("//!"), "{} does not say what it is for", path.display());
        }
    }
}

#[test]
fn comments_are_no_wider_than_the_code() {
    for path in rust_files("runtime").into_iter().chain(rust_files("sync")).chain([root().join("lib.rs")]) {
        let source = fs::read_to_string(&path).expect("a file that was listed can be read");
        for (index, line) in source.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("//")) {
            assert!(line.chars().count() <= WIDTH, "{}:{} is wider than the code: {line}", path.display(), index + 1);
        }
    }
}

#[test]
fn examples_fit_the_page_on_which_they_are_read() {
    for path in rust_files("runtime").into_iter().chain(rust_files("sync")).chain([root().join("lib.rs")]) {
        let source = fs::read_to_string(&path).expect("a file that was listed can be read");
        let mut is_example = false;
        for (index, line) in source.lines().enumerate() {
            let line = line.trim_start();
            let doc = ["/// ", "//! "].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or_default();
            if doc.trim_start().starts_with("```") {
                is_example = !is_example;
            }
            let is_shown = is_example && !doc.starts_with("# ");
            let fits = !is_shown || doc.chars().count() <= EXAMPLE_WIDTH;
            assert!(fits, "{}:{} is cut off on its page: {doc}", path.display(), index + 1);
        }
        assert!(!is_example, "{} has an example without an end", path.display());
    }
}

#[test]
fn demos_show_one_thing_each() {
    for path in ["demos/programs", "demos/races", "demos/levels", "examples"].into_iter().flat_map(rust_files) {
        let source = fs::read_to_string(&path).expect("a file that was listed can be read");
        let lines = source.lines().count();
        let is_table = path.ends_with("mod.rs");
        let limit = if path.ends_with(PRIMITIVE.0) { PRIMITIVE.1 } else { DEMO_LINES };
        assert!(is_table || lines < limit, "{} has {lines} lines", path.display());
    }
}

#[test]
fn an_invariant_that_is_relied_on_is_stated() {
    for folder in ["runtime", "sync", "demos", "benches"] {
        for path in rust_files(folder) {
            let source = fs::read_to_string(&path).expect("a file that was listed can be read");
            for (number, line) in code(&source) {
                assert!(
                    !line.contains(".unwrap()"),
                    "{}:{number} says expect() with the reason: {line}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn every_dependency_has_its_reason_in_the_architecture() {
    let architecture = read("docs/ARCHITECTURE.md");
    let library = section(&read("Cargo.toml"), "[dependencies]");
    assert_eq!(library, DEPENDENCIES, "the library depends on these three and no more");
    for (manifest, header) in [
        ("Cargo.toml", "[dependencies]"),
        ("Cargo.toml", "[dev-dependencies]"),
        ("demos/Cargo.toml", "[dependencies]"),
        ("docs/book/Cargo.toml", "[dependencies]"),
        ("benches/Cargo.toml", "[dependencies]"),
    ] {
        for name in section(&read(manifest), header).iter().filter(|name| *name != "greenlight") {
            assert!(architecture.contains(&format!("`{name}`")), "docs/ARCHITECTURE.md does not say what {name} buys");
        }
    }
}

#[test]
fn nothing_is_unsafe_in_any_package() {
    for manifest in ["Cargo.toml", "benches/Cargo.toml"] {
        let header = if manifest == "Cargo.toml" { "[workspace.lints.rust]" } else { "[lints.rust]" };
        assert!(section(&read(manifest), header).contains(&"unsafe_code".to_string()), "{manifest} allows unsafe code");
        assert!(read(manifest).contains("\nunsafe_code = \"forbid\"\n"), "{manifest} does not forbid unsafe code");
    }
    for manifest in [
        "Cargo.toml",
        "demos/Cargo.toml",
        "docs/book/Cargo.toml",
        "tests/allocations/Cargo.toml",
        "tests/growth/Cargo.toml",
        "tests/stage/Cargo.toml",
    ] {
        assert!(
            read(manifest).contains("[lints]\nworkspace = true\n"),
            "{manifest} does not heed the workspace's lints"
        );
    }
}

#[test]
fn what_the_tables_for_newcomers_say_is_compiled_below_them() {
    for (page, least) in [("docs/FROM_ASYNCIO.md", 60), ("docs/FROM_TOKIO.md", 15)] {
        let text = read(page);
        let rust: String = text.split("```rust").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        let rows = text.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split(" | ").nth(1));
        let rows: Vec<_> = rows.filter_map(|cell| cell.strip_prefix('`')?.split('`').next()).collect();
        assert!(rows.len() >= least, "the table of {page} has {} rows", rows.len());
        for row in rows.iter().map(|row| row.replace("\\|", "|")) {
            assert!(rust.contains(&row), "no program of {page} says: {row}");
        }
    }
}

#[test]
fn the_schema_of_a_trace_has_each_row_that_is_written_and_no_other() {
    let (page, writer) = (read("docs/TRACE.md"), read("runtime/observe/rows.rs"));
    let words = |text: &str, begin: &str| -> BTreeSet<String> {
        let words = text.split(begin).skip(1).filter_map(|rest| rest.split('"').next());
        words.map(str::to_string).collect()
    };
    let tables: String = page.lines().filter(|line| line.starts_with("| `[")).collect();
    let mut written = words(&writer, ".word(\"");
    written.extend(words(&writer, ".act(\""));
    written.remove("now");
    assert_eq!(words(&tables, "[\""), written);
}

#[test]
fn every_line_of_the_debug_mode_has_its_row_in_the_page_on_watching() {
    let page = read("docs/WATCHING.md");
    let mut found = 0;
    for file in ["observe/debug", "watch/lost", "observe/pending", "observe/unheard"] {
        let source = read(&format!("runtime/{file}.rs"));
        for (number, line) in code(&source) {
            // A line of the debug mode begins with what it is about, in one word or two.
            let begins = line.split('"').skip(1).step_by(2).filter_map(|text| text.split_once(": "));
            let categories = begins.map(|(words, _)| words).filter(|words| words.split(' ').count() <= 2);
            for category in categories {
                found += 1;
                let row = format!("| `{category}:` |");
                assert!(page.contains(&row), "docs/WATCHING.md has no row for {file}.rs:{number}: {line}");
            }
        }
    }
    assert!(found >= 8, "{found} lines were found");
}

#[test]
fn every_public_type_has_its_row_in_the_table_of_what_may_leave_its_thread() {
    let table = read("tests/runtime/types.rs");
    let (exports, dump) = (read("lib.rs") + &read("sync/mod.rs"), read("runtime/watch/dump.rs"));
    let used = exports.split("pub use ").skip(1).filter_map(|rest| rest.split(';').next());
    let used = used.flat_map(|list| list.split(|c: char| !c.is_alphanumeric() && c != '_'));
    let defined = dump.split('\n').filter_map(|line| {
        let kinds = ["pub struct ", "pub enum ", "pub use super::standing::"];
        let rest = kinds.iter().find_map(|kind| line.strip_prefix(kind))?;
        rest.split(|c: char| !c.is_alphanumeric()).next()
    });
    let types: BTreeSet<_> = used.chain(defined).filter(|name| name.starts_with(char::is_uppercase)).collect();
    assert!(types.len() > 60, "{} types are public", types.len());
    for name in types {
        let has_row = |line: &str| {
            let row = line.trim_start().strip_prefix("dyn ").unwrap_or(line.trim_start());
            row.strip_prefix(name).is_some_and(|rest| rest.starts_with([':', '<']) && line.ends_with(';'))
        };
        // A trait that is no type is what its implementors are.
        let is_a_trait = ["GroupResult", "Racers", "Store"].contains(&name);
        assert!(is_a_trait || table.lines().any(has_row), "tests/runtime/types.rs has no row for {name}");
    }
}

#[test]
fn every_public_function_is_called_in_an_example_that_asserts() {
    let items = public_items();
    let (mut own, mut shared, mut without) = (0, 0, Vec::new());
    for function in items.iter().filter(|item| ["fn", "macro_rules"].contains(&item.kind)) {
        if !function.examples.is_empty() {
            own += 1;
        } else if items.iter().any(|item| item.shows(function)) {
            shared += 1;
        } else {
            without.push(function.path());
        }
    }
    println!("{own} public functions have an example of their own, and {shared} are in that of their type");
    assert!(own + shared + without.len() > 150, "the walk has lost sight of functions");
    assert!(without.is_empty(), "{} are called in no example that asserts: {without:#?}", without.len());
}

#[test]
fn every_public_function_that_may_fail_or_wait_says_so() {
    let items = public_items();
    let sources = rust_files("runtime").into_iter().chain(rust_files("sync"));
    let sources: String = sources.map(|path| fs::read_to_string(path).expect("it was listed")).collect();
    let futures = sources.split(" Future for ").skip(1).filter_map(|rest| words(rest).next());
    let futures: BTreeSet<_> = futures.collect();
    let (mut fail, mut wait) = (0, 0);
    for function in items.iter().filter(|item| item.kind == "fn") {
        let (docs, returns) = (&function.docs, function.behind().unwrap_or_default());
        let returned = words(returns).next().unwrap_or_default();
        if returned == "Result" || returns.starts_with("impl Future<Output = Result<") {
            fail += 1;
            assert!(docs.contains("# Errors"), "{} does not say when it fails", function.path());
        }
        if returns.starts_with("impl Future<") || futures.contains(returned) {
            wait += 1;
            let mut docs = items.iter().filter(|item| item.name == returned).map(|item| &item.docs).chain([docs]);
            let says_so = docs.any(|docs| docs.contains("# Cancel safety"));
            assert!(says_so, "{} does not say what becomes of a wait that is dropped", function.path());
        }
    }
    println!("{fail} public functions may fail, and {wait} wait");
    assert!(fail >= 15 && wait >= 30, "the walk has lost sight of functions");
}

#[test]
fn every_error_is_among_those_that_have_to_travel() {
    let table = read("tests/runtime/types.rs");
    let mut found = 0;
    for path in rust_files("sync").into_iter().chain(rust_files("runtime")) {
        let source = fs::read_to_string(&path).expect("a file that was listed can be read");
        for (number, line) in code(&source) {
            let Some((_, error)) = line.split_once("Error for ").filter(|_| line.starts_with("impl")) else { continue };
            let name: String = error.chars().take_while(|c| c.is_alphanumeric()).collect();
            found += 1;
            let has_row = table.lines().any(|line| {
                let row = line.trim_start().strip_prefix("travels::<").and_then(|row| row.strip_prefix(name.as_str()));
                row.is_some_and(|rest| rest.starts_with(['<', '>']))
            });
            assert!(has_row, "tests/runtime/types.rs does not say that {name} travels, {}:{number}", path.display());
        }
    }
    assert!(found > 15, "{found} errors were found");
}

#[test]
fn every_future_without_a_name_is_among_those_of_which_it_is_said_whether_they_leave_their_thread() {
    let table = read("tests/runtime/types.rs");
    let mut found = 0;
    for path in rust_files("sync").into_iter().chain(rust_files("runtime")) {
        let source = fs::read_to_string(&path).expect("a file that was listed can be read");
        for function in source.split(" pub fn ").skip(1).chain(source.split("\npub fn ").skip(1)) {
            let signature = function.split(" {").next().unwrap_or_default();
            let returns_a_future = signature.rsplit("-> ").next().is_some_and(|it| it.starts_with("impl Future<"));
            let name: String = function.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            // `gather!` stands for what it expands to.
            let name = if name == "gather_tuple" { "gather!".to_string() } else { name };
            if returns_a_future {
                found += 1;
                let row = [format!("(\"{name}\", "), format!("::{name}\", ")].iter().any(|row| table.contains(row));
                assert!(row, "tests/runtime/types.rs does not say whether the future of {name}() is Send");
            }
        }
    }
    assert!(found > 10, "{found} functions return futures");
}

#[test]
fn what_the_package_includes_and_links_to_is_in_the_package() {
    let manifest = read("Cargo.toml");
    let include =
        manifest.lines().find_map(|line| line.strip_prefix("include = [")).expect("the package says what is in it");
    let patterns: Vec<&str> = include.split('"').skip(1).step_by(2).collect();
    let is_in = |path: &str| {
        let path = format!("/{path}");
        patterns.iter().any(|pattern| match (pattern.split_once('*'), pattern.rsplit_once('*')) {
            (Some((before, _)), Some((_, behind))) => path.starts_with(before) && path.ends_with(behind),
            _ => path == *pattern,
        })
    };
    let included = read("lib.rs");
    let included = included.split("include_str!(\"").skip(1).filter_map(|rest| rest.split('"').next());
    let mut found = 0;
    for page in included.chain(["docs/ARCHITECTURE.md", "docs/TESTING.md", "docs/PERFORMANCE.md"]) {
        assert!(is_in(page), "the package does not include {page}");
        let (text, folder) = (read(page), page.rsplit_once('/').map_or("", |(folder, _)| folder));
        let links = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        for link in links.filter(|link| !link.is_empty() && !link.contains("://")) {
            let target = Path::new(folder).join(link);
            let path = root().join(&target);
            // A folder is in the package if what is in it is.
            let file = if path.is_dir() { all_files(&target.to_string_lossy()).remove(0) } else { path };
            let file = file.strip_prefix(root()).expect("a link stays in the project").to_string_lossy().into_owned();
            assert!(
                root().join(&file).is_file() && is_in(&file),
                "{page} links to {link}, which is not in the package"
            );
            found += 1;
        }
    }
    assert!(found >= 6, "{found} links were found");
}

#[test]
fn the_project_speaks_of_itself_alone() {
    let hosts = ["crates", "docs"].map(|name| format!("{name}.{}", if name == "docs" { "rs/" } else { "io" }));
    let files = ["runtime", "sync", "demos", "examples", "tests", "docs", "benches"].into_iter().flat_map(all_files);
    // A lock file says where its packages come from.
    let files = files.filter(|path| !path.ends_with("Cargo.lock"));
    for path in files.chain([root().join("README.md"), root().join("lib.rs"), root().join("Cargo.toml")]) {
        let Ok(source) = fs::read_to_string(&path) else {
            continue;
        };
        for word in &hosts {
            assert!(!source.contains(word.as_str()), "{} names {word}", path.display());
        }
    }
}

/// What users see: a function, a macro, a type or a trait.
struct Item {
    /// The word that says what it is: "fn", "struct".
    kind: &'static str,
    name: String,
    /// The type or trait whose method it is.
    of: Option<String>,
    /// Its code, up to its body.
    heading: String,
    docs: String,
    /// The examples in its documentation that assert.
    examples: String,
}

impl Item {
    fn path(&self) -> String {
        self.of.iter().chain([&self.name]).cloned().collect::<Vec<_>>().join("::")
    }

    /// What it returns, or stands for.
    fn behind(&self) -> Option<&str> {
        self.heading.split_once(if self.kind == "fn" { " -> " } else { " = " }).map(|(_, behind)| behind)
    }

    fn yields(&self, type_name: &str) -> bool {
        self.behind().is_some_and(|behind| words(behind).any(|word| word == type_name))
    }

    /// Whether an example of this calls that function, and this is the type whose method it is, a name that stands for
    /// that, a function that yields one, or the type that the function returns.
    fn shows(&self, function: &Item) -> bool {
        let Item { name, of, heading, .. } = function;
        let is_type = self.kind != "fn";
        let is_near = of.as_ref().is_some_and(|of| is_type && self.name == *of || self.yields(of));
        let calls = match of {
            Some(_) if heading.contains("self") => vec![format!(".{name}("), format!("fn {name}(")],
            Some(of) => [of, &self.name].map(|of| format!("{of}::{name}(")).into(),
            None => vec![format!("{name}(")],
        };
        let begins = |at| !self.examples[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let is_called =
            |call: &String| self.examples.match_indices(call).any(|(at, _)| begins(at) || call.starts_with('.'));
        (is_near || is_type && function.yields(&self.name)) && calls.iter().any(is_called)
    }
}

/// What the crate and its modules export, and the methods of that.
fn public_items() -> Vec<Item> {
    let exports = ["lib.rs", "sync/mod.rs"].map(read).concat();
    let exports = exports.split("pub use ").skip(1).filter_map(|rest| rest.split(';').next()).flat_map(words);
    let exports: BTreeSet<_> = exports.chain(["Dump"]).collect();
    let files = rust_files("runtime").into_iter().chain(rust_files("sync"));
    let sources = files.map(|path| fs::read_to_string(path).expect("a file that was listed can be read"));
    let mut items: Vec<_> = sources.flat_map(|source| items_of(&source)).collect();
    items.retain(|item| item.kind == "macro_rules" || exports.contains(item.of.as_deref().unwrap_or(&item.name)));
    items
}

/// The public items of a source, and those of its macros that are exported.
fn items_of(source: &str) -> Vec<Item> {
    let (mut items, mut docs, mut attributes) = (Vec::new(), Vec::new(), String::new());
    let (mut of, mut in_trait) = (None, false);
    let mut lines = source.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        if let Some(doc) = code.strip_prefix("///") {
            docs.push(doc.trim_start());
            continue;
        }
        if code.starts_with("#[") {
            attributes += code;
            while !attributes.ends_with(']') {
                attributes += lines.next().expect("an attribute ends");
            }
            continue;
        }
        let (docs, attributes) = (std::mem::take(&mut docs), std::mem::take(&mut attributes));
        if line.starts_with("impl") || line == "}" {
            // The type stands behind the parameters, which end before a space.
            let header = line.split(" {").next().unwrap_or_default();
            let behind = header.rsplit_once("> ").map_or(header.trim_start_matches("impl "), |(_, behind)| behind);
            of = words(behind).next().filter(|_| !header.contains(" for ")).map(str::to_string);
            in_trait = false;
        }
        let is_inside = line.starts_with("    ");
        let is_exported = code.starts_with("pub ") || attributes.contains("#[macro_export]");
        let is_public = is_exported || in_trait && is_inside && code.starts_with("fn ");
        let kinds = ["fn", "macro_rules", "struct", "enum", "trait", "type"];
        let kind = kinds.into_iter().find(|&kind| words(code).take(3).any(|word| word == kind));
        let Some(kind) = kind.filter(|_| is_public && !attributes.contains("#[doc(hidden)]")) else { continue };
        let name = words(code).skip_while(|&word| word != kind).nth(1).expect("an item has a name").to_string();
        let mut heading = code.to_string();
        while !heading.ends_with(['{', ';']) {
            heading += lines.next().expect("an item has a body, or none");
        }
        if kind == "trait" {
            (of, in_trait) = (Some(name.clone()), true);
        }
        let of = of.clone().filter(|_| is_inside);
        items.push(Item { kind, name, of, heading, docs: docs.join("\n"), examples: examples(&docs) });
    }
    items
}

/// The examples in a documentation that are run and assert.
fn examples(docs: &[&str]) -> String {
    let blocks = docs.split(|line| line.starts_with("```")).skip(1).step_by(2);
    let opened = docs.iter().filter(|line| line.starts_with("```")).step_by(2);
    let run = blocks.zip(opened).filter(|(block, fence)| **fence == "```" && block.concat().contains("assert"));
    run.flat_map(|(block, _)| block.iter().map(|line| format!("{line}\n"))).collect()
}

/// The words of a line of code.
fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// The modules that a `mod.rs` declares, in its order, which is the order of reading and of the floors.
fn modules(source: &str) -> Vec<String> {
    let module = |(_, line): (usize, &str)| {
        let visible = ["pub ", "pub(crate) ", "pub(in crate::runtime) "];
        let line = visible.iter().find_map(|it| line.strip_prefix(it)).unwrap_or(line);
        Some(line.strip_prefix("mod ")?.strip_suffix(';')?.to_string())
    };
    code(source).filter_map(module).collect()
}

/// The names that follow `super::` in a line.
fn modules_named(line: &str) -> Vec<String> {
    let names = line.split("super::").skip(1);
    names.map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect()
}

/// The lines of code of a source, numbered: no comments, no blank lines, no unit tests, which stand at the foot.
fn code(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = source.lines().enumerate().take_while(|(_, line)| !line.starts_with("#[cfg(test)]"));
    lines
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with("//"))
}

/// The names of the entries in one table of a manifest.
fn section(manifest: &str, header: &str) -> Vec<String> {
    let lines = manifest.lines().skip_while(|line| *line != header).skip(1);
    let entries = lines.take_while(|line| !line.starts_with('[')).filter_map(|line| line.split_once(" = "));
    entries.map(|(name, _)| name.to_string()).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sync_file(name: &str) -> PathBuf {
    root().join("sync").join(name)
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn rust_files(folder: &str) -> Vec<PathBuf> {
    all_files(folder).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// All files of a folder, but for what a build leaves there.
fn all_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("a folder of the project can be listed").path();
            if path.is_dir() {
                folders
                    .extend(Some(path).filter(|folder| !["target", "made"].iter().any(|made| folder.ends_with(made))));
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
