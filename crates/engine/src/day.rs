//! A problem with everything derived from it that recipes need.

use std::sync::Arc;

use journeyman_checker::check;
use journeyman_domain::{
    Bound, CostBreakdown, CostTerm, PlaceId, Plan, PlannedRoute, Problem, ShiftId, Stop, TimeWindow,
    TravelSpec, Visit,
};
use journeyman_eligibility::{Eligibility, Verdict, explain};
use journeyman_milp::bound;
use journeyman_plan::assemble;
use journeyman_route::{Route, RouteModel, StartLimit};
use journeyman_travel::{Travel, TravelError, visit_jurisdictions};

use crate::EngineError;
use crate::ledger::proved;

/// A problem with its travel and law: what outlives the borrowed models. Clones share it, so that a thread that is
/// left behind has what it works on.
#[derive(Clone)]
pub(crate) struct Ground {
    pub(crate) problem: Arc<Problem>,
    pub(crate) travel: Arc<Travel>,
    pub(crate) eligibility: Arc<Eligibility>,
}

impl Ground {
    /// O(places²) for the travel; the problem is copied.
    pub(crate) fn of(problem: &Problem) -> Result<Self, EngineError> {
        refuse_unsolved(problem)?;
        Self::on(problem.clone(), Arc::new(Travel::build(problem)?), None)
    }

    /// On travel that was built for the problem's places before. `like` is ground that most of the problem may be
    /// unchanged from. O(shifts × visits), without it times rules.
    pub(crate) fn on(
        problem: Problem,
        travel: Arc<Travel>,
        like: Option<&Self>,
    ) -> Result<Self, EngineError> {
        refuse_unsolved(&problem)?;
        let jurisdictions = visit_jurisdictions(&problem);
        let eligibility = Arc::new(match like {
            Some(like) => like.eligibility.revised(&like.problem, &problem, &jurisdictions),
            None => Eligibility::build(&problem, &jurisdictions),
        });
        let ground = Self { problem: Arc::new(problem), travel, eligibility };
        ground.refuse_forbidden_past()?;
        Ok(ground)
    }

    /// What happened is a fact, and a plan that contains it would fail its check where the problem forbids it.
    fn refuse_forbidden_past(&self) -> Result<(), EngineError> {
        let problem = &*self.problem;
        for shift in problem.shift_ids() {
            let frozen = problem.shift(shift).frozen.iter().flat_map(|frozen| &frozen.stops);
            for stop in frozen {
                let Stop::Visit(visit) = *stop else { continue };
                if let Verdict::Ineligible(reason) = self.eligibility.verdict(problem, shift, visit) {
                    return Err(EngineError::FrozenVisitForbidden {
                        shift: problem.shift(shift).label.clone(),
                        visit: problem.visit(visit).label.clone(),
                        rule: explain(problem, visit, &reason),
                    });
                }
            }
        }
        Ok(())
    }

    /// The arithmetic, with starts narrowed by law.
    pub(crate) fn model(&self) -> RouteModel<'_> {
        self.model_with(&self.travel)
    }

    /// The same with other travel between the same places.
    pub(crate) fn model_with<'g>(&'g self, travel: &'g Travel) -> RouteModel<'g> {
        let limit = |(shift, visit, windows): (_, _, &[TimeWindow])| StartLimit {
            shift,
            visit,
            windows: windows.to_vec(),
        };
        let limits: Vec<StartLimit> = self.eligibility.narrowed().map(limit).collect();
        RouteModel::build(&self.problem, travel, &limits)
    }

    /// The bound that needs no solver.
    pub(crate) fn trivial_bound(&self, model: &RouteModel<'_>) -> Bound {
        bound::trivial(model, &self.eligibility)
    }

    /// The plan of some routes, checked.
    pub(crate) fn plan(
        &self,
        model: &RouteModel<'_>,
        sequences: &[(ShiftId, Vec<Stop>)],
        bound: Bound,
    ) -> Result<Plan, EngineError> {
        let found = |(shift, stops): &(ShiftId, Vec<Stop>)| {
            Route::of(model, *shift, stops.clone()).expect("only feasible routes are found")
        };
        let routes: Vec<Route> = sequences.iter().map(found).collect();
        self.plan_of(model, &routes, bound)
    }

    /// The plan of routes with the times that they were driven or planned at, checked. `bound` is proved of every plan.
    pub(crate) fn plan_at(
        &self,
        model: &RouteModel<'_>,
        sequences: &[(ShiftId, Vec<Stop>)],
        routes: Vec<PlannedRoute>,
        bound: Bound,
    ) -> Result<Plan, EngineError> {
        let stood = |(shift, stops): &(ShiftId, Vec<Stop>)| {
            let route = Route::of(model, *shift, stops.clone());
            let label = || self.problem.shift(*shift).label.clone();
            route.ok_or_else(|| EngineError::FrozenStopsDoNotFit { shift: label() })
        };
        let stood: Vec<Route> = sequences.iter().map(stood).collect::<Result<_, _>>()?;
        let mut plan = assemble(model, &self.eligibility, &stood, bound);
        plan.cost = routes.iter().fold(CostBreakdown::default(), |sum, route| sum + route.cost);
        for left_out in &plan.unassigned {
            plan.cost.add(CostTerm::Unserved, self.problem.visit(left_out.visit).penalty());
        }
        plan.routes = routes;
        plan.bound = proved(bound, plan.score());
        self.checked(plan)
    }

    /// The same of routes that are there.
    pub(crate) fn plan_of(
        &self,
        model: &RouteModel<'_>,
        routes: &[Route],
        bound: Bound,
    ) -> Result<Plan, EngineError> {
        self.checked(assemble(model, &self.eligibility, routes, bound))
    }

    fn checked(&self, plan: Plan) -> Result<Plan, EngineError> {
        let violations = check(&self.problem, &self.travel, &plan);
        if violations.is_empty() { Ok(plan) } else { Err(EngineError::CheckFailed(violations)) }
    }
}

/// What the contract draws but no method solves yet.
fn refuse_unsolved(problem: &Problem) -> Result<(), EngineError> {
    problem.visits.iter().try_for_each(refuse_unsolved_visit)?;
    let Some(dependency) = problem.dependencies.first() else { return Ok(()) };
    let field = format!("visit {}: dependency on another visit", problem.visit(dependency.after).label);
    Err(EngineError::Unsupported { field })
}

/// The same of one visit.
pub(crate) fn refuse_unsolved_visit(visit: &Visit) -> Result<(), EngineError> {
    let refuse = |field: String| Err(EngineError::Unsupported { field });
    if visit.crew_size > 1 {
        return refuse(format!("visit {}: crew_size {}", visit.label, visit.crew_size));
    }
    if visit.supervision.is_some() {
        return refuse(format!("visit {}: supervision", visit.label));
    }
    Ok(())
}

/// Refuses places that travel has no way to: without coordinates where it is estimated, or outside of its matrix.
/// A place that nothing used before may be such a one. O(places).
pub(crate) fn refuse_unreachable(
    problem: &Problem,
    mut places: impl Iterator<Item = PlaceId>,
) -> Result<(), TravelError> {
    let label = |place: PlaceId| problem.place(place).label.clone();
    match &problem.travel {
        TravelSpec::Estimate(_) | TravelSpec::Roads(_) => {
            match places.find(|&place| problem.place(place).point.is_none()) {
                Some(place) => Err(TravelError::NoPoint { place: label(place) }),
                None => Ok(()),
            }
        }
        TravelSpec::Matrix(spec) => {
            let mut listed = vec![false; problem.places.len()];
            spec.places.iter().for_each(|place| listed[place.index()] = true);
            match places.find(|&place| !listed[place.index()]) {
                Some(place) => Err(TravelError::NotInMatrix { place: label(place) }),
                None => Ok(()),
            }
        }
    }
}
