//! `load`: what a platform sends to boards of a running server, at a rate that the server does not decide, and how long each
//! answer took.

mod branch;
mod drive;
mod platform;
mod report;
mod saturate;
mod tally;

use std::fs;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use journeyman_api::{wire, write_day};
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::town::Town;
use serde_json::{Value, json};

use self::branch::Branch;
use self::drive::{Driven, Stretch, drive};
use self::platform::{Line, Platform};
use self::report::{Size, Step};
use self::saturate::{Bracket, REQUESTS_MIN, too_much};
use crate::args::LoadArgs;
use crate::failure::{Failure, Outcome, tell};
use crate::progress::SolveBar;

/// Steps of a search for the saturation at most: it ends by itself long before.
const STEPS_MAX: usize = 40;

/// Makes the boards, sends the requests, prints what was measured.
pub(crate) fn run(arguments: &LoadArgs) -> Result<Outcome, Failure> {
    let sizes = sizes(arguments)?;
    if let Some(file) = &arguments.out {
        // Before minutes are spent.
        fs::write(file, "").map_err(|error| Failure::input(format!("{}: {error}", file.display())))?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let platform = Arc::new(platform(arguments, &sizes).await?);
        let measured = if arguments.saturate {
            saturated(arguments, &sizes, &platform).await?
        } else {
            latencies(arguments, &sizes, &platform).await?
        };
        let (acknowledged, lost) = platform.verify().await?;
        for visit in &lost {
            tell(&format!("acknowledged, and not so on its board: {visit}"));
        }
        writeln!(io::stdout(), "{acknowledged} calls were acknowledged, {} of them lost", lost.len())?;
        if !arguments.keep_boards {
            platform.close().await?;
        }
        let settings = report::settings_json(arguments, &sizes);
        let acknowledged = json!({ "calls": acknowledged, "lost": lost });
        write_json(arguments, json!({ "settings": settings, "acknowledged": acknowledged }), measured)?;
        Ok(if lost.is_empty() { Outcome::Done } else { Outcome::Violations })
    })
}

/// Pairs of technicians and visits, and whether all can be measured.
fn sizes(arguments: &LoadArgs) -> Result<Vec<Size>, Failure> {
    let (technicians, visits) = (&arguments.technicians, &arguments.visits);
    if technicians.len() != visits.len() {
        let (people, work) = (technicians.len(), visits.len());
        return Err(Failure::input(format!("--technicians names {people} sizes, --visits {work}")));
    }
    let sizes = technicians.iter().zip(visits).map(|(&technicians, &visits)| {
        let number = |count: u64| usize::try_from(count).map_err(Failure::input);
        Ok((number(technicians)?, number(visits)?))
    });
    let sizes: Vec<Size> = sizes.collect::<Result<_, Failure>>()?;
    if u64::try_from(sizes.len()).map_err(Failure::input)? > arguments.boards {
        let (sizes, boards) = (sizes.len(), arguments.boards);
        return Err(Failure::input(format!(
            "--boards {boards}: --technicians and --visits name {sizes} sizes"
        )));
    }
    if arguments.saturate && arguments.rate < least_rate(arguments) {
        let (rate, step) = (arguments.rate, humantime::format_duration(arguments.step));
        let text = format!("--rate {rate}: a step of {step} would be fewer than {REQUESTS_MIN} requests");
        return Err(Failure::input(text));
    }
    Ok(sizes)
}

/// The least rate at which a step says something.
fn least_rate(arguments: &LoadArgs) -> f64 {
    REQUESTS_MIN / arguments.step.as_secs_f64()
}

/// Makes the boards and waits until they have settled.
async fn platform(arguments: &LoadArgs, sizes: &[Size]) -> Result<Platform, Failure> {
    let options = arguments
        .improve
        .map(|time| wire::SolveOptions { time_limit: Some(time.into()), ..wire::SolveOptions::default() });
    let bar = SolveBar::new(arguments.settle, arguments.quiet);
    let mut lines = Vec::new();
    let run = seconds_of_epoch();
    for number in 0..arguments.boards {
        bar.show(format!("board {} of {}", number + 1, arguments.boards));
        let size = usize::try_from(number).map_err(Failure::input)? % sizes.len();
        let (technicians, visits) = sizes[size];
        let day = reference_day(technicians, visits, arguments.seed.wrapping_add(number), Town::StGeorge);
        let problem = write_day(&day.map_err(Failure::input)?.problem);
        let problem = problem.map_err(|error| Failure::Internal(error.into()))?;
        // Ids of earlier runs are not used again.
        let id = format!("load-{run}-{number}");
        let branch = Branch::new((id, size), problem, arguments.request_ids);
        lines.push(Line::open(&arguments.target, branch, options).await?);
    }
    bar.show("the boards get better".to_owned());
    tokio::time::sleep(arguments.settle).await;
    bar.finish();
    Platform::begin(lines, arguments.timeout).await
}

/// One stretch at the rate that was asked for.
async fn latencies(
    arguments: &LoadArgs,
    sizes: &[Size],
    platform: &Arc<Platform>,
) -> Result<(&'static str, Value), Failure> {
    let length = Duration::from_secs_f64(60.0 * arguments.minutes);
    let run = stretch(arguments, (arguments.rate, length, 0), platform).await;
    report::write_latencies(&mut io::stdout().lock(), &run, sizes)?;
    Ok(("run", report::stretch_json(&run, sizes)))
}

/// Stretch after stretch, each at another rate.
async fn saturated(
    arguments: &LoadArgs,
    sizes: &[Size],
    platform: &Arc<Platform>,
) -> Result<(&'static str, Value), Failure> {
    let mut bracket = Bracket::new(arguments.rate, least_rate(arguments));
    let mut steps: Vec<Step> = Vec::new();
    for number in 1..=STEPS_MAX {
        let Some(rate) = bracket.next() else { break };
        let offset = u64::try_from(number).map_err(Failure::input)?;
        let run = stretch(arguments, (rate, arguments.step, offset), platform).await;
        let reasons = too_much(&run, arguments.p99_max);
        bracket.note(rate, reasons.is_empty());
        steps.push((run, reasons));
    }
    report::write_saturation(&mut io::stdout().lock(), &steps, &bracket)?;
    let steps = steps.iter().map(|(run, reasons)| {
        let mut step = report::stretch_json(run, sizes);
        step["too_much"] = json!(reasons);
        step
    });
    let steps: Vec<Value> = steps.collect();
    let saturation = json!({
        "step_seconds": arguments.step.as_secs_f64(),
        "p99_max_ms": arguments.p99_max.as_secs_f64() * 1_000.0,
        "held_rate": bracket.held,
        "too_much_rate": bracket.too_much,
        "steps": steps,
    });
    Ok(("saturation", saturation))
}

/// Requests of one stretch; each has its own chance.
async fn stretch(
    arguments: &LoadArgs,
    (rate, length, offset): (f64, Duration, u64),
    platform: &Arc<Platform>,
) -> Driven {
    let bar = SolveBar::new(length, arguments.quiet);
    let seed = arguments.seed.wrapping_add(offset);
    let stretch = Stretch { rate, length, spacing: arguments.spacing.into(), seed };
    let run = drive(platform, &stretch, &mut |message| bar.show(message)).await;
    bar.finish();
    run
}

fn write_json(
    arguments: &LoadArgs,
    mut report: Value,
    (name, measured): (&str, Value),
) -> Result<(), Failure> {
    let Some(file) = &arguments.out else { return Ok(()) };
    report[name] = measured;
    let text = serde_json::to_string_pretty(&report).map_err(|error| Failure::Internal(error.into()))?;
    let written = fs::write(file, text + "\n");
    written.map_err(|error| Failure::Internal(anyhow::Error::new(error).context(file.display().to_string())))
}

/// Tells runs apart, as far as they do not begin in the same second.
#[expect(clippy::disallowed_methods, reason = "the composition root names what it makes")]
fn seconds_of_epoch() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
