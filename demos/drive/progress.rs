//! Which levels somebody has won, and with how many deviations, in a small file of the user's.

use std::collections::BTreeMap;
use std::env::var_os;
use std::fs;
use std::path::PathBuf;

/// Names the file.
const VARIABLE: &str = "GREENLIGHT_PROGRESS";

/// What was won. Where the file cannot be read or written, it is forgotten.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    file: Option<PathBuf>,
    /// The fewest deviations of each level that was won.
    won: BTreeMap<String, usize>,
}

impl Progress {
    pub(crate) fn load() -> Progress {
        let file = file();
        let text = file.as_ref().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
        let row = |line: &str| {
            let (name, deviations) = line.split_once(' ')?;
            Some((name.to_string(), deviations.parse().ok()?))
        };
        Progress { file, won: text.lines().filter_map(row).collect() }
    }

    /// With how few deviations a level was won.
    pub(crate) fn won(&self, level: &str) -> Option<usize> {
        self.won.get(level).copied()
    }

    /// A level was won with so many deviations.
    pub(crate) fn win(&mut self, level: &str, deviations: usize) {
        let fewest = self.won(level).map_or(deviations, |before| before.min(deviations));
        self.won.insert(level.into(), fewest);
        let rows: String = self.won.iter().map(|(name, deviations)| format!("{name} {deviations}\n")).collect();
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
