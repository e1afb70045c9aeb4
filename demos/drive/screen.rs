//! A level on a terminal: the board, the ready queue by numbers, and a key for whatever a scheduler may do.

use super::board::{Board, several, verdict};
use super::game::{Game, Verdict};
use crate::interrupt;
use crate::levels::{LEVELS, Level};
use crate::pane::{Pane, Row, short};
use crate::progress::Progress;
use crate::run::Outcome;
use crate::stderr::{Stderr, complain};
use crate::tour::{dimmed, has_room, restore, row, source};
use greenlight::explore::Pick;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Borders;
use ratatui::{DefaultTerminal, Frame};
use std::io;

/// On a screen of so many columns the source stands beside the board.
const WIDE: u16 = 120;

/// Plays levels, from that one on, until a key ends it.
pub(super) fn drive(level: &'static Level) -> Outcome {
    // What panics in a level is kept, and not printed, by a hook that has to come after the terminal's.
    let shown = ratatui::try_init().and_then(|mut terminal| {
        interrupt::restore_by(restore);
        Screen::new(level).go(&mut terminal)
    });
    interrupt::restore();
    match shown {
        Ok(Next::Interrupt) => interrupt::end(),
        Ok(_) => Outcome::Ended,
        Err(error) => {
            restore();
            complain(&mut Stderr, format_args!("cannot show the level here: {error}; --picks plays without a screen"));
            Outcome::Failed
        }
    }
}

/// What a key asks for.
#[derive(PartialEq)]
enum Next {
    Stay,
    End,
    Interrupt,
}

struct Screen {
    game: Game,
    progress: Progress,
    /// What there is to say of the last key.
    message: Option<String>,
    /// The source of the level, which has a place of its own where there is room.
    source: Pane,
    /// Whether it is shown in the place of the board.
    shows_source: bool,
    panes: Panes,
}

/// The parts of the screen.
struct Panes {
    waiting: Pane,
    did: Pane,
    ready: Pane,
    said: Pane,
    below: Pane,
}

impl Screen {
    fn new(level: &'static Level) -> Screen {
        let game = Game::start(level);
        let panes = Panes::of(&game, None);
        let source = source(level.program());
        Screen { game, progress: Progress::load(), message: None, source, shows_source: false, panes }
    }

    /// Which of the levels is played.
    fn place(&self) -> usize {
        let is_it = |level: &Level| level.name == self.game.level.name;
        LEVELS.iter().position(is_it).expect("it is one of the levels")
    }

    fn go(mut self, terminal: &mut DefaultTerminal) -> io::Result<Next> {
        loop {
            terminal.draw(|frame| self.draw(frame))?;
            let next = self.hear(&event::read()?);
            if next != Next::Stay {
                return Ok(next);
            }
            if matches!(self.game.verdict(), Verdict::Won) {
                let (level, deviations) = (self.game.level.name, self.game.deviations());
                let fewest = self.progress.kept(level).map_or(deviations, |before| before.min(deviations));
                self.progress.keep(level, fewest);
            }
            self.panes = Panes::of(&self.game, self.message.as_deref());
        }
    }

    fn hear(&mut self, event: &Event) -> Next {
        let Event::Key(KeyEvent { code, modifiers, kind: KeyEventKind::Press | KeyEventKind::Repeat, .. }) = event
        else {
            return Next::Stay;
        };
        self.message = None;
        match code {
            KeyCode::Char('c') if modifiers.contains(KeyModifiers::CONTROL) => return Next::Interrupt,
            KeyCode::Char('q') | KeyCode::Esc => return Next::End,
            KeyCode::Char(digit @ '1'..='9') => self.pick_from_queue(*digit as usize - '1' as usize),
            KeyCode::Enter => self.go_on(),
            KeyCode::Char('t') => self.pick(Pick::Late),
            KeyCode::Char('c') => self.cancel(),
            KeyCode::Char('u') | KeyCode::Backspace => self.undo(),
            KeyCode::Char('r') => self.game.restart(),
            KeyCode::Char('h') => self.message = Some(self.hint()),
            KeyCode::Char('s') => self.shows_source = !self.shows_source,
            KeyCode::Char('n') | KeyCode::Right => self.turn_to(self.place() + 1),
            KeyCode::Char('b') | KeyCode::Left => self.turn_to(self.place().saturating_sub(1)),
            KeyCode::Down | KeyCode::Char('j') => self.source.scroll(1),
            KeyCode::Up | KeyCode::Char('k') => self.source.scroll(-1),
            KeyCode::PageDown | KeyCode::Char(' ') => self.source.scroll(10),
            KeyCode::PageUp => self.source.scroll(-10),
            _ => {}
        }
        Next::Stay
    }

    fn pick(&mut self, pick: Pick) {
        self.message = self.game.pick(pick).err().map(|why| format!("That cannot be done: {why}."));
    }

    fn pick_from_queue(&mut self, place: usize) {
        match self.game.scene.ready.get(place) {
            Some(ready) => self.pick(Pick::Run(ready.task.number)),
            None => self.message = Some(format!("Nobody has number {} in the ready queue.", place + 1)),
        }
    }

    /// The ordinary order, or the next level once this one is won.
    fn go_on(&mut self) {
        match (self.game.ordinary(), self.game.verdict()) {
            (Some(next), _) => self.pick(next),
            (None, Verdict::Won) => self.turn_to(self.place() + 1),
            (None, _) => self.message = Some("It is over.".into()),
        }
    }

    fn undo(&mut self) {
        if !self.game.undo() {
            self.message = Some("This is the beginning.".into());
        }
    }

    fn cancel(&mut self) {
        match (self.game.level.may_cancel(), self.game.scene.may_cancel.first()) {
            (_, Some(&task)) => self.pick(Pick::Cancel(task)),
            (Some(name), None) => self.message = Some(format!("{name} cannot be cancelled here.")),
            (None, None) => self.message = Some("Nobody is cancelled in this level.".into()),
        }
    }

    fn hint(&self) -> String {
        if self.game.scene.ended.is_some() {
            return "It is over.".into();
        }
        match self.game.hint() {
            Some(hint) => {
                let what = match hint.pick {
                    Pick::Late => "have time jump".into(),
                    Pick::Cancel(_) => format!("cancel {}", self.game.word(hint.pick).trim_start_matches("cancel:")),
                    pick => format!("run {}", self.game.word(pick)),
                };
                format!("Hint: {what}. From here it takes {} more.", several(hint.more))
            }
            None => "From here the goal is out of reach: take picks back with u.".into(),
        }
    }

    fn turn_to(&mut self, place: usize) {
        match LEVELS.get(place) {
            Some(level) => {
                self.game = Game::start(level);
                (self.source, self.shows_source) = (source(level.program()), false);
            }
            None => self.message = Some("This is the last level.".into()),
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>) {
        if !has_room(frame) {
            return;
        }
        let area = frame.area();
        let rest = area.height - 2;
        let below = (self.panes.below.height(area.width) as u16 + 1).min(rest / 2);
        let rows = [Constraint::Length(1), Constraint::Min(1), Constraint::Length(below), Constraint::Length(1)];
        let [top, middle, below, bottom] = Layout::vertical(rows).areas(area);
        let columns = [Constraint::Percentage(60), Constraint::Min(1)];
        let (middle, beside) = match Layout::horizontal(columns).areas(middle) {
            [board, beside] if area.width >= WIDE => (board, Some(beside)),
            _ => (middle, None),
        };
        let [left, right] = Layout::horizontal(columns).areas(middle);
        self.draw_title(frame, top);
        if let Some(beside) = beside {
            self.source.show(frame, beside, Borders::TOP | Borders::LEFT, false);
        }
        if self.shows_source && beside.is_none() {
            self.source.show(frame, left, Borders::TOP | Borders::RIGHT, true);
        } else {
            let did = (self.panes.did.height(left.width.saturating_sub(1)) as u16 + 1).min(left.height / 2);
            let [above, under] = Layout::vertical([Constraint::Min(1), Constraint::Length(did)]).areas(left);
            self.panes.waiting.show(frame, above, Borders::TOP | Borders::RIGHT, false);
            self.panes.did.show(frame, under, Borders::TOP | Borders::RIGHT, false);
        }
        let ready = (self.panes.ready.height(right.width) as u16 + 1).min(right.height / 2);
        let [above, under] = Layout::vertical([Constraint::Length(ready), Constraint::Min(1)]).areas(right);
        self.panes.ready.show(frame, above, Borders::TOP, true);
        self.panes.said.show(frame, under, Borders::TOP, false);
        self.panes.below.show(frame, below, Borders::TOP, false);
        let keys = Line::styled(short(&self.keys(), bottom.width.into()), dimmed());
        frame.render_widget(keys, bottom);
    }

    fn keys(&self) -> String {
        let level = self.game.level;
        let late = if level.may_be_late() { "  t late" } else { "" };
        let cancel = if level.may_cancel().is_some() { "  c cancel" } else { "" };
        format!(" 1-9 run  Enter first{late}{cancel}  u undo  r again  h hint  s code  n next  q end")
    }

    fn draw_title(&self, frame: &mut Frame<'_>, area: Rect) {
        let level = self.game.level;
        let place = format!(" {}/{} ", self.place() + 1, LEVELS.len());
        let won = if self.progress.kept(level.name).is_some() { " ✓ " } else { "" };
        let taken = place.chars().count() + level.name.len() + 2 + won.chars().count();
        let asks = short(level.asks, (area.width as usize).saturating_sub(taken));
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let spans = [
            Span::styled(place, dimmed()),
            Span::styled(level.name, bold.fg(Color::Green)),
            Span::raw(": "),
            Span::styled(asks, bold),
            Span::styled(won, Style::new().fg(Color::Green)),
        ];
        frame.render_widget(Line::from_iter(spans), area);
    }
}

impl Panes {
    fn of(game: &Game, message: Option<&str>) -> Panes {
        let board = Board::of(game);
        let plain = |line: &String| row("", line, Style::new());
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let ready = board.ready.iter().enumerate().map(|(place, (name, is_next))| {
            row(&(place + 1).to_string(), name, if *is_next { bold } else { Style::new() })
        });
        let did = board.did.iter().map(|did| {
            let style = if did.contains(" → ") { dimmed().fg(Color::Cyan) } else { Style::new() };
            row("", did, style)
        });
        Panes {
            waiting: Pane::new("who waits", board.waiting.iter().map(plain).collect(), 0),
            did: Pane::new(board.last, did.collect(), 0),
            ready: Pane::new("ready", ready.collect(), 0),
            said: Pane::new("said", board.said.iter().map(plain).collect(), board.said.len().saturating_sub(1)),
            below: below(game, message),
        }
    }
}

/// How the level stands, and what there is to say of the last key.
fn below(game: &Game, message: Option<&str>) -> Pane {
    let told = verdict(game);
    let style = match game.verdict() {
        Verdict::Open => Style::new(),
        Verdict::Won => Style::new().add_modifier(Modifier::BOLD).fg(Color::Green),
        Verdict::Missed(_) => Style::new().fg(Color::Yellow),
    };
    let mut rows: Vec<Row> = Vec::new();
    for (place, sentence) in told.iter().enumerate() {
        rows.push(row("", sentence, if place == 0 { style } else { Style::new() }));
    }
    if let Verdict::Missed(_) = game.verdict() {
        rows.push(row("", "u takes the last pick back, r begins again.", Style::new()));
    }
    rows.extend(message.map(|message| row("", message, Style::new().fg(Color::Cyan))));
    Pane::new("the goal", rows, 0)
}
