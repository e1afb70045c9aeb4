//! The checks of an exercise in the order in which they stand in its file: the test harness has them by name, and the
//! hardest would fail first.

use super::exercise::read;
use std::path::{Path, PathBuf};

/// The names of the checks, of which `listed` are there.
pub(crate) fn in_order(file: &Path, listed: &[String]) -> Vec<String> {
    let standing = names(file, file.parent().unwrap_or(Path::new("")));
    let place = |name: &String| {
        let last = name.rsplit("::").next().unwrap_or(name);
        standing.iter().position(|standing| standing == last).unwrap_or(usize::MAX)
    };
    let mut names = listed.to_vec();
    names.sort_by_key(place);
    names
}

/// The functions of a file and of those that it takes in, as they stand there.
fn names(file: &Path, folder: &Path) -> Vec<String> {
    let Ok(text) = read(file) else { return Vec::new() };
    let (mut names, mut at) = (Vec::new(), None);
    for line in text.lines().map(str::trim) {
        let word = |line: &str, end: &[char]| line.split(end).next().map(|name| name.trim().to_string());
        if let Some(path) = line.strip_prefix("#[path = \"").and_then(|rest| rest.split('"').next()) {
            at = Some(path.split('/').fold(folder.to_path_buf(), |path, part| path.join(part)));
        } else if let Some(module) =
            line.trim_start_matches("pub ").strip_prefix("mod ").filter(|_| line.ends_with(';'))
        {
            let named = folder.join(module.trim_end_matches(';')).with_extension("rs");
            let file: PathBuf = at.take().unwrap_or(named);
            names.extend(self::names(&file, file.parent().unwrap_or(folder)));
        } else if let Some(name) = line.strip_prefix("fn ").and_then(|rest| word(rest, &['(', '<'])) {
            names.push(name);
        }
    }
    names
}
