//! Wrong answers: small patches of a solution, each with one mistake, and the check that tells of it.

use super::exercise::{Exercise, nearest, read};
use diffy::Patch;
use greenlight::trace::Printable;
use std::fs;

/// One wrong answer.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) name: String,
    /// What is wrong with it.
    pub(crate) what: String,
    /// The check that fails.
    pub(crate) killed_by: String,
    /// A part of what that check says.
    pub(crate) says: String,
    /// The patch of the solution.
    pub(crate) diff: String,
}

impl Wrong {
    fn parse(name: &str, text: &str) -> Result<Wrong, String> {
        let mut lines = text.lines();
        let mut head = |key: &str| {
            let value = lines.next().and_then(|line| line.strip_prefix(key)).map(str::trim);
            value.filter(|value| !value.is_empty()).map(str::to_string).ok_or_else(|| format!("`{key}…` is missing"))
        };
        let (what, killed_by, says) = (head("What: ")?, head("Killed by: ")?, head("Says: ")?);
        let (_, diff) = text.split_once("\n\n").ok_or("an empty line between its head and the patch is missing")?;
        Ok(Wrong { name: name.to_string(), what, killed_by, says, diff: diff.to_string() })
    }

    /// The solution with this mistake.
    pub(crate) fn applied(&self, solution: &str) -> Result<String, String> {
        let patch = Patch::from_str(&self.diff).map_err(|error| format!("it is no patch: {error}"))?;
        diffy::apply(solution, &patch).map_err(|error| format!("it does not fit the solution: {error}"))
    }
}

/// The wrong answers of an exercise, by name, and what is wrong with those that cannot be read.
pub(crate) fn all(exercise: &Exercise) -> Vec<(String, Result<Wrong, String>)> {
    let entries = fs::read_dir(exercise.folder.join("wrong")).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "patch"));
    files.sort();
    let named = |file: &std::path::PathBuf| {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let wrong = read(file).and_then(|text| Wrong::parse(&name, &text));
        (name, wrong)
    };
    files.iter().map(named).collect()
}

/// The wrong answer of that name. Says which may have been meant, where there is none.
pub(crate) fn find(exercise: &Exercise, typed: &str) -> Result<Wrong, String> {
    let all = all(exercise);
    let names: Vec<_> = all.iter().map(|(name, _)| name.clone()).collect();
    let found = all.into_iter().find(|(name, _)| name == typed.trim_end_matches(".patch"));
    found.map(|(_, wrong)| wrong).unwrap_or_else(|| {
        let near = nearest(typed, names.iter().map(String::as_str));
        let meant = near.map_or("it has none".to_string(), |near| format!("did you mean `{near}`?"));
        Err(format!("there is no wrong answer `{}` to exercise {}; {meant}", Printable(typed), exercise.number))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &str = "\
What: it counts twice
Killed by: it_counts
Says: you counted 2

--- solution.rs
+++ solution.rs
@@ -1,3 +1,3 @@
 fn f() {
-    count += 1;
+    count += 2;
 }
";

    #[test]
    fn a_wrong_answer_is_the_solution_with_one_mistake() {
        let wrong = Wrong::parse("counts-twice", PATCH).expect("it has the form");
        assert_eq!((wrong.killed_by.as_str(), wrong.says.as_str()), ("it_counts", "you counted 2"));
        let solution = "fn f() {\n    count += 1;\n}\n";
        assert_eq!(wrong.applied(solution).as_deref(), Ok("fn f() {\n    count += 2;\n}\n"));
        assert!(wrong.applied("fn g() {}\n").is_err_and(|why| why.starts_with("it does not fit the solution")));
    }

    #[test]
    fn what_is_missing_is_told() {
        let told = |text: &str| Wrong::parse("a", text).expect_err("something is missing");
        assert_eq!(told(&PATCH.replace("Killed by: it_counts\n", "")), "`Killed by: …` is missing");
        assert_eq!(told(&PATCH.replace("you counted 2", "")), "`Says: …` is missing");
    }
}
