//! Words of permits and inspections.

use clap::{Args, Subcommand};
use journeyman_api::wire;

use super::values;
use super::words::{InspectionResult, PermitState};

#[derive(Subcommand, Debug)]
pub(crate) enum PermitVerb {
    /// Apply for a permit: electronically, or as a task for a person.
    File {
        /// The permit.
        permit: String,
    },
    /// Record what the jurisdiction says.
    Record(PermitRecordArgs),
    /// One permit with its inspections.
    Show {
        /// The permit.
        permit: String,
    },
    /// Permits, a line each.
    List {
        /// Only this state; may be given several times.
        #[arg(long = "state", value_enum)]
        states: Vec<PermitState>,
        /// Only those that are not finaled though no work is left to do under them.
        #[arg(long)]
        left_open: bool,
    },
}

#[derive(Args, Debug)]
pub(crate) struct PermitRecordArgs {
    /// The permit.
    pub(crate) permit: String,
    /// Where it stands now.
    #[arg(value_enum)]
    pub(crate) state: PermitState,
    /// Number at the jurisdiction.
    #[arg(long)]
    pub(crate) number: Option<String>,
    /// Issued: since when. Default: now.
    #[arg(long, value_parser = values::instant, value_name = "TIME")]
    pub(crate) issued: Option<wire::Timestamp>,
    /// Filed: when it is expected.
    #[arg(long, value_parser = values::instant, value_name = "TIME")]
    pub(crate) expected: Option<wire::Timestamp>,
    /// Issued: work starts before this time.
    #[arg(long, value_parser = values::instant, value_name = "TIME")]
    pub(crate) expires: Option<wire::Timestamp>,
    /// The jurisdiction's words.
    #[arg(long)]
    pub(crate) text: Option<String>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum InspectionVerb {
    /// Ask for an inspection.
    Request {
        /// The permit.
        permit: String,
        /// What is to be inspected, such as final.
        kind: String,
        /// Id of the inspection. Without it the server makes one up.
        #[arg(long)]
        id: Option<String>,
    },
    /// Record the date of an inspection.
    Book {
        /// The inspection.
        inspection: String,
        /// When the inspector comes.
        #[arg(long, value_parser = values::window, value_name = "START/END")]
        window: wire::TimeWindow,
    },
    /// Record how an inspection went.
    Record {
        /// The inspection.
        inspection: String,
        /// How it went.
        #[arg(value_enum)]
        result: InspectionResult,
        /// The inspector's words.
        #[arg(long)]
        text: Option<String>,
        /// When. Default: now.
        #[arg(long, value_parser = values::instant, value_name = "TIME")]
        at: Option<wire::Timestamp>,
    },
}
