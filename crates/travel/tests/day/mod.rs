//! The smallest problems that have travel.

use journeyman_domain::{
    Cost, CostPerTime, Duration, EstimateSpec, GeoPoint, Jurisdiction, Names, Place, PlaceId, Problem,
    RateCard, Requirement, TickScale, Time, TimeWindow, TravelSpec, Unserved, Visit, WindowPolicy,
    WorkOrderId,
};

pub(crate) fn point(latitude: f64, longitude: f64) -> GeoPoint {
    GeoPoint::from_degrees(latitude, longitude).expect("tests use valid degrees")
}

/// Places labelled `p0`, `p1`, … at the points.
pub(crate) fn places(points: &[GeoPoint]) -> Vec<Place> {
    points
        .iter()
        .enumerate()
        .map(|(at, &point)| Place { label: format!("p{at}"), point: Some(point) })
        .collect()
}

/// 36 km/h of road, circuity 1: ten metres of great circle a second.
pub(crate) fn plain_estimate() -> EstimateSpec {
    EstimateSpec {
        circuity_permille: 1_000,
        speed_meters_per_hour: 36_000,
        zones: Vec::new(),
        profile: Vec::new(),
    }
}

/// A visit at every place of `places`, and nothing else.
pub(crate) fn day(places: Vec<Place>, travel: TravelSpec) -> Problem {
    let visits = (0..places.len()).map(|at| visit_at(PlaceId::new(at))).collect();
    Problem {
        epoch_seconds: 0,
        time_zone: "UTC".to_owned(),
        horizon: Duration::from_ticks(86_400),
        ticks: TickScale::SECONDS_AND_METRES,
        places,
        travel,
        jurisdictions: Vec::<Jurisdiction>::new(),
        reciprocity: Vec::new(),
        technicians: Vec::new(),
        shifts: Vec::new(),
        pickups: Vec::new(),
        permits: Vec::new(),
        work_orders: vec!["WO".to_owned()],
        visits,
        dependencies: Vec::new(),
        rates: RateCard {
            promise_moved: Cost::ZERO,
            promise_soon: Vec::new(),
            promise_late: CostPerTime::ZERO,
            technician_swapped: Cost::ZERO,
            announced_swap: Cost::ZERO,
            day_changed: Cost::ZERO,
        },
        window_policy: WindowPolicy {
            snap: Duration::from_ticks(900),
            width_min: Duration::from_ticks(3_600),
            width_max: Duration::from_ticks(14_400),
            on_time_permille: 900,
            duration_spread_permille: 400,
            travel_spread_permille: 250,
        },
        plan_expected_permits: false,
        baseline: Vec::new(),
        freeze_time: None,
        names: Names::default(),
    }
}

fn visit_at(place: PlaceId) -> Visit {
    Visit {
        label: format!("v{}", place.index()),
        work_order: WorkOrderId::new(0),
        place,
        jurisdiction: None,
        duration: Duration::from_ticks(3_600),
        duration_spread: None,
        windows: vec![TimeWindow { start: Time::ZERO, end: Time::from_ticks(86_400) }],
        soft_end: None,
        lateness: CostPerTime::ZERO,
        requirement: Requirement::default(),
        permits: Vec::new(),
        unserved: Unserved::Mandatory,
        preferred: Vec::new(),
        preference_missed: Cost::ZERO,
        excluded: Vec::new(),
        allowed: Vec::new(),
        pin: None,
        promise: None,
        card: journeyman_domain::VisitCard::default(),
        crew_size: 1,
        supervision: None,
    }
}
