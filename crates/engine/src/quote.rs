//! `quote`: the arrival windows that a caller can be offered while nothing else moves, and what each adds to the plan.
//!
//! A quote is an insertion: the visit goes between two stops of the plan in force, or beside all of them. What it may
//! cost and when it starts is the exact arithmetic of routes, so that the plan with the visit costs what was said.

mod openings;
mod ranking;
mod trial;

use journeyman_domain::{Cost, Duration, Refusal, ShiftId, Time, TimeWindow};

pub(crate) use openings::Openings;

/// What to offer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QuoteOptions {
    /// Widths of windows, in ticks of the problem. Where the customer has less time, what he has is offered.
    pub widths: Vec<Duration>,
    /// Only windows inside this one; none: inside the horizon.
    pub within: Option<TimeWindow>,
    /// Most quotes.
    pub quotes_max: usize,
    /// Least probability, per thousand, of arriving inside.
    pub on_time_permille_min: u16,
}

impl Default for QuoteOptions {
    /// Ten windows of two and of four hours, whatever their probability.
    fn default() -> Self {
        let hours = |hours: i64| Duration::from_ticks(3_600 * hours);
        Self { widths: vec![hours(2), hours(4)], within: None, quotes_max: 10, on_time_permille_min: 0 }
    }
}

/// A window on offer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quote {
    /// The window: the visit starts inside as the plan stands, and nobody starts it before.
    pub window: TimeWindow,
    /// Probability that the technician is not late for it, per thousand.
    pub probability_permille: u16,
    /// Who would come.
    pub shift: ShiftId,
    /// When the visit would start.
    pub start: Time,
    /// What the visit adds to the plan; nothing is taken off for serving it.
    pub marginal_cost: Cost,
}

/// What a caller is told.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Quotes {
    /// Each window once, with the technician who adds least to the plan there; the cheapest first, of those that cost the
    /// same the surest, and then those that lie within the shift, and the narrowest.
    pub quotes: Vec<Quote>,
    /// Of each technician who can't come in any window: what his shifts say, each rule once.
    pub refusals: Vec<Refusal>,
}
