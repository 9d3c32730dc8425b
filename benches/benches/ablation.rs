//! What each means of the proof is worth: the bound of reference days by the clock, with one thing left out at a time.
//!
//! `cargo bench -p journeyman-benches --bench ablation -- [SECONDS [SEED | FILE:CUSTOMERS …]]`: reference days by their
//! seed, VRPTW instances by file and number of customers. All variants of a day are held against the same plan, which a
//! search of a counted number of iterations has found, so that a gap speaks of the bound alone.

#![expect(clippy::print_stdout, reason = "prints its table")]
#![expect(clippy::disallowed_methods, reason = "times how fast bounds rise")]

use std::error::Error;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use journeyman_domain::{Bound, Problem, Score};
use journeyman_eligibility::Eligibility;
use journeyman_milp::{Exchange, Means, ProveParams, bound, prove, score};
use journeyman_route::{Route, RouteModel};
use journeyman_search::{Budget, Search, SearchModel, SearchParams, construct};
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::town::Town;
use journeyman_sim::vrptw::{Convention, Instance};
use journeyman_travel::{Travel, visit_jurisdictions};

const TECHNICIANS: usize = 20;
const VISITS: usize = 100;
const SECONDS: u64 = 10;
const SEEDS: [u64; 3] = [1, 2, 3];
/// Iterations of the search that finds the plan: one or two seconds of a core.
const ITERATIONS: u64 = 50_000;
/// Seed of what search and proof draw.
const CHANCE: u64 = 1;
/// The gap whose time is taken.
const TARGET: f64 = 0.02;

/// What a proof starts from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// The plan of the search: its routes are the first columns, and its cost says which routes can still matter.
    Warm,
    /// Idle shifts.
    Cold,
}

/// The proof as it is comes first, then one change each. It has neighbourhoods (ng-routes) only where labels are too many
/// without, so that "elementary" differs on long routes alone.
const VARIANTS: [(&str, Start, Means); 5] = [
    ("all", Start::Warm, Means::All),
    ("elementary", Start::Warm, Means::Elementary),
    ("without cuts", Start::Warm, Means::WithoutCuts),
    ("branching only", Start::Warm, Means::Branching),
    ("cold", Start::Cold, Means::All),
];

/// Keeps the best plan, and every bound with its time.
struct Record<'m, 'p> {
    model: &'m RouteModel<'p>,
    begin: Instant,
    best: Mutex<(Score, Vec<Route>)>,
    bounds: Mutex<Vec<(Duration, Bound)>>,
}

impl Exchange for Record<'_, '_> {
    fn bound(&self, bound: Bound) {
        let mut bounds = self.bounds.lock().unwrap_or_else(PoisonError::into_inner);
        bounds.push((self.begin.elapsed(), bound));
    }

    fn plan(&self, routes: &[Route], said: Score) {
        debug_assert_eq!(score(self.model, routes), Ok(said));
        let mut best = self.best.lock().unwrap_or_else(PoisonError::into_inner);
        if said < best.0 {
            *best = (said, routes.to_vec());
        }
    }

    fn incumbent(&self) -> Score {
        self.best.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn routes(&self) -> Vec<Route> {
        self.best.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

/// How the bound of one run rose, against the cost of a plan.
struct Rise {
    bounds: Vec<(Duration, Bound)>,
    known: Bound,
    against: Score,
    /// Of the whole run, which ends early where the day is proved.
    took: Duration,
}

impl Rise {
    /// The gap in percent at a time; none while the mandatory tier is open.
    fn gap_at(&self, time: Duration) -> Option<f64> {
        let told = self.bounds.iter().take_while(|(at, _)| *at <= time).last();
        let gap = told.map_or(self.known, |told| told.1).gap_to(self.against)?;
        // A plan that the proof has found may be cheaper than the one that all are held against.
        Some(100.0 * gap.max(0.0))
    }

    /// Seconds until the gap was no more than a share.
    fn seconds_to(&self, share: f64) -> Option<f64> {
        let met = |bound: &Bound| bound.gap_to(self.against).is_some_and(|gap| gap <= share);
        self.bounds.iter().find(|(_, bound)| met(bound)).map(|(at, _)| at.as_secs_f64())
    }
}

/// A day with all that a proof needs, and a plan of it.
struct Ground<'g, 'p> {
    model: &'g RouteModel<'p>,
    eligibility: &'g Eligibility,
    plan: (Score, Vec<Route>),
}

impl Ground<'_, '_> {
    fn run(&self, (start, means): (Start, Means), time_limit: Duration) -> Result<Rise, Box<dyn Error>> {
        let idle = (score(self.model, &[])?, Vec::new());
        let first = if start == Start::Warm { self.plan.clone() } else { idle };
        let known = bound::trivial(self.model, self.eligibility);
        let record = Record {
            model: self.model,
            begin: Instant::now(),
            best: Mutex::new(first),
            bounds: Mutex::new(Vec::new()),
        };
        let params =
            ProveParams { time_limit: Some(time_limit), threads: 1, labels_max: None, seed: CHANCE, means };
        let stop = AtomicBool::new(false);
        prove((self.model, self.model), self.eligibility, known, (params, &stop), &record)?;
        let took = record.begin.elapsed();
        let bounds = record.bounds.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Rise { bounds, known, against: self.plan.0, took })
    }
}

/// The plan of a search whose iterations are counted, so that it is the same each time.
fn plan_of(model: &RouteModel<'_>, eligibility: &Eligibility) -> Result<(Score, Vec<Route>), Box<dyn Error>> {
    let search = SearchModel::build(model, eligibility);
    let start = construct(&search, || false, || false).map_err(|_| "nothing is frozen in such days")?;
    let never = AtomicBool::new(false);
    let budget = Budget::new(Some(ITERATIONS), None, &never);
    let mut running = Search::new(&search, SearchParams::default(), start, (CHANCE, 0));
    running.run(&budget, &mut |_| {});
    let (best, score) = running.best();
    Ok((score, best.routes().iter().filter(|route| !route.is_empty()).cloned().collect()))
}

/// The lines of one day, one for each variant.
fn day(name: &str, problem: &Problem, limit: Duration) -> Result<(), Box<dyn Error>> {
    let travel = Travel::build(problem)?;
    let eligibility = Eligibility::build(problem, &visit_jurisdictions(problem));
    // No license expires within such days, so no starts are narrowed.
    let model = RouteModel::build(problem, &travel, &[]);
    let plan = plan_of(&model, &eligibility)?;
    let ground = Ground { model: &model, eligibility: &eligibility, plan };
    for (variant, start, means) in VARIANTS {
        let rise = ground.run((start, means), limit)?;
        let gap = |share: f64| {
            rise.gap_at(limit.mul_f64(share)).map_or_else(|| "open".to_owned(), |gap| format!("{gap:.2}"))
        };
        let to_target = rise.seconds_to(TARGET).map_or_else(|| "never".to_owned(), |at| format!("{at:.1}"));
        println!(
            "| {name} | {variant} | {} | {} | {} | {to_target} | {:.1} |",
            gap(0.25),
            gap(0.5),
            gap(1.0),
            rise.took.as_secs_f64()
        );
    }
    Ok(())
}

/// A day by its seed, or an instance by its file and number of customers; with its name.
fn read(word: &str) -> Result<(String, Problem), Box<dyn Error>> {
    if let Ok(seed) = word.parse() {
        let scenario = reference_day(TECHNICIANS, VISITS, seed, Town::StGeorge)?;
        return Ok((format!("{TECHNICIANS} x {VISITS}, seed {seed}"), scenario.problem));
    }
    let (file, customers) = word.rsplit_once(':').ok_or("neither a seed nor FILE:CUSTOMERS")?;
    let instance = Instance::read(&std::fs::read_to_string(file)?, Some(customers.parse()?))?;
    let problem = instance.problem(Convention::Trunc1);
    Ok((format!("{}, {customers}", instance.name), problem))
}

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds flags of its own.
    let mut words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let seconds: u64 = if words.is_empty() { SECONDS } else { words.remove(0).parse()? };
    if words.is_empty() {
        words = SEEDS.map(|seed| seed.to_string()).to_vec();
    }
    println!("one thread, {seconds} s a run; gaps in percent of the same plan's cost");
    println!();
    println!("| day | variant | gap at a quarter | at half | at the end | seconds to 2 % | seconds |");
    println!("|---|---|--:|--:|--:|--:|--:|");
    for word in words {
        let (name, problem) = read(&word)?;
        day(&name, &problem, Duration::from_secs(seconds))?;
    }
    Ok(())
}
