//! The figures as a file: `{"rows": [{"name", "unit", "ours", "ns": {contender: figure}, "floor"}]}`.

use crate::contenders::FLOOR;
use crate::results::Line;
use serde_json::{Map, Value, json};

/// The file's text. A contender that has no such row is not named in it, and a row without a floor has null.
pub fn text(lines: &[Line]) -> String {
    let rows: Vec<_> = lines.iter().map(row).collect();
    format!("{:#}\n", json!({ "rows": rows }))
}

fn row(line: &Line) -> Value {
    let figures = line.figures.iter().filter(|(name, _)| *name != FLOOR);
    let figures: Map<_, _> =
        figures.map(|(name, figure)| ((*name).to_owned(), rounded(line.headline(*figure)))).collect();
    json!({
        "name": line.row.name,
        "unit": line.row.kind.unit(),
        "ours": line.row.ours,
        "ns": figures,
        "floor": line.cost(FLOOR).map_or(Value::Null, rounded),
    })
}

/// To hundredths, which is more than can be measured.
fn rounded(figure: f64) -> Value {
    json!((figure * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::{OURS, YARDSTICK};
    use crate::results::tests::line;

    #[test]
    fn a_row_has_these_fields_and_no_others() {
        let lines = [
            line("yield, 1 task", &[(OURS, 12.345), (YARDSTICK, 96.0), (FLOOR, 2.5)]),
            line("bytes of a waiter", &[(OURS, 205.0)]),
        ];
        let expected = r#"{"rows":[
            {"name":"yield, 1 task","unit":"ns","ours":true,"ns":{"greenlight":12.35,"tokio":96.0},"floor":2.5},
            {"name":"bytes of a waiter","unit":"bytes","ours":false,"ns":{"greenlight":205.0},"floor":null}
        ]}"#;
        let parse = |text: &str| serde_json::from_str::<Value>(text).expect("it is JSON");
        assert_eq!(parse(&text(&lines)), parse(expected));
    }

    #[test]
    fn the_fields_come_in_the_order_in_which_they_are_read() {
        let text = text(&[line("yield, 1 task", &[(OURS, 12.0), ("smol", 96.0), ("compio", 16.0)])]);
        let fields = ["name", "unit", "ours", "ns", OURS, "smol", "compio", "floor"];
        let places: Vec<_> = fields.map(|field| text.find(&format!("\"{field}\":"))).into();
        assert!(places.is_sorted() && places[0].is_some(), "{text}");
    }
}
