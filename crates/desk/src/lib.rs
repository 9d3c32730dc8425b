//! The service cycle (intake, qualification, permit, parts, dispatch, check-in, close-out, invoice
//! trigger) as a pure state machine: a command in, events and effects out, the state a fold of the
//! events. No I/O, clock, threads or solver; the planner is told by events and answers with a plan.

mod call;
mod state;

mod permit;
mod stock;
mod technician;
mod work_order;

mod task;

mod command;
mod effect;
mod event;
mod params;
mod planning;
mod refusal;

mod decide;
mod desk;
mod fold;
mod reports;

pub use call::{Call, CallChannel, Priority, Qualification, Site, Window};
pub use command::{Command, NextVisit, Planned, StockChange, VisitKey};
pub use decide::Decision;
pub use desk::Desk;
pub use effect::{Effect, EffectBody, Recipient, TechnicianNews};
pub use event::{CheckInKind, DeskEvent, EventKind, FollowUp, UnderstoodWork};
pub use params::DeskParams;
pub use permit::{Inspection, InspectionState, PERMIT_STEPS, Permit, PermitState};
pub use planning::Planning;
pub use refusal::{Refusal, SubjectKind};
pub use state::{STEPS, WorkOrderState};
pub use stock::{Location, PullLine, Reservation, Stock, StockLine};
pub use task::{Task, TaskKind};
pub use technician::{License, Technician};
pub use work_order::{
    Evidence, FieldLog, InvoiceLine, MessageNote, Origin, Placement, Promise, Visit, VisitOutcome, VisitWork,
    WorkOrder,
};
