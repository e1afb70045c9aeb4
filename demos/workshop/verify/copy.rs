//! Copies of the workspace, in which each learner's file may be what it has to be for once.

use crate::stderr::note;
use crate::workshop::exercise::{Workshop, read, write};
use greenlight::trace::Printable;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Component, Path, PathBuf};

/// What is built of a workspace, in it.
const TARGET: &str = "target";

/// Where the copies lie.
fn folder_of_copies(workshop: &Workshop) -> PathBuf {
    workshop.root.join(TARGET).join("verify")
}

/// Has the copies to itself until the file is dropped; waits for who has them.
pub(crate) fn lock(workshop: &Workshop) -> Result<File, String> {
    let folder = folder_of_copies(workshop);
    let file = folder.join("lock");
    let opened = fs::create_dir_all(folder).and_then(|()| {
        let opened = File::options().create(true).append(true).open(&file)?;
        if opened.try_lock().is_err() {
            note!("Another `workshop verify` is under way here. This one waits for its end.");
            opened.lock()?;
        }
        Ok(opened)
    });
    opened.map_err(|error| format!("cannot lock {}: {error}", Printable(file.display())))
}

/// Brings the copy of a worker up to date, with the solution as each learner's file. What has not changed is left alone, so
/// that it is not built again.
pub(crate) fn mirror(workshop: &Workshop, worker: usize) -> Result<Workshop, String> {
    let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
    let (root, copies) = (absolute(workshop.root.clone()), absolute(folder_of_copies(workshop)));
    let to = copies.join(worker.to_string());
    folder(&root, &to, &root)?;
    Workshop::at(to)
}

/// Copies what stands in a folder, and removes what does not.
fn folder(from: &Path, to: &Path, root: &Path) -> Result<(), String> {
    let names = names(from)?;
    for name in &names {
        let (from, to) = (from.join(name), to.join(name));
        if from.is_dir() {
            folder(&from, &to, root)?;
        } else {
            file(&from, &to, root)?;
        }
    }
    for name in self::names(to)?.difference(&names) {
        let gone = to.join(name);
        let removed = if gone.is_dir() { fs::remove_dir_all(&gone) } else { fs::remove_file(&gone) };
        removed.map_err(|error| format!("cannot remove {}: {error}", Printable(gone.display())))?;
    }
    Ok(())
}

/// What stands in a folder, but for what is built; nothing, if it is not there.
fn names(folder: &Path) -> Result<BTreeSet<OsString>, String> {
    if !folder.exists() {
        return Ok(BTreeSet::new());
    }
    let entries =
        fs::read_dir(folder).map_err(|error| format!("cannot read {}: {error}", Printable(folder.display())))?;
    Ok(entries.flatten().map(|entry| entry.file_name()).filter(|name| name != TARGET).collect())
}

fn file(from: &Path, to: &Path, root: &Path) -> Result<(), String> {
    let solution = from.parent().and_then(Path::parent).map(|exercise| exercise.join("solution.rs"));
    let from = solution.filter(|solution| from.ends_with("src/lib.rs") && solution.exists()).unwrap_or(from.into());
    let is_text = [".rs", ".md", ".toml", ".lock", ".patch"].iter().any(|end| from.to_string_lossy().ends_with(end));
    if !is_text {
        return Ok(());
    }
    let mut text = read(&from)?;
    if from.ends_with("Cargo.toml") {
        text = relocated(&text, from.parent().unwrap_or(root), root);
    }
    if read(to).is_ok_and(|before| before == text) { Ok(()) } else { write(to, &text) }
}

/// A manifest whose paths that lead out of the workspace are whole.
fn relocated(manifest: &str, folder: &Path, root: &Path) -> String {
    let key = "path = \"";
    let mut parts = manifest.split(key);
    let mut text = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let (path, rest) = part.split_once('"').unwrap_or((part, ""));
        let whole = normal(&folder.join(path));
        let path =
            if whole.starts_with(root) { path.to_string() } else { whole.display().to_string().replace('\\', "/") };
        text += &format!("{key}{path}\"{rest}");
    }
    text
}

/// A path without `..`.
fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut normal, component| {
        match component {
            Component::ParentDir => _ = normal.pop(),
            Component::CurDir => {}
            other => normal.push(other),
        }
        normal
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_out_of_the_workspace_is_whole_in_its_copy() {
        let manifest = "kit = { path = \"../../kit\" }\ngreenlight = { path = \"../../../..\" }\n";
        let root = Path::new("/green/docs/workshop");
        let moved = relocated(manifest, &root.join("exercises/01_bell"), root);
        assert_eq!(moved, "kit = { path = \"../../kit\" }\ngreenlight = { path = \"/green\" }\n");
    }
}
