//! Reads work orders and visits.

use journeyman_domain::{
    Cost, Duration, EndorsementId, FeatureId, JurisdictionId, LicenseClass, PermitId, PlaceId, Priority,
    Promise, Requirement, SkillLevel, TechnicianId, ToolId, Unserved, Visit, VisitCard, WorkOrderId,
};

use super::Context;
use super::clock::duration;
use super::enums::{license_class, priority};
use super::labels::{Labels, sorted_once};
use super::people::{DEMAND_MAX, LOAD_MAX, read_parts, read_skill};
use super::rates::{amount, per_minute};
use crate::limits::Limits;
use crate::violation::{Field, ViolationCode};
use crate::wire;

/// Time on site and its spread, in seconds.
const DURATION_MAX: i64 = 31 * 86_400;

/// Learns the ids of all visits.
pub(super) fn visit_ids<'a>(problem: &'a wire::Problem, limits: &Limits, at: &Field<'_>) -> Labels<'a> {
    let places: Vec<(usize, usize)> = problem
        .work_orders
        .iter()
        .enumerate()
        .flat_map(|(o, order)| (0..order.visits.len()).map(move |v| (o, v)))
        .collect();
    let labels = problem.work_orders.iter().flat_map(|order| &order.visits).map(|visit| visit.id.as_str());
    Labels::learn("visit", labels, limits, |position, code, text| {
        let (o, v) = places[position];
        at.entry("work_orders", o).entry("visits", v).field("id").refuse(code, text);
    })
}

/// Labels of the work orders and, in their order, all visits.
pub(super) fn read(cx: &Context<'_>, problem: &wire::Problem, at: &Field<'_>) -> (Vec<String>, Vec<Visit>) {
    let ids = problem.work_orders.iter().map(|order| order.id.as_str());
    Labels::learn("work order", ids, cx.limits, |index, code, text| {
        at.entry("work_orders", index).field("id").refuse(code, text);
    });
    let mut visits = Vec::new();
    for (index, order) in problem.work_orders.iter().enumerate() {
        let entry = at.entry("work_orders", index);
        visits.extend(read_order(cx, order, WorkOrderId::new(index), &entry));
    }
    (problem.work_orders.iter().map(|order| order.id.clone()).collect(), visits)
}

/// The visits of one work order that comes to a day.
pub(super) fn read_order(
    cx: &Context<'_>,
    order: &wire::WorkOrder,
    work_order: WorkOrderId,
    at: &Field<'_>,
) -> Vec<Visit> {
    if order.visits.is_empty() {
        at.field("visits").refuse(ViolationCode::Required, "a work order has at least one visit");
    }
    let shared = Shared {
        work_order,
        priority: priority(&at.field("priority"), order.priority).unwrap_or(Priority::Normal),
        permits: read_permits(cx, &order.permit_ids, &at.field("permit_ids")),
    };
    let visits = order.visits.iter().enumerate();
    visits.map(|(v, visit)| read_visit(cx, visit, &shared, &at.entry("visits", v))).collect()
}

/// What a work order gives to its visits.
struct Shared {
    work_order: WorkOrderId,
    priority: Priority,
    permits: Vec<PermitId>,
}

fn read_permits(cx: &Context<'_>, ids: &[String], at: &Field<'_>) -> Vec<PermitId> {
    cx.permits.find_all(at, ids, cx.limits).into_iter().map(PermitId::new).collect()
}

fn read_visit(cx: &Context<'_>, visit: &wire::Visit, shared: &Shared, at: &Field<'_>) -> Visit {
    refuse_what_is_not_built(visit, at);
    let place = cx.places.find(&at.field("place_id"), &visit.place_id);
    let jurisdiction = if visit.jurisdiction_id.is_empty() {
        None
    } else {
        cx.jurisdictions.find(&at.field("jurisdiction_id"), &visit.jurisdiction_id)
    };
    let technicians = |name, ids: &[String]| -> Vec<TechnicianId> {
        let found = cx.technicians.find_all(&at.field(name), ids, cx.limits);
        found.into_iter().map(TechnicianId::new).collect()
    };
    let late_at = at.field("late_minute_micros");
    let permits = read_permits(cx, &visit.permit_ids, &at.field("permit_ids"));
    Visit {
        label: visit.id.clone(),
        work_order: shared.work_order,
        place: PlaceId::new(place.unwrap_or(0)),
        jurisdiction: jurisdiction.map(JurisdictionId::new),
        duration: time_on_site(visit, at),
        duration_spread: duration(&at.field("duration_spread"), visit.duration_spread, 0, DURATION_MAX),
        windows: cx.clock.windows(&at.field("time_windows"), &visit.time_windows, cx.limits.windows),
        soft_end: cx.clock.instant(&at.field("soft_end_time"), visit.soft_end_time),
        lateness: visit
            .late_minute_micros
            .map_or(cx.prices.lateness, |micros| per_minute(&late_at, micros, cx.limits)),
        requirement: read_requirement(cx, visit, at),
        permits: if permits.is_empty() { shared.permits.clone() } else { permits },
        unserved: read_unserved(cx, visit, cx.prices.penalty(shared.priority), at),
        preferred: technicians("preferred_technician_ids", &visit.preferred_technician_ids),
        preference_missed: read_preference(cx, visit, at),
        card: VisitCard {
            lateness: visit.late_minute_micros.is_none(),
            preference_missed: visit.preference_miss_micros.is_none(),
            penalty: (!visit.mandatory && visit.penalty_micros.is_none()).then_some(shared.priority),
        },
        excluded: technicians("excluded_technician_ids", &visit.excluded_technician_ids),
        allowed: technicians("allowed_technician_ids", &visit.allowed_technician_ids),
        pin: None,
        promise: visit.promise.as_ref().and_then(|promise| read_promise(cx, promise, &at.field("promise"))),
        crew_size: 1,
        supervision: None,
    }
}

fn refuse_what_is_not_built(visit: &wire::Visit, at: &Field<'_>) {
    let unimplemented = |name, text: &str| at.field(name).refuse(ViolationCode::Unimplemented, text);
    if let Some(crew) = visit.crew_size
        && at.field("crew_size").within(i64::from(crew), 1, 100).is_some_and(|crew| crew > 1)
    {
        unimplemented("crew_size", "a crew of more than one is not built yet");
    }
    if visit.supervision.is_some() {
        unimplemented("supervision", "supervision is not built yet");
    }
    if !visit.dependencies.is_empty() {
        unimplemented("dependencies", "dependencies between visits are not built yet");
    }
}

/// Setup and service together.
fn time_on_site(visit: &wire::Visit, at: &Field<'_>) -> Duration {
    let service_at = at.field("service_duration");
    let setup = duration(&at.field("setup_duration"), visit.setup_duration, 0, DURATION_MAX);
    let service = duration(&service_at, visit.service_duration, 0, DURATION_MAX);
    let sum = setup.unwrap_or(Duration::ZERO) + service.unwrap_or(Duration::ZERO);
    if sum.ticks() > DURATION_MAX {
        let text = format_args!("{} s with the setup; the limit is {DURATION_MAX} s", sum.ticks());
        service_at.refuse(ViolationCode::OutOfRange, text);
    }
    sum
}

fn read_requirement(cx: &Context<'_>, visit: &wire::Visit, at: &Field<'_>) -> Requirement {
    let license: Option<LicenseClass> =
        license_class(&at.field("license_class_min"), visit.license_class_min);
    let endorsements_at = at.field("endorsements");
    let endorsements = cx.words.endorsements.find_all(&endorsements_at, &visit.endorsements, cx.limits);
    if visit.license_class_min == 0 && !endorsements.is_empty() {
        endorsements_at.refuse(ViolationCode::Conflict, "endorsements need `license_class_min`");
    }
    let tools = cx.words.tools.find_all(&at.field("tools"), &visit.tools, cx.limits);
    let features_at = at.field("vehicle_features");
    let features = cx.words.features.find_all(&features_at, &visit.vehicle_features, cx.limits);
    Requirement {
        license,
        endorsements: endorsements.into_iter().map(EndorsementId::new).collect(),
        skills: read_skills(cx, &visit.skills, at),
        tools: tools.into_iter().map(ToolId::new).collect(),
        features: features.into_iter().map(FeatureId::new).collect(),
        parts: read_parts(cx, (&visit.parts, DEMAND_MAX), &at.field("parts")),
        load: at.field("load").within(visit.load, 0, LOAD_MAX).unwrap_or(0),
    }
}

fn read_skills(cx: &Context<'_>, skills: &[wire::SkillRequirement], at: &Field<'_>) -> Vec<SkillLevel> {
    let list_at = at.field("skills");
    if !list_at.at_most(skills.len(), cx.limits.list_entries) {
        return Vec::new();
    }
    let read = |(index, asked): (usize, &wire::SkillRequirement)| {
        let entry = list_at.index(index);
        Some((read_skill(cx, &entry, &asked.skill, ("level_min", asked.level_min))?, index))
    };
    sorted_once(&list_at, skills.iter().enumerate().filter_map(read).collect(), |skill| skill.skill)
}

fn read_unserved(cx: &Context<'_>, visit: &wire::Visit, default: Cost, at: &Field<'_>) -> Unserved {
    let penalty_at = at.field("penalty_micros");
    match (visit.mandatory, visit.penalty_micros) {
        (true, None) => Unserved::Mandatory,
        (true, Some(_)) => {
            penalty_at.refuse(ViolationCode::Conflict, "a mandatory visit has no penalty");
            Unserved::Mandatory
        }
        (false, None) => Unserved::Penalty(default),
        (false, Some(micros)) => Unserved::Penalty(amount(&penalty_at, micros, cx.limits)),
    }
}

fn read_preference(cx: &Context<'_>, visit: &wire::Visit, at: &Field<'_>) -> Cost {
    let Some(micros) = visit.preference_miss_micros else { return cx.prices.preference_missed };
    let preference_at = at.field("preference_miss_micros");
    if visit.preferred_technician_ids.is_empty() {
        preference_at.refuse(ViolationCode::Conflict, "needs `preferred_technician_ids`");
    }
    amount(&preference_at, micros, cx.limits)
}

pub(super) fn read_promise(cx: &Context<'_>, promise: &wire::Promise, at: &Field<'_>) -> Option<Promise> {
    let window_at = at.field("window");
    if promise.window.is_none() {
        window_at.refuse(ViolationCode::Required, "needed");
    }
    let technician_at = at.field("technician_id");
    let technician = if promise.technician_id.is_empty() {
        if promise.announced {
            at.field("announced").refuse(ViolationCode::Conflict, "needs `technician_id`");
        }
        None
    } else {
        cx.technicians.find(&technician_at, &promise.technician_id)
    };
    Some(Promise {
        window: cx.clock.window(&window_at, promise.window.as_ref()?)?,
        technician: technician.map(TechnicianId::new),
        announced: promise.announced,
    })
}
