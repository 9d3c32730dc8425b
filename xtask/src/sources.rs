//! The text files of the checkout, and the Rust ones parsed: as a syntax tree for lengths and as
//! tokens for habits. Tokens hold no comments and keep string literals whole, so a rule that looks
//! for a word in code is not fooled by text about that word.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use ignore::WalkBuilder;
use proc_macro2::TokenStream;

/// A text file below the root, its path with forward slashes.
pub(crate) struct Text {
    pub(crate) path: String,
    pub(crate) content: String,
}

impl Text {
    /// True for Rust sources.
    pub(crate) fn is_rust(&self) -> bool {
        self.extension() == Some("rs")
    }

    /// What follows the last dot of the path.
    pub(crate) fn extension(&self) -> Option<&str> {
        Path::new(&self.path).extension().and_then(|extension| extension.to_str())
    }
}

/// A Rust file in the forms that the rules read.
pub(crate) struct SourceFile {
    pub(crate) path: String,
    pub(crate) content: String,
    pub(crate) syntax: syn::File,
    pub(crate) tokens: TokenStream,
}

impl SourceFile {
    /// Parses a text; the error says where it is no Rust.
    pub(crate) fn parse(text: &Text) -> syn::Result<Self> {
        Ok(Self {
            path: text.path.clone(),
            content: text.content.clone(),
            syntax: syn::parse_file(&text.content)?,
            tokens: text.content.parse()?,
        })
    }

    /// True for files that hold only tests: below a `tests` folder, or called `tests.rs`.
    pub(crate) fn is_test(&self) -> bool {
        self.path.split('/').any(|part| part == "tests" || part == "tests.rs")
    }
}

/// Every text file that is not ignored by git, sorted by path. Files that are no UTF-8 are skipped.
pub(crate) fn load(root: &Path) -> Result<Vec<Text>> {
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    let mut texts = Vec::new();
    for entry in walk {
        let entry = entry.context("walking the checkout")?;
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let path = entry.path().strip_prefix(root).context("a walked path lies below its root")?;
        let path = path.to_string_lossy().replace('\\', "/");
        if let Ok(content) = String::from_utf8(fs::read(entry.path()).with_context(|| path.clone())?) {
            texts.push(Text { path, content });
        }
    }
    texts.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(texts)
}

#[cfg(test)]
pub(crate) mod example {
    //! Small files for the rules' tests.

    use super::{SourceFile, Text};

    /// A text at a path.
    pub(crate) fn text(path: &str, content: &str) -> Text {
        Text { path: path.to_owned(), content: content.to_owned() }
    }

    /// A Rust file of a library crate.
    pub(crate) fn rust(content: &str) -> SourceFile {
        rust_at("crates/route/src/segment.rs", content)
    }

    /// A Rust file at a path.
    pub(crate) fn rust_at(path: &str, content: &str) -> SourceFile {
        SourceFile::parse(&text(path, content)).expect("the example is valid Rust")
    }
}
