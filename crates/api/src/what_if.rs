//! What a plan would be if something were different: both plans side by side, each searched for as long.

use std::time::Duration;

use journeyman_board::Snapshot;
use journeyman_domain::{Problem, Time};
use journeyman_engine::{Change, Control, EngineError, Reply, Session, SolveOptions, Wishes};

use crate::boards::{BoardRefused, Registry};
use crate::limits::Limits;
use crate::plan::write::cost_by_term;
use crate::problem::{read_change, read_other_prices};
use crate::reassign::Refused;
use crate::request::{SearchOptions, read_options};
use crate::scheduler::write_statistics;
use crate::under_way::{DayUnderWay, read_basis};
use crate::violation::{InvalidRequest, Report, ViolationCode};
use crate::{wire, write_changes, write_plan};

/// What the changes are made to.
struct Start {
    session: Session,
    /// What lies before this has happened.
    now: Time,
    wishes: Wishes,
    /// The prices that visits are read with.
    card: Option<wire::RateCard>,
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
    report.finish()?;
    let DayUnderWay { problem, rate_card, .. } = day.expect("a day that is not read has a violation");
    // Without a freeze time nothing has happened yet.
    let now = problem.freeze_time.unwrap_or(Time::MIN);
    let (session, _) = Session::open(problem, now)?;
    let wishes = Wishes { keep_plan: false, changes_max: None };
    Start { session, now, wishes, card: rate_card }.compare(request, &options, limits, control)
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
    report.finish()?;
    let (kept, Snapshot { session, .. }) = boards.at(board)?;
    let (now, wishes) = (session.now(), Wishes::default());
    // Compared with what the board would be without more events, whatever the last ones asked for.
    let none = |_: usize, _: &Problem| -> Result<Change, BoardRefused> { unreachable!("no change is read") };
    let (session, _) = session.branch(0, none, now, wishes)?;
    let card = kept.papers.rate_card.clone();
    Start { session, now, wishes, card }.compare(request, &options, limits, control)
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
        let new_card = other_card(request);
        // What comes after other prices is read with them.
        let card = new_card.or(self.card.as_ref());
        let read = |number: usize, problem: &Problem| -> Result<Change, E> {
            match new_card {
                Some(new) if number == 0 => {
                    Ok(Change::Prices(Box::new(read_other_prices(new, problem, limits)?)))
                }
                _ => Ok(read_change(&request.changes[number], (problem, card), limits, number)?),
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
        // The plan as it is at other prices: what they alone are worth, before anything is planned otherwise.
        let mut repriced = None;
        if let Some(new) = new_card {
            let cost = self.session.cost_at(&read_other_prices(new, self.session.problem(), limits)?);
            repriced = Some(cost_by_term(|term| cost.get(term)));
        }
        let labels: Vec<String> = request.changes.iter().enumerate().map(label).collect();
        Ok(wire::WhatIfResponse {
            before: Some(solved(&before)),
            after: Some(solved(&after)),
            difference: Some(write_changes(&after.problem, &after.plan, &after.changes, &labels)),
            repriced_cost: repriced,
        })
    }
}

/// The rate card that the first change is.
fn other_card(request: &wire::WhatIfRequest) -> Option<&wire::RateCard> {
    match request.changes.first()?.change.as_ref()? {
        wire::change::Change::RateCard(card) => Some(card),
        _ => None,
    }
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
