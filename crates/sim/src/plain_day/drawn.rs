//! A plain day drawn by seed: the reference day without what not every solver can express.
//!
//! Licensing law becomes skills, shifts end at their regular end without a break, and the mandatory tier a higher
//! penalty. Places, times on site, windows, skills and prices are those of the reference day of the same seed.

use std::collections::BTreeSet;

use journeyman_domain::{
    JurisdictionId, LicenseClass, PlaceId, Problem, SkillLevel, Time, TimeWindow, Unserved,
};
use journeyman_travel::{Travel, visit_jurisdictions};

use super::{MICROS_PER_UNIT, PlainDay, PlainDayError, Prices, Technician, Visit, at_most};
use crate::benchmark::NODES_MAX;
use crate::reference_day::reference_day;
use crate::scenario::{PENALTY, SHIFT_RATES};
use crate::town::Town;

/// What the reference day makes mandatory is worth so many of its optional visits.
const MANDATORY_FACTOR: u64 = 4;

/// Which license a visit asks for: of a class, for a place with this law or with none.
type LicenseNeed = (LicenseClass, Option<JurisdictionId>);

impl PlainDay {
    /// Draws a plain day for so many people and visits. Same seed, same day.
    ///
    /// # Errors
    /// [`PlainDayError`] when there would be more places than the comparison holds.
    pub fn drawn(technicians: usize, visits: usize, seed: u64, place: Town) -> Result<Self, PlainDayError> {
        at_most("people and visits", technicians.saturating_add(visits), NODES_MAX)?;
        let problem = reference_day(technicians, visits, seed, place)?.problem;
        let needs = license_needs(&problem);
        let (seconds, meters) = legs(&problem);
        Ok(Self {
            name: format!("{technicians}x{visits}-{seed}"),
            prices: Prices {
                second: whole(SHIFT_RATES.time.micros() / MICROS_PER_UNIT),
                meter: whole(SHIFT_RATES.distance.micros() / MICROS_PER_UNIT),
            },
            technicians: people(&problem, &needs),
            visits: work(&problem, &needs),
            seconds,
            meters,
        })
    }
}

/// Of each visit in order.
fn license_needs(problem: &Problem) -> Vec<Option<LicenseNeed>> {
    let classes = problem.visits.iter().map(|visit| visit.requirement.license);
    classes.zip(visit_jurisdictions(problem)).map(|(class, place)| Some((class?, place))).collect()
}

fn people(problem: &Problem, needs: &[Option<LicenseNeed>]) -> Vec<Technician> {
    let needs: BTreeSet<LicenseNeed> = needs.iter().flatten().copied().collect();
    let person = |shift: &journeyman_domain::Shift| {
        let technician = problem.technician(shift.technician);
        let held = |&&(class, place): &&LicenseNeed| {
            technician.licenses.iter().any(|license| {
                license.class >= class
                    && place.is_none_or(|place| holds_in(problem, license.jurisdiction, place))
            })
        };
        let licenses = needs.iter().filter(held).map(|&need| license_skill(problem, need));
        Technician {
            label: technician.label.clone(),
            start: shift.start_place.index(),
            end: shift.end_place.index(),
            shift: seconds_of(TimeWindow { start: shift.window.start, end: shift.soft_end }),
            skills: licenses.chain(skill_names(problem, &technician.skills)).collect(),
        }
    };
    problem.shifts.iter().map(person).collect()
}

fn work(problem: &Problem, needs: &[Option<LicenseNeed>]) -> Vec<Visit> {
    let penalty = u64::from(whole(PENALTY.micros() / MICROS_PER_UNIT));
    let visit = |(visit, need): (&journeyman_domain::Visit, &Option<LicenseNeed>)| Visit {
        label: visit.label.clone(),
        place: visit.place.index(),
        window: seconds_of(visit.windows[0]),
        service: whole(visit.duration.ticks()),
        skills: need
            .map(|need| license_skill(problem, need))
            .into_iter()
            .chain(skill_names(problem, &visit.requirement.skills))
            .collect(),
        penalty: match visit.unserved {
            Unserved::Mandatory => MANDATORY_FACTOR * penalty,
            Unserved::Penalty(_) => penalty,
        },
    };
    problem.visits.iter().zip(needs).map(visit).collect()
}

/// A license as a skill of its own: who has a higher class has the lower ones' skills too.
fn license_skill(problem: &Problem, (class, place): LicenseNeed) -> String {
    let place = place.map_or("anywhere", |place| problem.jurisdictions[place.index()].label.as_str());
    format!("{} in {place}", class.name())
}

/// Whether a license of `issuer` holds in `place`: there, or in what contains it. The reference day has no reciprocity.
fn holds_in(problem: &Problem, issuer: JurisdictionId, place: JurisdictionId) -> bool {
    let parent = |id: &JurisdictionId| problem.jurisdictions[id.index()].parent;
    std::iter::successors(Some(place), parent).any(|id| id == issuer)
}

fn skill_names(problem: &Problem, skills: &[SkillLevel]) -> impl Iterator<Item = String> {
    skills.iter().map(|level| problem.names.skills[level.skill.index()].clone())
}

fn legs(problem: &Problem) -> (Vec<Vec<u32>>, Vec<Vec<u32>>) {
    let travel = Travel::build(problem).expect("all places of the reference day have coordinates");
    let places = || (0..problem.places.len()).map(PlaceId::new);
    let rows = |tell: &dyn Fn(PlaceId, PlaceId) -> i64| -> Vec<Vec<u32>> {
        places().map(|from| places().map(|to| whole(tell(from, to))).collect()).collect()
    };
    (
        rows(&|from, to| travel.leg(from, to).duration.ticks()),
        rows(&|from, to| travel.leg(from, to).distance.ticks()),
    )
}

fn seconds_of(window: TimeWindow) -> [u32; 2] {
    [window.start, window.end].map(|time| whole((time - Time::ZERO).ticks()))
}

fn whole(value: i64) -> u32 {
    u32::try_from(value).expect("numbers of the reference day are small and not negative")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_drawn_day_keeps_what_is_asked_of_a_file() {
        for seed in 1..6 {
            let day = PlainDay::drawn(7, 30, seed, Town::StGeorge).expect("small");
            let text = serde_json::to_string(&day).expect("writable");
            assert_eq!(PlainDay::read(&text).expect("readable"), day);
            assert_eq!(PlainDay::drawn(7, 30, seed, Town::StGeorge).expect("small"), day);
        }
    }

    #[test]
    fn prices_are_the_reference_days_and_mandatory_visits_the_dearest() {
        let day = PlainDay::drawn(4, 20, 3, Town::StGeorge).expect("small");
        assert_eq!((day.prices.second, day.prices.meter), (125, 4));
        let mut penalties: BTreeMap<u64, usize> = BTreeMap::new();
        for visit in &day.visits {
            *penalties.entry(visit.penalty).or_default() += 1;
        }
        assert_eq!(penalties, BTreeMap::from([(2_500_000, 18), (10_000_000, 2)]));
        assert!(day.technicians.iter().all(|person| person.shift == [8 * 3600, 17 * 3600]));
    }

    #[test]
    fn more_places_than_a_comparison_holds_are_refused() {
        let error = PlainDay::drawn(1_000, 2_001, 1, Town::StGeorge).expect_err("too many");
        assert_eq!(error.to_string(), "3001 people and visits; at most 3000");
    }
}
