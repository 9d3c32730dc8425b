//! `simulate`: a year of calls under several policies, its report, and one line at the end.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use journeyman_sim::permits;
use journeyman_sim::trade_year::{
    Firm, FirmError, History, HistoryOptions, Policy, PolicyRun, SimulationError, SimulationOptions, Where,
    Year, report, simulate,
};
use serde_json::{Value, json};

use crate::args::SimulateArgs;
use crate::failure::{Failure, Outcome, tell};

/// Shares of the coordinator's planning time that the headline is given with besides, in percent.
const OTHER_PLANNING_TIMES: [u32; 3] = [0, 50, 200];

/// A policy's runs in one year each, with the seconds that they took.
type Timed = (PolicyRun, f64);

/// Simulates, writes the report, prints the table and the headline.
pub(crate) fn run(arguments: &SimulateArgs) -> Result<Outcome, Failure> {
    let days = usize::try_from(arguments.days).map_err(Failure::input)?;
    let options = SimulationOptions {
        iterations_morning: arguments.iterations_morning,
        iterations_event: arguments.iterations_event,
        faults: arguments.faults,
    };
    // Before hours are spent.
    fs::create_dir_all(&arguments.out).map_err(|error| in_file(&arguments.out, error))?;
    let last = arguments.seed.checked_add(arguments.seeds - 1);
    let last = last
        .ok_or_else(|| Failure::Input(anyhow::anyhow!("--seed and --seeds: no seeds beyond {}", u64::MAX)))?;
    let drawn = |seed: u64| {
        let firm = firm(arguments, seed)?;
        let history = History::draw(&firm, HistoryOptions { days, seed });
        Ok(Year { seed, firm, history, runs: Vec::new() })
    };
    let mut years = (arguments.seed..=last).map(drawn).collect::<Result<Vec<Year>, Failure>>()?;
    let policies = policies(&arguments.policies);
    let bar = bar(arguments, policies.len())?;
    let runs = run_all((&years, &policies), &options, arguments.threads, &bar)?;
    bar.finish_and_clear();
    let mut seconds = vec![Vec::new(); policies.len()];
    let mut runs = runs.into_iter();
    for year in &mut years {
        for (seconds, (run, took)) in seconds.iter_mut().zip(&mut runs) {
            year.runs.push(run);
            seconds.push(took);
        }
    }
    write_report(&arguments.out, &options, (&years, &seconds))?;
    print(&years, (days, &seconds))
}

/// Every year under every policy, in that order, so many at once.
fn run_all(
    (years, policies): (&[Year], &[Policy]),
    options: &SimulationOptions,
    threads: u64,
    bar: &ProgressBar,
) -> Result<Vec<Timed>, Failure> {
    let wanted: Vec<(&Year, Policy)> =
        years.iter().flat_map(|year| policies.iter().map(move |&policy| (year, policy))).collect();
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(wanted.len())));
    let work = || {
        // Who fails ends the work of all: nothing of it is told then.
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(&(year, policy)) = wanted.get(at) else { return };
            let made = timed(year, policy, options, bar);
            if made.is_err() {
                next.store(wanted.len(), Ordering::Relaxed);
            }
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, made));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|&(at, _)| at);
    done.into_iter().map(|(_, made)| made).collect()
}

fn timed(
    year: &Year,
    policy: Policy,
    options: &SimulationOptions,
    bar: &ProgressBar,
) -> Result<Timed, Failure> {
    bar.set_message(format!("seed {}, {}", year.seed, policy.name()));
    let begin = now();
    let clock = || begin.elapsed();
    let run = simulate(year, policy, options, &clock, &mut || bar.inc(1));
    let run = run.map_err(|error| failed(year.seed, policy, error))?;
    Ok((run, begin.elapsed().as_secs_f64()))
}

fn firm(arguments: &SimulateArgs, seed: u64) -> Result<Firm, Failure> {
    let technicians = usize::try_from(arguments.technicians).map_err(Failure::input)?;
    let drawn = match &arguments.permits {
        None => Firm::draw(technicians, seed, Where::Town(arguments.place)),
        Some(file) => {
            let mut rows: Box<dyn Read> = permits::open(file).map_err(|error| in_file(file, error))?;
            let drawn = Firm::draw(technicians, seed, Where::Permits(&mut rows));
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
    Ok(ProgressBar::new(arguments.days * arguments.seeds * policies).with_style(style.progress_chars("=> ")))
}

fn write_report(
    out: &Path,
    options: &SimulationOptions,
    (years, seconds): (&[Year], &[Vec<f64>]),
) -> Result<(), Failure> {
    write_json(&out.join("report.json"), &report::json(options, years))?;
    write_json(&out.join("latency.json"), &latency(years, seconds))?;
    write_csv(&out.join("calls.csv"), |to| report::calls_csv(years, to))?;
    write_csv(&out.join("metrics.csv"), |to| report::metrics_csv(years, to))?;
    let page = report::html(years);
    let page = page.map_err(|error| Failure::Internal(anyhow::anyhow!("the page: {error}")))?;
    let file = out.join("report.html");
    fs::write(&file, page).map_err(|error| in_file(&file, error))
}

fn write_json(file: &Path, value: &Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Internal(error.into()))?;
    fs::write(file, text + "\n").map_err(|error| in_file(file, error))
}

fn write_csv<E: std::error::Error + Send + Sync + 'static>(
    file: &Path,
    write: impl FnOnce(io::BufWriter<File>) -> Result<(), E>,
) -> Result<(), Failure> {
    let to = File::create(file).map_err(|error| in_file(file, error))?;
    write(io::BufWriter::new(to)).map_err(|error| in_file(file, error))
}

/// What the clock said of the answers to facts, over all years.
fn latency(years: &[Year], seconds: &[Vec<f64>]) -> Value {
    let of_policy = |(at, seconds): (usize, &Vec<f64>)| {
        let runs = years.iter().map(|year| &year.runs[at]);
        let mut answers: Vec<Duration> = runs.flat_map(|run| run.answers.iter().copied()).collect();
        answers.sort_unstable();
        let milliseconds = |permille: usize| {
            let rank = (answers.len() * permille).div_ceil(1_000).saturating_sub(1);
            answers.get(rank).map(|time| time.as_secs_f64() * 1_000.0)
        };
        json!({
            "policy": years.first().map(|year| year.runs[at].policy.name()),
            "seconds": seconds.iter().sum::<f64>(),
            "answers": answers.len(),
            "p50_ms": milliseconds(500),
            "p90_ms": milliseconds(900),
            "p99_ms": milliseconds(990),
            "max_ms": milliseconds(1_000),
        })
    };
    let policies: Vec<Value> = seconds.iter().enumerate().map(of_policy).collect();
    json!({ "days": years.first().map(|year| year.history.days), "seeds": years.len(), "policies": policies })
}

fn print(years: &[Year], (days, seconds): (usize, &[Vec<f64>])) -> Result<Outcome, Failure> {
    for (at, seconds) in seconds.iter().enumerate() {
        let took: f64 = seconds.iter().sum();
        let speed = (days * seconds.len()) as f64 * 3_600.0 / took.max(1e-9);
        let runs = || years.iter().map(|year| (year.seed, &year.runs[at]));
        let Some((_, first)) = runs().next() else { continue };
        let name = first.policy.name();
        tell(&format!("{name}: {took:.1} s, {speed:.0} simulated days an hour and thread"));
        for (seed, run) in runs() {
            for what in &run.illegal {
                tell(&format!("{name}, seed {seed}: illegal: {what}"));
            }
        }
    }
    let mut out = io::stdout().lock();
    let lines = report::headline(years);
    for line in lines.iter().filter(|line| line.planning_percent != 100) {
        writeln!(out, "with {} % of the coordinator's planning time: {line}", line.planning_percent)?;
    }
    match lines.iter().find(|line| line.planning_percent == 100) {
        Some(line) => writeln!(out, "{line}")?,
        None => writeln!(out, "no headline: it compares policies a and c, and not both were run")?,
    }
    let illegal = years.iter().flat_map(|year| &year.runs).any(|run| run.metrics.illegal_assignments > 0);
    Ok(if illegal { Outcome::Violations } else { Outcome::Done })
}

fn failed(seed: u64, policy: Policy, error: SimulationError) -> Failure {
    Failure::Internal(anyhow::Error::new(error).context(format!("seed {seed}, {}", policy.name())))
}

fn in_file(file: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::Input(anyhow::Error::new(error).context(file.display().to_string()))
}

#[expect(clippy::disallowed_methods, reason = "the composition root measures what it prints")]
fn now() -> Instant {
    Instant::now()
}
