//! The figures as Markdown, for docs/PERFORMANCE.md.

use crate::contenders::{Contender, FLOOR, OURS, YARDSTICK};
use crate::results::{Line, growing, mean_over_yardstick};
use crate::rows::unlike;
use crate::run::Outcome;
use crate::table::{figure, notes, ratio};
use std::fmt::Write;

/// Everybody's figures with our ratios, growth, and what there is to say about them.
pub fn text(outcome: &Outcome, contenders: &[Contender], machine: &str) -> String {
    let lines = &outcome.lines;
    let (rounds, planned) = outcome.rounds;
    let mut text = format!("{machine}, {rounds} of {planned} rounds.\n\n");
    let mut head: Vec<String> = vec!["row".into(), "unit".into()];
    head.extend(contenders.iter().map(|contender| contender.name.into()));
    head.extend([format!("{YARDSTICK}÷"), "÷best".into(), format!("÷{FLOOR}")]);
    text += &header(&head, 2);
    for line in lines.iter().filter(|line| growing(line.row).is_none()) {
        text += &row(&cells(line, contenders));
    }
    if let Some((mean, rows)) = mean_over_yardstick(lines) {
        let foot = format!("\nThe geometric mean of {YARDSTICK}÷ is {mean:.2}, of the {rows} rows that count.\n");
        text += &foot;
    }
    text + &growth(lines, contenders) + "\n" + &remarks(outcome)
}

fn cells(line: &Line, contenders: &[Contender]) -> Vec<String> {
    let mut cells = vec![line.row.name.to_owned(), line.row.kind.unit().to_owned()];
    cells.extend(contenders.iter().map(|contender| cell(line, contender.name)));
    let best = line.best_peer().map_or("–".into(), |(name, _)| format!("{} {name}", ratio(line.to_best())));
    cells.extend([ratio(line.over_yardstick()), best, ratio(line.to_floor())]);
    cells
}

fn cell(line: &Line, contender: &str) -> String {
    let Some(found) = line.figure(contender) else { return "–".into() };
    let unlike = if unlike(contender, line.row.name).is_some() { "~" } else { "" };
    let wide = if found.wide { "?" } else { "" };
    let shown = format!("{unlike}{}{wide}", figure(line.headline(found)));
    if contender == OURS { format!("**{shown}**") } else { shown }
}

/// What an operation costs among 1,000, 10,000 and 100,000, of ours; and everybody's quotient of the ends.
fn growth(lines: &[Line], contenders: &[Contender]) -> String {
    const SIZES: [&str; 3] = ["1,000", "10,000", "100,000"];
    let find = |what: &str, many: &str| lines.iter().find(|line| growing(line.row) == Some((what, many)));
    let mut grow: Vec<_> = lines.iter().filter_map(|line| growing(line.row)).map(|(what, _)| what).collect();
    grow.dedup();
    if grow.is_empty() {
        return String::new();
    }
    let mut head = vec!["ns an operation among".to_owned()];
    head.extend(SIZES.map(str::to_owned));
    head.extend(contenders.iter().map(|contender| format!("{} ×", contender.name)));
    let mut text = "\n".to_owned() + &header(&head, 1);
    for what in grow {
        let at = SIZES.map(|many| find(what, many));
        let mut cells = vec![what.to_owned()];
        cells.extend(at.map(|line| line.map_or("–".into(), |line| cell(line, OURS))));
        cells.extend(contenders.iter().map(|contender| {
            let cost = |line: Option<&Line>| line.and_then(|line| line.cost(contender.name));
            ratio(cost(at[0]).zip(cost(at[2])).map(|(few, many)| many / few))
        }));
        text += &row(&cells);
    }
    text
}

fn remarks(outcome: &Outcome) -> String {
    let notes = notes(outcome);
    let plain = anstream::adapter::strip_str(&notes).to_string();
    plain.lines().fold(String::new(), |mut text, note| {
        writeln!(text, "- {}", note.split_whitespace().collect::<Vec<_>>().join(" ")).expect("a string takes all");
        text
    })
}

/// The head of a table of which the first columns are text.
fn header(names: &[String], texts: usize) -> String {
    let rule: Vec<_> = (0..names.len()).map(|at| if at < texts { "---" } else { "--:" }.to_owned()).collect();
    row(names) + &row(&rule)
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders;
    use crate::results::tests::line;

    fn markdown(lines: Vec<Line>) -> String {
        text(&Outcome { lines, given_up: vec![], rounds: (15, 15) }, &contenders::all(), "a machine")
    }

    #[test]
    fn a_row_has_everybody_and_our_ratios() {
        let figures = [(OURS, 12.0), (YARDSTICK, 96.0), ("compio", 16.0), (FLOOR, 2.5)];
        let text = markdown(vec![line("yield, 1 task", &figures)]);
        let expected = "| yield, 1 task | ns | **12.0** | 96.0 | – | – | – | 16.0 | 2.50 | 8.00 | 0.75 compio | 4.80 |";
        assert!(text.lines().any(|line| line == expected), "{text}");
        assert!(text.starts_with("a machine, 15 of 15 rounds.\n"), "{text}");
        assert!(text.contains("The geometric mean of tokio÷ is 8.00, of the 1 rows that count."), "{text}");
    }

    #[test]
    fn growth_has_a_table_of_its_own() {
        let lines = [("Lock at 1,000", 50.0), ("Lock at 10,000", 70.0), ("Lock at 100,000", 100.0)];
        let text = markdown(lines.map(|(name, ours)| line(name, &[(OURS, ours)])).into());
        let expected = "| Lock | **50.0** | **70.0** | **100.0** | 2.00 | – | – | – | – | – | – |";
        assert!(text.lines().any(|line| line == expected), "{text}");
    }

    #[test]
    fn all_rows_of_a_table_are_as_wide_as_its_head() {
        let lines = crate::rows::ROWS.iter().map(|row| line(row.name, &[(OURS, 12.0), ("smol", 9.0)])).collect();
        let text = markdown(lines);
        let mut width = None;
        for line in text.lines() {
            let cells = line.starts_with('|').then(|| line.matches('|').count());
            assert!(cells.is_none() || width.is_none() || cells == width, "{line}");
            width = cells;
        }
    }
}
