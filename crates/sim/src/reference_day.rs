//! The reference day: the day that targets and benchmarks speak of.
//!
//! Shares are dealt, not diced, so they hold in every day up to a whole number. What its definition leaves open is a named
//! constant here and told in the scenario's notes.

use jiff::civil::{Date, date};
use journeyman_domain::{
    Cost, CostPerTime, Duration, EstimateSpec, GeoPoint, JurisdictionId, License, LicenseClass, Names, Place,
    PlaceId, Problem, Requirement, Shift, SkillLevel, Technician, TickScale, TimeWindow, TravelSpec,
    Unserved, Visit, WorkOrderId,
};
use rand::Rng;
use rand_distr::{Distribution, LogNormal, Normal};
use rand_pcg::Pcg64;

use crate::CalendarError;
use crate::calendar::{Calendar, Clock};
use crate::crew;
use crate::draw::{dealt, east_and_north, generator, kilometers, offset};
use crate::scenario::{
    CIRCUITY_PERMILLE, PENALTY, RATE_CARD, REGULAR_END, SHIFT_START, SPEED_METERS_PER_HOUR, Scenario,
    WINDOW_POLICY, WORKING_TIME, visit_card,
};
use crate::town::{Town, TownMap};

/// The most technicians of a generated day.
pub const TECHNICIANS_MAX: usize = 10_000;
/// The most visits of a generated day.
pub const VISITS_MAX: usize = 100_000;

/// A Monday, far from any change of the clock.
const DAY: Date = date(2026, 3, 2);
/// Half of the 40 × 30 km that places lie in.
const HALF_WIDTH_KM: f64 = 20.0;
const HALF_HEIGHT_KM: f64 = 15.0;
/// Each of three clusters holds a quarter of the places, the uniform part the last quarter.
const CLUSTER_SPREAD_KM: f64 = 2.5;
/// Service and estimated travel fill this share of the regular working time: the middle of 80–90 %.
const LOAD: f64 = 0.85;
/// The drive to a visit is estimated as the one from its sixteenth nearest other visit: law, skill and window leave
/// about one of sixteen as the next one of a route. Plans found in seconds drive 17 to 20 minutes a visit on 8 × 40
/// days, 13 to 14 on 20 × 100, 9 on 50 × 250; this estimate says 21, 11 and 8.
const NEIGHBOR_RANK: usize = 16;
/// Distances are looked at from at most this many visits, so that a huge day is made in seconds.
const SAMPLED_VISITS_MAX: usize = 500;

const SKILLS: [&str; 6] =
    ["ev-charger", "fire-alarm", "generator", "industrial-controls", "panel-upgrade", "solar-pv"];

/// What a license is valid in, in percent: both towns by a state license, or one of them.
const SCOPE_PERCENTS: [(usize, usize); 3] = [(0, 60), (1, 20), (2, 20)];
const VISIT_CLASS_PERCENTS: [(LicenseClass, usize); 3] =
    [(LicenseClass::Apprentice, 15), (LicenseClass::Journeyman, 65), (LicenseClass::Master, 20)];
const WINDOW_HOURS_PERCENTS: [(Option<i8>, usize); 3] = [(Some(2), 60), (Some(4), 20), (None, 20)];

/// A day that cannot be generated.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReferenceDayError {
    /// More people than the house plans for.
    #[error("{count} technicians; at most {TECHNICIANS_MAX}")]
    TooManyTechnicians {
        /// Asked for.
        count: usize,
    },
    /// More work than the house plans for.
    #[error("{count} visits; at most {VISITS_MAX}")]
    TooManyVisits {
        /// Asked for.
        count: usize,
    },
    /// The machine's time zone database lacks the town's zone.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

/// Draws the reference day for so many people and visits.
///
/// # Errors
/// [`ReferenceDayError`] when a count exceeds its limit.
pub fn reference_day(
    technicians: usize,
    visits: usize,
    seed: u64,
    place: Town,
) -> Result<Scenario, ReferenceDayError> {
    if technicians > TECHNICIANS_MAX {
        return Err(ReferenceDayError::TooManyTechnicians { count: technicians });
    }
    if visits > VISITS_MAX {
        return Err(ReferenceDayError::TooManyVisits { count: visits });
    }
    let map = place.map();
    let calendar = Calendar::new(DAY, map.time_zone)?;
    let mut rng = generator(seed);

    let homes = points(technicians, &map, &mut rng);
    let sites = points(visits, &map, &mut rng);
    let (people, shifts) = people(technicians, &map, &calendar, &mut rng);
    let drives = drives(&sites, &homes);
    let durations = durations(visits, technicians, &drives, &mut rng);
    let visits = work(&durations, technicians, &calendar, &mut rng);
    let notes = notes(&map, seed, &people, &durations, &drives);

    let mut places: Vec<Place> = homes.into_iter().enumerate().map(|(k, p)| crew::home(k, p)).collect();
    places.extend(sites.into_iter().enumerate().map(|(k, p)| Place { label: site_label(k), point: Some(p) }));
    let problem = Problem {
        epoch_seconds: calendar.epoch_seconds(),
        time_zone: map.time_zone.to_owned(),
        horizon: calendar.horizon(),
        ticks: TickScale::SECONDS_AND_METRES,
        places,
        travel: TravelSpec::Estimate(EstimateSpec {
            circuity_permille: CIRCUITY_PERMILLE,
            speed_meters_per_hour: SPEED_METERS_PER_HOUR,
            zones: Vec::new(),
            profile: Vec::new(),
        }),
        jurisdictions: map.jurisdictions(),
        reciprocity: Vec::new(),
        technicians: people,
        shifts,
        pickups: Vec::new(),
        permits: Vec::new(),
        work_orders: (0..visits.len()).map(|k| format!("WO-{}", 1001 + k)).collect(),
        visits,
        dependencies: Vec::new(),
        rates: RATE_CARD,
        window_policy: WINDOW_POLICY,
        plan_expected_permits: false,
        baseline: Vec::new(),
        freeze_time: None,
        names: Names { skills: SKILLS.map(str::to_owned).to_vec(), ..Names::default() },
    };
    Ok(Scenario { problem, notes })
}

/// A quarter of the places around each cluster, a quarter anywhere in the box.
fn points(count: usize, map: &TownMap, rng: &mut Pcg64) -> Vec<GeoPoint> {
    let around = Normal::new(0.0, CLUSTER_SPREAD_KM).expect("the spread is positive");
    let mut shares: Vec<(Option<GeoPoint>, usize)> =
        map.clusters.iter().map(|&(_, center)| (Some(center), 1)).collect();
    shares.push((None, 1));
    dealt(count, &shares, rng)
        .into_iter()
        .map(|cluster| {
            let (east, north) = match cluster {
                None => (
                    rng.random_range(-HALF_WIDTH_KM..=HALF_WIDTH_KM),
                    rng.random_range(-HALF_HEIGHT_KM..=HALF_HEIGHT_KM),
                ),
                Some(center) => {
                    let (east, north) = east_and_north(map.center, center);
                    (east + around.sample(rng), north + around.sample(rng))
                }
            };
            offset(
                map.center,
                east.clamp(-HALF_WIDTH_KM, HALF_WIDTH_KM),
                north.clamp(-HALF_HEIGHT_KM, HALF_HEIGHT_KM),
            )
        })
        .collect()
}

fn people(
    count: usize,
    map: &TownMap,
    calendar: &Calendar,
    rng: &mut Pcg64,
) -> (Vec<Technician>, Vec<Shift>) {
    let classes = crew::classes(count, rng);
    let scopes = dealt(count, &SCOPE_PERCENTS, rng);
    // Utah's cycle: electricians renew by the end of November of even years.
    let validity = calendar.validity(date(2024, 12, 1), date(2026, 11, 30));
    let mut technicians = Vec::with_capacity(count);
    for (index, (class, scope)) in classes.into_iter().zip(scopes).enumerate() {
        let known = match class {
            LicenseClass::Apprentice => 2,
            LicenseClass::Journeyman => 4,
            LicenseClass::Master => 5,
        };
        let license = License {
            class,
            jurisdiction: JurisdictionId::new(scope),
            endorsements: Vec::new(),
            number: format!("{}-{}", map.license_prefix, 550_001 + index),
            validity,
        };
        let skills = crew::skills(SKILLS.len(), known, rng);
        technicians.push(crew::technician(index, license, skills, rng));
    }
    let shifts = (0..count).map(|index| crew::shift(index, PlaceId::new(index), calendar)).collect();
    (technicians, shifts)
}

fn work(durations: &[Duration], technicians: usize, calendar: &Calendar, rng: &mut Pcg64) -> Vec<Visit> {
    let count = durations.len();
    let classes = dealt(count, &VISIT_CLASS_PERCENTS, rng);
    let skilled = dealt(count, &[(true, 30), (false, 70)], rng);
    let widths = dealt(count, &WINDOW_HOURS_PERCENTS, rng);
    let mandatory = dealt(count, &[(true, 10), (false, 90)], rng);
    let mut visits = Vec::with_capacity(count);
    for index in 0..count {
        let skills: Vec<SkillLevel> =
            if skilled[index] { crew::skills(SKILLS.len(), 2, rng) } else { Vec::new() };
        let requirement = Requirement { license: Some(classes[index]), skills, ..Requirement::default() };
        let window = start_window(widths[index], calendar, rng);
        let unserved = if mandatory[index] { Unserved::Mandatory } else { Unserved::Penalty(PENALTY) };
        visits.push(Visit {
            label: format!("V-{}", 1001 + index),
            work_order: WorkOrderId::new(index),
            place: PlaceId::new(technicians + index),
            jurisdiction: None,
            duration: durations[index],
            duration_spread: None,
            windows: vec![window],
            soft_end: None,
            lateness: CostPerTime::ZERO,
            requirement,
            permits: Vec::new(),
            unserved,
            preferred: Vec::new(),
            preference_missed: Cost::ZERO,
            excluded: Vec::new(),
            allowed: Vec::new(),
            pin: None,
            promise: None,
            card: visit_card(unserved),
            crew_size: 1,
            supervision: None,
        });
    }
    visits
}

/// A window of so many hours that starts on a full hour of the regular day, or the whole regular day.
pub(crate) fn start_window(hours: Option<i8>, calendar: &Calendar, rng: &mut Pcg64) -> TimeWindow {
    match hours {
        None => TimeWindow { start: calendar.at(SHIFT_START), end: calendar.at(REGULAR_END) },
        Some(hours) => {
            let start = rng.random_range(8..=17 - hours);
            TimeWindow {
                start: calendar.at(Clock::hour(start)),
                end: calendar.at(Clock::hour(start + hours)),
            }
        }
    }
}

/// Estimated driving of a day: to each visit, and home at night.
struct Drives {
    per_visit: Duration,
    total: Duration,
}

/// The mean over visits of the drive from the [`NEIGHBOR_RANK`]th nearest other one, and over homes of the drive
/// from the nearest visit. O(sampled × visits).
fn drives(sites: &[GeoPoint], homes: &[GeoPoint]) -> Drives {
    // A visit is its own nearest, at rank 0.
    let per_visit = driving(mean_to_nearest(sites, sites, NEIGHBOR_RANK));
    let per_home = driving(mean_to_nearest(homes, sites, 0));
    let total = per_visit * count(sites.len()) + per_home * count(homes.len());
    Drives { per_visit, total }
}

/// Mean kilometers from a point to the site of this rank by distance (or the last one); 0 where there is none.
fn mean_to_nearest(points: &[GeoPoint], sites: &[GeoPoint], rank: usize) -> f64 {
    let Some(last) = sites.len().checked_sub(1) else { return 0.0 };
    let rank = rank.min(last);
    let step = points.len().div_ceil(SAMPLED_VISITS_MAX).max(1);
    let lengths: Vec<f64> = points
        .iter()
        .step_by(step)
        .map(|from| {
            let mut lengths: Vec<f64> = sites.iter().map(|site| kilometers(*from, *site)).collect();
            *lengths.select_nth_unstable_by(rank, f64::total_cmp).1
        })
        .collect();
    if lengths.is_empty() { 0.0 } else { lengths.iter().sum::<f64>() / lengths.len() as f64 }
}

/// Lognormal with median 60 minutes and σ 0.5, clipped to 15 minutes … 6 hours, then scaled by one factor so that
/// service and driving fill [`LOAD`] of the regular working time. Whole minutes, at least one.
fn durations(visits: usize, technicians: usize, drives: &Drives, rng: &mut Pcg64) -> Vec<Duration> {
    let lognormal = LogNormal::new(60.0_f64.ln(), 0.5).expect("the spread is positive");
    let minutes: Vec<f64> = (0..visits).map(|_| lognormal.sample(rng).clamp(15.0, 360.0)).collect();
    let capacity = WORKING_TIME.ticks() as f64 / 60.0 * technicians as f64;
    let room = (LOAD * capacity - drives.total.ticks() as f64 / 60.0).max(0.0);
    let factor = room / minutes.iter().sum::<f64>().max(1.0);
    minutes.into_iter().map(|m| whole_minutes((m * factor).max(1.0))).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "minutes of a day")]
fn whole_minutes(minutes: f64) -> Duration {
    Duration::from_ticks(minutes.round() as i64 * 60)
}

/// Driving time over so many crow-fly kilometers.
#[expect(clippy::cast_possible_truncation, reason = "seconds of a day")]
fn driving(crow_kilometers: f64) -> Duration {
    let road_meters = crow_kilometers * f64::from(CIRCUITY_PERMILLE);
    Duration::from_ticks((road_meters * 3600.0 / f64::from(SPEED_METERS_PER_HOUR)).round() as i64)
}

fn count(length: usize) -> i64 {
    i64::try_from(length).expect("lists are limited far below 2^63")
}

fn site_label(index: usize) -> String {
    format!("site-{}", 1001 + index)
}

fn notes(
    map: &TownMap,
    seed: u64,
    people: &[Technician],
    durations: &[Duration],
    drives: &Drives,
) -> Vec<String> {
    let service: Duration = durations.iter().copied().sum();
    let hours = |span: Duration| span.ticks() as f64 / 3600.0;
    let capacity = hours(WORKING_TIME) * people.len() as f64;
    let filled = if capacity > 0.0 { (hours(service) + hours(drives.total)) / capacity * 100.0 } else { 0.0 };
    let clusters: Vec<&str> = map.clusters.iter().map(|&(name, _)| name).collect();
    vec![
        format!("reference day of {} on {DAY}, seed {seed}: all of it is drawn", map.title),
        format!(
            "places: a quarter each around {} (spread {CLUSTER_SPREAD_KM} km), a quarter anywhere in 40 x 30 km",
            clusters.join(", ")
        ),
        format!(
            "law: towns {} and {} (simplified limits) in {}; 60 % of the licenses are {}'s and hold in both, 20 % \
             in each town alone",
            map.west.0, map.east.0, map.state, map.state
        ),
        "skills: 30 % of the visits ask two of six; apprentices have two, journeymen four, masters five"
            .to_owned(),
        format!(
            "travel: crow-fly distance x {:.1} at {} km/h",
            f64::from(CIRCUITY_PERMILLE) / 1000.0,
            SPEED_METERS_PER_HOUR / 1000
        ),
        format!(
            "load: {:.1} h of service and an estimated {:.1} h of driving ({} min a visit) are {filled:.1} % of \
             {capacity:.1} h regular time less breaks",
            hours(service),
            hours(drives.total),
            drives.per_visit.ticks() / 60
        ),
    ]
}
