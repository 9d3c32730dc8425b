//! What a plan would be if something were different: both plans side by side, each searched for as long.

use std::time::Duration;

use journeyman_domain::{Problem, Time};
use journeyman_engine::{Change, Control, Reply, Session, SolveOptions, Wishes};

use crate::limits::Limits;
use crate::problem::{read_change, read_under_way};
use crate::reassign::Refused;
use crate::request::{SearchOptions, read_options};
use crate::scheduler::write_statistics;
use crate::under_way::{DayUnderWay, read_basis};
use crate::violation::{Field, InvalidRequest, Report, ViolationCode};
use crate::{wire, write_changes, write_plan};

/// A question, read as far as that can be done before its changes are made.
struct Accepted {
    day: DayUnderWay,
    /// The same day at other prices, with those prices.
    repriced: Option<(Problem, wire::RateCard)>,
    options: SearchOptions,
}

/// The plan as it is and as it would be. The plan given is where the search starts; half of the time goes to each, so that
/// the difference is that of the changes and not of the search. What the plan tells customers counts for nothing here but
/// where it was promised. Nothing is kept.
///
/// # Errors
/// Everything that is wrong with the request, a change that cannot be, a cancelled control, a failed check.
pub fn what_if(
    request: &wire::WhatIfRequest,
    limits: &Limits,
    control: &Control,
) -> Result<wire::WhatIfResponse, Refused> {
    let accepted = accept(request, limits)?;
    let Accepted { day, repriced, options } = &accepted;
    // Without a freeze time nothing has happened yet.
    let now = day.problem.freeze_time.unwrap_or(Time::MIN);
    let (mut session, _) = Session::open(day.problem.clone(), now)?;
    let card = repriced.as_ref().map(|(_, card)| card).or(day.rate_card.as_ref());
    let read = |number: usize, problem: &Problem| -> Result<Change, Refused> {
        let change = &request.changes[number];
        match (&change.change, repriced) {
            (Some(wire::change::Change::RateCard(_)), Some((like, _))) if number == 0 => {
                Ok(Change::Prices(Box::new(like.clone())))
            }
            _ => Ok(read_change(change, (problem, card), limits, number)?),
        }
    };
    let wishes = Wishes { keep_plan: false, changes_max: None };
    // Refused before anything is searched for.
    session.branch(request.changes.len(), read, now, wishes)?;
    if options.validate_only {
        return Ok(wire::WhatIfResponse::default());
    }
    let half = engine_options(options);
    let before = session.improve(&half, control, &mut |_| {})?;
    let (mut other, _) = session.branch(request.changes.len(), read, now, wishes)?;
    let after = other.improve(&half, control, &mut |_| {})?;
    let labels: Vec<String> = request.changes.iter().enumerate().map(label).collect();
    Ok(wire::WhatIfResponse {
        before: Some(solved(&before)),
        after: Some(solved(&after)),
        difference: Some(write_changes(&after.problem, &after.plan, &after.changes, &labels)),
    })
}

fn accept(request: &wire::WhatIfRequest, limits: &Limits) -> Result<Accepted, InvalidRequest> {
    let unset = wire::SolveOptions::default();
    let options = request.options.as_ref().unwrap_or(&unset);
    let report = Report::new(limits.violations_default);
    let options = read_options(options, limits, &report.field("options"));
    let changes_at = report.field("changes");
    if request.changes.is_empty() {
        changes_at.refuse(ViolationCode::Required, "at least one change is needed");
    }
    changes_at.at_most(request.changes.len(), limits.events);
    let basis_at = report.field("basis");
    let day = read_basis(request.basis.as_ref(), limits, &report, &basis_at);
    let repriced = repriced(request, limits, (&report, &changes_at));
    report.finish()?;
    let day = day.expect("a day that is not read has a violation");
    Ok(Accepted { day, repriced, options })
}

/// The day of the request read with the rate card that its first change is.
fn repriced(
    request: &wire::WhatIfRequest,
    limits: &Limits,
    (report, at): (&Report, &Field<'_>),
) -> Option<(Problem, wire::RateCard)> {
    let Some(wire::change::Change::RateCard(card)) = request.changes.first()?.change.as_ref() else {
        return None;
    };
    let Some(wire::plan_basis::Basis::Day(day)) = request.basis.as_ref()?.basis.as_ref() else { return None };
    let problem = wire::Problem { rate_card: Some(card.clone()), ..day.problem.clone()? };
    let entry = at.index(0);
    let read = read_under_way(&problem, limits, report, &entry)?;
    Some((read.problem, card.clone()))
}

fn engine_options(options: &SearchOptions) -> SolveOptions {
    SolveOptions {
        time_limit: Some(options.time_limit.max(Duration::from_millis(2)) / 2),
        iterations_max: options.iterations_max,
        seed: options.seed,
        threads: options.threads,
        gap_limit: (options.gap_limit > 0.0).then_some(options.gap_limit),
    }
}

fn solved(reply: &Reply) -> wire::SolveResponse {
    wire::SolveResponse {
        plan: Some(write_plan(&reply.problem, &reply.plan, &[])),
        statistics: reply.statistics.as_ref().map(write_statistics),
    }
}

/// What a change is called in the difference.
fn label((number, change): (usize, &wire::Change)) -> String {
    use wire::change::Change as Kind;
    match &change.change {
        Some(Kind::Event(event)) => event.id.clone(),
        Some(Kind::AddTechnician(technician)) => technician.id.clone(),
        Some(Kind::Visit(visit)) => visit.id.clone(),
        Some(Kind::RateCard(_)) | None => format!("change {}", number + 1),
    }
}
