//! The workshop: exercises in which a learner writes the parts of a runtime, and what checks them. Each file uses only
//! those before it.

mod cut;

mod readme;

mod exercise;

mod wrong;

mod order;

mod cargo;

mod trial;

mod text;

mod next;

mod gloss;

mod check;

mod watch;

mod predict;

mod show;

mod keep;

mod verify;

mod args;

use crate::page;
use crate::progress::Progress;
use crate::run::Outcome;
use crate::stderr::{Stderr, complain};
use crate::stdout::print;
pub(crate) use args::Asked;
use args::Verb;
use clap::Error;
use exercise::{Exercise, Workshop, read};
use std::path::{Path, PathBuf};

/// How a learner calls this, who has cargo and nothing else.
const COMMAND: &str = "cargo run -- workshop";

/// Does what was asked for. An error is one of the command line.
pub(crate) fn run(asked: &Asked) -> Result<Outcome, Error> {
    let workshop = match Workshop::open() {
        Ok(workshop) => workshop,
        Err(why) => return Ok(failed(&why)),
    };
    let find = |typed: &String| workshop.find(typed).map_err(|why| asked.wrong(why));
    let chosen = |typed: &Option<String>| match typed {
        Some(typed) => find(typed),
        None => {
            let last = workshop.exercises.last().expect("a workshop has exercises");
            Ok(next::next(&workshop, &Progress::load()).unwrap_or(last))
        }
    };
    let Some(verb) = &asked.verb else {
        print(&next::list(&workshop, &Progress::load()));
        return Ok(Outcome::Ended);
    };
    let done = match verb {
        Verb::Check { exercise, mine } => {
            let exercise = chosen(exercise)?;
            if *mine && !exercise.has_mine() {
                return Err(asked.wrong(format!("exercise {} builds on no file of yours", exercise.number)));
            }
            check::check(&workshop, exercise, *mine)
        }
        Verb::Watch { exercise } => watch::watch(&workshop, chosen(exercise)?),
        Verb::Hint { exercise } => keep::hint(chosen(exercise)?),
        Verb::Show { exercise, wrong: None } => show::page(chosen(exercise)?),
        Verb::Show { exercise, wrong: Some(None) } => show::wrong_answers(chosen(exercise)?),
        Verb::Show { exercise, wrong: Some(Some(name)) } => {
            let wrong = wrong::find(chosen(exercise)?, name).map_err(|why| asked.wrong(why))?;
            show::wrong_answer(&wrong)
        }
        Verb::Predict { exercise } => predict::predict(chosen(exercise)?),
        Verb::Reset { exercise } => keep::reset(find(exercise)?),
        Verb::Solution { exercise, part: None, yes } => keep::solution(find(exercise)?, *yes),
        Verb::Solution { exercise, part: Some(number), yes } => {
            let exercise = find(exercise)?;
            let parts = exercise.solution().map(|solution| cut::parts(&solution).len());
            if let Ok(parts) = parts
                && !(1..=parts).contains(number)
            {
                let has = if parts == 1 { "1 part".to_string() } else { format!("{parts} parts") };
                return Err(asked.wrong(format!("there is no part {number}; exercise {} has {has}", exercise.number)));
            }
            keep::part(exercise, *number, *yes)
        }
        Verb::Verify { exercises } => {
            let named: Vec<_> = exercises.iter().map(find).collect::<Result<_, _>>()?;
            let all = workshop.exercises.iter().collect();
            verify::verify(&workshop, if named.is_empty() { all } else { named })
        }
    };
    Ok(match done {
        Ok(true) => Outcome::Ended,
        Ok(false) => Outcome::Failed,
        Err(why) => failed(&why),
    })
}

fn failed(why: &str) -> Outcome {
    complain(&mut Stderr, format_args!("{why}"));
    Outcome::Failed
}

/// Makes the page of a run of an exercise.
fn page_of(exercise: &Exercise, rows: &Path, page: &Path) -> Result<(), String> {
    let folder = exercise.folder.file_name().unwrap_or_default().to_string_lossy();
    let source =
        |file: &str| (format!("exercises/{folder}/{file}"), read(&exercise.folder.join(file)).unwrap_or_default());
    let sources = ["src/lib.rs", "tests/check.rs"].map(source);
    let sources: Vec<_> = sources.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
    page::write(&[PathBuf::from(rows)], page, &sources)
}
