//! From permit rows to a day: work orders by address, visits by state, people from the seed.

use std::collections::BTreeMap;

use jiff::civil::Date;
use journeyman_domain::{
    Cost, CostPerTime, Duration, EndorsementId, EstimateSpec, GeoPoint, Jurisdiction, JurisdictionId,
    License, LicenseClass, Names, Permit, PermitId, PermitState, Place, PlaceId, Problem, Requirement,
    SkillId, SkillLevel, Technician, TickScale, Time, TravelSpec, Unserved, Visit, WorkOrderId,
};
use rand::Rng;
use rand_distr::{Distribution, Normal};
use rand_pcg::Pcg64;

use super::rows::PermitRow;
use super::trade::{MINUTES_MAX, SIGN, SKILLS, Trade, trade};
use super::{DAYS_BEFORE, TIME_ZONE};
use crate::calendar::Calendar;
use crate::crew;
use crate::draw::{dealt, offset};
use crate::reference_day::start_window;
use crate::scenario::{
    CIRCUITY_PERMILLE, PENALTY, RATE_CARD, SPEED_METERS_PER_HOUR, WINDOW_POLICY, visit_card,
};
use crate::town::rectangle;

const TEXAS: usize = 0;
const AUSTIN: usize = 1;
/// Shares of licensed people, in percent.
const SIGN_PERCENT: usize = 40;
const SKILL_PERCENT: usize = 50;
/// Homes lie around addresses of the file: people live where the work is.
const HOME_SPREAD_KM: f64 = 1.5;
const WINDOW_HOURS_PERCENTS: [(Option<i8>, usize); 3] = [(Some(2), 60), (Some(4), 20), (None, 20)];

/// The permits of one address, in the order of the file.
struct Address<'a> {
    point: GeoPoint,
    permits: Vec<(PermitId, &'a PermitRow)>,
}

/// The day of `drawn`; homes lie near `all` rows.
pub(super) fn problem(
    drawn: &[&PermitRow],
    all: &[PermitRow],
    technicians: usize,
    calendar: &Calendar,
    rng: &mut Pcg64,
    notes: &mut Vec<String>,
) -> Problem {
    let addresses = addresses(drawn);
    let people = people(technicians, calendar, rng);
    let mut places: Vec<Place> =
        homes(technicians, all, rng).into_iter().enumerate().map(|(k, p)| crew::home(k, p)).collect();
    let mut work_orders = Vec::with_capacity(addresses.len());
    let mut visits = Vec::new();
    for address in &addresses {
        let order = WorkOrderId::new(work_orders.len());
        work_orders.push(format!("WO-{}", address.permits[0].1.number.trim_end_matches(" EP")));
        let place = PlaceId::new(places.len());
        places.push(Place { label: format!("address-{}", 1 + order.index()), point: Some(address.point) });
        visits.extend(address_visits(address, order, place, calendar));
    }
    let widths = dealt(visits.len(), &WINDOW_HOURS_PERCENTS, rng);
    for (visit, width) in visits.iter_mut().zip(widths) {
        visit.windows = vec![start_window(width, calendar, rng)];
    }
    tell(drawn, &addresses, &visits, calendar.date(), notes);
    Problem {
        epoch_seconds: calendar.epoch_seconds(),
        time_zone: TIME_ZONE.to_owned(),
        horizon: calendar.horizon(),
        ticks: TickScale::SECONDS_AND_METRES,
        places,
        travel: TravelSpec::Estimate(EstimateSpec {
            circuity_permille: CIRCUITY_PERMILLE,
            speed_meters_per_hour: SPEED_METERS_PER_HOUR,
            zones: Vec::new(),
            profile: Vec::new(),
        }),
        jurisdictions: jurisdictions(),
        reciprocity: Vec::new(),
        technicians: people,
        shifts: (0..technicians).map(|k| crew::shift(k, PlaceId::new(k), calendar)).collect(),
        pickups: Vec::new(),
        permits: drawn.iter().map(|row| permit(row, calendar)).collect(),
        work_orders,
        visits,
        dependencies: Vec::new(),
        rates: RATE_CARD,
        window_policy: WINDOW_POLICY,
        plan_expected_permits: false,
        baseline: Vec::new(),
        freeze_time: None,
        names: Names {
            skills: SKILLS.map(str::to_owned).to_vec(),
            endorsements: vec![SIGN.to_owned()],
            ..Names::default()
        },
    }
}

/// Texas licenses its electricians; Austin, inside it, issues the permits. Its territory is the box of the file,
/// which also holds the outskirts that the city inspects.
fn jurisdictions() -> Vec<Jurisdiction> {
    vec![
        Jurisdiction { label: "texas".to_owned(), parent: None, territory: Vec::new() },
        Jurisdiction {
            label: "austin".to_owned(),
            parent: Some(JurisdictionId::new(TEXAS)),
            territory: vec![rectangle((30.0, -98.1), (30.6, -97.4))],
        },
    ]
}

/// Rows at the same coordinates, by the first of them.
fn addresses<'a>(drawn: &[&'a PermitRow]) -> Vec<Address<'a>> {
    let mut addresses: Vec<Address<'_>> = Vec::new();
    let mut known: BTreeMap<(i64, i64), usize> = BTreeMap::new();
    for (index, row) in drawn.iter().enumerate() {
        let at = *known.entry(key(row.point)).or_insert_with(|| {
            addresses.push(Address { point: row.point, permits: Vec::new() });
            addresses.len() - 1
        });
        addresses[at].permits.push((PermitId::new(index), row));
    }
    addresses
}

/// Coordinates to 1e-6 of a degree, as the file gives them.
#[expect(clippy::cast_possible_truncation, reason = "|degrees| <= 180")]
fn key(point: GeoPoint) -> (i64, i64) {
    ((point.latitude() * 1e6).round() as i64, (point.longitude() * 1e6).round() as i64)
}

/// ISSUED from its date on; one whose date lies ahead of the day was FILED, and is expected then.
fn permit(row: &PermitRow, calendar: &Calendar) -> Permit {
    let moment = calendar.midnight(row.issued);
    Permit {
        label: row.number.clone(),
        kind: trade(row).kind.to_owned(),
        jurisdiction: Some(JurisdictionId::new(AUSTIN)),
        state: if row.issued <= calendar.date() {
            PermitState::Issued { from: moment, until: Time::MAX }
        } else {
            PermitState::Filed { expected: Some(moment) }
        },
    }
}

/// One visit for what is issued and one for what is not, so that a permit still on its way does not hold up the
/// work that may start.
fn address_visits(
    address: &Address<'_>,
    work_order: WorkOrderId,
    place: PlaceId,
    calendar: &Calendar,
) -> Vec<Visit> {
    let (issued, filed): (Vec<_>, Vec<_>) =
        address.permits.iter().copied().partition(|(_, row)| row.issued <= calendar.date());
    [issued, filed]
        .into_iter()
        .filter(|permits| !permits.is_empty())
        .map(|permits| visit(&permits, work_order, place))
        .collect()
}

/// One visit for these permits of one address: their times added up to the cap, the highest class, every skill.
fn visit(permits: &[(PermitId, &PermitRow)], work_order: WorkOrderId, place: PlaceId) -> Visit {
    let trades: Vec<Trade> = permits.iter().map(|(_, row)| trade(row)).collect();
    let duration = trades.iter().map(|trade| trade.duration).sum::<Duration>();
    let mut skills: Vec<usize> = trades.iter().filter_map(|trade| trade.skill).collect();
    skills.sort_unstable();
    skills.dedup();
    let requirement = Requirement {
        license: trades.iter().map(|trade| trade.class).max(),
        endorsements: trades.iter().any(|t| t.sign).then(|| EndorsementId::new(0)).into_iter().collect(),
        skills: skills.into_iter().map(|skill| SkillLevel { skill: SkillId::new(skill), level: 1 }).collect(),
        ..Requirement::default()
    };
    let emergency = trades.iter().any(|trade| trade.emergency);
    let unserved = if emergency { Unserved::Mandatory } else { Unserved::Penalty(PENALTY) };
    Visit {
        label: format!("V-{}", permits[0].1.number.trim_end_matches(" EP")),
        work_order,
        place,
        jurisdiction: None,
        duration: duration.min(Duration::from_ticks(MINUTES_MAX * 60)),
        duration_spread: None,
        windows: Vec::new(),
        soft_end: None,
        lateness: CostPerTime::ZERO,
        requirement,
        permits: permits.iter().map(|&(id, _)| id).collect(),
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
    }
}

fn homes(count: usize, all: &[PermitRow], rng: &mut Pcg64) -> Vec<GeoPoint> {
    let around = Normal::new(0.0, HOME_SPREAD_KM).expect("the spread is positive");
    (0..count)
        .map(|_| {
            let center = all[rng.random_range(0..all.len())].point;
            offset(center, around.sample(rng), around.sample(rng))
        })
        .collect()
}

fn people(count: usize, calendar: &Calendar, rng: &mut Pcg64) -> Vec<Technician> {
    let classes = crew::classes(count, rng);
    let sign = holders(&classes, SIGN_PERCENT, rng);
    let skills: Vec<Vec<bool>> = SKILLS.iter().map(|_| holders(&classes, SKILL_PERCENT, rng)).collect();
    let mut technicians = Vec::with_capacity(count);
    for (index, class) in classes.into_iter().enumerate() {
        // Texas licenses run for a year from any day.
        let ends = calendar.date().saturating_add(jiff::Span::new().days(rng.random_range(1..=365)));
        let starts =
            ends.saturating_sub(jiff::Span::new().years(1)).saturating_add(jiff::Span::new().days(1));
        let license = License {
            class,
            jurisdiction: JurisdictionId::new(TEXAS),
            endorsements: if sign[index] { vec![EndorsementId::new(0)] } else { Vec::new() },
            number: format!("TX-{}", 300_001 + index),
            validity: calendar.validity(starts, ends),
        };
        let known = (0..SKILLS.len())
            .filter(|&skill| skills[skill][index])
            .map(|skill| SkillLevel { skill: SkillId::new(skill), level: 1 })
            .collect();
        technicians.push(crew::technician(index, license, known, rng));
    }
    technicians
}

/// Who of the crew has something that so many of each licensed class have; never an apprentice.
fn holders(classes: &[LicenseClass], percent: usize, rng: &mut Pcg64) -> Vec<bool> {
    let mut holds = vec![false; classes.len()];
    for class in [LicenseClass::Journeyman, LicenseClass::Master] {
        let members: Vec<usize> = (0..classes.len()).filter(|&k| classes[k] == class).collect();
        let shares = [(true, percent), (false, 100 - percent)];
        for (&member, has) in members.iter().zip(dealt(members.len(), &shares, rng)) {
            holds[member] = has;
        }
    }
    holds
}

fn tell(
    drawn: &[&PermitRow],
    addresses: &[Address<'_>],
    visits: &[Visit],
    day: Date,
    notes: &mut Vec<String>,
) {
    let ahead = drawn.iter().filter(|row| row.issued > day).count();
    notes.push(format!(
        "{} permits issued by {day} (ISSUED); {ahead} issued later, so FILED on {day}, expected on their date, \
         and AWAITING",
        drawn.len() - ahead
    ));
    notes.push(format!(
        "{} work orders: rows at one address are one work order, with one visit for its issued permits and one for \
         those still on their way; {} visits, each at most {} h",
        addresses.len(),
        visits.len(),
        MINUTES_MAX / 60
    ));
    notes.push(
        "class, skill, endorsement and time on site: a table over the row's work type, sub type and words; a row \
         that says emergency is mandatory"
            .to_owned(),
    );
    notes.push(format!(
        "drawn, because the file has none: arrival windows, technicians (15 % apprentices, 60 % journeymen, 25 % \
         masters, Texas licenses that run out within a year, {SIGN_PERCENT} % with the sign endorsement, \
         {SKILL_PERCENT} % with each skill) and their homes near addresses of the file"
    ));
    notes.push(format!(
        "travel: crow-fly distance x 1.3 at {} km/h; rows from {DAYS_BEFORE} days before the day count as work \
         still to be done",
        SPEED_METERS_PER_HOUR / 1000
    ));
}
