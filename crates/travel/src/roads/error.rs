//! Why roads cannot be read, built or kept. The caller names the file.

use std::io;

/// What is wrong with an extract or with a road file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RoadError {
    /// The file cannot be read or written.
    #[error("{0}")]
    File(String),
    /// Neither `.osm.pbf` nor `.osm`, or one that is cut off.
    #[error("no complete OpenStreetMap extract (.osm.pbf or .osm): {reason}")]
    NotAnExtract {
        /// What the reader says.
        reason: String,
    },
    /// Not two vertices that can be reached from each other.
    #[error("no road in it that cars may drive there and back")]
    NoRoads,
    /// More than the file can number.
    #[error("{count} {what}; a road file holds at most {limit}")]
    TooLarge {
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// A file of something else.
    #[error("no road file: it does not start as one (`journeyman roads build` makes it from an extract)")]
    NotARoadFile,
    /// A file that another version wrote.
    #[error("a road file of version {found}; this program reads version {known}: build it again")]
    Version {
        /// What the file says.
        found: u32,
        /// What this program writes and reads.
        known: u32,
    },
    /// A file that is cut off or changed.
    #[error("a damaged road file: {reason}")]
    Damaged {
        /// What does not fit.
        reason: String,
    },
    /// Periods of the day that make no sense.
    #[error("period {period}: {reason}")]
    Period {
        /// Its position.
        period: usize,
        /// What is wrong.
        reason: String,
    },
}

impl RoadError {
    pub(crate) fn read(error: io::Error) -> Self {
        Self::File(error.to_string())
    }
}
