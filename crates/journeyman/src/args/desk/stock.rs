//! Words of parts: where they lie, and what comes and goes.

use clap::{Args, Subcommand};
use journeyman_api::wire;

use super::values;

/// Where parts lie.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub(crate) struct LocationArgs {
    /// In this warehouse.
    #[arg(long, value_name = "ID")]
    warehouse: Option<String>,
    /// In the van of this technician.
    #[arg(long, value_name = "TECHNICIAN")]
    van: Option<String>,
}

impl LocationArgs {
    /// The place that is given, if any.
    pub(crate) fn location(&self) -> Option<wire::StockLocation> {
        use wire::stock_location::Location;
        let van = || self.van.clone().map(Location::TechnicianId);
        let location = self.warehouse.clone().map(Location::WarehouseId).or_else(van)?;
        Some(wire::StockLocation { location: Some(location) })
    }
}

#[derive(Subcommand, Debug)]
pub(crate) enum StockVerb {
    /// What is where.
    List {
        #[command(flatten)]
        location: LocationArgs,
        /// Only these parts.
        skus: Vec<String>,
    },
    /// Count, receive or take out parts.
    Adjust(StockAdjustArgs),
    /// Say that missing parts are on order, and when they come.
    Expect {
        /// The part and how many.
        #[arg(value_parser = values::part, value_name = "SKU=N")]
        part: wire::PartQuantity,
        /// Where they come to.
        #[arg(long, value_name = "ID")]
        warehouse: String,
        /// When they come. Without it, nobody knows.
        #[arg(long, value_parser = values::instant, value_name = "TIME")]
        at: Option<wire::Timestamp>,
    },
    /// What a technician has to load in the morning.
    PullList {
        /// The shift.
        shift: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct StockAdjustArgs {
    /// The part.
    pub(crate) sku: String,
    #[command(flatten)]
    pub(crate) location: LocationArgs,
    /// So many are there.
    #[arg(long, value_name = "N", required_unless_present = "added", conflicts_with = "added")]
    pub(crate) counted: Option<i64>,
    /// So many came or, negative, went.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) added: Option<i64>,
}
