//! Random small days for property tests: deterministic by seed, each feature with its switch.
//!
//! Days are made to be interesting: often feasible, often tight, every feature present in a part of the seeds,
//! so that interactions and absences are both seen.

mod events;
mod people;
mod surroundings;
mod work;

pub use events::RandomEvents;

use std::ops::RangeInclusive;

use journeyman_domain::Problem;
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::builder::{ProblemBuilder, Spot};

/// What random days may contain. [`Shape::default`] has everything, [`Shape::plain`] next to nothing.
///
/// A feature that is switched on occurs in about half of the days.
#[derive(Clone, Debug)]
pub struct Shape {
    /// How many visits.
    pub visits: RangeInclusive<usize>,
    /// How many shifts.
    pub shifts: RangeInclusive<usize>,
    /// Most shifts of one technician.
    pub shifts_per_technician_max: usize,
    /// Length of the horizon in ticks; local midnight may fall inside (see `days`).
    pub horizon: i64,
    /// Local midnight falls inside the horizon, so shifts and promises lie on two days.
    pub days: bool,
    /// Where travel comes from.
    pub travel: TravelShape,
    /// Estimated travel depends on the time of departure.
    pub profile: bool,
    /// How shifts are paid.
    pub pay: PayShape,
    /// Soft ends of shifts with overtime.
    pub overtime: bool,
    /// Prices for using a shift.
    pub used: bool,
    /// Most breaks of a shift.
    pub breaks_max: usize,
    /// Limits on the number of visits of a route.
    pub visits_max: bool,
    /// Technicians who are out for a shift.
    pub outs: bool,
    /// Load and capacity.
    pub load: bool,
    /// Several windows of a visit or pickup.
    pub windows_several: bool,
    /// Soft ends of visits with a price of lateness.
    pub lateness: bool,
    /// Visits of the higher tier.
    pub mandatory: bool,
    /// License classes, jurisdictions, recognition, endorsements.
    pub licenses: bool,
    /// Licenses that hold for a part of the horizon only; needs `licenses`.
    pub validity: bool,
    /// Skills with levels and features of vehicles.
    pub skills: bool,
    /// Most warehouses; 0 leaves tools and parts to the vans.
    pub pickups_max: usize,
    /// Tools.
    pub tools: bool,
    /// Parts, on vans and in warehouses, with limited and unlimited stock.
    pub parts: bool,
    /// Permits in all states.
    pub permits: bool,
    /// Pins to technicians, shifts and starts.
    pub pins: bool,
    /// Promises to customers.
    pub promises: bool,
    /// Preferred, excluded and allowed technicians.
    pub preferences: bool,
}

/// Where travel of random days comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TravelShape {
    /// A matrix, often asymmetric and off the triangle inequality by a few ticks.
    Matrix,
    /// An estimate on the sphere, often with zones.
    Estimate,
    /// Either.
    Either,
}

/// How shifts of random days are paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayShape {
    /// Driving only.
    Shift,
    /// Departure to return.
    PortalToPortal,
    /// Either, shift by shift.
    Mixed,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            visits: 1..=8,
            shifts: 1..=3,
            shifts_per_technician_max: 2,
            horizon: 600,
            days: true,
            travel: TravelShape::Either,
            profile: true,
            pay: PayShape::Mixed,
            overtime: true,
            used: true,
            breaks_max: 2,
            visits_max: true,
            outs: true,
            load: true,
            windows_several: true,
            lateness: true,
            mandatory: true,
            licenses: true,
            validity: true,
            skills: true,
            pickups_max: 2,
            tools: true,
            parts: true,
            permits: true,
            pins: true,
            promises: true,
            preferences: true,
        }
    }
}

impl Shape {
    /// One window a visit, a static matrix, pay by driving, and nothing else.
    pub fn plain() -> Self {
        Self {
            shifts_per_technician_max: 1,
            days: false,
            travel: TravelShape::Matrix,
            profile: false,
            pay: PayShape::Shift,
            overtime: false,
            used: false,
            breaks_max: 0,
            visits_max: false,
            outs: false,
            load: false,
            windows_several: false,
            lateness: false,
            mandatory: false,
            licenses: false,
            validity: false,
            skills: false,
            pickups_max: 0,
            tools: false,
            parts: false,
            permits: false,
            pins: false,
            promises: false,
            preferences: false,
            ..Self::default()
        }
    }

    /// The shape of one day: each feature is left out of a part of the days, since all at once leave little possible.
    fn thinned(&self, draw: &mut Draw) -> Self {
        let mut day = self.clone();
        let switches = [
            &mut day.days,
            &mut day.profile,
            &mut day.overtime,
            &mut day.used,
            &mut day.visits_max,
            &mut day.load,
            &mut day.windows_several,
            &mut day.lateness,
            &mut day.mandatory,
            &mut day.licenses,
            &mut day.validity,
            &mut day.skills,
            &mut day.tools,
            &mut day.parts,
            &mut day.permits,
            &mut day.pins,
            &mut day.promises,
            &mut day.preferences,
        ];
        for switch in switches {
            *switch &= draw.chance(60);
        }
        for most in [&mut day.breaks_max, &mut day.pickups_max] {
            if draw.chance(40) {
                *most = 0;
            }
        }
        day
    }
}

/// A small random day. The same seed and shape give the same problem.
pub fn random_problem(seed: u64, shape: &Shape) -> Problem {
    let mut draw = Draw { rng: Pcg64Mcg::seed_from_u64(seed) };
    // Drawn apart, so that days without it are what they were.
    let mut apart = Draw { rng: Pcg64Mcg::seed_from_u64(!seed) };
    let someone_is_out = apart.when(shape.outs, 40);
    let shape = &shape.thinned(&mut draw);
    let mut day = ProblemBuilder::new();
    surroundings::add(&mut draw, shape, &mut day);
    people::add(&mut draw, shape, &mut day);
    work::add(&mut draw, shape, &mut day);
    if someone_is_out {
        day.problem_mut().shifts.iter_mut().for_each(|shift| shift.out = apart.chance(15));
    }
    day.build()
}

/// The drawing hand: the few distributions that the generators use.
struct Draw {
    rng: Pcg64Mcg,
}

impl Draw {
    /// True in `percent` of all draws.
    fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_ratio(percent, 100)
    }

    /// True in `percent` of all draws where `switch` is on; draws in either case.
    fn when(&mut self, switch: bool, percent: u32) -> bool {
        self.chance(percent) && switch
    }

    fn between(&mut self, range: RangeInclusive<i64>) -> i64 {
        self.rng.random_range(range)
    }

    fn count(&mut self, range: RangeInclusive<usize>) -> usize {
        self.rng.random_range(range)
    }

    fn quantity(&mut self, range: RangeInclusive<u32>) -> u32 {
        self.rng.random_range(range)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.rng.random_range(0..from.len())]
    }

    /// A spot on the test plane; few coordinates, so that places are shared now and then.
    fn spot(&mut self, radius: i64) -> Spot {
        let step = (radius / 8).max(1);
        (self.between(-8..=8) * step, self.between(-8..=8) * step)
    }
}

const JURISDICTIONS: [&str; 3] = ["state", "city", "elsewhere"];
const ENDORSEMENTS: [&str; 2] = ["solar", "fire-alarm"];
const SKILLS: [&str; 2] = ["panel", "cable"];
const FEATURES: [&str; 1] = ["bucket"];
const TOOLS: [&str; 2] = ["bender", "lift"];
const SKUS: [&str; 2] = ["breaker", "wire"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cases;
    use journeyman_domain::{PayPolicy, Release};

    #[test]
    fn the_same_seed_gives_the_same_day_and_another_seed_another() {
        let shape = Shape::default();
        assert_eq!(random_problem(7, &shape), random_problem(7, &shape));
        assert_ne!(random_problem(7, &shape), random_problem(8, &shape));
    }

    #[test]
    fn a_plain_day_has_windows_and_nothing_else() {
        for seed in 0..50 {
            let problem = random_problem(seed, &Shape::plain());
            assert!(
                problem.pickups.is_empty() && problem.permits.is_empty() && problem.jurisdictions.is_empty()
            );
            for shift in &problem.shifts {
                assert!(shift.breaks.is_empty() && shift.rates.pay == PayPolicy::Shift);
                assert_eq!(shift.soft_end, shift.window.end);
            }
            for visit in &problem.visits {
                assert_eq!((visit.windows.len(), visit.pin, visit.promise), (1, None, None));
                assert_eq!(visit.requirement, Default::default());
            }
        }
    }

    #[test]
    fn each_feature_of_the_default_shape_occurs() {
        let days: Vec<Problem> = (0..200).map(|seed| random_problem(seed, &Shape::default())).collect();
        type Occurs = fn(&Problem) -> bool;
        let features: [(&str, Occurs); 15] = [
            ("out", |p| p.shifts.iter().any(|s| s.out)),
            ("two days", |p| p.shifts.iter().any(|s| s.day != p.shifts[0].day)),
            ("breaks", |p| p.shifts.iter().any(|s| s.breaks.len() == 2)),
            ("overtime", |p| p.shifts.iter().any(|s| s.soft_end < s.window.end)),
            ("portal to portal", |p| p.shifts.iter().any(|s| s.rates.pay == PayPolicy::PortalToPortal)),
            ("several shifts of one technician", |p| p.technicians.len() < p.shifts.len()),
            ("several windows", |p| p.visits.iter().any(|v| v.windows.len() > 1)),
            ("permit awaited", |p| p.visit_ids().any(|v| matches!(p.release(v), Release::Awaiting(_)))),
            ("permit expected", |p| p.visit_ids().any(|v| matches!(p.release(v), Release::Held { .. }))),
            ("pinned start", |p| p.visits.iter().any(|v| v.pin.is_some_and(|pin| pin.start.is_some()))),
            ("promise", |p| p.visits.iter().any(|v| v.promise.is_some())),
            ("reciprocity", |p| !p.reciprocity.is_empty()),
            ("endorsement", |p| p.visits.iter().any(|v| !v.requirement.endorsements.is_empty())),
            ("limited validity", |p| {
                p.technicians.iter().flat_map(|t| &t.licenses).any(|l| l.validity.first_day.is_some())
            }),
            ("parts of a warehouse", |p| p.pickups.iter().any(|pickup| !pickup.stock.is_empty())),
        ];
        for (name, occurs) in features {
            let count = days.iter().filter(|problem| occurs(problem)).count();
            assert!(count >= 5, "{name}: in {count} of {} days", days.len());
        }
    }

    #[test]
    fn every_random_day_is_valid() {
        for seed in 0..cases(500) as u64 {
            // `build` asserts validity; a broken day panics here.
            let problem = random_problem(seed, &Shape::default());
            assert!((1..=8).contains(&problem.visits.len()) && (1..=3).contains(&problem.shifts.len()));
        }
    }
}
