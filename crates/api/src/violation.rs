//! What is wrong with a request, field by field: every violation is collected, up to a limit.

use std::cell::RefCell;
use std::fmt::{self, Display, Write as _};

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// Path of the field in the contract's names, such as `problem.technicians[3].shifts[0].end_time`.
    pub field: String,
    /// The rule that it breaks.
    pub code: ViolationCode,
    /// A sentence for people, with the value and the limit.
    pub text: String,
}

macro_rules! codes {
    ($($name:ident = $text:literal: $meaning:literal,)+) => {
        /// The rules of the door. The spelling of [`as_str`](Self::as_str) is part of the contract.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum ViolationCode {
            $(#[doc = $meaning] $name,)+
        }

        impl ViolationCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code as the contract has it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// What it says about the field, in a sentence.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => $meaning,)+
                }
            }
        }
    };
}

codes! {
    RuleBookInvalid = "RULE_BOOK_INVALID": "A key of the rule book is missing, unknown, or has a value that cannot be.",
    Required = "REQUIRED": "A field that is needed is not given.",
    UnknownId = "UNKNOWN_ID": "An id that nothing has.",
    Duplicate = "DUPLICATE": "An id, name or pair that may be given only once is given again.",
    OutOfRange = "OUT_OF_RANGE": "A number outside its range.",
    TooMany = "TOO_MANY": "More entries than the limit.",
    TooLong = "TOO_LONG": "A text longer than the limit.",
    UnknownValue = "UNKNOWN_VALUE": "An enum value that the contract does not have.",
    EndBeforeStart = "END_BEFORE_START": "An interval that ends before it starts.",
    Overlap = "OVERLAP": "Intervals that may not overlap do.",
    Unordered = "UNORDERED": "Entries that must be in order are not.",
    FractionOfSecond = "FRACTION_OF_SECOND": "An instant or duration that is no whole number of seconds.",
    OutsideHorizon = "OUTSIDE_HORIZON": "Outside the horizon, or too far from it.",
    OutsideShift = "OUTSIDE_SHIFT": "Outside its shift.",
    UnknownTimeZone = "UNKNOWN_TIME_ZONE": "Not a time zone of the IANA database.",
    InvalidDate = "INVALID_DATE": "Not a date like 2027-03-01.",
    InvalidTimeOfDay = "INVALID_TIME_OF_DAY": "Not a time of day like 07:30.",
    InvalidRing = "INVALID_RING": "Not an area: too few points, or across the 180th meridian.",
    Conflict = "CONFLICT": "Given together with a field that excludes it, or in a state that excludes it.",
    Circle = "CIRCLE": "Ids that refer to each other in a circle.",
    CostTooLarge = "COST_TOO_LARGE": "The prices of the day add up to more than the limit.",
    Unimplemented = "UNIMPLEMENTED": "Part of the contract, but not built yet.",
}

impl Display for ViolationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A request that is not accepted.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}", summary(.violations, *.more))]
pub struct InvalidRequest {
    /// What is wrong, in the order in which it was found; at least one.
    pub violations: Vec<Violation>,
    /// How many more there are beyond the limit.
    pub more: usize,
}

impl InvalidRequest {
    /// Whether nothing is wrong but that a field is not built yet.
    pub fn is_only_unimplemented(&self) -> bool {
        self.more == 0 && self.violations.iter().all(|v| v.code == ViolationCode::Unimplemented)
    }
}

fn summary(violations: &[Violation], more: usize) -> String {
    let Some(first) = violations.first() else { return "invalid request".to_owned() };
    let mut text = format!("{}: {}", first.field, first.text);
    let others = violations.len() - 1 + more;
    if others > 0 {
        write!(text, " (and {others} more)").expect("writing to a string does not fail");
    }
    text
}

/// Collects violations while a request is read.
#[derive(Debug)]
pub(crate) struct Report {
    found: RefCell<(Vec<Violation>, usize)>,
    max: usize,
}

impl Report {
    /// Keeps the first `max` violations and counts the others.
    pub(crate) fn new(max: usize) -> Self {
        Self { found: RefCell::default(), max }
    }

    /// A field of the request.
    pub(crate) fn field(&self, name: &'static str) -> Field<'_> {
        Field { report: self, parent: None, step: Step::Name(name) }
    }

    /// The request itself, whose fields have no other name before theirs.
    pub(crate) fn root(&self) -> Field<'_> {
        Field { report: self, parent: None, step: Step::Root }
    }

    /// Whether nothing was found so far.
    pub(crate) fn is_clean(&self) -> bool {
        self.found.borrow().0.is_empty()
    }

    /// The verdict.
    pub(crate) fn finish(self) -> Result<(), InvalidRequest> {
        let (violations, more) = self.found.into_inner();
        if violations.is_empty() { Ok(()) } else { Err(InvalidRequest { violations, more }) }
    }
}

/// A field of the request being read. Its path is put into words only when something is wrong with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    report: &'a Report,
    parent: Option<&'a Field<'a>>,
    step: Step,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Root,
    Name(&'static str),
    Entry(&'static str, usize),
    Index(usize),
}

impl<'a> Field<'a> {
    /// A field of this message.
    pub(crate) fn field(&'a self, name: &'static str) -> Self {
        Field { report: self.report, parent: Some(self), step: Step::Name(name) }
    }

    /// An entry of a list of this message.
    pub(crate) fn entry(&'a self, name: &'static str, index: usize) -> Self {
        Field { report: self.report, parent: Some(self), step: Step::Entry(name, index) }
    }

    /// An entry of this list.
    pub(crate) fn index(&'a self, index: usize) -> Self {
        Field { report: self.report, parent: Some(self), step: Step::Index(index) }
    }

    /// Records a violation.
    pub(crate) fn refuse(&self, code: ViolationCode, text: impl Display) {
        let (violations, more) = &mut *self.report.found.borrow_mut();
        if violations.len() < self.report.max {
            violations.push(Violation { field: self.to_string(), code, text: text.to_string() });
        } else {
            *more += 1;
        }
    }

    /// Refuses a list that is longer than `max`; true when it is not.
    pub(crate) fn at_most(&self, entries: usize, max: usize) -> bool {
        if entries > max {
            self.refuse(ViolationCode::TooMany, format_args!("{entries} entries; the limit is {max}"));
        }
        entries <= max
    }

    /// The number, or nothing when it lies outside `min..=max`.
    pub(crate) fn within(&self, number: i64, min: i64, max: i64) -> Option<i64> {
        let inside = (min..=max).contains(&number);
        if !inside {
            self.refuse(ViolationCode::OutOfRange, format_args!("{number} is not in {min} to {max}"));
        }
        inside.then_some(number)
    }

    /// Refuses a text that is longer than `bytes_max`.
    pub(crate) fn short_enough(&self, text: &str, bytes_max: usize) -> bool {
        let bytes = text.len();
        if bytes > bytes_max {
            self.refuse(ViolationCode::TooLong, format_args!("{bytes} bytes; the limit is {bytes_max}"));
        }
        bytes <= bytes_max
    }
}

impl Display for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
            if !matches!(self.step, Step::Index(_)) && !matches!(parent.step, Step::Root) {
                f.write_char('.')?;
            }
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Name(name) => f.write_str(name),
            Step::Entry(name, index) => write!(f, "{name}[{index}]"),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_is_written_as_the_contract_names_it() {
        let report = Report::new(8);
        let problem = report.field("problem");
        let technician = problem.entry("technicians", 3);
        let shift = technician.entry("shifts", 0);
        assert_eq!(shift.field("end_time").to_string(), "problem.technicians[3].shifts[0].end_time");
        let root = report.root();
        assert_eq!(root.entry("places", 2).field("id").to_string(), "places[2].id");
    }

    #[test]
    fn violations_beyond_the_limit_are_counted() {
        let report = Report::new(2);
        for index in 0..5 {
            report.field("problem").entry("places", index).refuse(ViolationCode::Required, "needed");
        }
        let invalid = report.finish().unwrap_err();
        assert_eq!((invalid.violations.len(), invalid.more), (2, 3));
        assert_eq!(invalid.to_string(), "problem.places[0]: needed (and 4 more)");
    }

    #[test]
    fn codes_are_different_and_in_upper_snake() {
        let mut texts: Vec<_> = ViolationCode::ALL.iter().map(|code| code.as_str()).collect();
        assert!(texts.iter().all(|text| text.chars().all(|c| c.is_ascii_uppercase() || c == '_')));
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), ViolationCode::ALL.len());
    }
}
