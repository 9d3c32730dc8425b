//! A day under way told again from what was recorded of it: its events, and the plan in force after each of them. No
//! solver is asked, so it takes the time of reading.

use std::sync::Arc;

use journeyman_domain::{CostBreakdown, CostTerm, Event, PlannedRoute, Problem, StopKind, Time, VisitId};
use journeyman_travel::Travel;

use crate::standing::Standing;
use crate::told::{Told, in_force};
use crate::{EngineError, Session, Wishes};

/// A day that is being told again. Copies share its travel. Where a step fails, it is in an unknown state.
#[derive(Clone)]
pub struct Replay {
    told: Told,
    now: Time,
    wishes: Wishes,
    /// What the plan before the last events cost, once some were told.
    before: Option<CostBreakdown>,
}

impl Replay {
    /// The day as a session knew it at `now`: its problem, whose baseline is the plan before the last events, visits that
    /// were paused, and what was wished of its answer.
    ///
    /// # Errors
    /// Travel that cannot be built.
    pub fn begin(
        problem: Problem,
        paused: Vec<(VisitId, Time)>,
        now: Time,
        wishes: Wishes,
    ) -> Result<Self, EngineError> {
        let travel = Arc::new(Travel::build(&problem)?);
        Ok(Self { told: Told::new(problem, travel).with_paused(paused), now, wishes, before: None })
    }

    /// The day so far.
    pub fn problem(&self) -> &Problem {
        &self.told.problem
    }

    /// Tells events that were recorded together, as they found the routes in force. `now` is the time of their answer.
    ///
    /// # Errors
    /// What `read` says, and an event that cannot have happened to this day.
    pub fn tell<E: From<EngineError>>(
        &mut self,
        routes: &[PlannedRoute],
        events: usize,
        mut read: impl FnMut(usize, &Problem) -> Result<Event, E>,
        now: Time,
        wishes: Wishes,
    ) -> Result<(), E> {
        self.before = Some(cost_of(routes, &self.told.problem));
        let (frozen, _) = self.told.frozen_at(Some(self.now))?;
        self.told.stand_on(in_force(routes, &frozen));
        for number in 0..events {
            let event = read(number, &self.told.problem)?;
            self.told.apply(&event, number)?;
        }
        (self.now, self.wishes) = (now, wishes);
        Ok(())
    }

    /// The session that stands where the recorded one stood, with the routes in force at last. What was proved is not
    /// recorded: its bound is the one that needs no solver.
    ///
    /// # Errors
    /// Routes that do not fit the day, and a failed check.
    pub fn end(self, routes: Vec<PlannedRoute>) -> Result<Session, EngineError> {
        let Self { told, now, wishes, before } = self;
        let standing = Standing::again(&told, now, wishes, routes)?;
        let before = before.unwrap_or(standing.plan.cost);
        Ok(Session::on(told, standing, (now, wishes, before)))
    }
}

/// What routes cost, with the penalties of the visits that they leave out.
fn cost_of(routes: &[PlannedRoute], problem: &Problem) -> CostBreakdown {
    let mut cost = routes.iter().fold(CostBreakdown::default(), |sum, route| sum + route.cost);
    let mut served = vec![false; problem.visits.len()];
    for stop in routes.iter().flat_map(|route| &route.stops) {
        if let StopKind::Visit(visit) = stop.kind {
            served[visit.index()] = true;
        }
    }
    for visit in problem.visit_ids().filter(|visit| !served[visit.index()]) {
        cost.add(CostTerm::Unserved, problem.visit(visit).penalty());
    }
    cost
}
