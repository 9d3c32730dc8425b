//! A planned day: the day must be right, the plan may be anything.
//!
//! What of the plan the day does not know is taken off it and kept by the caller's own ids. Only what cannot be read at
//! all is refused: a fraction of a second, an enum that the contract does not have.

use journeyman_domain::{
    Distance, Duration, PickupId, Problem, ShiftId, StopKind, Time, TravelSource, VisitId,
};
use journeyman_plan::{GivenLeg, GivenPlan, GivenRoute, GivenStop};

use crate::limits::Limits;
use crate::plan::read::{Known, read_bound, read_cost, read_proof, read_told};
use crate::problem::clock::{duration, moment};
use crate::problem::enums;
use crate::problem::labels::Labels;
use crate::problem::read_problem;
use crate::violation::{Field, Report, ViolationCode};
use crate::wire;

/// A day with anybody's plan of it.
#[derive(Clone, PartialEq, Debug)]
pub struct PlannedDay {
    /// The day.
    pub problem: Problem,
    /// As much of the plan as the day knows.
    pub plan: GivenPlan,
    /// What it does not know, in the order of the plan.
    pub foreign: Vec<Foreign>,
}

/// Something in a plan that its day does not know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Foreign {
    /// The shift, as the plan names it; may be unknown itself.
    pub shift_id: String,
    /// The visit, as the plan names it; empty where it is not about one.
    pub visit_id: String,
    /// A sentence, without its full stop.
    pub text: String,
}

/// Leg times and distances that add up without overflow.
const MUCH: i64 = 1_000_000_000_000;

/// Reads the basis of a question. Nothing when the report has violations.
pub(crate) fn read_basis(
    basis: Option<&wire::PlanBasis>,
    limits: &Limits,
    report: &Report,
    at: &Field<'_>,
) -> Option<PlannedDay> {
    let day_at = at.field("day");
    match basis.and_then(|basis| basis.basis.as_ref()) {
        Some(wire::plan_basis::Basis::Day(day)) => {
            let (problem_at, plan_at) = (day_at.field("problem"), day_at.field("plan"));
            let given = (day.problem.as_ref(), day.plan.as_ref());
            read_planned_day(given, limits, report, (&problem_at, &plan_at))
        }
        Some(wire::plan_basis::Basis::Board(_)) => {
            at.field("board")
                .refuse(ViolationCode::Unimplemented, "boards are asked through a server; give the `day`");
            None
        }
        None => {
            day_at.refuse(ViolationCode::Required, "needed");
            None
        }
    }
}

/// Reads a day, and a plan of it, from these two fields. Nothing when the report has violations.
pub(crate) fn read_planned_day(
    (problem, plan): (Option<&wire::Problem>, Option<&wire::Plan>),
    limits: &Limits,
    report: &Report,
    (problem_at, plan_at): (&Field<'_>, &Field<'_>),
) -> Option<PlannedDay> {
    for (is_given, field) in [(problem.is_some(), problem_at), (plan.is_some(), plan_at)] {
        if !is_given {
            field.refuse(ViolationCode::Required, "needed");
        }
    }
    let problem = read_problem(problem?, limits, report, problem_at)?.problem;
    let known = Known::of(&problem);
    let mut reader = Reader { known, limits, foreign: Vec::new() };
    let plan = reader.plan(plan?, plan_at)?;
    let foreign = reader.foreign;
    report.is_clean().then_some(PlannedDay { problem, plan, foreign })
}

struct Reader<'r> {
    known: Known<'r>,
    limits: &'r Limits,
    foreign: Vec<Foreign>,
}

impl Reader<'_> {
    fn plan(&mut self, plan: &wire::Plan, at: &Field<'_>) -> Option<GivenPlan> {
        let sizes = [
            at.field("routes").at_most(plan.routes.len(), self.limits.shifts),
            at.field("unassigned").at_most(plan.unassigned.len(), self.limits.visits),
        ];
        if sizes != [true, true] {
            return None;
        }
        let mut given = GivenPlan::default();
        for (index, route) in plan.routes.iter().enumerate() {
            given.routes.extend(self.route(route, &at.entry("routes", index)));
        }
        for left_out in &plan.unassigned {
            match self.known.visits.get(&left_out.visit_id) {
                Some(visit) => given.unassigned.push(VisitId::new(visit)),
                None => self.unknown("visit", &left_out.visit_id, "", &left_out.visit_id),
            }
        }
        let cost = plan.cost.as_ref();
        given.cost = cost.and_then(|_| read_cost(&self.known, cost, self.limits, &at.field("cost")));
        given.bound = plan.bound.as_ref().and_then(|bound| read_bound(Some(bound), &at.field("bound")));
        Some(given)
    }

    fn route(&mut self, route: &wire::Route, at: &Field<'_>) -> Option<GivenRoute> {
        at.field("stops").at_most(route.stops.len(), self.limits.visits).then_some(())?;
        let Some(shift) = self.known.shifts.get(&route.shift_id) else {
            self.unknown("shift", &route.shift_id, &route.shift_id, "");
            return None;
        };
        let breaks = self.known.problem.shift(ShiftId::new(shift)).breaks.iter().map(|pause| &pause.label);
        let breaks = Labels::known("break of the shift", breaks);
        let mut stops = Vec::with_capacity(route.stops.len());
        for (index, stop) in route.stops.iter().enumerate() {
            stops.extend(self.stop(stop, &route.shift_id, &breaks, &at.entry("stops", index)));
        }
        let cost = route.cost.as_ref();
        Some(GivenRoute {
            shift: ShiftId::new(shift),
            departure: self.instant(&at.field("departure_time"), route.departure_time),
            stops,
            last_leg: self.leg(route.return_leg.as_ref(), &at.field("return_leg")),
            return_time: self.instant(&at.field("return_time"), route.return_time),
            cost: cost.and_then(|_| read_cost(&self.known, cost, self.limits, &at.field("cost"))),
        })
    }

    fn stop(
        &mut self,
        stop: &wire::Stop,
        shift_id: &str,
        breaks: &Labels<'_>,
        at: &Field<'_>,
    ) -> Option<GivenStop> {
        let mut said = None;
        let kind = match &stop.kind {
            None => {
                at.field("visit").refuse(ViolationCode::Required, "needed, or `pickup`, or `shift_break`");
                return None;
            }
            Some(wire::stop::Kind::Visit(visit)) => {
                said = Some(visit);
                match self.known.visits.get(&visit.visit_id) {
                    Some(found) => StopKind::Visit(VisitId::new(found)),
                    None => {
                        self.unknown("visit", &visit.visit_id, shift_id, &visit.visit_id);
                        return None;
                    }
                }
            }
            Some(wire::stop::Kind::Pickup(pickup)) => match self.known.pickups.get(&pickup.warehouse_id) {
                Some(found) => StopKind::Pickup(PickupId::new(found)),
                None => {
                    self.unknown("warehouse", &pickup.warehouse_id, shift_id, "");
                    return None;
                }
            },
            Some(wire::stop::Kind::ShiftBreak(pause)) => match breaks.get(&pause.break_id) {
                Some(found) => StopKind::Break(found),
                None => {
                    self.unknown("break", &pause.break_id, shift_id, "");
                    return None;
                }
            },
        };
        let visit_at = at.field("visit");
        let told = said.and_then(|visit| visit.arrival_window.as_ref());
        let proof = said.and_then(|visit| visit.license_proof.as_ref());
        Some(GivenStop {
            kind,
            leg: self.leg(stop.leg.as_ref(), &at.field("leg")),
            arrival: self.instant(&at.field("arrival_time"), stop.arrival_time),
            start: self.instant(&at.field("start_time"), stop.start_time),
            end: self.instant(&at.field("end_time"), stop.end_time),
            window: told.and_then(|told| read_told(&self.known, told, &visit_at.field("arrival_window"))),
            license: proof.and_then(|proof| read_proof(&self.known, proof, &visit_at.field("license_proof"))),
            held: said.is_some_and(|visit| visit.held),
        })
    }

    fn leg(&self, leg: Option<&wire::Leg>, at: &Field<'_>) -> GivenLeg {
        let Some(leg) = leg else { return GivenLeg::default() };
        let source = match enums::value(&at.field("source"), leg.source) {
            None | Some(wire::LegSource::Unspecified) => None,
            Some(wire::LegSource::Estimate) => Some(TravelSource::Estimate),
            Some(wire::LegSource::Matrix) => Some(TravelSource::Matrix),
            Some(wire::LegSource::Road) => Some(TravelSource::Roads),
        };
        let span = |given| -> Option<Duration> { duration(&at.field("duration"), Some(given), 0, MUCH) };
        let meters = at.field("distance_meters").within(leg.distance_meters, 0, MUCH);
        let driving = leg.duration.and_then(span);
        // A number that is not given reads as 0, which is true only of a leg that takes no time.
        let distance = meters.filter(|&meters| meters > 0 || driving.is_some());
        GivenLeg {
            departure: self.instant(&at.field("departure_time"), leg.departure_time),
            duration: driving,
            distance: distance.map(Distance::from_ticks),
            source,
        }
    }

    fn instant(&self, at: &Field<'_>, given: Option<wire::Timestamp>) -> Option<Time> {
        moment(at, given, self.known.problem.epoch_seconds)
    }

    fn unknown(&mut self, noun: &str, id: &str, shift_id: &str, visit_id: &str) {
        self.foreign.push(Foreign {
            shift_id: shift_id.to_owned(),
            visit_id: visit_id.to_owned(),
            text: format!("the day has no {noun} {:?}", crate::problem::clock::shown(id)),
        });
    }
}
