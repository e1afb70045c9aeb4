//! The tour on a terminal: a program at a time, its source beside what it says, who woke whom, and what to change.

use crate::interrupt;
use crate::pane::{Pane, Row, short};
use crate::player::{Played, Player};
use crate::programs::Program;
use crate::run::Outcome;
use crate::stderr::{Stderr, complain};
use crate::transcript::Told;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::crossterm::execute;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Borders, Paragraph};
use ratatui::{DefaultTerminal, Frame};
use std::io::{self, IsTerminal, stdin, stdout};
use std::time::Duration;

/// How often a program that is being played is asked whether it is over.
const GLANCE: Duration = Duration::from_millis(20);

/// A wait for a key that does not end may be begun again.
const HOUR: Duration = Duration::from_secs(3600);

/// A smaller screen shows nothing of use.
const SMALLEST: (u16, u16) = (40, 12);

/// Whether there is a terminal to show it on, and a keyboard.
pub(crate) fn is_possible() -> bool {
    stdin().is_terminal() && stdout().is_terminal()
}

/// Goes through the programs. Ends as the first of them did that failed.
pub(crate) fn tour(programs: &'static [Program]) -> Outcome {
    let shown = ratatui::try_init().and_then(|mut terminal| {
        interrupt::restore_by(restore);
        Tour::new(programs).go(&mut terminal)
    });
    interrupt::restore();
    match shown {
        Ok(Some(outcome)) => outcome,
        Ok(None) => interrupt::end(),
        Err(error) => {
            restore();
            complain(&mut Stderr, format_args!("cannot show the tour here: {error}; `tour --plain` prints it"));
            Outcome::Failed
        }
    }
}

/// Gives the terminal back to the shell.
pub(crate) fn restore() {
    ratatui::restore();
    _ = execute!(stdout(), Show);
}

/// What a key asks for.
enum Next {
    Stay,
    Page(usize),
    End,
    Interrupt,
}

struct Tour {
    programs: &'static [Program],
    /// Which of them is shown.
    place: usize,
    player: io::Result<Player>,
    /// The source, what it says, and what to change.
    panes: [Pane; 3],
    /// Which of the panes the keys scroll.
    focus: usize,
    failure: Option<Outcome>,
}

impl Tour {
    fn new(programs: &'static [Program]) -> Tour {
        let mut tour = Tour {
            programs,
            place: 0,
            player: Err(io::ErrorKind::NotFound.into()),
            panes: [(); 3].map(|()| Pane::new("", Vec::new(), 0)),
            focus: 0,
            failure: None,
        };
        tour.turn_to(0);
        tour
    }

    /// Shows a program from its beginning.
    fn turn_to(&mut self, place: usize) {
        let program = &self.programs[place];
        self.place = place;
        self.focus = 0;
        self.player = Player::start(program);
        let waiting = match &self.player {
            Ok(_) => row("", "It is being played ...", dimmed()),
            Err(error) => row("", &format!("It cannot be played: {error}"), Style::new()),
        };
        self.panes = [source(program), Pane::new("lines and wakes", vec![waiting], 0), changes(program)];
    }

    /// Shows programs until the last of them, or a key ends it. None if that is Ctrl-C.
    fn go(mut self, terminal: &mut DefaultTerminal) -> io::Result<Option<Outcome>> {
        loop {
            let played = self.player.as_mut().ok().and_then(Player::over);
            if let Some(played) = played {
                self.take_in(&played);
            }
            terminal.draw(|frame| self.draw(frame))?;
            let is_played = self.player.as_ref().is_ok_and(Player::is_played);
            if !event::poll(if is_played { GLANCE } else { HOUR })? {
                continue;
            }
            match self.hear(&event::read()?) {
                Next::Stay => {}
                Next::Page(place) => self.turn_to(place),
                Next::End => return Ok(Some(self.failure.unwrap_or(Outcome::Ended))),
                Next::Interrupt => return Ok(None),
            }
        }
    }

    /// Shows what was played.
    fn take_in(&mut self, played: &Played) {
        let program = &self.programs[self.place];
        self.panes[1] = said(played);
        let failed = match played.code {
            Some(0) => None,
            Some(3) => Some(Outcome::Stalled).filter(|_| !program.stalls),
            _ => Some(Outcome::Failed),
        };
        self.failure = self.failure.or(failed);
    }

    fn hear(&mut self, event: &Event) -> Next {
        let Event::Key(KeyEvent { code, modifiers, kind: KeyEventKind::Press | KeyEventKind::Repeat, .. }) = event
        else {
            return Next::Stay;
        };
        let pane = &mut self.panes[self.focus];
        match code {
            KeyCode::Char('c') if modifiers.contains(KeyModifiers::CONTROL) => return Next::Interrupt,
            KeyCode::Char('q') | KeyCode::Esc => return Next::End,
            KeyCode::Enter | KeyCode::Right if self.place + 1 == self.programs.len() => return Next::End,
            KeyCode::Enter | KeyCode::Right => return Next::Page(self.place + 1),
            KeyCode::Char('b') | KeyCode::Left => return Next::Page(self.place.saturating_sub(1)),
            KeyCode::Down | KeyCode::Char('j') => pane.scroll(1),
            KeyCode::Up | KeyCode::Char('k') => pane.scroll(-1),
            KeyCode::PageDown | KeyCode::Char(' ') => pane.scroll(10),
            KeyCode::PageUp => pane.scroll(-10),
            KeyCode::Home => pane.scroll(-10_000),
            KeyCode::End => pane.scroll(10_000),
            KeyCode::Tab => self.focus = (self.focus + 1) % self.panes.len(),
            KeyCode::BackTab => self.focus = (self.focus + 2) % self.panes.len(),
            _ => {}
        }
        Next::Stay
    }

    fn draw(&mut self, frame: &mut Frame<'_>) {
        if !has_room(frame) {
            return;
        }
        let area = frame.area();
        let below = self.panes[2].height(area.width) + 1;
        let below = below.min(area.height as usize / 3) as u16;
        let rows = [Constraint::Length(1), Constraint::Min(1), Constraint::Length(below), Constraint::Length(1)];
        let [top, middle, below, bottom] = Layout::vertical(rows).areas(area);
        let [left, right] = Layout::horizontal([Constraint::Percentage(54), Constraint::Min(1)]).areas(middle);
        self.draw_title(frame, top);
        let places = [(left, Borders::TOP | Borders::RIGHT), (right, Borders::TOP), (below, Borders::TOP)];
        for (number, (pane, (area, borders))) in self.panes.iter_mut().zip(places).enumerate() {
            pane.show(frame, area, borders, number == self.focus);
        }
        let on = if self.place + 1 == self.programs.len() { "ends" } else { "goes on" };
        let keys = format!(" Enter {on}  b back  ↑ ↓ scroll  Tab to the next part  q ends");
        frame.render_widget(Line::styled(short(&keys, bottom.width.into()), dimmed()), bottom);
    }

    fn draw_title(&self, frame: &mut Frame<'_>, area: Rect) {
        let program = &self.programs[self.place];
        let place = format!(" {}/{} ", self.place + 1, self.programs.len());
        let taken = place.chars().count() + program.name.len() + 2;
        let about = short(program.about, (area.width as usize).saturating_sub(taken));
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let spans = [
            Span::styled(place, dimmed()),
            Span::styled(program.name, bold.fg(Color::Green)),
            Span::raw(": "),
            Span::raw(about),
        ];
        frame.render_widget(Line::from_iter(spans), area);
    }
}

/// Whether a screen is large enough; if not, it says so.
pub(crate) fn has_room(frame: &mut Frame<'_>) -> bool {
    let (area, (width, height)) = (frame.area(), SMALLEST);
    let is_enough = area.width >= width && area.height >= height;
    if !is_enough {
        let told = format!("{width} columns and {height} lines are needed; q ends");
        frame.render_widget(Paragraph::new(told).wrap(ratatui::widgets::Wrap { trim: true }), area);
    }
    is_enough
}

pub(crate) fn dimmed() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}

pub(crate) fn row(margin: &str, text: &str, style: Style) -> Row {
    Row { margin: margin.to_string(), text: text.to_string(), style, is_code: false }
}

/// The source, from behind its imports on if not all of it fits; what to change stands elsewhere.
pub(crate) fn source(program: &Program) -> Pane {
    let file = program.file;
    let name = file.rsplit('/').next().unwrap_or_default();
    let lines = || program.source.lines();
    let is_told = |line: &&str| line.starts_with("//!");
    let explained = lines().take_while(|line| is_told(line) && !line.contains("What to change:")).count();
    let told = lines().take_while(is_told).count();
    let imported = lines().skip(told).take_while(|line| line.is_empty() || line.starts_with("use ")).count();
    let shown = lines().enumerate().filter(|(number, _)| !(explained..=told).contains(number));
    let rows = shown.map(|(number, line)| {
        let style = if line.trim_start().starts_with("//") { dimmed() } else { Style::new() };
        Row { is_code: true, ..row(&(number + 1).to_string(), line, style) }
    });
    Pane::new(name, rows.collect(), explained + imported - 1)
}

/// What to change, as the source says it: an item a row.
fn changes(program: &Program) -> Pane {
    let told = program.source.lines().filter_map(|line| line.strip_prefix("//!"));
    let told = told.skip_while(|line| !line.contains("What to change:")).skip(1);
    let mut rows: Vec<Row> = Vec::new();
    for line in told {
        match (line.trim().strip_prefix("- "), rows.last_mut()) {
            (None, Some(item)) => {
                item.text.push(' ');
                item.text += line.trim();
            }
            (begun, _) => rows.push(row("-", begun.unwrap_or(line.trim()), Style::new())),
        }
    }
    let name = program.name;
    Pane::new(format!("what to change in {}, and try by `run {name}`", program.file), rows, 0)
}

/// What a program says, with the moments of its lines, and who woke whom in between.
fn said(played: &Played) -> Pane {
    let mut last = None;
    let mut rows = Vec::new();
    for told in &played.told {
        let (time, text, style) = match told {
            Told::Line { time, text, .. } => (time, text.to_string(), Style::new()),
            Told::Wake { time, sentence } => {
                let told = sentence.split_once(": ").map_or(&**sentence, |(_, told)| told);
                (time, format!("  {told}"), dimmed().fg(Color::Cyan))
            }
        };
        let margin = if last.replace(*time) == Some(*time) { String::new() } else { format!("{time} s") };
        rows.push(row(&margin, &text, style));
    }
    rows.extend(played.notes.lines().map(|line| row("", line, Style::new().fg(Color::Yellow))));
    let end = match played.code {
        Some(0) => "It ends.".to_string(),
        Some(3) => "It stalls, with exit code 3.".to_string(),
        Some(code) => format!("It fails, with exit code {code}."),
        None => "It was killed.".to_string(),
    };
    rows.push(row("", &end, dimmed()));
    Pane::new("lines and wakes", rows, 0)
}
