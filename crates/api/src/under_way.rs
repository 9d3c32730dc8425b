//! A day that goes on: the day and its plan as the caller gives them, and events to answer.

use std::time::Duration;

use journeyman_domain::{Problem, Time};

use crate::limits::Limits;
use crate::problem::clock::Clock;
use crate::problem::{Dropped, read_under_way};
use crate::request::{SearchOptions, read_options};
use crate::savings::Savings;
use crate::violation::{Field, InvalidRequest, Report, ViolationCode};
use crate::wire;

/// A day with its plan, read: nothing is frozen, and the plan is the baseline of the day.
#[derive(Clone, PartialEq, Debug)]
pub struct DayUnderWay {
    /// The day.
    pub problem: Problem,
    /// The prices that it was read with.
    pub rate_card: Option<wire::RateCard>,
    /// Stops of the plan that the day has no place for.
    pub dropped: Vec<Dropped>,
}

/// Events to answer, read as far as that can be done before they are applied.
#[derive(Clone, PartialEq, Debug)]
pub struct AcceptedReassign {
    /// The day before the events.
    pub day: DayUnderWay,
    /// What has happened lies before this.
    pub now: Time,
    /// How long to look for something better than the first answer.
    pub improve_for: Duration,
    /// Most planned visits that may change; none: only prices count.
    pub changes_max: Option<usize>,
    /// Whether changes are priced by solving again.
    pub savings: Option<Savings>,
    /// How to search.
    pub options: SearchOptions,
}

/// Reads a request to reassign. Its events are read one by one when their turn comes
/// ([`read_event`](crate::read_event)): each may speak of what the ones before it have brought.
///
/// # Errors
/// Everything that is wrong with it.
pub fn accept_reassign(
    request: &wire::ReassignRequest,
    limits: &Limits,
) -> Result<AcceptedReassign, InvalidRequest> {
    let unset = wire::SolveOptions::default();
    let options = request.options.as_ref().unwrap_or(&unset);
    let asked = options.validation_errors_max.and_then(|max| usize::try_from(max).ok());
    let report = Report::new(asked.unwrap_or(limits.violations_default).clamp(1, limits.violations));
    report.field("request_id").short_enough(&request.request_id, limits.text_bytes);
    let options_at = report.field("options");
    if options.time_limit.is_some() {
        let text = "has no meaning here: `improve_for` says how long to search";
        options_at.field("time_limit").refuse(ViolationCode::Conflict, text);
    }
    let options = read_options(options, limits, &options_at);
    let events_at = report.field("events");
    if request.events.is_empty() {
        events_at.refuse(ViolationCode::Required, "at least one event is needed");
    }
    events_at.at_most(request.events.len(), limits.events);
    let improve_for = read_improve_for(request.improve_for, limits, &report.field("improve_for"));
    let changes_max = request.changes_max.and_then(|most| {
        let most = report.field("changes_max").within(i64::from(most), 0, i64::from(i32::MAX))?;
        usize::try_from(most).ok()
    });
    let day = read_basis(request.basis.as_ref(), limits, &report, &report.field("basis"));
    let now = day.as_ref().and_then(|day| read_now(request, day, &report));
    let savings_at = report.field("resolve_savings");
    let savings = Savings::read(request.resolve_savings.as_ref(), limits, &savings_at);
    if let (Some(savings), Some(day)) = (&savings, &day) {
        savings.refuse_unknown(&day.problem, &savings_at);
    }
    report.finish()?;
    Ok(AcceptedReassign {
        day: day.expect("a day that is not read has a violation"),
        now: now.expect("a time that is not read has a violation"),
        improve_for,
        changes_max,
        savings,
        options,
    })
}

/// Reads what a question is about.
pub(crate) fn read_basis(
    basis: Option<&wire::PlanBasis>,
    limits: &Limits,
    report: &Report,
    at: &Field<'_>,
) -> Option<DayUnderWay> {
    use wire::plan_basis::Basis;
    match basis.and_then(|basis| basis.basis.as_ref()) {
        Some(Basis::Day(day)) => read_day(day, limits, report, &at.field("day")),
        Some(Basis::Board(_)) => {
            let text = "boards are asked through a server; give the `day`";
            at.field("board").refuse(ViolationCode::Unimplemented, text);
            None
        }
        None => {
            at.field("day").refuse(ViolationCode::Required, "needed");
            None
        }
    }
}

fn read_day(day: &wire::PlannedDay, limits: &Limits, report: &Report, at: &Field<'_>) -> Option<DayUnderWay> {
    let problem_at = at.field("problem");
    let Some(problem) = &day.problem else {
        problem_at.refuse(ViolationCode::Required, "needed");
        return None;
    };
    let Some(plan) = &day.plan else {
        at.field("plan").refuse(ViolationCode::Required, "needed; it may be empty");
        return None;
    };
    if problem.baseline_plan.is_some() {
        let text = "the plan in force is given beside the problem";
        problem_at.field("baseline_plan").refuse(ViolationCode::Conflict, text);
        return None;
    }
    let problem = wire::Problem { baseline_plan: Some(plan.clone()), ..problem.clone() };
    let accepted = read_under_way(&problem, limits, report, &problem_at)?;
    Some(DayUnderWay { problem: accepted.problem, rate_card: problem.rate_card, dropped: accepted.dropped })
}

/// The time of the answer: given, or that of the latest event, and never before the freeze time.
fn read_now(request: &wire::ReassignRequest, day: &DayUnderWay, report: &Report) -> Option<Time> {
    let zone = jiff::tz::TimeZone::get(&day.problem.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let clock = Clock::of(&day.problem, zone);
    let events_at = report.field("events");
    let times = request.events.iter().enumerate().map(|(index, event)| {
        let entry = events_at.index(index);
        clock.needed(&entry.field("event_time"), event.event_time)
    });
    let times: Vec<Option<Time>> = times.collect();
    let latest = times.into_iter().collect::<Option<Vec<Time>>>()?.into_iter().max();
    let now_at = report.field("now");
    let Some(given) = request.now else { return latest };
    let now = clock.instant(&now_at, Some(given))?;
    if latest.is_some_and(|latest| now < latest) {
        now_at.refuse(ViolationCode::Conflict, "lies before the time of an event");
    }
    Some(now)
}

/// From nothing up to the limit of a solve; fractions of a second are allowed.
pub(crate) fn read_improve_for(given: Option<wire::Duration>, limits: &Limits, at: &Field<'_>) -> Duration {
    let Some(given) = given else { return Duration::ZERO };
    let nanos = u32::try_from(given.nanos).ok().filter(|nanos| *nanos < 1_000_000_000);
    let span = u64::try_from(given.seconds).ok().zip(nanos).map(|(s, nanos)| Duration::new(s, nanos));
    span.filter(|span| *span <= limits.solve_time).unwrap_or_else(|| {
        let max = limits.solve_time.as_secs();
        at.refuse(ViolationCode::OutOfRange, format_args!("{} s is not in 0 to {max} s", given.seconds));
        Duration::ZERO
    })
}
