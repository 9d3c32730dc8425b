//! A day that the product dispatches: every fact is told to an [`engine::Session`](Session), as a server is told it.
//!
//! The plan in force is what people do; where a visit lasts longer or shorter than planned, the session hears so when the
//! technician knows: at its planned end, or at its true one where that comes first.

use std::time::Duration as WallTime;

use journeyman_domain::{
    Call, Event, EventKind, Place, PlaceId, PlannedStop, Problem, ShiftId, StopKind, TechnicianId, Time,
    VisitId,
};
use journeyman_engine::{Control, EngineError, Session, SolveOptions, Wishes};

use super::assumptions::CONFIRMATION;
use super::day::{DayContext, DayEnd, Driven, News, call_of, label};
use super::record::{CallRecord, Fate};

/// How hard the session tries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// Iterations for the plan of the morning, and after each fact; none: the first answer stands.
    pub(super) iterations: Option<(u64, u64)>,
    pub(super) seed: u64,
}

/// Measures how long answers take; the year itself never looks at it.
pub(super) struct Stopwatch<'c> {
    pub(super) clock: &'c dyn Fn() -> WallTime,
    /// Of each answer to a fact.
    pub(super) answers: Vec<WallTime>,
    /// Facts that the session refused because what has begun would not fit its shift.
    pub(super) refused: usize,
}

/// A fact for the session.
#[derive(Clone, Copy)]
enum Told {
    News(News),
    Ends(usize, Time),
}

struct SessionDay<'a> {
    day: DayContext<'a>,
    effort: Effort,
    session: Session,
    /// Calls that are known and open.
    known: Vec<usize>,
    /// Calls whose end on site was told.
    ended: Vec<usize>,
}

pub(super) fn run(
    day: DayContext<'_>,
    effort: Effort,
    records: &mut [CallRecord],
    watch: &mut Stopwatch<'_>,
) -> Result<DayEnd, EngineError> {
    let known = day.open(records);
    let (session, _) = Session::open(morning(&day, &known), day.opens())?;
    let mut running = SessionDay { day, effort, session, known, ended: Vec::new() };
    running.improve(effort.iterations.map(|(morning, _)| morning))?;
    running.note(records, day.opens());
    let mut news = day.news(records).into_iter().peekable();
    loop {
        let field = running.next_end(records);
        let Some(now) =
            news.peek().map(|&(time, _)| time).into_iter().chain(field.map(|(time, ..)| time)).min()
        else {
            break;
        };
        let mut told = Vec::new();
        if let Some((_, call, end)) = field.filter(|&(time, ..)| time == now) {
            running.ended.push(call);
            told.push(Told::Ends(call, end));
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
            running.note(records, now + CONFIRMATION);
        }
    }
    let end = running.end();
    day.close(records, &end);
    Ok(end)
}

impl SessionDay<'_> {
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
    fn tell_all(&mut self, told: &[Told], now: Time) -> Result<usize, EngineError> {
        match self.tell(told, now) {
            Err(EngineError::FrozenStopsDoNotFit { .. }) if told.len() == 1 => Ok(1),
            Err(EngineError::FrozenStopsDoNotFit { .. }) => {
                told.iter().try_fold(0, |refused, fact| Ok(refused + self.tell_all(&[*fact], now)?))
            }
            other => other.map(|()| 0),
        }
    }

    fn tell(&mut self, told: &[Told], now: Time) -> Result<(), EngineError> {
        let day = self.day;
        let read = |number: usize, problem: &Problem| {
            let kind = match told[number] {
                Told::Ends(call, end) => EventKind::VisitEnds { visit: visit_of(problem, call), end },
                Told::News(News::Ready(call)) => {
                    EventKind::CallReceived(Box::new(new_call(&day, problem, call)))
                }
                Told::News(News::Cancels(call) | News::GivesUp(call)) => {
                    EventKind::Cancelled(vec![visit_of(problem, call)])
                }
                Told::News(News::Sick(technician)) => {
                    let from = Some(now);
                    EventKind::SickOut { technician: TechnicianId::new(technician), shift: None, from }
                }
            };
            Ok::<_, EngineError>(Event { label: format!("{number} at {}", now.ticks()), time: now, kind })
        };
        self.session.reassign(told.len(), read, now, Wishes::default())?;
        self.improve(self.effort.iterations.map(|(_, event)| event))
    }

    fn improve(&mut self, iterations: Option<u64>) -> Result<(), EngineError> {
        let Some(iterations) = iterations else { return Ok(()) };
        let options = SolveOptions {
            time_limit: None,
            iterations_max: Some(iterations),
            seed: self.effort.seed,
            threads: 1,
            gap_limit: None,
        };
        self.session.improve(&options, &Control::default(), &mut |_| {}).map(|_| ())
    }

    /// What the plan in force tells customers of work that has not begun.
    fn note(&self, records: &mut [CallRecord], told_at: Time) {
        let mut planned = vec![None; records.len()];
        for (call, _, stop) in self.stops() {
            planned[call] = Some(stop);
        }
        for &call in &self.known {
            let stop = planned[call];
            if stop.is_some_and(|stop| stop.leg.departure < self.session.now()) {
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
            (end != stop.end && !self.ended.contains(&call))
                .then(|| (end.min(stop.end).max(self.session.now()), call, end))
        });
        ends.min()
    }

    fn is_under_way(&self, call: usize, now: Time) -> bool {
        self.stops().any(|(other, _, stop)| other == call && stop.leg.departure < now)
    }

    fn stops(&self) -> impl Iterator<Item = (usize, ShiftId, &PlannedStop)> {
        let problem = self.session.problem();
        self.session.plan().routes.iter().flat_map(move |route| {
            route.stops.iter().filter_map(move |stop| match stop.kind {
                StopKind::Visit(visit) => Some((call_of(&problem.visit(visit).label), route.shift, stop)),
                StopKind::Pickup(_) | StopKind::Break(_) => None,
            })
        })
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
        for route in &self.session.plan().routes {
            let regular = self.day.firm.base.shift(route.shift).soft_end;
            end.overtime += route.return_time.max(regular) - regular;
            end.driving += route.last_leg.duration;
        }
        end
    }
}

/// The day as it is known when it is planned; who is sick all day has said so by then.
fn morning(day: &DayContext<'_>, known: &[usize]) -> Problem {
    let mut problem = day.firm.base.clone();
    for (technician, shift) in problem.shifts.iter_mut().enumerate() {
        shift.out = day.absent(technician).is_some_and(|from| from <= day.opens());
    }
    for &call in known {
        let place = PlaceId::new(problem.places.len());
        problem.places.push(day.place(call));
        problem.visits.push(day.visit(call, place, problem.work_orders.len()));
        problem.work_orders.push(format!("WO-{call}"));
    }
    problem
}

fn new_call(day: &DayContext<'_>, problem: &Problem, call: usize) -> Call {
    let place: Place = day.place(call);
    let visit = day.visit(call, PlaceId::new(problem.places.len()), problem.work_orders.len());
    Call {
        places: vec![place],
        work_order: Some(format!("WO-{call}")),
        visits: vec![visit],
        ..Call::default()
    }
}

fn visit_of(problem: &Problem, call: usize) -> VisitId {
    let label = label(call);
    let at = problem.visits.iter().position(|visit| visit.label == label);
    VisitId::new(at.expect("the day knows the visits that it has told"))
}
