//! `reassign`: what happened to a planned day, answered: the new plan, every change and what it pays for.

use std::io::{self, Write};

use anyhow::Context;
use journeyman_api::{Refused, reassign, wire, write_day};
use journeyman_engine::Control;

use crate::args::{PlanFormat, ReassignArgs};
use crate::failure::{Failure, Outcome};
use crate::files::{
    Origin, origins_of_basis, origins_of_flags, read_day, read_events, read_plan_file, refusal, write_message,
};
use crate::roads::KnownRoads;
use crate::{geojson, table};

/// Answers events.
pub(crate) fn run(arguments: &ReassignArgs) -> Result<Outcome, Failure> {
    let known = KnownRoads::of(&arguments.roads)?;
    let day = read_day(&arguments.day)?;
    let plan = read_plan_file(&arguments.plan)?;
    let mut request = read_events(&arguments.events)?;
    if request.basis.is_some() {
        let file = arguments.events.display();
        return Err(Failure::input(format!("{file}: basis: the day and its plan are files of their own")));
    }
    let planned = wire::PlannedDay { problem: day.problem, plan: Some(plan) };
    request.basis = Some(wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Day(planned)) });
    override_options(&mut request, arguments);

    let mut last = None;
    let answered = reassign(&request, &known.limits(), &Control::default(), &mut |reply, answer| {
        last = Some((std::sync::Arc::clone(&reply.problem), answer));
        true
    });
    answered.map_err(|refused| match refused {
        Refused::Invalid(invalid) => refusal(&arguments.events, &elsewhere(arguments), &invalid),
        Refused::Engine(error) => error.into(),
    })?;
    let Some((problem, answer)) = last else { return Ok(Outcome::Done) };
    let day = write_day(&problem).context("the day after the events").map_err(Failure::Internal)?;
    match arguments.format {
        PlanFormat::Table => {
            let mut out = io::stdout().lock();
            let plan = answer.plan.clone().unwrap_or_default();
            table::write_plan(&mut out, &day, &plan)?;
            writeln!(out)?;
            table::write_changes(&mut out, &day, &answer)?;
        }
        PlanFormat::Json => write_message(&answer)?,
        PlanFormat::Geojson => {
            let plan = answer.plan.unwrap_or_default();
            writeln!(io::stdout().lock(), "{}", geojson::features(&day, &plan, known.network()))?;
        }
    }
    Ok(Outcome::Done)
}

/// What of the request is not in the file of the events.
fn elsewhere(arguments: &ReassignArgs) -> Vec<Origin> {
    let mut origins = origins_of_basis(&arguments.day, &arguments.plan);
    origins.extend(origins_of_flags([
        ("improve_for", "--improve-for", arguments.improve_for.is_some()),
        ("changes_max", "--changes-max", arguments.changes_max.is_some()),
        ("resolve_savings.time_limit", "--resolve-savings", arguments.resolve_savings.is_some()),
        ("options.threads", "--threads", arguments.threads.is_some()),
    ]));
    origins
}

/// What the command line says counts, where it says something.
fn override_options(request: &mut wire::ReassignRequest, arguments: &ReassignArgs) {
    if let Some(improve_for) = arguments.improve_for {
        request.improve_for = Some(improve_for.into());
    }
    request.changes_max = arguments.changes_max.or(request.changes_max);
    if let Some(time_limit) = arguments.resolve_savings {
        request.resolve_savings.get_or_insert_default().time_limit = Some(time_limit.into());
    }
    let options = request.options.get_or_insert_default();
    options.threads = arguments.threads.or(options.threads);
    if let Some(seed) = arguments.seed {
        options.seed = seed;
    }
}
