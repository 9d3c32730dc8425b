//! `generate` and `import permits`: a day on stdout, what was drawn or assumed on stderr.

use std::io::{self, Write};

use journeyman_api::{wire, write_day};
use journeyman_sim::Scenario;
use journeyman_sim::permits::{self, ImportOptions};
use journeyman_sim::plain_day::{PlainDay, PlainDayError};
use journeyman_sim::reference_day::{ReferenceDayError, reference_day};

use crate::args::{DayArgs, PermitArgs};
use crate::failure::{Failure, Outcome, tell};
use crate::files::write_message;

/// Writes the reference day.
pub(crate) fn generate_day(arguments: &DayArgs) -> Result<Outcome, Failure> {
    let DayArgs { technicians, visits, seed, place } = *arguments;
    let scenario = reference_day(technicians, visits, seed, place).map_err(|error| match error {
        ReferenceDayError::TooManyTechnicians { .. } | ReferenceDayError::TooManyVisits { .. } => {
            Failure::input(error)
        }
        ReferenceDayError::Calendar(_) => Failure::Internal(error.into()),
    })?;
    write(&scenario)
}

/// Writes a plain day.
pub(crate) fn generate_plain_day(arguments: &DayArgs) -> Result<Outcome, Failure> {
    let DayArgs { technicians, visits, seed, place } = *arguments;
    let day = PlainDay::drawn(technicians, visits, seed, place).map_err(|error| match error {
        PlainDayError::Drawing(ReferenceDayError::Calendar(_)) => Failure::Internal(error.into()),
        error => Failure::input(error),
    })?;
    let text = serde_json::to_string(&day).map_err(|error| Failure::Internal(error.into()))?;
    writeln!(io::stdout().lock(), "{text}")?;
    Ok(Outcome::Done)
}

/// Writes a day made of a permit file.
pub(crate) fn import_permits(arguments: &PermitArgs) -> Result<Outcome, Failure> {
    let PermitArgs { csv, date, technicians, visits, seed } = arguments;
    let options = ImportOptions { date: *date, technicians: *technicians, visits: *visits, seed: *seed };
    let in_file = |error: anyhow::Error| Failure::Input(error.context(csv.display().to_string()));
    let rows = permits::open(csv).map_err(|error| in_file(error.into()))?;
    let scenario = permits::import_permits(rows, &options).map_err(|error| in_file(error.into()))?;
    write(&scenario)
}

fn write(scenario: &Scenario) -> Result<Outcome, Failure> {
    let problem = write_day(&scenario.problem).map_err(|error| Failure::Internal(error.into()))?;
    write_message(&wire::SolveRequest { problem: Some(problem), ..wire::SolveRequest::default() })?;
    for note in &scenario.notes {
        tell(note);
    }
    Ok(Outcome::Done)
}
