//! A day that the product dispatches: every fact is told to an [`engine::Session`](Session), as a server is told it.
//!
//! The plan in force is what people do; where a visit lasts longer or shorter than planned, the session hears so when the
//! technician knows: at its planned end, or at its true one where that comes first.

use std::time::Duration as WallTime;

use journeyman_domain::{Duration, PlannedStop, ShiftId, StopKind, Time};
use journeyman_engine::EngineError;

use super::assumptions::{CONFIRMATION, DAY};
use super::cycle::{Cycle, Placed};
use super::day::{DayContext, DayEnd, Driven, News, call_of};
use super::facts::Told;
use super::faults::{FaultCounts, Faults};
use super::planner::{Planner, PlannerError};
use super::record::{CallRecord, Fate};

/// Whoever works longest has gone home, and nobody has begun the next day.
const NIGHT: Time = Time::from_ticks(DAY + 6 * 3600);

/// Measures how long answers take; the year itself never looks at it.
pub(super) struct Stopwatch<'c> {
    pub(super) clock: &'c dyn Fn() -> WallTime,
    /// Of each answer to a fact.
    pub(super) answers: Vec<WallTime>,
    /// Facts that the session refused because what has begun would not fit its shift.
    pub(super) refused: usize,
    pub(super) faults: FaultCounts,
}

struct SessionDay<'a, 'p> {
    day: DayContext<'a>,
    faults: Option<Faults>,
    planner: &'p mut dyn Planner,
    /// Calls that are known and open.
    known: Vec<usize>,
    /// Calls whose end on site was told.
    ended: Vec<usize>,
}

/// Drives the day; `planner` has planned what is open in the morning. The desk, where there is one, hears of everything.
pub(super) fn run(
    day: DayContext<'_>,
    faults: Option<Faults>,
    (planner, mut desk): (&mut dyn Planner, Option<&mut Cycle<'_>>),
    records: &mut [CallRecord],
    watch: &mut Stopwatch<'_>,
) -> Result<DayEnd, PlannerError> {
    let mut running = SessionDay { day, faults, planner, known: day.open(records), ended: Vec::new() };
    running.note(records, day.opens());
    if let Some(desk) = &mut desk {
        desk.until(&day, day.opens(), &[], records);
        desk.published(&day, day.opens(), &running.placed(), records);
    }
    let mut news = running.news(records).into_iter().peekable();
    let mut restart = faults.and_then(|faults| faults.restart());
    loop {
        let field = running.next_end(records);
        let Some(now) =
            news.peek().map(|&(time, _)| time).into_iter().chain(field.map(|(time, ..)| time)).min()
        else {
            break;
        };
        if restart.take_if(|at| *at <= now).is_some() {
            watch.faults.restarted(running.planner.restart(now)?);
            running.note(records, now + CONFIRMATION);
        }
        if let Some(desk) = &mut desk {
            desk.until(&day, now, &running.placed(), records);
        }
        let mut told = Vec::new();
        if let Some((_, call, end)) = field.filter(|&(time, ..)| time == now) {
            running.ended.push(call);
            told.push(Told::Ends(call, end.ticks()));
        }
        while let Some((_, what)) = news.next_if(|&(time, _)| time == now) {
            if running.concerns(what, records, now) {
                told.push(Told::News(what));
            }
        }
        if !told.is_empty() {
            // Who left on hearing that nobody can come today is in no plan.
            told.extend(running.take_gone(records).map(|call| Told::News(News::GivesUp(call))));
            let begin = (watch.clock)();
            watch.refused += running.tell_all(&told, now)?;
            watch.answers.push((watch.clock)().saturating_sub(begin));
            running.fail(&told, &mut watch.faults)?;
            running.note(records, now + CONFIRMATION);
            if let Some(desk) = &mut desk {
                desk.published(&day, now, &running.placed(), records);
            }
        }
    }
    if let Some(desk) = &mut desk {
        desk.until(&day, NIGHT, &running.placed(), records);
    }
    let end = running.end();
    day.close(records, &end);
    Ok(end)
}

impl SessionDay<'_, '_> {
    /// What the office hears, each when it comes in.
    fn news(&self, records: &[CallRecord]) -> Vec<(Time, News)> {
        let mut news = self.day.news(records);
        if let Some(faults) = self.faults {
            for (time, what) in &mut news {
                *time += faults.delay(Told::News(*what));
            }
            news.sort_unstable();
        }
        news
    }

    /// What comes late was late by now; what comes twice comes again.
    fn fail(&mut self, told: &[Told], counts: &mut FaultCounts) -> Result<(), PlannerError> {
        let Some(faults) = self.faults else { return Ok(()) };
        counts.delayed += told.iter().filter(|told| faults.delay(**told) > Duration::ZERO).count();
        if let Some(back) = faults.comes_again(told[0]) {
            counts.repeated(self.planner.tell_again(back)?);
        }
        Ok(())
    }

    /// Whether a fact changes the day; what it means for the call is written down.
    fn concerns(&mut self, what: News, records: &mut [CallRecord], now: Time) -> bool {
        match what {
            News::Sick(_) => true,
            News::Ready(call) => {
                let open = records[call].is_open();
                if open {
                    self.known.push(call);
                }
                open
            }
            News::Cancels(call) | News::GivesUp(call) => {
                let record = &mut records[call];
                let gives_up = matches!(what, News::GivesUp(_));
                if !record.is_open() || gives_up && !record.unanswered() || self.is_under_way(call, now) {
                    return false;
                }
                let fate = if gives_up { Fate::Competitor } else { Fate::Cancelled };
                record.end(fate, self.day.moment(now));
                let before = self.known.len();
                self.known.retain(|&known| known != call);
                self.known.len() < before
            }
        }
    }

    /// Calls that have ended without the session's knowledge.
    fn take_gone(&mut self, records: &[CallRecord]) -> impl Iterator<Item = usize> + use<> {
        let (open, gone) = self.known.iter().partition(|&&call| records[call].is_open());
        self.known = open;
        let gone: Vec<usize> = gone;
        gone.into_iter()
    }

    /// Tells facts; where the session refuses them together, one by one. How many it refused.
    fn tell_all(&mut self, told: &[Told], now: Time) -> Result<usize, PlannerError> {
        match self.planner.tell(told, now) {
            Err(PlannerError::Engine(EngineError::FrozenStopsDoNotFit { .. })) if told.len() == 1 => Ok(1),
            Err(PlannerError::Engine(EngineError::FrozenStopsDoNotFit { .. })) => {
                told.iter().try_fold(0, |refused, fact| Ok(refused + self.tell_all(&[*fact], now)?))
            }
            other => other.map(|()| 0),
        }
    }

    /// What the plan in force tells customers of work that has not begun.
    fn note(&self, records: &mut [CallRecord], told_at: Time) {
        let mut planned = vec![None; records.len()];
        for (call, _, stop) in self.stops() {
            planned[call] = Some(stop);
        }
        for &call in &self.known {
            let stop = planned[call];
            if stop.is_some_and(|stop| stop.leg.departure < self.planner.session().now()) {
                continue;
            }
            let start = stop.and_then(|stop| Some((stop.start, stop.window?.window)));
            self.day.note((call, &mut records[call]), told_at, start);
        }
    }

    /// The next moment at which somebody knows that work ends otherwise than planned.
    fn next_end(&self, records: &[CallRecord]) -> Option<(Time, usize, Time)> {
        let ends = self.stops().filter_map(|(call, _, stop)| {
            let end = stop.start + self.day.history.calls[call].on_site(records[call].comes_back);
            (end != stop.end && !self.ended.contains(&call)).then(|| {
                let late = self.faults.map_or(Duration::ZERO, |faults| faults.delay(Told::Ends(call, 0)));
                ((end.min(stop.end) + late).max(self.planner.session().now()), call, end)
            })
        });
        ends.min()
    }

    fn is_under_way(&self, call: usize, now: Time) -> bool {
        self.stops().any(|(other, _, stop)| other == call && stop.leg.departure < now)
    }

    fn stops(&self) -> impl Iterator<Item = (usize, ShiftId, &PlannedStop)> {
        let problem = self.planner.session().problem();
        self.planner.session().plan().routes.iter().flat_map(move |route| {
            route.stops.iter().filter_map(move |stop| match stop.kind {
                StopKind::Visit(visit) => Some((call_of(&problem.visit(visit).label), route.shift, stop)),
                StopKind::Pickup(_) | StopKind::Break(_) => None,
            })
        })
    }

    fn placed(&self) -> Vec<Placed<'_>> {
        self.stops().map(|(call, shift, stop)| (call, shift.index(), stop)).collect()
    }

    fn end(&self) -> DayEnd {
        let mut end = DayEnd { driven: vec![Vec::new(); self.day.firm.technicians()], ..DayEnd::default() };
        for (call, shift, stop) in self.stops() {
            end.driven[shift.index()].push(Driven {
                call,
                departure: stop.leg.departure,
                arrival: stop.arrival,
                start: stop.start,
                end: stop.end,
            });
            end.driving += stop.leg.duration;
        }
        for route in &self.planner.session().plan().routes {
            let regular = self.day.firm.base.shift(route.shift).soft_end;
            end.overtime += route.return_time.max(regular) - regular;
            end.driving += route.last_leg.duration;
        }
        end
    }
}
