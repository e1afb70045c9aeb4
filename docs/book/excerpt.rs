//! Excerpts of the project's own sources, by the name of what they show: the chapters include them, and the sources
//! need no marks for it.

use crate::chapters::Chapter;
use proc_macro2::Span;
use std::collections::BTreeSet;
use syn::spanned::Spanned;
use syn::{ImplItem, Item, TraitItem, Type};

/// How a chapter includes an excerpt: behind it comes the file, and then the name, as in
/// `made/code/runtime/task.rs/TaskCell.suspend.rs`.
const INCLUDE: &str = "{{#include made/code/";

/// A part of a source that a chapter shows.
#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Excerpt {
    /// The source, from the root of the project.
    pub(crate) file: String,
    /// What is shown of it: `function`, `Type`, or `Type.function`.
    pub(crate) name: String,
}

/// The excerpts that the chapters include.
pub(crate) fn excerpts(chapters: &[Chapter]) -> Result<BTreeSet<Excerpt>, String> {
    let excerpt = |path: &str| {
        let (file, name) = path.rsplit_once('/')?;
        Some(Excerpt { file: file.to_string(), name: name.strip_suffix(".rs")?.to_string() })
    };
    let all = chapters.iter().flat_map(|chapter| {
        let paths = chapter.text.split(INCLUDE).skip(1);
        paths.filter_map(|rest| rest.split("}}").next()).map(move |path| {
            let wrong = || format!("{} has {INCLUDE}{path}, which is to go on with FILE.rs/NAME.rs", chapter.file);
            excerpt(path).ok_or_else(wrong)
        })
    });
    all.collect()
}

impl Excerpt {
    /// Where it is made, from the folder of what is made.
    pub(crate) fn path(&self) -> String {
        format!("code/{}/{}.rs", self.file, self.name)
    }

    /// Cuts it out of its source, with the line that it begins in.
    pub(crate) fn cut(&self, source: &str) -> Result<String, String> {
        let Excerpt { file, name } = self;
        let parsed = syn::parse_file(source).map_err(|error| format!("{file} is no Rust: {error}"))?;
        let spans: Vec<_> = parsed.items.iter().flat_map(|item| spans(item, name)).collect();
        let [span] = spans[..] else {
            let found = if spans.is_empty() { "no" } else { "more than one" };
            return Err(format!("{file} has {found} `{name}`"));
        };
        let (first, last) = (span.start().line, span.end().line);
        let lines: Vec<_> = source.lines().skip(first - 1).take(last - first + 1).collect();
        let indent =
            lines.iter().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len());
        let indent = indent.min().unwrap_or_default();
        let lines: String =
            lines.iter().map(|line| line.get(indent..).unwrap_or_default().to_string() + "\n").collect();
        Ok(format!("// {file}, line {first}\n{lines}"))
    }
}

/// Where things of that name stand in an item.
fn spans(item: &Item, name: &str) -> Vec<Span> {
    let is = |ident: &syn::Ident| ident == name;
    let of = |ident: &syn::Ident, item: &syn::Ident| name == format!("{ident}.{item}");
    match item {
        Item::Fn(item) if is(&item.sig.ident) => vec![item.span()],
        Item::Struct(item) if is(&item.ident) => vec![item.span()],
        Item::Enum(item) if is(&item.ident) => vec![item.span()],
        Item::Const(item) if is(&item.ident) => vec![item.span()],
        Item::Trait(item) if is(&item.ident) => vec![item.span()],
        Item::Trait(parent) => {
            let items = parent.items.iter().filter_map(|item| match item {
                TraitItem::Fn(item) if of(&parent.ident, &item.sig.ident) => Some(item.span()),
                _ => None,
            });
            items.collect()
        }
        Item::Impl(parent) => {
            let Type::Path(path) = &*parent.self_ty else { return Vec::new() };
            let Some(last) = path.path.segments.last() else { return Vec::new() };
            let items = parent.items.iter().filter_map(|item| match item {
                ImplItem::Fn(item) if of(&last.ident, &item.sig.ident) => Some(item.span()),
                _ => None,
            });
            items.collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "use a::b;\n\n/// A bell.\nstruct Bell;\n\nimpl Bell {\n    /// Rings.\n    \
                          fn ring(&self) {\n        go();\n    }\n}\n\nimpl Drop for Bell {\n    fn drop(&mut self) {}\n}\n\nfn go() {}\n";

    fn cut(name: &str) -> Result<String, String> {
        Excerpt { file: "bell.rs".to_string(), name: name.to_string() }.cut(SOURCE)
    }

    #[test]
    fn a_function_is_cut_with_its_documentation_and_without_its_indent() {
        assert_eq!(cut("Bell.ring").unwrap(), "// bell.rs, line 7\n/// Rings.\nfn ring(&self) {\n    go();\n}\n");
        assert_eq!(cut("Bell.drop").unwrap(), "// bell.rs, line 14\nfn drop(&mut self) {}\n");
        assert_eq!(cut("Bell").unwrap(), "// bell.rs, line 3\n/// A bell.\nstruct Bell;\n");
        assert_eq!(cut("go").unwrap(), "// bell.rs, line 17\nfn go() {}\n");
    }

    #[test]
    fn what_is_not_there_is_told() {
        assert_eq!(cut("ring").unwrap_err(), "bell.rs has no `ring`");
    }
}
