//! A day under way: what is known of it, the plan in force, and what was proved.
//!
//! Events come in, and at once a repaired plan goes out with a bound that holds; what time is left makes both better.
//! Nothing that was learned is thrown away as long as it is true: travel, the plan, the proof.

mod improving;

use std::sync::{Arc, Mutex, PoisonError};

use journeyman_domain::{
    Bound, Call, CostBreakdown, CostTerm, Event, Names, Plan, Problem, Time, Visit, VisitId,
};
use journeyman_plan::cost_by_term;
use journeyman_route::RouteModel;
use journeyman_travel::Travel;

use crate::certificate::Certificate;
use crate::changes::{Basis, Changes, changes};
use crate::day::Ground;
use crate::memory::Memory;
use crate::quote::Openings;
use crate::repair::Repair;
use crate::standing::{Standing, sequences_of};
use crate::told::{Bent, Told};
use crate::wishes::FREE;
use crate::{EngineError, QuoteOptions, Quotes, Statistics, Wishes};

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
    /// What proofs of the day, however it has changed, leave to the next one. Shared by all that the day becomes.
    memory: Arc<Memory>,
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
        let mut unhurried = None;
        if told.is_incomplete() {
            // Times and windows that were not given are those that the order has, as far as it holds.
            let standing = Standing::stand(&told, None, FREE, None)?;
            told.complete(&standing.plan);
            unhurried = Some(standing);
        }
        let standing = Standing::stand(&told, Some(now), FREE, unhurried.as_ref())?;
        let before = standing.plan.cost;
        let session = Self::on(told, standing, (now, FREE, before));
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

    /// What whoever told of the last events wants of the answer.
    pub fn wishes(&self) -> Wishes {
        self.wishes
    }

    /// Visits whose work is interrupted, and since when.
    pub fn paused(&self) -> &[(VisitId, Time)] {
        self.told.paused()
    }

    /// A day as it was told, with what stands at `now`.
    pub(crate) fn on(
        told: Told,
        standing: Standing,
        (now, wishes, before): (Time, Wishes, CostBreakdown),
    ) -> Self {
        let (told, standing) = (Arc::new(told), Arc::new(standing));
        Self { told, now, before, wishes, standing, openings: Arc::default(), memory: Arc::default() }
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
        let (openings, memory) = (Arc::default(), Arc::clone(&self.memory));
        let next = Self { told, now, before: self.standing.plan.cost, wishes, standing, openings, memory };
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

    /// The same day with a better plan, which [`Self::improve`] has told of, or with the plan in force at other times that
    /// its routes allow: what is begun later is judged by them.
    #[must_use]
    pub fn with_plan(&self, plan: Plan) -> Self {
        let standing = Standing { sequences: sequences_of(&plan.routes), plan, ..(*self.standing).clone() };
        let (standing, told) = (Arc::new(standing), Arc::clone(&self.told));
        Self { standing, told, openings: Arc::default(), memory: Arc::clone(&self.memory), ..*self }
    }

    /// The first answer, or the last better one.
    pub fn standing(&self) -> Reply {
        self.reply(None)
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
        changes(&basis, plan, &sequences_of(&plan.routes))
    }
}
