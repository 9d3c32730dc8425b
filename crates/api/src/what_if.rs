//! What a plan would be if something were different: both plans side by side, each searched for as long.

use std::time::Duration;

use journeyman_board::Snapshot;
use journeyman_domain::{Problem, Time};
use journeyman_engine::{Change, Control, EngineError, Reply, Session, SolveOptions, Wishes};

use crate::boards::{BoardRefused, Registry};
use crate::limits::Limits;
use crate::problem::{read_change, read_under_way};
use crate::reassign::Refused;
use crate::request::{SearchOptions, read_options};
use crate::scheduler::write_statistics;
use crate::under_way::{DayUnderWay, read_basis};
use crate::violation::{Field, InvalidRequest, Report, ViolationCode};
use crate::{wire, write_changes, write_plan};

/// What the changes are made to.
struct Start {
    session: Session,
    /// What lies before this has happened.
    now: Time,
    wishes: Wishes,
    /// The prices that visits are read with.
    card: Option<wire::RateCard>,
    /// The same day at other prices.
    repriced: Option<Problem>,
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
    let report = Report::new(limits.violations_default);
    let options = accept(request, limits, &report);
    let day = read_basis(request.basis.as_ref(), limits, &report, &report.field("basis"));
    let repriced = repriced(request, limits, (&report, &report.field("changes")));
    report.finish()?;
    let DayUnderWay { problem, rate_card, .. } = day.expect("a day that is not read has a violation");
    // Without a freeze time nothing has happened yet.
    let now = problem.freeze_time.unwrap_or(Time::MIN);
    let (session, _) = Session::open(problem, now)?;
    let wishes = Wishes { keep_plan: false, changes_max: None };
    let (repriced, card) = repriced.map_or((None, rate_card), |(day, card)| (Some(day), Some(card)));
    Start { session, now, wishes, card, repriced }.compare(request, &options, limits, control)
}

/// The same of a board, which is left alone. Its plan is where the search starts, and its customers were told of it.
///
/// # Errors
/// As for [`what_if`], and a board that is elsewhere.
pub(crate) fn what_if_on_board(
    request: &wire::WhatIfRequest,
    (board, boards): (&wire::BoardRevision, &Registry),
    limits: &Limits,
    control: &Control,
) -> Result<wire::WhatIfResponse, BoardRefused> {
    let report = Report::new(limits.violations_default);
    let options = accept(request, limits, &report);
    let changes_at = report.field("changes");
    for (number, change) in request.changes.iter().enumerate() {
        if matches!(change.change, Some(wire::change::Change::RateCard(_))) {
            let text = "a board keeps its prices, not the days of its card; give the `day`";
            changes_at.index(number).field("rate_card").refuse(ViolationCode::Unimplemented, text);
        }
    }
    report.finish()?;
    let (kept, Snapshot { session, .. }) = boards.at(board)?;
    let (now, wishes) = (session.now(), Wishes::default());
    // Compared with what the board would be without more events, whatever the last ones asked for.
    let none = |_: usize, _: &Problem| -> Result<Change, BoardRefused> { unreachable!("no change is read") };
    let (session, _) = session.branch(0, none, now, wishes)?;
    let card = kept.rate_card.clone();
    Start { session, now, wishes, card, repriced: None }.compare(request, &options, limits, control)
}

fn accept(request: &wire::WhatIfRequest, limits: &Limits, report: &Report) -> SearchOptions {
    let unset = wire::SolveOptions::default();
    let options = request.options.as_ref().unwrap_or(&unset);
    let changes_at = report.field("changes");
    if request.changes.is_empty() {
        changes_at.refuse(ViolationCode::Required, "at least one change is needed");
    }
    changes_at.at_most(request.changes.len(), limits.events);
    read_options(options, limits, &report.field("options"))
}

impl Start {
    fn compare<E: From<EngineError> + From<InvalidRequest>>(
        mut self,
        request: &wire::WhatIfRequest,
        options: &SearchOptions,
        limits: &Limits,
        control: &Control,
    ) -> Result<wire::WhatIfResponse, E> {
        let (card, repriced) = (self.card.as_ref(), self.repriced.as_ref());
        let read = |number: usize, problem: &Problem| -> Result<Change, E> {
            let change = &request.changes[number];
            match (&change.change, repriced) {
                (Some(wire::change::Change::RateCard(_)), Some(like)) if number == 0 => {
                    Ok(Change::Prices(Box::new(like.clone())))
                }
                _ => Ok(read_change(change, (problem, card), limits, number)?),
            }
        };
        let count = request.changes.len();
        // Refused before anything is searched for.
        self.session.branch(count, read, self.now, self.wishes)?;
        if options.validate_only {
            return Ok(wire::WhatIfResponse::default());
        }
        let half = engine_options(options);
        let before = self.session.improve(&half, control, &mut |_| {})?;
        let (mut other, _) = self.session.branch(count, read, self.now, self.wishes)?;
        let after = other.improve(&half, control, &mut |_| {})?;
        let labels: Vec<String> = request.changes.iter().enumerate().map(label).collect();
        Ok(wire::WhatIfResponse {
            before: Some(solved(&before)),
            after: Some(solved(&after)),
            difference: Some(write_changes(&after.problem, &after.plan, &after.changes, &labels)),
        })
    }
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
