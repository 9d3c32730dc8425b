//! Every key of the shipped books, damaged one at a time: each is missed, and its nonsense refused by its path,
//! except what is written down here as free text, as optional, or as free to be anything of its type.

use std::io::Write;

use journeyman_rulebook::{RuleBook, RuleBookError, TEXAS_AUSTIN, UTAH_WASHINGTON};
use journeyman_testkit::cases;
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use toml::{Table, Value};

/// Texts of any content, as long as there is some. `code`, `id`, `kind` and `photos` are free as well, but
/// others may refer to them.
const FREE_TEXT: [&str; 13] = [
    "version",
    "company",
    "name",
    "code",
    "id",
    "kind",
    "photos",
    "notes",
    "adapter",
    "documents",
    "inspections",
    "refused",
    "issued_in",
];
/// Keys that may be left out.
const OPTIONAL: [&str; 8] = [
    "commercial_license",
    "skills",
    "parts",
    "refused",
    "parent",
    "reciprocity",
    "inspection_after",
    "apprentices_max_residential",
];
/// Tables that may be left out, and lists that may be empty.
const OPTIONAL_TABLES: [&str; 4] = ["stage", "supervision", "permit", "reciprocity"];
const EMPTY_LISTS: [&str; 3] = ["photos", "notes", "reciprocity"];
/// Tables whose keys are data: one that is left out is missed only where it is referred to, if at all.
const DATA: [&str; 6] = ["labor_rate", "part", "words", "skills", "parts", "unlisted_permit_words"];
/// Tables of words: each is checked by the same code, so one of twenty does.
const WORDS: [&str; 2] = ["words", "unlisted_permit_words"];

#[derive(Clone, PartialEq, Debug)]
enum Step {
    Key(String),
    At(usize),
}

fn books() -> [(&'static str, Table); 2] {
    [("Utah", UTAH_WASHINGTON), ("Texas", TEXAS_AUSTIN)]
        .map(|(name, text)| (name, text.parse().expect("the shipped book is TOML")))
}

/// Every path of the book below `value`, leaves and tables, but only one of twenty words.
fn paths(value: &Value, path: &[Step], into: &mut Vec<Vec<Step>>) {
    if !path.is_empty() {
        into.push(path.to_vec());
    }
    let extended = |step| [path, &[step]].concat();
    match value {
        Value::Table(table) => {
            let stride = if last_key(path).is_some_and(|key| WORDS.contains(&key)) { 20 } else { 1 };
            for (key, inner) in table.iter().step_by(stride) {
                paths(inner, &extended(Step::Key(key.clone())), into);
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                paths(inner, &extended(Step::At(index)), into);
            }
        }
        _ => {}
    }
}

fn last_key(path: &[Step]) -> Option<&str> {
    path.iter().rev().find_map(|step| if let Step::Key(key) = step { Some(key.as_str()) } else { None })
}

fn at<'a>(root: &'a mut Value, path: &[Step]) -> &'a mut Value {
    path.iter().fold(root, |value, step| match step {
        Step::Key(key) => &mut value[key.as_str()],
        Step::At(index) => &mut value[*index],
    })
}

/// The path as errors write it, in the damaged book.
fn name(root: &Value, path: &[Step]) -> String {
    let (mut value, mut name) = (root, String::new());
    for step in path {
        match step {
            Step::Key(key) => {
                let is_bare = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
                let key_text = if is_bare { key.clone() } else { format!("\"{key}\"") };
                let dot = if name.is_empty() { "" } else { "." };
                name += &format!("{dot}{key_text}");
                let Some(inner) = value.get(key) else { return name };
                value = inner;
            }
            Step::At(index) => {
                value = &value[*index];
                let label = ["code", "id", "kind"].iter().find_map(|key| value.get(key)?.as_str());
                name += &format!("[{}]", label.map_or_else(|| index.to_string(), str::to_owned));
            }
        }
    }
    name
}

/// What the book is refused for; none: it is a book.
fn refusals(root: &Value) -> Option<Vec<String>> {
    let text = toml::to_string(root).expect("it is TOML");
    match RuleBook::parse(&text) {
        Ok(_) => None,
        Err(RuleBookError::Invalid { violations }) => {
            Some(violations.into_iter().map(|violation| violation.path).collect())
        }
        Err(error) => panic!("it is TOML, but {error}"),
    }
}

/// Whether a refusal names `path` or, for the entry of a list, the list.
fn names(refusals: &[String], path: &str) -> bool {
    let list = path.strip_suffix(']').and_then(|path| path.rsplit_once('[')).map(|(list, _)| list);
    refusals.iter().any(|refusal| refusal == path || Some(refusal.as_str()) == list)
}

/// Values of the same type that mean nothing at this key; none where anything of the type means something.
fn nonsense(value: &Value, key: &str) -> Vec<Value> {
    match value {
        Value::String(_) if FREE_TEXT.contains(&key) => vec![" ".into(), "x".repeat(1_000).into()],
        Value::String(_) => vec![" ".into(), "no such thing".into()],
        Value::Integer(_) => vec![200_000_000.into(), (-200_000_000).into()],
        Value::Float(_) => vec![1e9.into(), (-1e9).into(), f64::NAN.into()],
        _ => Vec::new(),
    }
}

#[test]
fn nonsense_at_any_key_is_refused_by_its_path() {
    for (book, table) in books() {
        let root = Value::Table(table);
        let mut all = Vec::new();
        paths(&root, &[], &mut all);
        let mut damaged = 0;
        for path in &all {
            let key = last_key(path).expect("paths begin with a key");
            let original = at(&mut root.clone(), path).clone();
            // No key of the book is a date, and a list or table of something is never a lone date either.
            let date = Value::Datetime("1979-05-27".parse().expect("it is a date"));
            let mut values = nonsense(&original, key);
            values.push(date);
            if original.is_array() && !EMPTY_LISTS.contains(&key) && !OPTIONAL_TABLES.contains(&key) {
                values.push(Value::Array(Vec::new()));
            }
            for value in values {
                let mut root = root.clone();
                *at(&mut root, path) = value.clone();
                let path = name(&root, path);
                let refusals = refusals(&root).unwrap_or_else(|| panic!("{book}: {path} = {value} is taken"));
                assert!(names(&refusals, &path), "{book}: {path} = {value} is refused as {refusals:?}");
                damaged += 1;
            }
        }
        let numbers = format!("{book}: {damaged} pieces of nonsense at {} keys, each refused", all.len());
        // The stream itself is not captured by the test runner. Nobody may listen.
        let _ = writeln!(std::io::stderr(), "{numbers}");
        assert!(damaged > 1_000, "{damaged}");
    }
}

#[test]
fn text_with_a_piece_cut_out_is_read_or_refused_for_something() {
    let mut random = Pcg64Mcg::seed_from_u64(8842);
    let (mut read, mut refused) = (0, 0);
    for _ in 0..cases(300) {
        let from = random.random_range(0..UTAH_WASHINGTON.len());
        let until = UTAH_WASHINGTON.len().min(from + random.random_range(1..200));
        let bytes = [&UTAH_WASHINGTON.as_bytes()[..from], &UTAH_WASHINGTON.as_bytes()[until..]].concat();
        match RuleBook::parse(&String::from_utf8_lossy(&bytes)) {
            Ok(_) => read += 1,
            Err(error) => {
                refused += 1;
                assert!(!error.to_string().is_empty(), "bytes {from} to {until} are cut out");
            }
        }
    }
    assert!(read > 0 && refused > 0, "{read} read, {refused} refused");
}

#[test]
fn key_left_out_is_missed_by_its_path_unless_it_is_optional() {
    for (book, table) in books() {
        let root = Value::Table(table);
        let mut all = Vec::new();
        paths(&root, &[], &mut all);
        for path in &all {
            let Some((Step::Key(key), parent)) = path.split_last() else { continue };
            let is_data = last_key(parent).is_some_and(|parent| DATA.contains(&parent));
            let is_optional = OPTIONAL.contains(&key.as_str()) || OPTIONAL_TABLES.contains(&key.as_str());
            if is_optional || is_data {
                continue;
            }
            let mut root = root.clone();
            at(&mut root, parent).as_table_mut().expect("keys lie in tables").remove(key);
            let refusals = refusals(&root).unwrap_or_else(|| panic!("{book}: {path:?} is not missed"));
            // The one choice of two is missed where it is to be chosen.
            let missed_at = if last_key(parent) == Some("filing") { parent } else { path };
            let path = name(&root, missed_at);
            assert!(names(&refusals, &path), "{book}: {path} is missed as {refusals:?}");
        }
    }
}

#[test]
fn unknown_key_in_any_table_is_refused_by_its_path() {
    for (book, table) in books() {
        let root = Value::Table(table);
        let mut all = vec![Vec::new()];
        paths(&root, &[], &mut all);
        for path in all {
            let mut root = root.clone();
            let Some(table) = at(&mut root, &path).as_table_mut() else { continue };
            table.insert("color".to_owned(), "red".into());
            let unknown = name(&root, &[&path[..], &[Step::Key("color".to_owned())]].concat());
            let refusals = refusals(&root).unwrap_or_else(|| panic!("{book}: {unknown} is taken"));
            // Two choices at once are refused where one is to be chosen.
            let refused_at =
                if last_key(&path) == Some("filing") { name(&root, &path) } else { unknown.clone() };
            assert!(names(&refusals, &refused_at), "{book}: {unknown} is refused as {refusals:?}");
        }
    }
}
