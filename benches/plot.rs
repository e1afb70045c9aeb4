//! The figures as a picture: a row a line, a dot a contender, tokio at one, who is faster further right.

use crate::contenders::{OURS, YARDSTICK};
use crate::results::Line;
use crate::rows::unlike;
use crate::table::figure;
use std::fmt::Write;

/// A contender's colour, which is told apart on light and on dark, and also by the colour-blind.
const COLOURS: [(&str, &str); 6] = [
    (OURS, "#1a9850"),
    (YARDSTICK, "#888888"),
    ("LocalSet", "#b8a000"),
    ("smol", "#d95f02"),
    ("LocalPool", "#7570b3"),
    ("compio", "#e7298a"),
];

const LEFT: f64 = 250.0;
const RIGHT: f64 = 940.0;
const TOP: f64 = 92.0;
const STEP: f64 = 26.0;

/// Both ends of the axis, in times as fast as the yardstick.
const AXIS: (f64, f64) = (0.25, 64.0);

const STYLE: &str = "\
text{font:14px system-ui,sans-serif;fill:#222}.quiet{fill:#666}.page{fill:#fff}.grid{stroke:#ddd}.one{stroke:#888}\
.ring{stroke:#fff}.other{fill:none;stroke-width:2}.head{font-weight:bold}\
@media(prefers-color-scheme:dark){text{fill:#ddd}.quiet{fill:#999}.page{fill:#161a1d}.grid{stroke:#333}\
.one{stroke:#888}.ring{stroke:#161a1d}}";

/// The picture of all rows that count, as SVG.
pub fn svg(lines: &[Line]) -> String {
    let drawn: Vec<_> = lines.iter().filter(|line| line.row.ours && line.cost(YARDSTICK).is_some()).collect();
    let height = TOP + STEP * drawn.len() as f64 + 44.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 980 {height}\" width=\"980\" height=\"{height}\" \
         role=\"img\">\n<title>{OURS} and its peers</title>\n<style>{STYLE}</style>\n\
         <rect class=\"page\" width=\"980\" height=\"{height}\"/>\n"
    );
    let bottom = TOP + STEP * drawn.len() as f64;
    svg += &legend();
    svg += &axis(bottom);
    for (number, line) in drawn.iter().enumerate() {
        svg += &dots(line, TOP + STEP * (number as f64 + 0.5));
    }
    svg + "</svg>\n"
}

/// Where so many times as fast as the yardstick is drawn. What lies beyond the axis is drawn at its end.
fn across(times: f64) -> f64 {
    let (low, high) = AXIS;
    let part = (times.clamp(low, high) / low).ln() / (high / low).ln();
    LEFT + part * (RIGHT - LEFT)
}

fn legend() -> String {
    let mut text = String::from(
        "<text class=\"head\" x=\"16\" y=\"30\">How many times as fast as tokio</text>\n\
         <text class=\"quiet\" x=\"940\" y=\"30\" text-anchor=\"end\">hollow: it does not do the same thing</text>\n",
    );
    for (number, (name, colour)) in COLOURS.iter().enumerate() {
        let x = LEFT + 112.0 * number as f64;
        writeln!(
            text,
            "<circle cx=\"{x}\" cy=\"55\" r=\"6\" fill=\"{colour}\"/><text x=\"{}\" y=\"60\">{}</text>",
            x + 12.0,
            escape(name)
        )
        .expect("a string takes all");
    }
    text
}

fn axis(bottom: f64) -> String {
    let mut text = String::new();
    let ticks = (0..).map(|power| AXIS.0 * 2f64.powi(power)).take_while(|tick| *tick <= AXIS.1);
    for tick in ticks {
        let (x, class) = (across(tick), if tick == 1.0 { "one" } else { "grid" });
        let label = if tick < 1.0 { format!("1/{}", 1.0 / tick) } else { format!("{tick}") };
        writeln!(
            text,
            "<line class=\"{class}\" x1=\"{x:.1}\" y1=\"{}\" x2=\"{x:.1}\" y2=\"{bottom}\"/>\
             <text class=\"quiet\" x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{label}</text>",
            TOP - 8.0,
            bottom + 22.0
        )
        .expect("a string takes all");
    }
    text
}

fn dots(line: &Line, y: f64) -> String {
    let name = escape(line.row.name);
    let mut text = format!("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{name}</text>\n", LEFT - 14.0, y + 5.0);
    let yardstick = line.cost(YARDSTICK).expect("only rows with the yardstick are drawn");
    // Ours last, so that nobody covers it.
    let known = COLOURS.iter().rev().filter_map(|(name, colour)| Some((name, colour, line.cost(name)?)));
    for (name, colour, cost) in known {
        let radius = if *name == OURS { 7.5 } else { 5.0 };
        let dot = if unlike(name, line.row.name).is_some() {
            format!("class=\"other\" stroke=\"{colour}\"")
        } else {
            format!("class=\"ring\" fill=\"{colour}\"")
        };
        writeln!(
            text,
            "<circle {dot} cx=\"{:.1}\" cy=\"{y}\" r=\"{radius}\"><title>{}: {} {}</title></circle>",
            across(yardstick / cost),
            escape(name),
            figure(cost),
            line.row.kind.unit()
        )
        .expect("a string takes all");
    }
    text
}

/// Text as XML bears it.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::{self, FLOOR};
    use crate::results::tests::line;

    #[test]
    fn what_xml_means_by_itself_is_escaped() {
        assert_eq!(escape("a<b> & \"c\""), "a&lt;b&gt; &amp; &quot;c&quot;");
    }

    #[test]
    fn twice_as_fast_is_as_far_right_as_half_is_left() {
        let (half, one, two) = (across(0.5), across(1.0), across(2.0));
        assert!((one - half - (two - one)).abs() < 1e-9);
        assert_eq!((across(0.001), across(1e6)), (LEFT, RIGHT));
    }

    #[test]
    fn a_dot_is_drawn_for_each_that_ran_a_row_that_counts() {
        let lines = [
            line("yield, 1 task", &[(OURS, 12.0), (YARDSTICK, 96.0), (FLOOR, 2.5)]),
            line("Lock at 1,000", &[(OURS, 12.0), (YARDSTICK, 96.0)]),
            line("Lock, hand-off chain", &[(OURS, 12.0), (YARDSTICK, 96.0), ("smol", 9.0)]),
            line("100,000 sleeps", &[(OURS, 12.0)]),
        ];
        let svg = svg(&lines);
        assert_eq!(svg.matches("<circle class=\"ring\"").count(), 4, "{svg}");
        assert_eq!(svg.matches("<circle class=\"other\"").count(), 1, "{svg}");
        assert!(svg.contains(">yield, 1 task<") && !svg.contains(">Lock at 1,000<"), "{svg}");
    }

    #[test]
    fn every_contender_has_its_colour() {
        for contender in contenders::all() {
            let coloured = COLOURS.iter().any(|(name, _)| *name == contender.name);
            assert!(coloured || contender.name == FLOOR, "{} has no colour", contender.name);
        }
    }
}
