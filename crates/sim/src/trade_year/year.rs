//! One seed: a firm, what happened to it in a year, and what each policy made of that.

use super::firm::Firm;
use super::history::History;
use super::metrics::Metrics;
use super::run::{Policy, PolicyRun};

/// A year with its runs. Years that are compared have the same policies in the same order.
#[derive(Clone, Debug)]
pub struct Year {
    /// Of firm, history and searches.
    pub seed: u64,
    /// The firm.
    pub firm: Firm,
    /// What happened.
    pub history: History,
    /// One for each policy.
    pub runs: Vec<PolicyRun>,
}

/// The policies of some years.
pub(super) fn policies(years: &[Year]) -> Vec<Policy> {
    years.first().map(|year| year.runs.iter().map(|run| run.policy).collect()).unwrap_or_default()
}

/// A number by year, under the policy at a position.
pub(super) fn by_year(years: &[Year], at: usize, number: &dyn Fn(&Metrics) -> f64) -> Vec<f64> {
    years.iter().map(|year| number(&year.runs[at].metrics)).collect()
}
