//! `EvaluatePlan`: anybody's plan read, judged, and what was found in the contract's words.

use journeyman_engine::{Evaluation, evaluate};
use tonic::Status;

use super::config::SchedulerConfig;
use super::status::{engine_status, invalid_status};
use crate::day::span;
use crate::limits::Limits;
use crate::plan::write::{write_cost, write_numbers};
use crate::planned_day::{PlannedDay, read_planned_day};
use crate::violation::{InvalidRequest, Report};
use crate::wire;

/// The code of a violation that is an id unknown to the day.
const UNKNOWN_ID: &str = "UNKNOWN_ID";

/// The code of a route without times that can have none.
const NO_SCHEDULE: &str = "NO_SCHEDULE";

/// Reads a day and anybody's plan of it.
///
/// # Errors
/// Everything that is wrong with the day, and what of the plan cannot be read at all.
pub fn accept_evaluation(
    request: &wire::EvaluatePlanRequest,
    limits: &Limits,
) -> Result<PlannedDay, InvalidRequest> {
    let report = Report::new(limits.violations_default);
    let given = (request.problem.as_ref(), request.plan.as_ref());
    let day = read_planned_day(given, limits, &report, (&report.field("problem"), &report.field("plan")));
    report.finish()?;
    Ok(day.expect("a plan that is not read has a violation"))
}

/// What was found, in the contract's words.
pub fn write_evaluation(day: &PlannedDay, found: &Evaluation) -> wire::EvaluatePlanResponse {
    let foreign = day.foreign.iter().map(|foreign| wire::PlanViolation {
        code: UNKNOWN_ID.to_owned(),
        shift_id: foreign.shift_id.clone(),
        visit_id: foreign.visit_id.clone(),
        text: foreign.text.clone(),
    });
    let broken = found.violations.iter().map(|violation| wire::PlanViolation {
        code: violation.breach.code(),
        shift_id: violation.shift.clone().unwrap_or_default(),
        visit_id: violation.visit.clone().unwrap_or_default(),
        text: violation.breach.to_string(),
    });
    let no_schedule = found.no_schedule.iter().map(|&shift| wire::PlanViolation {
        code: NO_SCHEDULE.to_owned(),
        shift_id: day.problem.shift(shift).label.clone(),
        visit_id: String::new(),
        text: "in this order its stops have no times inside all windows, with the breaks, in the shift"
            .to_owned(),
    });
    let violations: Vec<wire::PlanViolation> = foreign.chain(no_schedule).chain(broken).collect();
    let feasible = violations.is_empty();
    let slacks = found.slacks.iter().filter(|_| feasible).map(|slack| wire::VisitSlack {
        visit_id: day.problem.visit(slack.visit).label.clone(),
        slack: Some(span(slack.slack)),
        promise_slack: slack.promise_slack.map(span),
    });
    wire::EvaluatePlanResponse {
        feasible,
        slacks: slacks.collect(),
        violations,
        cost: Some(write_cost(&found.cost)),
        metrics: Some(write_numbers(&found.metrics, found.mandatory_unserved)),
    }
}

/// The whole call; runs on a worker's thread.
pub(crate) fn answer(
    request: &wire::EvaluatePlanRequest,
    config: &SchedulerConfig,
) -> Result<wire::EvaluatePlanResponse, Status> {
    let day = accept_evaluation(request, &config.limits).map_err(|invalid| {
        tracing::info!(%invalid, "request refused");
        invalid_status(&invalid)
    })?;
    let found = evaluate(&day.problem, &day.plan);
    found.map(|found| write_evaluation(&day, &found)).map_err(|error| engine_status(&error))
}
