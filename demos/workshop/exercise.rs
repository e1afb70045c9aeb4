//! Where the workshop lies, and its exercises.

use super::readme::Readme;
use greenlight::trace::Printable;
use std::env;
use std::fs;
use std::path::{self, Path, PathBuf};

/// Names the folder of another workshop, as authors may have one.
const VARIABLE: &str = "GREENLIGHT_WORKSHOP";

/// The folder in the project's own.
const FOLDER: &str = "docs/workshop";

/// A workspace of exercises.
#[derive(Debug)]
pub(crate) struct Workshop {
    pub(crate) root: PathBuf,
    /// In the order of their numbers.
    pub(crate) exercises: Vec<Exercise>,
}

/// A folder `NN_name`, whose package is `name`.
#[derive(Clone, Debug)]
pub(crate) struct Exercise {
    pub(crate) number: usize,
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
}

impl Workshop {
    /// The workshop that the environment names, or that of the project in whose folder this runs, or that of the project
    /// from which this was built.
    pub(crate) fn open() -> Result<Workshop, String> {
        let here = env::current_dir().unwrap_or_default();
        let above = here.ancestors().map(|folder| folder.join(FOLDER));
        let built = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(|project| project.join(FOLDER));
        let root = match env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
            Some(named) => Some(PathBuf::from(named)),
            None => above.chain(built).find(|root| root.join("exercises").is_dir()),
        };
        let root =
            root.ok_or_else(|| format!("there is no folder {FOLDER} here; call this in a clone of greenlight"))?;
        // cargo runs elsewhere.
        Workshop::at(path::absolute(&root).unwrap_or(root))
    }

    pub(crate) fn at(root: PathBuf) -> Result<Workshop, String> {
        let folder = root.join("exercises");
        let unreadable = |error| format!("cannot read {}: {error}", Printable(folder.display()));
        let entries = fs::read_dir(&folder).map_err(unreadable)?;
        let mut exercises: Vec<_> = entries.flatten().filter_map(|entry| Exercise::in_folder(entry.path())).collect();
        exercises.sort_by_key(|exercise| exercise.number);
        if exercises.is_empty() {
            return Err(format!("{} has no exercise, as in 01_bell", Printable(folder.display())));
        }
        Ok(Workshop { root, exercises })
    }

    /// That of the project whose tests run.
    #[cfg(test)]
    pub(crate) fn of_project() -> Workshop {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the demos stand in the project's folder");
        Workshop::at(project.join(FOLDER)).expect("the workshop can be read")
    }

    /// The exercise of that number or name. Says which may have been meant, where there is none.
    pub(crate) fn find(&self, typed: &str) -> Result<&Exercise, String> {
        let number = typed.split('_').next().and_then(|number| number.parse::<usize>().ok());
        let is_it = |exercise: &&Exercise| exercise.name == typed || number == Some(exercise.number);
        self.exercises.iter().find(is_it).ok_or_else(|| {
            let last = self.exercises.last().map_or(0, |exercise| exercise.number);
            let typed = Printable(typed);
            match number {
                Some(_) => format!("there is no exercise `{typed}`; their numbers are 1 to {last}"),
                None => format!("there is no exercise `{typed}`; did you mean `{}`?", self.nearest(&typed.to_string())),
            }
        })
    }

    fn nearest(&self, typed: &str) -> &str {
        let names = self.exercises.iter().map(|exercise| exercise.name.as_str());
        nearest(typed, names).expect("a workshop has exercises")
    }
}

/// The name that is nearest to what was typed.
pub(crate) fn nearest<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // A part of a name means the whole.
    names.min_by_key(|name| (!name.contains(typed), strsim::osa_distance(name, typed)))
}

impl Exercise {
    fn in_folder(folder: PathBuf) -> Option<Exercise> {
        let (number, name) = folder.file_name()?.to_str()?.split_once('_')?;
        let (number, name) = (number.parse().ok()?, name.to_string());
        folder.is_dir().then_some(Exercise { number, name, folder })
    }

    /// The learner's own file.
    pub(crate) fn learners(&self) -> PathBuf {
        self.folder.join("src/lib.rs")
    }

    pub(crate) fn checks(&self) -> PathBuf {
        self.folder.join("tests/check.rs")
    }

    /// Whether a file is one of this exercise, as the compiler names it.
    pub(crate) fn is_named_in(&self, file: &str) -> bool {
        let folder = self.folder.file_name().unwrap_or_default().to_string_lossy();
        file.starts_with("src/") || file.contains(&format!("{folder}/"))
    }

    /// The exercise whose learner's file that is, as the compiler names it. It may be one on which this one builds.
    pub(crate) fn of_learners(&self, file: &str) -> Option<Exercise> {
        let folder = file.strip_suffix("/src/lib.rs")?.rsplit('/').next()?;
        Exercise::in_folder(self.folder.parent()?.join(folder))
    }

    pub(crate) fn solution(&self) -> Result<String, String> {
        self.read("solution.rs")
    }

    pub(crate) fn readme(&self) -> Result<Readme, String> {
        let wrong = |why| format!("{}: {why}", Printable(self.folder.join("README.md").display()));
        Readme::parse(&self.read("README.md")?, self.number).map_err(wrong)
    }

    /// Its title; its name, where its page has none.
    pub(crate) fn title(&self) -> String {
        self.readme().map_or_else(|_| self.name.clone(), |readme| readme.title)
    }

    pub(crate) fn read(&self, file: &str) -> Result<String, String> {
        read(&self.folder.join(file))
    }

    /// Whether it can be checked with the learner's own files instead of the solutions that it builds on.
    pub(crate) fn has_mine(&self) -> bool {
        let manifest = self.read("Cargo.toml").unwrap_or_default();
        manifest.lines().any(|line| line.split('=').next().is_some_and(|key| key.trim() == "mine"))
    }
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    let text =
        fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", Printable(path.display())))?;
    // As git writes it on some machines.
    Ok(text.replace("\r\n", "\n"))
}

pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    let written = folder.and_then(|()| fs::write(path, text));
    written.map_err(|error| format!("cannot write {}: {error}", Printable(path.display())))
}

/// A path as one types it from here.
pub(crate) fn from_here(path: &Path) -> String {
    let here = env::current_dir().and_then(fs::canonicalize).unwrap_or_default();
    let whole = fs::canonicalize(path).unwrap_or_else(|_| path.into());
    let shown = whole.strip_prefix(&here).unwrap_or(path);
    Printable(shown.display()).to_string()
}
