//! `solve`: a day file planned in this process; tables, the plan file or a map on stdout.

use std::io::{self, Write};

use journeyman_api::{wire, write_bound, write_plan, write_statistics};
use journeyman_engine::{Closing, Control, Progress, SolveOptions};

use crate::args::{PlanFormat, SolveArgs};
use crate::failure::{Failure, Outcome, tell};
use crate::files::{Origin, accept_day, origins_of_flags, read_day, write_message};
use crate::progress::SolveBar;
use crate::roads::KnownRoads;
use crate::table::{bound_line, dollars};
use crate::{geojson, table};

/// Plans a day.
pub(crate) fn run(arguments: &SolveArgs) -> Result<Outcome, Failure> {
    let mut request = read_day(&arguments.day)?;
    override_options(request.options.get_or_insert_default(), arguments);
    let known = KnownRoads::of(&arguments.roads)?;
    let accepted = accept_day((&arguments.day, &flags(arguments)), &request, &known.limits())?;
    if accepted.options.validate_only {
        tell("the day keeps the contract; it asks not to be planned (validateOnly)");
        return Ok(Outcome::Done);
    }
    let options = SolveOptions {
        time_limit: Some(accepted.options.time_limit),
        iterations_max: accepted.options.iterations_max,
        seed: accepted.options.seed,
        threads: accepted.options.threads,
        gap_limit: (accepted.options.gap_limit > 0.0).then_some(accepted.options.gap_limit),
    };
    let bar = SolveBar::new(accepted.options.time_limit, arguments.quiet);
    let mut observer = |progress: Progress| bar.show(progress_line(&progress));
    let control = Control::default().closed_by(&closed_by_interrupt()?);
    let answer = journeyman_engine::solve(&accepted.problem, &options, &control, false, &mut observer)?;
    bar.finish();

    let plan = write_plan(&accepted.problem, &answer.plan, &accepted.warnings);
    let day = request.problem.unwrap_or_default();
    match arguments.format {
        PlanFormat::Table => table::write_plan(&mut io::stdout().lock(), &day, &plan)?,
        PlanFormat::Json => write_message(&wire::SolveResponse {
            plan: Some(plan),
            statistics: Some(write_statistics(&answer.statistics)),
        })?,
        PlanFormat::Geojson => {
            writeln!(io::stdout().lock(), "{}", geojson::features(&day, &plan, known.network()))?;
        }
    }
    Ok(Outcome::Done)
}

fn flags(arguments: &SolveArgs) -> Vec<Origin> {
    let search = &arguments.search;
    origins_of_flags([
        ("options.time_limit", "--time-limit", search.time_limit.is_some()),
        ("options.iterations_max", "--iterations-max", search.iterations_max.is_some()),
        ("options.threads", "--threads", search.threads.is_some()),
        ("options.gap_limit", "--gap", arguments.gap.is_some()),
    ])
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

/// Ctrl-C ends the search with the best plan so far; the second one ends the program.
fn closed_by_interrupt() -> Result<Closing, Failure> {
    const INTERRUPTED: i32 = 130;
    let closing = Closing::default();
    let begun = closing.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    std::thread::spawn(move || {
        runtime.block_on(async {
            if tokio::signal::ctrl_c().await.is_ok() {
                begun.begin();
            }
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(INTERRUPTED);
            }
        });
    });
    Ok(closing)
}

fn progress_line(progress: &Progress) -> String {
    let bound = write_bound(progress.score, &progress.bound);
    format!("cost {}  bound {}", dollars(bound.cost_micros), bound_line(&bound))
}
