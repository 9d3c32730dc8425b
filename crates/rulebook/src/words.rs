//! A text as stems: words cut by Unicode's rules, reduced to their English stems (Snowball), with
//! sizes ("200 A", "240 volts") as one word and every form of "not" as the same word.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

/// The stem that every negation has.
pub(crate) const NOT: &str = "not";

/// Most words of a text that are read; a call is a few dozen, a mail with its history may be thousands.
const WORDS_MAX: usize = 1_000;
/// From this many ampere up a size is a panel's or a service's, below it is a circuit's.
const PANEL_AMPERES_MIN: u32 = 60;
/// The largest service of a building that is dispatched: above it, a number is no size of a panel.
const PANEL_AMPERES_MAX: u32 = 4_000;
/// Sizes of circuits and services in trade; a bare lower-case "a" after another number is an article.
const TRADE_SIZES: [u32; 17] = [15, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 125, 150, 175, 200, 225, 400];

/// Contractions lose their apostrophe when people type.
const NEGATIONS: [&str; 26] = [
    "no", "not", "never", "none", "nothing", "without", "cannot", "cant", "wont", "dont", "doesnt", "didnt",
    "isnt", "arent", "wasnt", "werent", "hasnt", "havent", "wouldnt", "couldnt", "aint", "neither", "nor",
    "sin", "nada", "quit",
];
/// Forms that the stemmer leaves apart, with the stem they belong to.
const IRREGULAR: [(&str, &str); 21] = [
    ("adding", "add"),
    ("added", "add"),
    ("lost", "lose"),
    ("went", "go"),
    ("goes", "go"),
    ("gone", "go"),
    ("ran", "run"),
    ("took", "take"),
    ("taken", "take"),
    ("blew", "blow"),
    ("blown", "blow"),
    ("burnt", "burn"),
    ("broke", "break"),
    ("broken", "break"),
    ("fell", "fall"),
    ("fallen", "fall"),
    ("built", "build"),
    ("bought", "buy"),
    ("kept", "keep"),
    ("threw", "throw"),
    ("came", "come"),
];
/// What may stand between "not" and the word it denies.
const FILLERS: [&str; 6] = ["a", "an", "any", "the", "more", "longer"];

/// One word of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Word {
    /// As written.
    pub(crate) text: String,
    /// What it is compared by.
    pub(crate) stem: String,
    /// A "not" stands before it.
    pub(crate) denied: bool,
}

/// The words of a text, in their order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Words {
    pub(crate) list: Vec<Word>,
}

impl Words {
    /// Reads a text; words above the limit are left out.
    pub(crate) fn read(text: &str) -> Self {
        let stemmer = Stemmer::create(Algorithm::English);
        let raw: Vec<&str> = text.unicode_words().take(WORDS_MAX).collect();
        let mut list: Vec<Word> = Vec::with_capacity(raw.len());
        let mut at = 0;
        while at < raw.len() {
            let next = raw.get(at + 1).copied();
            let (stem, used) = size(raw[at], next).unwrap_or_else(|| (stem(raw[at], &stemmer), 1));
            let denied = denied(&list);
            list.push(Word { text: raw[at..at + used].join(" "), stem, denied });
            at += used;
        }
        Self { list }
    }

    /// The first size in ampere that can be a panel's.
    pub(crate) fn panel_amperes(&self) -> Option<u32> {
        let amperes = self.list.iter().filter_map(|word| word.stem.strip_suffix("amp")?.parse().ok());
        amperes.into_iter().find(|amperes| (PANEL_AMPERES_MIN..=PANEL_AMPERES_MAX).contains(amperes))
    }
}

/// Whether the next word after `list` is denied: a "not" stands before it, with fillers at most between.
fn denied(list: &[Word]) -> bool {
    let before = list.iter().rev().find(|word| !FILLERS.contains(&word.stem.as_str()));
    before.is_some_and(|word| word.stem == NOT)
}

fn stem(raw: &str, stemmer: &Stemmer) -> String {
    let lower = raw.to_lowercase().replace('\u{2019}', "'");
    if lower.ends_with("n't") || NEGATIONS.contains(&lower.as_str()) {
        return NOT.to_owned();
    }
    let bare = lower.strip_suffix("'s").unwrap_or(&lower);
    if let Some((_, stem)) = IRREGULAR.iter().find(|(form, _)| *form == bare) {
        return (*stem).to_owned();
    }
    stemmer.stem(bare).into_owned()
}

/// Reads "200A", "200 A", "200-amp" or "240 volts" as one word, with how many raw words it took.
fn size(raw: &str, next: Option<&str>) -> Option<(String, usize)> {
    let digits = raw.find(|c: char| !c.is_ascii_digit()).unwrap_or(raw.len());
    let number: u32 = raw[..digits].parse().ok()?;
    let (suffix, used) = if digits == raw.len() { (next?, 2) } else { (&raw[digits..], 1) };
    let unit = match suffix.to_lowercase().as_str() {
        "amp" | "amps" | "ampere" | "amperes" | "amper" | "ampers" | "amperios" => "amp",
        "a" if used == 1 || suffix == "A" || TRADE_SIZES.contains(&number) => "amp",
        "v" | "volt" | "volts" | "vac" => "volt",
        _ => return None,
    };
    Some((format!("{number}{unit}"), used))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(text: &str) -> Vec<String> {
        Words::read(text).list.into_iter().map(|word| word.stem).collect()
    }

    #[test]
    fn size_in_ampere_is_understood_however_it_is_written() {
        for text in ["200 A", "200A", "200 amp", "200-amp", "200 AMPS", "200 a panel"] {
            assert_eq!(Words::read(text).panel_amperes(), Some(200), "{text}");
        }
        for text in ["20 amp breaker", "we had 3 a day", "5000 A", "call 555 1200"] {
            assert_eq!(Words::read(text).panel_amperes(), None, "{text}");
        }
        assert_eq!(Words::read("a 20 A circuit on a 100 A panel").panel_amperes(), Some(100));
    }

    #[test]
    fn negations_are_one_word_and_deny_the_next() {
        assert_eq!(stems("It doesn't work, wont reset"), ["it", "not", "work", "not", "reset"]);
        let words = Words::read("no burning smell").list;
        assert_eq!(words.iter().map(|word| word.denied).collect::<Vec<_>>(), [false, true, false]);
    }

    #[test]
    fn forms_of_a_word_have_one_stem() {
        assert_eq!(stems("tripping trips tripped"), ["trip", "trip", "trip"]);
        assert_eq!(stems("adding adds add, lost lose"), ["add", "add", "add", "lose", "lose"]);
    }
}
