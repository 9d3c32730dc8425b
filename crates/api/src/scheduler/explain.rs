//! `Explain`: the question read, the recipe asked, the answer in the contract's words.

use std::sync::Arc;

use journeyman_domain::{Cost, Ineligibility, Refusal, Stop, VisitId};
use journeyman_engine::{ExplainOptions, Reply, explain};
use journeyman_plan::{
    DropReason, Dropped, Explanation, GivenPlan, Slot, Standing, dropped_line, relaxation_line,
};
use tonic::Status;

use super::config::SchedulerConfig;
use super::status::{engine_status, invalid_status};
use crate::boards::{BoardRefused, Registry};
use crate::day::Words;
use crate::limits::Limits;
use crate::plan::difference::write_slot;
use crate::plan::reason::write_reason;
use crate::plan::write::{write_proof, write_unassigned};
use crate::planned_day::{PlannedDay, read_basis};
use crate::violation::{InvalidRequest, Report, ViolationCode};
use crate::wire;

/// A question that was accepted.
#[derive(Clone, PartialEq, Debug)]
pub struct AcceptedExplain {
    /// The day and its plan.
    pub day: PlannedDay,
    /// The visit asked about.
    pub visit: VisitId,
    /// How much to tell.
    pub options: ExplainOptions,
}

/// Most alternatives and relaxations that may be asked for.
const ALTERNATIVES_MAX: i64 = 100;

/// Reads the question.
///
/// # Errors
/// Everything that is wrong with it, besides the plan: that may be anything.
pub fn accept_explain(
    request: &wire::ExplainRequest,
    limits: &Limits,
) -> Result<AcceptedExplain, InvalidRequest> {
    let report = Report::new(limits.violations_default);
    let day = read_basis(request.basis.as_ref(), limits, &report, &report.field("basis"));
    let asked = read_question(request, day.as_ref(), &report);
    report.finish()?;
    let (day, (visit, options)) = day.zip(asked).expect("a question that is not read has a violation");
    Ok(AcceptedExplain { day, visit, options })
}

fn read_question(
    request: &wire::ExplainRequest,
    day: Option<&PlannedDay>,
    report: &Report,
) -> Option<(VisitId, ExplainOptions)> {
    let mut options = ExplainOptions::default();
    if let Some(most) = request.alternatives_max {
        let inside = report.field("alternatives_max").within(i64::from(most), 1, ALTERNATIVES_MAX);
        options.alternatives_max = inside.and_then(|most| usize::try_from(most).ok()).unwrap_or(1);
    }
    Some((find_visit(request, day, report)?, options))
}

fn find_visit(request: &wire::ExplainRequest, day: Option<&PlannedDay>, report: &Report) -> Option<VisitId> {
    let at = report.field("visit_id");
    if request.visit_id.is_empty() {
        at.refuse(ViolationCode::Required, "needed, the id of a visit");
        return None;
    }
    let problem = &day?.problem;
    let found = problem.visit_ids().find(|&id| problem.visit(id).label == request.visit_id);
    if found.is_none() {
        at.refuse(ViolationCode::UnknownId, "the day has no visit with this id");
    }
    found
}

/// The answer in the contract's words.
pub fn write_explanation(day: &PlannedDay, told: &Explanation) -> wire::ExplainResponse {
    let say = Words { problem: &day.problem };
    let (subject, license_proof, saving_micros) = match &told.standing {
        Standing::Served { slot, window, license, saving } => (
            wire::explain_response::Subject::Assigned(write_slot(&say, *slot, window.as_ref())),
            license.as_ref().map(|proof| write_proof(&say, proof)),
            saving.map(Cost::micros),
        ),
        Standing::LeftOut(left_out) => {
            (wire::explain_response::Subject::Unassigned(write_unassigned(&say, left_out)), None, None)
        }
    };
    let alternatives = told.alternatives.iter().map(|other| {
        let Slot { shift, start } = other.slot;
        wire::Alternative {
            technician_id: day.problem.technician_of(shift).label.clone(),
            shift_id: day.problem.shift(shift).label.clone(),
            start_time: Some(say.instant(start)),
            extra_cost_micros: other.extra_cost.micros(),
            basis: wire::PriceBasis::Insertion.into(),
        }
    });
    let relaxations = told.relaxations.iter().map(|relaxation| wire::Relaxation {
        reason: Some(write_reason(&say, told.visit, &relaxation.refusal)),
        relaxation: relaxation_line(&day.problem, relaxation),
        extra_cost_micros: relaxation.extra_cost.micros(),
        slot: Some(write_slot(&say, relaxation.slot, None)),
    });
    let foreign = day.foreign.iter().map(|foreign| wire::Repair {
        visit_id: foreign.visit_id.clone(),
        shift_id: foreign.shift_id.clone(),
        reason: None,
        text: foreign.text.clone(),
    });
    let dropped = told.dropped.iter().map(|dropped| write_dropped(&say, dropped));
    wire::ExplainResponse {
        subject: Some(subject),
        license_proof,
        reasons: told.refusals.iter().map(|refusal| write_reason(&say, told.visit, refusal)).collect(),
        alternatives: alternatives.collect(),
        relaxations: relaxations.collect(),
        repairs: foreign.chain(dropped).collect(),
        saving_micros,
    }
}

fn write_dropped(say: &Words<'_>, dropped: &Dropped) -> wire::Repair {
    let visit = match dropped.stop {
        Stop::Visit(visit) => Some(visit),
        Stop::Pickup(_) => None,
    };
    let forbidden = |visit: VisitId, reason: Ineligibility| {
        write_reason(say, visit, &Refusal::Ineligible(dropped.shift, reason))
    };
    let rule = match dropped.why {
        DropReason::Forbidden(reason) => Some(reason),
        DropReason::AlreadyServed | DropReason::DoesNotFit => None,
    };
    wire::Repair {
        visit_id: visit.map(|visit| say.problem.visit(visit).label.clone()).unwrap_or_default(),
        shift_id: say.problem.shift(dropped.shift).label.clone(),
        reason: visit.zip(rule).map(|(visit, reason)| forbidden(visit, reason)),
        text: dropped_line(say.problem, dropped),
    }
}

/// The whole call; runs on a worker's thread.
pub(crate) fn answer(
    request: &wire::ExplainRequest,
    boards: &Registry,
    config: &SchedulerConfig,
) -> Result<wire::ExplainResponse, Status> {
    let accepted = match request.basis.as_ref().and_then(|basis| basis.basis.as_ref()) {
        Some(wire::plan_basis::Basis::Board(board)) => {
            on_board(request, board, boards, config).map_err(|refused| refused.status())?
        }
        _ => accept_explain(request, &config.limits).map_err(|invalid| {
            tracing::info!(%invalid, "request refused");
            invalid_status(&invalid)
        })?,
    };
    let AcceptedExplain { day, visit, options } = &accepted;
    let told = explain(&day.problem, &day.plan.sequences(), *visit, options);
    told.map(|told| write_explanation(day, &told)).map_err(|error| engine_status(&error))
}

/// A question about the plan that a board has in force.
fn on_board(
    request: &wire::ExplainRequest,
    board: &wire::BoardRevision,
    boards: &Registry,
    config: &SchedulerConfig,
) -> Result<AcceptedExplain, BoardRefused> {
    let (_, snapshot) = boards.at(board)?;
    let Reply { problem, plan, .. } = snapshot.session.standing();
    let day = PlannedDay {
        problem: Arc::unwrap_or_clone(problem),
        plan: GivenPlan::ordered(&plan),
        foreign: Vec::new(),
    };
    let report = Report::new(config.limits.violations_default);
    let asked = read_question(request, Some(&day), &report);
    report.finish()?;
    let (visit, options) = asked.expect("a question that is not read has a violation");
    Ok(AcceptedExplain { day, visit, options })
}
