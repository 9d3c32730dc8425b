//! Facts of the service cycle, one to one with kinds of the contract's `Event`. The desk's state is their fold.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use journeyman_rulebook::{MessageKind, PartNeed, RuleBook, Service};

use crate::call::{Call, Qualification, Window};
use crate::permit::Permit;
use crate::stock::{Location, Reservation};
use crate::task::Task;
use crate::technician::Technician;
use crate::work_order::{Evidence, InvoiceLine, Origin, Placement, Promise, VisitOutcome, VisitWork};

/// A fact that happened.
#[derive(Clone, PartialEq, Debug)]
pub struct DeskEvent {
    /// When the desk took note of it.
    pub time: Timestamp,
    /// What happened.
    pub kind: EventKind,
}

/// What a technician reports from the field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CheckInKind {
    /// On the way to the visit.
    EnRoute,
    /// At the place.
    OnSite,
    /// Work started.
    Started,
    /// Work interrupted.
    Paused,
    /// Work taken up again.
    Resumed,
    /// Work done.
    Done,
}

/// The work that a call was understood to be.
#[derive(Clone, PartialEq, Debug)]
pub struct UnderstoodWork {
    /// The service, as the rule book of `Qualification::rule_book_version` has it under the service's code.
    pub service: Arc<Service>,
    /// Permits that exist already and cover it.
    pub permit_ids: Vec<String>,
    /// The first visit.
    pub visit: VisitWork,
}

/// What follows a visit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FollowUp {
    /// Another visit of the same work order.
    Visit(Box<VisitWork>),
    /// A work order of its own.
    WorkOrder(String),
}

/// What can happen.
#[derive(Clone, PartialEq, Debug)]
pub enum EventKind {
    /// A call was taken.
    CallTaken {
        /// The work order made for it.
        work_order: String,
        /// What the customer said.
        call: Box<Call>,
        /// Whose law holds at the site; empty: not known.
        jurisdiction: String,
        /// What it follows.
        origin: Option<Origin>,
    },
    /// A call was looked at, by the rule book or by a person.
    WorkOrderQualified {
        /// The work order.
        work_order: String,
        /// The call, if more is known of it now.
        call: Option<Box<Call>>,
        /// The jurisdiction of the site.
        jurisdiction: String,
        /// The answer.
        qualification: Box<Qualification>,
        /// The work; none: a person has to decide, and the work order stays RECEIVED.
        work: Option<Box<UnderstoodWork>>,
    },
    /// Work waits for a permit that is not applied for yet.
    PermitRequired(Box<Permit>),
    /// A permit was applied for.
    PermitFiled {
        /// The permit.
        permit: String,
        /// When it is expected.
        expected: Option<Timestamp>,
        /// Number of the application; empty: not known.
        number: String,
    },
    /// A permit was granted.
    PermitIssued {
        /// The permit.
        permit: String,
        /// Work may start from then.
        issued: Timestamp,
        /// Work starts before this time; none: it does not expire.
        expire: Option<Timestamp>,
        /// Its number; empty: not known.
        number: String,
    },
    /// A permit comes at another time than expected.
    PermitDelayed {
        /// The permit.
        permit: String,
        /// When it is expected now; none: nobody knows.
        expected: Option<Timestamp>,
    },
    /// The jurisdiction gave an application a number, or another one.
    PermitNumbered {
        /// The permit.
        permit: String,
        /// Never empty.
        number: String,
    },
    /// A permit was refused.
    PermitRejected {
        /// The permit.
        permit: String,
        /// The jurisdiction's words.
        text: String,
    },
    /// A permit ran out.
    PermitExpired {
        /// The permit.
        permit: String,
    },
    /// A permit was closed after its inspection.
    PermitFinaled {
        /// The permit.
        permit: String,
    },
    /// An inspection was asked for.
    InspectionRequested {
        /// The inspection.
        inspection: String,
        /// Its permit.
        permit: String,
        /// What is inspected.
        kind: String,
    },
    /// An inspection has a date.
    InspectionBooked {
        /// The inspection.
        inspection: String,
        /// When the inspector comes.
        window: Window,
    },
    /// An inspection took place.
    InspectionDecided {
        /// The inspection.
        inspection: String,
        /// Passed; otherwise there is a follow-up.
        passed: bool,
        /// The inspector's words.
        text: String,
    },
    /// Parts came.
    PartArrived {
        /// Where.
        location: Location,
        /// What.
        sku: String,
        /// How many; positive.
        quantity: i64,
    },
    /// Parts were counted.
    StockCounted {
        /// Where.
        location: Location,
        /// What.
        sku: String,
        /// How many are there now.
        quantity: i64,
    },
    /// Parts are on order, or their delivery has another date.
    PartsExpected {
        /// Where they will come.
        warehouse: String,
        /// What.
        sku: String,
        /// How many.
        quantity: i64,
        /// When; none: nobody knows.
        expected: Option<Timestamp>,
    },
    /// Parts were set aside for a visit.
    PartsReserved {
        /// The visit.
        visit: String,
        /// What and where.
        reservations: Vec<Reservation>,
    },
    /// Parts set aside for a visit are free again.
    PartsReleased {
        /// The visit.
        visit: String,
    },
    /// A visit waits for parts, and loses its place in the plan if it had one.
    PartsAwaited {
        /// The visit.
        visit: String,
        /// What is missing.
        parts: Vec<PartNeed>,
    },
    /// A visit waits for a permit, and loses its place in the plan if it had one.
    PermitAwaited {
        /// The visit.
        visit: String,
    },
    /// What a visit waited for is there.
    VisitReleased {
        /// The visit.
        visit: String,
    },
    /// Somebody looks and measures before the parts of a visit are there.
    AssessmentNeeded {
        /// The visit, which is put off.
        visit: String,
        /// The visit that takes its place.
        assessment: Box<VisitWork>,
    },
    /// Who works here, with which licenses; replaces what was known.
    TechniciansKnown {
        /// Everybody.
        technicians: Vec<Technician>,
    },
    /// A plan came into force.
    PlanPublished {
        /// Its revision.
        revision: i64,
    },
    /// A visit has a place in the plan.
    VisitScheduled {
        /// The visit.
        visit: String,
        /// Where.
        placement: Placement,
    },
    /// A visit has lost its place in the plan.
    VisitUnscheduled {
        /// The visit.
        visit: String,
    },
    /// A promise was made to the customer.
    PromiseAnnounced {
        /// The visit.
        visit: String,
        /// What was promised.
        promise: Promise,
    },
    /// The customer was given a link to move the visit.
    RescheduleLinkMade {
        /// The visit.
        visit: String,
        /// The token in the link.
        token: String,
    },
    /// The customer wants another time; what was promised is taken back.
    Rescheduled {
        /// The visit.
        visit: String,
        /// The new windows.
        windows: Vec<Window>,
    },
    /// Work is no longer wanted.
    Cancelled {
        /// The work order.
        work_order: String,
        /// Its open visit, if it has one.
        visit: Option<String>,
        /// Why, in the customer's words.
        text: String,
    },
    /// A planned visit was given to its technician.
    VisitDispatched {
        /// The visit.
        visit: String,
        /// The technician.
        technician: String,
    },
    /// A report from the field.
    CheckedIn {
        /// The visit.
        visit: String,
        /// Who reports.
        technician: String,
        /// What.
        kind: CheckInKind,
        /// When it was so.
        time: Timestamp,
    },
    /// The work of a visit has ended. What it used is taken out of stock, the rest set free.
    VisitCompleted {
        /// The visit.
        visit: String,
        /// How.
        outcome: VisitOutcome,
        /// Start of the work.
        start: Timestamp,
        /// End of the work.
        end: Timestamp,
        /// Photos and notes.
        evidence: Vec<Evidence>,
        /// Parts used up.
        parts_used: Vec<PartNeed>,
    },
    /// Another visit is needed, or other work was found.
    FollowUpNeeded {
        /// The visit that it follows.
        visit: String,
        /// What follows.
        follow_up: FollowUp,
    },
    /// Papers are complete.
    WorkOrderClosed {
        /// The work order.
        work_order: String,
        /// Paid time on site in seconds.
        labor_s: i64,
        /// Photos and notes that came in since the last visit.
        evidence: Vec<Evidence>,
        /// The invoice.
        lines: Vec<InvoiceLine>,
    },
    /// The invoice was asked for.
    InvoiceRequested {
        /// The work order.
        work_order: String,
        /// Its total in cents.
        total_cents: i64,
    },
    /// The accounting system has the invoice.
    InvoiceAcknowledged {
        /// The work order.
        work_order: String,
        /// The invoice there.
        invoice: String,
    },
    /// A message to a customer left the desk.
    MessageQueued {
        /// Key of its effect.
        key: String,
        /// The visit.
        visit: String,
        /// What it tells.
        kind: MessageKind,
        /// The promise it speaks of.
        promise: u32,
        /// When it goes.
        due: Timestamp,
    },
    /// A message was taken back before it went.
    MessageWithdrawn {
        /// Key of its effect.
        key: String,
        /// The visit.
        visit: String,
    },
    /// The pull list of a technician's morning was made.
    PullListMade {
        /// Who.
        technician: String,
        /// The day.
        day: Date,
        /// The visits that it is for.
        visits: Vec<String>,
    },
    /// A person has something to do.
    TaskOpened(Box<Task>),
    /// A task is done, or no longer needed.
    TaskFinished {
        /// The task.
        task: String,
    },
    /// Another version of the rule book counts from now on.
    RuleBookLoaded(Arc<RuleBook>),
}
