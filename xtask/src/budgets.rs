//! Lengths of files and functions. Files: 400 lines aimed, 800 at most. Functions: 70 lines, as a
//! ratchet: `xtask/ratchet.toml` lists the functions that are longer, with their length, which may
//! only fall. Tests are not counted: a long table of cases is no harder to read than a short one.

use std::collections::BTreeMap;

use anyhow::Result;
use proc_macro2::Span;
use serde::Deserialize;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, ImplItemFn, Item, ItemFn, ItemImpl, ItemMod, ItemTrait, Signature, TraitItemFn};

use crate::sources::SourceFile;
use crate::tidy::Violation;

/// Above this a file is reported in the summary, and still passes.
pub(crate) const FILE_LINES_AIMED: usize = 400;
/// Above this a file fails.
const FILE_LINES_MAX: usize = 800;
/// Above this a function fails, unless the ratchet lists it.
const FUNCTION_LINES_MAX: usize = 70;

/// The functions that are over their budget today.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ratchet {
    /// Length in lines by `path::scope::name`.
    functions: BTreeMap<String, usize>,
}

impl Ratchet {
    /// Reads the committed list.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        Ok(toml::from_str(text)?)
    }
}

/// Compares every file and function with its budget, and the ratchet with what is left to list.
pub(crate) fn check(files: &[SourceFile], ratchet: &Ratchet) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut longest: BTreeMap<String, usize> = BTreeMap::new();
    for file in files {
        let lines = counted_lines(file);
        if lines > FILE_LINES_MAX {
            violations.push(format!(
                "{}: {lines} lines without tests, at most {FILE_LINES_MAX}: one concept, one file",
                file.path
            ));
        }
        if file.is_test() {
            continue;
        }
        for (name, lines) in functions(&file.syntax) {
            if lines > FUNCTION_LINES_MAX {
                let entry = longest.entry(format!("{}::{name}", file.path)).or_default();
                *entry = lines.max(*entry);
            }
        }
    }
    for (name, &lines) in &longest {
        match ratchet.functions.get(name) {
            None => violations.push(format!(
                "{name}: {lines} lines, a function has at most {FUNCTION_LINES_MAX}: split it by steps"
            )),
            Some(&listed) if lines > listed => violations.push(format!(
                "{name}: grew to {lines} lines; the ratchet lists it with {listed}, which may only fall"
            )),
            Some(&listed) if lines < listed => violations.push(format!(
                "{name}: shrank to {lines} lines; lower its entry in the ratchet from {listed}"
            )),
            Some(_) => {}
        }
    }
    for name in ratchet.functions.keys().filter(|name| !longest.contains_key(*name)) {
        violations.push(format!("{name}: within its budget or gone; remove its entry from the ratchet"));
    }
    violations
}

/// Lines of a file without its test modules; 0 for a file of tests.
pub(crate) fn counted_lines(file: &SourceFile) -> usize {
    if file.is_test() {
        return 0;
    }
    let test_lines: usize = file
        .syntax
        .items
        .iter()
        .filter(|item| attributes(item).iter().any(is_test_attribute))
        .map(|item| lines_between(item.span(), item.span()))
        .sum();
    file.content.lines().count() - test_lines
}

/// Every function outside of tests with its length from `fn` to the closing brace.
fn functions(file: &syn::File) -> Vec<(String, usize)> {
    let mut lengths = Lengths { scope: Vec::new(), found: Vec::new() };
    lengths.visit_file(file);
    lengths.found
}

struct Lengths {
    scope: Vec<String>,
    found: Vec<(String, usize)>,
}

impl Lengths {
    fn record(&mut self, signature: &Signature, block: &Block) {
        let mut name = self.scope.clone();
        name.push(signature.ident.to_string());
        let lines = lines_between(signature.fn_token.span, block.brace_token.span.close());
        self.found.push((name.join("::"), lines));
    }

    fn inside(&mut self, scope: String, walk: impl FnOnce(&mut Self)) {
        self.scope.push(scope);
        walk(self);
        self.scope.pop();
    }
}

impl<'ast> Visit<'ast> for Lengths {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !item.attrs.iter().any(is_test_attribute) {
            self.inside(item.ident.to_string(), |lengths| visit::visit_item_mod(lengths, item));
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if item.attrs.iter().any(is_test_attribute) {
            return;
        }
        let name = match &*item.self_ty {
            syn::Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
            _ => None,
        };
        self.inside(name.unwrap_or_else(|| "_".to_owned()), |lengths| visit::visit_item_impl(lengths, item));
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        self.inside(item.ident.to_string(), |lengths| visit::visit_item_trait(lengths, item));
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        if !item.attrs.iter().any(is_test_attribute) {
            self.record(&item.sig, &item.block);
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.record(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        if let Some(block) = &item.default {
            self.record(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

fn lines_between(first: Span, last: Span) -> usize {
    last.end().line - first.start().line + 1
}

/// `#[test]`, `#[cfg(test)]`, `#[cfg(all(test, …))]`; not `#[cfg(not(test))]`.
fn is_test_attribute(attribute: &Attribute) -> bool {
    if attribute.path().is_ident("test") {
        return true;
    }
    let syn::Meta::List(list) = &attribute.meta else { return false };
    let condition = list.tokens.to_string();
    let has =
        |word: &str| condition.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word);
    list.path.is_ident("cfg") && has("test") && !has("not")
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::example::{rust, rust_at};

    fn function_of(lines: usize) -> String {
        format!("fn long() {{\n{}}}\n", "    step();\n".repeat(lines - 2))
    }

    fn ratchet(entries: &[(&str, usize)]) -> Ratchet {
        Ratchet { functions: entries.iter().map(|&(name, lines)| (name.to_owned(), lines)).collect() }
    }

    const LONG: &str = "crates/route/src/segment.rs::long";

    #[test]
    fn function_over_its_budget_fails_and_one_at_it_passes() {
        assert_eq!(check(&[rust(&function_of(70))], &ratchet(&[])), Vec::<String>::new());
        let found = check(&[rust(&function_of(71))], &ratchet(&[]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(LONG) && found[0].contains("71 lines"), "{}", found[0]);
    }

    #[test]
    fn listed_function_may_stay_may_not_grow_and_must_be_lowered_when_it_shrinks() {
        let file = [rust(&function_of(90))];
        assert_eq!(check(&file, &ratchet(&[(LONG, 90)])), Vec::<String>::new());
        assert!(check(&file, &ratchet(&[(LONG, 89)]))[0].contains("grew to 90"));
        assert!(check(&file, &ratchet(&[(LONG, 91)]))[0].contains("lower its entry"));
    }

    #[test]
    fn entry_of_a_function_within_budget_is_refused() {
        assert!(check(&[rust(&function_of(10))], &ratchet(&[(LONG, 80)]))[0].contains("remove its entry"));
    }

    #[test]
    fn methods_and_nested_modules_are_named_by_their_scope() {
        let source = format!("mod inner {{ struct Leg; impl Leg {{ {} }} }}", function_of(80));
        let found = check(&[rust(&source)], &ratchet(&[]));
        assert!(found[0].starts_with("crates/route/src/segment.rs::inner::Leg::long"), "{}", found[0]);
    }

    #[test]
    fn tests_have_no_function_budget() {
        let source = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", function_of(100));
        assert_eq!(check(&[rust(&source)], &ratchet(&[])), Vec::<String>::new());
        let file = rust_at("tests/grpc/solve.rs", &function_of(100));
        assert_eq!(check(&[file], &ratchet(&[])), Vec::<String>::new());
    }

    #[test]
    fn file_over_its_budget_fails_and_its_tests_are_not_counted() {
        let code = "const A: u8 = 0;\n".repeat(800);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "const B: u8 = 0;\n".repeat(50));
        assert_eq!(check(&[rust(&format!("{code}{tests}"))], &ratchet(&[])), Vec::<String>::new());
        let found = check(&[rust(&format!("{code}const A: u8 = 0;\n{tests}"))], &ratchet(&[]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("801 lines"), "{}", found[0]);
    }

    #[test]
    fn code_left_out_of_tests_is_counted() {
        let source = format!("#[cfg(not(test))]\nmod real {{\n{}}}\n", function_of(71));
        assert_eq!(check(&[rust(&source)], &ratchet(&[])).len(), 1);
    }
}
