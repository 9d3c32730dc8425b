//! `simulate`: a year of calls under several policies, its report, and one line at the end.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use journeyman_sim::permits;
use journeyman_sim::trade_year::{
    Firm, FirmError, History, HistoryOptions, Policy, PolicyRun, SimulationError, SimulationOptions, Where,
    report, simulate,
};
use serde_json::{Value, json};

use crate::args::SimulateArgs;
use crate::failure::{Failure, Outcome, tell};

/// Shares of the coordinator's planning time that the headline is given with besides, in percent.
const OTHER_PLANNING_TIMES: [u32; 3] = [0, 50, 200];

/// Simulates, writes the report, prints the table and the headline.
pub(crate) fn run(arguments: &SimulateArgs) -> Result<Outcome, Failure> {
    let days = usize::try_from(arguments.days).map_err(Failure::input)?;
    let firm = firm(arguments)?;
    let history = History::draw(&firm, HistoryOptions { days, seed: arguments.seed });
    let options = SimulationOptions {
        iterations_morning: arguments.iterations_morning,
        iterations_event: arguments.iterations_event,
        seed: arguments.seed,
    };
    // Before hours are spent.
    fs::create_dir_all(&arguments.out).map_err(|error| in_file(&arguments.out, error))?;
    let policies = policies(&arguments.policies);
    let bar = bar(arguments, policies.len())?;
    let mut runs = Vec::with_capacity(policies.len());
    let mut seconds = Vec::with_capacity(policies.len());
    for policy in policies {
        bar.set_message(policy.name());
        let begin = now();
        let clock = || begin.elapsed();
        let run = simulate((&firm, &history), policy, &options, &clock, &mut || bar.inc(1));
        runs.push(run.map_err(failed)?);
        seconds.push(begin.elapsed().as_secs_f64());
    }
    bar.finish_and_clear();
    write_report(&arguments.out, (&firm, &history), &options, (&runs, &seconds))?;
    print(&runs, (days, &seconds))
}

fn firm(arguments: &SimulateArgs) -> Result<Firm, Failure> {
    let technicians = usize::try_from(arguments.technicians).map_err(Failure::input)?;
    let drawn = match &arguments.permits {
        None => Firm::draw(technicians, arguments.seed, Where::Town(arguments.place)),
        Some(file) => {
            let mut rows: Box<dyn Read> = permits::open(file).map_err(|error| in_file(file, error))?;
            let drawn = Firm::draw(technicians, arguments.seed, Where::Permits(&mut rows));
            return drawn.map_err(|error| in_file(file, error));
        }
    };
    drawn.map_err(|error| match error {
        FirmError::NoWork | FirmError::Permits(_) => Failure::input(error),
        FirmError::Town(_) | FirmError::Travel(_) => Failure::Internal(error.into()),
    })
}

/// Each once, in their order; where (a) is compared with (c), with other planning times too.
fn policies(asked: &[Policy]) -> Vec<Policy> {
    let mut policies = asked.to_vec();
    policies.sort_unstable();
    policies.dedup();
    let stated = Policy::Coordinator { planning_percent: 100 };
    if policies.contains(&stated) && policies.contains(&Policy::Journeyman) {
        policies
            .extend(OTHER_PLANNING_TIMES.map(|planning_percent| Policy::Coordinator { planning_percent }));
    }
    policies
}

fn bar(arguments: &SimulateArgs, policies: usize) -> Result<ProgressBar, Failure> {
    if arguments.quiet {
        return Ok(ProgressBar::hidden());
    }
    let style = ProgressStyle::with_template("[{bar:24}] {pos}/{len} days, {eta} left: {msg}");
    let style = style.map_err(|error| Failure::Internal(error.into()))?;
    let policies = u64::try_from(policies).map_err(Failure::input)?;
    Ok(ProgressBar::new(arguments.days * policies).with_style(style.progress_chars("=> ")))
}

fn write_report(
    out: &Path,
    (firm, history): (&Firm, &History),
    options: &SimulationOptions,
    (runs, seconds): (&[PolicyRun], &[f64]),
) -> Result<(), Failure> {
    let report = report::json((firm, history), options, runs);
    write_json(&out.join("report.json"), &report)?;
    let policies: Vec<Value> =
        runs.iter().zip(seconds).map(|(run, seconds)| latency(run, *seconds)).collect();
    write_json(&out.join("latency.json"), &json!({ "days": history.days, "policies": policies }))?;
    let calls = out.join("calls.csv");
    let file = File::create(&calls).map_err(|error| in_file(&calls, error))?;
    report::calls_csv(history, runs, io::BufWriter::new(file)).map_err(|error| in_file(&calls, error))?;
    let page = report::html((firm, history), options, runs);
    let page = page.map_err(|error| Failure::Internal(anyhow::anyhow!("the page: {error}")))?;
    let file = out.join("report.html");
    fs::write(&file, page).map_err(|error| in_file(&file, error))
}

fn write_json(file: &Path, value: &Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Internal(error.into()))?;
    fs::write(file, text + "\n").map_err(|error| in_file(file, error))
}

/// What the clock said of the answers to facts, in milliseconds.
fn latency(run: &PolicyRun, seconds: f64) -> Value {
    let mut answers: Vec<Duration> = run.answers.clone();
    answers.sort_unstable();
    let at = |permille: usize| {
        let rank = (answers.len() * permille).div_ceil(1_000).saturating_sub(1);
        answers.get(rank).map(|time| time.as_secs_f64() * 1_000.0)
    };
    json!({
        "policy": run.policy.name(),
        "seconds": seconds,
        "answers": answers.len(),
        "p50_ms": at(500),
        "p90_ms": at(900),
        "p99_ms": at(990),
        "max_ms": at(1_000),
    })
}

fn print(runs: &[PolicyRun], (days, seconds): (usize, &[f64])) -> Result<Outcome, Failure> {
    for (run, seconds) in runs.iter().zip(seconds) {
        let speed = days as f64 * 3_600.0 / seconds.max(1e-9);
        tell(&format!("{}: {seconds:.1} s, {speed:.0} simulated days an hour", run.policy.name()));
        for what in &run.illegal {
            tell(&format!("{}: illegal: {what}", run.policy.name()));
        }
    }
    let mut out = io::stdout().lock();
    let lines = report::headline(runs);
    for line in lines.iter().filter(|line| line.planning_percent != 100) {
        writeln!(out, "with {} % of the coordinator's planning time: {line}", line.planning_percent)?;
    }
    match lines.iter().find(|line| line.planning_percent == 100) {
        Some(line) => writeln!(out, "{line}")?,
        None => writeln!(out, "no headline: it compares policies a and c, and not both were run")?,
    }
    let illegal = runs.iter().any(|run| run.metrics.illegal_assignments > 0);
    Ok(if illegal { Outcome::Violations } else { Outcome::Done })
}

fn failed(error: SimulationError) -> Failure {
    Failure::Internal(error.into())
}

fn in_file(file: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::Input(anyhow::Error::new(error).context(file.display().to_string()))
}

#[expect(clippy::disallowed_methods, reason = "the composition root measures what it prints")]
fn now() -> Instant {
    Instant::now()
}
