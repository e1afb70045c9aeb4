//! The figures as tables: ours beside the others, everybody's, what grows, and what there is to say about them.

use crate::contenders::{Contender, FLOOR, OURS, YARDSTICK};
use crate::results::{Line, growing, mean_over_yardstick};
use crate::rows::{Row, unlike};
use crate::run::Outcome;
use anstyle::{AnsiColor, Style};
use std::fmt::Write;

const HEAD: Style = Style::new().bold();
const BEHIND: Style = AnsiColor::Yellow.on_default();
const QUIET: Style = Style::new().dimmed();

/// The width of a row's name.
const NAME: usize = 31;

/// Colours a cell that has its width already.
fn styled(style: Style, cell: &str) -> String {
    format!("{style}{cell}{style:#}")
}

/// A figure in few characters: two digits after the point where they say something.
pub fn figure(value: f64) -> String {
    match value {
        ..10.0 => format!("{value:.2}"),
        ..1000.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// A ratio in few characters, or a dash.
pub(crate) fn ratio(ratio: Option<f64>) -> String {
    ratio.map_or("–".into(), |ratio| if ratio < 100.0 { format!("{ratio:.2}") } else { format!("{ratio:.0}") })
}

/// Ours beside the others, 80 columns wide.
pub fn comparison(lines: &[Line]) -> String {
    let head = format!(
        "{:NAME$}{:>9}{:>9} {:>6}  {:>6}{:10}{:>6}",
        "greenlight", "least", "middle", "tokio÷", "÷best", "", "÷floor"
    );
    let mut text = styled(HEAD, head.trim_end()) + "\n";
    for line in lines.iter().filter(|line| line.figure(OURS).is_some()) {
        writeln!(text, "{}", comparison_line(line)).expect("a string takes all");
    }
    if let Some((mean, rows)) = mean_over_yardstick(lines) {
        let foot = format!("{:NAME$}{:>18} {mean:6.2}  of {rows} rows", "geometric mean", "");
        writeln!(text, "{}", styled(HEAD, &foot)).expect("a string takes all");
    }
    text
}

fn comparison_line(line: &Line) -> String {
    let ours = line.figure(OURS).expect("only lines with our figure are compared");
    let mark = if ours.wide { "?" } else { " " };
    let over = format!("{:>6}", ratio(line.over_yardstick()));
    let behind = line.over_yardstick().is_some_and(|over| over < 1.0);
    let over = if behind { styled(BEHIND, &over) } else { over };
    let peer = line.best_peer().map_or("", |(name, _)| name);
    let best = format!("{:>6} {}", ratio(line.to_best()), styled(QUIET, &format!("{peer:<9}")));
    let floor = format!("{:>6}", ratio(line.to_floor()));
    let (least, middle) = (figure(ours.least), figure(ours.middle));
    format!("{:NAME$}{least:>9}{middle:>9}{mark}{over}  {best}{floor}", line.row.name)
}

/// Everybody's least, and how much their middle is above it.
pub fn everybody(lines: &[Line], contenders: &[Contender]) -> String {
    let mut text = names("least, and the middle above it", contenders) + "\n";
    for line in lines {
        let cells: String = contenders.iter().map(|contender| cell(line, contender.name)).collect();
        writeln!(text, "{:NAME$}{cells}", line.row.name).expect("a string takes all");
    }
    text
}

/// The head of a table with a column for everybody.
pub fn names(what: &str, contenders: &[Contender]) -> String {
    let names: String = contenders.iter().map(|contender| format!("{:>13}", contender.name)).collect();
    styled(HEAD, &format!("{what:NAME$}{names}"))
}

/// A row of counts for everybody.
pub fn counts(row: &Row, counts: &[(&str, f64)], contenders: &[Contender]) -> String {
    let count = |contender: &Contender| counts.iter().find(|(name, _)| *name == contender.name);
    let cell = |contender| format!("{:>13}", count(contender).map_or("–".into(), |(_, count)| format!("{count:.0}")));
    format!("{:NAME$}{}", row.name, contenders.iter().map(cell).collect::<String>())
}

fn cell(line: &Line, contender: &str) -> String {
    let Some(cost) = line.figure(contender) else { return format!("{:>13}", "–") };
    let unlike = if unlike(contender, line.row.name).is_some() { "~" } else { "" };
    let above = match (cost.middle / cost.least - 1.0) * 100.0 {
        _ if line.row.kind.is_heap() => String::new(),
        percent @ ..99.5 => format!("+{percent:.0}%"),
        _ => ">99%".into(),
    };
    let mark = if cost.wide { "?" } else { " " };
    let above = styled(if cost.wide { BEHIND } else { QUIET }, &format!("{above:>4}{mark}"));
    format!("{:>8}{above}", format!("{unlike}{}", figure(cost.least)))
}

/// How many times the cost of an operation among 1,000 it costs among 100,000.
pub fn growth(lines: &[Line], contenders: &[Contender]) -> String {
    let find = |what: &str, many: &str| lines.iter().find(|line| growing(line.row) == Some((what, many)));
    let mut text = String::new();
    for (what, few) in lines.iter().filter_map(|line| Some((growing(line.row)?, line))) {
        let (what, "1,000") = what else { continue };
        let Some(many) = find(what, "100,000") else { continue };
        let cells = contenders.iter().map(|contender| {
            let ratio_of = few.cost(contender.name).zip(many.cost(contender.name));
            format!("{:>11}", ratio(ratio_of.map(|(few, many)| many / few)))
        });
        writeln!(text, "{what:20}{}", cells.collect::<String>()).expect("a string takes all");
    }
    if text.is_empty() {
        return text;
    }
    let names: String = contenders.iter().map(|contender| format!("{:>11}", contender.name)).collect();
    styled(HEAD, &format!("{:20}{names}", "100,000 ÷ 1,000")) + "\n" + &text
}

/// What the figures do not say by themselves.
pub fn notes(outcome: &Outcome) -> String {
    let lines = &outcome.lines;
    let mut notes = vec![format!(
        "ns of the thread's work for an operation, or bytes, or allocations, or ns that pass. {YARDSTICK}÷: how many \
         times ours {YARDSTICK} takes. ÷best, ÷{FLOOR}: how many times theirs ours takes."
    )];
    let wide: Vec<_> = lines.iter().filter(|line| line.figures.iter().any(|(_, figure)| figure.wide)).collect();
    if !wide.is_empty() {
        notes.push(format!(
            "?  {} of {} rows have somebody's middle more than a quarter above the least, or fewer than three samples: not \
             to be trusted; run them again on a quiet machine.",
            wide.len(),
            lines.len()
        ));
    }
    let (rounds, planned) = outcome.rounds;
    if rounds < planned {
        notes.push(format!("{rounds} of {planned} rounds: the time was up, so the machine is busy."));
    }
    let named = |line: &Line| {
        line.figures.iter().filter_map(|(name, _)| Some((*name, unlike(name, line.row.name)?))).collect::<Vec<_>>()
    };
    let mut others: Vec<_> = lines.iter().flat_map(named).collect();
    others.sort_unstable();
    others.dedup();
    notes.extend(others.iter().map(|(name, why)| format!("~  {name}: {why}. It is no best peer there.")));
    notes.extend(
        outcome.given_up.iter().map(|(row, name)| format!("{row} is left out for {name}: it would take too long.")),
    );
    notes.iter().map(|note| format!("{}\n", styled(QUIET, note))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders;
    use crate::results::tests::line;
    use crate::rows::ROWS;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_figure_has_as_many_digits_as_it_can_bear() {
        assert_eq!([3.456, 47.04, 160.0, 1596.4].map(figure), ["3.46", "47.0", "160.0", "1596"]);
    }

    #[test]
    fn the_comparison_fits_eighty_columns() {
        let figures = [(OURS, 1_086_333.0), (YARDSTICK, 99_086_333.0), ("LocalPool", 1100.0), (FLOOR, 1100.0)];
        let lines: Vec<_> = ROWS.iter().map(|row| line(row.name, &figures)).collect();
        for line in plain(&comparison(&lines)).lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn the_comparison_reads_as_one_expects() {
        let lines = [
            line("yield, 1 task", &[(OURS, 12.0), (YARDSTICK, 96.0), ("compio", 16.0), (FLOOR, 2.5)]),
            line("Lock at 1,000", &[(OURS, 160.0), (YARDSTICK, 120.0), ("smol", 2.0)]),
        ];
        let text = plain(&comparison(&lines));
        let words: Vec<Vec<_>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(words[1], ["yield,", "1", "task", "12.0", "13.2", "8.00", "0.75", "compio", "4.80"]);
        assert_eq!(words[2], ["Lock", "at", "1,000", "160.0", "176.0", "0.75", "1.33", "tokio", "–"]);
        assert_eq!(words[3], ["geometric", "mean", "8.00", "of", "1", "rows"]);
    }

    #[test]
    fn who_does_another_thing_has_a_tilde_and_a_note() {
        let lines = [line("Lock, hand-off chain", &[(OURS, 100.0), ("smol", 20.0)])];
        assert!(plain(&everybody(&lines, &contenders::all())).contains("~20.0"));
        let outcome = Outcome { lines: lines.into(), given_up: vec![], rounds: (2, 5) };
        let notes = plain(&notes(&outcome));
        assert!(notes.contains("~  smol: whoever runs") && notes.contains("2 of 5 rounds"), "{notes}");
    }

    #[test]
    fn growth_is_of_those_that_ran_both_ends() {
        let lines = [
            line("Lock at 1,000", &[(OURS, 50.0), ("compio", 30.0)]),
            line("Lock at 10,000", &[(OURS, 70.0)]),
            line("Lock at 100,000", &[(OURS, 100.0)]),
        ];
        let text = plain(&growth(&lines, &contenders::all()));
        let last: Vec<_> = text.lines().last().expect("there is a row").split_whitespace().collect();
        assert_eq!(last, ["Lock", "2.00", "–", "–", "–", "–", "–", "–"]);
        assert_eq!(growth(&lines[..1], &contenders::all()), "");
    }
}
