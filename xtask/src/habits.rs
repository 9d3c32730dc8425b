//! Habits that one file either keeps or breaks: it opens with a `//!`, has no skipped tests and no
//! left-overs, gives a reason for each silenced lint, and has no `unsafe` outside of one file.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::sources::SourceFile;
use crate::tidy::Violation;

/// Macros that mark unfinished work.
const LEFTOVER_MACROS: [&str; 3] = ["todo", "unimplemented", "dbg"];
/// Comment words that mark unfinished work; in two pieces, so that this file doesn't hold them.
const LEFTOVER_WORDS: [&str; 2] = [concat!("FIX", "ME"), concat!("X", "XX")];
/// The only folder that may have a file with `unsafe`: what the solver's safe bindings lack.
const UNSAFE_FOLDER: &str = "crates/milp/src/";

/// Checks one file by itself.
pub(crate) fn check(file: &SourceFile) -> Vec<Violation> {
    let mut violations = Vec::new();
    let first = file.content.lines().find(|line| !line.trim().is_empty());
    if !first.is_some_and(|line| line.starts_with("//!")) {
        violations.push(format!("{}: must open with `//!`: what it is, what not, who calls it", file.path));
    }
    for (number, line) in file.content.lines().enumerate() {
        for word in LEFTOVER_WORDS.iter().filter(|word| holds_word(line, word)) {
            violations.push(format!("{}:{}: {word}: finish it or open an issue", file.path, number + 1));
        }
    }
    walk(&file.tokens, &mut |found, line| {
        let complaint = match found {
            Found::LeftoverMacro(name) => format!("{name}!: finish it or open an issue"),
            Found::SkippedTest => "ignored test: a test runs or is deleted".to_owned(),
            Found::ExpectedPanic => "should_panic: assert on the error or the panic's text".to_owned(),
            Found::SilencedLint(name) => format!("{name}(…) without `reason = \"…\"`"),
            Found::Unsafe => return,
        };
        violations.push(format!("{}:{line}: {complaint}", file.path));
    });
    violations
}

/// `unsafe` may stand in one file of `milp` and nowhere else.
pub(crate) fn check_unsafe(files: &[SourceFile]) -> Vec<Violation> {
    let mut places: Vec<(&str, usize)> = Vec::new();
    for file in files {
        let mut first = None;
        walk(&file.tokens, &mut |found, line| {
            if matches!(found, Found::Unsafe) {
                first.get_or_insert(line);
            }
        });
        places.extend(first.map(|line| (file.path.as_str(), line)));
    }
    let allowed = places.iter().position(|(path, _)| path.starts_with(UNSAFE_FOLDER));
    if let Some(index) = allowed {
        places.remove(index);
    }
    let complaint =
        |(path, line)| format!("{path}:{line}: unsafe: one file below {UNSAFE_FOLDER} may have it");
    places.into_iter().map(complaint).collect()
}

/// What a walk over tokens can meet.
enum Found {
    LeftoverMacro(String),
    SkippedTest,
    ExpectedPanic,
    SilencedLint(String),
    Unsafe,
}

/// Visits a stream of tokens at every depth, macro arguments included.
fn walk(tokens: &TokenStream, report: &mut impl FnMut(Found, usize)) {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                if group.delimiter() == Delimiter::Bracket && follows_hash(&tokens[..index]) {
                    inspect_attribute(group, report);
                }
                walk(&group.stream(), report);
            }
            TokenTree::Ident(ident) => {
                let (name, line) = (ident.to_string(), ident.span().start().line);
                if name == "unsafe" {
                    report(Found::Unsafe, line);
                } else if LEFTOVER_MACROS.contains(&name.as_str()) && is_punct(tokens.get(index + 1), '!') {
                    report(Found::LeftoverMacro(name), line);
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// True after `#` or `#!`, that is for the brackets of an attribute.
fn follows_hash(before: &[TokenTree]) -> bool {
    match before {
        [.., last] if is_punct(Some(last), '#') => true,
        [.., hash, last] => is_punct(Some(hash), '#') && is_punct(Some(last), '!'),
        _ => false,
    }
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

/// Looks at an attribute's name, and below `cfg_attr` at each name after the condition.
fn inspect_attribute(group: &Group, report: &mut impl FnMut(Found, usize)) {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let Some(TokenTree::Ident(ident)) = tokens.first() else { return };
    let line = ident.span().start().line;
    let argument = match tokens.get(1) {
        Some(TokenTree::Group(argument)) => Some(argument),
        _ => None,
    };
    match (ident.to_string().as_str(), argument) {
        ("ignore", _) => report(Found::SkippedTest, line),
        ("should_panic", _) => report(Found::ExpectedPanic, line),
        (name @ ("allow" | "expect"), Some(lints)) => {
            let has_reason = lints
                .stream()
                .into_iter()
                .any(|token| matches!(&token, TokenTree::Ident(ident) if ident == "reason"));
            if !has_reason {
                report(Found::SilencedLint(name.to_owned()), line);
            }
        }
        ("cfg_attr", Some(argument)) => {
            let parts: Vec<TokenTree> = argument.stream().into_iter().collect();
            for part in parts.split(|token| is_punct(Some(token), ',')).skip(1) {
                let stream = part.iter().cloned().collect();
                inspect_attribute(&Group::new(Delimiter::Bracket, stream), report);
            }
        }
        _ => {}
    }
}

/// True when the line holds the word with no letter, digit or underscore on either side.
fn holds_word(line: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(start, _)| {
        !line[..start].chars().next_back().is_some_and(inside)
            && !line[start + word.len()..].chars().next().is_some_and(inside)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::example::{rust, rust_at};

    fn complaint(source: &str) -> String {
        let found = check(&rust(source));
        assert_eq!(found.len(), 1, "{found:?}");
        found.into_iter().next().expect("there is one")
    }

    #[test]
    fn module_without_a_header_is_named() {
        assert!(complaint("fn leg() {}\n").contains("must open with `//!`"));
        assert!(complaint("// a comment\nfn leg() {}\n").contains("must open with `//!`"));
    }

    #[test]
    fn header_after_an_empty_line_is_fine() {
        assert_eq!(check(&rust("\n//! Legs.\nfn leg() {}\n")), Vec::<String>::new());
    }

    #[test]
    fn unfinished_macros_are_found_inside_other_macros_too() {
        assert!(complaint("//! Legs.\nfn leg() { todo!() }").contains(":2: todo!"));
        assert!(complaint("//! Legs.\nproptest! { fn leg() { dbg!(1); } }").contains(":2: dbg!"));
        assert!(complaint("//! Legs.\nfn leg() { unimplemented!() }").contains("unimplemented!"));
    }

    #[test]
    fn words_about_a_macro_are_no_macro() {
        let source = "//! Legs: no todo! here.\n/// Not `dbg!(x)`.\nfn leg() { let _ = \"todo!()\"; }\n";
        assert_eq!(check(&rust(source)), Vec::<String>::new());
    }

    #[test]
    fn skipped_tests_and_expected_panics_are_found() {
        assert!(complaint("//! Legs.\n#[test]\n#[ignore]\nfn a() {}").contains("ignored test"));
        assert!(complaint("//! Legs.\n#[test]\n#[ignore = \"slow\"]\nfn a() {}").contains("ignored test"));
        assert!(complaint("//! Legs.\n#[test]\n#[should_panic]\nfn a() {}").contains("should_panic"));
        assert!(complaint("//! Legs.\n#[cfg_attr(miri, ignore)]\nfn a() {}").contains("ignored test"));
    }

    #[test]
    fn silenced_lint_needs_a_reason() {
        assert!(complaint("//! Legs.\n#![allow(dead_code)]").contains("allow(…) without"));
        assert!(complaint("//! Legs.\n#[expect(dead_code)]\nfn a() {}").contains("expect(…) without"));
        let source = "//! Legs.\n#[expect(dead_code, reason = \"used by benches\")]\nfn a() {}";
        assert_eq!(check(&rust(source)), Vec::<String>::new());
    }

    #[test]
    fn leftover_words_are_found_in_comments_as_whole_words() {
        for word in LEFTOVER_WORDS {
            assert!(complaint(&format!("//! Legs.\n// {word}: later\n")).contains(word));
            assert_eq!(check(&rust(&format!("//! Legs.\n// A{word}\n"))), Vec::<String>::new());
        }
    }

    #[test]
    fn unsafe_may_stand_in_one_file_of_milp() {
        let code = "//! Border.\nfn f() { unsafe { g() } }\n";
        let border = || rust_at("crates/milp/src/border.rs", code);
        assert_eq!(check_unsafe(&[border()]), Vec::<String>::new());
        assert_eq!(check_unsafe(&[border(), rust_at("crates/milp/src/other.rs", code)]).len(), 1);
        assert!(check_unsafe(&[rust(code)])[0].starts_with("crates/route/src/segment.rs:2"));
    }
}
