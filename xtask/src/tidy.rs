//! Runs every rule over the workspace and gathers what they find into one report.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::budgets::{self, Ratchet};
use crate::sources::{self, SourceFile};
use crate::workspace::Workspace;
use crate::{confinement, crate_map, edges, habits, manifests, names, paths};

const ARCHITECTURE: &str = "ARCHITECTURE.md";
const RATCHET: &str = "xtask/ratchet.toml";

/// What a rule found: one line that names the place, the rule and the way out.
pub(crate) type Violation = String;

/// The outcome of all rules over one workspace.
pub(crate) struct Report {
    violations: Vec<Violation>,
    rust_files: usize,
    rust_files_over_aim: usize,
}

impl Report {
    /// True when no rule was broken; files over the aimed length do not count.
    pub(crate) fn is_clean(&self) -> bool {
        self.violations.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for violation in &self.violations {
            writeln!(out, "tidy: {violation}")?;
        }
        writeln!(
            out,
            "tidy: {} violation(s); {} Rust files, {} of them over the aimed {} lines",
            self.violations.len(),
            self.rust_files,
            self.rust_files_over_aim,
            budgets::FILE_LINES_AIMED,
        )
    }
}

/// Checks the workspace that the current directory belongs to.
pub(crate) fn run() -> Result<Report> {
    let workspace = Workspace::load()?;
    let root = &workspace.root;
    let texts = sources::load(root)?;
    let mut violations = Vec::new();

    violations.extend(edges::check(&workspace.packages));
    violations.extend(confinement::check(&workspace.packages));
    violations.extend(crate_map::check(&read(&root.join(ARCHITECTURE))?, &workspace.packages));

    let mut rust_files = Vec::new();
    for text in &texts {
        violations.extend(paths::check(text));
        violations.extend(manifests::check(text));
        violations.extend(names::check_path(text));
        if text.is_rust() {
            match SourceFile::parse(text) {
                Ok(file) => rust_files.push(file),
                Err(error) => violations.push(format!("{}: does not parse: {error}", text.path)),
            }
        }
    }
    for file in &rust_files {
        violations.extend(names::check_modules(file));
        violations.extend(habits::check(file));
    }
    violations.extend(habits::check_unsafe(&rust_files));
    let ratchet = Ratchet::parse(&read(&root.join(RATCHET))?).with_context(|| RATCHET.to_owned())?;
    violations.extend(budgets::check(&rust_files, &ratchet));

    let rust_files_over_aim =
        rust_files.iter().filter(|file| budgets::counted_lines(file) > budgets::FILE_LINES_AIMED).count();
    Ok(Report { violations, rust_files: rust_files.len(), rust_files_over_aim })
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}
