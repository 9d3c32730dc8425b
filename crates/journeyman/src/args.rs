//! The command line: words, defaults and their meaning. What the words do stands in `commands`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use journeyman_sim::town::Town;

/// Plans the day of licensed field technicians.
///
/// Exit status: 0 done; 1 `check` found violations; 2 the arguments or a file cannot be used; 3 it failed.
#[derive(Parser, Debug)]
#[command(name = "journeyman", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Plan a day file.
    Solve(SolveArgs),
    /// Check a plan against its day, independently of how it was made.
    Check(CheckArgs),
    /// Make a day file from the data of others, on stdout.
    #[command(subcommand)]
    Import(Import),
    /// Make a day file from chance, on stdout.
    #[command(subcommand)]
    Generate(Generate),
    /// Solve a benchmark; one JSON object on stdout.
    #[command(subcommand)]
    Bench(Bench),
}

#[derive(Args, Debug)]
pub(crate) struct SolveArgs {
    /// The day file; `-` reads stdin.
    pub(crate) day: PathBuf,
    /// What to write to stdout.
    #[arg(long, value_enum, default_value_t = PlanFormat::Table)]
    pub(crate) format: PlanFormat,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    /// Stop when the gap is proved to be this small, as a fraction.
    #[arg(long, value_name = "FRACTION")]
    pub(crate) gap: Option<f64>,
    /// No progress on stderr.
    #[arg(long)]
    pub(crate) quiet: bool,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PlanFormat {
    /// Tables for people.
    Table,
    /// The plan file (a SolveResponse in JSON).
    Json,
    /// Routes and visits on a map.
    Geojson,
}

/// How long and how hard to search; what is not given is the day file's.
#[derive(Args, Debug)]
pub(crate) struct SearchArgs {
    /// Wall-clock limit, such as 10s or 200ms.
    #[arg(long, value_parser = humantime::parse_duration, value_name = "TIME")]
    pub(crate) time_limit: Option<Duration>,
    /// Stop after so many iterations of the search; the same seed then gives the same plan.
    #[arg(long, value_name = "N")]
    pub(crate) iterations_max: Option<i64>,
    /// Threads to search with.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<i32>,
    /// Seed of the random choices.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// The day file.
    pub(crate) day: PathBuf,
    /// The plan file, as `solve --format json` writes it.
    pub(crate) plan: PathBuf,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Import {
    /// A day of electrical permits of a city (the columns of the Austin file).
    Permits(PermitArgs),
}

#[derive(Args, Debug)]
pub(crate) struct PermitArgs {
    /// The permit file; one that ends in .gz is unpacked.
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: PathBuf,
    /// The day to plan.
    #[arg(long)]
    pub(crate) date: Date,
    /// People to draw.
    #[arg(long, value_name = "N")]
    pub(crate) technicians: usize,
    /// Rows to draw; without it, 8 a technician.
    #[arg(long, value_name = "M")]
    pub(crate) visits: Option<usize>,
    /// Same seed, same day.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Generate {
    /// The reference day: what targets and benchmarks speak of.
    Day(DayArgs),
}

#[derive(Args, Debug)]
pub(crate) struct DayArgs {
    /// People.
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub(crate) technicians: usize,
    /// Visits.
    #[arg(long, default_value_t = 100, value_name = "M")]
    pub(crate) visits: usize,
    /// Same seed, same day.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where.
    #[arg(long, default_value = Town::StGeorge.name())]
    pub(crate) place: Town,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Bench {
    /// A VRPTW instance in Solomon's format.
    Vrptw(VrptwArgs),
    /// A TRSP instance in Pillac's format.
    Trsp(TrspArgs),
    /// A day file.
    Day(BenchDayArgs),
}

#[derive(Args, Debug)]
pub(crate) struct VrptwArgs {
    /// The instance.
    pub(crate) file: PathBuf,
    /// Only the first N customers.
    #[arg(long, value_name = "N")]
    pub(crate) customers: Option<usize>,
    /// How distances are rounded.
    #[arg(long, value_enum, default_value_t = ConventionArg::Trunc1)]
    pub(crate) convention: ConventionArg,
    #[command(flatten)]
    pub(crate) budget: BudgetArgs,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ConventionArg {
    /// Cut to one decimal.
    Trunc1,
    /// Double precision.
    Double,
}

#[derive(Args, Debug)]
pub(crate) struct TrspArgs {
    /// The instance.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) budget: BudgetArgs,
}

#[derive(Args, Debug)]
pub(crate) struct BenchDayArgs {
    /// The day file.
    pub(crate) day: PathBuf,
    #[command(flatten)]
    pub(crate) budget: BudgetArgs,
}

/// What a benchmark run may use.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct BudgetArgs {
    /// Wall-clock limit, such as 10s or 200ms.
    #[arg(long, value_parser = humantime::parse_duration, default_value = "10s", value_name = "TIME")]
    pub(crate) time_limit: Duration,
    /// Threads to search with.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) threads: usize,
    /// Seed of the random choices.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, wanted) in [("10s", Duration::from_secs(10)), ("200ms", Duration::from_millis(200))] {
            let line = ["journeyman", "solve", "day.json", "--time-limit", text];
            let Command::Solve(solve) = Cli::try_parse_from(line).unwrap().command else {
                panic!("{line:?}")
            };
            assert_eq!(solve.search.time_limit, Some(wanted));
        }
        Cli::try_parse_from(["journeyman", "solve", "day.json", "--time-limit", "10"]).unwrap_err();
    }

    #[test]
    fn a_place_that_nobody_knows_is_refused_with_those_that_are_known() {
        let error = Cli::try_parse_from(["journeyman", "generate", "day", "--place", "moab"]).unwrap_err();
        assert!(error.to_string().contains("known: st-george"), "{error}");
    }
}
