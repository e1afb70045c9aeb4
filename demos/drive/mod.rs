//! Be the scheduler: a level's board, who runs next, and whether that comes to its goal. Each file uses only those before
//! it.

mod seen;

mod hint;

mod game;

mod board;

mod plain;

mod screen;

use crate::levels::Level;
use crate::progress::Progress;
use crate::run::Outcome;
use crate::stderr::{Stderr, complain, note};
use crate::{stdout, tour};
use game::Game;
use greenlight::trace::{Printable, TraceFile};
use std::path::Path;
use std::rc::Rc;

/// Names the levels, a line each.
pub(crate) fn list() -> Outcome {
    stdout::print(&plain::list(&Progress::load()));
    Outcome::Ended
}

/// Shows a level on the terminal; where there is none, prints it, or a play of it. Says what is wrong with the play, if
/// something is.
pub(crate) fn play(level: &'static Level, picks: Option<&str>, trace: Option<&Path>) -> Result<Outcome, String> {
    if picks.is_none() && tour::is_possible() {
        return Ok(screen::drive(level));
    }
    let mut game = Game::start(level);
    let text = match picks {
        None => plain::introduce(&game),
        Some(picks) => plain::play(&mut game, picks)?,
    };
    stdout::print(&text);
    Ok(trace.map_or(Outcome::Ended, |path| write(&game, path)))
}

/// Writes the trace of a play, which goes on to its end in the ordinary order.
fn write(game: &Game, path: &Path) -> Outcome {
    let (level, schedule) = (game.level, &game.scene.schedule);
    let program = level.program();
    match TraceFile::create(path) {
        Ok(file) => {
            let file = file.titled(format!("{}: {schedule}", level.name)).with_source(program.file, program.source);
            // How it ends is printed.
            _ = level.explorer().play(schedule, vec![Rc::new(file)], || level.start());
            note!("{} has the trace", Printable(path.display()));
            Outcome::Ended
        }
        Err(error) => {
            complain(&mut Stderr, format_args!("cannot write a trace to {}: {error}", Printable(path.display())));
            Outcome::Failed
        }
    }
}
