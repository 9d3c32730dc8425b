//! Each visit of a route: its times, permits, people, license and promise; and pickups' hours.

use journeyman_domain::{
    ArrivalWindow, PermitState, PinTarget, PlannedRoute, PlannedStop, ShiftId, Stop, StopKind, Time, VisitId,
};

use crate::breach::Breach;
use crate::check::Ground;
use crate::law;

pub(crate) fn check(ground: &mut Ground<'_>, route: &PlannedRoute) {
    for stop in &route.stops {
        match stop.kind {
            StopKind::Visit(visit) => check_visit(ground, route.shift, visit, stop),
            StopKind::Pickup(id) => {
                let pickup = ground.problem.pickup(id);
                if !pickup.windows.iter().any(|w| w.start <= stop.start && stop.start <= w.end) {
                    let (pickup, start) = (pickup.label.clone(), stop.start);
                    ground.route(route.shift, Breach::PickupClosed { pickup, start });
                }
                check_bare(ground, route.shift, stop);
            }
            StopKind::Break(_) => check_bare(ground, route.shift, stop),
        }
    }
}

fn check_visit(ground: &mut Ground<'_>, shift: ShiftId, visit: VisitId, stop: &PlannedStop) {
    let mut breaches = not_allowed(ground, shift, visit, stop.start);
    let technician = ground.problem.shift(shift).technician;
    breaches.extend(law::breach(ground, (technician, visit), stop.start, stop.license.as_ref()));
    if stop.held != is_held(ground, visit) {
        breaches.push(Breach::HeldMark { given: stop.held });
    }
    breaches.extend(stop.window.and_then(|window| window_breach(&window, stop)));
    for breach in breaches {
        ground.visit(Some(shift), visit, breach);
    }
}

/// What forbids the visit on this shift at this start, but for licenses, tools and parts.
pub(crate) fn not_allowed(ground: &Ground<'_>, shift: ShiftId, visit: VisitId, start: Time) -> Vec<Breach> {
    let mut breaches = Vec::new();
    breaches.extend(time_breach(ground, visit, start));
    breaches.extend(permit_breaches(ground, visit, start));
    breaches.extend(people_breaches(ground, shift, visit));
    breaches
}

fn time_breach(ground: &Ground<'_>, visit: VisitId, start: Time) -> Option<Breach> {
    let noun = ground.problem.visit(visit);
    if let Some(pinned) = noun.pin.and_then(|pin| pin.start) {
        return (start != pinned).then_some(Breach::PinnedStart { start, pinned });
    }
    let inside = noun.windows.iter().any(|window| window.start <= start && start <= window.end);
    (!inside).then_some(Breach::OutsideWindows { start })
}

fn permit_breaches(ground: &Ground<'_>, visit: VisitId, start: Time) -> Vec<Breach> {
    let problem = ground.problem;
    let breach = |id: &_| {
        let permit = problem.permit(*id);
        let label = permit.label.clone();
        let (from, until) = match permit.state {
            PermitState::Issued { from, until } => (from, until),
            PermitState::Filed { expected: Some(expected) } if problem.plan_expected_permits => {
                (expected, Time::MAX)
            }
            _ => return Some(Breach::PermitNotIssued { permit: label }),
        };
        let holds = from <= start && start < until;
        (!holds).then_some(Breach::PermitDate { permit: label, start, from, until })
    };
    problem.visit(visit).permits.iter().filter_map(breach).collect()
}

/// Whether some permit of the visit is only expected.
fn is_held(ground: &Ground<'_>, visit: VisitId) -> bool {
    let expected = |id| matches!(ground.problem.permit(id).state, PermitState::Filed { expected: Some(_) });
    let permits = &ground.problem.visit(visit).permits;
    ground.problem.plan_expected_permits && permits.iter().any(|&id| expected(id))
}

fn people_breaches(ground: &Ground<'_>, shift: ShiftId, visit: VisitId) -> Vec<Breach> {
    let (problem, noun) = (ground.problem, ground.problem.visit(visit));
    let id = problem.shift(shift).technician;
    let technician = problem.technician(id);
    let mut breaches = Vec::new();
    for asked in &noun.requirement.skills {
        let held =
            technician.skills.iter().find(|held| held.skill == asked.skill).map_or(0, |held| held.level);
        if held < asked.level {
            let skill = problem.skill_name(asked.skill).to_owned();
            breaches.push(Breach::MissingSkill { skill, required: asked.level, held });
        }
    }
    for feature in &noun.requirement.features {
        if !technician.van.features.contains(feature) {
            let feature = problem.feature_name(*feature).to_owned();
            breaches.push(Breach::MissingFeature { feature });
        }
    }
    let label = || technician.label.clone();
    let frozen = problem.shift(shift).frozen.as_ref();
    let happened = frozen.is_some_and(|frozen| frozen.stops.contains(&Stop::Visit(visit)));
    if problem.shift(shift).out && !happened {
        breaches.push(Breach::TechnicianOut { technician: label() });
    }
    if noun.excluded.contains(&id) {
        breaches.push(Breach::Excluded { technician: label() });
    }
    if !noun.allowed.is_empty() && !noun.allowed.contains(&id) {
        breaches.push(Breach::NotAllowed { technician: label() });
    }
    let elsewhere = noun.pin.is_some_and(|pin| match pin.target {
        PinTarget::Technician(pinned) => pinned != id,
        PinTarget::Shift(pinned) => pinned != shift,
    });
    if elsewhere {
        breaches.push(Breach::PinnedElsewhere);
    }
    breaches
}

/// The customer's window is one, holds the planned arrival or start or some moment between, and its probability is one.
fn window_breach(told: &ArrivalWindow, stop: &PlannedStop) -> Option<Breach> {
    let (start, end) = (told.window.start, told.window.end);
    if end < start {
        return Some(Breach::WindowInverted { start, end });
    }
    if end < stop.arrival || stop.start < start {
        let (arrival, service) = (stop.arrival, stop.start);
        return Some(Breach::WindowMissesVisit { start, end, arrival, service });
    }
    let permille = told.probability_permille;
    (permille > 1_000).then_some(Breach::Probability { permille })
}

/// Pickups and breaks carry nothing that belongs to visits.
fn check_bare(ground: &mut Ground<'_>, shift: ShiftId, stop: &PlannedStop) {
    if stop.window.is_some() {
        ground.route(shift, Breach::WindowOfNoVisit);
    }
    if stop.license.is_some() {
        ground.route(shift, Breach::NeedlessProof);
    }
    if stop.held {
        ground.route(shift, Breach::HeldNoVisit);
    }
}
