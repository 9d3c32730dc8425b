//! A work order with its visits, one open at a time: the plain form of the contract's `WorkOrderRecord`.

use std::sync::Arc;

use jiff::Timestamp;
use journeyman_domain::LicenseClass;
use journeyman_rulebook::{MessageKind, PartNeed, Service, SkillNeed, Stage, WorkSpan};

use crate::call::{Call, Priority, Qualification, Window};
use crate::state::WorkOrderState;
use crate::stock::Reservation;

/// What a visit asks of the planner.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VisitWork {
    /// Unique on the desk: the work order's id, a slash and a number from 1.
    pub id: String,
    /// Service of the catalogue that is done.
    pub service_code: String,
    /// Its stage; empty where one visit does all.
    pub stage: String,
    /// Mean time on site in seconds.
    pub duration_s: i64,
    /// Standard deviation of it in seconds.
    pub spread_s: i64,
    /// It starts inside one of these; none: any time.
    pub windows: Vec<Window>,
    /// Least license class.
    pub license: LicenseClass,
    /// What the same license must say besides.
    pub endorsements: Vec<String>,
    /// Skills with their least levels.
    pub skills: Vec<SkillNeed>,
    /// Parts used up.
    pub parts: Vec<PartNeed>,
    /// Permits without which it may not start.
    pub permit_ids: Vec<String>,
}

/// Where a plan puts a visit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placement {
    /// Who.
    pub technician: String,
    /// Start of the time on site.
    pub start: Timestamp,
    /// End of it.
    pub end: Timestamp,
}

/// What the customer was told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Promise {
    /// Counts the promises of the visit, from 1.
    pub number: u32,
    /// The arrival window.
    pub window: Window,
    /// Who is meant to come.
    pub technician: String,
    /// When it was made.
    pub made: Timestamp,
}

/// A message that left the desk, sent or still to be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MessageNote {
    /// Key of its effect.
    pub key: String,
    /// What it tells.
    pub kind: MessageKind,
    /// The promise it speaks of.
    pub promise: u32,
    /// When it goes.
    pub due: Timestamp,
    /// It was taken back before it went.
    pub withdrawn: bool,
}

/// What was reported from the field.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FieldLog {
    /// On the way.
    pub en_route: Option<Timestamp>,
    /// At the place.
    pub on_site: Option<Timestamp>,
    /// Work started.
    pub started: Option<Timestamp>,
    /// Since when the work is interrupted.
    pub paused: Option<Timestamp>,
    /// Interruptions so far, in seconds.
    pub paused_s: i64,
    /// Work done.
    pub done: Option<Timestamp>,
    /// The last report.
    pub last: Option<Timestamp>,
}

/// How a visit ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum VisitOutcome {
    /// All done.
    Done,
    /// Somebody must come back.
    ReturnNeeded,
    /// Done, and other work was found.
    FollowUp,
}

/// A dispatchable stop with its history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visit {
    /// What it asks for.
    pub work: VisitWork,
    /// Where the plan has it.
    pub placement: Option<Placement>,
    /// What the customer was told and still holds.
    pub promise: Option<Promise>,
    /// Promises made so far.
    pub promises_made: u32,
    /// What the customer moves it with; empty: no link went out.
    pub reschedule_token: String,
    /// Parts set aside for it.
    pub reservations: Vec<Reservation>,
    /// They are on a pull list.
    pub on_pull_list: bool,
    /// Messages about it.
    pub messages: Vec<MessageNote>,
    /// Reports from the field.
    pub log: FieldLog,
    /// How it ended; none: it is open.
    pub outcome: Option<VisitOutcome>,
    /// Seconds of work, pauses taken out; once ended.
    pub worked_s: i64,
    /// Parts used; once ended.
    pub parts_used: Vec<PartNeed>,
    /// It looks and measures in place of work whose parts are missing.
    pub assessment: bool,
}

impl Visit {
    pub(crate) fn new(work: VisitWork, assessment: bool) -> Self {
        Self {
            work,
            placement: None,
            promise: None,
            promises_made: 0,
            reschedule_token: String::new(),
            reservations: Vec::new(),
            on_pull_list: false,
            messages: Vec::new(),
            log: FieldLog::default(),
            outcome: None,
            worked_s: 0,
            parts_used: Vec::new(),
            assessment,
        }
    }

    /// Whether a message of this kind about this promise left the desk.
    pub(crate) fn was_told(&self, kind: MessageKind, promise: u32) -> bool {
        self.messages.iter().any(|note| note.kind == kind && note.promise == promise)
    }

    /// Whether the customer has been told a window, in a message that went.
    pub(crate) fn customer_knows_a_window(&self) -> bool {
        let told = |note: &MessageNote| matches!(note.kind, MessageKind::Confirmation | MessageKind::Moved);
        self.messages.iter().any(|note| told(note) && !note.withdrawn)
    }

    /// Whether the customer was told who comes, under the promise in force.
    pub(crate) fn technician_is_announced(&self) -> bool {
        let Some(promise) = &self.promise else { return false };
        self.messages.iter().any(|note| {
            note.promise == promise.number && note.kind != MessageKind::Confirmation && !note.withdrawn
        })
    }
}

/// A photo or note taken on site.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evidence {
    /// What the rule book calls it.
    pub kind: String,
    /// Where the file is, in the caller's system.
    pub uri: String,
    /// The note.
    pub text: String,
}

/// One line of an invoice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvoiceLine {
    /// What it is for.
    pub text: String,
    /// The part; empty for labor.
    pub sku: String,
    /// Pieces or hundredths of an hour.
    pub quantity: i64,
    /// Price of one piece or of one hour, in cents.
    pub unit_cents: i64,
    /// The line's total, in cents.
    pub total_cents: i64,
}

/// What a work order follows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Work that was found on this visit.
    FollowUp {
        /// The visit.
        visit: String,
    },
    /// What this inspection did not pass; it is not charged.
    Rework {
        /// The inspection.
        inspection: String,
        /// The work order that was inspected.
        work_order: String,
    },
}

/// The commercial unit, from the call to the invoice.
#[derive(Clone, PartialEq, Debug)]
pub struct WorkOrder {
    /// Its id ("WO-8842").
    pub id: String,
    /// Where it stands.
    pub state: WorkOrderState,
    /// Counts its steps; the etag.
    pub version: u64,
    /// What the customer said.
    pub call: Call,
    /// Whose law holds at the site; empty: not known.
    pub jurisdiction: String,
    /// How much it matters.
    pub priority: Priority,
    /// What it was understood to be.
    pub qualification: Option<Qualification>,
    /// The service, as the rule book had it when the call was understood.
    pub service: Option<Arc<Service>>,
    /// Permits of its visits.
    pub permit_ids: Vec<String>,
    /// Its visits; only the last may be open.
    pub visits: Vec<Visit>,
    /// Stages done.
    pub stages_done: usize,
    /// Photos and notes.
    pub evidence: Vec<Evidence>,
    /// The invoice, once closed.
    pub invoice_lines: Vec<InvoiceLine>,
    /// The invoice in the accounting system, once acknowledged.
    pub invoice_id: String,
    /// What it follows; none: a call.
    pub origin: Option<Origin>,
    /// Its work is not what was ordered: the rest was cancelled.
    pub cut_short: bool,
    /// When the call came.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
}

impl WorkOrder {
    /// The visit that is planned or under way.
    pub fn open_visit(&self) -> Option<&Visit> {
        self.visits.last().filter(|visit| visit.outcome.is_none() && !self.state.is_over())
    }

    /// A visit by its id.
    pub fn visit(&self, id: &str) -> Option<&Visit> {
        self.visits.iter().find(|visit| visit.work.id == id)
    }

    /// Seconds of work on all visits.
    pub fn worked_s(&self) -> i64 {
        self.visits.iter().map(|visit| visit.worked_s).sum()
    }

    pub(crate) fn open_visit_mut(&mut self) -> Option<&mut Visit> {
        if self.state.is_over() {
            return None;
        }
        self.visits.last_mut().filter(|visit| visit.outcome.is_none())
    }

    /// Whether somebody has worked on it.
    pub(crate) fn has_work_done(&self) -> bool {
        self.visits.iter().any(|visit| visit.outcome.is_some())
    }

    /// Where it stands when nothing keeps it from being planned.
    pub(crate) fn ready_state(&self) -> WorkOrderState {
        if self.has_work_done() { WorkOrderState::ReturnNeeded } else { WorkOrderState::Qualified }
    }

    /// Stages of its service; none for work of one visit, and rework is one.
    pub(crate) fn stages(&self) -> &[Stage] {
        match self.service.as_deref().map(|service| &service.span) {
            Some(WorkSpan::Stages(stages)) if !matches!(self.origin, Some(Origin::Rework { .. })) => stages,
            _ => &[],
        }
    }

    pub(crate) fn next_visit_id(&self) -> String {
        format!("{}/{}", self.id, self.visits.len() + 1)
    }
}

/// The work order that a visit's id belongs to.
pub(crate) fn work_order_of(visit: &str) -> &str {
    visit.rsplit_once('/').map_or("", |(work_order, _)| work_order)
}
