//! A bound that outlives events: what was proved, and how much of it hangs on each visit (METHOD: instant bounds).
//!
//! The proof is a Lagrangian bound: a worth for every visit, and for every shift the least cost of a route less the
//! worth of its visits. Take the worth of one visit away, and the bound falls by that much and holds for every plan in
//! which that visit is served at any time, or not at all, or is no longer there: dropping a visit from a route never
//! makes it dearer or infeasible where shifts are paid anyway and no detour is quicker than the direct way. Whatever
//! only takes plans away (a sick-out, a later permit, a freeze) leaves the bound as it is; but where the time of a break
//! passes before a technician has left, or a rule of a shift gives way for what has happened, there are more plans than
//! before.

use journeyman_domain::{Bound, Cost, Distance, Duration, PayPolicy, Problem, VisitId};
use journeyman_travel::Travel;

use crate::told::Bent;

/// A proved bound and the worth of each visit in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Certificate {
    bound: Bound,
    /// By visit.
    worth: Vec<Cost>,
    /// Whether a route without one of its visits never costs more.
    monotone: bool,
    /// Breaks whose time had passed when it was proved.
    passed_breaks: usize,
}

/// Places up to which all detours are looked at: 64 million take about 50 ms.
const PLACES_MAX: usize = 400;

impl Certificate {
    /// Proved of the day as it was frozen then.
    pub(crate) fn new(
        (problem, travel): (&Problem, &Travel),
        frozen: &Problem,
        bound: Bound,
        worth: Vec<Cost>,
    ) -> Self {
        assert_eq!(worth.len(), problem.visits.len(), "one worth a visit");
        let passed_breaks = passed_breaks(problem, frozen);
        Self { bound, worth, monotone: is_monotone(problem, travel), passed_breaks }
    }

    /// Whether the day as it is frozen now has no plans that the proof has not looked at.
    pub(crate) fn holds_under(&self, problem: &Problem, (frozen, bent): (&Problem, &[Bent])) -> bool {
        // A start or a law that gave way concerns what has happened only.
        let loosens = |bent: &Bent| {
            matches!(bent, Bent::ShiftEnd(..) | Bent::Break(_) | Bent::Supply(_) | Bent::VisitsMax(_))
        };
        !bent.iter().any(loosens) && passed_breaks(problem, frozen) <= self.passed_breaks
    }

    /// No plan costs less.
    pub(crate) fn bound(&self) -> Bound {
        self.bound
    }

    /// Plans may serve a visit in more ways, or for less. False where nothing is left of the proof.
    #[must_use]
    pub(crate) fn loosen(&mut self, visit: VisitId) -> bool {
        self.bound.cost -= std::mem::take(&mut self.worth[visit.index()]);
        self.monotone && self.bound.mandatory_unserved == 0
    }

    /// There are more visits, worth nothing yet, perhaps at new places. False where nothing is left of the proof.
    #[must_use]
    pub(crate) fn grow(&mut self, problem: &Problem, travel: &Travel) -> bool {
        self.worth.resize(problem.visits.len(), Cost::ZERO);
        self.monotone = self.monotone && is_monotone(problem, travel);
        self.monotone
    }

    /// A visit is gone, the last one has its id. False where nothing is left of the proof.
    #[must_use]
    pub(crate) fn remove(&mut self, visit: VisitId) -> bool {
        // Routes without the visit are some of those that the proof has looked at.
        self.bound.cost -= self.worth.swap_remove(visit.index());
        self.bound.mandatory_unserved == 0
    }
}

/// Breaks that a freeze has taken off.
fn passed_breaks(problem: &Problem, frozen: &Problem) -> usize {
    let shifts = problem.shifts.iter().zip(&frozen.shifts);
    shifts.map(|(shift, frozen)| shift.breaks.len().saturating_sub(frozen.breaks.len())).sum()
}

/// Whether dropping a visit from a route provably never raises its cost: driving, lateness and overtime are all that is
/// paid, legs take the same time at every hour, and no detour is shorter than the direct way.
fn is_monotone(problem: &Problem, travel: &Travel) -> bool {
    let small = travel.place_count() <= PLACES_MAX;
    if !small || !travel.is_static() || problem.shifts.iter().any(|shift| shift.rates.pay != PayPolicy::Shift)
    {
        return false;
    }
    let report = travel.triangle_report();
    report.exhaustive
        && report.violation_max == Duration::ZERO
        && report.distance_violation_max == Distance::ZERO
}
