//! Words of the service desk: what a dispatcher or a script says to a running server.

mod permits;
mod stock;
mod values;
mod words;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use journeyman_api::wire;
use tonic::transport::Uri;

pub(crate) use self::permits::{InspectionVerb, PermitRecordArgs, PermitVerb};
pub(crate) use self::stock::{StockAdjustArgs, StockVerb};
use self::words::{CallChannel, CheckInKind, TaskKind, Urgency, WorkOrderState};
pub(crate) use self::words::{InspectionResult, VisitOutcome};

#[derive(Args, Debug)]
pub(crate) struct DeskArgs {
    #[command(flatten)]
    pub(crate) server: DeskServerArgs,
    #[command(subcommand)]
    pub(crate) verb: DeskVerb,
}

/// Which board of which server, and how it is shown.
#[derive(Args, Debug)]
pub(crate) struct DeskServerArgs {
    /// Address of the server.
    #[arg(
        long,
        global = true,
        default_value = "http://127.0.0.1:50051",
        value_name = "ADDRESS",
        env = "JOURNEYMAN_TARGET"
    )]
    pub(crate) target: Uri,
    /// The board. Needed by every verb.
    #[arg(long, global = true, value_name = "ID", env = "JOURNEYMAN_BOARD")]
    pub(crate) board: Option<String>,
    /// Print the server's answer as JSON, and nothing else.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Do this once, however often it is sent: repeated with the same id it gets the same answer. Up to 1,000 bytes.
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) request_id: Option<String>,
    /// Show times at this zone's offset, such as America/Denver. Without it, in UTC.
    #[arg(long, global = true, value_parser = TimeZone::get, value_name = "ZONE", env = "JOURNEYMAN_TIME_ZONE")]
    pub(crate) time_zone: Option<TimeZone>,
}

impl DeskVerb {
    /// Whether it changes nothing.
    pub(crate) fn only_reads(&self) -> bool {
        match self {
            Self::Show(_) | Self::List(_) | Self::Metrics => true,
            Self::Tasks(arguments) => arguments.done.is_none(),
            Self::Permit(verb) => matches!(verb, PermitVerb::Show { .. } | PermitVerb::List { .. }),
            Self::Stock(verb) => matches!(verb, StockVerb::List { .. } | StockVerb::PullList { .. }),
            Self::Rules(verb) => !matches!(verb, RulesVerb::Load { .. }),
            _ => false,
        }
    }
}

/// Times are RFC 3339, such as 2026-03-02T11:00:00-07:00.
#[derive(Subcommand, Debug)]
pub(crate) enum DeskVerb {
    /// Make the board, of a day file: its people, places, parts and prices.
    Open(OpenArgs),
    /// Take a call, and have the rule book say what the work is.
    Call(Box<CallArgs>),
    /// Say what the work is: by a person's decision, or by the rule book once more.
    Qualify(QualifyArgs),
    /// Report from the field.
    CheckIn(CheckInArgs),
    /// End the work of a visit.
    Complete(CompleteArgs),
    /// Check the papers, compute the invoice and ask for it.
    Close(CloseArgs),
    /// The accounting system has the invoice.
    Invoice(InvoiceArgs),
    /// End a work order that is no longer wanted.
    Cancel(CancelArgs),
    /// Move a visit, by its id or by the link that the customer has.
    Reschedule(RescheduleArgs),
    /// What a jurisdiction must allow.
    #[command(subcommand)]
    Permit(PermitVerb),
    /// What a jurisdiction comes to see.
    #[command(subcommand)]
    Inspection(InspectionVerb),
    /// Parts on vans and in warehouses.
    #[command(subcommand)]
    Stock(StockVerb),
    /// The rule book.
    #[command(subcommand)]
    Rules(RulesVerb),
    /// What people have to do.
    Tasks(TasksArgs),
    /// One work order with all that is known of it.
    Show(ShowArgs),
    /// Work orders, a line each.
    List(ListArgs),
    /// Move the time of a board whose clock is told.
    Clock(ClockArgs),
    /// Counts: work by state, work not invoiced and since when, permits left open, tasks by kind.
    Metrics,
}

#[derive(Args, Debug)]
pub(crate) struct OpenArgs {
    /// The day file.
    pub(crate) day: PathBuf,
    /// Only `clock` and events move the board's time: for stories and tests.
    #[arg(long)]
    pub(crate) told_clock: bool,
}

#[derive(Args, Debug)]
pub(crate) struct CallArgs {
    /// Id of the work order. Without it the server makes one up.
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// Whom to talk to.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Phone number.
    #[arg(long)]
    pub(crate) phone: Option<String>,
    /// Mail address.
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// The address in words.
    #[arg(long)]
    pub(crate) address: Option<String>,
    /// How to get in.
    #[arg(long)]
    pub(crate) access: Option<String>,
    /// Where the work is, in degrees north.
    #[arg(long, value_name = "DEGREES", requires = "lon", allow_negative_numbers = true)]
    pub(crate) lat: Option<f64>,
    /// Where the work is, in degrees east.
    #[arg(long, value_name = "DEGREES", requires = "lat", allow_negative_numbers = true)]
    pub(crate) lon: Option<f64>,
    /// Where the work is: a place of the board; with --lat and --lon, the name of a new one.
    #[arg(long, value_name = "ID")]
    pub(crate) place: Option<String>,
    /// Size of the panel.
    #[arg(long, value_name = "AMPERES")]
    pub(crate) panel_amperes: Option<i32>,
    /// How soon.
    #[arg(long, value_enum)]
    pub(crate) urgency: Option<Urgency>,
    /// How the call came.
    #[arg(long, value_enum, default_value_t = CallChannel::Phone)]
    pub(crate) channel: CallChannel,
    /// When somebody is at home; may be given several times.
    #[arg(long = "window", value_parser = values::window, value_name = "START/END")]
    pub(crate) windows: Vec<wire::TimeWindow>,
    /// What is wrong or wanted, in plain words.
    #[arg(required = true)]
    pub(crate) symptom: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct QualifyArgs {
    /// The work order.
    pub(crate) order: String,
    /// A person's decision: a code of the service catalogue.
    #[arg(long, value_name = "CODE")]
    pub(crate) service: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct CheckInArgs {
    /// The visit.
    pub(crate) visit: String,
    /// What is reported.
    #[arg(value_enum)]
    pub(crate) kind: CheckInKind,
    /// Who reports.
    #[arg(long, value_name = "ID")]
    pub(crate) technician: String,
    /// When. Default: now.
    #[arg(long, value_parser = values::instant, value_name = "TIME")]
    pub(crate) at: Option<wire::Timestamp>,
    /// En route: when he arrives, for the customer. Default: as planned.
    #[arg(long, value_parser = values::instant, value_name = "TIME")]
    pub(crate) eta: Option<wire::Timestamp>,
}

/// Photos and notes.
#[derive(Args, Debug)]
pub(crate) struct EvidenceArgs {
    /// A photo or another file, by the rule book's name for it and where it is; may be given several times.
    #[arg(long = "evidence", value_parser = values::file, value_name = "KIND[=URI]")]
    files: Vec<wire::Evidence>,
    /// A note, by the rule book's name for it; may be given several times.
    #[arg(long = "note", value_parser = values::note, value_name = "KIND=TEXT")]
    notes: Vec<wire::Evidence>,
}

impl EvidenceArgs {
    /// Files, then notes.
    pub(crate) fn all(&self) -> Vec<wire::Evidence> {
        self.files.iter().chain(&self.notes).cloned().collect()
    }
}

#[derive(Args, Debug)]
pub(crate) struct CompleteArgs {
    /// The visit.
    pub(crate) visit: String,
    /// How it ended. Default: done; with --follow-up, follow-up.
    #[arg(long, value_enum)]
    pub(crate) outcome: Option<VisitOutcome>,
    /// When. Default: now.
    #[arg(long, value_parser = values::instant, value_name = "TIME")]
    pub(crate) at: Option<wire::Timestamp>,
    #[command(flatten)]
    pub(crate) evidence: EvidenceArgs,
    /// A part used up; may be given several times.
    #[arg(long = "part", value_parser = values::part, value_name = "SKU=N")]
    pub(crate) parts: Vec<wire::PartQuantity>,
    /// Other work that was found, in plain words.
    #[arg(long, value_name = "TEXT")]
    pub(crate) follow_up: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct CloseArgs {
    /// The work order.
    pub(crate) order: String,
    #[command(flatten)]
    pub(crate) evidence: EvidenceArgs,
}

#[derive(Args, Debug)]
pub(crate) struct InvoiceArgs {
    /// The work order.
    pub(crate) order: String,
    /// The invoice in the accounting system.
    #[arg(long, value_name = "ID")]
    pub(crate) invoice: String,
}

#[derive(Args, Debug)]
pub(crate) struct CancelArgs {
    /// The work order.
    pub(crate) order: String,
    /// Why, in the customer's words.
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct RescheduleArgs {
    /// The visit.
    #[arg(required_unless_present = "token", conflicts_with = "token")]
    pub(crate) visit: Option<String>,
    /// The token of the customer's link.
    #[arg(long)]
    pub(crate) token: Option<String>,
    /// The new window; may be given several times.
    #[arg(long = "window", required = true, value_parser = values::window, value_name = "START/END")]
    pub(crate) windows: Vec<wire::TimeWindow>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum RulesVerb {
    /// The text of a rule book, as it was loaded.
    Show {
        /// The version. Without it, the one in force.
        #[arg(value_name = "VERSION")]
        book: Option<String>,
    },
    /// Bring a rule book into force.
    Load {
        /// The rule book (TOML); `-` reads stdin.
        file: PathBuf,
        /// Only check it.
        #[arg(long)]
        check: bool,
    },
    /// Versions known, the latest first.
    List,
}

#[derive(Args, Debug)]
pub(crate) struct TasksArgs {
    /// Say that this task is done, instead of listing the open ones.
    #[arg(long, value_name = "ID", conflicts_with = "kinds")]
    pub(crate) done: Option<String>,
    /// Only this kind; may be given several times.
    #[arg(long = "kind", value_enum)]
    pub(crate) kinds: Vec<TaskKind>,
}

#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// The work order.
    pub(crate) order: String,
}

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// Only this state; may be given several times.
    #[arg(long = "state", value_enum)]
    pub(crate) states: Vec<WorkOrderState>,
}

#[derive(Args, Debug)]
pub(crate) struct ClockArgs {
    /// What time it is.
    #[arg(value_parser = values::instant)]
    pub(crate) time: wire::Timestamp,
}
