//! `check`: a plan file judged against its day file by the independent checker.

use std::io::{self, Write};

use journeyman_api::read_plan;
use journeyman_travel::Travel;

use crate::args::CheckArgs;
use crate::failure::{Failure, Outcome};
use crate::files::{accept_day, read_day, read_plan_file, refusal};
use crate::roads;

/// Prints every violation, a line each.
pub(crate) fn run(arguments: &CheckArgs) -> Result<Outcome, Failure> {
    let limits = roads::limits(&arguments.roads)?;
    let request = read_day(&arguments.day)?;
    let accepted = accept_day((&arguments.day, &[]), &request, &limits)?;
    let written = read_plan_file(&arguments.plan)?;
    let plan = read_plan(&accepted.problem, &written, &limits)
        .map_err(|invalid| refusal(&arguments.plan, &[], &invalid))?;
    let travel = Travel::build(&accepted.problem).map_err(|error| {
        Failure::Input(anyhow::Error::new(error).context(arguments.day.display().to_string()))
    })?;
    let violations = journeyman_checker::check(&accepted.problem, &travel, &plan);
    let mut out = io::stdout().lock();
    for violation in &violations {
        writeln!(out, "{violation}")?;
    }
    if violations.is_empty() {
        let visits = accepted.problem.visits.len() - plan.unassigned.len();
        writeln!(out, "no violations: {visits} visits served, cost ${}", plan.cost.total())?;
        return Ok(Outcome::Done);
    }
    Ok(Outcome::Violations)
}
