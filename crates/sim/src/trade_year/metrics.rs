//! A year under one policy in numbers.

use journeyman_domain::Duration;
use serde::Serialize;

use super::assumptions::DAY;
use super::cycle::CycleCounts;
use super::faults::FaultCounts;
use super::history::History;
use super::record::{CallRecord, Fate};

/// What a reader compares. Times are minutes unless the name says otherwise.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Metrics {
    /// Calls of the year.
    pub calls: usize,
    /// Those who wait for an answer: emergencies, and work as soon as possible.
    pub waiting_calls: usize,
    /// Of those: from the call until customer and technician have the decision. Whoever left before that counts with the
    /// time until he left.
    pub call_to_dispatched_median: f64,
    /// The same, nine of ten.
    pub call_to_dispatched_p90: f64,
    /// Of those that were served: from the call until work begins.
    pub call_to_on_site_median: f64,
    /// The same, nine of ten.
    pub call_to_on_site_p90: f64,
    /// Share of the waiting calls that were done on the day of the call.
    pub same_day_share: f64,
    /// Windows told or agreed, of calls that neither cancelled nor left.
    pub promises: usize,
    /// Share of them in which work began inside the first window told.
    pub promises_kept_share: f64,
    /// How often a customer had to be told another window, or none.
    pub promises_moved: u64,
    /// Visits driven to.
    pub visits: usize,
    /// Driving for each visit, ways home included.
    pub travel_per_visit: f64,
    /// Work after the regular end, over all technicians.
    pub overtime_hours: f64,
    /// Calls done.
    pub done: usize,
    /// Calls lost to competitors because the answer was slow.
    pub lost: usize,
    /// What they would have brought, in dollars.
    pub revenue_lost: f64,
    /// What was done brought, in dollars.
    pub revenue: f64,
    /// Assignments that the independent checker found illegal.
    pub illegal_assignments: usize,
    /// Facts that the session refused because what has begun would not fit its shift; people go on as planned then.
    pub facts_refused: usize,
    /// Facts that the server heard of late.
    pub facts_late: usize,
    /// Requests that came again.
    pub requests_repeated: usize,
    /// Of those: after which the board or the answer was another.
    pub repeated_with_effect: usize,
    /// Starts of a server in the course of a day.
    pub restarts: usize,
    /// Of those: after which another plan was in force.
    pub restarts_elsewhere: usize,
    /// Work orders on the desk whose work ended in the year, no-shows included.
    pub orders_completed: usize,
    /// Of those: closed out, and the invoice is there.
    pub orders_invoiced: usize,
    /// Share of the completed ones whose invoice was there on the day on which their work ended.
    pub invoiced_same_day_share: f64,
    /// Completed and never invoiced.
    pub orders_not_invoiced: usize,
    /// Steps that the desk refused: no order may stand where they would have led.
    pub illegal_desk_steps: usize,
    /// Orders that stand elsewhere on the desk than in the year.
    pub orders_astray: usize,
}

/// What the days of a policy add up to.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Driving {
    pub(super) visits: usize,
    pub(super) driving: Duration,
    pub(super) overtime: Duration,
}

impl Metrics {
    pub(super) fn of(history: &History, records: &[CallRecord], driving: Driving, illegal: usize) -> Self {
        let both = || history.calls.iter().zip(records);
        let waiting = || both().filter(|(call, _)| call.kind.waits());
        let dispatched = waits(history, records);
        let on_site =
            waiting().filter_map(|(call, record)| Some(minutes(record.on_site? - call.at))).collect();
        let same_day =
            waiting().filter(|(call, r)| r.done.is_some_and(|done| done / DAY == call.at / DAY)).count();
        let kept: Vec<bool> = promises(history, records);
        let sum = |fate: Fate| {
            both().filter(|(_, r)| r.fate == fate).map(|(call, _)| call.revenue_cents as f64 / 100.0).sum()
        };
        let [median, p90] = quantiles(dispatched);
        let [on_site_median, on_site_p90] = quantiles(on_site);
        let waiting_calls = waiting().count();
        Self {
            calls: history.calls.len(),
            waiting_calls,
            call_to_dispatched_median: median,
            call_to_dispatched_p90: p90,
            call_to_on_site_median: on_site_median,
            call_to_on_site_p90: on_site_p90,
            same_day_share: same_day as f64 / waiting_calls.max(1) as f64,
            promises: kept.len(),
            promises_kept_share: kept.iter().filter(|kept| **kept).count() as f64 / kept.len().max(1) as f64,
            promises_moved: records.iter().map(|record| u64::from(record.moved)).sum(),
            visits: driving.visits,
            travel_per_visit: minutes(driving.driving.ticks()) / driving.visits.max(1) as f64,
            overtime_hours: driving.overtime.ticks() as f64 / 3600.0,
            done: records.iter().filter(|record| record.fate == Fate::Done).count(),
            lost: records.iter().filter(|record| record.fate == Fate::Competitor).count(),
            revenue_lost: sum(Fate::Competitor),
            revenue: sum(Fate::Done),
            illegal_assignments: illegal,
            ..Self::default()
        }
    }

    pub(super) fn note_orders(&mut self, orders: CycleCounts) {
        self.orders_completed = orders.completed;
        self.orders_invoiced = orders.invoiced;
        self.invoiced_same_day_share = orders.invoiced_same_day as f64 / orders.completed.max(1) as f64;
        self.orders_not_invoiced = orders.not_invoiced;
        self.illegal_desk_steps = orders.refused;
        self.orders_astray = orders.astray;
    }

    pub(super) fn note(&mut self, faults: FaultCounts) {
        let FaultCounts { delayed, repeated, repeated_with_effect, restarts, restarts_elsewhere } = faults;
        self.facts_late = delayed;
        self.requests_repeated = repeated;
        self.repeated_with_effect = repeated_with_effect;
        self.restarts = restarts;
        self.restarts_elsewhere = restarts_elsewhere;
    }
}

/// Minutes from the call to the decision, of all who wait for one; of those who left without, until they left; of those who
/// wait at the end, until the end.
pub(super) fn waits(history: &History, records: &[CallRecord]) -> Vec<f64> {
    let end = i64::try_from(history.days).expect("years are short") * DAY;
    history
        .calls
        .iter()
        .zip(records)
        .filter(|(call, _)| call.kind.waits())
        .map(|(call, record)| minutes(record.dispatched.or(record.left).unwrap_or(end) - call.at))
        .collect()
}

/// Promises that came due within the year.
fn promises(history: &History, records: &[CallRecord]) -> Vec<bool> {
    let end = i64::try_from(history.days).expect("years are short") * DAY;
    let due = |record: &&CallRecord| record.promise.is_some_and(|(_, until)| until < end);
    records.iter().filter(due).filter_map(CallRecord::kept).collect()
}

/// Median and ninth decile, by nearest rank; 0 of nothing.
fn quantiles(mut values: Vec<f64>) -> [f64; 2] {
    values.sort_unstable_by(f64::total_cmp);
    let rank = |percent: usize| (values.len() * percent).div_ceil(100).saturating_sub(1);
    [50, 90].map(|percent| values.get(rank(percent)).copied().unwrap_or(0.0))
}

pub(super) fn minutes(seconds: i64) -> f64 {
    seconds as f64 / 60.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_occurred() {
        assert_eq!(quantiles((1..=10).map(f64::from).collect()), [5.0, 9.0]);
        assert_eq!(quantiles(vec![3.0]), [3.0, 3.0]);
        assert_eq!(quantiles(Vec::new()), [0.0, 0.0]);
    }
}
