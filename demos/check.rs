//! Says whether a text is a trace, and if not, which line is not as `docs/TRACE.md` has it, and what was expected there.

use greenlight::trace::Printable;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The kinds of rows, each with what follows its word: `t` a task, `o` an object, `l` a line, `w` a wait, `#` a number,
/// `$` a text, `b` how many events back, `{` what there is to say of an object. Any may be null, or be left out at the
/// end, but for those in capitals.
const ROWS: &[(&str, &str)] = &[
    ("now", "#"),
    ("spawn", "T"),
    ("wake", "Tb"),
    ("again", "Tb"),
    ("stale", "t"),
    ("poll", "Tb"),
    ("pending", "T"),
    ("ready", "T"),
    ("panics", "T$"),
    ("defer", "T"),
    ("yield", "Tl"),
    ("cancel", "T"),
    ("drop", "Tb"),
    ("returned", "T"),
    ("cancelled", "T"),
    ("panicked", "T$"),
    ("held", "T"),
    ("letgo", "T"),
    ("turn", "#"),
    ("jump", "#"),
    ("park", "#"),
    ("unpark", ""),
    ("arrive", ""),
    ("stall", ""),
    ("wait", "tWol#"),
    ("grant", "Wb"),
    ("move", "Wt"),
    ("waited", "W"),
    ("leave", "W"),
    ("arm", "tW#l$"),
    ("fire", "Wb"),
    ("disarm", "W"),
    ("timedout", "tl"),
    ("made", "O{"),
    ("gone", "O"),
    ("set", "tOl#"),
    ("pulse", "tOl#"),
    ("clear", "tOl"),
    ("isset", "tOl#"),
    ("take", "tOl"),
    ("release", "tOl"),
    ("notify", "tOl##"),
    ("ask", "tOl##"),
    ("acquire", "tOl#"),
    ("give", "tOl#"),
    ("put", "tOl#"),
    ("get", "tOl#"),
    ("done", "tOl#"),
    ("close", "tOl"),
    ("come", "tOl#"),
    ("go", "tOl#"),
    ("reset", "tOl"),
    ("abort", "tOl"),
    ("await", "tOl"),
    ("lost", "tOl##"),
    ("refused", "tOl"),
    ("does", "tOl$"),
    ("told", "Ob"),
    ("ended", "tl$"),
    ("print", "t$l"),
    ("mark", "tl$"),
];

/// Says what is wrong with a text that is no trace.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let lines: Vec<_> = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).collect();
    let (Some(&(first, _)), Some(&(last, _))) = (lines.first(), lines.last()) else {
        return Err(format!("it is empty; {}", Expected::Head));
    };
    let mut known = Known::default();
    for (place, line) in lines {
        let told = match serde_json::from_str(line) {
            Ok(Value::Object(head)) if place == first => known.head(&head),
            Ok(_) if place == first => Err(Expected::Head.to_string()),
            Ok(Value::Object(definition)) => known.define(&definition),
            Ok(Value::Array(row)) => known.row(&row).map_err(|why| Printable(why).to_string()),
            Ok(_) => Err(Expected::Line.to_string()),
            Err(_) if place == first => Err(Expected::Head.to_string()),
            // A program that was killed leaves half a line, and all before it is good.
            Err(_) if place == last && !text.ends_with('\n') => Ok(()),
            Err(error) => Err(format!("{}; this is no JSON, from column {} on", Expected::Line, error.column())),
        };
        told.map_err(|why| format!("line {}: {why}", place + 1))?;
    }
    Ok(())
}

/// What was expected.
enum Expected {
    Head,
    Line,
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Expected::Head => r#"a trace begins with its head, as in {"trace":"mine","version":1,"clock":"virtual"}"#,
            Expected::Line => {
                r#"a definition is expected, as in {"task":0,"name":"main"}, or a row, as in ["poll",0,1]"#
            }
        })
    }
}

/// What the lines so far have defined.
#[derive(Default)]
struct Known {
    tasks: BTreeSet<u64>,
    objects: BTreeSet<u64>,
    lines: BTreeSet<u64>,
    waits: BTreeSet<u64>,
    /// How many events came before the first that is here.
    dropped: u64,
    /// How many events there were, those among them.
    events: u64,
}

impl Known {
    fn head(&mut self, head: &Map<String, Value>) -> Result<(), String> {
        if !head.contains_key("trace") {
            return Err(Expected::Head.to_string());
        }
        if head.get("version").and_then(Value::as_u64) != Some(1) {
            return Err("its version is not 1, the only one that is known here".to_string());
        }
        self.dropped = head.get("dropped").and_then(Value::as_u64).unwrap_or_default();
        self.events = self.dropped;
        Ok(())
    }

    fn define(&mut self, definition: &Map<String, Value>) -> Result<(), String> {
        let number = |key| definition.get(key).and_then(Value::as_u64);
        let text = |key: &str| definition.get(key).is_some_and(Value::is_string);
        // A task has a line, too.
        if let Some(task) = number("task") {
            let before = number("next").filter(|before| !self.tasks.contains(before));
            self.tasks.insert(task);
            return match before {
                Some(before) => Err(format!("task {task} is named after task {before}, which no line above defines")),
                None if text("name") || number("next").is_some() => Ok(()),
                None => Err(format!("the name of task {task} is missing")),
            };
        }
        if let Some(object) = number("object") {
            self.objects.insert(object);
            return text("is")
                .then_some(())
                .ok_or_else(|| format!(r#"the kind of object {object} is missing, as in "is":"lock""#));
        }
        if let Some(line) = number("line") {
            self.lines.insert(line);
            let at = text("at").then_some(());
            return at.ok_or_else(|| format!(r#"the place of line {line} is missing, as in "at":"main.rs:3:5""#));
        }
        Err("a definition says which `task`, `object` or `line` it is, by a number".to_string())
    }

    fn row(&mut self, row: &[Value]) -> Result<(), String> {
        let word = row.first().and_then(Value::as_str).ok_or("a row begins with a word, as in [\"poll\",0,1]")?;
        let Some((_, shape)) = ROWS.iter().find(|(known, _)| *known == word) else {
            let near = ROWS.iter().min_by_key(|(known, _)| strsim::osa_distance(known, word));
            let near = near.map(|(known, _)| *known).unwrap_or_default();
            return Err(format!("there is no row `{word}`; one that is near is `{near}`, and docs/TRACE.md has all"));
        };
        self.events += u64::from(word != "now");
        if matches!(word, "wait" | "arm") {
            self.waits.extend(row.get(2).and_then(Value::as_u64));
        }
        let mut elements = row[1..].iter();
        for (nth, shape) in ["second", "third", "fourth", "fifth", "sixth"].into_iter().zip(shape.chars()) {
            // Where the cause departs from what a reader expects, it comes last.
            let element = elements.next().filter(|element| element.get("cause").is_none()).unwrap_or(&Value::Null);
            let may_be_missing = !shape.is_ascii_uppercase();
            if !(element.is_null() && may_be_missing || self.fits(shape, element)) {
                return Err(format!("the {nth} element of `{word}` is {element}, and has to be {}", meant(shape)));
            }
        }
        Ok(())
    }

    fn fits(&self, shape: char, element: &Value) -> bool {
        let number = element.as_u64();
        let among = |numbers: &BTreeSet<u64>| number.is_some_and(|number| numbers.contains(&number));
        match shape.to_ascii_lowercase() {
            't' => among(&self.tasks),
            'o' => among(&self.objects),
            'l' => among(&self.lines),
            'w' => among(&self.waits) || self.dropped > 0 && number.is_some(),
            'b' => number.is_some_and(|back| back < self.events),
            '#' => number.is_some(),
            '$' => element.is_string(),
            _ => element.is_object(),
        }
    }
}

fn meant(shape: char) -> &'static str {
    match shape.to_ascii_lowercase() {
        't' => "the number of a task that a line above defines",
        'o' => "the number of an object that a line above defines",
        'l' => "the number of a line of source that a line above defines",
        'w' => "the number of a wait or a timer that a row above begins",
        'b' => "how many events back something is that is in the trace",
        '#' => "a number that is 0 or more",
        '$' => "a text",
        _ => "an object of JSON",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"trace":"mine","version":1}
{"task":0,"name":"main"}
["spawn",0]
["turn",1]
["poll",0,2]
["ready",0]
["returned",0]
"#;

    #[test]
    fn what_the_schema_has_is_a_trace_and_so_is_one_whose_last_line_is_cut() {
        assert_eq!(check(GOOD), Ok(()));
        assert_eq!(check(&format!("{GOOD}[\"tur")), Ok(()));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_what_was_expected() {
        let told = |text: &str| check(text).expect_err("it is no trace");
        assert!(told("").starts_with("it is empty; a trace begins with its head"));
        for no_head in ["# a heading", "[\"poll\",0]", "{\"name\":\"club\"}", "7"] {
            assert!(told(no_head).starts_with("line 1: a trace begins with its head, as in {\"trace\":"), "{no_head}");
        }
        assert!(told(&GOOD.replace(":1}", ":2}")).starts_with("line 1: its version is not 1"));
        for (line, why) in [
            ("nonsense\n", "a definition is expected"),
            ("7\n", "a definition is expected"),
            ("[]\n", "a row begins with a word"),
            ("{\"name\":\"a\"}\n", "a definition says which"),
            ("{\"task\":1}\n", "the name of task 1 is missing"),
            ("{\"task\":1,\"next\":1}\n", "task 1 is named after task 1, which no line above defines"),
            ("{\"object\":1}\n", "the kind of object 1 is missing"),
            ("{\"line\":1}\n", "the place of line 1 is missing"),
            ("[\"pol\",0]\n", "there is no row `pol`; one that is near is `poll`"),
            ("[\"poll\"]\n", "the second element of `poll` is null, and has to be the number of a task"),
            ("[\"poll\",1]\n", "the second element of `poll` is 1, and has to be the number of a task"),
            ("[\"poll\",0,6]\n", "the third element of `poll` is 6, and has to be how many events back"),
            ("[\"set\",0,1]\n", "the third element of `set` is 1, and has to be the number of an object"),
            ("[\"print\",0,1]\n", "the third element of `print` is 1, and has to be a text"),
            ("[\"leave\",3]\n", "the second element of `leave` is 3, and has to be the number of a wait"),
        ] {
            assert!(
                told(&format!("{GOOD}{line}")).starts_with(&format!("line 8: {why}")),
                "{line}: {}",
                told(&format!("{GOOD}{line}"))
            );
        }
    }
}
