//! What of a day under way is open to new work: worked out once for a plan in force, then asked by any number of callers.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use journeyman_domain::{Call, Problem, Time, TimeWindow, VisitId};
use journeyman_plan::offered_windows;
use journeyman_route::{Route, RouteTables};

use super::ranking::Ranking;
use super::trial::{Trial, Vacancy};
use super::{QuoteOptions, Quotes};
use crate::EngineError;
use crate::day::Ground;
use crate::repair::repaired;
use crate::standing::promise_what_was_told;
use crate::told::Told;

/// Copies of one day for callers who ask at once; who comes when all are in use waits some milliseconds.
const TRIALS_MAX: usize = 4;

/// The routes of a plan in force, as new work finds them.
pub(crate) struct Openings {
    /// With the place of one more visit.
    ground: Ground,
    vacancy: Vacancy,
    tables: RouteTables,
    /// By shift, with what of the plan still holds.
    routes: Vec<Route>,
    trials: Mutex<Trials>,
    given_back: Condvar,
}

#[derive(Default)]
struct Trials {
    free: Vec<Trial>,
    made: usize,
}

impl Openings {
    /// Of a day whose baseline is the plan in force, when the next answer is given at `now`. `like` is ground that most of
    /// the day is unchanged from. O(shifts × visits + places²).
    pub(crate) fn of(told: &Told, now: Time, like: &Ground) -> Result<Self, EngineError> {
        let (mut problem, _) = told.frozen_at(Some(now))?;
        promise_what_was_told(told, &mut problem);
        let mut travel = Arc::clone(&told.travel);
        let vacancy = Vacancy::open(&mut problem, &mut travel);
        let ground = Ground::on(problem, travel, Some(like))?;
        let model = ground.model();
        let (solution, _) = repaired(&model, &ground.eligibility).map_err(|shift| {
            EngineError::FrozenStopsDoNotFit { shift: ground.problem.shift(shift).label.clone() }
        })?;
        let routes = solution.routes().to_vec();
        let tables = model.into_tables();
        let trials = Mutex::default();
        Ok(Self { ground, vacancy, tables, routes, trials, given_back: Condvar::new() })
    }

    /// The windows for a call, told with the day that has its visit.
    ///
    /// O(places + shifts × stops) for the insertions, and one simulated route for each start of an offered window.
    pub(crate) fn quote<T>(
        &self,
        call: &Call,
        options: &QuoteOptions,
        tell: impl FnOnce(&Problem, VisitId, &Quotes) -> T,
    ) -> Result<T, EngineError> {
        let mut lent = self.lend();
        let trial = lent.trial.as_mut().expect("a trial is lent until the end");
        let quotes = self.quote_on(trial, call, options)?;
        Ok(tell(&trial.problem, self.vacancy.visit, &quotes))
    }

    fn quote_on(
        &self,
        trial: &mut Trial,
        call: &Call,
        options: &QuoteOptions,
    ) -> Result<Quotes, EngineError> {
        trial.seat(call)?;
        let windows = offered_windows(&trial.problem, &open(trial, options.within), &options.widths);
        trial.open_in(union(&windows));
        let visit = self.vacancy.visit;
        Ok(trial.ask(|model, eligibility| {
            Ranking::new(model, eligibility, &self.routes, visit).quotes(&windows, options)
        }))
    }

    fn lend(&self) -> Lent<'_> {
        let busy = |trials: &mut Trials| trials.free.is_empty() && trials.made >= TRIALS_MAX;
        let mut trials =
            self.given_back.wait_while(self.trials(), busy).unwrap_or_else(PoisonError::into_inner);
        if let Some(trial) = trials.free.pop() {
            return Lent { openings: self, trial: Some(trial) };
        }
        trials.made += 1;
        drop(trials);
        let mut lent = Lent { openings: self, trial: None };
        lent.trial = Some(Trial::of(&self.ground, self.tables.clone(), self.vacancy));
        lent
    }

    fn trials(&self) -> MutexGuard<'_, Trials> {
        self.trials.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A trial in use.
struct Lent<'o> {
    openings: &'o Openings,
    trial: Option<Trial>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut trials = self.openings.trials();
        match self.trial.take() {
            // Whatever a panic has left of it.
            Some(_) if std::thread::panicking() => trials.made -= 1,
            None => trials.made -= 1,
            Some(trial) => trials.free.push(trial),
        }
        drop(trials);
        self.openings.given_back.notify_one();
    }
}

/// When the visit of a trial may still start: sorted and disjoint.
fn open(trial: &Trial, within: Option<TimeWindow>) -> Vec<TimeWindow> {
    let problem = &trial.problem;
    let horizon = problem.horizon_window();
    let from = problem.freeze_time.map_or(horizon.start, |freeze| freeze.max(horizon.start));
    let ahead = TimeWindow::new(from, horizon.end);
    let asked = ahead.and_then(|ahead| within.map_or(Some(ahead), |within| within.intersection(&ahead)));
    let own = problem.start_windows(trial.vacancy.visit);
    own.iter().filter_map(|window| window.intersection(&asked?)).collect()
}

/// All that some window covers.
fn union(windows: &[TimeWindow]) -> Vec<TimeWindow> {
    let mut union: Vec<TimeWindow> = Vec::new();
    for &window in windows {
        match union.last_mut() {
            Some(last) if window.start <= last.end => last.end = last.end.max(window.end),
            _ => union.push(window),
        }
    }
    union
}
