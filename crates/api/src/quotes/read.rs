//! Reads what a caller asks for, against the day that it is asked of.

use jiff::tz::TimeZone;
use journeyman_domain::{Call, Duration, Problem, Time};
use journeyman_engine::QuoteOptions;

use crate::limits::Limits;
use crate::problem::clock::{Clock, duration};
use crate::problem::{place_point, read_call};
use crate::violation::{InvalidRequest, Report, ViolationCode};
use crate::wire;

/// Widths of one request.
const WIDTHS_MAX: usize = 8;
/// Narrowest and widest window on offer, in seconds.
const WIDTH_SECONDS: (i64, i64) = (60, 24 * 3_600);
/// Quotes of one request.
const QUOTES_MAX: i64 = 100;

/// What to offer, and when it is asked: the end of the minute, so that all who ask in it are answered from the same state.
pub(super) fn read_options(
    request: &wire::QuoteArrivalWindowsRequest,
    problem: &Problem,
    limits: &Limits,
) -> Result<(QuoteOptions, Option<Time>), InvalidRequest> {
    let report = Report::new(limits.violations_default);
    let mut options = QuoteOptions::default();
    let widths_at = report.field("widths");
    if !request.widths.is_empty() && widths_at.at_most(request.widths.len(), WIDTHS_MAX) {
        let (least, most) = WIDTH_SECONDS;
        let widths = request.widths.iter().enumerate();
        options.widths = widths
            .filter_map(|(index, &width)| duration(&widths_at.index(index), Some(width), least, most))
            .collect();
    }
    let clock = Clock::of(problem, TimeZone::get(&problem.time_zone).unwrap_or(TimeZone::UTC));
    let now = clock.instant(&report.field("now"), request.now).map(|now| minute_after(now, problem));
    if let Some(window) = &request.search_window {
        options.within = clock.window(&report.field("search_window"), window);
    }
    if let Some(most) = request.quotes_max {
        let inside = report.field("quotes_max").within(i64::from(most), 1, QUOTES_MAX);
        options.quotes_max = inside.and_then(|most| usize::try_from(most).ok()).unwrap_or(1);
    }
    let least =
        report.field("on_time_permille_min").within(i64::from(request.on_time_permille_min), 0, 1_000);
    options.on_time_permille_min = least.and_then(|least| u16::try_from(least).ok()).unwrap_or(0);
    report.finish()?;
    Ok((options, now))
}

fn minute_after(time: Time, problem: &Problem) -> Time {
    let minute = 60 * problem.ticks.time_ticks_per_unit;
    Time::from_ticks((time.ticks().div_euclid(minute) + 1) * minute)
}

/// Refuses what a call cannot bring: other than one visit, and a promise, which comes after the quote.
pub(super) fn check_order(order: Option<&wire::WorkOrder>, limits: &Limits) -> Result<(), InvalidRequest> {
    let report = Report::new(limits.violations_default);
    let order_at = report.field("work_order");
    match order {
        None => order_at.refuse(ViolationCode::Required, "needed"),
        Some(order) => {
            let visits_at = order_at.field("visits");
            if order.visits.is_empty() {
                visits_at.refuse(ViolationCode::Required, "a call has one visit");
            }
            visits_at.at_most(order.visits.len(), 1);
            for (index, visit) in order.visits.iter().enumerate() {
                if visit.promise.is_some() {
                    let text = "nothing is promised before the quote is confirmed";
                    visits_at.index(index).field("promise").refuse(ViolationCode::Conflict, text);
                }
            }
        }
    }
    report.finish()
}

/// The call, its ids filled in where it has none, without places that the day knows.
pub(super) fn read(
    order: &wire::WorkOrder,
    places: &[wire::Place],
    (problem, card): (&Problem, Option<&wire::RateCard>),
    limits: &Limits,
) -> Result<Call, InvalidRequest> {
    let mut id = "call".to_owned();
    while problem.visits.iter().any(|visit| visit.label == id) || problem.work_orders.contains(&id) {
        id.push('\'');
    }
    let order = with_ids(order, &id);
    let places = unknown_places(places, problem);
    let call = wire::CallReceived { work_order: Some(order), places, permits: Vec::new() };
    read_call(&call, (problem, card), limits)
}

/// The order with an id wherever it has none.
pub(super) fn with_ids(order: &wire::WorkOrder, id: &str) -> wire::WorkOrder {
    let mut order = order.clone();
    let visits = order.visits.iter_mut().map(|visit| &mut visit.id);
    for empty in visits.chain([&mut order.id]).filter(|known| known.is_empty()) {
        id.clone_into(empty);
    }
    order
}

/// The places that a day does not know where they are; one that lies elsewhere than the day says stays, and is refused.
pub(super) fn unknown_places(places: &[wire::Place], problem: &Problem) -> Vec<wire::Place> {
    let knows = |place: &&wire::Place| {
        let known = problem.places.iter().find(|known| known.label == place.id);
        known.is_some_and(|known| known.point.is_some() && known.point == place_point(place))
    };
    places.iter().filter(|place| !knows(place)).cloned().collect()
}

/// How long a hold lasts.
pub(super) fn read_ttl(ttl: Option<wire::Duration>, limits: &Limits) -> Result<Duration, InvalidRequest> {
    /// Ten minutes.
    const DEFAULT_SECONDS: i64 = 600;
    const MOST_SECONDS: i64 = 24 * 3_600;
    let report = Report::new(limits.violations_default);
    let read = duration(&report.field("ttl"), ttl, 1, MOST_SECONDS);
    report.finish()?;
    Ok(read.unwrap_or(Duration::from_ticks(DEFAULT_SECONDS)))
}
