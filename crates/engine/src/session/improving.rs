//! What a session does while nobody waits, or as long as somebody does: a better plan, a better bound, what changes are worth.

use std::sync::Arc;

use journeyman_domain::{Bound, Cost, Plan, Problem, VisitId};
use journeyman_search::{SearchModel, SearchParams};

use super::{Reply, Session};
use crate::certificate::Certificate;
use crate::changes::Changes;
use crate::clock::now;
use crate::herald::Voice;
use crate::ledger::proved;
use crate::race::solution_of;
use crate::reproof::{Reproof, is_hopeless};
use crate::savings::weigh;
use crate::solve::{Phases, Recipe};
use crate::standing::{Standing, higher};
use crate::wishes::FREE;
use crate::{Answer, Control, EngineError, Phase, Progress, SolveOptions};

impl Session {
    /// Looks for a better plan and a better bound until the time is over. `observer` hears of each.
    ///
    /// # Errors
    /// Senseless options, a cancelled control, a failed check. The session then keeps the plan that it has.
    pub fn improve(
        &mut self,
        options: &SolveOptions,
        control: &Control,
        observer: &mut dyn FnMut(Reply),
    ) -> Result<Reply, EngineError> {
        options.check(control.deadline().is_some())?;
        let spare = self.wishes.changes_max.filter(|&most| most > 0);
        let mut options = options.clone();
        // What is proved with some visits held, others let go, says nothing of plans that change others.
        let mut of_all = None;
        if let Some(most) = spare {
            let left = control.deadline().map(|deadline| deadline.saturating_duration_since(now()));
            let (first, rest) = options.halved(left);
            // Free at first: what changes then and saves most is what may change.
            let free = self.standing.freed(&self.told)?;
            let found = self.pursue(&free, &first, control, &mut |_| {})?;
            let changes = self.changes_of(&found.answer.plan, &free.ground);
            let bound = found.answer.plan.bound;
            self.standing = Arc::new(self.standing.with_room(&changes, most, bound)?);
            of_all = Some(bound);
            options = rest;
        }
        let (standing, most) = (Arc::clone(&self.standing), self.wishes.changes_max);
        let claim = |plan: &mut Plan| {
            if let Some(bound) = of_all {
                plan.bound = proved(bound, plan.score());
            }
        };
        let mut within = |mut reply: Reply| {
            claim(&mut reply.plan);
            if standing.is_within(&reply.plan, most) {
                observer(reply);
            }
        };
        let mut found = self.pursue(&standing, &options, control, &mut within)?;
        claim(&mut found.answer.plan);
        // Where visits must be served that the budget leaves no room for, a search may drop one that is held instead.
        if standing.is_within(&found.answer.plan, most) {
            *self = self.with_plan(found.answer.plan);
        }
        if let Some((bound, worth)) = found.worth.filter(|_| self.wishes == FREE) {
            let standing = Arc::clone(&self.standing);
            self.learn(&standing.ground.problem, bound, worth);
        }
        Ok(self.reply(Some(found.answer.statistics)))
    }

    /// Proves, while nobody waits, what the next first answers begin with: a bound of the day without prices for changes,
    /// which are others after each event. Where the last improvement had none either, or the day is too large for the time,
    /// there is nothing to do. `observer` gets the session with each better proof, also where the control is cancelled.
    ///
    /// # Errors
    /// Past stops that do not fit.
    pub fn reprove(
        &mut self,
        options: &SolveOptions,
        control: &Control,
        observer: &mut dyn FnMut(&Self),
    ) -> Result<(), EngineError> {
        let hopeless = |time| is_hopeless(&self.told.problem, time);
        if self.wishes == FREE || options.time_limit.is_none_or(hopeless) {
            return Ok(());
        }
        let before = self.clone();
        let Self { told, standing, memory, .. } = &before;
        let reproof = Reproof { told, standing, now: self.now, memory };
        reproof.run(options, control, &mut |frozen, bound, worth| {
            self.learn(frozen, bound, worth);
            observer(self);
        })
    }

    /// How the plan in force differs from the one before the events, with what the plan without each change that somebody
    /// would notice would cost: for each, or for those of the visits asked for, the day is solved again with the visit on
    /// the shift that had it, or, where only its time has changed, in the window that was told. The session stays as it is.
    ///
    /// The time of `options` is that of all changes together, shared evenly, what one leaves going to those after it; its
    /// iterations are those of each. Where only iterations limit, the same session gives the same answer.
    ///
    /// # Errors
    /// Senseless options, a cancelled control, a failed check.
    pub fn weighed(
        &self,
        asked: Option<&[VisitId]>,
        options: &SolveOptions,
        control: &Control,
    ) -> Result<Changes, EngineError> {
        options.check(control.deadline().is_some())?;
        let mut changes = self.changes_of(&self.standing.plan, &self.standing.ground);
        let solve = |undone: &Standing, options: &SolveOptions| {
            self.pursue(undone, options, control, &mut |_| {}).map(|found| found.answer.plan)
        };
        weigh(&self.standing, &mut changes, asked, (options, control), solve)?;
        Ok(changes)
    }

    /// A proof without prices for changes, which are others after the next events, outlives those.
    fn learn(&mut self, frozen: &Problem, bound: Bound, worth: Vec<Cost>) {
        let known = self.told.certificate.as_ref().map(Certificate::bound);
        if known.is_none_or(|known| known.cost < bound.cost) {
            let day = (&self.told.problem, &*self.told.travel);
            let certificate = Certificate::new(day, frozen, bound, worth);
            Arc::make_mut(&mut self.told).certificate = Some(certificate);
        }
        // It holds for every plan of the day with such prices, too.
        let plan = &self.standing.plan;
        let better = proved(higher(plan.bound, bound), plan.score());
        if better != plan.bound {
            Arc::make_mut(&mut self.standing).plan.bound = better;
        }
    }

    fn pursue(
        &self,
        standing: &Standing,
        options: &SolveOptions,
        control: &Control,
        observer: &mut dyn FnMut(Reply),
    ) -> Result<Found, EngineError> {
        let begin = now();
        let by_limit = options.time_limit.and_then(|limit| begin.checked_add(limit));
        let end = [by_limit, control.deadline()].into_iter().flatten().min();
        let ground = &standing.ground;
        let model = ground.model();
        let search = SearchModel::build(&model, &ground.eligibility);
        let start = solution_of(&search, &standing.sequences);
        let bound = higher(ground.trivial_bound(&model), standing.plan.bound);
        let voice = Voice { ground, model: &model, options, begin, with_plans: true };
        let memory = Arc::clone(&self.memory);
        let recipe = Recipe { voice, control, end, params: warm(), memory };
        let mut clock = Phases::from(begin);
        clock.ends(Phase::Prepare);
        let mut last = standing.plan.clone();
        let mut tell = |progress: Progress| {
            let news = progress.plan.is_some_and(|plan| {
                let better = plan.score() < last.score();
                last = plan;
                better
            }) | (progress.bound != last.bound);
            last.bound = progress.bound;
            if news {
                observer(self.reply_with(standing, &last));
            }
        };
        let (answer, ledger) = recipe.pursue(&search, &start, bound, clock, &mut tell)?;
        Ok(Found { answer, worth: ledger.worth() })
    }
}

/// What came of a search.
struct Found {
    answer: Answer,
    /// What each visit is worth in the best bound.
    worth: Option<(Bound, Vec<Cost>)>,
}

/// A search that starts from a good plan does not begin by shaking all of it.
fn warm() -> SearchParams {
    SearchParams { temperature_first: 0.3, ..SearchParams::default() }
}
