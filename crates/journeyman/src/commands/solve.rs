//! `solve`: a day file planned in this process; tables, the plan file or a map on stdout.

use std::io::{self, Write};

use journeyman_api::{wire, write_bound, write_plan};
use journeyman_engine::{Control, Progress, SolveOptions};

use crate::args::{PlanFormat, SolveArgs};
use crate::failure::{Failure, Outcome, tell};
use crate::files::{accept_day, read_day, write_message};
use crate::progress::SolveBar;
use crate::table::{bound_line, dollars};
use crate::{geojson, table};

/// Plans a day.
pub(crate) fn run(arguments: &SolveArgs) -> Result<Outcome, Failure> {
    let mut request = read_day(&arguments.day)?;
    override_options(request.options.get_or_insert_default(), arguments);
    let accepted = accept_day(&arguments.day, &request)?;
    if accepted.options.validate_only {
        tell("the day keeps the contract; it asks not to be planned (validateOnly)");
        return Ok(Outcome::Done);
    }
    let options = SolveOptions {
        time_limit: Some(accepted.options.time_limit),
        iterations_max: accepted.options.iterations_max,
        seed: accepted.options.seed,
        threads: accepted.options.threads,
        gap_limit: Some(accepted.options.gap_limit),
    };
    let bar = SolveBar::new(accepted.options.time_limit, arguments.quiet);
    let mut observer = |progress: Progress| bar.show(progress_line(&progress));
    let answer =
        journeyman_engine::solve(&accepted.problem, &options, &Control::default(), false, &mut observer)?;
    bar.finish();

    let plan = write_plan(&accepted.problem, &answer.plan, &accepted.warnings);
    let day = request.problem.unwrap_or_default();
    match arguments.format {
        PlanFormat::Table => table::write_plan(&mut io::stdout().lock(), &day, &plan)?,
        PlanFormat::Json => write_message(&wire::SolveResponse { plan: Some(plan), statistics: None })?,
        PlanFormat::Geojson => writeln!(io::stdout().lock(), "{}", geojson::features(&day, &plan))?,
    }
    Ok(Outcome::Done)
}

/// What the command line says counts, where it says something.
fn override_options(options: &mut wire::SolveOptions, arguments: &SolveArgs) {
    let search = &arguments.search;
    if let Some(limit) = search.time_limit {
        options.time_limit = Some(limit.into());
    }
    if let Some(seed) = search.seed {
        options.seed = seed;
    }
    options.iterations_max = search.iterations_max.or(options.iterations_max);
    options.threads = search.threads.or(options.threads);
    options.gap_limit = arguments.gap.or(options.gap_limit);
}

fn progress_line(progress: &Progress) -> String {
    let bound = write_bound(progress.score, &progress.bound);
    format!("cost {}  bound {}", dollars(bound.cost_micros), bound_line(&bound))
}
