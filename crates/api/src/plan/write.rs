//! A plan put into the contract's words, with the caller's ids and sentences for people.

use journeyman_domain::{
    ArrivalWindow, Awaiting, Bound, Certainty, Cost, CostBreakdown, CostTerm, Duration, Leg, LicenseProof,
    OutbidBasis, PickupId, Plan, PlannedRoute, PlannedStop, Problem, Proof, Recognition, Score, StopKind,
    TravelSource, Unassigned, Unserved, VisitId,
};
use journeyman_plan::{Metrics, metrics, unassigned_line};

use super::reason::write_reason;
use crate::day::people::license_class;
use crate::day::{Words, span};
use crate::wire;

/// The plan of a problem; `warnings` are what reading the problem had to say.
pub fn write_plan(problem: &Problem, plan: &Plan, warnings: &[wire::Warning]) -> wire::Plan {
    let say = Words { problem };
    wire::Plan {
        revision: 0,
        routes: plan.routes.iter().map(|route| write_route(&say, route)).collect(),
        unassigned: plan.unassigned.iter().map(|left_out| write_unassigned(&say, left_out)).collect(),
        cost: Some(write_cost(&plan.cost)),
        bound: Some(write_bound(plan.score(), &plan.bound)),
        metrics: Some(write_numbers(&metrics(problem, plan), plan.mandatory_unserved)),
        warnings: warnings.to_vec(),
    }
}

/// A plan's score against what any plan must cost.
pub fn write_bound(score: Score, bound: &Bound) -> wire::Bound {
    let optimality = match bound.proof {
        Proof::Bounded => wire::Optimality::Bounded,
        Proof::ProvedOptimal => wire::Optimality::Proved,
        Proof::OptimalToSolverTolerance => wire::Optimality::ToTolerance,
    };
    wire::Bound {
        mandatory_unserved: count(score.mandatory_unserved),
        mandatory_unserved_bound: count(bound.mandatory_unserved),
        cost_micros: score.cost.micros(),
        bound_micros: bound.cost.micros(),
        gap: bound.gap_to(score),
        optimality: optimality.into(),
    }
}

/// Cost by term.
pub(crate) fn write_cost(cost: &CostBreakdown) -> wire::Cost {
    cost_by_term(|term| cost.get(term))
}

/// Cost by term, whatever the terms are taken from.
pub(crate) fn cost_by_term(term: impl Fn(CostTerm) -> Cost) -> wire::Cost {
    let micros = |of| term(of).micros();
    wire::Cost {
        total_micros: CostTerm::ALL.into_iter().map(&micros).sum(),
        paid_time_micros: micros(CostTerm::PaidTime),
        distance_micros: micros(CostTerm::Distance),
        overtime_micros: micros(CostTerm::Overtime),
        shift_used_micros: micros(CostTerm::ShiftUsed),
        lateness_micros: micros(CostTerm::Lateness),
        disruption_micros: micros(CostTerm::Disruption),
        preference_micros: micros(CostTerm::Preference),
        unserved_micros: micros(CostTerm::Unserved),
    }
}

/// An arrival window.
pub(crate) fn write_window(say: &Words<'_>, told: &ArrivalWindow) -> wire::ArrivalWindow {
    wire::ArrivalWindow {
        window: Some(say.window(told.window)),
        on_time_permille: i32::from(told.probability_permille),
    }
}

/// Numbers of things fit, because the limits of the door are far below.
fn count<N: TryInto<i32>>(number: N) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

pub(crate) fn write_route(say: &Words<'_>, route: &PlannedRoute) -> wire::Route {
    wire::Route {
        shift_id: say.problem.shift(route.shift).label.clone(),
        technician_id: say.problem.technician_of(route.shift).label.clone(),
        departure_time: Some(say.instant(route.departure)),
        stops: (0..route.stops.len()).map(|position| write_stop(say, route, position)).collect(),
        return_leg: Some(write_leg(say, &route.last_leg)),
        return_time: Some(say.instant(route.return_time)),
        cost: Some(write_cost(&route.cost)),
    }
}

fn write_leg(say: &Words<'_>, leg: &Leg) -> wire::Leg {
    let source = match leg.source {
        TravelSource::Estimate => wire::LegSource::Estimate,
        TravelSource::Matrix => wire::LegSource::Matrix,
        TravelSource::Roads => wire::LegSource::Road,
    };
    wire::Leg {
        departure_time: Some(say.instant(leg.departure)),
        duration: Some(span(leg.duration)),
        distance_meters: leg.distance.ticks(),
        source: source.into(),
    }
}

fn write_stop(say: &Words<'_>, route: &PlannedRoute, position: usize) -> wire::Stop {
    let stop = &route.stops[position];
    let problem = say.problem;
    let (kind, place) = match stop.kind {
        StopKind::Visit(visit) => {
            (wire::stop::Kind::Visit(write_visit(say, stop, visit)), Some(problem.visit(visit).place))
        }
        StopKind::Pickup(pickup) => (
            wire::stop::Kind::Pickup(write_pickup(say, route, position, pickup)),
            Some(problem.pickup(pickup).place),
        ),
        StopKind::Break(index) => {
            let break_id = problem.shift(route.shift).breaks[index].label.clone();
            (wire::stop::Kind::ShiftBreak(wire::BreakStop { break_id }), None)
        }
    };
    wire::Stop {
        // A break is taken where the technician stands: nobody drives there.
        leg: place.map(|_| write_leg(say, &stop.leg)),
        place_id: place.map(|place| say.place(place)).unwrap_or_default(),
        kind: Some(kind),
        arrival_time: Some(say.instant(stop.arrival)),
        start_time: Some(say.instant(stop.start)),
        end_time: Some(say.instant(stop.end)),
    }
}

fn write_visit(say: &Words<'_>, stop: &PlannedStop, visit: VisitId) -> wire::VisitStop {
    let noun = say.problem.visit(visit);
    let late = noun.soft_end.map_or(Duration::ZERO, |soft_end| stop.start - soft_end);
    wire::VisitStop {
        visit_id: noun.label.clone(),
        work_order_id: say.problem.work_order(noun.work_order).clone(),
        arrival_window: stop.window.as_ref().map(|told| write_window(say, told)),
        license_proof: stop.license.as_ref().map(|proof| write_proof(say, proof)),
        held: stop.held,
        pinned: noun.pin.is_some(),
        lateness: (late > Duration::ZERO).then(|| span(late)),
    }
}

/// Which license it is.
pub(crate) fn write_proof(say: &Words<'_>, proof: &LicenseProof) -> wire::LicenseProof {
    let (recognition, class_max) = match proof.recognition {
        Recognition::Issued => (wire::Recognition::Issued, wire::LicenseClass::Unspecified),
        Recognition::Containing => (wire::Recognition::Containing, wire::LicenseClass::Unspecified),
        Recognition::Reciprocity(class) => (wire::Recognition::Reciprocity, license_class(class)),
        Recognition::Anywhere => (wire::Recognition::Anywhere, wire::LicenseClass::Unspecified),
    };
    wire::LicenseProof {
        license_class_min: license_class(proof.required).into(),
        license_class: license_class(proof.class).into(),
        issued_in_id: say.problem.jurisdiction(proof.jurisdiction).label.clone(),
        license_number: proof.number.clone(),
        valid_until: proof.valid_until.map(|day| day.to_string()).unwrap_or_default(),
        recognition: recognition.into(),
        recognized_class_max: class_max.into(),
        text: journeyman_plan::license_line(say.problem, proof),
    }
}

/// What the visits after the pickup draw from it: all that they need of the parts it stocks, and the tools that it
/// lends and the van lacks.
fn write_pickup(
    say: &Words<'_>,
    route: &PlannedRoute,
    position: usize,
    pickup: PickupId,
) -> wire::PickupStop {
    let problem = say.problem;
    let noun = problem.pickup(pickup);
    let start = problem.shift(route.shift).stocked_at();
    let van = &problem.technician_of(route.shift).van;
    let mut drawn = vec![0_i64; problem.names.skus.len()];
    let mut tools = Vec::new();
    for stop in &route.stops[position..] {
        let StopKind::Visit(visit) = stop.kind else { continue };
        let needs = &problem.visit(visit).requirement;
        for part in needs.parts.iter().filter(|part| noun.available(part.sku, start).is_some()) {
            drawn[part.sku.index()] += i64::from(part.quantity);
        }
        let lent = |tool: &&_| noun.tools.contains(tool) && !van.tools.contains(tool);
        tools.extend(needs.tools.iter().filter(lent).copied());
    }
    tools.sort_unstable();
    tools.dedup();
    let parts = drawn.into_iter().zip(&problem.names.skus).filter(|(quantity, _)| *quantity > 0);
    wire::PickupStop {
        warehouse_id: noun.label.clone(),
        parts: parts.map(|(quantity, sku)| wire::PartQuantity { sku: sku.clone(), quantity }).collect(),
        tools: tools.into_iter().map(|tool| problem.tool_name(tool).to_owned()).collect(),
    }
}

/// A visit left out, with its reasons.
pub(crate) fn write_unassigned(say: &Words<'_>, left_out: &Unassigned) -> wire::Unassigned {
    let problem = say.problem;
    let visit = problem.visit(left_out.visit);
    let mut awaiting = None;
    let mut price_micros = None;
    let mut price_basis = wire::PriceBasis::Unspecified;
    let certainty = match left_out.certainty {
        Certainty::ProvedIneligible => wire::Certainty::ProvedIneligible,
        Certainty::ProvedInfeasible => wire::Certainty::ProvedInfeasible,
        Certainty::Awaiting(what) => {
            awaiting = Some(match what {
                Awaiting::Permit(permit) => {
                    wire::unassigned::Awaiting::AwaitingPermitId(problem.permit(permit).label.clone())
                }
                Awaiting::Part(sku) => {
                    wire::unassigned::Awaiting::AwaitingSku(problem.sku_name(sku).to_owned())
                }
            });
            wire::Certainty::Awaiting
        }
        Certainty::Outbid { price, basis } => {
            price_micros = Some(price.micros());
            price_basis = match basis {
                OutbidBasis::Insertion => wire::PriceBasis::Insertion,
                OutbidBasis::ProvedPlan => wire::PriceBasis::Proved,
            };
            wire::Certainty::Outbid
        }
        Certainty::NotFoundInTime => wire::Certainty::NotFoundInTime,
    };
    wire::Unassigned {
        visit_id: visit.label.clone(),
        work_order_id: problem.work_order(visit.work_order).clone(),
        certainty: certainty.into(),
        reasons: left_out.refusals.iter().map(|refusal| write_reason(say, left_out.visit, refusal)).collect(),
        penalty_micros: match visit.unserved {
            Unserved::Penalty(penalty) if !visit.is_mandatory() => Some(penalty.micros()),
            Unserved::Penalty(_) | Unserved::Mandatory => None,
        },
        price_micros,
        price_basis: price_basis.into(),
        text: unassigned_line(problem, left_out),
        awaiting,
    }
}

/// A plan in numbers.
pub(crate) fn write_numbers(sum: &Metrics, mandatory_unserved: u32) -> wire::Metrics {
    wire::Metrics {
        visits_planned: count(sum.visits_planned),
        visits_unassigned: count(sum.visits_unassigned),
        mandatory_unserved: count(mandatory_unserved),
        visits_awaiting: count(sum.visits_awaiting),
        visits_held: count(sum.visits_held),
        shifts_used: count(sum.shifts_used),
        driving_duration: Some(span(sum.driving)),
        distance_meters: sum.distance.ticks(),
        service_duration: Some(span(sum.service)),
        waiting_duration: Some(span(sum.waiting)),
        break_duration: Some(span(sum.breaks)),
        overtime_duration: Some(span(sum.overtime)),
        lateness_duration: Some(span(sum.lateness)),
        promises_moved: count(sum.promises_moved),
        technicians_swapped: count(sum.technicians_swapped),
        days_changed: count(sum.days_changed),
        visits_on_time: count(sum.visits_on_time),
        utilization_permille: sum.utilization_permille(),
    }
}
