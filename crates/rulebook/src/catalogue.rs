//! Words and phrases of the catalogue with their weights, and how much of each a text holds.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::error::{Findings, key};
use crate::words::{NOT, Words};

/// Words that may stand between those of a phrase: "breaker for the kitchen keeps tripping".
const GAP_MAX: usize = 4;
/// Typing errors are looked for in words of at least this many letters; shorter ones have too many neighbors.
const TYPO_LETTERS_MIN: usize = 5;
/// Heaviest word, in either direction.
const WEIGHT_MAX: i64 = 12;
/// Most words and phrases of one entry.
const TERMS_MAX: usize = 300;

/// A word or phrase that speaks for (or, with a negative weight, against) an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Term {
    stems: Vec<String>,
    weight: i32,
}

/// The words of one service, or of work that is none of the book's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Entry {
    terms: Vec<Term>,
}

/// What a text holds of one entry.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Evidence {
    /// Sum of the weights found, each term once.
    pub(crate) weight: i32,
    /// Positions of the words that spoke for it, ascending.
    pub(crate) positions: Vec<usize>,
}

impl Entry {
    /// Checks the words of one entry.
    pub(crate) fn check(path: &str, words: &BTreeMap<String, i32>, findings: &mut Findings) -> Self {
        if words.is_empty() || words.len() > TERMS_MAX {
            findings.refuse(path, format!("has {} entries, 1 to {TERMS_MAX} are allowed", words.len()));
        }
        let mut terms: Vec<Term> = Vec::with_capacity(words.len());
        for (text, weight) in words {
            let key = format!("{path}.{}", key(text));
            findings.within(key.clone(), i64::from(*weight), (-WEIGHT_MAX, WEIGHT_MAX));
            let stems: Vec<String> = Words::read(text).list.into_iter().map(|word| word.stem).collect();
            if stems.is_empty() {
                findings.refuse(key, "holds no word");
            } else if terms.iter().any(|term| term.stems == stems) {
                findings.refuse(key, "has the same stems as another entry");
            } else {
                terms.push(Term { stems, weight: *weight });
            }
        }
        Self { terms }
    }

    /// How much of the entry the text holds.
    pub(crate) fn evidence(&self, words: &Words) -> Evidence {
        let mut evidence = Evidence::default();
        for term in &self.terms {
            let Some(found) = term.find(words) else { continue };
            evidence.weight += term.weight;
            if term.weight > 0 {
                evidence.positions.extend(found);
            }
        }
        evidence.positions.sort_unstable();
        evidence.positions.dedup();
        evidence
    }
}

impl Term {
    /// Where all its stems stand near each other, in any order. A term without a "not" of its own is not
    /// found in words that are denied: "no burning smell" is no burning smell.
    fn find(&self, words: &Words) -> Option<Vec<usize>> {
        let affirmative = !self.stems.iter().any(|stem| stem == NOT);
        let span = if self.stems.len() == 1 { 1 } else { self.stems.len() + GAP_MAX };
        let first_possible = words.list.iter().position(|word| self.stems.contains(&word.stem))?;
        (first_possible..words.list.len()).find_map(|start| {
            let end = words.list.len().min(start + span);
            let mut found = Vec::with_capacity(self.stems.len());
            for stem in &self.stems {
                let fits = |at: &usize| {
                    let word = &words.list[*at];
                    word.stem == *stem && !(affirmative && word.denied) && !found.contains(at)
                };
                found.push((start..end).find(fits)?);
            }
            Some(found)
        })
    }
}

/// Every stem of the book, to correct typing errors by.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Vocabulary {
    /// Sorted.
    stems: Vec<String>,
    known: FxHashSet<String>,
}

impl Vocabulary {
    /// The stems of these entries.
    pub(crate) fn of<'a>(entries: impl Iterator<Item = &'a Entry>) -> Self {
        let terms = entries.flat_map(|entry| &entry.terms);
        let mut stems: Vec<String> = terms.flat_map(|term| term.stems.iter().cloned()).collect();
        stems.sort_unstable();
        stems.dedup();
        Self { known: stems.iter().cloned().collect(), stems }
    }

    /// Replaces the stem of a word that the book does not know by one that differs in one typing error
    /// (two in a word of eight letters) and begins alike. Time: words times vocabulary.
    pub(crate) fn correct(&self, words: &mut Words) {
        for word in &mut words.list {
            let letters = word.stem.chars().count();
            let is_plain = word.stem.chars().all(char::is_alphabetic);
            if letters < TYPO_LETTERS_MIN || !is_plain || self.known.contains(&word.stem) {
                continue;
            }
            if let Some(stem) = self.nearest(&word.stem, letters) {
                word.stem.clone_from(stem);
            }
        }
    }

    fn nearest(&self, stem: &str, letters: usize) -> Option<&String> {
        let errors_max = if letters >= 8 { 2 } else { 1 };
        let first = stem.chars().next();
        let candidates = self
            .stems
            .iter()
            .filter(|known| known.chars().count() >= TYPO_LETTERS_MIN && known.chars().next() == first);
        // One letter for another in a word of five is mostly another word: small, smell.
        let plausible = candidates.filter(|known| {
            letters > TYPO_LETTERS_MIN || known.chars().count() != letters || swapped(known, stem)
        });
        let measured = plausible.map(|known| (strsim::osa_distance(known, stem), known));
        measured.filter(|(errors, _)| *errors <= errors_max).min().map(|(_, known)| known)
    }
}

/// Whether two words have the same letters.
fn swapped(one: &str, other: &str) -> bool {
    let sorted = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    sorted(one) == sorted(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_are_corrected_but_not_into_other_words() {
        let words = BTreeMap::from([("breaker smell panel".to_owned(), 1)]);
        let entry = Entry::check("words", &words, &mut Findings::default());
        let vocabulary = Vocabulary::of([&entry].into_iter());
        for (written, read) in [
            ("breakr", "breaker"),
            ("braeker", "breaker"),
            ("smlel", "smell"),
            ("pannel", "panel"),
            ("small", "small"),
            ("spell", "spell"),
            ("pane", "pane"),
        ] {
            let mut text = Words::read(written);
            vocabulary.correct(&mut text);
            assert_eq!(text.list[0].stem, read, "{written}");
        }
    }
}
