//! The figures of a run, and what is read off them: who is best, and how far it is from one to the other.

use crate::contenders::{FLOOR, OURS, YARDSTICK};
use crate::rows::{Kind, Row, unlike};
use crate::statistics::{Samples, geometric_mean};

/// What one contender did in one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The least of its samples.
    pub least: f64,
    /// The middle of its samples.
    pub middle: f64,
    /// Whether the samples lie too far apart, or are too few, to be trusted.
    pub wide: bool,
}

impl Figure {
    /// What is made of a row's samples. What is counted needs one.
    pub fn of(kind: Kind, samples: &Samples) -> Self {
        let wide = !kind.is_heap() && samples.is_wide();
        Figure { least: samples.least(), middle: samples.middle(), wide }
    }
}

/// A row with the figures of those that ran it, in the order of the contenders.
#[derive(Debug)]
pub struct Line {
    /// The row.
    pub row: &'static Row,
    /// By the contenders' names.
    pub figures: Vec<(&'static str, Figure)>,
}

impl Line {
    /// A contender's figure.
    pub fn figure(&self, contender: &str) -> Option<Figure> {
        self.figures.iter().find(|(name, _)| *name == contender).map(|(_, figure)| *figure)
    }

    /// What stands for a contender: its least or, of time that passes, its middle.
    pub fn cost(&self, contender: &str) -> Option<f64> {
        self.figure(contender).map(|figure| self.headline(figure))
    }

    /// What of a figure stands for it in this row.
    pub fn headline(&self, figure: Figure) -> f64 {
        if self.row.kind == Kind::Wall { figure.middle } else { figure.least }
    }

    /// The best of the others, of those that do the same thing.
    pub fn best_peer(&self) -> Option<(&'static str, f64)> {
        let peers = self.figures.iter().filter(|(name, _)| ![OURS, FLOOR].contains(name));
        let alike = peers.filter(|(name, _)| unlike(name, self.row.name).is_none());
        alike.map(|(name, figure)| (*name, self.headline(*figure))).min_by(|one, other| one.1.total_cmp(&other.1))
    }

    /// How many times ours the yardstick takes.
    pub fn over_yardstick(&self) -> Option<f64> {
        ratio(self.cost(YARDSTICK)?, self.cost(OURS)?)
    }

    /// How many times the best peer's ours takes.
    pub fn to_best(&self) -> Option<f64> {
        ratio(self.cost(OURS)?, self.best_peer()?.1)
    }

    /// How many times the floor ours takes.
    pub fn to_floor(&self) -> Option<f64> {
        ratio(self.cost(OURS)?, self.cost(FLOOR)?)
    }
}

/// None of something that costs nothing.
fn ratio(one: f64, other: f64) -> Option<f64> {
    (other > 0.0).then_some(one / other)
}

/// The geometric mean over the yardstick, of the rows that count; and how many of them it is of.
pub fn mean_over_yardstick(lines: &[Line]) -> Option<(f64, usize)> {
    let counted = lines.iter().filter(|line| line.row.ours);
    let ratios: Vec<_> = counted.filter_map(Line::over_yardstick).collect();
    Some((geometric_mean(&ratios)?, ratios.len()))
}

/// Of a row of growth what grows, and how many there are of it.
pub fn growing(row: &Row) -> Option<(&'static str, &'static str)> {
    row.name.split_once(" at ")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::rows::ROWS;

    pub(crate) fn line(row: &str, figures: &[(&'static str, f64)]) -> Line {
        let row = ROWS.iter().find(|known| known.name == row).expect("a test names a row that there is");
        let figure = |&(name, least): &(&'static str, f64)| (name, Figure { least, middle: least * 1.1, wide: false });
        Line { row, figures: figures.iter().map(figure).collect() }
    }

    #[test]
    fn the_best_peer_is_neither_we_nor_the_floor() {
        let line = line("yield, 1 task", &[(OURS, 12.0), (YARDSTICK, 96.0), ("compio", 16.0), (FLOOR, 2.5)]);
        assert_eq!(line.best_peer(), Some(("compio", 16.0)));
        assert_eq!((line.over_yardstick(), line.to_best(), line.to_floor()), (Some(8.0), Some(0.75), Some(4.8)));
    }

    #[test]
    fn who_does_another_thing_is_no_best_peer() {
        let line = line("Lock, hand-off chain", &[(OURS, 100.0), (YARDSTICK, 120.0), ("smol", 20.0)]);
        assert_eq!(line.best_peer(), Some((YARDSTICK, 120.0)));
    }

    #[test]
    fn the_middle_stands_for_time_that_passes() {
        let line = line("lateness of 1 ms", &[(OURS, 100.0)]);
        assert!((line.cost(OURS).expect("it ran") - 110.0).abs() < 1e-9);
    }

    #[test]
    fn only_rows_that_count_are_in_the_mean() {
        let lines = [
            line("yield, 1 task", &[(OURS, 10.0), (YARDSTICK, 40.0)]),
            line("Lock, free", &[(OURS, 10.0), (YARDSTICK, 10.0)]),
            line("Lock at 1,000", &[(OURS, 10.0), (YARDSTICK, 1.0)]),
            line("100,000 sleeps", &[(OURS, 10.0)]),
        ];
        assert_eq!(mean_over_yardstick(&lines), Some((2.0, 2)));
        assert_eq!(mean_over_yardstick(&lines[2..]), None);
    }

    #[test]
    fn a_row_of_growth_says_of_what_and_how_many() {
        let row = |name| ROWS.iter().find(|row| row.name == name).expect("there is such a row");
        assert_eq!(growing(row("Lock at 10,000")), Some(("Lock", "10,000")));
        assert_eq!(growing(row("Lock, free")), None);
    }
}
