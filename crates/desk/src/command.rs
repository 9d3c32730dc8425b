//! What the desk can be asked to do: the contract's calls, and what planner and timer tell.

use std::sync::Arc;

use jiff::Timestamp;
use journeyman_rulebook::{PartNeed, RuleBook};

use crate::call::{Call, Window};
use crate::event::CheckInKind;
use crate::permit::PermitState;
use crate::stock::Location;
use crate::technician::Technician;
use crate::work_order::{Evidence, VisitOutcome};

/// Which visit to move.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum VisitKey {
    /// By its id.
    Id(String),
    /// By the token of the link sent to the customer.
    Token(String),
}

/// How stock changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StockChange {
    /// So many are there now.
    Counted(i64),
    /// So many came or, negative, went.
    Added(i64),
}

/// A visit's place in a published plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Planned {
    /// The visit; one that the desk does not know is somebody else's and left alone.
    pub visit: String,
    /// Who.
    pub technician: String,
    /// Start of the time on site.
    pub start: Timestamp,
    /// End of it.
    pub end: Timestamp,
    /// The arrival window to promise.
    pub window: Window,
    /// Fresh random bytes: the token of the customer's link, if one is needed.
    pub entropy: [u8; 16],
}

/// The visit to come, with RETURN_NEEDED and FOLLOW_UP.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NextVisit {
    /// RETURN_NEEDED: how long it takes, in seconds; none: as long as the service does.
    pub duration_s: Option<i64>,
    /// RETURN_NEEDED: parts that it takes.
    pub parts: Vec<PartNeed>,
    /// When it can be; none: any time.
    pub windows: Vec<Window>,
    /// FOLLOW_UP: what was found, in plain words. Required there.
    pub text: String,
    /// FOLLOW_UP: what work that is, if the technician knows; empty: the rule book decides.
    pub service_code: String,
}

/// A command. An empty etag means whatever the subject is now.
#[derive(Clone, PartialEq, Debug)]
pub enum Command {
    /// Takes a call.
    TakeCall {
        /// Id of the work order to make.
        work_order: String,
        /// What the customer said.
        call: Box<Call>,
        /// Whose law holds at the site, as found from its place; empty: not known.
        jurisdiction: String,
    },
    /// Says what the work is.
    Qualify {
        /// The work order.
        work_order: String,
        /// As last read.
        etag: String,
        /// A person's decision; empty: the rule book decides.
        service_code: String,
        /// The call with what is known of it by now; none: as taken.
        call: Option<Box<Call>>,
        /// Whose law holds at the site, if that is known now; empty: as taken.
        jurisdiction: String,
    },
    /// Applies for a permit.
    FilePermit {
        /// The permit.
        permit: String,
        /// As last read.
        etag: String,
    },
    /// Records what the jurisdiction says.
    RecordPermit {
        /// The permit.
        permit: String,
        /// As last read.
        etag: String,
        /// Where it stands now.
        state: PermitState,
        /// When it was granted; with ISSUED only, where it is now if absent.
        issued: Option<Timestamp>,
        /// When it is expected; with FILED only.
        expected: Option<Timestamp>,
        /// When it ends; with ISSUED only; none: as the rule book says.
        expire: Option<Timestamp>,
        /// Number at the jurisdiction; empty: not known.
        number: String,
        /// The jurisdiction's words.
        text: String,
    },
    /// Asks for an inspection.
    RequestInspection {
        /// The permit.
        permit: String,
        /// Id of the inspection; empty: the desk makes one up.
        inspection: String,
        /// What is inspected: one of the rule book's inspections of such permits.
        kind: String,
    },
    /// Records the date of an inspection.
    BookInspection {
        /// The inspection.
        inspection: String,
        /// When the inspector comes.
        window: Window,
    },
    /// Records how an inspection went.
    RecordInspection {
        /// The inspection.
        inspection: String,
        /// Passed.
        passed: bool,
        /// The inspector's words.
        text: String,
    },
    /// Counts, receives or takes out parts.
    AdjustStock {
        /// Where.
        location: Location,
        /// What.
        sku: String,
        /// How.
        change: StockChange,
    },
    /// Says when missing parts come.
    ExpectParts {
        /// Where.
        warehouse: String,
        /// What and how many.
        part: PartNeed,
        /// When; none: nobody knows.
        expected: Option<Timestamp>,
    },
    /// Says who works here; replaces what was known.
    TechniciansKnown {
        /// Everybody.
        technicians: Vec<Technician>,
    },
    /// A plan came into force.
    PlanPublished {
        /// Its revision; higher than the last one.
        revision: i64,
        /// All that is planned.
        assignments: Vec<Planned>,
    },
    /// Gives a planned visit to its technician.
    Dispatch {
        /// The visit.
        visit: String,
        /// The technician: the planned one.
        technician: String,
    },
    /// A report from the field.
    CheckIn {
        /// The visit.
        visit: String,
        /// Who reports.
        technician: String,
        /// What.
        kind: CheckInKind,
        /// When; none: now.
        time: Option<Timestamp>,
        /// EN_ROUTE: when he arrives; none: as planned.
        eta: Option<Timestamp>,
    },
    /// Ends the work of a visit.
    CompleteVisit {
        /// The visit.
        visit: String,
        /// How it ended.
        outcome: VisitOutcome,
        /// When; none: as checked in, else now.
        end: Option<Timestamp>,
        /// Photos and notes.
        evidence: Vec<Evidence>,
        /// Parts used up.
        parts_used: Vec<PartNeed>,
        /// The visit to come.
        next: Option<Box<NextVisit>>,
    },
    /// Checks the papers, computes the invoice and asks for it.
    CloseOut {
        /// The work order.
        work_order: String,
        /// As last read.
        etag: String,
        /// Paid time on site in seconds; none: as checked in.
        labor_s: Option<i64>,
        /// Photos and notes that came in since the last visit.
        evidence: Vec<Evidence>,
    },
    /// The accounting system has the invoice.
    AcknowledgeInvoice {
        /// The work order.
        work_order: String,
        /// The invoice there.
        invoice: String,
    },
    /// Moves a visit.
    Reschedule {
        /// Which.
        visit: VisitKey,
        /// The new windows: 1 to 16, none over.
        windows: Vec<Window>,
    },
    /// Ends a work order that is no longer wanted.
    Cancel {
        /// The work order.
        work_order: String,
        /// As last read.
        etag: String,
        /// Why, in the customer's words.
        text: String,
    },
    /// A person has done a task.
    FinishTask {
        /// The task.
        task: String,
    },
    /// Another version of the rule book counts.
    LoadRuleBook(Arc<RuleBook>),
    /// Does whatever is due.
    Tick,
}
