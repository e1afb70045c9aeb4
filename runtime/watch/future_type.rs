//! How the type of a future reads to people.

use super::super::task::{Body, TaskCell};
use futures_task::LocalFutureObj;
use std::any::type_name;
use std::sync::Arc;

/// How the type of an async block or function ends.
const CLOSURE: &str = "::{{closure}}";

impl TaskCell {
    /// The name of its future's type, which is empty if it was boxed before it was spawned; none while that is out.
    pub(super) fn type_name(&self) -> Option<&'static str> {
        let body = self.body.take();
        let name = body.as_ref().map(Body::type_name);
        self.body.set(body);
        name.map(|name| if name == type_name::<LocalFutureObj<'static, ()>>() { "" } else { name })
    }
}

impl Body {
    /// The name of the future's type.
    fn type_name(&self) -> &'static str {
        match self {
            Body::Detached(future) => future.type_name(),
            Body::Joined(job) => job.type_name(),
            Body::Main(name) => name,
            Body::Callback(_) => "",
        }
    }
}

/// A future in a sentence, by its type: ``its future, `Forgetful`, ``, or ``its future, async code in `main`, ``.
pub(super) fn told(name: &str) -> String {
    let body = name.trim_end_matches(CLOSURE);
    match () {
        // What greenlight has wrapped a future into says nothing of it.
        () if name.is_empty() || body.starts_with("greenlight::") => "its future".to_string(),
        () if body.len() < name.len() => format!("its future, async code in `{}`,", without_paths(body)),
        () => format!("its future, `{}`,", without_paths(name)),
    }
}

/// The function or the type that a future is of, by the name of its type; none if that is no name that its program has
/// given: of a block within a function, of what was boxed, or of what others have made of it.
pub(super) fn function(name: &str) -> Option<Arc<str>> {
    let function = name.strip_suffix(CLOSURE).unwrap_or(name);
    let is_foreign = ["greenlight::", "core::", "alloc::", "std::", "futures", "tokio::"];
    if function.is_empty() || function.ends_with(CLOSURE) || is_foreign.iter().any(|path| function.starts_with(path)) {
        return None;
    }
    let plain = without_paths(function);
    plain.split('<').find(|part| !part.is_empty()).map(Arc::from)
}

/// A type without the paths of what it names. A closure in it goes by the function that it stands in.
fn without_paths(name: &str) -> String {
    let mut told = String::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '{' | '}' | '#');
        let end = if is_path(first) { rest.find(|c| !is_path(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (word, after) = rest.split_at(end);
        let word = word.trim_end_matches("::{{closure}}");
        told += word.rsplit_once("::").map_or(word, |(path, last)| if path.is_empty() { word } else { last });
        rest = after;
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_goes_by_the_function_or_the_type_that_the_program_has_named() {
        for (name, expected) in [
            ("", None),
            ("kitchen::cook::{{closure}}", Some("cook")),
            ("kitchen::cook<alloc::string::String>::{{closure}}", Some("cook")),
            ("kitchen::main::{{closure}}::{{closure}}", None),
            ("kitchen::Forgetful", Some("Forgetful")),
            ("core::future::poll_fn::PollFn<kitchen::main::{{closure}}>", None),
            ("core::pin::Pin<alloc::boxed::Box<dyn core::future::future::Future<Output = ()>>>", None),
        ] {
            assert_eq!(function(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_future_goes_by_the_last_part_of_its_path_or_by_the_function_it_stands_in() {
        for (name, expected) in [
            ("", "its future"),
            ("kitchen::Forgetful", "its future, `Forgetful`,"),
            ("kitchen::main::{{closure}}", "its future, async code in `main`,"),
            ("kitchen::main::{{closure}}::{{closure}}", "its future, async code in `main`,"),
            ("kitchen::cook<alloc::string::String>::{{closure}}", "its future, async code in `cook<String>`,"),
            ("core::future::poll_fn::PollFn<kitchen::main::{{closure}}>", "its future, `PollFn<main>`,"),
            (
                "core::pin::Pin<alloc::boxed::Box<dyn core::future::future::Future<Output = ()>>>",
                "its future, `Pin<Box<dyn Future<Output = ()>>>`,",
            ),
            (
                "<kitchen::Cook as kitchen::Works>::work::{{closure}}",
                "its future, async code in `<Cook as Works>::work`,",
            ),
            ("greenlight::sync::task_group::TaskGroup<E>::spawn_with_output::{{closure}}", "its future"),
        ] {
            assert_eq!(told(name), expected);
        }
    }
}
