//! Steps of replay pages, by what happens in them: a chapter that shows a page opens it there, and the number of the step
//! is found when the run has been made.

use crate::chapters::Chapter;
use serde_json::Value;
use std::collections::BTreeMap;

/// How a chapter includes the number of a step: behind it comes the program, and then what happens, as in
/// `made/step/crosswalk/set.light`, which is a row of the trace and the name of a task or an object that it is about.
const INCLUDE: &str = "{{#include made/step/";

/// A step at which a chapter opens a replay page.
#[derive(Debug)]
pub(crate) struct Step {
    program: String,
    /// The word of its row, as `docs/TRACE.md` has it.
    word: String,
    name: String,
}

/// The steps that the chapters include.
pub(crate) fn steps(chapters: &[Chapter]) -> Result<Vec<Step>, String> {
    let all = chapters.iter().flat_map(|chapter| {
        let paths = chapter.text.split(INCLUDE).skip(1);
        paths.filter_map(|rest| rest.split("}}").next()).map(move |path| {
            let wrong = || format!("{} has {INCLUDE}{path}, which is to go on with PROGRAM/WORD.NAME", chapter.file);
            step(path).ok_or_else(wrong)
        })
    });
    all.collect()
}

fn step(path: &str) -> Option<Step> {
    let (program, what) = path.split_once('/')?;
    let (word, name) = what.split_once('.')?;
    Some(Step { program: program.to_string(), word: word.to_string(), name: name.to_string() })
}

impl Step {
    /// Where its number is made, from the folder of what is made.
    pub(crate) fn path(&self) -> String {
        format!("step/{}/{}.{}", self.program, self.word, self.name)
    }

    /// The trace that it is a step of, from there.
    pub(crate) fn trace(&self) -> String {
        format!("{}.jsonl", self.program)
    }

    /// The number of the first step in which that happens.
    pub(crate) fn find(&self, trace: &str) -> Result<usize, String> {
        let Step { program, word, name } = self;
        let (mut names, mut number) = (BTreeMap::new(), 0);
        for row in trace.lines() {
            let row: Value = serde_json::from_str(row).map_err(|error| format!("{program}: {error}"))?;
            for is in ["task", "object"] {
                if let (Some(of), Some(called)) = (row[is].as_u64(), row["name"].as_str()) {
                    names.insert((is, of), called.to_string());
                }
            }
            let Some(happens) = row[0].as_str().filter(|happens| *happens != "now") else { continue };
            number += 1;
            let is_about = |is, at: usize| {
                row[at].as_u64().and_then(|of| names.get(&(is, of))).is_some_and(|called| called == name)
            };
            let object = if happens == "wait" { 3 } else { 2 };
            if happens == word && (is_about("task", 1) || is_about("object", object)) {
                return Ok(number);
            }
        }
        Err(format!("in no step of `{program}` a `{word}` is about `{name}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = r#"{"trace":"mine","version":1,"clock":"real"}
{"task":0,"name":"ann"}
["spawn",0]
["now",20]
["poll",0,1]
{"object":0,"is":"event","name":"light"}
["wait",0,1,0]
["pending",0]
["poll",0,4]
["set",0,0]
"#;

    fn find(path: &str) -> Result<usize, String> {
        step(path).expect("it is the path of a step").find(RUN)
    }

    #[test]
    fn a_step_is_the_first_with_its_word_that_is_about_its_task_or_object() {
        let found = ["run/poll.ann", "run/wait.light", "run/wait.ann", "run/set.light"].map(find);
        assert_eq!(found, [Ok(2), Ok(3), Ok(3), Ok(6)]);
    }

    #[test]
    fn what_does_not_happen_is_told() {
        assert_eq!(find("run/set.bell").unwrap_err(), "in no step of `run` a `set` is about `bell`");
    }
}
