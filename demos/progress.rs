//! What somebody has done so far, in a small file of the user's: which levels were won, which exercises pass.

use std::collections::BTreeMap;
use std::env::var_os;
use std::fs;
use std::path::PathBuf;

/// Names the file.
const VARIABLE: &str = "GREENLIGHT_PROGRESS";

/// What was done. Where the file cannot be read or written, it is forgotten.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    file: Option<PathBuf>,
    /// A number for each name, whose meaning is that of whoever keeps it: a row each.
    rows: BTreeMap<String, usize>,
}

impl Progress {
    pub(crate) fn load() -> Progress {
        let file = file();
        let text = file.as_ref().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
        let row = |line: &str| {
            let (name, number) = line.split_once(' ')?;
            Some((name.to_string(), number.parse().ok()?))
        };
        Progress { file, rows: text.lines().filter_map(row).collect() }
    }

    /// The number that was kept under a name.
    pub(crate) fn kept(&self, name: &str) -> Option<usize> {
        self.rows.get(name).copied()
    }

    pub(crate) fn keep(&mut self, name: &str, number: usize) {
        self.rows.insert(name.into(), number);
        self.write();
    }

    pub(crate) fn forget(&mut self, name: &str) {
        if self.rows.remove(name).is_some() {
            self.write();
        }
    }

    fn write(&self) {
        let rows: String = self.rows.iter().map(|(name, number)| format!("{name} {number}\n")).collect();
        if let Some(file) = &self.file {
            _ = file.parent().map(fs::create_dir_all);
            _ = fs::write(file, rows);
        }
    }
}

/// Where it is kept: as the environment says, or among the user's data.
fn file() -> Option<PathBuf> {
    let named = |variable| var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = || {
        let home = || named("HOME").map(|home| home.join(".local/share"));
        named(if cfg!(windows) { "APPDATA" } else { "XDG_DATA_HOME" }).or_else(home)
    };
    named(VARIABLE).or_else(|| Some(data()?.join("greenlight/progress")))
}
