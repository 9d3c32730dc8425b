//! The one number that a reader takes home, and how much of it the coordinator's time is.

use serde::Serialize;

use crate::trade_year::{Metrics, Policy, PolicyRun};

/// Policy (c) against policy (a).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Headline {
    /// The coordinator's planning time, in percent of the stated one.
    pub planning_percent: u32,
    /// Median minutes from call to dispatched, by hand.
    pub by_hand: f64,
    /// The same, Journeyman's.
    pub journeyman: f64,
    /// How much faster, in percent; negative: slower.
    pub faster_percent: f64,
    /// How much sooner somebody is on site, in percent of the coordinator's median.
    pub on_site_faster_percent: f64,
}

/// For each planning time of the coordinator that was run; empty where (a) or (c) was not.
pub fn headline(runs: &[PolicyRun]) -> Vec<Headline> {
    let Some(ours) = runs.iter().find(|run| run.policy == Policy::Journeyman) else { return Vec::new() };
    let by_hand = runs.iter().filter_map(|run| match run.policy {
        Policy::Coordinator { planning_percent } => Some((planning_percent, &run.metrics)),
        Policy::Insertion | Policy::Journeyman => None,
    });
    by_hand.map(|(planning_percent, theirs)| compared(planning_percent, theirs, &ours.metrics)).collect()
}

fn compared(planning_percent: u32, theirs: &Metrics, ours: &Metrics) -> Headline {
    let faster = |theirs: f64, ours: f64| if theirs > 0.0 { (1.0 - ours / theirs) * 100.0 } else { 0.0 };
    Headline {
        planning_percent,
        by_hand: theirs.call_to_dispatched_median,
        journeyman: ours.call_to_dispatched_median,
        faster_percent: faster(theirs.call_to_dispatched_median, ours.call_to_dispatched_median),
        on_site_faster_percent: faster(theirs.call_to_on_site_median, ours.call_to_on_site_median),
    }
}

impl std::fmt::Display for Headline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = if self.faster_percent < 0.0 { "slower" } else { "faster" };
        write!(
            f,
            "call to dispatched, median: journeyman {:.1} min, coordinator {:.1} min: {:.0} % {word}",
            self.journeyman,
            self.by_hand,
            self.faster_percent.abs()
        )
    }
}
