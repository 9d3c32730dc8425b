//! For a visit left out: each single rule let go in turn, the visit inserted, the price taken.

use std::sync::Arc;

use journeyman_checker::check;
use journeyman_domain::{
    Bound, Certainty, Cost, CostBreakdown, CostTerm, Ineligibility, JurisdictionId, LicenseClass, Plan,
    Problem, Proof, Refusal, ShiftId, StopKind, Unassigned, VisitId,
};
use journeyman_eligibility::Eligibility;
use journeyman_plan::{Relaxation, Relaxed, Slot, WindowCutter, planned_route};
use journeyman_route::{Route, RouteModel, SharedStock};
use journeyman_travel::visit_jurisdictions;

use super::Question;
use super::relax::relax;
use crate::day::Ground;

/// Pairs of jurisdictions that are tried: a large board has licenses from many.
const RECOGNITIONS_MAX: usize = 16;

/// A rule, the shift that would serve the visit cheapest without it, and about what the plan would cost more.
type Candidate = (Cost, Relaxed, ShiftId);

/// The rules without which the visit would be served for less than today, cheapest first.
pub(crate) fn find(question: &Question<'_>, told: &Unassigned) -> Vec<Relaxation> {
    let prices = told.refusals.iter().filter_map(|refusal| match *refusal {
        Refusal::Priced(_, price) => Some(price - question.penalty()),
        _ => None,
    });
    let today = prices.min();
    let rules = rules(question);
    let mut candidates: Vec<Candidate> =
        rules.into_iter().filter_map(|rule| candidate(question, rule)).collect();
    candidates.extend(one_more(question, told));
    candidates.sort_unstable();
    let mut named: Vec<Relaxation> = Vec::new();
    for (_, rule, shift) in candidates {
        if named.len() == question.options.alternatives_max {
            break;
        }
        let refusal = told.refusals.iter().find(|refusal| refusal.shift() == shift);
        let Some(found) = refusal.and_then(|&refusal| confirm(question, rule, refusal)) else { continue };
        let pays = today.is_none_or(|today| found.extra_cost < today);
        if pays && !named.iter().any(|known| is_step_of(known.rule, rule)) {
            named.push(found);
        }
    }
    named.sort_by_key(|found| (found.extra_cost, found.rule));
    named
}

/// Whether the second rule only goes further than the first, which is no dearer.
fn is_step_of(known: Relaxed, rule: Relaxed) -> bool {
    match (known, rule) {
        (Relaxed::Window(less), Relaxed::Window(more))
        | (Relaxed::Overtime(less), Relaxed::Overtime(more)) => less < more,
        _ => false,
    }
}

/// Every rule that may stand in the way, each once.
fn rules(question: &Question<'_>) -> Vec<Relaxed> {
    let (problem, visit) = (&*question.ground.problem, question.visit);
    let noun = problem.visit(visit);
    let need = &noun.requirement;
    let ticks = |step: &i64| {
        journeyman_domain::Duration::from_ticks(step.saturating_mul(problem.ticks.time_ticks_per_unit))
    };
    let mut rules: Vec<Relaxed> = Vec::new();
    rules.extend(question.options.window_steps.iter().map(ticks).map(Relaxed::Window));
    rules.extend(question.options.overtime_steps.iter().map(ticks).map(Relaxed::Overtime));
    if let Some(from) = need.license {
        let to = match from {
            LicenseClass::Master => Some(LicenseClass::Journeyman),
            LicenseClass::Journeyman => Some(LicenseClass::Apprentice),
            LicenseClass::Apprentice => None,
        };
        rules.extend([Relaxed::LicenseClass { from, to }, Relaxed::Validity]);
    }
    rules.extend(noun.pin.map(|_| Relaxed::Pin));
    rules.extend(noun.permits.iter().map(|&permit| Relaxed::Permit(permit)));
    rules.extend(need.parts.iter().map(|part| Relaxed::Part(part.sku)));
    rules.extend((need.load > 0).then_some(Relaxed::LoadCapacity));
    rules.push(Relaxed::VisitsMax);
    for shift in problem.shift_ids() {
        for reason in question.ground.eligibility.all_reasons(problem, shift, visit) {
            rules.extend(rule_behind(problem, visit, &reason));
        }
    }
    rules.extend(recognitions(question));
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// The rule of the visit that a shift's reason speaks of, where the visit's own nouns do not name it already.
fn rule_behind(problem: &Problem, visit: VisitId, reason: &Ineligibility) -> Option<Relaxed> {
    match *reason {
        Ineligibility::MissingEndorsement(id) => Some(Relaxed::Endorsement(id)),
        Ineligibility::MissingSkill(skill) => {
            let asked = problem.visit(visit).requirement.skills.iter().find(|asked| asked.skill == skill)?;
            Some(Relaxed::Skill { skill, from: asked.level, to: 0 })
        }
        Ineligibility::SkillLevelTooLow { skill, required, held } => {
            Some(Relaxed::Skill { skill, from: required, to: held })
        }
        Ineligibility::MissingTool(id) => Some(Relaxed::Tool(id)),
        Ineligibility::MissingFeature(id) => Some(Relaxed::Feature(id)),
        Ineligibility::Excluded(_) => Some(Relaxed::Exclusion),
        Ineligibility::NotAllowed(_) => Some(Relaxed::AllowedList),
        // The visit names these itself: license, pin, permits, parts, load, windows; jurisdictions are paired below.
        // Who is out is out: no rule that anybody could let go.
        Ineligibility::NoLicenseInJurisdiction { .. }
        | Ineligibility::TechnicianOut(_)
        | Ineligibility::LicenseClassTooLow { .. }
        | Ineligibility::LicenseNotValidThen { .. }
        | Ineligibility::PinnedElsewhere
        | Ineligibility::PermitNotIssued(_)
        | Ineligibility::PermitOutsideShift { .. }
        | Ineligibility::MissingPart(_)
        | Ineligibility::LoadTooLarge { .. }
        | Ineligibility::NoWindowInShift => None,
    }
}

/// Where the licenses of those come from whom the visit's jurisdiction does not recognize as high enough.
fn recognitions(question: &Question<'_>) -> Vec<Relaxed> {
    let (problem, eligibility) = (&*question.ground.problem, &question.ground.eligibility);
    let Some(accepted_in) = eligibility.jurisdiction_of(question.visit) else { return Vec::new() };
    let Some(required) = problem.visit(question.visit).requirement.license else { return Vec::new() };
    let refused = |shift: &ShiftId| !eligibility.allows(*shift, question.visit);
    let mut issuers: Vec<JurisdictionId> = problem
        .shift_ids()
        .filter(refused)
        .flat_map(|shift| &problem.technician_of(shift).licenses)
        .filter(|license| license.class >= required && license.jurisdiction != accepted_in)
        .map(|license| license.jurisdiction)
        .collect();
    issuers.sort_unstable();
    issuers.dedup();
    issuers.truncate(RECOGNITIONS_MAX);
    issuers.into_iter().map(|issued_in| Relaxed::Recognition { issued_in, accepted_in }).collect()
}

/// The cheapest shift, when a rule is let go for all.
fn candidate(question: &Question<'_>, rule: Relaxed) -> Option<Candidate> {
    let visit = question.visit;
    let ground = judged(question, relax(&question.ground.problem, visit, rule, None)?);
    if ground.eligibility.shifts_of(visit).is_empty() {
        return None;
    }
    let model = ground.model();
    let routes = routes_on(question, &model)?;
    let mut stock = SharedStock::new(&ground.problem);
    routes.iter().flatten().for_each(|route| stock.take(&model, route));
    let price = |&shift: &ShiftId| {
        let route = routes[shift.index()].as_ref()?;
        let insertion = route.best_insertion(&model, visit, Cost::MAX, |_| false)?;
        if !stock.is_trivial() {
            let mut with = route.clone();
            with.insert(&model, &insertion);
            stock.give_back(&model, route);
            let lasts = stock.lasts_for(&model, &with);
            stock.take(&model, route);
            lasts.then_some(())?;
        }
        let before = question.routes[shift.index()].as_ref().map_or(Cost::ZERO, Route::cost);
        Some((route.cost() + insertion.delta - before - question.penalty(), rule, shift))
    };
    ground.eligibility.shifts_of(visit).iter().filter_map(price).min()
}

/// A new technician like the one who would serve the visit cheapest with nothing else to do.
fn one_more(question: &Question<'_>, told: &Unassigned) -> Option<Candidate> {
    // A pin names who comes: nobody new could.
    if question.ground.problem.visit(question.visit).pin.is_some() {
        return None;
    }
    let fits =
        told.refusals.iter().filter(|refusal| matches!(refusal, Refusal::Priced(..) | Refusal::Full(_)));
    let alone = |refusal: &Refusal| {
        let bare = Route::empty(question.model, refusal.shift())?;
        let insertion = bare.best_insertion(question.model, question.visit, Cost::MAX, |_| false)?;
        Some((insertion.delta - question.penalty(), Relaxed::OneMoreTechnician, refusal.shift()))
    };
    fits.filter_map(alone).min()
}

/// The rule let go for one shift only, the visit inserted, the plan checked.
fn confirm(question: &Question<'_>, rule: Relaxed, refusal: Refusal) -> Option<Relaxation> {
    let (problem, visit, shift) = (&*question.ground.problem, question.visit, refusal.shift());
    let relaxed = relax(problem, visit, rule, Some(shift))?;
    let is_new = rule == Relaxed::OneMoreTechnician;
    let ground = if is_new { judged_whole(question, relaxed) } else { judged(question, relaxed) };
    let model = ground.model();
    let mut routes = routes_on(question, &model)?;
    let server = if is_new { ShiftId::new(problem.shifts.len()) } else { shift };
    if is_new {
        routes.push(Route::empty(&model, server));
    }
    ground.eligibility.allows(server, visit).then_some(())?;
    let route = routes[server.index()].as_mut()?;
    let insertion = route.best_insertion(&model, visit, Cost::MAX, |_| false)?;
    route.insert(&model, &insertion);
    let stops = route.stops().to_vec();
    SharedStock::lasts_for_all(&model, routes.iter().flatten()).then_some(())?;
    let plan = plan_of(&ground, &model, &routes);
    let violations = check(&ground.problem, &ground.travel, &plan);
    debug_assert!(violations.is_empty(), "{rule:?} let go: {violations:?}");
    violations.is_empty().then_some(())?;
    let start = super::start_in(&model, routes[server.index()].as_ref()?, visit)?;
    let cost = |routes: &[Option<Route>]| -> Cost { routes.iter().flatten().map(Route::cost).sum() };
    Some(Relaxation {
        rule,
        refusal,
        slot: Slot { shift, start },
        route: stops,
        extra_cost: cost(&routes) - cost(&question.routes) - question.penalty(),
    })
}

/// The ground of a problem without a rule: same places, and nothing forbidden that was allowed.
fn judged(question: &Question<'_>, relaxed: Problem) -> Ground {
    let eligibility = question.ground.eligibility.rejudged(&relaxed, question.visit);
    Ground {
        problem: Arc::new(relaxed),
        travel: Arc::clone(&question.ground.travel),
        eligibility: Arc::new(eligibility),
    }
}

/// The same with one shift more.
fn judged_whole(question: &Question<'_>, relaxed: Problem) -> Ground {
    let eligibility = Eligibility::build(&relaxed, &visit_jurisdictions(&relaxed));
    Ground {
        problem: Arc::new(relaxed),
        travel: Arc::clone(&question.ground.travel),
        eligibility: Arc::new(eligibility),
    }
}

/// The plan's routes on another problem, and what is frozen where that fits there; none where a route would not.
fn routes_on(question: &Question<'_>, model: &RouteModel<'_>) -> Option<Vec<Option<Route>>> {
    let shifts = question.ground.problem.shift_ids();
    let again = |(shift, route): (ShiftId, &Option<Route>)| match route {
        Some(route) => Route::of(model, shift, route.stops().to_vec()).map(Some),
        None => Some(Route::empty(model, shift)),
    };
    shifts.zip(&question.routes).map(again).collect()
}

/// The plan of some routes, for the checker: why others are left out is not asked.
fn plan_of(ground: &Ground, model: &RouteModel<'_>, routes: &[Option<Route>]) -> Plan {
    let problem = &*ground.problem;
    let cutter = WindowCutter::new(problem, &ground.eligibility);
    let planned = |route: &Route| planned_route(model, &ground.eligibility, &cutter, route);
    let routes: Vec<_> = routes.iter().flatten().filter_map(planned).collect();
    let mut served = vec![false; problem.visits.len()];
    for stop in routes.iter().flat_map(|route| &route.stops) {
        if let StopKind::Visit(visit) = stop.kind {
            served[visit.index()] = true;
        }
    }
    let left: Vec<VisitId> = problem.visit_ids().filter(|visit| !served[visit.index()]).collect();
    let mut cost = routes.iter().fold(CostBreakdown::default(), |sum, route| sum + route.cost);
    left.iter().for_each(|&visit| cost.add(CostTerm::Unserved, problem.visit(visit).penalty()));
    let mandatory = left.iter().filter(|&&visit| problem.visit(visit).is_mandatory()).count();
    let unknown = |visit| Unassigned { visit, certainty: Certainty::NotFoundInTime, refusals: Vec::new() };
    Plan {
        routes,
        unassigned: left.into_iter().map(unknown).collect(),
        cost,
        mandatory_unserved: u32::try_from(mandatory).expect("visits are limited far below 2^32"),
        bound: Bound { mandatory_unserved: 0, cost: Cost::ZERO, proof: Proof::Bounded },
    }
}
