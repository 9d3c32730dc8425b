//! The plan in force under the rules of now: what still holds stays, in its order; what does not is taken out, with the
//! rule that it breaks. No plan is refused.

use journeyman_domain::{BaselineRoute, Ineligibility, Problem, Refusal, ShiftId, Stop, VisitId};
use journeyman_eligibility::{Eligibility, Verdict};
use journeyman_route::{Route, RouteModel};
use journeyman_search::Solution;

/// A visit of the plan in force that could not stay where it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Repair {
    /// The visit.
    pub visit: VisitId,
    /// Where it was.
    pub shift: ShiftId,
    /// The rule that it broke there.
    pub rule: BrokenRule,
}

/// Why a visit could not stay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BrokenRule {
    /// A rule forbids it, or there is no time or room for it behind the stops before it.
    Refused(Refusal),
    /// Another route of the plan serves it too.
    ServedTwice,
}

/// The routes of the plan in force that still hold, and what had to go. The frozen stops must fit.
///
/// Deterministic; O(stops² of a route) for a route that no longer holds as a whole.
///
/// # Errors
/// The first shift whose frozen stops break the problem's own rules.
pub(crate) fn repaired(
    model: &RouteModel<'_>,
    eligibility: &Eligibility,
) -> Result<(Solution, Vec<Repair>), ShiftId> {
    let mut solution = Solution::empty(model)?;
    let mut repairs = Vec::new();
    for baseline in &model.problem().baseline {
        adopt(model, eligibility, &mut solution, baseline, &mut repairs);
    }
    Ok((solution, repairs))
}

fn adopt(
    model: &RouteModel<'_>,
    eligibility: &Eligibility,
    solution: &mut Solution,
    baseline: &BaselineRoute,
    repairs: &mut Vec<Repair>,
) {
    let (problem, shift) = (model.problem(), baseline.shift);
    let frozen = frozen_stops(problem, shift);
    let mut wanted: Vec<Stop> = frozen.to_vec();
    for stop in baseline.stops.iter().map(|stop| stop.stop).filter(|stop| !frozen.contains(stop)) {
        let Stop::Visit(visit) = stop else {
            wanted.push(stop);
            continue;
        };
        let rule = if solution.server(visit).is_some() {
            BrokenRule::ServedTwice
        } else {
            match eligibility.verdict(problem, shift, visit) {
                Verdict::Eligible(_) => {
                    wanted.push(stop);
                    continue;
                }
                Verdict::Ineligible(rule) => BrokenRule::Refused(Refusal::Ineligible(shift, rule)),
            }
        };
        repairs.push(Repair { visit, shift, rule });
    }
    if wanted.len() == frozen.len() || take(model, solution, shift, wanted.clone()) {
        return;
    }
    // The whole no longer holds: stop by stop, those that do.
    let mut kept = frozen.to_vec();
    for &stop in &wanted[frozen.len()..] {
        kept.push(stop);
        let holds = Route::of(model, shift, kept.clone()).is_some()
            // A pickup alone costs, but is no fault: what needs it comes behind.
            && (matches!(stop, Stop::Pickup(_)) || take(model, solution, shift, kept.clone()));
        if !holds {
            kept.pop();
            if let Stop::Visit(visit) = stop {
                let rule = BrokenRule::Refused(refusal(model, shift, visit));
                repairs.push(Repair { visit, shift, rule });
            }
        }
    }
}

/// Takes a route, without a pickup that nothing needs; whether it could.
fn take(model: &RouteModel<'_>, solution: &mut Solution, shift: ShiftId, stops: Vec<Stop>) -> bool {
    let Some(mut route) = Route::of(model, shift, stops) else { return false };
    route.remove(model, |_| false);
    solution.take_route(model, route)
}

/// What a shift says to an allowed visit that its route has no room for.
fn refusal(model: &RouteModel<'_>, shift: ShiftId, visit: VisitId) -> Refusal {
    let bare = Route::empty(model, shift);
    let alone =
        bare.and_then(|bare| bare.best_insertion(model, visit, journeyman_domain::Cost::MAX, |_| false));
    if alone.is_some() { Refusal::Full(shift) } else { Refusal::NoTime(shift) }
}

fn frozen_stops(problem: &Problem, shift: ShiftId) -> &[Stop] {
    problem.shift(shift).frozen.as_ref().map_or(&[], |frozen| &frozen.stops)
}

impl BrokenRule {
    /// The rule of eligibility, where it is one.
    pub fn ineligibility(&self) -> Option<Ineligibility> {
        match self {
            Self::Refused(Refusal::Ineligible(_, rule)) => Some(*rule),
            Self::Refused(_) | Self::ServedTwice => None,
        }
    }
}
