//! Who answers the facts of a day: a session at hand, or a board in a store.

use journeyman_board::Halt;
use journeyman_domain::{Problem, Time};
use journeyman_engine::{Control, EngineError, Session, SolveOptions, Wishes};

use super::day::DayContext;
use super::durable::DurableError;
use super::facts::{Told, event, morning};

/// How hard the session tries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// Iterations for the plan of the morning, and after each fact; none: the first answer stands.
    pub(super) iterations: Option<(u64, u64)>,
    pub(super) seed: u64,
}

/// Why a day could not go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlannerError {
    /// The engine refused a fact, or a plan failed its check.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// What is durable.
    #[error(transparent)]
    Durable(#[from] DurableError),
}

impl From<Halt> for PlannerError {
    fn from(halt: Halt) -> Self {
        Self::Durable(halt.into())
    }
}

/// What became of a fact that came twice, or of a server that was started again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum After {
    /// Everything stands as before.
    Same,
    /// Something changed.
    Other,
}

/// Whoever answers.
pub(super) trait Planner {
    /// What is in force.
    fn session(&self) -> &Session;

    /// Answers facts at a time: all of them or none.
    fn tell(&mut self, told: &[Told], now: Time) -> Result<(), PlannerError>;

    /// The facts that were told so many times before the last ones come once more; none: nobody could know them again.
    fn tell_again(&mut self, back: usize) -> Result<Option<After>, PlannerError>;

    /// The server is started again; none: there is no server.
    fn restart(&mut self, now: Time) -> Result<Option<After>, PlannerError>;
}

/// A session at hand: nothing outlives it.
pub(super) struct AtHand<'a> {
    day: DayContext<'a>,
    effort: Effort,
    session: Session,
}

impl<'a> AtHand<'a> {
    /// The day planned in the morning.
    pub(super) fn open(day: DayContext<'a>, effort: Effort, known: &[usize]) -> Result<Self, EngineError> {
        Ok(Self { day, effort, session: planned(&day, effort, known)? })
    }
}

impl Planner for AtHand<'_> {
    fn session(&self) -> &Session {
        &self.session
    }

    fn tell(&mut self, told: &[Told], now: Time) -> Result<(), PlannerError> {
        let day = self.day;
        let read = |number: usize, problem: &Problem| -> Result<_, EngineError> {
            Ok(event(&day, problem, (number, told[number]), now))
        };
        self.session.reassign(told.len(), read, now, Wishes::default())?;
        let iterations = self.effort.iterations.map(|(_, event)| event);
        Ok(improve(&mut self.session, self.effort, iterations)?)
    }

    fn tell_again(&mut self, _: usize) -> Result<Option<After>, PlannerError> {
        Ok(None)
    }

    fn restart(&mut self, _: Time) -> Result<Option<After>, PlannerError> {
        Ok(None)
    }
}

/// The plan of the morning.
pub(super) fn planned(day: &DayContext<'_>, effort: Effort, known: &[usize]) -> Result<Session, EngineError> {
    let (mut session, _) = Session::open(morning(day, known), day.opens())?;
    improve(&mut session, effort, effort.iterations.map(|(morning, _)| morning))?;
    Ok(session)
}

fn improve(session: &mut Session, effort: Effort, iterations: Option<u64>) -> Result<(), EngineError> {
    let Some(iterations) = iterations else { return Ok(()) };
    let options = counted(effort, iterations);
    session.improve(&options, &Control::default(), &mut |_| {}).map(|_| ())
}

/// No clock ends it: the same again, whatever the machine.
pub(super) fn counted(effort: Effort, iterations: u64) -> SolveOptions {
    SolveOptions {
        time_limit: None,
        iterations_max: Some(iterations),
        seed: effort.seed,
        threads: 1,
        gap_limit: None,
    }
}
