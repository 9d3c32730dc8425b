//! `bench trsp-dynamic`: a benchmark day driven while its requests become known, one JSON object on stdout.
//!
//! Working time is recomputed from what was driven, in double precision, and a day that breaks a rule is not printed.

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use journeyman_engine::SolveOptions;
use journeyman_sim::trsp::{ExecutedRoute, ExecutedStop, Instance, LiveDayOptions, LiveError, Patience};
use journeyman_sim::trsp::{Releases, Stop, run_live_day};
use serde_json::{Value, json};

use crate::args::{LogFormat, TrspDynamicArgs};
use crate::commands::bench::in_file;
use crate::failure::{Failure, Outcome};
use crate::files::read_text;
use crate::log::start_log;

/// Working time is the cost; what nobody could serve in time is rejected.
pub(crate) fn trsp_dynamic(arguments: &TrspDynamicArgs) -> Result<Outcome, Failure> {
    start_log(&arguments.log, LogFormat::Text)?;
    let instance = Instance::read(&read_text(&arguments.file)?);
    let instance = instance.map_err(|error| in_file(&arguments.file, &error))?;
    let releases = Releases::read(&read_text(&arguments.release)?, &instance);
    let releases = releases.map_err(|error| in_file(&arguments.release, &error))?;
    let options = LiveDayOptions {
        opening: budget(arguments, arguments.opening),
        per_event: budget(arguments, arguments.per_event),
        patience: Patience::default(),
    };
    #[expect(clippy::disallowed_methods, reason = "the composition root measures what it prints")]
    let begin = Instant::now();
    let day = run_live_day(&instance, &releases, &options).map_err(|error| match error {
        LiveError::Engine(error) => error.into(),
        error => Failure::Internal(error.into()),
    })?;
    let seconds = begin.elapsed().as_secs_f64();
    let working_time = instance.executed_time(&releases, &day);
    let working_time = working_time.map_err(|breach| Failure::Internal(breach.into()))?;
    let report = json!({
        "instance": instance.name,
        "release": stem(&arguments.release),
        "percent_dynamic": releases.percent_dynamic(),
        "events": releases.moments().len(),
        "working_time": working_time,
        "rejected": day.rejected,
        "seconds": seconds,
        "threads": arguments.threads,
        "seed": arguments.seed,
        "routes": day.routes.iter().map(route).collect::<Vec<_>>(),
    });
    writeln!(io::stdout().lock(), "{report}")?;
    Ok(Outcome::Done)
}

fn budget(arguments: &TrspDynamicArgs, time: Duration) -> SolveOptions {
    SolveOptions {
        time_limit: arguments.iterations_max.is_none().then_some(time),
        iterations_max: arguments.iterations_max,
        seed: arguments.seed,
        threads: arguments.threads,
        gap_limit: None,
    }
}

fn route(route: &ExecutedRoute) -> Value {
    json!({
        "technician": route.technician,
        "departure": route.stops.first().map_or(route.last_departure, |first| first.departure),
        "stops": route.stops.iter().map(stop).collect::<Vec<_>>(),
        "last_from": [route.last_from.x, route.last_from.y],
        "last_departure": route.last_departure,
        "return": route.returned,
    })
}

fn stop(stop: &ExecutedStop) -> Value {
    json!({
        "stop": match stop.stop {
            Stop::Request(request) => json!(request),
            Stop::Depot => json!("D"),
        },
        "from": [stop.from.x, stop.from.y],
        "decided": stop.decided,
        "departure": stop.departure,
        "arrival": stop.arrival,
        "start": stop.start,
        "end": stop.end,
    })
}

fn stem(file: &Path) -> String {
    file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}
