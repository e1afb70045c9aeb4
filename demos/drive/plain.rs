//! A level without a terminal: its board as text, and a play that was written down.

use super::board::{Board, verdict};
use super::game::{Game, NEXT, REST};
use crate::cli;
use crate::explain::wrapped;
use crate::levels::{LEVELS, Level};
use crate::progress::Progress;
use anstyle::Style;
use std::fmt::Write;

/// As wide as it is.
const WIDTH: usize = 80;

/// So far what belongs to a word stands to the right.
const MARGIN: usize = 9;

/// The levels with their goals, a line each, and which of them are won.
pub(crate) fn list(progress: &Progress) -> String {
    let width = LEVELS.iter().map(|level| level.name.len()).max().unwrap_or(0);
    let name = cli::STYLES.get_literal();
    let line = |level: &Level| {
        let won = match progress.kept(level.name) {
            Some(_) => "✓",
            None => " ",
        };
        let padding = width - level.name.len();
        format!("{won} {name}{}{name:#}{:padding$}  {}\n", level.name, "", level.asks)
    };
    LEVELS.iter().map(line).collect()
}

/// What a level asks for, its board at the start, and how to play it.
pub(crate) fn introduce(game: &Game) -> String {
    let mut text = head(game.level);
    text += &board(game);
    let ready = game.scene.ready.first().map_or("main".into(), |ready| ready.task.to_string());
    let how = format!(
        "This is played on a terminal, by keys. Here `--picks '{ready} …'` plays who is named, one after the other. `{NEXT}` \
         is who runs next in the ordinary order, and `{REST}` all who are left to run in it{}{}.",
        if game.level.may_be_late() { ", `late` has time jump to the next deadline" } else { "" },
        game.level.may_cancel().map_or(String::new(), |task| format!(", `cancel:{task}` cancels {task}")),
    );
    text + "\n" + &wrapped(&how, WIDTH).join("\n").replace("\n  ", "\n") + "\n"
}

fn head(level: &Level) -> String {
    let bold = Style::new().bold();
    format!("{bold}{}{bold:#}: {}\n", level.name, level.asks)
}

/// Each board of a play, and whether that reaches the goal; or what is wrong with a pick.
pub(crate) fn play(game: &mut Game, picks: &str) -> Result<String, String> {
    let mut text = head(game.level) + &board(game);
    for (place, word) in picks.split_whitespace().enumerate() {
        loop {
            let picked = game.read(word).and_then(|pick| game.pick(pick));
            picked.map_err(|why| format!("pick {} of the play, `{word}`: {why}", place + 1))?;
            text += "\n";
            text += &board(game);
            if word != REST || game.ordinary().is_none() {
                break;
            }
        }
    }
    text += "\n";
    for sentence in verdict(game) {
        // A command is copied whole.
        let is_command = sentence.starts_with(cli::NAME);
        let lines = if is_command { vec![format!("  {sentence}")] } else { wrapped(&sentence, WIDTH) };
        lines.iter().for_each(|line| _ = writeln!(text, "{}", if is_command { line } else { line.trim_start() }));
    }
    Ok(text)
}

/// A board, a line for each thing.
fn board(game: &Game) -> String {
    let board = Board::of(game);
    let mut text = String::new();
    let ready: Vec<_> =
        board.ready.iter().enumerate().map(|(place, (name, _))| format!("{} {name}", place + 1)).collect();
    let ready = if ready.is_empty() { Vec::new() } else { vec![ready.join("  ")] };
    let said = game.told.said.iter().map(|said| format!("says: {said}"));
    let did = board.did.into_iter().chain(said).map(|did| format!("  {did}"));
    let did = [board.last].into_iter().chain(did).collect();
    for (word, lines) in [("last", did), ("waiting", board.waiting), ("ready", ready)] {
        let dimmed = Style::new().dimmed();
        for (place, line) in lines.iter().enumerate() {
            let word = if place == 0 { word } else { "" };
            let broken = wrapped(line, WIDTH - MARGIN).join(&format!("\n{:MARGIN$}", ""));
            _ = writeln!(text, "{dimmed}{word:MARGIN$}{dimmed:#}{broken}");
        }
    }
    text
}
