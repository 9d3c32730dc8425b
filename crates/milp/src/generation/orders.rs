//! What branching has decided, as column generation sees it: rules for routes, and which visits must or must not be
//! served. Without orders everything is open.

use super::column::ClassColumn;
use super::scope::Scope;
use crate::pricing::Rules;

/// What is decided of a visit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Duty {
    /// Nothing.
    Open,
    /// Every plan serves it: its worth has no limit, and it cannot be excused.
    Served,
    /// No plan serves it: it has no worth, and its penalty, or its share in what is excused, is paid for certain.
    Unserved,
}

/// Decisions on their way into the master, pricing, the certificate and exhaustion.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Orders {
    pub(crate) rules: Rules,
    /// By row.
    duties: Vec<Duty>,
}

impl Orders {
    /// Everything is open.
    pub(crate) fn none(scope: &Scope<'_>) -> Self {
        Self { rules: Rules::default(), duties: vec![Duty::Open; scope.visits.len()] }
    }

    /// Whether everything is open.
    pub(crate) fn are_none(&self) -> bool {
        self.rules == Rules::default() && self.duties.iter().all(|&duty| duty == Duty::Open)
    }

    /// What is decided of the visit of a row.
    pub(crate) fn duty(&self, row: usize) -> Duty {
        self.duties[row]
    }

    /// Decides; false where the opposite was decided before.
    pub(crate) fn decide(&mut self, row: usize, duty: Duty) -> bool {
        let before = std::mem::replace(&mut self.duties[row], duty);
        before == Duty::Open || before == duty
    }

    /// Whether a column obeys.
    pub(crate) fn allow(&self, scope: &Scope<'_>, column: &ClassColumn) -> bool {
        let frozen = scope.classes[column.class].frozen.len();
        self.rules.allow(column.class, &column.stops[frozen.min(column.stops.len())..])
    }

    /// Mandatory visits left unserved for certain.
    pub(crate) fn surely_excused(&self, scope: &Scope<'_>) -> u32 {
        let count = self.unserved().filter(|&row| scope.is_mandatory(row)).count();
        u32::try_from(count).expect("visits are limited far below 2^32")
    }

    /// Penalties paid for certain, in micro-dollars.
    pub(crate) fn penalties(&self, scope: &Scope<'_>) -> i64 {
        self.unserved().map(|row| scope.penalty(row)).sum()
    }

    fn unserved(&self) -> impl Iterator<Item = usize> {
        self.duties.iter().enumerate().filter(|(_, duty)| **duty == Duty::Unserved).map(|(row, _)| row)
    }
}
