//! The plan in force, and what it was made from: what is left of the plan before, repaired and mended, perhaps with some
//! visits held where customers expect them.

use std::sync::Arc;

use journeyman_domain::{
    Bound, Cost, Plan, PlannedRoute, PlannedStop, Problem, Promise, Proof, ShiftId, Stop, StopKind, Time,
    TimeWindow, Unserved, VisitId,
};
use journeyman_route::{Route, RouteModel};
use journeyman_search::{Solution, mend};

use crate::certificate::Certificate;
use crate::changes::{Changes, VisitChange};
use crate::day::Ground;
use crate::ledger::proved;
use crate::race::Sequences;
use crate::repair::{Repair, repaired};
use crate::told::{Bent, Told, begun};
use crate::{EngineError, Wishes};

/// Visits up to which a first answer waits for the bound that needs no solver: 300 take 3 ms, 1,200 take 100.
const TRIVIAL_BOUND_VISITS: usize = 400;

/// The plan in force, and what it was made from.
#[derive(Clone)]
pub(crate) struct Standing {
    /// What the plan was made for: with visits held, if some are.
    pub(crate) ground: Ground,
    /// The same with no visit held.
    pub(crate) free: Arc<Problem>,
    pub(crate) plan: Plan,
    pub(crate) sequences: Sequences,
    pub(crate) repairs: Vec<Repair>,
    pub(crate) bent: Vec<Bent>,
    /// Visits that stood where the plan before had them, in the window that was told, before anything was inserted.
    pub(crate) kept: Vec<Kept>,
}

/// A visit that stays where its customer expects it.
#[derive(Clone, Copy)]
pub(crate) struct Kept {
    visit: VisitId,
    shift: ShiftId,
    window: TimeWindow,
}

impl Standing {
    /// What is left of the plan in force at `now`, mended; without a time nothing has happened yet. `like` is what stood
    /// before.
    pub(crate) fn stand(
        told: &Told,
        now: Option<Time>,
        wishes: Wishes,
        like: Option<&Self>,
    ) -> Result<Self, EngineError> {
        let (mut problem, bent) = told.frozen_at(now)?;
        if wishes.keep_plan {
            promise_what_was_told(told, &mut problem);
        }
        let ground = Ground::on(problem, Arc::clone(&told.travel), like.map(|like| &like.ground))?;
        let free = Arc::clone(&ground.problem);
        let Some(most) = wishes.changes_max else {
            let ((plan, sequences), repairs) = {
                let model = ground.model();
                let (solution, repairs) = torn(&ground, &model)?;
                (mended(told, (&ground, &bent), &model, solution)?, repairs)
            };
            return Ok(Self { ground, free, plan, sequences, repairs, bent, kept: Vec::new() });
        };
        let (torn, repairs) = {
            let (solution, repairs) = torn(&ground, &ground.model())?;
            (solution.sequences(), repairs)
        };
        let kept = kept(told, &ground, &torn);
        let build = |ground: Ground| -> Result<Self, EngineError> {
            let (plan, sequences) = {
                let model = ground.model();
                let mut solution = Solution::empty(&model).map_err(|shift| unfit(&ground, shift))?;
                solution.adopt(&model, &torn);
                mended(told, (&ground, &bent), &model, solution)?
            };
            let (free, repairs, bent, kept) =
                (Arc::clone(&free), repairs.clone(), bent.clone(), kept.clone());
            Ok(Self { ground, free, plan, sequences, repairs, bent, kept })
        };
        let mut held = build(hold(&ground, &kept)?)?;
        if most == 0 {
            return Ok(held);
        }
        // What is proved with all of them held says nothing of plans that move some.
        held.plan.bound = proved(floor(told, (&ground, &bent), &ground.model()), held.plan.score());
        if held.plan.unassigned.is_empty() {
            return Ok(held);
        }
        // Something found no place while nothing else moved.
        let moved = build(ground)?;
        Ok(if noticed(&moved.plan, &kept) <= most && moved.plan.score() < held.plan.score() {
            moved
        } else {
            held
        })
    }

    /// What stood at `now` with these routes, which were checked then and are checked again.
    pub(crate) fn again(
        told: &Told,
        now: Time,
        wishes: Wishes,
        routes: Vec<PlannedRoute>,
    ) -> Result<Self, EngineError> {
        let (mut problem, bent) = told.frozen_at(Some(now))?;
        if wishes.keep_plan {
            promise_what_was_told(told, &mut problem);
        }
        let ground = Ground::on(problem, Arc::clone(&told.travel), None)?;
        let free = Arc::clone(&ground.problem);
        let sequences = sequences_of(&routes);
        let (plan, repairs, torn) = {
            let model = ground.model();
            let (torn, repairs) = torn(&ground, &model)?;
            let floor = floor(told, (&ground, &bent), &model);
            (ground.plan_at(&model, &sequences, routes, floor)?, repairs, torn.sequences())
        };
        let kept = wishes.changes_max.map_or_else(Vec::new, |_| kept(told, &ground, &torn));
        Ok(Self { ground, free, plan, sequences, repairs, bent, kept })
    }

    /// Whether a plan moves no more of the visits that could have stayed than it may.
    pub(crate) fn is_within(&self, plan: &Plan, most: Option<usize>) -> bool {
        most.is_none_or(|most| noticed(plan, &self.kept) <= most)
    }

    /// The same plan with no visit held, and with what is proved of that day: holding takes plans away, so a bound of
    /// the day as it is held says nothing here.
    pub(crate) fn freed(&self, told: &Told) -> Result<Self, EngineError> {
        let ground = Ground::on((*self.free).clone(), Arc::clone(&self.ground.travel), Some(&self.ground))?;
        let bound = floor(told, (&ground, &self.bent), &ground.model());
        self.on(ground, bound)
    }

    /// The same plan on a day that has the same visits and shifts, of which `bound` is proved.
    fn on(&self, ground: Ground, bound: Bound) -> Result<Self, EngineError> {
        let plan = {
            let model = ground.model();
            let mut solution = Solution::empty(&model).map_err(|shift| unfit(&ground, shift))?;
            solution.adopt(&model, &self.sequences);
            ground.plan(&model, &self.sequences, proved(bound, solution.score(&model)))?
        };
        Ok(Self { ground, plan, ..self.clone() })
    }

    /// The same plan, with all visits held but those that have moved already and, up to `most`, those whose move saves
    /// most by what a free search has found.
    ///
    /// `bound` is what is proved of the day with no visit held.
    pub(crate) fn with_room(&self, found: &Changes, most: usize, bound: Bound) -> Result<Self, EngineError> {
        let stays = |kept: &Kept| noticed(&self.plan, std::slice::from_ref(kept)) == 0;
        let (still, moved): (Vec<Kept>, Vec<Kept>) = self.kept.iter().copied().partition(stays);
        let mut wanted: Vec<&VisitChange> = found
            .visits
            .iter()
            .filter(|change| change.is_noticed() && still.iter().any(|kept| kept.visit == change.visit))
            .collect();
        // What cannot go back was moved for a reason.
        wanted.sort_by_key(|change| std::cmp::Reverse(change.saving.unwrap_or(Cost::MAX)));
        wanted.truncate(most.saturating_sub(moved.len()));
        let loose = |kept: &Kept| wanted.iter().any(|change| change.visit == kept.visit);
        let held: Vec<Kept> = still.iter().copied().filter(|kept| !loose(kept)).collect();
        let free = Ground::on((*self.free).clone(), Arc::clone(&self.ground.travel), Some(&self.ground))?;
        self.on(hold(&free, &held)?, bound)
    }
}

/// How many of the visits that could have stayed a plan has elsewhere.
fn noticed(plan: &Plan, kept: &[Kept]) -> usize {
    let stays = |kept: &&Kept| {
        let route = plan.routes.iter().find(|route| route.shift == kept.shift);
        let stops = route.into_iter().flat_map(|route| &route.stops);
        stops
            .filter(|stop| stop.kind == StopKind::Visit(kept.visit))
            .any(|stop| kept.window.contains(stop.start))
    };
    kept.len() - kept.iter().filter(stays).count()
}

pub(crate) fn unfit(ground: &Ground, shift: ShiftId) -> EngineError {
    EngineError::FrozenStopsDoNotFit { shift: ground.problem.shift(shift).label.clone() }
}

/// What is left of the plan in force, and what could not stay.
fn torn(ground: &Ground, model: &RouteModel<'_>) -> Result<(Solution, Vec<Repair>), EngineError> {
    repaired(model, &ground.eligibility).map_err(|shift| unfit(ground, shift))
}

/// The plan of what is left, with what has no place inserted.
fn mended(
    told: &Told,
    (ground, bent): (&Ground, &[Bent]),
    model: &RouteModel<'_>,
    mut solution: Solution,
) -> Result<(Plan, Sequences), EngineError> {
    let open: Vec<VisitId> = solution.unserved().collect();
    let mut planned = vec![false; ground.problem.visits.len()];
    for stop in told.problem.baseline.iter().flat_map(|route| &route.stops) {
        if let Stop::Visit(visit) = stop.stop {
            planned[visit.index()] = true;
        }
    }
    let is_first = !planned.contains(&true);
    // What the plan before left out and no event concerns found no room then.
    let pushes = |visit: VisitId| {
        let concerned = planned[visit.index()] || told.causes[visit.index()].is_some();
        is_first || concerned || ground.problem.visit(visit).is_mandatory()
    };
    mend(model, &ground.eligibility, &mut solution, &open, pushes, || false);
    let bound = proved(floor(told, (ground, bent), model), solution.score(model));
    let used: Vec<Route> = solution.routes().iter().filter(|route| !route.is_empty()).cloned().collect();
    let plan = ground.plan_of(model, &used, bound)?;
    Ok((plan, solution.sequences()))
}

/// What is proved of a day before anything is searched: what is left of the last proof, or what needs no solver.
fn floor(told: &Told, (ground, bent): (&Ground, &[Bent]), model: &RouteModel<'_>) -> Bound {
    let trivial = if ground.problem.visits.len() <= TRIVIAL_BOUND_VISITS {
        ground.trivial_bound(model)
    } else {
        // Nothing that is paid is negative.
        Bound { mandatory_unserved: 0, cost: Cost::ZERO, proof: Proof::Bounded }
    };
    let known = told.certificate_under((&ground.problem, bent)).map(Certificate::bound);
    known.map_or(trivial, |known| higher(trivial, known))
}

/// The visits that still stand where the plan before had them, within what was told if they did, and that no event
/// concerns.
fn kept(told: &Told, ground: &Ground, torn: &Sequences) -> Vec<Kept> {
    let model = ground.model();
    let mut kept = Vec::new();
    for (shift, stops) in torn {
        let frozen = model.frozen_len(*shift);
        let Some(schedule) = model.schedule(*shift, stops) else { continue };
        let starts = schedule.stops.iter().filter_map(|stop| Some((stop.stop?, stop.start)));
        for (stop, start) in starts.skip(frozen) {
            let Stop::Visit(visit) = stop else { continue };
            if told.causes[visit.index()].is_some() || told.position(visit).is_none() {
                continue;
            }
            let promised = told.problem.visit(visit).promise.map(|promise| promise.window);
            let window = promised.or_else(|| told.told_window(visit)).filter(|window| window.contains(start));
            // Who was told another time already, or nothing, still expects the technician.
            let window = window.unwrap_or(told.problem.shift(*shift).window);
            kept.push(Kept { visit, shift: *shift, window });
        }
    }
    kept
}

/// The day with some visits held: the technician, the shift and the window that was told are all that is open to them,
/// and they must be served.
fn hold(ground: &Ground, kept: &[Kept]) -> Result<Ground, EngineError> {
    let mut problem = (*ground.problem).clone();
    for kept in kept {
        let technician = problem.shift(kept.shift).technician;
        let shift = problem.shift(kept.shift).window;
        let noun = &mut problem.visits[kept.visit.index()];
        let open = kept.window.intersection(&shift);
        let windows: Vec<TimeWindow> =
            noun.windows.iter().filter_map(|window| window.intersection(&open?)).collect();
        if !windows.is_empty() {
            noun.windows = windows;
            noun.allowed = vec![technician];
            noun.unserved = Unserved::Mandatory;
        }
    }
    Ground::on(problem, Arc::clone(&ground.travel), Some(ground))
}

/// Customers count on what the plan in force says, where nothing else was promised.
pub(crate) fn promise_what_was_told(told: &Told, problem: &mut Problem) {
    let freeze = problem.freeze_time.unwrap_or(Time::MIN);
    for route in &told.problem.baseline {
        let technician = Some(told.problem.shift(route.shift).technician);
        for stop in route.stops.iter().filter(|stop| !begun(stop, freeze)) {
            let Stop::Visit(visit) = stop.stop else { continue };
            let noun = &mut problem.visits[visit.index()];
            if let Some(window) = stop.told.filter(|_| noun.promise.is_none()) {
                noun.promise = Some(Promise { window, technician, announced: false });
            }
        }
    }
}

pub(crate) fn higher(one: Bound, other: Bound) -> Bound {
    let height = |bound: &Bound| (bound.mandatory_unserved, bound.cost);
    if height(&other) > height(&one) { other } else { one }
}

/// The stops of a plan's routes.
pub(crate) fn sequences_of(routes: &[PlannedRoute]) -> Sequences {
    let stop = |stop: &PlannedStop| match stop.kind {
        StopKind::Visit(visit) => Some(Stop::Visit(visit)),
        StopKind::Pickup(pickup) => Some(Stop::Pickup(pickup)),
        StopKind::Break(_) => None,
    };
    routes.iter().map(|route| (route.shift, route.stops.iter().filter_map(stop).collect())).collect()
}
