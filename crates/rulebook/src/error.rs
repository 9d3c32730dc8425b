//! Why a text is no rule book: everything that is wrong with it, each with its key.

use std::fmt;

/// Most entries of one list.
pub(crate) const LIST_MAX: usize = 50;

/// One thing that is wrong, at one key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// The key as a person would look for it: `service[panel-upgrade].labor_rate`.
    pub path: String,
    /// What is wrong with its value, with the value and the limit.
    pub problem: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.problem)
    }
}

/// A text that is no rule book.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RuleBookError {
    /// Longer than the contract carries.
    #[error("the rule book has {bytes} bytes, at most {limit} are read")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Not TOML.
    #[error("line {line}, `{text}`: {problem}")]
    Syntax {
        /// Counted from 1.
        line: usize,
        /// The line, so that the key is seen.
        text: String,
        /// What is wrong.
        problem: String,
    },
    /// TOML, but with keys that are unknown, missing or of another type; or, where there are none of these,
    /// with values against the rules.
    #[error("{}", list(.violations))]
    Invalid {
        /// Everything found, in the order of the text's sections; never empty.
        violations: Vec<Violation>,
    },
}

impl RuleBookError {
    /// Places what the TOML reader found in the text.
    pub(crate) fn from_toml(error: &toml::de::Error, source: &str) -> Self {
        let at = error.span().map_or(0, |span| span.start).min(source.len());
        let line = source.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
        let text = source.lines().nth(line).unwrap_or_default().trim().to_owned();
        Self::Syntax { line: line + 1, text, problem: error.message().to_owned() }
    }
}

/// A key as TOML writes it: quoted where it must be.
pub(crate) fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { format!("\"{name}\"") }
}

fn list(violations: &[Violation]) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Collects what is wrong while a book is checked, so that its author sees all of it at once.
#[derive(Default)]
pub(crate) struct Findings {
    violations: Vec<Violation>,
}

impl Findings {
    /// Notes that the value at `path` is refused.
    pub(crate) fn refuse(&mut self, path: impl Into<String>, problem: impl Into<String>) {
        self.violations.push(Violation { path: path.into(), problem: problem.into() });
    }

    /// Refuses a number outside of its limits.
    pub(crate) fn within(&mut self, path: impl Into<String>, value: i64, limits: (i64, i64)) {
        if value < limits.0 || limits.1 < value {
            self.refuse(path, format!("{value} is not within {} to {}", limits.0, limits.1));
        }
    }

    /// Refuses an empty text or one above `chars_max` characters.
    pub(crate) fn text(&mut self, path: impl Into<String>, text: &str, chars_max: usize) {
        let chars = text.chars().count();
        if text.trim().is_empty() {
            self.refuse(path, "is empty");
        } else if chars > chars_max {
            self.refuse(path, format!("has {chars} characters, at most {chars_max} are allowed"));
        }
    }

    /// Refuses a list with empty or long entries, or with one twice.
    pub(crate) fn texts(&mut self, path: &str, texts: &[String], chars_max: usize) {
        if texts.len() > LIST_MAX {
            self.refuse(path, format!("has {} entries, at most {LIST_MAX} are allowed", texts.len()));
        }
        for (index, text) in texts.iter().enumerate() {
            self.text(format!("{path}[{index}]"), text, chars_max);
        }
        self.unique(path, texts.iter().map(String::as_str));
    }

    /// Refuses a second use of a name that must be unique.
    pub(crate) fn unique<'a>(&mut self, path: &str, names: impl Iterator<Item = &'a str>) {
        let mut seen = std::collections::BTreeSet::new();
        for name in names {
            if !seen.insert(name) {
                self.refuse(path, format!("`{name}` is given twice"));
            }
        }
    }

    /// The book if nothing was found, else everything that was.
    pub(crate) fn conclude<T>(self, book: T) -> Result<T, RuleBookError> {
        if self.violations.is_empty() { Ok(book) } else { Err(self.into_error()) }
    }

    /// Everything that was found; something was.
    pub(crate) fn into_error(self) -> RuleBookError {
        debug_assert!(!self.violations.is_empty(), "a text is refused for something");
        RuleBookError::Invalid { violations: self.violations }
    }
}
