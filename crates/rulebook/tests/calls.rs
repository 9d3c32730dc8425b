//! Everyday calls, labelled: those that set the words and weights of the shipped books, and those that only test.
//! And the two calls of the story.
//!
//! All were written for this test, and none of the three sets that only test was looked into while words were
//! chosen. But they are not equally far from them: the test half was written before any weight, by the hand that
//! then chose the first words, so it flatters them; `calls_fresh.tsv` by the same hand between its two versions of
//! the words; `calls_unseen.tsv` by another hand, before its own last version. Two sets of 110 by that other hand,
//! harder ones, were answered with 17 % and 23 % escalated; after they were counted they joined the build half.

use std::io::Write;

use journeyman_domain::LicenseClass;
use journeyman_rulebook::{CallFacts, PermitNeed, RuleBook, TEXAS_AUSTIN, UTAH_WASHINGTON};

const BUILD_HALF: &str = include_str!("data/calls_build.tsv");
const TEST_HALF: &str = include_str!("data/calls_test.tsv");
const FRESH: &str = include_str!("data/calls_fresh.tsv");
const UNSEEN: &str = include_str!("data/calls_unseen.tsv");

/// Says what was measured, also where the test runner captures what tests print. Nobody may listen.
fn measured(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn shipped() -> [(&'static str, RuleBook); 2] {
    [("Utah", UTAH_WASHINGTON), ("Texas", TEXAS_AUSTIN)]
        .map(|(name, text)| (name, RuleBook::parse(text).expect("the shipped book is valid")))
}

fn call(symptom: &str) -> CallFacts {
    CallFacts { symptom: symptom.to_owned(), ..CallFacts::default() }
}

fn labelled(text: &'static str) -> Vec<(&'static str, &'static str)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once('\t').expect("a label, a tab and a sentence")).collect()
}

/// How a book does on labelled calls.
#[derive(Debug, Default)]
struct Score {
    right: usize,
    wrong: Vec<String>,
    escalated: Vec<String>,
    /// Work that needs a permit, answered with a service that needs none.
    permit_missed: usize,
}

impl Score {
    fn of(book: &RuleBook, calls: &[(&str, &str)]) -> Self {
        let mut score = Self::default();
        for (label, sentence) in calls {
            let facts = call(sentence);
            let answer = book.qualify(&facts);
            let told = |code: &str| {
                format!("{label}: {sentence} -> {code} {:.2} {:?}", answer.confidence, answer.deciding_words)
            };
            match answer.service {
                Some(service) if service.code == *label => score.right += 1,
                Some(service) => {
                    score.wrong.push(told(&service.code));
                    let truth = book.service(label).expect("labels are codes of the book");
                    score.permit_missed +=
                        usize::from(service.permit_kind.is_none() && truth.permit_kind.is_some());
                }
                None => score.escalated.push(told(&format!("? {}", answer.candidates[0].service.code))),
            }
        }
        score
    }

    fn numbers(&self) -> String {
        let all = self.right + self.wrong.len() + self.escalated.len();
        format!(
            "{} right, {} wrong, {} escalated of {all}; permit missed {}",
            self.right,
            self.wrong.len(),
            self.escalated.len(),
            self.permit_missed
        )
    }

    fn right_percent(&self) -> usize {
        100 * self.right / (self.right + self.wrong.len())
    }

    fn escalated_percent(&self) -> usize {
        let all = self.right + self.wrong.len() + self.escalated.len();
        (100 * self.escalated.len()).div_ceil(all)
    }
}

#[test]
fn calls_cover_every_service_and_no_sentence_is_in_both_halves() {
    let (build, test, fresh) = (labelled(BUILD_HALF), labelled(TEST_HALF), labelled(FRESH));
    assert!(test.len() >= 150 && build.len() >= 150, "{} and {}", build.len(), test.len());
    let is_built_on = |sentence: &str| build.iter().any(|(_, other)| *other == sentence);
    assert!(!test.iter().chain(&fresh).any(|(_, sentence)| is_built_on(sentence)));
    for (name, book) in shipped() {
        for service in book.services() {
            assert!(build.iter().any(|(label, _)| *label == service.code), "{name}: {}", service.code);
            assert!(test.iter().any(|(label, _)| *label == service.code), "{name}: {}", service.code);
        }
    }
}

#[test]
fn calls_that_set_the_weights_are_understood() {
    for (name, book) in shipped() {
        let score = Score::of(&book, &labelled(BUILD_HALF));
        measured(&format!("{name}, build half: {}", score.numbers()));

        assert!(score.right_percent() >= 95, "{name}: {}\n{score:#?}", score.numbers());
        assert!(score.escalated_percent() <= 10, "{name}: {}\n{score:#?}", score.numbers());
    }
}

/// Tells counts only: who sees the sentences will set weights by them.
#[test]
fn calls_never_seen_are_right_above_the_threshold_and_few_are_escalated() {
    for (name, book) in shipped() {
        for (set, calls) in [("test half", TEST_HALF), ("fresh", FRESH), ("unseen", UNSEEN)] {
            let score = Score::of(&book, &labelled(calls));
            measured(&format!("{name}, {set}: {}", score.numbers()));
            assert!(score.right_percent() >= 90, "{name}, {set}: {}", score.numbers());
            assert!(score.escalated_percent() <= 15, "{name}, {set}: {}", score.numbers());
        }
    }
}

#[test]
fn recurring_breaker_trip_is_troubleshooting_without_a_permit() {
    for (name, book) in shipped() {
        let facts = call("Recurring breaker trip, 100 A panel");
        let answer = book.qualify(&facts);
        let service = answer.service.unwrap_or_else(|| panic!("{name}: {answer:?}"));
        assert_eq!((service.code.as_str(), answer.permit), ("breaker-trip", PermitNeed::NotNeeded), "{name}");
        assert!(answer.deciding_words.iter().any(|word| word == "trip"), "{name}: {answer:?}");
        assert!(!answer.missing.iter().any(|fact| fact.name() == "panel size"), "{name}: {answer:?}");
    }
}

#[test]
fn panel_replacement_is_permitted_work_for_a_master() {
    for (name, book) in shipped() {
        let facts = call("replace panel, 200 A service");
        let answer = book.qualify(&facts);
        let service = answer.service.unwrap_or_else(|| panic!("{name}: {answer:?}"));
        assert_eq!(service.requirement.license, LicenseClass::Master, "{name}");
        assert_eq!(answer.permit, PermitNeed::Needed("electrical-service"), "{name}");
    }
}

#[test]
fn words_that_say_nothing_go_to_a_person_with_what_is_missing() {
    for (name, book) in shipped() {
        for text in ["", "please call me back", "I have a question about my bill", "¿¿??"] {
            let facts = call(text);
            let answer = book.qualify(&facts);
            assert!(answer.service.is_none(), "{name}: {text}: {answer:?}");
            assert_eq!(answer.permit, PermitNeed::Unclear, "{name}: {text}");
            assert!(answer.missing.iter().any(|fact| fact.name() == "site"), "{name}: {text}");
        }
    }
}

#[test]
fn denied_words_do_not_decide() {
    for (name, book) in shipped() {
        let facts = call("no sparks, no shock, the bathroom outlet is just loose");
        let answer = book.qualify(&facts);
        assert_eq!(
            answer.service.map(|service| service.code.as_str()),
            Some("device-repair"),
            "{name}: {answer:?}"
        );
    }
}
