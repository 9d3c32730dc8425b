//! What a session is told in the course of a day, in the words of the year.

use journeyman_domain::{Call, Event, EventKind, Place, PlaceId, Problem, TechnicianId, Time, VisitId};
use serde::{Deserialize, Serialize};

use super::day::{DayContext, News, label};

/// A fact for the session.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum Told {
    /// What the office hears.
    News(News),
    /// The work of a call ends at a time of the day, in ticks, otherwise than planned.
    Ends(usize, i64),
}

/// A fact as an event of the day, told at `now`; `number` is its place among those told together.
pub(super) fn event(day: &DayContext<'_>, problem: &Problem, told: (usize, Told), now: Time) -> Event {
    let (number, told) = told;
    let kind = match told {
        Told::Ends(call, end) => {
            EventKind::VisitEnds { visit: visit_of(problem, call), end: Time::from_ticks(end) }
        }
        Told::News(News::Ready(call)) => EventKind::CallReceived(Box::new(new_call(day, problem, call))),
        Told::News(News::Cancels(call) | News::GivesUp(call)) => {
            EventKind::Cancelled(vec![visit_of(problem, call)])
        }
        Told::News(News::Sick(technician)) => {
            let technician = TechnicianId::new(technician);
            EventKind::SickOut { technician, shift: None, from: Some(now) }
        }
    };
    Event { label: format!("{number} at {}", now.ticks()), time: now, kind }
}

/// The day as it is known when it is planned; who is sick all day has said so by then.
pub(super) fn morning(day: &DayContext<'_>, known: &[usize]) -> Problem {
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
