//! `bench`: a benchmark solved, one JSON object on stdout, routes in the instance's own ids.
//!
//! Costs are recomputed from the routes in the instance's own convention; bounds are what was proved in ticks.

use std::io::{self, Write};
use std::time::Instant;

use journeyman_domain::{Plan, Problem, Proof, StopKind};
use journeyman_engine::{Control, Progress, SolveOptions};
use journeyman_sim::plain_day::{self, PlainDay};
use journeyman_sim::streets::put_on_streets;
use journeyman_sim::vrptw::Convention;
use journeyman_sim::{InstanceError, trsp, vrptw as vrptw_file};
use serde::Serialize;
use serde_json::{Value, json};

use crate::args::{BenchDayArgs, BudgetArgs, ConventionArg, LogFormat, PlainDayArgs, TrspArgs, VrptwArgs};
use crate::failure::{Failure, Outcome, tell};
use crate::files::{accept_day, read_day, read_text};
use crate::log::start_log;
use crate::roads::KnownRoads;

/// What a run prints: these members and no others; the last one where it is asked for, null where it never came to it.
#[derive(Serialize)]
struct Report {
    instance: String,
    cost: f64,
    bound: f64,
    gap: f64,
    proved_optimal: bool,
    seconds: f64,
    threads: usize,
    seed: u64,
    routes: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds_to_gap: Option<Option<f64>>,
}

/// Distance is the cost; every customer is mandatory.
pub(crate) fn vrptw(arguments: &VrptwArgs) -> Result<Outcome, Failure> {
    let convention = match arguments.convention {
        ConventionArg::Trunc1 => Convention::Trunc1,
        ConventionArg::Double => Convention::Double,
    };
    let text = read_text(&arguments.file)?;
    let instance = vrptw_file::Instance::read(&text, arguments.customers)
        .map_err(|error| in_file(&arguments.file, &error))?;
    let run = Run::of(&instance.problem(convention), &arguments.budget, None)?;
    let routes = instance.routes(&run.plan);
    let cost = instance.cost(&routes, convention);
    let bound = run.bound_in(convention.ticks_per_unit());
    run.print(instance.name, cost, bound, json!(routes))
}

/// Working time is the cost; every request is mandatory.
pub(crate) fn trsp(arguments: &TrspArgs) -> Result<Outcome, Failure> {
    let text = read_text(&arguments.file)?;
    let instance = trsp::Instance::read(&text).map_err(|error| in_file(&arguments.file, &error))?;
    let run = Run::of(&instance.problem(), &arguments.budget, None)?;
    let routes = instance.routes(&run.plan);
    let cost = instance.working_time(&routes).ok_or_else(|| {
        Failure::Internal(anyhow::anyhow!("a plan that passed its check is late in double precision"))
    })?;
    let stop = |stop: &trsp::Stop| match *stop {
        trsp::Stop::Request(request) => json!(request),
        trsp::Stop::Depot => json!("D"),
    };
    let routes = routes.iter().map(|route| {
        json!({ "technician": route.technician, "stops": route.stops.iter().map(stop).collect::<Vec<_>>() })
    });
    let bound = run.bound_in(trsp::TICKS_PER_UNIT);
    run.print(instance.name.clone(), cost, bound, routes.collect())
}

/// Dollars are the cost.
pub(crate) fn day(arguments: &BenchDayArgs) -> Result<Outcome, Failure> {
    const MICROS_PER_DOLLAR: i64 = 1_000_000;
    let request = read_day(&arguments.day)?;
    let known = KnownRoads::of(&arguments.roads)?;
    let mut accepted = accept_day((&arguments.day, &[]), &request, &known.limits())?;
    if known.roads().is_some() {
        let network = known.network().ok_or_else(|| {
            Failure::input("--roads: a service has no streets to place a day on; a road file is needed")
        })?;
        let moved = put_on_streets(&mut accepted.problem, network, arguments.budget.seed);
        tell(&format!("{moved} of {} places were drawn on the streets", accepted.problem.places.len()));
    }
    let run = Run::of(&accepted.problem, &arguments.budget, arguments.gap)?;
    let stop = |kind| match kind {
        StopKind::Visit(visit) => Some(accepted.problem.visit(visit).label.as_str()),
        StopKind::Pickup(pickup) => Some(accepted.problem.pickup(pickup).label.as_str()),
        StopKind::Break(_) => None,
    };
    let routes = run.plan.routes.iter().map(|route| {
        let technician = &accepted.problem.technician_of(route.shift).label;
        let stops: Vec<&str> = route.stops.iter().filter_map(|planned| stop(planned.kind)).collect();
        json!({ "technician": technician, "stops": stops })
    });
    let routes = routes.collect();
    let cost = units(run.plan.cost.total().micros(), MICROS_PER_DOLLAR);
    let bound = run.bound_in(MICROS_PER_DOLLAR);
    let name = arguments.day.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    run.print(name, cost, bound, routes)
}

/// Hundredths of a cent are the cost; every visit may be left out at its price.
pub(crate) fn plain_day(arguments: &PlainDayArgs) -> Result<Outcome, Failure> {
    let text = read_text(&arguments.file)?;
    let day = PlainDay::read(&text)
        .map_err(|error| Failure::input(format!("{}: {error}", arguments.file.display())))?;
    let run = Run::of(&day.problem(), &arguments.budget, None)?;
    let routes = day.routes(&run.plan);
    let cost = day.cost(&routes) as f64;
    let bound = run.bound_in(plain_day::MICROS_PER_UNIT);
    run.print(day.name().to_owned(), cost, bound, json!(day.named(&routes)))
}

/// A solved benchmark.
struct Run {
    plan: Plan,
    budget: BudgetArgs,
    seconds: f64,
    seconds_to_gap: Option<Option<f64>>,
}

impl Run {
    /// Solves a problem; `gap`: whose time is taken.
    fn of(problem: &Problem, budget: &BudgetArgs, gap: Option<f64>) -> Result<Self, Failure> {
        start_log(&budget.log, LogFormat::Text)?;
        #[expect(clippy::disallowed_methods, reason = "the composition root measures what it prints")]
        let start = Instant::now();
        let options = SolveOptions {
            time_limit: Some(budget.time_limit),
            iterations_max: None,
            seed: budget.seed,
            threads: budget.threads,
            gap_limit: None,
        };
        let mut reached: Option<f64> = None;
        let mut observer = |progress: Progress| {
            let small = gap.zip(progress.gap()).is_some_and(|(wanted, gap)| gap <= wanted);
            if small && reached.is_none() {
                reached = Some(progress.elapsed.as_secs_f64());
            }
        };
        let answer = journeyman_engine::solve(problem, &options, &Control::default(), false, &mut observer)?;
        Ok(Self {
            plan: answer.plan,
            budget: budget.clone(),
            seconds: start.elapsed().as_secs_f64(),
            seconds_to_gap: gap.map(|_| reached),
        })
    }

    fn bound_in(&self, micros_per_unit: i64) -> f64 {
        units(self.plan.bound.cost.micros(), micros_per_unit)
    }

    /// One object on stdout. While mandatory visits are left out that a plan may serve, money says nothing: gap 1.
    fn print(self, instance: String, cost: f64, bound: f64, routes: Value) -> Result<Outcome, Failure> {
        let gap = if self.plan.mandatory_unserved != self.plan.bound.mandatory_unserved {
            1.0
        } else if cost > 0.0 {
            ((cost - bound) / cost).max(0.0)
        } else {
            0.0
        };
        let report = Report {
            instance,
            cost,
            bound,
            gap,
            proved_optimal: self.plan.bound.proof == Proof::ProvedOptimal,
            seconds: self.seconds,
            threads: self.budget.threads,
            seed: self.budget.seed,
            routes,
            seconds_to_gap: self.seconds_to_gap,
        };
        let text = serde_json::to_string(&report).map_err(|error| Failure::Internal(error.into()))?;
        writeln!(io::stdout().lock(), "{text}")?;
        Ok(Outcome::Done)
    }
}

fn units(micros: i64, micros_per_unit: i64) -> f64 {
    micros as f64 / micros_per_unit as f64
}

pub(crate) fn in_file(file: &std::path::Path, error: &InstanceError) -> Failure {
    Failure::input(format!("{}: {error}", file.display()))
}
