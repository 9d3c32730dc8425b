//! A day from a city's permit file: real places, days and kinds of work; people and hours are drawn.
//!
//! Rows issued by the day are ISSUED; later ones were FILED on it with that date expected, so they wait.

mod day;
mod rows;
mod trade;

use std::io::Read;

use jiff::ToSpan;
use jiff::civil::Date;
use rand::seq::SliceRandom;

use crate::calendar::{Calendar, CalendarError};
use crate::draw::generator;
use crate::reference_day::{TECHNICIANS_MAX, VISITS_MAX};
use crate::scenario::Scenario;

pub use rows::open;

/// Visits drawn for each technician where no number is given.
pub const VISITS_PER_TECHNICIAN: usize = 8;
/// Rows from this many days before the day to this many after it are drawn from.
const DAYS_BEFORE: i64 = 14;
const DAYS_AFTER: i64 = 30;
const TIME_ZONE: &str = "America/Chicago";

/// What to import.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ImportOptions {
    /// The day to plan.
    pub date: Date,
    /// People to draw.
    pub technicians: usize,
    /// Rows to draw; absent: [`VISITS_PER_TECHNICIAN`] for each technician.
    pub visits: Option<usize>,
    /// Same seed, same day.
    pub seed: u64,
}

/// A permit file that gives no day.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Not readable as CSV with the columns of the city's permit file.
    #[error("line {line}: {reason}")]
    Row {
        /// Line of the file, from 1; 0 where it is unknown.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// Nothing was issued around the day.
    #[error("no permit was issued from {first} to {last}")]
    NoRows {
        /// First day looked at.
        first: Date,
        /// Last day looked at.
        last: Date,
    },
    /// More than the house plans for.
    #[error("{count} {what}; at most {limit}")]
    TooMany {
        /// What was counted.
        what: &'static str,
        /// How many.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// The day cannot be planned.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

/// Draws a day from a permit file (CSV with the columns of the Austin file, not compressed).
///
/// # Errors
/// [`ImportError`] when the file cannot be read, a row is damaged, or no row lies near the day.
pub fn import_permits(csv: impl Read, options: &ImportOptions) -> Result<Scenario, ImportError> {
    let ImportOptions { date, technicians, visits, seed } = *options;
    let wanted = visits.unwrap_or(technicians.saturating_mul(VISITS_PER_TECHNICIAN));
    for (what, count, limit) in
        [("technicians", technicians, TECHNICIANS_MAX), ("visits", wanted, VISITS_MAX)]
    {
        if count > limit {
            return Err(ImportError::TooMany { what, count, limit });
        }
    }
    let calendar = Calendar::new(date, TIME_ZONE)?;
    let (first, last) = (date - DAYS_BEFORE.days(), date + DAYS_AFTER.days());
    let near = rows::read(csv, first, last)?;
    if near.is_empty() {
        return Err(ImportError::NoRows { first, last });
    }
    let found = near.len();

    let mut rng = generator(seed);
    let mut order: Vec<usize> = (0..near.len()).collect();
    order.shuffle(&mut rng);
    order.truncate(wanted);
    // In the order of the file, so that a reader finds the rows again.
    order.sort_unstable();
    let drawn: Vec<&rows::PermitRow> = order.iter().map(|&k| &near[k]).collect();

    let mut notes = vec![format!(
        "{} rows drawn by seed {seed} from the {found} issued from {first} to {last} and neither void nor withdrawn",
        drawn.len()
    )];
    if drawn.len() < wanted {
        notes.push(format!("{wanted} rows were asked for; the file holds no more near the day"));
    }
    let problem = day::problem(&drawn, &near, technicians, &calendar, &mut rng, &mut notes);
    Ok(Scenario { problem, notes })
}
