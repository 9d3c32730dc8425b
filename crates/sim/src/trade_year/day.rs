//! One day of the year as every policy sees it: what is open in the morning, what becomes known when.

use journeyman_domain::{
    CostPerTime, Duration, Place, PlaceId, Time, TimeWindow, Unserved, Visit, VisitCard, WorkOrderId,
};

use serde::{Deserialize, Serialize};

use super::assumptions::{
    DAY, INTAKE, LAST_START, PLANNED_AT, PRICE_APPOINTMENT, PRICE_EMERGENCY, PRICE_SOON, WAIT_EMERGENCY,
    WAIT_SOON,
};
use super::firm::Firm;
use super::history::{CallKind, History};
use super::record::{CallRecord, Fate, holds, moments};

/// A day, the firm and the history around it.
#[derive(Clone, Copy)]
pub(super) struct DayContext<'a> {
    pub(super) firm: &'a Firm,
    pub(super) history: &'a History,
    pub(super) day: usize,
}

/// What the office hears of in the course of a day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(super) enum News {
    /// Somebody goes home sick.
    Sick(usize),
    /// A call is taken, or its permit is issued: it may be planned.
    Ready(usize),
    /// The customer cancels.
    Cancels(usize),
    /// The customer calls a competitor, if nothing was told by then.
    GivesUp(usize),
}

/// A visit as it was driven.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Driven {
    pub(super) call: usize,
    pub(super) departure: Time,
    pub(super) arrival: Time,
    pub(super) start: Time,
    pub(super) end: Time,
}

/// What a policy made of a day.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct DayEnd {
    /// By technician.
    pub(super) driven: Vec<Vec<Driven>>,
    /// Behind the regular end, over all technicians.
    pub(super) overtime: Duration,
    /// Behind the wheel, the ways home included.
    pub(super) driving: Duration,
}

impl DayContext<'_> {
    pub(super) fn midnight(&self) -> i64 {
        i64::try_from(self.day).expect("years are short") * DAY
    }

    /// When the day is planned.
    pub(super) fn opens(&self) -> Time {
        Time::ZERO + PLANNED_AT
    }

    pub(super) fn moment(&self, time: Time) -> i64 {
        self.midnight() + time.ticks()
    }

    pub(super) fn absent(&self, technician: usize) -> Option<Time> {
        self.history.absent[self.day][technician]
    }

    /// Open calls that may be done and are known when the day is planned.
    pub(super) fn open(&self, records: &[CallRecord]) -> Vec<usize> {
        let opens = self.moment(self.opens());
        (0..records.len())
            .filter(|&call| records[call].is_open() && self.known(call, records) <= opens)
            .collect()
    }

    /// The moment from which on a call may be planned.
    fn known(&self, call: usize, records: &[CallRecord]) -> i64 {
        let noun = &self.history.calls[call];
        (noun.at + INTAKE.ticks()).max(noun.ready).max(records[call].not_before)
    }

    /// What becomes known while the day is under way, in its order.
    pub(super) fn news(&self, records: &[CallRecord]) -> Vec<(Time, News)> {
        let opens = self.moment(self.opens());
        let mut news = Vec::new();
        let mut add = |moment: i64, what: News| {
            if moment > opens && moment < self.midnight() + DAY {
                news.push((Time::from_ticks(moment - self.midnight()), what));
            }
        };
        for (technician, from) in self.history.absent[self.day].iter().enumerate() {
            if let Some(from) = from {
                add(self.moment(*from), News::Sick(technician));
            }
        }
        for (call, noun) in self.history.calls.iter().enumerate().filter(|&(call, _)| records[call].is_open())
        {
            if noun.at >= self.midnight() + DAY {
                break;
            }
            add(self.known(call, records), News::Ready(call));
            noun.cancels.into_iter().for_each(|moment| add(moment, News::Cancels(call)));
            noun.patience.into_iter().for_each(|span| add(noun.at + span.ticks(), News::GivesUp(call)));
        }
        news.sort_unstable();
        news
    }

    /// What happened since the last day was closed: who cancelled or gave up at night, what was promised on the phone.
    pub(super) fn begin(&self, records: &mut [CallRecord]) {
        let opens = self.moment(self.opens());
        for (noun, record) in self.history.calls.iter().zip(records).filter(|(_, record)| record.is_open()) {
            if noun.cancels.is_some_and(|moment| moment <= opens) {
                record.end(Fate::Cancelled, noun.cancels.unwrap_or(opens));
            } else if record.unanswered()
                && let Some(moment) = noun.patience.map(|span| noun.at + span.ticks())
                && moment <= opens
            {
                record.end(Fate::Competitor, moment);
            } else if let Some(window) = noun.window.filter(|_| noun.ready == self.midnight()) {
                record.promise.get_or_insert(moments(self.midnight(), window));
                record.told.get_or_insert(moments(self.midnight(), window));
            }
        }
    }

    /// What a decision says of a call: where it begins, if anywhere today, and what the customer would be told. Whoever
    /// hears that nobody can come today waits for another day, or calls a competitor.
    pub(super) fn note(
        &self,
        (call, record): (usize, &mut CallRecord),
        told_at: Time,
        planned: Option<(Time, TimeWindow)>,
    ) {
        let midnight = self.midnight();
        let noun = &self.history.calls[call];
        match planned {
            Some((start, window)) => {
                let window = moments(midnight, window);
                record.placed(self.moment(told_at), window);
                if record.told.is_none_or(|told| !holds(midnight, told, start)) {
                    record.moved_to(Some(window));
                }
            }
            None if record.told.is_some() => record.moved_to(None),
            None if record.unanswered() && noun.kind == CallKind::Soon => {
                record.deferred = noun.takes_another_day;
                if !noun.takes_another_day {
                    record.end(Fate::Competitor, self.moment(told_at));
                }
            }
            None => {}
        }
    }

    /// Writes down what was driven.
    pub(super) fn close(&self, records: &mut [CallRecord], end: &DayEnd) {
        for (technician, stops) in end.driven.iter().enumerate() {
            for stop in stops {
                let noun = &self.history.calls[stop.call];
                let record = &mut records[stop.call];
                record.on_site.get_or_insert(self.moment(stop.start));
                record.technician = Some(technician);
                match noun.outcome {
                    super::Outcome::NoShow => record.end(Fate::NoShow, self.moment(stop.end)),
                    super::Outcome::PartMissing { days } if !record.comes_back => {
                        record.comes_back = true;
                        record.not_before = self.midnight() + days * DAY;
                        // What is told next is another visit's.
                        record.told = None;
                    }
                    super::Outcome::Done | super::Outcome::PartMissing { .. } => {
                        record.done = Some(self.moment(stop.end));
                        record.fate = Fate::Done;
                    }
                }
            }
        }
    }

    /// The window that was agreed for today.
    pub(super) fn agreed(&self, call: usize) -> Option<TimeWindow> {
        let noun = &self.history.calls[call];
        noun.window.filter(|_| noun.ready == self.midnight())
    }

    pub(super) fn place(&self, call: usize) -> Place {
        let job = &self.firm.jobs[self.history.calls[call].job];
        Place { label: format!("site-{call}"), point: Some(job.point) }
    }

    /// The visit of a call, as the office knows it.
    pub(super) fn visit(&self, call: usize, place: PlaceId, work_order: usize) -> Visit {
        let noun = &self.history.calls[call];
        let ready = Time::from_ticks((noun.ready.max(noun.at) - self.midnight()).max(0));
        let agreed = self.agreed(call);
        let from = agreed.map_or(ready, |window| window.start);
        let (price, lateness, soft_end) = match (noun.kind, agreed) {
            (CallKind::Emergency, _) => (PRICE_EMERGENCY, WAIT_EMERGENCY, Some(from)),
            (CallKind::Appointment, Some(window)) => (PRICE_APPOINTMENT, CostPerTime::ZERO, Some(window.end)),
            (CallKind::Appointment, None) => (PRICE_APPOINTMENT, WAIT_SOON, Some(from)),
            (CallKind::Soon | CallKind::Permit, _) => (PRICE_SOON, WAIT_SOON, Some(from)),
        };
        let windows = vec![TimeWindow { start: from, end: Time::ZERO + LAST_START.max(from - Time::ZERO) }];
        let bare = Visit::bare(label(call), WorkOrderId::new(work_order), place, windows);
        Visit {
            duration: noun.planned,
            requirement: self.firm.jobs[noun.job].requirement.clone(),
            unserved: Unserved::Penalty(price),
            card: VisitCard { lateness: false, preference_missed: true, penalty: None },
            promise: agreed.map(|window| journeyman_domain::Promise {
                window,
                technician: None,
                announced: false,
            }),
            lateness,
            soft_end,
            ..bare
        }
    }
}

impl CallRecord {
    /// It ended without work.
    pub(super) fn end(&mut self, fate: Fate, moment: i64) {
        self.fate = fate;
        self.left = Some(moment);
    }
}

/// The label of the visit of a call.
pub(super) fn label(call: usize) -> String {
    format!("C-{call}")
}

/// Whose label it is.
pub(super) fn call_of(label: &str) -> usize {
    label.strip_prefix("C-").and_then(|number| number.parse().ok()).expect("the year labels its own visits")
}
