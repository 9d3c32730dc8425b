//! Savings by solving again: the wish read, and the changes of an answer weighed by it.

use std::time::Duration;

use journeyman_domain::{Problem, VisitId};
use journeyman_engine::{Control, EngineError, Reply, Resolved, Session, SolveOptions};

use crate::limits::Limits;
use crate::request::read_options;
use crate::violation::{Field, ViolationCode};
use crate::wire;

/// What changes are solved without, and for how long.
#[derive(Clone, PartialEq, Debug)]
pub struct Savings {
    /// Of all changes together.
    time_limit: Duration,
    /// Of each.
    iterations_max: Option<u64>,
    /// Labels of the visits whose changes are asked for; none: all.
    visits: Vec<String>,
}

impl Savings {
    /// Reads the wish, if there is one; `problem` is the day before the events, where it is known already.
    pub(crate) fn read(
        given: Option<&wire::ResolveSavings>,
        limits: &Limits,
        at: &Field<'_>,
    ) -> Option<Self> {
        let given = given?;
        let budget = wire::SolveOptions {
            time_limit: given.time_limit,
            iterations_max: given.iterations_max,
            ..wire::SolveOptions::default()
        };
        let budget = read_options(&budget, limits, at);
        at.field("visit_ids").at_most(given.visit_ids.len(), limits.list_entries);
        Some(Self {
            time_limit: budget.time_limit,
            iterations_max: budget.iterations_max,
            visits: given.visit_ids.clone(),
        })
    }

    /// Refuses visits that the day before the events does not have.
    pub(crate) fn refuse_unknown(&self, problem: &Problem, at: &Field<'_>) {
        for (index, label) in self.visits.iter().enumerate() {
            if !problem.visits.iter().any(|visit| visit.label == *label) {
                let text = format_args!("there is no visit {label:?}");
                at.entry("visit_ids", index).refuse(ViolationCode::UnknownId, text);
            }
        }
    }

    /// Weighs the changes of an answer, which is the standing one of a session.
    ///
    /// # Errors
    /// A cancelled control, a failed check.
    pub(crate) fn weigh(
        &self,
        session: &Session,
        reply: &mut Reply,
        ((seed, threads), control): ((u64, usize), &Control),
    ) -> Result<(), EngineError> {
        let options = SolveOptions {
            time_limit: Some(self.time_limit),
            iterations_max: self.iterations_max,
            seed,
            threads,
            gap_limit: None,
        };
        reply.changes = session.weighed(self.asked(&reply.problem).as_deref(), &options, control)?;
        Ok(())
    }

    /// Says of the changes of an answer that they were not solved without.
    pub(crate) fn pass_over(&self, reply: &mut Reply) {
        let asked = self.asked(&reply.problem);
        let is_asked = |visit| asked.as_ref().is_none_or(|asked| asked.contains(&visit));
        for change in &mut reply.changes.visits {
            if change.is_noticed() && is_asked(change.visit) {
                change.resolved = Some(Resolved::NotReached);
            }
        }
    }

    /// The visits asked for, as far as they are still there.
    fn asked(&self, problem: &Problem) -> Option<Vec<VisitId>> {
        let is_asked = |&visit: &VisitId| self.visits.contains(&problem.visit(visit).label);
        (!self.visits.is_empty()).then(|| problem.visit_ids().filter(is_asked).collect())
    }
}
