//! No junk drawers: a module is named after what it gives, or its content lives with its one user.

use proc_macro2::{TokenStream, TokenTree};

use crate::sources::{SourceFile, Text};
use crate::tidy::Violation;

const DRAWERS: [&str; 6] = ["util", "utils", "helper", "helpers", "common", "misc"];

/// Checks the folders and the stem of a Rust file's path.
pub(crate) fn check_path(text: &Text) -> Vec<Violation> {
    if !text.is_rust() {
        return Vec::new();
    }
    let stem = text.path.trim_end_matches(".rs");
    let complaint = |part| format!("{}: `{part}` names nothing: call it what it gives", text.path);
    stem.split('/').filter(|part| DRAWERS.contains(part)).map(complaint).collect()
}

/// Checks the modules that a file declares.
pub(crate) fn check_modules(file: &SourceFile) -> Vec<Violation> {
    let mut names = Vec::new();
    declared_modules(&file.tokens, &mut names);
    let complaint = |name| format!("{}: module `{name}` names nothing: call it what it gives", file.path);
    names.into_iter().filter(|name| DRAWERS.contains(&name.as_str())).map(complaint).collect()
}

fn declared_modules(tokens: &TokenStream, names: &mut Vec<String>) {
    let mut after_mod = false;
    for token in tokens.clone() {
        if let TokenTree::Group(group) = &token {
            declared_modules(&group.stream(), names);
        }
        match &token {
            TokenTree::Ident(name) if after_mod => names.push(name.to_string()),
            _ => {}
        }
        after_mod = matches!(&token, TokenTree::Ident(word) if word == "mod");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::example::{rust, text};

    #[test]
    fn drawer_as_file_or_folder_is_refused() {
        assert_eq!(check_path(&text("crates/plan/src/utils.rs", "")).len(), 1);
        assert_eq!(check_path(&text("crates/plan/src/helpers/windows.rs", "")).len(), 1);
        assert_eq!(check_path(&text("crates/plan/src/windows.rs", "")), Vec::<String>::new());
    }

    #[test]
    fn drawer_as_inline_module_is_refused_at_any_depth() {
        assert_eq!(check_modules(&rust("//! Legs.\nmod legs { mod common {} }")).len(), 1);
        assert_eq!(check_modules(&rust("//! Legs.\nmod legs { fn common() {} }")), Vec::<String>::new());
    }
}
