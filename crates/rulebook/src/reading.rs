//! From text to the form as written. All that is unknown, missing or of another type is told at once, each
//! with its key: what was refused is taken out and the rest is read again. Called by `RuleBook::parse`.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, Deserializer};

use crate::error::{Findings, RuleBookError, key};
use crate::source::BookSource;

/// Most refusals that are told; each costs another reading of the whole.
const REFUSALS_MAX: usize = 50;
/// What an entry of a list is named by, in errors.
const LABELS: [&str; 3] = ["code", "id", "kind"];
/// The types of the form in words.
const TYPES: [(&str, &str); 5] = [
    ("expected u8", "expected a whole number from 0 to 255"),
    ("expected u32", "expected a whole number from 0 to 4294967295"),
    ("expected i32", "expected a whole number of at most 10 digits"),
    ("expected i64", "expected a whole number"),
    ("expected f64", "expected a number"),
];

/// A key or a value of the text, with its path.
struct Place<'a> {
    path: String,
    /// None: the whole text.
    value: Option<&'a DeValue<'a>>,
}

/// Reads a book. Of several keys that one entry lacks, the first is told.
pub(crate) fn read(text: &str) -> Result<BookSource, RuleBookError> {
    let whole = DeTable::parse(text).map_err(|error| RuleBookError::from_toml(&error, text))?;
    let whole = whole.into_inner();
    let mut rest = whole.clone();
    let mut findings = Findings::default();
    for _ in 0..REFUSALS_MAX {
        let span = 0..text.len();
        let error = match BookSource::deserialize(Deserializer::from(Spanned::new(span, rest.clone()))) {
            Ok(source) => return findings.conclude(source),
            Err(error) => error,
        };
        let span = error.span().unwrap_or_default();
        let place = find_in(&whole, "", &span).unwrap_or(Place { path: String::new(), value: None });
        refuse(&error, &place, &whole, (text, &span), &mut findings);
        // The whole text, or something that was taken out without effect: nothing more can be told.
        if place.value.is_none() || !take_out(&mut rest, &span) {
            break;
        }
    }
    Err(findings.into_error())
}

/// Notes what was wrong at a place. That a key or a choice is missing which was taken out before is no news.
fn refuse(
    error: &toml::de::Error,
    place: &Place<'_>,
    whole: &DeTable<'_>,
    (text, span): (&str, &Range<usize>),
    findings: &mut Findings,
) {
    let message = error.message();
    let table = place.value.map_or(Some(whole), DeValue::as_table);
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    if let Some(name) = missing {
        if table.is_none_or(|table| !table.contains_key(name)) {
            findings.refuse(below(&place.path, name), "is missing");
        }
        return;
    }
    if message.starts_with("wanted exactly 1 element") && table.is_some_and(|table| table.len() == 1) {
        return;
    }
    let mut problem = message.to_owned();
    for (name, words) in TYPES {
        problem = problem.replace(name, words);
    }
    let line = text[..span.start].matches('\n').count() + 1;
    findings.refuse(place.path.clone(), format!("{problem} (line {line})"));
}

/// The innermost key or value that lies exactly at `span`.
fn find_in<'a>(table: &'a DeTable<'a>, path: &str, span: &Range<usize>) -> Option<Place<'a>> {
    table.iter().find_map(|(name, value)| {
        let path = below(path, name.get_ref());
        let is_key = name.span() == *span;
        find(value, &path, span).or_else(|| is_key.then(|| Place { path, value: Some(value.get_ref()) }))
    })
}

fn find<'a>(value: &'a Spanned<DeValue<'a>>, path: &str, span: &Range<usize>) -> Option<Place<'a>> {
    let inner = match value.get_ref() {
        DeValue::Table(table) => find_in(table, path, span),
        DeValue::Array(list) => list.iter().enumerate().find_map(|(index, entry)| {
            let label = LABELS.iter().find_map(|label| entry.get_ref().get(*label)?.get_ref().as_str());
            let label = label.map_or_else(|| index.to_string(), str::to_owned);
            find(entry, &format!("{path}[{label}]"), span)
        }),
        _ => None,
    };
    let here = value.span() == *span;
    inner.or_else(|| here.then(|| Place { path: path.to_owned(), value: Some(value.get_ref()) }))
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { key(name) } else { format!("{path}.{}", key(name)) }
}

/// Removes the innermost key or value at `span`; says whether there was one.
fn take_out(table: &mut DeTable<'_>, span: &Range<usize>) -> bool {
    if table.iter_mut().any(|(_, value)| take_out_of(value.get_mut(), span)) {
        return true;
    }
    let here = table.iter().find(|(name, value)| name.span() == *span || value.span() == *span);
    let name = here.map(|(name, _)| name.get_ref().to_string());
    name.is_some_and(|name| table.remove(name.as_str()).is_some())
}

fn take_out_of(value: &mut DeValue<'_>, span: &Range<usize>) -> bool {
    match value {
        DeValue::Table(table) => take_out(table, span),
        DeValue::Array(list) => {
            if list.iter_mut().any(|entry| take_out_of(entry.get_mut(), span)) {
                return true;
            }
            let kept: DeArray<'_> = list.iter().filter(|entry| entry.span() != *span).cloned().collect();
            let is_less = kept.len() < list.len();
            *list = kept;
            is_less
        }
        _ => false,
    }
}
