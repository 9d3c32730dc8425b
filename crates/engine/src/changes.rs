//! How a plan differs from the one before events: every visit that stands elsewhere, what it pays for, and what the plan
//! would cost if that visit had stayed.

use journeyman_domain::{Cost, CostBreakdown, CostTerm, Plan, ShiftId, Stop, StopKind, TimeWindow, VisitId};
use journeyman_plan::Slot;
use journeyman_route::{Route, RouteModel};

use crate::day::Ground;
use crate::race::Sequences;
use crate::savings::Resolved;
use crate::told::{Gone, Told};

/// From the plan before events to the one after.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    /// The visits that differ, in the order of the problem.
    pub visits: Vec<VisitChange>,
    /// Visits that were on the plan and have left the day.
    pub gone: Vec<Gone>,
    /// After minus before.
    pub cost: CostBreakdown,
}

/// One visit that stands elsewhere than before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VisitChange {
    /// The visit.
    pub visit: VisitId,
    /// Where it stood; none: it was not served.
    pub before: Option<Slot>,
    /// Where it stands; none: it is not served.
    pub after: Option<Slot>,
    /// How.
    pub kind: ChangeKind,
    /// What the customer was told of the plan before.
    pub told: Option<TimeWindow>,
    /// Whether the visit started inside of that, and does no longer.
    pub is_missed: bool,
    /// Which event of the batch concerns the visit itself; none: the change saves money elsewhere.
    pub cause: Option<usize>,
    /// What the plan would cost more with the visit where it was, all else as it is; none where it does not fit there
    /// any more.
    pub saving: Option<Cost>,
    /// What solving again without the change has found; none: nobody has asked ([`Session::weighed`]).
    ///
    /// [`Session::weighed`]: crate::Session::weighed
    pub resolved: Option<Resolved>,
}

/// How a visit differs between two plans.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChangeKind {
    /// Served now, not before.
    Added,
    /// Served before, not now.
    Removed,
    /// Same shift, other time.
    TimeMoved,
    /// Same technician, other shift.
    DayChanged,
    /// Other technician.
    TechnicianSwapped,
}

impl VisitChange {
    /// Whether somebody who was told of the plan before would notice: another technician or day, a window missed, or
    /// not served any more.
    pub fn is_noticed(&self) -> bool {
        match self.kind {
            ChangeKind::Added => false,
            ChangeKind::TimeMoved => self.is_missed,
            ChangeKind::Removed | ChangeKind::DayChanged | ChangeKind::TechnicianSwapped => true,
        }
    }
}

/// What plans are compared on.
pub(crate) struct Basis<'b> {
    /// With the plan before.
    pub(crate) told: &'b Told,
    /// Of the plan after.
    pub(crate) ground: &'b Ground,
    /// What the plan before cost.
    pub(crate) before: CostBreakdown,
}

/// Compares. O(visits + changes × stops of a route).
pub(crate) fn changes(basis: &Basis<'_>, plan: &Plan, sequences: &Sequences) -> Changes {
    let problem = &basis.told.problem;
    let mut slots: Vec<(Option<Slot>, Option<Slot>)> = vec![(None, None); problem.visits.len()];
    let mut told: Vec<Option<TimeWindow>> =
        problem.visits.iter().map(|visit| visit.promise.map(|promise| promise.window)).collect();
    for route in &problem.baseline {
        for stop in &route.stops {
            if let (Stop::Visit(visit), Some(start)) = (stop.stop, stop.start) {
                slots[visit.index()].0 = Some(Slot { shift: route.shift, start });
                let told = &mut told[visit.index()];
                *told = told.or(stop.told);
            }
        }
    }
    for route in &plan.routes {
        for stop in &route.stops {
            if let StopKind::Visit(visit) = stop.kind {
                slots[visit.index()].1 = Some(Slot { shift: route.shift, start: stop.start });
            }
        }
    }
    let model = basis.ground.model();
    // A fact is where it was; where its start counts as another, a rule gave way.
    for shift in basis.ground.problem.shift_ids() {
        for stop in basis.ground.problem.shift(shift).frozen.iter().flat_map(|frozen| &frozen.stops) {
            if let Stop::Visit(visit) = *stop
                && slots[visit.index()].0.is_some_and(|before| before.shift == shift)
            {
                slots[visit.index()].1 = slots[visit.index()].0;
            }
        }
    }
    let differing = problem.visit_ids().zip(slots).filter(|(_, (before, after))| before != after);
    let visits = differing.filter_map(|(visit, (before, after))| {
        let kind = kind(basis, before, after)?;
        let told = told[visit.index()];
        let keeps = |slot: Option<Slot>| told.zip(slot).map(|(window, slot)| window.contains(slot.start));
        let is_missed = keeps(before) == Some(true) && keeps(after) == Some(false);
        let cause = basis.told.causes[visit.index()];
        let saving = match (before, kind) {
            (Some(before), ChangeKind::DayChanged | ChangeKind::TechnicianSwapped | ChangeKind::Removed) => {
                saving(&model, basis, sequences, (visit, before.shift))
            }
            _ => None,
        };
        Some(VisitChange { visit, before, after, kind, told, is_missed, cause, saving, resolved: None })
    });
    let visits = visits.collect();
    let mut cost = CostBreakdown::default();
    for term in CostTerm::ALL {
        cost.add(term, plan.cost.get(term) - basis.before.get(term));
    }
    Changes { visits, gone: basis.told.gone.clone(), cost }
}

fn kind(basis: &Basis<'_>, before: Option<Slot>, after: Option<Slot>) -> Option<ChangeKind> {
    let technician = |slot: Slot| basis.told.problem.shift(slot.shift).technician;
    Some(match (before, after) {
        (None, None) => return None,
        (None, Some(_)) => ChangeKind::Added,
        (Some(_), None) => ChangeKind::Removed,
        (Some(before), Some(after)) if before.shift == after.shift => ChangeKind::TimeMoved,
        (Some(before), Some(after)) if technician(before) == technician(after) => ChangeKind::DayChanged,
        (Some(_), Some(_)) => ChangeKind::TechnicianSwapped,
    })
}

/// What it would cost to put one visit back on the shift where it was, at its cheapest place there.
fn saving(
    model: &RouteModel<'_>,
    basis: &Basis<'_>,
    sequences: &Sequences,
    (visit, back): (VisitId, ShiftId),
) -> Option<Cost> {
    basis.ground.eligibility.allows(back, visit).then_some(())?;
    let route = |shift: ShiftId| {
        let stops = sequences.iter().find(|(of, _)| *of == shift).map(|(_, stops)| stops.clone());
        stops.map_or_else(|| Route::empty(model, shift), |stops| Route::of(model, shift, stops))
    };
    let there = route(back)?.best_insertion(model, visit, Cost::MAX, |_| false)?;
    let held = sequences.iter().find(|(_, stops)| stops.contains(&Stop::Visit(visit)));
    let Some((here, _)) = held else {
        return Some(there.delta - model.problem().visit(visit).penalty());
    };
    let mut without = route(*here)?;
    let with = without.cost();
    without.remove(model, |other| other == visit).then_some(())?;
    Some(there.delta - (with - without.cost()))
}
