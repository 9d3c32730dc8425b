//! The numbers of the heuristic, with the experiment that set each.
//!
//! *T* below: six TRSP instances (R109, RC105, R203, C101, R107, RC201), mean gap over three seeds. Runs of one
//! setting differ by 1 % of the cost, so that means of them are known to 0.2 %.

/// How ruin, recreate and annealing behave.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchParams {
    /// Visits removed per iteration, on average. 1–50. Christiaens & Vanden Berghe 2020, §5: 10. TRSP, 150,000
    /// iterations: 6 gives 2.1 %, 10 gives 0.9 %, 15 gives 1.6 % and takes 40 % longer.
    pub removed_mean: f64,
    /// Longest string taken out of one route. 1–50. Same source: 10.
    pub string_max: f64,
    /// Probability that a string keeps some visits in its middle. 0–1. Same source: 0.5.
    pub split_probability: f64,
    /// Probability that a kept middle stops growing. 0–1. Same source: 0.01 to go on, read as here.
    pub split_depth: f64,
    /// Probability of passing over a position while inserting. 0–1. Same source: 0.01. TRSP: 0.03 is 0.9 % worse.
    pub blink: f64,
    /// Probability that a ruined route also loses all visits that need its pickup, and so the pickup. 0–1.
    /// *T*, two threads of 100,000 iterations: 0 gives 0.73 %, 0.1 gives 0.78 % (without R109 0.40 % and 0.26 %),
    /// 0.4 gives 0.88 %.
    pub pickup_dropped: f64,
    /// Probability that an iteration exchanges tails of two routes instead of removing strings. 0–1.
    /// TRSP, 150,000 iterations, five instances, four seeds: 0 and 0.1 give 1.3 %, 0.3 gives 0.9 %, 0.5 gives 1.5 %.
    /// Four 20 × 100 days: 0 costs $1,333, 0.1 costs $1,319, 0.3 costs $1,320. Solomon does not care.
    pub exchange: f64,
    /// First temperature, in mean costs of a leg of the best solution. 0.1–100. 150,000 to 300,000 iterations with
    /// 10, 3, 1: 20 × 100 days $1,361, $1,350, $1,329; 200 × 1,200 $6,987, $6,668, $7,142; *T* of one thread
    /// 2.0 %, 1.3 %, 1.5 %; Gehring-Homberger 2.39 %, 2.39 %, 2.50 %.
    pub temperature_first: f64,
    /// Last temperature, in the same unit. 0.0001–10. 20 × 100 days: 0.03 costs $15 more than 0.1. TRSP: 0.1 and 0.3
    /// are alike, 0.02 is 0.5 % worse.
    pub temperature_last: f64,
    /// Nearest visits whose routes are tried for an insertion on large problems, of those whose shift may take it.
    pub neighbours: usize,
    /// From this many visits on, only the neighbours' routes are tried.
    pub granular_from: usize,
    /// Unserved visits tried per iteration besides those just removed.
    pub absent_tried: usize,
    /// Times that an unserved visit is tried in vain before its weight rises; the three numbers
    /// of this rise are not measured apart: published instances and reference days leave hardly a visit out.
    pub absence_patience: u32,
    /// The rise is the visit's own weight divided by this.
    pub absence_steps: i64,
    /// The weight rises up to this many times its own.
    pub absence_most: i64,
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
            pickup_dropped: 0.1,
            exchange: 0.2,
            temperature_first: 2.0,
            temperature_last: 0.1,
            neighbours: 40,
            granular_from: 250,
            absent_tried: 10,
            absence_patience: 100,
            absence_steps: 10,
            absence_most: 2,
            clock_every: 16,
        }
    }
}
