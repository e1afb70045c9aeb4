//! The plain values of a scenario: what each has to be, and how it is quoted where it is not.

use super::items::Item;
use serde_json::Value;
use std::time::Duration;

/// How much of the JSON that is at fault a complaint quotes, in characters.
const QUOTED: usize = 60;

pub(super) fn words(verb: &str, arguments: &[Value]) -> String {
    let mut words = verb.to_owned();
    for argument in arguments.iter().filter(|argument| !argument.is_array()) {
        words.push(' ');
        words.push_str(&spelt(argument));
    }
    words
}

/// What a queue holds of a value.
pub(super) fn item(value: &Value) -> Item {
    Item { rank: value.as_i64().unwrap_or(0), spelt: spelt(value) }
}

/// A value as the log spells it.
fn spelt(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(super) fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("{} has to be a text", quote(value)))
}

pub(super) fn count(value: &Value) -> Result<u64, String> {
    value.as_u64().ok_or_else(|| format!("{} has to be a whole number from 0", quote(value)))
}

pub(super) fn size(value: &Value) -> Result<usize, String> {
    usize::try_from(count(value)?).map_err(|_| format!("{} is too large", quote(value)))
}

pub(super) fn integer(value: &Value) -> Result<i64, String> {
    value.as_i64().ok_or_else(|| format!("{} has to be a whole number", quote(value)))
}

pub(super) fn duration(value: &Value) -> Result<Duration, String> {
    count(value)
        .map(Duration::from_micros)
        .map_err(|_| format!("{} has to be whole microseconds, from 0", quote(value)))
}

/// A value as JSON, cut short.
pub(super) fn quote(value: &Value) -> String {
    let json = value.to_string();
    match json.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &json[..end]),
        None => json,
    }
}
