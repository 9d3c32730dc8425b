//! The numbers of the heuristic, with the experiment that set each.

/// How ruin, recreate and annealing behave.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchParams {
    /// Visits removed per iteration, on average. 1–50. Christiaens & Vanden Berghe 2020, §5: 10.
    pub removed_mean: f64,
    /// Longest string taken out of one route. 1–50. Same source: 10.
    pub string_max: f64,
    /// Probability that a string keeps some visits in its middle. 0–1. Same source: 0.5.
    pub split_probability: f64,
    /// Probability that a kept middle stops growing. 0–1. Same source: 0.01 to go on, read as here.
    pub split_depth: f64,
    /// Probability of passing over a position while inserting. 0–1. Same source: 0.01.
    pub blink: f64,
    /// First temperature, in mean costs of a leg. 0.1–100.
    pub temperature_first: f64,
    /// Last temperature, in mean costs of a leg. 0.0001–10.
    pub temperature_last: f64,
    /// Nearest visits whose routes are tried for an insertion on large problems.
    pub neighbours: usize,
    /// From this many visits on, only the neighbours' routes are tried.
    pub granular_from: usize,
    /// Unserved visits tried per iteration besides those just removed.
    pub absent_tried: usize,
    /// Iterations between looks at the clock. Bounds how late a deadline is noticed.
    pub clock_every: u64,
}

impl Default for SearchParams {
    fn default() -> Self {
        Self {
            removed_mean: 10.0,
            string_max: 10.0,
            split_probability: 0.5,
            split_depth: 0.01,
            blink: 0.01,
            temperature_first: 3.0,
            temperature_last: 0.02,
            neighbours: 40,
            granular_from: 250,
            absent_tried: 10,
            clock_every: 16,
        }
    }
}
