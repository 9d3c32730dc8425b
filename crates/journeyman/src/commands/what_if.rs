//! `what-if`: what a plan would be if something were different: both costs term by term, the visits that differ.

use std::io;

use journeyman_api::{Refused, what_if, wire};
use journeyman_engine::Control;

use crate::args::{ReplyFormat, WhatIfArgs};
use crate::failure::{Failure, Outcome};
use crate::files::{
    origins_of_basis, origins_of_flags, read_changes, read_day, read_plan_file, refusal, write_message,
};
use crate::roads;
use crate::table;

/// Answers a question.
pub(crate) fn run(arguments: &WhatIfArgs) -> Result<Outcome, Failure> {
    let day = read_day(&arguments.day)?;
    let plan = read_plan_file(&arguments.plan)?;
    let mut request = read_changes(&arguments.changes)?;
    if request.basis.is_some() {
        let file = arguments.changes.display();
        return Err(Failure::input(format!("{file}: basis: the day and its plan are files of their own")));
    }
    let problem = day.problem.unwrap_or_default();
    let planned = wire::PlannedDay { problem: Some(problem.clone()), plan: Some(plan) };
    request.basis = Some(wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Day(planned)) });
    let options = request.options.get_or_insert_default();
    if let Some(limit) = arguments.time_limit {
        options.time_limit = Some(limit.into());
    }
    options.threads = arguments.threads.or(options.threads);
    if let Some(seed) = arguments.seed {
        options.seed = seed;
    }
    let mut elsewhere = origins_of_basis(&arguments.day, &arguments.plan);
    elsewhere.extend(origins_of_flags([
        ("options.time_limit", "--time-limit", arguments.time_limit.is_some()),
        ("options.threads", "--threads", arguments.threads.is_some()),
    ]));
    let answer =
        what_if(&request, &roads::limits(&arguments.roads)?, &Control::default()).map_err(|refused| {
            match refused {
                Refused::Invalid(invalid) => refusal(&arguments.changes, &elsewhere, &invalid),
                Refused::Engine(error) => error.into(),
            }
        })?;
    match arguments.format {
        ReplyFormat::Table => table::write_comparison(&mut io::stdout().lock(), &problem, &answer)?,
        ReplyFormat::Json => write_message(&answer)?,
    }
    Ok(Outcome::Done)
}
