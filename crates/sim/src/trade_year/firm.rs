//! The firm that is simulated: its people, and the work that its town asks for.

use std::io::Read;

use jiff::civil::date;
use journeyman_domain::{
    CostBreakdown, Distance, Duration, GeoPoint, Leg, Plan, PlannedRoute, PlannedStop, Problem, Requirement,
    ShiftId, StopKind, VisitId, WindowPolicy,
};
use journeyman_travel::{Travel, TravelError};
use rand_distr::{Distribution, LogNormal};

use super::assumptions::{SNAP, TOLD_WIDTH};
use super::judge::is_illegal;
use crate::draw::generator;
use crate::permits::{ImportError, ImportOptions, import_permits};
use crate::reference_day::{ReferenceDayError, reference_day};
use crate::scenario::Scenario;
use crate::town::Town;

/// Work to draw from.
const JOBS: usize = 1_200;

/// Where the year takes place.
pub enum Where<'a> {
    /// A shipped synthetic town.
    Town(Town),
    /// A city's permit file: places and kinds of work are its rows.
    Permits(&'a mut dyn Read),
}

/// A firm that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum FirmError {
    /// The town's day.
    #[error(transparent)]
    Town(#[from] ReferenceDayError),
    /// The permit file.
    #[error(transparent)]
    Permits(#[from] ImportError),
    /// Travel.
    #[error(transparent)]
    Travel(#[from] TravelError),
    /// Nobody of the crew may do any of the work.
    #[error("nobody of the crew may do any of the work")]
    NoWork,
}

/// A kind of work somewhere.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) point: GeoPoint,
    pub(super) requirement: Requirement,
    pub(super) planned: Duration,
    /// By technician: whether the law lets this one do it.
    pub(super) qualified: Vec<bool>,
}

/// People and the work that may be asked of them.
#[derive(Clone, Debug)]
pub struct Firm {
    /// People and shifts; no visits. Its first places are the homes.
    pub(super) base: Problem,
    pub(super) jobs: Vec<Job>,
    /// What was assumed or drawn, one sentence each.
    pub notes: Vec<String>,
}

impl Firm {
    /// Draws the firm. Work that nobody of the crew may do is none of its work.
    ///
    /// # Errors
    /// [`FirmError`].
    pub fn draw(technicians: usize, seed: u64, place: Where<'_>) -> Result<Self, FirmError> {
        let Scenario { mut problem, notes } = match place {
            Where::Town(town) => {
                let mut scenario = reference_day(technicians, JOBS, seed, town)?;
                // The reference day scales its times to its load; a year has those of the trade.
                let law = LogNormal::new(60.0_f64.ln(), 0.5).expect("the spread is positive");
                let mut rng = generator(seed ^ 0x5EED);
                for visit in &mut scenario.problem.visits {
                    visit.duration = quarter_hours(law.sample(&mut rng).clamp(15.0, 360.0));
                }
                scenario
            }
            Where::Permits(csv) => {
                let visits = Some(JOBS);
                import_permits(csv, &ImportOptions { date: date(2015, 6, 10), technicians, visits, seed })?
            }
        };
        problem.window_policy = WindowPolicy {
            snap: SNAP,
            width_min: TOLD_WIDTH,
            width_max: TOLD_WIDTH,
            ..problem.window_policy
        };
        for visit in &mut problem.visits {
            visit.permits.clear();
        }
        problem.permits.clear();
        let mut jobs = jobs(&problem, technicians)?;
        jobs.retain(|job| job.qualified.contains(&true));
        if jobs.is_empty() {
            return Err(FirmError::NoWork);
        }
        problem.visits.clear();
        problem.work_orders.clear();
        problem.places.truncate(technicians);
        Ok(Self { base: problem, jobs, notes })
    }

    /// How many people.
    pub fn technicians(&self) -> usize {
        self.base.technicians.len()
    }

    /// Mean planned minutes on site.
    pub(super) fn mean_minutes(&self) -> f64 {
        let total: i64 = self.jobs.iter().map(|job| job.planned.ticks()).sum();
        total as f64 / 60.0 / self.jobs.len() as f64
    }
}

/// The work, with who may do it: the checker is asked, as it would be of a plan that gives all of it to one person.
fn jobs(problem: &Problem, technicians: usize) -> Result<Vec<Job>, FirmError> {
    let travel = Travel::build(problem)?;
    let mut jobs: Vec<Job> = problem
        .visits
        .iter()
        .map(|visit| Job {
            point: problem.place(visit.place).point.expect("scenarios place their visits"),
            requirement: visit.requirement.clone(),
            planned: visit.duration,
            qualified: vec![true; technicians],
        })
        .collect();
    for technician in 0..technicians {
        let plan = all_by(problem, &travel, ShiftId::new(technician));
        for violation in journeyman_checker::check(problem, &travel, &plan) {
            let Some(label) = violation.visit.filter(|_| is_illegal(&violation.breach)) else { continue };
            let visit = problem.visits.iter().position(|visit| visit.label == label);
            jobs[visit.expect("violations name visits of the problem")].qualified[technician] = false;
        }
    }
    Ok(jobs)
}

/// A plan that only the law is asked about: each visit at the start of its window.
fn all_by(problem: &Problem, travel: &Travel, shift: ShiftId) -> Plan {
    let start = problem.shift(shift).window.start;
    let leg =
        Leg { departure: start, duration: Duration::ZERO, distance: Distance::ZERO, source: travel.source() };
    let stop = |visit: VisitId| {
        let start = problem.visit(visit).windows[0].start;
        PlannedStop {
            kind: StopKind::Visit(visit),
            leg,
            arrival: start,
            start,
            end: start,
            window: None,
            license: None,
            held: false,
        }
    };
    let stops = problem.visit_ids().map(stop).collect();
    let cost = CostBreakdown::default();
    let route = PlannedRoute { shift, departure: start, stops, last_leg: leg, return_time: start, cost };
    super::judge::plan_of(vec![route])
}

#[expect(clippy::cast_possible_truncation, reason = "minutes of a day")]
fn quarter_hours(minutes: f64) -> Duration {
    Duration::from_ticks((minutes / 15.0).round() as i64 * 15 * 60)
}
