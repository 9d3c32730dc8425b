//! What each change is worth, by solving again without it: the plan that the day has when one visit stays where it was.
//!
//! An insertion price keeps all else as it is; here all else may move again. Nothing of the session changes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use journeyman_domain::{Cost, Pin, PinTarget, Plan, StopKind, TimeWindow, VisitId};
use journeyman_route::Route;
use journeyman_search::{Solution, mend};

use crate::changes::{ChangeKind, Changes, VisitChange};
use crate::clock::now;
use crate::day::Ground;
use crate::ledger::proved;
use crate::standing::{Standing, higher, unfit};
use crate::{Control, EngineError, SolveOptions};

/// Less time than this is not worth beginning with.
const LEAST_TURN: Duration = Duration::from_millis(10);

/// What came of solving again without a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resolved {
    /// The plan without it costs so much more; less where negative: a better plan than the answer has been found.
    Costs {
        /// The best one found.
        more: Cost,
        /// Any; none where nothing is proved of the visits that must be served.
        at_least: Option<Cost>,
    },
    /// The plan without it serves more of the visits that must be served than the answer.
    ServesMore,
    /// Without it there is no plan that serves as many of the visits that must be served, or none was found.
    Needed {
        /// There is none.
        proved: bool,
    },
    /// Its turn did not come.
    NotReached,
}

/// The changes that are solved without, in order, and the time that they share.
struct Turns<'t> {
    options: &'t SolveOptions,
    control: &'t Control,
    end: Option<Instant>,
}

impl Turns<'_> {
    /// What one of `left` changes may take: as much of the time as the others; none where its turn does not come.
    fn next(&self, left: usize) -> Option<SolveOptions> {
        if self.control.must_end() {
            return None;
        }
        let mut options = self.options.clone();
        if let Some(end) = self.end {
            let rest = end.saturating_duration_since(now());
            if rest < LEAST_TURN {
                return None;
            }
            let share = rest / u32::try_from(left).unwrap_or(u32::MAX);
            options.time_limit = Some(share.max(LEAST_TURN));
        }
        Some(options)
    }
}

/// Solves again without each change that somebody would notice, or without those of the visits asked for, and notes what
/// came of it. `solve` looks for better plans than a given one.
///
/// # Errors
/// A cancelled control, a failed check.
pub(crate) fn weigh(
    standing: &Standing,
    changes: &mut Changes,
    asked: Option<&[VisitId]>,
    (options, control): (&SolveOptions, &Control),
    solve: impl Fn(&Standing, &SolveOptions) -> Result<Plan, EngineError>,
) -> Result<(), EngineError> {
    let by_limit = options.time_limit.and_then(|limit| now().checked_add(limit));
    let end = [by_limit, control.deadline()].into_iter().flatten().min();
    let turns = Turns { options, control, end };
    let is_asked =
        |change: &VisitChange| change.is_noticed() && asked.is_none_or(|asked| asked.contains(&change.visit));
    let mut left = changes.visits.iter().filter(|change| is_asked(change)).count();
    for change in changes.visits.iter_mut().filter(|change| is_asked(change)) {
        change.resolved = Some(match turns.next(left) {
            Some(options) => without(standing, change, &options, &solve)?,
            None => Resolved::NotReached,
        });
        left -= 1;
    }
    if control.is_cancelled() { Err(EngineError::Cancelled) } else { Ok(()) }
}

fn without(
    standing: &Standing,
    change: &VisitChange,
    options: &SolveOptions,
    solve: &impl Fn(&Standing, &SolveOptions) -> Result<Plan, EngineError>,
) -> Result<Resolved, EngineError> {
    let begin = now();
    let Some(undone) = standing.without(change)? else { return Ok(Resolved::Needed { proved: true }) };
    let time_limit = options.time_limit.map(|limit| limit.saturating_sub(now() - begin).max(LEAST_TURN / 2));
    let plan = solve(&undone, &SolveOptions { time_limit, ..options.clone() })?;
    Ok(judge(change.visit, &standing.plan, &plan))
}

/// Compares the answer's plan with the best one found without a change.
fn judge(visit: VisitId, plan: &Plan, without: &Plan) -> Resolved {
    let mandatory = plan.mandatory_unserved;
    let stops = without.routes.iter().flat_map(|route| &route.stops);
    let serves = stops.into_iter().any(|stop| stop.kind == StopKind::Visit(visit));
    if !serves || without.mandatory_unserved > mandatory {
        return Resolved::Needed { proved: without.bound.mandatory_unserved > mandatory };
    }
    if without.mandatory_unserved < mandatory {
        return Resolved::ServesMore;
    }
    let cost = plan.cost.total();
    let is_proved = without.bound.mandatory_unserved == mandatory;
    Resolved::Costs {
        more: without.cost.total() - cost,
        at_least: is_proved.then_some(without.bound.cost - cost),
    }
}

impl Standing {
    /// The day with one change undone, and a plan to begin with: the visit stays on the shift that had it; where only its
    /// time has changed, in the window that its customer was told. None where no plan can have it there.
    fn without(&self, change: &VisitChange) -> Result<Option<Self>, EngineError> {
        let Some(ground) = self.undone(change)? else { return Ok(None) };
        // Undoing takes plans away, so what is proved of the day holds without the change.
        let (plan, sequences) = {
            let model = ground.model();
            let mut solution = Solution::empty(&model).map_err(|shift| unfit(&ground, shift))?;
            solution.adopt(&model, &self.sequences_without(change.visit));
            mend(&model, &ground.eligibility, &mut solution, &[change.visit], |_| true, || false);
            let bound = higher(ground.trivial_bound(&model), self.plan.bound);
            let bound = proved(bound, solution.score(&model));
            let used: Vec<Route> =
                solution.routes().iter().filter(|route| !route.is_empty()).cloned().collect();
            (ground.plan_of(&model, &used, bound)?, solution.sequences())
        };
        Ok(Some(Self { ground, plan, sequences, ..self.clone() }))
    }

    fn undone(&self, change: &VisitChange) -> Result<Option<Ground>, EngineError> {
        let (visit, Some(before)) = (change.visit, change.before) else { return Ok(None) };
        // What has begun elsewhere is forbidden here, too.
        if !self.ground.eligibility.allows(before.shift, visit) {
            return Ok(None);
        }
        let mut problem = (*self.ground.problem).clone();
        let noun = &mut problem.visits[visit.index()];
        let start = noun.pin.and_then(|pin| pin.start);
        if let (ChangeKind::TimeMoved, Some(told)) = (change.kind, change.told) {
            let windows = noun.windows.iter().filter_map(|window| window.intersection(&told));
            let windows: Vec<TimeWindow> = windows.collect();
            if windows.is_empty() || start.is_some_and(|start| !told.contains(start)) {
                return Ok(None);
            }
            noun.windows = windows;
        }
        noun.pin = Some(Pin { target: PinTarget::Shift(before.shift), start });
        let travel = Arc::clone(&self.ground.travel);
        Ground::on(problem, travel, Some(&self.ground)).map(Some)
    }

    /// The stops of the plan but for one visit, and for a pickup that only this one needed.
    fn sequences_without(&self, visit: VisitId) -> crate::race::Sequences {
        let model = self.ground.model();
        let mut sequences = self.sequences.clone();
        for (shift, stops) in &mut sequences {
            let held = stops.contains(&journeyman_domain::Stop::Visit(visit));
            let Some(mut route) = Route::of(&model, *shift, stops.clone()).filter(|_| held) else { continue };
            if route.remove(&model, |gone| gone == visit) {
                *stops = route.stops().to_vec();
            }
        }
        sequences
    }
}
