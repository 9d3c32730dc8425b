//! The service cycle of a year: every call is a work order on the desk, from the call to the invoice.
//!
//! The desk is told what happens when it happens, and decides by the shipped rule book; what it refuses is counted. It changes
//! nothing of the year: planner and people have done the work already.

mod agenda;
mod field;
mod papers;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use journeyman_desk::{
    CheckInKind, Command, Desk, DeskParams, Location, PermitState, Planned, StockChange, VisitOutcome,
    Window, WorkOrderState,
};
use journeyman_domain::{PlannedStop, Time};
use journeyman_rulebook::RuleBook;

use self::agenda::{Agenda, Step};
use self::papers::Papers;
use super::assumptions::{ACCOUNTING, CLOSE_OUT, DAY, INTAKE};
use super::day::DayContext;
use super::history::{CallKind, Outcome};
use super::record::{CallRecord, Fate};
use super::year::Year;

/// Refusals that are kept word by word.
const REFUSALS_KEPT: usize = 20;

/// A visit of a plan: whose call, whose shift, and when.
pub(super) type Placed<'p> = (usize, usize, &'p PlannedStop);

/// A rule book that the year cannot work by.
#[derive(Debug, thiserror::Error)]
pub enum CycleError {
    /// The shipped book, with the services that the year adds.
    #[error("the rule book: {0}")]
    Book(#[from] journeyman_rulebook::RuleBookError),
    /// The firm's time zone.
    #[error("the time zone: {0}")]
    Zone(#[from] jiff::Error),
}

/// What became of the work orders of a year.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct CycleCounts {
    /// Work was done, in whole or in part.
    pub(super) completed: usize,
    pub(super) invoiced: usize,
    /// On the day on which its last visit ended.
    pub(super) invoiced_same_day: usize,
    /// Completed in the year, and not invoiced when it is over.
    pub(super) not_invoiced: usize,
    /// Commands that the desk refused.
    pub(super) refused: usize,
    /// Orders that do not stand where the year has them.
    pub(super) astray: usize,
}

/// The desk of a year.
pub(super) struct Cycle<'y> {
    year: &'y Year,
    book: Arc<RuleBook>,
    papers: Papers,
    desk: Desk,
    agenda: Agenda,
    /// Plans so far.
    revision: i64,
    /// By call: the moment at which its work was completed, and at which the invoice was there.
    completed: BTreeMap<usize, i64>,
    invoiced: BTreeMap<usize, i64>,
    cancelled: Vec<bool>,
    /// By call: how far the field has reported of the visit under way.
    reported: Vec<field::Reported>,
    refusals: usize,
    /// The first of them, in words.
    pub(super) refused: Vec<String>,
}

impl<'y> Cycle<'y> {
    /// The desk before the first day: people, parts, and every call of the year still to come.
    pub(super) fn new(year: &'y Year) -> Result<Self, CycleError> {
        let papers = Papers::of(&year.firm);
        let book = Arc::new(papers.book()?);
        let zone = TimeZone::get(&year.firm.base.time_zone)?;
        // Work is handed out when it is left for, and nothing is pulled the evening before.
        let params = DeskParams { dispatch_lead: None, ..DeskParams::default() };
        let desk = Desk::new(Arc::clone(&book), zone).with_params(params);
        let calls = year.history.calls.len();
        let mut agenda = Agenda::default();
        for (call, noun) in year.history.calls.iter().enumerate() {
            agenda.add(noun.at, Step::Take(call));
            agenda.add(noun.at + INTAKE.ticks(), Step::Qualify(call));
            if noun.kind == CallKind::Permit {
                agenda.add(noun.ready.max(noun.at + INTAKE.ticks()), Step::Issue(call));
            }
        }
        let mut cycle = Self {
            year,
            book,
            papers,
            desk,
            agenda,
            revision: 0,
            completed: BTreeMap::new(),
            invoiced: BTreeMap::new(),
            cancelled: vec![false; calls],
            reported: vec![field::Reported::default(); calls],
            refusals: 0,
            refused: Vec::new(),
        };
        let technicians = cycle.papers.technicians(&year.firm);
        cycle.ask(0, &Command::TechniciansKnown { technicians });
        for sku in cycle.papers.parts(&cycle.book) {
            let location = Location::Warehouse("shop".to_owned());
            let change = StockChange::Counted(papers::AMPLE);
            cycle.ask(0, &Command::AdjustStock { location, sku, change });
        }
        Ok(cycle)
    }

    /// Everything that happens before a moment: calls come in, people report what the plan in force has them do, orders are
    /// closed out.
    pub(super) fn until(
        &mut self,
        day: &DayContext<'_>,
        now: Time,
        plan: &[Placed<'_>],
        records: &[CallRecord],
    ) {
        self.report(day, now, plan, records);
        self.run(day.moment(now));
    }

    /// A plan is in force at a moment; whoever left by then is cancelled.
    pub(super) fn published(
        &mut self,
        day: &DayContext<'_>,
        now: Time,
        plan: &[Placed<'_>],
        records: &[CallRecord],
    ) {
        let moment = day.moment(now);
        self.cancel_those_who_left(moment, records);
        self.revision += 1;
        let revision = self.revision;
        let assignments = plan.iter().filter_map(|&placed| self.planned(day, placed)).collect();
        self.ask(moment, &Command::PlanPublished { revision, assignments });
    }

    fn planned(&self, day: &DayContext<'_>, (call, technician, stop): Placed<'_>) -> Option<Planned> {
        // What ended today may have a visit to come, which is not this one.
        let visit = self.open_visit(call).filter(|_| !self.reported[call].has_ended(day.day))?;
        let at = |time: Time| self.timestamp(day.moment(time));
        let window = stop.window?.window;
        let mut entropy = [0; 16];
        entropy[..8].copy_from_slice(&self.revision.to_be_bytes());
        entropy[8..].copy_from_slice(&(call as u64 + 1).to_be_bytes());
        Some(Planned {
            visit,
            technician: self.year.firm.base.technicians[technician].label.clone(),
            start: at(stop.start),
            end: at(stop.end),
            window: Window { start: at(window.start), end: at(window.end) },
            entropy,
        })
    }

    /// The visit of a call's order that is open; none where the order is not known or over.
    fn open_visit(&self, call: usize) -> Option<String> {
        let order = self.desk.work_order(&order_id(call))?;
        order.open_visit().map(|visit| visit.work.id.clone())
    }

    fn cancel_those_who_left(&mut self, moment: i64, records: &[CallRecord]) {
        for (call, record) in records.iter().enumerate() {
            let left = matches!(record.fate, Fate::Cancelled | Fate::Competitor);
            if !left || self.cancelled[call] || self.desk.work_order(&order_id(call)).is_none() {
                continue;
            }
            self.cancelled[call] = true;
            self.cancel(call, moment, "the customer no longer wants it");
        }
    }

    fn cancel(&mut self, call: usize, moment: i64, text: &str) {
        let (work_order, text) = (order_id(call), text.to_owned());
        self.ask(moment, &Command::Cancel { work_order, etag: String::new(), text });
        // What was done before is closed out and paid.
        if self.stands(call) == Some(WorkOrderState::Completed) {
            self.close_out_later(call, moment);
        }
    }

    fn close_out_later(&mut self, call: usize, moment: i64) {
        self.completed.insert(call, moment);
        self.agenda.add(moment + CLOSE_OUT.ticks(), Step::CloseOut(call));
    }

    /// What is due before a moment.
    fn run(&mut self, moment: i64) {
        while let Some((at, step)) = self.agenda.next_before(moment) {
            self.step(at, step);
        }
    }

    fn step(&mut self, at: i64, step: Step) {
        let year = self.year;
        let id = |call: usize| order_id(call);
        let etag = String::new;
        match step {
            Step::Take(call) => {
                let taken = self.papers.call(year, call, self.timestamp(at));
                let jurisdiction = self.papers.jurisdiction(&year.firm, year.history.calls[call].job);
                self.ask(
                    at,
                    &Command::TakeCall { work_order: id(call), call: Box::new(taken), jurisdiction },
                );
            }
            // Who left while he was on the phone is understood all the same.
            Step::Qualify(call) if self.stands(call) == Some(WorkOrderState::Received) => {
                let service_code = self.papers.service(year, call).to_owned();
                let (work_order, jurisdiction) = (id(call), String::new());
                let qualify =
                    Command::Qualify { work_order, etag: etag(), service_code, call: None, jurisdiction };
                self.ask(at, &qualify);
                self.file_permit(call, at);
            }
            Step::Issue(call) => self.record_permit(call, at, PermitState::Issued),
            Step::CloseOut(call) => {
                let close = Command::CloseOut {
                    work_order: id(call),
                    etag: etag(),
                    labor_s: None,
                    evidence: Vec::new(),
                };
                self.ask(at, &close);
                self.agenda.add(at + ACCOUNTING.ticks(), Step::Invoice(call));
            }
            Step::Invoice(call) => {
                let invoice = format!("INV-{}", call + 1);
                if self.ask(at, &Command::AcknowledgeInvoice { work_order: id(call), invoice }) {
                    self.invoiced.insert(call, at);
                }
            }
            Step::Qualify(_) => {}
        }
    }

    fn stands(&self, call: usize) -> Option<WorkOrderState> {
        self.desk.work_order(&order_id(call)).map(|order| order.state)
    }

    /// Applied for at once; where a person does that, he says so at once.
    fn file_permit(&mut self, call: usize, at: i64) {
        let permits = self.desk.work_order(&order_id(call)).map(|order| order.permit_ids.clone());
        for permit in permits.unwrap_or_default() {
            self.ask(at, &Command::FilePermit { permit: permit.clone(), etag: String::new() });
            if self.desk.permit(&permit).is_some_and(|permit| permit.state == PermitState::Required) {
                self.record_permit(call, at, PermitState::Filed);
            }
        }
    }

    fn record_permit(&mut self, call: usize, at: i64, state: PermitState) {
        let Some(order) = self.desk.work_order(&order_id(call)) else { return };
        if order.state == WorkOrderState::Cancelled {
            return;
        }
        for permit in order.permit_ids.clone() {
            let record = Command::RecordPermit {
                permit,
                etag: String::new(),
                state,
                issued: None,
                expected: None,
                expire: None,
                number: String::new(),
                text: String::new(),
            };
            self.ask(at, &record);
        }
    }

    /// The visit is over; what follows from how it ended.
    fn complete(&mut self, call: usize, at: i64, comes_back: bool) {
        let Some(visit) = self.open_visit(call) else { return };
        let outcome = self.year.history.calls[call].outcome;
        let goes_on = matches!(outcome, Outcome::PartMissing { .. }) && !comes_back;
        let done = matches!(outcome, Outcome::Done | Outcome::PartMissing { .. }) && !goes_on;
        let outcome = if done { VisitOutcome::Done } else { VisitOutcome::ReturnNeeded };
        let service = self.book.service(self.papers.service(self.year, call));
        let (evidence, parts_used) = match service.filter(|_| done) {
            Some(service) => (papers::evidence(service), service.requirement.parts.clone()),
            None => (Vec::new(), Vec::new()),
        };
        let (end, next) = (Some(self.timestamp(at)), None);
        self.ask(at, &Command::CompleteVisit { visit, outcome, end, evidence, parts_used, next });
        if goes_on {
            return;
        }
        if done {
            self.close_out_later(call, at);
        } else {
            self.cancel(call, at, "nobody was at home");
        }
    }

    fn check_in(&mut self, (call, technician): (usize, usize), kind: CheckInKind, at: i64) {
        let Some(visit) = self.open_visit(call) else { return };
        let technician = self.year.firm.base.technicians[technician].label.clone();
        if kind == CheckInKind::EnRoute {
            self.ask(at, &Command::Dispatch { visit: visit.clone(), technician: technician.clone() });
        }
        let time = Some(self.timestamp(at));
        self.ask(at, &Command::CheckIn { visit, technician, kind, time, eta: None });
    }

    /// Asks the desk, and folds what it decides; whether it was not refused.
    fn ask(&mut self, moment: i64, command: &Command) -> bool {
        match self.desk.decide(command, self.timestamp(moment)) {
            Ok(decision) => {
                decision.events.iter().for_each(|event| self.desk.apply(event));
                true
            }
            Err(refusal) => {
                self.refusals += 1;
                if self.refused.len() < REFUSALS_KEPT {
                    self.refused.push(format!("day {}: {refusal}", moment / DAY + 1));
                }
                false
            }
        }
    }

    fn timestamp(&self, moment: i64) -> Timestamp {
        let second = self.year.firm.base.epoch_seconds + moment;
        Timestamp::from_second(second).expect("years are short")
    }

    /// The year is over: what is due is still done.
    pub(super) fn end(&mut self, records: &[CallRecord]) -> CycleCounts {
        let over = i64::try_from(self.year.history.days).expect("years are short") * DAY;
        self.cancel_those_who_left(over, records);
        while let Some((at, step)) = self.agenda.next_before(over + DAY) {
            if matches!(step, Step::CloseOut(_) | Step::Invoice(_)) {
                self.step(at, step);
            }
        }
        let same_day =
            |(call, at): (&usize, &i64)| self.completed.get(call).is_some_and(|c| c / DAY == at / DAY);
        CycleCounts {
            completed: self.completed.len(),
            invoiced: self.invoiced.len(),
            invoiced_same_day: self.invoiced.iter().filter(|&order| same_day(order)).count(),
            not_invoiced: self.completed.keys().filter(|call| !self.invoiced.contains_key(call)).count(),
            refused: self.refusals,
            astray: (0..records.len()).filter(|&call| self.is_astray(call, &records[call])).count(),
        }
    }

    fn is_astray(&self, call: usize, record: &CallRecord) -> bool {
        use WorkOrderState as S;
        let Some(stands) = self.stands(call) else { return record.fate != Fate::Open };
        match record.fate {
            Fate::Done | Fate::NoShow => stands != S::Invoiced,
            // Who cancels after a first visit pays for that.
            Fate::Cancelled | Fate::Competitor => !matches!(stands, S::Cancelled | S::Invoiced),
            Fate::Open => matches!(stands, S::Completed | S::Closed | S::Invoiced | S::Cancelled),
        }
    }
}

/// The id of a call's work order, as the planner has it.
fn order_id(call: usize) -> String {
    format!("WO-{call}")
}
