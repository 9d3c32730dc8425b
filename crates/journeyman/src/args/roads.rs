//! Words about roads.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// The roads that days without a matrix are driven on.
#[derive(Args, Clone, Debug)]
pub(crate) struct RoadsArgs {
    /// Drive on roads: a road file, or the address of a service that speaks OSRM's table API, as http://host:port.
    /// A day's own matrix counts before roads, roads before its estimate.
    #[arg(long, value_name = "FILE|URL", env = "JOURNEYMAN_ROADS")]
    pub(crate) roads: Option<String>,
    /// Farthest that a place may be from a road, in meters.
    #[arg(
        long,
        default_value_t = 1_000,
        value_name = "METERS",
        value_parser = clap::value_parser!(u32).range(1..=100_000),
        env = "JOURNEYMAN_ROAD_DISTANCE_MAX"
    )]
    pub(crate) road_distance_max: u32,
}

#[derive(Subcommand, Debug)]
pub(crate) enum RoadsCommand {
    /// Make a road file from an OpenStreetMap extract.
    Build(RoadBuildArgs),
    /// Times and distances between places, pair by pair, on stdout.
    Matrix(RoadMatrixArgs),
    /// Answer OSRM's table API over HTTP until SIGTERM or SIGINT.
    Serve(RoadServeArgs),
}

#[derive(Args, Debug)]
pub(crate) struct RoadBuildArgs {
    /// The extract: .osm.pbf, or .osm (XML).
    pub(crate) extract: PathBuf,
    /// The road file; what is there is replaced.
    pub(crate) out: PathBuf,
    /// What the hour does to speeds: a CSV file with the header `start,class,permille`. From `start` (HH:MM) on, roads of
    /// the class (a value of `highway`, or `*`) take so many thousandths of their time; classes that are not named take
    /// 1,000. Without it, roads are empty all day.
    #[arg(long, value_name = "FILE")]
    pub(crate) periods: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct RoadMatrixArgs {
    #[command(flatten)]
    pub(crate) roads: RoadsArgs,
    /// The places: a CSV file with the header `id,lat,lon`; `-` reads stdin.
    #[arg(long, value_name = "FILE")]
    pub(crate) places: PathBuf,
    /// Time of day at which driving starts, as HH:MM.
    #[arg(long, default_value = "00:00", value_name = "TIME")]
    pub(crate) at: String,
    /// What to write to stdout.
    #[arg(long, value_enum, default_value_t = MatrixFormat::Csv)]
    pub(crate) format: MatrixFormat,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MatrixFormat {
    /// A line for each pair: `from,to,seconds,meters`.
    Csv,
    /// The `matrix` of a day's travel: a TravelMatrix in JSON.
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct RoadServeArgs {
    /// The road file.
    #[arg(long, value_name = "FILE", env = "JOURNEYMAN_ROADS")]
    pub(crate) roads: PathBuf,
    /// Address to listen on; port 0 lets the system choose. The address is the first line on stdout.
    #[arg(long, default_value = "127.0.0.1:5000")]
    pub(crate) listen: SocketAddr,
    /// Farthest that a place may be from a road, in meters.
    #[arg(
        long,
        default_value_t = 1_000,
        value_name = "METERS",
        value_parser = clap::value_parser!(u32).range(1..=100_000),
        env = "JOURNEYMAN_ROAD_DISTANCE_MAX"
    )]
    pub(crate) road_distance_max: u32,
    /// Coordinates of one request.
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    pub(crate) table_max: usize,
}
