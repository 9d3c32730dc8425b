//! Reads how travel is found. The daily profile becomes steps over the horizon, whatever daylight saving does.

use jiff::civil;
use journeyman_domain::{
    Distance, Duration, EstimateSpec, MatrixSpec, PlaceId, RoadSpec, RoadStep, Roads, SpeedStep, Time,
    TravelSpec, Zone,
};

use super::Context;
use super::clock::{Clock, shown, time_of_day};
use super::labels::Labels;
use super::places::ring;
use crate::violation::{Field, ViolationCode};
use crate::wire;

const SPEED_MIN: i64 = 1_000;
const SPEED_MAX: i64 = 200_000;

/// The travel model, with the zones of the problem.
pub(super) fn read(cx: &Context<'_>, problem: &wire::Problem, at: &Field<'_>) -> TravelSpec {
    read_spec(cx, (problem.travel.as_ref(), &problem.zones), problem.places.len(), at)
}

/// The same of a message that has a travel model and zones; the day has so many places. A matrix counts before roads,
/// roads before an estimate.
pub(super) fn read_spec(
    cx: &Context<'_>,
    (travel, zones): (Option<&wire::Travel>, &[wire::Zone]),
    places: usize,
    at: &Field<'_>,
) -> TravelSpec {
    let travel_at = at.field("travel");
    let unset = wire::TravelEstimate::default();
    let estimate = match travel.and_then(|travel| travel.model.as_ref()) {
        Some(wire::travel::Model::Matrix(matrix)) => {
            if !zones.is_empty() {
                at.field("zones").refuse(ViolationCode::Conflict, "a matrix has no use for zones");
            }
            return TravelSpec::Matrix(read_matrix(cx, matrix, places, &travel_at.field("matrix")));
        }
        Some(wire::travel::Model::Roads(roads)) => {
            let roads_at = travel_at.field("roads");
            if !zones.is_empty() {
                at.field("zones").refuse(ViolationCode::Conflict, "roads have no use for zones");
            }
            let profile = read_profile(cx, &roads.daily_profile, &roads_at);
            match &cx.limits.roads {
                Some(known) => return TravelSpec::Roads(on_roads(cx, known, &profile)),
                None => roads_at.refuse(ViolationCode::Conflict, "no roads are known here"),
            }
            &unset
        }
        Some(wire::travel::Model::Estimate(estimate)) => estimate,
        None => &unset,
    };
    let estimate_at = travel_at.field("estimate");
    let circuity = i64::from(estimate.circuity_permille.unwrap_or(1_300));
    let circuity = estimate_at.field("circuity_permille").within(circuity, 1_000, 5_000);
    let speed_at = estimate_at.field("speed_meters_per_hour");
    let spec = EstimateSpec {
        circuity_permille: circuity.and_then(|permille| u32::try_from(permille).ok()).unwrap_or(1_300),
        speed_meters_per_hour: speed(&speed_at, estimate.speed_meters_per_hour.unwrap_or(40_000)),
        zones: read_zones(cx, zones, at),
        profile: Vec::new(),
    };
    let profile = read_profile(cx, &estimate.daily_profile, &estimate_at);
    match &cx.limits.roads {
        Some(roads) => TravelSpec::Roads(on_roads(cx, roads, &profile)),
        None => TravelSpec::Estimate(EstimateSpec { profile: spread_profile(&cx.clock, &profile), ..spec }),
    }
}

/// Shows the fields of an estimate, and of its zones, that were given and that roads have no use for.
pub(super) fn unused_on_roads(
    (travel, zones): (Option<&wire::Travel>, &[wire::Zone]),
    at: &Field<'_>,
    mut show: impl FnMut(&Field<'_>),
) {
    let travel_at = at.field("travel");
    let estimate_at = travel_at.field("estimate");
    if let Some(wire::travel::Model::Estimate(estimate)) = travel.and_then(|travel| travel.model.as_ref()) {
        if estimate.circuity_permille.is_some() {
            show(&estimate_at.field("circuity_permille"));
        }
        if estimate.speed_meters_per_hour.is_some() {
            show(&estimate_at.field("speed_meters_per_hour"));
        }
    }
    if !zones.is_empty() {
        show(&at.field("zones"));
    }
}

/// Roads over the horizon: their own periods, and on top of them the profile of the day.
fn on_roads(cx: &Context<'_>, roads: &Roads, profile: &[(civil::Time, u32)]) -> RoadSpec {
    let periods: Vec<(civil::Time, u32)> = (0..)
        .zip(roads.source().period_starts())
        .map(|(period, &minute)| (at_minute(minute), period))
        .collect();
    let last_of = |steps: &[(civil::Time, u32)], start: civil::Time| {
        // Before the first step of a day the last one of the day before still holds.
        steps.iter().rev().find(|step| step.0 <= start).or(steps.last()).map(|step| step.1)
    };
    let mut starts: Vec<civil::Time> = periods.iter().chain(profile).map(|step| step.0).collect();
    starts.sort_unstable();
    starts.dedup();
    let pairs: Vec<(usize, u32)> = starts
        .iter()
        .map(|&start| {
            (last_of(&periods, start).unwrap_or(0) as usize, last_of(profile, start).unwrap_or(1_000))
        })
        .collect();
    let numbered: Vec<(civil::Time, u32)> = starts.into_iter().zip(0..).collect();
    let spread = spread_profile(&cx.clock, &numbered).into_iter();
    let step = |step: SpeedStep| {
        let (period, factor_permille) = pairs[step.factor_permille as usize];
        RoadStep { from: step.from, period, factor_permille }
    };
    let mut steps: Vec<RoadStep> = spread.map(step).collect();
    steps.dedup_by_key(|step| (step.period, step.factor_permille));
    RoadSpec { roads: roads.clone(), steps }
}

fn at_minute(minute: u16) -> civil::Time {
    let (hour, minute) = (minute / 60 % 24, minute % 60);
    let number = |number: u16| i8::try_from(number).expect("below 60");
    civil::time(number(hour), number(minute), 0, 0)
}

fn speed(at: &Field<'_>, meters_per_hour: i64) -> u32 {
    let inside = at.within(meters_per_hour, SPEED_MIN, SPEED_MAX);
    inside.and_then(|speed| u32::try_from(speed).ok()).unwrap_or(40_000)
}

fn read_zones(cx: &Context<'_>, zones: &[wire::Zone], at: &Field<'_>) -> Vec<Zone> {
    Labels::learn("zone", zones.iter().map(|zone| zone.id.as_str()), cx.limits, |index, code, text| {
        at.entry("zones", index).field("id").refuse(code, text);
    });
    let read = |(index, zone): (usize, &wire::Zone)| {
        let entry = at.entry("zones", index);
        Zone {
            label: zone.id.clone(),
            ring: ring(&entry.field("ring"), zone.ring.as_ref(), cx.limits),
            speed_meters_per_hour: speed(&entry.field("speed_meters_per_hour"), zone.speed_meters_per_hour),
        }
    };
    zones.iter().enumerate().map(read).collect()
}

fn read_profile(cx: &Context<'_>, steps: &[wire::TravelTimeStep], at: &Field<'_>) -> Vec<(civil::Time, u32)> {
    if !at.field("daily_profile").at_most(steps.len(), cx.limits.profile_steps) {
        return Vec::new();
    }
    let mut read: Vec<(civil::Time, u32)> = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        let entry = at.entry("daily_profile", index);
        let start_at = entry.field("start_time_of_day");
        let start = time_of_day(&start_at, &step.start_time_of_day);
        let permille =
            entry.field("travel_time_permille").within(i64::from(step.travel_time_permille), 100, 10_000);
        let (Some(start), Some(permille)) = (start, permille) else { continue };
        if read.last().is_some_and(|(before, _)| *before >= start) {
            start_at.refuse(ViolationCode::Unordered, "steps are in rising order");
        }
        read.push((start, u32::try_from(permille).expect("at most 10,000")));
    }
    read
}

/// The profile as steps over the horizon: the factor can change only where the clock on the wall shows the start
/// of a step, or where it is put forward or back; there the wall says which step holds. Empty for an empty profile.
pub(crate) fn spread_profile(clock: &Clock, profile: &[(civil::Time, u32)]) -> Vec<SpeedStep> {
    let mut moments = vec![Time::ZERO];
    let (first, last) = (clock.day_of(Time::ZERO), clock.day_of(clock.end()));
    for day in first.series(jiff::Span::new().days(1)).take_while(|day| *day <= last) {
        for (start, _) in profile {
            let wall = clock.zone.to_ambiguous_timestamp(day.to_datetime(*start));
            // Where the clock is put back, the step starts twice.
            for instant in [wall.earlier(), wall.later()].into_iter().flatten() {
                moments.push(Time::from_ticks(instant.as_second() - clock.epoch_seconds));
            }
        }
    }
    if let Ok(start) = jiff::Timestamp::from_second(clock.epoch_seconds) {
        let changes = clock.zone.following(start).map(|change| change.timestamp().as_second());
        let inside = changes.map(|second| Time::from_ticks(second - clock.epoch_seconds));
        moments.extend(inside.take_while(|time| *time <= clock.end()));
    }
    moments.retain(|time| clock.horizon_window().contains(*time));
    moments.sort_unstable();
    moments.dedup();

    let mut steps: Vec<SpeedStep> = Vec::new();
    for from in moments {
        let wall = clock.local(from).time();
        // Before the first step of a day the last one of the day before still holds.
        let Some((_, factor)) = profile.iter().rev().find(|(start, _)| *start <= wall).or(profile.last())
        else {
            break;
        };
        if steps.last().is_none_or(|step| step.factor_permille != *factor) {
            steps.push(SpeedStep { from, factor_permille: *factor });
        }
    }
    steps
}

fn read_matrix(cx: &Context<'_>, matrix: &wire::TravelMatrix, places: usize, at: &Field<'_>) -> MatrixSpec {
    const DURATION_MAX: i64 = 31 * 86_400;
    const DISTANCE_MAX: i64 = 100_000_000;
    let mut read =
        MatrixSpec { places: Vec::new(), durations: Vec::new(), distances: Vec::new(), rounding_ticks: 0 };
    let places_at = at.field("place_ids");
    let n = matrix.place_ids.len();
    if !places_at.at_most(n, cx.limits.matrix_places) {
        return read;
    }
    read.places = matrix_places(cx, &matrix.place_ids, places, &places_at);
    let numbers = |name, numbers: &[i64], max| {
        let list_at = at.field(name);
        if numbers.len() != n * n {
            let text = format_args!("{} numbers for {n} places; it takes {}", numbers.len(), n * n);
            list_at.refuse(ViolationCode::OutOfRange, text);
            return;
        }
        for (index, &number) in numbers.iter().enumerate() {
            let (row, column) = (index / n, index % n);
            let inside = list_at.index(index).within(number, 0, max).is_some();
            if inside && row == column && number != 0 {
                let text = format_args!(
                    "{number} from {:?} to itself; the diagonal is 0",
                    shown(&matrix.place_ids[row])
                );
                list_at.index(index).refuse(ViolationCode::OutOfRange, text);
            }
        }
    };
    numbers("duration_seconds", &matrix.duration_seconds, DURATION_MAX);
    numbers("distance_meters", &matrix.distance_meters, DISTANCE_MAX);
    read.durations = matrix.duration_seconds.iter().copied().map(Duration::from_ticks).collect();
    read.distances = matrix.distance_meters.iter().copied().map(Distance::from_ticks).collect();
    read
}

/// Every place of the problem exactly once.
fn matrix_places(cx: &Context<'_>, ids: &[String], count: usize, at: &Field<'_>) -> Vec<PlaceId> {
    let mut seen = vec![false; count];
    let mut places = Vec::with_capacity(ids.len());
    for (index, id) in ids.iter().enumerate() {
        let entry = at.index(index);
        let Some(place) = cx.places.find(&entry, id) else { continue };
        if std::mem::replace(&mut seen[place], true) {
            entry.refuse(ViolationCode::Duplicate, "is in the list already");
        }
        places.push(PlaceId::new(place));
    }
    for (place, _) in seen.iter().enumerate().filter(|(_, seen)| !**seen) {
        let label = cx.places.label(place).unwrap_or_default();
        at.refuse(ViolationCode::Required, format_args!("the place {:?} is missing", shown(label)));
    }
    places
}
