//! A day that a coordinator dispatches by hand: the nearest free qualified technician, one decision after another.
//!
//! Each decision takes its time at the one desk; emergencies are taken up first. The coordinator finds a place for one
//! piece of work at a time, moves nothing that was promised, and looks at the rest of the day only when something breaks.

mod crew;
mod desk;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use journeyman_domain::{Duration, Time, TimeWindow};
use journeyman_travel::TravelError;

use self::crew::Crew;
use self::desk::{Desk, Task};
use super::assumptions::{CONFIRMATION, SNAP, TOLD_BEFORE, TOLD_WIDTH};
use super::day::{DayContext, DayEnd, News};
use super::history::CallKind;
use super::record::{CallRecord, Fate};

/// What happens next, in the order in which it is looked at where times are the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Next {
    /// A technician is done, or it is time to leave.
    Free(usize),
    /// A technician says that the work will last longer.
    Overrun(usize),
    News(News),
    /// The coordinator has decided.
    Decided,
}

struct HandDay<'a, 'r> {
    day: DayContext<'a>,
    records: &'r mut [CallRecord],
    crew: Crew,
    desk: Desk,
    /// Known, open, and with nobody.
    waiting: Vec<usize>,
    agenda: BinaryHeap<Reverse<(Time, Next)>>,
}

/// Drives the day; `planning` is the time of one decision at the desk.
pub(super) fn run(
    day: DayContext<'_>,
    planning: Duration,
    records: &mut [CallRecord],
) -> Result<DayEnd, TravelError> {
    let news = day.news(records);
    let mut open = day.open(records);
    let crew = Crew::begin(day, records, &open, &news)?;
    let agenda = news.into_iter().map(|(time, what)| Reverse((time, Next::News(what)))).collect();
    let desk = Desk::new(planning);
    let mut running = HandDay { day, records, crew, desk, waiting: Vec::new(), agenda };
    // The board of the morning was made the evening before, at no cost of the day: appointments first, by their windows.
    open.sort_by_key(|&call| {
        (day.agreed(call).map_or(Time::MAX, |window| window.start), urgency(day, call), call)
    });
    for call in open {
        running.place(call, day.opens(), day.opens());
    }
    for technician in 0..day.firm.technicians() {
        let begins = day.firm.base.shifts[technician].window.start;
        running.agenda.push(Reverse((begins, Next::Free(technician))));
    }
    while let Some(Reverse((now, next))) = running.agenda.pop() {
        match next {
            Next::Free(technician) => running.free(technician, now),
            Next::Overrun(technician) => running.overrun(technician, now),
            Next::News(news) => running.hear(news, now),
            Next::Decided => running.decided(now),
        }
    }
    let HandDay { crew, records, .. } = running;
    let end = crew.end();
    day.close(records, &end);
    Ok(end)
}

impl HandDay<'_, '_> {
    fn free(&mut self, technician: usize, now: Time) {
        if self.crew.is_busy(technician, now) {
            return;
        }
        let on_site = |call: usize| self.day.history.calls[call].on_site(self.records[call].comes_back);
        let began = self.crew.go_on(technician, now, on_site);
        let Some(begun) = began else { return self.ask_for_work(technician, now) };
        self.agenda.push(Reverse((begun.wakes, Next::Free(technician))));
        if let Some(known) = begun.overrun_known {
            self.agenda.push(Reverse((known, Next::Overrun(technician))));
        }
    }

    /// Who has nothing to do reminds the coordinator of what waits.
    fn ask_for_work(&mut self, technician: usize, now: Time) {
        if self.crew.is_out(technician, now) {
            return;
        }
        let fits = |&call: &usize| self.crew.may(technician, call);
        if let Some(call) = self.waiting.iter().copied().find(fits) {
            self.ask(Task { urgency: urgency(self.day, call), call }, now);
        }
    }

    /// Promises behind work that lasts longer are looked at, one decision each.
    fn overrun(&mut self, technician: usize, now: Time) {
        for (call, start) in self.crew.known_overrun(technician, now) {
            let told = self.records[call].told;
            if told.is_some_and(|(_, end)| self.day.moment(start) > end) {
                self.ask(Task { urgency: urgency(self.day, call), call }, now);
            }
        }
    }

    fn hear(&mut self, news: News, now: Time) {
        match news {
            News::Ready(call) if self.records[call].is_open() => {
                self.waiting.push(call);
                self.ask(Task { urgency: urgency(self.day, call), call }, now);
            }
            News::Ready(_) => {}
            News::Sick(technician) => {
                for call in self.crew.leaves(technician, now) {
                    self.waiting.push(call);
                    self.ask(Task { urgency: urgency(self.day, call), call }, now);
                }
            }
            News::Cancels(call) | News::GivesUp(call) => {
                let gives_up = matches!(news, News::GivesUp(_));
                let record = &mut self.records[call];
                if !record.is_open() || gives_up && !record.unanswered() || self.crew.has_begun(call) {
                    return;
                }
                record.end(if gives_up { Fate::Competitor } else { Fate::Cancelled }, self.day.moment(now));
                self.waiting.retain(|&other| other != call);
                self.crew.take_off(call);
                self.desk.forget(call);
            }
        }
    }

    fn ask(&mut self, task: Task, now: Time) {
        if let Some(decided) = self.desk.ask(task, now) {
            self.agenda.push(Reverse((decided, Next::Decided)));
        }
    }

    fn decided(&mut self, now: Time) {
        let (task, next) = self.desk.decided(now);
        if let Some(next) = next {
            self.agenda.push(Reverse((next, Next::Decided)));
        }
        let Some(Task { call, .. }) = task else { return };
        if self.records[call].is_open() && !self.crew.has_begun(call) {
            self.place(call, now, now + CONFIRMATION);
        }
    }

    /// Gives a call to whom the rule names; one that is with somebody stays unless another is there in time.
    fn place(&mut self, call: usize, now: Time, told_at: Time) {
        let stands = self.crew.start_of(call, now);
        let promised = self.records[call].told.map(|(_, end)| Time::from_ticks(end - self.day.midnight()));
        let choice = self.crew.choose(call, now, promised);
        let better = match (stands, choice) {
            (Some(stands), Some(choice)) => {
                let in_time = |start: Time| promised.is_none_or(|end| start <= end);
                (!in_time(stands) && in_time(choice.start)).then_some(choice)
            }
            (None, choice) => choice,
            (Some(_), None) => None,
        };
        let start = better.map(|choice| choice.start).or(stands);
        let window = |start: Time| (start, told_window(start));
        self.day.note((call, &mut self.records[call]), told_at, start.map(window));
        if let Some(choice) = better {
            self.crew.take_off(call);
            self.crew.give(call, choice);
            self.agenda.push(Reverse((now, Next::Free(choice.technician))));
        }
        if start.is_some() || !self.records[call].is_open() {
            self.waiting.retain(|&other| other != call);
        } else if !self.waiting.contains(&call) {
            self.waiting.push(call);
        }
    }
}

/// Lower is taken up first.
fn urgency(day: DayContext<'_>, call: usize) -> u8 {
    u8::from(day.history.calls[call].kind != CallKind::Emergency)
}

/// What a customer is told of a planned start: as wide and as coarse as what the product tells.
fn told_window(start: Time) -> TimeWindow {
    let from = (start - TOLD_BEFORE - Time::ZERO).ticks() / SNAP.ticks() * SNAP.ticks();
    let from = Time::from_ticks(from);
    TimeWindow { start: from, end: from + TOLD_WIDTH }
}
