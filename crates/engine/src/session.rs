//! A day under way: what is known of it, the plan in force, and what was proved.
//!
//! Events come in, and at once a repaired plan goes out with a bound that holds; what time is left makes both better.
//! Nothing that was learned is thrown away as long as it is true: travel, the plan, the proof.

use std::sync::{Arc, Mutex, PoisonError};

use journeyman_domain::{
    Bound, Call, Cost, CostBreakdown, CostTerm, Event, Names, Plan, Problem, Time, Visit, VisitId,
};
use journeyman_plan::cost_by_term;
use journeyman_route::RouteModel;
use journeyman_search::{SearchModel, SearchParams};
use journeyman_travel::Travel;

use crate::certificate::Certificate;
use crate::changes::{Basis, Changes, changes};
use crate::clock::now;
use crate::day::Ground;
use crate::herald::Voice;
use crate::quote::Openings;
use crate::race::solution_of;
use crate::repair::Repair;
use crate::savings::weigh;
use crate::solve::{Phases, Recipe};
use crate::standing::{Standing, higher, sequences_of};
use crate::told::{Bent, Told};
use crate::{Answer, Control, EngineError, Phase, Progress, QuoteOptions, Quotes, SolveOptions, Statistics};

/// What a reassignment pays attention to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wishes {
    /// What the plan in force tells customers counts as promised, where nothing else was: window and technician.
    pub keep_plan: bool,
    /// Most planned visits that anybody would notice to have changed ([`VisitChange::is_noticed`]), besides those that
    /// events concern or that cannot stay; none: only prices count.
    ///
    /// [`VisitChange::is_noticed`]: crate::VisitChange::is_noticed
    pub changes_max: Option<usize>,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { keep_plan: true, changes_max: None }
    }
}

/// Something that could be different.
#[derive(Clone, Debug)]
pub enum Change {
    /// Something happens.
    Event(Event),
    /// Prices are those of this problem, which has the same shifts and visits.
    Prices(Box<Problem>),
    /// A visit is another; its work order stays.
    Visit {
        /// Which.
        visit: VisitId,
        /// As it would be.
        noun: Box<Visit>,
        /// Words that nothing in the day has yet.
        names: Names,
    },
}

/// A day under way. Copies are cheap: they share what they have in common.
#[derive(Clone)]
pub struct Session {
    /// What is known, with the plan that was in force before the last events.
    told: Arc<Told>,
    /// The time of the last answer.
    now: Time,
    /// What the plan before the last events cost.
    before: CostBreakdown,
    wishes: Wishes,
    standing: Arc<Standing>,
    /// What is open to new work from a time on, once somebody has asked.
    openings: Arc<Mutex<KnownOpenings>>,
}

/// With the time of the answer that they are for.
type KnownOpenings = Option<(Time, Arc<Openings>)>;

/// The answer to events, the first one or a better one.
#[derive(Clone, Debug)]
pub struct Reply {
    /// What the plan is made from: frozen at now, the plan in force before as its baseline.
    pub problem: Arc<Problem>,
    /// The plan, checked, with its bound.
    pub plan: Plan,
    /// How it differs from the plan before the events.
    pub changes: Changes,
    /// What of the plan before could not stay.
    pub repairs: Vec<Repair>,
    /// Rules that gave way to facts.
    pub bent: Vec<Bent>,
    /// How it was improved; none for a first answer.
    pub statistics: Option<Statistics>,
}

impl Session {
    /// Opens a day at `now`. Its baseline, if it has one, is the plan in force: any plan is accepted, and what is wrong
    /// with it is repaired and said in the reply.
    ///
    /// # Errors
    /// Travel that cannot be built, features not solved yet, and a failed check.
    pub fn open(problem: Problem, now: Time) -> Result<(Self, Reply), EngineError> {
        let travel = Arc::new(Travel::build(&problem)?);
        let mut told = Told::new(problem, travel);
        let wishes = Wishes { keep_plan: false, changes_max: None };
        let mut unhurried = None;
        if told.is_incomplete() {
            // Times and windows that were not given are those that the order has, as far as it holds.
            let standing = Standing::stand(&told, None, wishes, None)?;
            told.complete(&standing.plan);
            unhurried = Some(standing);
        }
        let standing = Standing::stand(&told, Some(now), wishes, unhurried.as_ref())?;
        let (told, standing) = (Arc::new(told), Arc::new(standing));
        let openings = Arc::default();
        let session = Self { now, before: standing.plan.cost, told, wishes, standing, openings };
        let reply = session.reply(None);
        Ok((session, reply))
    }

    /// The day as it is known, nothing of it frozen.
    pub fn problem(&self) -> &Problem {
        &self.told.problem
    }

    /// The same with the plan in force as its baseline: a session opened on it stands where this one stands.
    pub fn day(&self) -> Problem {
        let mut told = (*self.told).clone();
        told.publish(&self.standing.plan, &self.standing.ground.problem);
        if self.now > Time::MIN {
            told.problem.freeze_time = Some(self.now);
        }
        told.problem
    }

    /// The time of the last answer: what lies before it has happened.
    pub fn now(&self) -> Time {
        self.now
    }

    /// The plan in force; its ids are those of [`Self::problem`].
    pub fn plan(&self) -> &Plan {
        &self.standing.plan
    }

    /// What the plan in force, at its times, costs at the prices of a problem with the same shifts and visits.
    pub fn cost_at(&self, like: &Problem) -> CostBreakdown {
        let Standing { ground, plan, .. } = &*self.standing;
        let mut problem = (*ground.problem).clone();
        problem.take_prices(like);
        let model = RouteModel::build(&problem, &ground.travel, &[]);
        let mut cost = CostBreakdown::default();
        for route in &plan.routes {
            cost += cost_by_term(&model, route);
        }
        for left in &plan.unassigned {
            cost.add(CostTerm::Unserved, problem.visit(left.visit).penalty());
        }
        cost
    }

    /// What was proved of every plan by the last proof, as far as it still holds.
    pub fn proved(&self) -> Option<Bound> {
        self.told.certificate.as_ref().map(Certificate::bound)
    }

    /// Answers events at once: all of them or none. `now` is the time of the answer: what lies before it has happened.
    ///
    /// What of the plan in force still holds stays; what does not is inserted where it costs least, with visits pushed
    /// elsewhere where there is no room; the bound is what is left of the last proof. `read` makes each event from the
    /// day as the events before it have left it.
    ///
    /// O(shifts × visits), besides insertions.
    ///
    /// # Errors
    /// An event that cannot have happened to this day, what `read` says, and a failed check. The session is then as it
    /// was.
    pub fn reassign<E: From<EngineError>>(
        &mut self,
        events: usize,
        mut read: impl FnMut(usize, &Problem) -> Result<Event, E>,
        now: Time,
        wishes: Wishes,
    ) -> Result<Reply, E> {
        let (next, reply) =
            self.branch(events, |number, day| read(number, day).map(Change::Event), now, wishes)?;
        *self = next;
        Ok(reply)
    }

    /// What the day would be if something were different: a session of its own, and its first answer. This one stays as
    /// it is. As for events, `read` makes each change from the day as the changes before it have left it.
    ///
    /// # Errors
    /// As for [`Self::reassign`].
    pub fn branch<E: From<EngineError>>(
        &self,
        changes: usize,
        mut read: impl FnMut(usize, &Problem) -> Result<Change, E>,
        now: Time,
        wishes: Wishes,
    ) -> Result<(Self, Reply), E> {
        let mut told = (*self.told).clone();
        told.publish(&self.standing.plan, &self.standing.ground.problem);
        for number in 0..changes {
            match read(number, &told.problem)? {
                Change::Event(event) => told.apply(&event, number)?,
                Change::Prices(like) => told.reprice(&like),
                Change::Visit { visit, noun, names } => {
                    let label = noun.label.clone();
                    let replaced = told.replace_visit(visit, *noun, &names, number);
                    replaced.map_err(|reason| EngineError::Event { event: label, reason })?;
                }
            }
        }
        let standing = Standing::stand(&told, Some(now), wishes, Some(&*self.standing))?;
        told.pass_to((&standing.ground.problem, &standing.bent));
        let (told, standing) = (Arc::new(told), Arc::new(standing));
        let openings = Arc::default();
        let next = Self { told, now, before: self.standing.plan.cost, wishes, standing, openings };
        let reply = next.reply(None);
        Ok((next, reply))
    }

    /// The arrival windows that a call can be offered, told with the day that has its visit. Nothing changes.
    ///
    /// The plan in force stays as it is but for the visit: what that adds, told customers moved by it included, is what
    /// the next answer's plan costs more where it has the visit in that window and events bring nothing else. `now` is the
    /// time of that answer. `read` makes the call, which has one visit, from the day.
    ///
    /// The first question after a change takes O(shifts × visits + places²); others O(places + shifts × stops) and a
    /// simulated route for each start of a window that could be quoted.
    ///
    /// # Errors
    /// What `read` says, a visit that is not solved yet, a place that cannot be reached.
    pub fn quote<T, E: From<EngineError>>(
        &self,
        now: Time,
        read: impl FnOnce(&Problem) -> Result<Call, E>,
        options: &QuoteOptions,
        tell: impl FnOnce(&Problem, VisitId, &Quotes) -> T,
    ) -> Result<T, E> {
        let call = read(&self.told.problem)?;
        let openings = self.openings(now)?;
        Ok(openings.quote(&call, options, tell)?)
    }

    /// What is open to new work. Whoever asks first works it out, others wait for that.
    fn openings(&self, now: Time) -> Result<Arc<Openings>, EngineError> {
        let mut known = self.openings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, openings)) = &*known
            && *of == now
        {
            return Ok(Arc::clone(openings));
        }
        let mut told = (*self.told).clone();
        told.publish(&self.standing.plan, &self.standing.ground.problem);
        let openings = Arc::new(Openings::of(&told, now, &self.standing.ground)?);
        *known = Some((now, Arc::clone(&openings)));
        Ok(openings)
    }

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
        if let Some(most) = spare {
            let left = control.deadline().map(|deadline| deadline.saturating_duration_since(now()));
            let (first, rest) = options.halved(left);
            // Free at first: what changes then and saves most is what may change.
            let free = self.standing.freed(&self.told)?;
            let found = self.pursue(&free, &first, control, &mut |_| {})?;
            let changes = self.changes_of(&found.answer.plan, &free.ground);
            self.standing = Arc::new(self.standing.with_room(&changes, most, found.answer.plan.bound)?);
            options = rest;
        }
        let (standing, most) = (Arc::clone(&self.standing), self.wishes.changes_max);
        let mut within = |reply: Reply| {
            if standing.is_within(&reply.plan, most) {
                observer(reply);
            }
        };
        let found = self.pursue(&standing, &options, control, &mut within)?;
        // Where visits must be served that the budget leaves no room for, a search may drop one that is held instead.
        if standing.is_within(&found.answer.plan, most) {
            *self = self.with_plan(found.answer.plan);
        }
        if let Some((bound, worth)) = found.worth.filter(|_| !self.wishes.keep_plan && spare.is_none()) {
            self.learn(bound, worth);
        }
        Ok(self.reply(Some(found.answer.statistics)))
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

    /// The same day with a better plan, which [`Self::improve`] has told of, or with the plan in force at other times that
    /// its routes allow: what is begun later is judged by them.
    #[must_use]
    pub fn with_plan(&self, plan: Plan) -> Self {
        let standing = Standing { sequences: sequences_of(&plan), plan, ..(*self.standing).clone() };
        let (standing, told) = (Arc::new(standing), Arc::clone(&self.told));
        Self { standing, told, openings: Arc::default(), ..*self }
    }

    /// The first answer, or the last better one.
    pub fn standing(&self) -> Reply {
        self.reply(None)
    }

    /// A proof without prices for changes, which are others after the next events, outlives those.
    fn learn(&mut self, bound: Bound, worth: Vec<Cost>) {
        let known = self.told.certificate.as_ref().map(Certificate::bound);
        if known.is_none_or(|known| known.cost < bound.cost) {
            let day = (&self.told.problem, &*self.told.travel);
            let certificate = Certificate::new(day, &self.standing.ground.problem, bound, worth);
            Arc::make_mut(&mut self.told).certificate = Some(certificate);
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
        let recipe = Recipe { voice, control, end, params: warm() };
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

    fn reply(&self, statistics: Option<Statistics>) -> Reply {
        Reply { statistics, ..self.reply_with(&self.standing, &self.standing.plan) }
    }

    fn reply_with(&self, standing: &Standing, plan: &Plan) -> Reply {
        Reply {
            problem: Arc::clone(&standing.ground.problem),
            plan: plan.clone(),
            changes: self.changes_of(plan, &standing.ground),
            repairs: standing.repairs.clone(),
            bent: standing.bent.clone(),
            statistics: None,
        }
    }

    fn changes_of(&self, plan: &Plan, ground: &Ground) -> Changes {
        let basis = Basis { told: &self.told, ground, before: self.before };
        changes(&basis, plan, &sequences_of(plan))
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
