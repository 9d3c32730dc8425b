//! Every number that no file gives, in one place; docs/simulation.md has their sources and says which are assumptions.

use journeyman_domain::{Cost, CostPerTime, Duration};

pub(crate) const DAY: i64 = 24 * 3600;

const fn minutes(count: i64) -> Duration {
    Duration::from_ticks(count * 60)
}

/// Service and driving that calls bring, as a share of the regular time of the crew.
pub(super) const LOAD: f64 = 0.8;
/// Driving that a visit is thought to bring when the rate of calls is chosen.
pub(super) const DRIVE_MINUTES: f64 = 18.0;

/// Calls of an hour relative to other hours, from 7:00 on; the office is open until 18:00.
pub(super) const HOURS: [f64; 11] = [0.9, 1.5, 1.5, 1.3, 1.1, 0.8, 1.0, 1.0, 0.9, 0.7, 0.3];
pub(super) const OFFICE_OPENS: i64 = 7;
/// Calls of a weekday relative to others, Monday to Friday.
pub(super) const WEEKDAYS: [f64; 5] = [1.2, 1.05, 1.0, 0.95, 0.8];

/// Percent of the calls: emergency, as soon as possible, appointment on another day, work that needs a permit.
pub(super) const KIND_PERCENTS: [u32; 4] = [12, 50, 28, 10];

/// Days from the application to the permit, at these shares of the permits.
pub(super) const PERMIT_DAYS: [(f64, f64); 6] =
    [(0.0, 0.0), (0.25, 1.0), (0.5, 7.0), (0.75, 77.0), (0.9, 187.0), (1.0, 365.0)];
/// Percent of the permits that are issued in the course of their day instead of before it begins.
pub(super) const PERMIT_LATE_PERCENT: u32 = 25;

/// Relative deviation of the time on site, and its mean against the planned: overruns.
pub(super) const SERVICE_DEVIATION: f64 = 0.35;
pub(super) const SERVICE_MEAN_PERMILLE: u32 = 1_050;
/// No work lasts so much longer than planned: nobody works past midnight.
pub(super) const OVERRUN_MAX: Duration = minutes(4 * 60);
/// Per thousand of the visits.
pub(super) const NO_SHOW_PERMILLE: u32 = 20;
pub(super) const PART_MISSING_PERMILLE: u32 = 30;
/// Per thousand of the calls.
pub(super) const CANCELLED_PERMILLE: u32 = 40;
/// Per thousand of the technician's days: out all day, leaving in its course.
pub(super) const SICK_PERMILLE: u32 = 20;
pub(super) const LEAVES_SICK_PERMILLE: u32 = 5;
/// On site before it is clear that nobody is there, or that a part is missing.
pub(super) const NO_SHOW_TIME: Duration = minutes(15);
pub(super) const PART_MISSING_TIME: Duration = minutes(20);

/// Mean of the exponential time after which a customer who was told nothing calls a competitor.
pub(super) const PATIENCE_EMERGENCY: Duration = minutes(60);
pub(super) const PATIENCE_SOON: Duration = minutes(240);

/// Percent of those who want somebody soon and take "not today" for an answer; others call a competitor when they hear it.
pub(super) const TAKES_ANOTHER_DAY_PERCENT: u32 = 60;

/// From the call until all is known, and from the decision until the customer and the technician have it: in all policies.
pub(super) const INTAKE: Duration = minutes(4);
pub(super) const CONFIRMATION: Duration = minutes(2);
/// What a coordinator needs to find a place for a call, or to find another one when something breaks.
pub(super) const PLANNING_BY_HAND: Duration = minutes(6);

/// Width of what customers are told.
pub(super) const TOLD_WIDTH: Duration = minutes(120);
/// How long before the planned start the told window begins where people choose it.
pub(super) const TOLD_BEFORE: Duration = minutes(30);
pub(super) const SNAP: Duration = minutes(15);

/// The day is planned before the office opens.
pub(super) const PLANNED_AT: Duration = minutes(6 * 60 + 30);
/// The last start on site.
pub(super) const LAST_START: Duration = minutes(18 * 60);

/// Prices that the optimizer is told: of leaving work for another day, and of each hour's wait.
pub(super) const PRICE_EMERGENCY: Cost = Cost::from_micros(600_000_000);
pub(super) const PRICE_APPOINTMENT: Cost = Cost::from_micros(400_000_000);
pub(super) const PRICE_SOON: Cost = Cost::from_micros(250_000_000);
pub(super) const WAIT_EMERGENCY: CostPerTime = CostPerTime::from_micros(16_667);
pub(super) const WAIT_SOON: CostPerTime = CostPerTime::from_micros(1_389);

/// Dollars that a visit brings: fixed and by the hour, and the addition for an emergency.
pub(super) const REVENUE_FIXED: f64 = 120.0;
pub(super) const REVENUE_HOUR: f64 = 130.0;
pub(super) const REVENUE_EMERGENCY: f64 = 150.0;

/// Per thousand: messages that the server gets late, and requests that a client sends again.
pub(super) const LATE_PERMILLE: u32 = 50;
pub(super) const TWICE_PERMILLE: u32 = 50;
/// A late message is exponentially late, of this mean and at most so much.
pub(super) const LATE_MEAN: Duration = minutes(5);
pub(super) const LATE_MOST: Duration = minutes(30);
/// A request that comes again is at most so many requests old.
pub(super) const TWICE_BACK_MAX: usize = 2;
/// Per thousand of the days: the server is started again in their course, between these seconds of the day.
pub(super) const RESTART_PERMILLE: u32 = 500;
pub(super) const RESTART_BETWEEN: (i64, i64) = (7 * 3600, 18 * 3600);

/// From the end of the work until the order is closed out, and from there until accounting has the invoice.
pub(super) const CLOSE_OUT: Duration = minutes(10);
pub(super) const ACCOUNTING: Duration = minutes(5);
