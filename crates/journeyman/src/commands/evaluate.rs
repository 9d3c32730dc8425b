//! `evaluate`: anybody's plan of a day: what it breaks, what it costs, and where it is tight.

use std::io::{self, Write};

use journeyman_api::wire;
use journeyman_api::{accept_evaluation, write_evaluation};

use crate::args::{AnswerFormat, EvaluateArgs};
use crate::failure::{Failure, Outcome};
use crate::files::{read_day, read_plan_file, refusal, write_message};
use crate::roads;
use crate::table::{plain_table, right_align, span, write_costs, write_table};

/// Visits shown that may slip least; the JSON form has all of them.
const SLACKS_SHOWN: usize = 10;

/// Judges a plan.
pub(crate) fn run(arguments: &EvaluateArgs) -> Result<Outcome, Failure> {
    let day = read_day(&arguments.day)?;
    let plan = read_plan_file(&arguments.plan)?;
    let request = wire::EvaluatePlanRequest { problem: day.problem, plan: Some(plan) };
    let of_day = [("problem", format!("{}: problem", arguments.day.display()))];
    let accepted = accept_evaluation(&request, &roads::limits(&arguments.roads)?)
        .map_err(|invalid| refusal(&arguments.plan, &of_day, &invalid))?;
    let found = journeyman_engine::evaluate(&accepted.problem, &accepted.plan)?;
    let answer = write_evaluation(&accepted, &found);
    match arguments.format {
        AnswerFormat::Json => write_message(&answer)?,
        AnswerFormat::Text => write_judgment(&mut io::stdout().lock(), &answer)?,
    }
    Ok(if answer.feasible { Outcome::Done } else { Outcome::Violations })
}

fn write_judgment(out: &mut dyn Write, answer: &wire::EvaluatePlanResponse) -> io::Result<()> {
    if answer.feasible {
        writeln!(out, "the plan keeps every rule")?;
    } else {
        writeln!(out, "the plan breaks {} rules:", answer.violations.len())?;
        for violation in &answer.violations {
            writeln!(out, "  {}: {}{}", violation.code, place(violation), violation.text)?;
        }
    }
    let metrics = answer.metrics.unwrap_or_default();
    writeln!(
        out,
        "\nserved     {} visits by {} shifts, {} left out, {} of them mandatory",
        metrics.visits_planned, metrics.shifts_used, metrics.visits_unassigned, metrics.mandatory_unserved,
    )?;
    write_costs(out, &metrics, &answer.cost.unwrap_or_default())?;
    write_slacks(out, &answer.slacks)
}

fn place(violation: &wire::PlanViolation) -> String {
    let named = [("shift", &violation.shift_id), ("visit", &violation.visit_id)];
    named.iter().filter(|(_, id)| !id.is_empty()).map(|(noun, id)| format!("{noun} {id}: ")).collect()
}

/// The tightest visits first.
fn write_slacks(out: &mut dyn Write, slacks: &[wire::VisitSlack]) -> io::Result<()> {
    if slacks.is_empty() {
        return Ok(());
    }
    let seconds = |given: Option<wire::Duration>| given.map_or(i64::MAX, |span| span.seconds);
    let mut tightest: Vec<&wire::VisitSlack> = slacks.iter().collect();
    tightest.sort_by_key(|slack| (seconds(slack.promise_slack).min(seconds(slack.slack)), &slack.visit_id));
    writeln!(out, "\ntightest visits: how much later each could start")?;
    let mut table = plain_table();
    table.set_header(["", "visit", "nothing broken", "promises kept"]);
    for slack in tightest.into_iter().take(SLACKS_SHOWN) {
        let promise = slack.promise_slack.map_or_else(|| "-".to_owned(), |kept| span(Some(kept)));
        table.add_row([String::new(), slack.visit_id.clone(), span(slack.slack), promise]);
    }
    right_align(&mut table, &[2, 3]);
    write_table(out, &table)?;
    match slacks.len().saturating_sub(SLACKS_SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more"),
    }
}
