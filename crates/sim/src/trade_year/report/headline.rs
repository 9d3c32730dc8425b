//! The one number that a reader takes home, and how much of it the coordinator's time is.

use serde::Serialize;

use crate::trade_year::year::{by_year, policies};
use crate::trade_year::{Estimate, Metrics, Policy, Year};

/// Policy (c) against policy (a), over all years.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Headline {
    /// The coordinator's planning time, in percent of the stated one.
    pub planning_percent: u32,
    /// Years.
    pub seeds: usize,
    /// Median minutes from call to dispatched, by hand.
    pub by_hand: Estimate,
    /// The same, Journeyman's.
    pub journeyman: Estimate,
    /// How much faster in the same year, in percent; negative: slower.
    pub faster_percent: Estimate,
    /// How much sooner somebody is on site in the same year, in percent of the coordinator's median.
    pub on_site_faster_percent: Estimate,
}

/// For each planning time of the coordinator that was run; empty where (a) or (c) was not.
pub fn headline(years: &[Year]) -> Vec<Headline> {
    let policies = policies(years);
    let Some(ours) = policies.iter().position(|&policy| policy == Policy::Journeyman) else {
        return Vec::new();
    };
    let by_hand = policies.iter().enumerate().filter_map(|(at, policy)| match policy {
        Policy::Coordinator { planning_percent } => Some((*planning_percent, at)),
        Policy::Insertion | Policy::Journeyman => None,
    });
    by_hand.map(|(planning_percent, theirs)| compared(years, planning_percent, (theirs, ours))).collect()
}

fn compared(years: &[Year], planning_percent: u32, (theirs, ours): (usize, usize)) -> Headline {
    let dispatched = |m: &Metrics| m.call_to_dispatched_median;
    let on_site = |m: &Metrics| m.call_to_on_site_median;
    let faster = |number: fn(&Metrics) -> f64| {
        let pairs = by_year(years, theirs, &number).into_iter().zip(by_year(years, ours, &number));
        let share = |(theirs, ours): (f64, f64)| if theirs > 0.0 { 1.0 - ours / theirs } else { 0.0 };
        Estimate::of(&pairs.map(|pair| share(pair) * 100.0).collect::<Vec<f64>>())
    };
    Headline {
        planning_percent,
        seeds: years.len(),
        by_hand: Estimate::of(&by_year(years, theirs, &dispatched)),
        journeyman: Estimate::of(&by_year(years, ours, &dispatched)),
        faster_percent: faster(dispatched),
        on_site_faster_percent: faster(on_site),
    }
}

impl std::fmt::Display for Headline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = if self.faster_percent.mean < 0.0 { "slower" } else { "faster" };
        write!(
            f,
            "call to dispatched, median: journeyman {:.1} min, coordinator {:.1} min: {:.1} % {word}",
            self.journeyman.mean,
            self.by_hand.mean,
            self.faster_percent.mean.abs()
        )?;
        match self.faster_percent.half() {
            Some(half) => write!(f, " ± {half:.1} (95 % confidence, {} seeds)", self.seeds),
            None => write!(f, " (one seed: no interval)"),
        }
    }
}
