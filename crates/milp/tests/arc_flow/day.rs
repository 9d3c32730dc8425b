//! A day as the arc-flow program sees it: per shift and visit the starts that are possible and what each costs.
//!
//! What the program cannot say is refused by name here, never left out.

use journeyman_domain::{Cost, PartDemand, PlaceId, Problem, ShiftId, TimeWindow, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_travel::{Travel, visit_jurisdictions};

/// What the arc-flow program cannot express.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refusal {
    /// Driving times depend on the hour.
    TravelProfile,
    /// Breaks.
    Breaks,
    /// Warehouses.
    Pickups,
    /// Starts of routes that may not change.
    FrozenRoutes,
    /// Order between visits.
    Dependencies,
    /// Crews or supervision.
    Crews,
}

/// A span of starts at one fixed price.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Start {
    pub(crate) window: TimeWindow,
    /// Preference missed, promise moved, technician swapped, day changed; not what grows with the start.
    pub(crate) price: Cost,
}

/// A problem with everything that the program needs of it.
pub(crate) struct Day<'p> {
    pub(crate) problem: &'p Problem,
    pub(crate) travel: &'p Travel,
    /// By shift, then visit; empty where the shift may not serve it.
    starts: Vec<Vec<Vec<Start>>>,
}

impl<'p> Day<'p> {
    pub(crate) fn read(problem: &'p Problem, travel: &'p Travel) -> Result<Self, Refusal> {
        let crew = |visit: &journeyman_domain::Visit| visit.crew_size > 1 || visit.supervision.is_some();
        let refusals = [
            (!travel.is_static(), Refusal::TravelProfile),
            (problem.shifts.iter().any(|shift| !shift.breaks.is_empty()), Refusal::Breaks),
            (!problem.pickups.is_empty(), Refusal::Pickups),
            (problem.shifts.iter().any(|shift| shift.frozen.is_some()), Refusal::FrozenRoutes),
            (!problem.dependencies.is_empty(), Refusal::Dependencies),
            (problem.visits.iter().any(crew), Refusal::Crews),
        ];
        if let Some(&(_, refusal)) = refusals.iter().find(|(applies, _)| *applies) {
            return Err(refusal);
        }
        let eligibility = Eligibility::build(problem, &visit_jurisdictions(problem));
        let of_shift =
            |shift| problem.visit_ids().map(|visit| starts(problem, &eligibility, shift, visit)).collect();
        Ok(Self { problem, travel, starts: problem.shift_ids().map(of_shift).collect() })
    }

    /// When a shift may start a visit.
    pub(crate) fn starts(&self, shift: ShiftId, visit: VisitId) -> &[Start] {
        &self.starts[shift.index()][visit.index()]
    }

    /// Where a leg begins or ends: at a visit, or at the shift's own start or end.
    pub(crate) fn place(&self, visit: Option<VisitId>, otherwise: PlaceId) -> PlaceId {
        visit.map_or(otherwise, |visit| self.problem.visit(visit).place)
    }

    /// How many of a part a visit uses.
    pub(crate) fn uses(&self, visit: VisitId, stocked: PartDemand) -> u32 {
        let parts = &self.problem.visit(visit).requirement.parts;
        parts.iter().find(|part| part.sku == stocked.sku).map_or(0, |part| part.quantity)
    }
}

fn starts(problem: &Problem, eligibility: &Eligibility, shift: ShiftId, visit: VisitId) -> Vec<Start> {
    let of_shift = problem.shift(shift).window;
    let inside =
        eligibility.start_windows(shift, visit).iter().filter_map(|window| window.intersection(&of_shift));
    inside.flat_map(|window| by_promise(problem, shift, visit, window)).collect()
}

/// Cuts a window where the promise begins and ends, since a start outside costs a fixed price more.
fn by_promise(problem: &Problem, shift: ShiftId, visit: VisitId, window: TimeWindow) -> Vec<Start> {
    let (noun, who) = (problem.visit(visit), problem.shift(shift).technician);
    let mut price = Cost::ZERO;
    if !noun.preferred.is_empty() && !noun.preferred.contains(&who) {
        price += noun.preference_missed;
    }
    let Some(promise) = noun.promise else { return vec![Start { window, price }] };
    if promise.technician.is_some_and(|named| named != who) {
        price += problem.rates.technician_swapped;
        if promise.announced {
            price += problem.rates.announced_swap;
        }
    }
    if problem.shift(shift).day != problem.local_day(promise.window.start) {
        price += problem.rates.day_changed;
    }
    let tick = journeyman_domain::Duration::from_ticks(1);
    let (from, until) = (promise.window.start, promise.window.end);
    let moved = price + problem.move_price(&promise);
    [
        (TimeWindow::new(window.start, window.end.min(from - tick)), moved),
        (window.intersection(&promise.window), price),
        (TimeWindow::new(window.start.max(until + tick), window.end), moved),
    ]
    .into_iter()
    .filter_map(|(window, price)| Some(Start { window: window?, price }))
    .collect()
}
