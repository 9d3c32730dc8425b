//! What the desk asks a person to do.

use jiff::Timestamp;

/// What kind of task.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TaskKind {
    /// Ask the customer for what the checklist still misses.
    CompleteCall,
    /// Decide what the work is.
    Qualify,
    /// Tell the caller that this work is not dispatched, and why.
    RefuseCall,
    /// Hand in the application of a permit.
    FilePermit,
    /// A permit was refused or ran out: see to it.
    MendPermit,
    /// A promised visit has lost its place in the plan: talk to the customer.
    KeepPromise,
    /// A visit could not be dispatched by itself: see what is missing.
    Dispatch,
    /// No message can reach the customer in time: call.
    CallCustomer,
}

impl TaskKind {
    /// Its name in the contract, without the prefix.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CompleteCall => "COMPLETE_CALL",
            Self::Qualify => "QUALIFY",
            Self::RefuseCall => "REFUSE_CALL",
            Self::FilePermit => "FILE_PERMIT",
            Self::MendPermit => "MEND_PERMIT",
            Self::KeepPromise => "KEEP_PROMISE",
            Self::Dispatch => "DISPATCH",
            Self::CallCustomer => "CALL_CUSTOMER",
        }
    }
}

/// Something for a person to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Task {
    /// Unique on the desk.
    pub id: String,
    /// What kind.
    pub kind: TaskKind,
    /// The work order it is about.
    pub work_order: String,
    /// The visit or permit it is about; empty: the whole work order.
    pub subject: String,
    /// What to do, in words.
    pub text: String,
    /// What it needs or offers: documents to hand in, facts to ask for, services to choose from.
    pub items: Vec<String>,
    /// Since when.
    pub opened: Timestamp,
}
