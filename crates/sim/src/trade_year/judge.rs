//! The second opinion on what was done: the independent checker reads each day as it was driven.

use journeyman_checker::{Breach, check};
use journeyman_domain::{
    Bound, Cost, CostBreakdown, Leg, Permit, PermitId, PermitState, PlaceId, Plan, PlannedRoute, PlannedStop,
    Proof, ShiftId, StopKind, Time, TimeWindow, Visit, VisitId,
};
use journeyman_travel::{Travel, TravelError};

use super::day::{DayContext, Driven};
use super::history::CallKind;

/// Whether a rule is one of who may do what when. The rest of the checker's rules are about plans: their money, their
/// breaks and the times that they foresee; a day as it was driven has its own.
pub(super) fn is_illegal(breach: &Breach) -> bool {
    matches!(
        breach,
        Breach::NoLicense { .. }
            | Breach::ClassTooLow { .. }
            | Breach::LicenseNotValid { .. }
            | Breach::MissingEndorsement { .. }
            | Breach::MissingSkill { .. }
            | Breach::MissingTool { .. }
            | Breach::MissingFeature { .. }
            | Breach::TechnicianOut { .. }
            | Breach::Excluded { .. }
            | Breach::NotAllowed { .. }
            | Breach::PermitNotIssued { .. }
            | Breach::PermitDate { .. }
            | Breach::OutsideWindows { .. }
            | Breach::ServedTwice { .. }
            | Breach::LegBeforeFree { .. }
            | Breach::StartBeforeFree { .. }
            | Breach::TimeOutsideHorizon { .. }
    )
}

/// Routes with nothing said of money or proof.
pub(super) fn plan_of(routes: Vec<PlannedRoute>) -> Plan {
    let bound = Bound { mandatory_unserved: 0, cost: Cost::ZERO, proof: Proof::Bounded };
    Plan { routes, unassigned: Vec::new(), cost: CostBreakdown::default(), mandatory_unserved: 0, bound }
}

/// What was illegal of a day, one sentence each.
pub(super) fn illegal(day: &DayContext<'_>, driven: &[Vec<Driven>]) -> Result<Vec<String>, TravelError> {
    let mut problem = day.firm.base.clone();
    let mut found = Vec::new();
    let mut plans: Vec<(usize, Vec<VisitId>)> = Vec::new();
    for (technician, stops) in driven.iter().enumerate().filter(|(_, stops)| !stops.is_empty()) {
        let out_from = day.absent(technician);
        problem.shifts[technician].out = out_from.is_some_and(|from| from <= day.opens());
        let mut visits = Vec::new();
        for stop in stops {
            if out_from.is_some_and(|from| stop.departure > from) {
                found.push(format!("call {}: {technician} left for it after going home sick", stop.call));
            }
            visits.push(VisitId::new(problem.visits.len()));
            let place = PlaceId::new(problem.places.len());
            problem.places.push(day.place(stop.call));
            let permits = permit(day, stop.call, &mut problem.permits);
            let visit = day.visit(stop.call, place, problem.work_orders.len());
            // As it was: until when it lasted, and no later than it could begin at all.
            let windows = vec![TimeWindow { start: visit.windows[0].start, end: Time::from_ticks(86_399) }];
            let duration = stop.end - stop.start;
            problem.visits.push(Visit { permits, windows, duration, ..visit });
            problem.work_orders.push(format!("WO-{}-{}", stop.call, visits.len()));
        }
        plans.push((technician, visits));
    }
    let travel = Travel::build(&problem)?;
    let routes = plans.iter().map(|(technician, visits)| {
        let places: Vec<PlaceId> = visits.iter().map(|&visit| problem.visit(visit).place).collect();
        route(&travel, *technician, &driven[*technician], (visits, &places))
    });
    let plan = plan_of(routes.collect());
    let broken = check(&problem, &travel, &plan).into_iter().filter(|found| is_illegal(&found.breach));
    found.extend(broken.map(|violation| violation.to_string()));
    Ok(found)
}

/// The permit of work that needs one, issued when it truly was.
fn permit(day: &DayContext<'_>, call: usize, permits: &mut Vec<Permit>) -> Vec<PermitId> {
    let noun = &day.history.calls[call];
    if noun.kind != CallKind::Permit {
        return Vec::new();
    }
    let from = Time::from_ticks(noun.ready - day.midnight());
    let id = PermitId::new(permits.len());
    permits.push(Permit {
        label: format!("P-{call}"),
        kind: "electrical".to_owned(),
        jurisdiction: None,
        state: PermitState::Issued { from, until: Time::MAX },
    });
    vec![id]
}

fn route(
    travel: &Travel,
    technician: usize,
    driven: &[Driven],
    (visits, places): (&[VisitId], &[PlaceId]),
) -> PlannedRoute {
    let home = PlaceId::new(technician);
    let mut from = home;
    let mut stops = Vec::with_capacity(driven.len());
    let leg = |from, to, departure| {
        let cost = travel.leg(from, to);
        let duration = travel.duration_at(from, to, departure);
        Leg { departure, duration, distance: cost.distance, source: travel.source() }
    };
    for ((stop, &visit), &place) in driven.iter().zip(visits).zip(places) {
        stops.push(PlannedStop {
            kind: StopKind::Visit(visit),
            leg: leg(from, place, stop.departure),
            arrival: stop.arrival,
            start: stop.start,
            end: stop.end,
            window: None,
            license: None,
            held: false,
        });
        from = place;
    }
    let left = driven.last().map_or(Time::ZERO, |last| last.end);
    let last_leg = leg(from, home, left);
    let return_time = left + last_leg.duration;
    let departure = driven.first().map_or(left, |first| first.departure);
    let shift = ShiftId::new(technician);
    PlannedRoute { shift, departure, stops, last_leg, return_time, cost: CostBreakdown::default() }
}
