//! What work a call means, how sure that is, which words decided, and what is still missing.
//!
//! Confidence is a softmax over the weights found: p_s = exp(w_s / T) / Σ exp(w / T), the sum over all
//! services, over permitted work that the book does not list, and over "none of it" with the weight
//! `unlisted`. So a confident answer needs evidence (above "none of it") and a margin (above the rest).

use crate::book::RuleBook;
use crate::catalogue::{Entry, Evidence, Vocabulary};
use crate::error::Findings;
use crate::intake::{self, CallFacts, Fact};
use crate::service::Service;
use crate::source::QualificationSource;
use crate::words::Words;

/// Most candidates that a person is shown.
const CANDIDATES_MAX: usize = 3;

/// What a call was understood to be.
#[derive(Clone, PartialEq, Debug)]
pub struct Qualification<'a> {
    /// The service; none: a person has to decide.
    pub service: Option<&'a Service>,
    /// How sure the most likely service is, 0 to 1, whether or not that was enough.
    pub confidence: f64,
    /// The words of the call that spoke for it, as written, in their order.
    pub deciding_words: Vec<String>,
    /// Whether the work waits for a permit.
    pub permit: PermitNeed<'a>,
    /// What the checklist still misses: the service's, or the book's where none was found.
    pub missing: Vec<Fact>,
    /// The most likely services, most likely first, for the person who decides; up to three.
    pub candidates: Vec<Candidate<'a>>,
}

/// A service and how likely it is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Candidate<'a> {
    /// The service.
    pub service: &'a Service,
    /// 0 to 1.
    pub confidence: f64,
}

/// Whether the work waits for a permit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PermitNeed<'a> {
    /// A permit of this kind.
    Needed(&'a str),
    /// None.
    NotNeeded,
    /// Not known before a person decides what the work is. To be treated as needed.
    Unclear,
}

/// How weights become an answer. The numbers are the book's.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Classifier {
    /// Least confidence in a service that waits for a permit.
    threshold: f64,
    /// Least confidence in a service without permit: higher, because a wrong "no permit" is illegal work
    /// while a wrong "permit" is a phone call.
    threshold_no_permit: f64,
    /// Weight that makes a service e times as likely.
    temperature: f64,
    /// Weight of "none of it".
    unlisted: i32,
    /// Words of work that needs a permit and is no service of the book.
    unlisted_permit: Entry,
    /// One per service, in their order.
    entries: Vec<Entry>,
    vocabulary: Vocabulary,
    /// What intake must know as long as the service is not known.
    pub(crate) intake: Vec<Fact>,
}

impl Classifier {
    pub(crate) fn check(source: &QualificationSource, entries: Vec<Entry>, findings: &mut Findings) -> Self {
        for (key, value) in
            [("threshold", source.threshold), ("threshold_no_permit", source.threshold_no_permit)]
        {
            // Not below a half: two services could both be above it.
            if !(0.5..1.0).contains(&value) {
                findings.refuse(format!("qualification.{key}"), format!("{value} is not within 0.5 to 1"));
            }
        }
        if source.threshold_no_permit < source.threshold {
            let problem = format!("is below `threshold`, which is {}", source.threshold);
            findings.refuse("qualification.threshold_no_permit", problem);
        }
        if !(0.1..=10.0).contains(&source.temperature) {
            let problem = format!("{} is not within 0.1 to 10", source.temperature);
            findings.refuse("qualification.temperature", problem);
        }
        findings.within("qualification.unlisted", i64::from(source.unlisted), (0, 12));
        let path = "qualification.unlisted_permit_words";
        let unlisted_permit = Entry::check(path, &source.unlisted_permit_words, findings);
        Self {
            threshold: source.threshold,
            threshold_no_permit: source.threshold_no_permit,
            temperature: source.temperature,
            unlisted: source.unlisted,
            vocabulary: Vocabulary::of(entries.iter().chain([&unlisted_permit])),
            unlisted_permit,
            entries,
            intake: intake::check_list("qualification.intake", &source.intake, findings),
        }
    }

    /// The services of the book with their likelihoods, most likely first, each with what spoke for it.
    fn rank(&self, words: &Words) -> Vec<Ranked> {
        let evidence: Vec<Evidence> = self.entries.iter().map(|entry| entry.evidence(words)).collect();
        let others = [self.unlisted, self.unlisted_permit.evidence(words).weight];
        let weights = evidence.iter().map(|evidence| evidence.weight).chain(others);
        let heaviest = weights.clone().max().unwrap_or(0);
        // Relative to the heaviest, so that no exponential overflows.
        let likelihood = |weight: i32| (f64::from(weight - heaviest) / self.temperature).exp();
        let total: f64 = weights.map(likelihood).sum();
        let ranked = evidence.into_iter().enumerate().map(|(service, evidence)| Ranked {
            service,
            confidence: likelihood(evidence.weight) / total,
            evidence,
        });
        let mut ranked: Vec<Ranked> = ranked.collect();
        // Equal ones stay in the book's order.
        ranked.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        ranked
    }

    fn is_enough(&self, service: &Service, confidence: f64) -> bool {
        let permitted = service.permit_kind.is_some();
        confidence >= if permitted { self.threshold } else { self.threshold_no_permit }
    }
}

struct Ranked {
    service: usize,
    confidence: f64,
    evidence: Evidence,
}

/// Qualifies a call by a book.
pub(crate) fn qualify<'a>(book: &'a RuleBook, facts: &CallFacts) -> Qualification<'a> {
    let classifier = book.classifier();
    let mut words = Words::read(&facts.symptom);
    classifier.vocabulary.correct(&mut words);
    let ranked = classifier.rank(&words);
    let candidate = |ranked: &Ranked| Candidate {
        service: &book.services()[ranked.service],
        confidence: ranked.confidence,
    };
    let candidates: Vec<Candidate<'a>> = ranked.iter().take(CANDIDATES_MAX).map(candidate).collect();
    let first = candidates.first();
    let is_enough = |first: &&Candidate<'a>| classifier.is_enough(first.service, first.confidence);
    let service = first.filter(is_enough).map(|first| first.service);
    let positions = ranked.first().map_or(&[][..], |ranked| &ranked.evidence.positions);
    Qualification {
        service,
        confidence: first.map_or(0.0, |first| first.confidence),
        deciding_words: positions.iter().map(|at| words.list[*at].text.clone()).collect(),
        permit: service.map_or(PermitNeed::Unclear, permit_need),
        missing: facts.missing(service.map_or(&classifier.intake, |service| &service.intake)),
        candidates,
    }
}

fn permit_need(service: &Service) -> PermitNeed<'_> {
    service.permit_kind.as_deref().map_or(PermitNeed::NotNeeded, PermitNeed::Needed)
}
