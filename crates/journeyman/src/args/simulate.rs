//! Words of `simulate`.

use std::path::PathBuf;

use clap::Args;
use journeyman_sim::town::Town;
use journeyman_sim::trade_year::Policy;

/// The same words give the same report.json, metrics.csv, calls.csv and report.html, byte for byte, whatever --threads says;
/// latency.json is what the clock said.
///
/// Exit status 1: an illegal assignment occurred.
#[derive(Args, Debug)]
pub(crate) struct SimulateArgs {
    /// Working days; five are a week, 250 a year.
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=2_500))]
    pub(crate) days: u64,
    /// Same seed, same history.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
    /// Years of so many seeds, from --seed on; from two on, numbers come with 95 % confidence intervals.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub(crate) seeds: u64,
    /// Years simulated at once, each on one thread.
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=256))]
    pub(crate) threads: u64,
    /// People.
    #[arg(long, default_value_t = 12, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=200))]
    pub(crate) technicians: u64,
    /// Who dispatches: a (coordinator, by hand), b (insertion), c (journeyman). With a and c, also a coordinator who needs no,
    /// half and double the time.
    #[arg(long, default_value = "a,b,c", value_name = "LIST", value_delimiter = ',')]
    pub(crate) policies: Vec<Policy>,
    /// Where the report goes; made where it is missing.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// The town.
    #[arg(long, default_value = Town::StGeorge.name())]
    pub(crate) place: Town,
    /// A city's permit file in place of the town: places and work are drawn from it. One that ends in .gz is unpacked.
    #[arg(long, value_name = "FILE", conflicts_with = "place")]
    pub(crate) permits: Option<PathBuf>,
    /// Iterations of the search for the plan of each morning.
    #[arg(long, default_value_t = 2_000, value_name = "N")]
    pub(crate) iterations_morning: u64,
    /// Iterations of the search after each fact.
    #[arg(long, default_value_t = 200, value_name = "N")]
    pub(crate) iterations_event: u64,
    /// Policies b and c run on boards in a store: their server is started again now and then, and facts come late or twice.
    #[arg(long)]
    pub(crate) faults: bool,
    /// No progress on stderr.
    #[arg(long)]
    pub(crate) quiet: bool,
}
