//! A solve request: the day and how to search.

use std::time::Duration;

use journeyman_domain::Problem;

use crate::limits::Limits;
use crate::problem::read_problem;
use crate::violation::{Field, InvalidRequest, Report, ViolationCode};
use crate::wire;

/// A solve request that was accepted.
#[derive(Clone, PartialEq, Debug)]
pub struct AcceptedSolve {
    /// The day.
    pub problem: Problem,
    /// How to search.
    pub options: SearchOptions,
    /// What was dropped of a baseline plan that no longer fits the day.
    pub warnings: Vec<wire::Warning>,
}

/// How long and how hard to search, with the defaults filled in.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SearchOptions {
    /// Wall-clock limit, more than zero.
    pub time_limit: Duration,
    /// Iterations of the search; none: no limit.
    pub iterations_max: Option<u64>,
    /// Seed of the random choices.
    pub seed: u64,
    /// Threads, at least one.
    pub threads: usize,
    /// The gap at which to stop, 0 to 1.
    pub gap_limit: f64,
    /// Only the request was to be checked.
    pub validate_only: bool,
}

/// Reads a solve request.
///
/// # Errors
/// Everything that is wrong with it, up to the number of violations that it asks for.
pub fn accept_solve(request: &wire::SolveRequest, limits: &Limits) -> Result<AcceptedSolve, InvalidRequest> {
    let unset = wire::SolveOptions::default();
    let options = request.options.as_ref().unwrap_or(&unset);
    let asked = options.validation_errors_max.and_then(|max| usize::try_from(max).ok());
    let report = Report::new(asked.unwrap_or(limits.violations_default).clamp(1, limits.violations));
    report.field("request_id").short_enough(&request.request_id, limits.text_bytes);
    let options = read_options(options, limits, &report.field("options"));
    let problem_at = report.field("problem");
    let accepted = match &request.problem {
        Some(problem) => read_problem(problem, limits, &report, &problem_at),
        None => {
            problem_at.refuse(ViolationCode::Required, "needed");
            None
        }
    };
    report.finish()?;
    let accepted = accepted.expect("a problem that is not read has a violation");
    let warnings = accepted.warnings();
    Ok(AcceptedSolve { problem: accepted.problem, options, warnings })
}

pub(crate) fn read_options(options: &wire::SolveOptions, limits: &Limits, at: &Field<'_>) -> SearchOptions {
    let number = |name, given: Option<i64>, max: usize| -> Option<usize> {
        let max = i64::try_from(max).unwrap_or(i64::MAX);
        usize::try_from(at.field(name).within(given?, 1, max)?).ok()
    };
    number("validation_errors_max", options.validation_errors_max.map(i64::from), limits.violations);
    let iterations = number("iterations_max", options.iterations_max, usize::MAX);
    let gap_limit = options.gap_limit.unwrap_or(0.0);
    if !(0.0..=1.0).contains(&gap_limit) {
        at.field("gap_limit").refuse(ViolationCode::OutOfRange, format_args!("{gap_limit} is not in 0 to 1"));
    }
    SearchOptions {
        time_limit: options.time_limit.map_or(limits.solve_time_default, |limit| {
            read_time_limit(limit, limits, &at.field("time_limit"))
        }),
        iterations_max: iterations.and_then(|max| u64::try_from(max).ok()),
        seed: options.seed,
        threads: number("threads", options.threads.map(i64::from), limits.threads).unwrap_or(1),
        gap_limit,
        validate_only: options.validate_only,
    }
}

/// Unlike durations of the day, a limit of search time may have fractions of a second.
fn read_time_limit(limit: wire::Duration, limits: &Limits, at: &Field<'_>) -> Duration {
    let nanos = u32::try_from(limit.nanos).ok().filter(|nanos| *nanos < 1_000_000_000);
    let seconds = u64::try_from(limit.seconds).ok();
    let given = seconds.zip(nanos).map(|(seconds, nanos)| Duration::new(seconds, nanos));
    given.filter(|given| !given.is_zero() && *given <= limits.solve_time).unwrap_or_else(|| {
        let fraction = if limit.nanos == 0 { String::new() } else { format!(" and {} ns", limit.nanos) };
        let max = limits.solve_time.as_secs();
        at.refuse(
            ViolationCode::OutOfRange,
            format_args!("{} s{fraction} is not in (0, {max}] s", limit.seconds),
        );
        limits.solve_time_default
    })
}
