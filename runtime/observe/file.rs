//! A trace that goes into a file, in the form that the ending of its name decides.

use super::super::context;
use super::super::watch::{Kind, Observer, TraceEvent};
use super::page::{Sources, page_of};
use super::perfetto::Perfetto;
use super::rows::Rows;
use super::story::Story;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Error, ErrorKind, Write, stderr};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Mutex;

/// Names the file that each runtime of a program is traced to.
const VARIABLE: &str = "GREENLIGHT_TRACE";

/// As much text is gathered before it is written.
const CHUNK: usize = 1 << 16;

/// How many traces were begun under each name, in this process.
static BEGUN: Mutex<BTreeMap<PathBuf, usize>> = Mutex::new(BTreeMap::new());

/// An [`Observer`] that writes a file. The ending of its name decides what that is:
///
/// | ending | what |
/// |---|---|
/// | `.jsonl` | rows of JSON, from which the whole state can be rebuilt: `docs/TRACE.md` |
/// | `.txt` | sentences that a person reads |
/// | `.perfetto.json` | what Perfetto shows: a lane a task, a slice a poll, an arrow a wake, counters |
/// | `.html` | a page that replays the run, step by step, in any browser |
///
/// Rows and sentences are written as the run goes on, the others when the runtime is dropped. Whatever goes wrong with
/// the file is said on stderr, and harms nobody.
///
/// `GREENLIGHT_TRACE=FILE` in the environment has every runtime of a program traced in the same way, without a change
/// to it. A second trace under one name goes to `NAME-2`, and so on.
///
/// ```
/// use greenlight::{Runtime, trace::TraceFile};
/// use std::{fs, rc::Rc};
///
/// let path = std::env::temp_dir().join("greenlight-example.txt");
/// let file = TraceFile::create(&path).expect("it can be written").titled("an example");
/// let file = file.with_source("src/main.rs", "fn main() {}");
/// assert_eq!(file.path(), path);
/// let runtime = Runtime::builder().observer(Rc::new(file)).build();
/// runtime.run(greenlight::yield_now());
/// drop(runtime);
/// assert!(fs::read_to_string(&path).unwrap().contains("turn 1: main is polled"));
/// # fs::remove_file(path).unwrap();
/// ```
pub struct TraceFile {
    path: PathBuf,
    program: String,
    sources: Sources,
    writing: RefCell<Writing>,
}

struct Writing {
    file: BufWriter<File>,
    form: Form,
    /// The first that went wrong.
    failed: Option<Error>,
}

enum Form {
    /// None until the first event.
    Rows(Option<Rows>),
    Page(Option<Rows>),
    Story(Story, String),
    Perfetto(Perfetto),
}

impl TraceFile {
    /// Creates the file, or empties the one that is there.
    ///
    /// # Errors
    /// When that is not possible, or the ending is none of those above.
    pub fn create(path: impl AsRef<Path>) -> io::Result<TraceFile> {
        let path = path.as_ref();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let form = match () {
            () if name.ends_with(".jsonl") => Form::Rows(None),
            () if name.ends_with(".txt") => Form::Story(Story::default(), String::new()),
            () if name.ends_with(".html") => Form::Page(None),
            () if name.ends_with(".perfetto.json") => Form::Perfetto(Perfetto::default()),
            () => {
                let why =
                    format!("{name} is no name for a trace; let it end with .jsonl, .txt, .perfetto.json or .html");
                return Err(Error::new(ErrorKind::InvalidInput, why));
            }
        };
        let path = kept_apart(path, &name);
        let file = BufWriter::with_capacity(CHUNK, File::create(&path)?);
        let writing = RefCell::new(Writing { file, form, failed: None });
        Ok(TraceFile { path, program: program(), sources: Sources::new(), writing })
    }

    /// Names the program in the trace; by the name of its executable unless set.
    #[must_use]
    pub fn titled(mut self, program: impl Into<String>) -> Self {
        self.program = program.into();
        self
    }

    /// Has the page show this as the text of a source, which is not read then: a path as the lines of a trace have it.
    #[must_use]
    pub fn with_source(mut self, file: impl Into<String>, text: impl Into<String>) -> Self {
        self.sources.insert(file.into(), text.into());
        self
    }

    /// The file that it writes.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The name of the executable.
fn program() -> String {
    let path = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The same path for the first trace under that name, and another one for each that follows.
fn kept_apart(path: &Path, name: &str) -> PathBuf {
    let mut begun = BEGUN.lock().expect("nobody panics while it is locked");
    let count = begun.entry(path.to_path_buf()).or_default();
    *count += 1;
    match (*count, name.split_once('.')) {
        (2.., Some((stem, ending))) => path.with_file_name(format!("{stem}-{count}.{ending}")),
        _ => path.to_path_buf(),
    }
}

/// The file that the environment asks for.
pub(super) fn from_environment() -> Option<Rc<dyn Observer>> {
    let path = std::env::var_os(VARIABLE).filter(|path| !path.is_empty())?;
    match TraceFile::create(&path) {
        Ok(file) => Some(Rc::new(file)),
        Err(error) => {
            complain(Path::new(&path), &error);
            None
        }
    }
}

fn complain(path: &Path, error: &Error) {
    _ = writeln!(stderr(), "greenlight: the trace is not written to {}: {error}", path.display());
}

impl Observer for TraceFile {
    fn on_event(&self, event: &TraceEvent) {
        let Writing { file, form, failed } = &mut *self.writing.borrow_mut();
        let begin = || {
            let is_virtual = context::current().is_some_and(|core| core.clock.is_virtual());
            Rows::new(&self.program, is_virtual, event.seq)
        };
        let text = match form {
            Form::Rows(rows) => {
                let rows = rows.get_or_insert_with(begin);
                rows.add(event);
                rows.written()
            }
            Form::Page(rows) => return rows.get_or_insert_with(begin).add(event),
            Form::Story(story, told) => {
                told.extend(story.hear(event).map(|sentence| sentence + "\n"));
                told
            }
            Form::Perfetto(perfetto) => return perfetto.add(event),
        };
        let pauses = matches!(event.kind, Kind::Stalled | Kind::ThreadParked { .. });
        if pauses || text.len() >= CHUNK {
            let written = file.write_all(text.as_bytes()).and_then(|()| if pauses { file.flush() } else { Ok(()) });
            form.forget();
            *failed = failed.take().or(written.err());
        }
    }
}

impl Form {
    /// Forgets what was written.
    fn forget(&mut self) {
        match self {
            Form::Rows(rows) => rows.iter_mut().for_each(Rows::forget),
            Form::Story(_, told) => told.clear(),
            Form::Page(_) | Form::Perfetto(_) => {}
        }
    }

    /// What is left to be written at the end.
    fn rest(&mut self, program: &str, sources: Sources) -> String {
        match self {
            Form::Rows(rows) => rows.as_ref().map(|rows| rows.written().to_string()).unwrap_or_default(),
            Form::Page(rows) => page_of(program, &[rows.as_ref().map_or("", Rows::written)], &sources),
            Form::Story(story, told) => {
                told.extend(story.end().map(|sentence| sentence + "\n"));
                std::mem::take(told)
            }
            Form::Perfetto(perfetto) => perfetto.finish(),
        }
    }
}

impl Drop for TraceFile {
    fn drop(&mut self) {
        let Writing { file, form, failed } = self.writing.get_mut();
        let rest = form.rest(&self.program, std::mem::take(&mut self.sources));
        let written = file.write_all(rest.as_bytes()).and_then(|()| file.flush());
        if let Some(error) = failed.take().or(written.err()) {
            complain(&self.path, &error);
        }
    }
}

impl std::fmt::Debug for TraceFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TraceFile").field("path", &self.path).finish_non_exhaustive()
    }
}
