//! The command line: words, defaults and their meaning. What the words do stands in `commands`.

mod desk;
mod journal;
mod load;
mod permits;
mod roads;
mod simulate;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use journeyman_api::Limits;
use journeyman_sim::town::Town;

pub(crate) use self::desk::{
    CallArgs, CheckInArgs, CompleteArgs, DeskArgs, DeskServerArgs, DeskVerb, InspectionResult,
    InspectionVerb, ListArgs, OpenArgs, PermitRecordArgs, PermitVerb, RescheduleArgs, RulesVerb,
    StockAdjustArgs, StockVerb, TasksArgs, VisitOutcome,
};
pub(crate) use self::journal::{
    JournalArgs, JournalBoardArgs, JournalCommand, JournalEffectsArgs, JournalReplayArgs, JournalResendArgs,
    StoreArgs,
};
pub(crate) use self::load::{LoadArgs, RATE_MAX};
pub(crate) use self::permits::PermitOfficeArgs;
pub(crate) use self::roads::{
    MatrixFormat, RoadBuildArgs, RoadMatrixArgs, RoadServeArgs, RoadsArgs, RoadsCommand,
};
pub(crate) use self::simulate::SimulateArgs;

/// Plans the day of licensed field technicians.
///
/// Exit status: 0 done; 1 `check`, `evaluate`, `simulate` or `load` found violations; 2 the arguments or a file cannot be used; 3 it failed.
#[derive(Parser, Debug)]
#[command(name = "journeyman", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Run the gRPC server until SIGTERM or SIGINT.
    Serve(Box<ServeArgs>),
    /// Plan a day file.
    Solve(SolveArgs),
    /// Answer what happened to a planned day: a repaired plan, every change, what each pays for.
    Reassign(ReassignArgs),
    /// What a plan would be if something were different: one more technician, a sick-out, other prices.
    WhatIf(WhatIfArgs),
    /// Offer a caller arrival windows on a planned day: each with its probability, who would come, and what it adds.
    Quote(QuoteArgs),
    /// Check a plan against its day, independently of how it was made.
    Check(CheckArgs),
    /// Say why a visit is where a plan has it, or why it is left out, in dollars.
    Explain(ExplainArgs),
    /// Judge anybody's plan of a day: what it breaks, what it costs, how much each visit may slip.
    Evaluate(EvaluateArgs),
    /// Make a day file from the data of others, on stdout.
    #[command(subcommand)]
    Import(Import),
    /// Make a day file from chance, on stdout.
    #[command(subcommand)]
    Generate(Generate),
    /// Solve a benchmark; one JSON object on stdout.
    #[command(subcommand)]
    Bench(Bench),
    /// Live through a year of calls under several ways to dispatch: a report with charts, and one line at the end.
    Simulate(SimulateArgs),
    Load(Box<LoadArgs>),
    /// Journals of boards: verified, exported, told again.
    #[command(subcommand)]
    Journal(JournalCommand),
    /// The service desk of a running server: calls, work orders, permits, parts, rules, tasks.
    Desk(Box<DeskArgs>),
    /// Road files: made from maps, asked for matrices, served to others.
    #[command(subcommand)]
    Roads(RoadsCommand),
    /// Start a server, send it the shipped reference day over gRPC, print the plan, stop the server.
    Demo(DemoArgs),
}

/// Every limit has a default; what is over one is refused with the limit in the message.
#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    /// Address of the gRPC service; port 0 lets the system choose. The address is the first line on stdout.
    #[arg(long, default_value = "127.0.0.1:50051", env = "JOURNEYMAN_LISTEN")]
    pub(crate) listen: SocketAddr,
    /// Address of Prometheus' /metrics; without it there is none.
    #[arg(long, env = "JOURNEYMAN_METRICS_LISTEN")]
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// What to log, in the syntax of `tracing`: a level, or targets with levels.
    #[arg(long, default_value = "info,highs=error", env = "JOURNEYMAN_LOG")]
    pub(crate) log: String,
    /// How to log, on stderr.
    #[arg(long, value_enum, default_value_t = LogFormat::Text, env = "JOURNEYMAN_LOG_FORMAT")]
    pub(crate) log_format: LogFormat,
    /// Solves that run at once, each with the threads that it asks for.
    #[arg(long, default_value = "1", value_name = "N", env = "JOURNEYMAN_SOLVES_MAX")]
    pub(crate) solves_max: NonZeroUsize,
    /// Solves that wait for a free place; one more is answered RESOURCE_EXHAUSTED.
    #[arg(long, default_value_t = 16, value_name = "N", env = "JOURNEYMAN_QUEUE_MAX")]
    pub(crate) queue_max: usize,
    /// Bytes of one message.
    #[arg(long, default_value_t = Limits::default().message_bytes, value_name = "BYTES", env = "JOURNEYMAN_MESSAGE_BYTES_MAX")]
    pub(crate) message_bytes_max: usize,
    /// Visits of one request.
    #[arg(long, default_value_t = Limits::default().visits, value_name = "N", env = "JOURNEYMAN_VISITS_MAX")]
    pub(crate) visits_max: usize,
    /// Shifts of one request.
    #[arg(long, default_value_t = Limits::default().shifts, value_name = "N", env = "JOURNEYMAN_SHIFTS_MAX")]
    pub(crate) shifts_max: usize,
    /// Time windows of one visit.
    #[arg(long, default_value_t = Limits::default().windows, value_name = "N", env = "JOURNEYMAN_WINDOWS_MAX")]
    pub(crate) windows_max: usize,
    /// Days of the horizon.
    #[arg(long, default_value_t = Limits::default().horizon_days, value_name = "DAYS", env = "JOURNEYMAN_HORIZON_DAYS_MAX")]
    pub(crate) horizon_days_max: i64,
    /// Time of one solve.
    #[arg(
        long,
        value_parser = humantime::parse_duration,
        default_value = "1h",
        value_name = "TIME",
        env = "JOURNEYMAN_SOLVE_TIME_MAX"
    )]
    pub(crate) solve_time_max: Duration,
    /// Time of a solve whose request names none.
    #[arg(
        long,
        value_parser = humantime::parse_duration,
        default_value = "10s",
        value_name = "TIME",
        env = "JOURNEYMAN_SOLVE_TIME_DEFAULT"
    )]
    pub(crate) solve_time_default: Duration,
    /// Threads of one solve.
    #[arg(long, default_value_t = Limits::default().threads, value_name = "N", env = "JOURNEYMAN_THREADS_MAX")]
    pub(crate) threads_max: usize,
    /// Streams of one connection at once.
    #[arg(long, default_value_t = 128, value_name = "N", env = "JOURNEYMAN_STREAMS_MAX")]
    pub(crate) streams_max: u32,
    /// Where the day of a plan that fails its check is kept for replay; without it, it goes into the log.
    #[arg(long, value_name = "FOLDER", env = "JOURNEYMAN_REPLAY_DIR")]
    pub(crate) replay_dir: Option<PathBuf>,
    /// How long calls may still take after a signal to stop; a second signal ends them at once.
    #[arg(long, value_parser = humantime::parse_duration, default_value = "30s", value_name = "TIME", env = "JOURNEYMAN_STOP_TIME_MAX")]
    pub(crate) stop_time_max: Duration,
    /// How long a process leads its boards without a sign of life; after it, another on the same database takes them.
    #[arg(long, value_parser = humantime::parse_duration, default_value = "6s", value_name = "TIME", env = "JOURNEYMAN_LEASE_TIME")]
    pub(crate) lease_time: Duration,
    /// Where messages, filings and invoice triggers are sent, as signed webhooks; without it they wait in the outbox.
    #[arg(long, value_name = "URL", env = "JOURNEYMAN_WEBHOOK_URL", requires = "webhook_secret")]
    pub(crate) webhook_url: Option<String>,
    /// What webhooks are signed with: `whsec_` and base64 of 24 to 64 bytes. Better given by the environment.
    #[arg(
        long,
        value_name = "SECRET",
        env = "JOURNEYMAN_WEBHOOK_SECRET",
        hide_env_values = true,
        requires = "webhook_url"
    )]
    pub(crate) webhook_secret: Option<String>,
    /// How long the receiver of a webhook may take.
    #[arg(long, value_parser = humantime::parse_duration, default_value = "20s", value_name = "TIME", env = "JOURNEYMAN_WEBHOOK_TIME_MAX")]
    pub(crate) webhook_time_max: Duration,
    #[command(flatten)]
    pub(crate) permits: PermitOfficeArgs,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(flatten)]
    pub(crate) roads: RoadsArgs,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
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
    #[command(flatten)]
    pub(crate) roads: RoadsArgs,
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
pub(crate) struct ReassignArgs {
    /// The day file, as it was planned.
    pub(crate) day: PathBuf,
    /// The plan file, as `solve --format json` writes it. Any plan will do: what is wrong with it is repaired and said.
    pub(crate) plan: PathBuf,
    /// What happened: a ReassignRequest in JSON, with `events` and without `basis`; `-` reads stdin.
    pub(crate) events: PathBuf,
    /// Look this long for a better plan than the first repaired one.
    #[arg(long, value_parser = humantime::parse_duration, value_name = "TIME")]
    pub(crate) improve_for: Option<Duration>,
    /// Most planned visits that may change, besides those that the events concern.
    #[arg(long, value_name = "N")]
    pub(crate) changes_max: Option<i32>,
    /// Price each change by solving again without it, for so long in all.
    #[arg(long, value_parser = humantime::parse_duration, value_name = "TIME")]
    pub(crate) resolve_savings: Option<Duration>,
    /// Threads to search with.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<i32>,
    /// Seed of the random choices.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// What to write to stdout.
    #[arg(long, value_enum, default_value_t = PlanFormat::Table)]
    pub(crate) format: PlanFormat,
    #[command(flatten)]
    pub(crate) roads: RoadsArgs,
}

#[derive(Args, Debug)]
pub(crate) struct WhatIfArgs {
    /// The day file.
    pub(crate) day: PathBuf,
    /// The plan file, as `solve --format json` writes it.
    pub(crate) plan: PathBuf,
    /// What would be different: a WhatIfRequest in JSON, with `changes` and without `basis`; `-` reads stdin.
    pub(crate) changes: PathBuf,
    /// Wall-clock limit of both searches together; half of it goes to each plan.
    #[arg(long, value_parser = humantime::parse_duration, value_name = "TIME")]
    pub(crate) time_limit: Option<Duration>,
    /// Threads to search with.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<i32>,
    /// Seed of the random choices.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// What to write to stdout.
    #[arg(long, value_enum, default_value_t = ReplyFormat::Table)]
    pub(crate) format: ReplyFormat,
    #[command(flatten)]
    pub(crate) roads: RoadsArgs,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ReplyFormat {
    /// Tables for people.
    Table,
    /// The contract's message in JSON.
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// The day file.
    pub(crate) day: PathBuf,
    /// The plan file, as `solve --format json` writes it.
    pub(crate) plan: PathBuf,
    #[command(flatten)]
    pub(crate) roads: RoadsArgs,
}

#[derive(Args, Debug)]
pub(crate) struct QuoteArgs {
    /// The day file.
    pub(crate) day: PathBuf,
    /// The plan file, as `solve --format json` writes it; any plan will do.
    pub(crate) plan: PathBuf,
    /// The call: a QuoteArrivalWindowsRequest in JSON, without `basis`; `-` reads stdin.
    pub(crate) call: PathBuf,
    /// Width of the windows on offer; may be given several times.
    #[arg(long, value_parser = humantime::parse_duration, value_name = "TIME")]
    pub(crate) width: Vec<Duration>,
    /// Most windows to offer.
    #[arg(long, value_name = "N")]
    pub(crate) quotes_max: Option<i32>,
    /// What to write to stdout.
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    #[command(flatten)]
    pub(crate) roads: RoadsArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The day file.
    pub(crate) day: PathBuf,
    /// The plan file; any plan will do.
    pub(crate) plan: PathBuf,
    /// The visit.
    pub(crate) visit: String,
    /// Most other technicians, and most rules, to tell of.
    #[arg(long, value_name = "N")]
    pub(crate) alternatives_max: Option<i32>,
    /// What to write to stdout.
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    #[command(flatten)]
    pub(crate) roads: RoadsArgs,
}

#[derive(Args, Debug)]
pub(crate) struct EvaluateArgs {
    /// The day file.
    pub(crate) day: PathBuf,
    /// The plan file: shifts with their stops in order; times, costs and proofs are judged where they are given.
    pub(crate) plan: PathBuf,
    /// What to write to stdout.
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub(crate) format: AnswerFormat,
    #[command(flatten)]
    pub(crate) roads: RoadsArgs,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AnswerFormat {
    /// Sentences and tables for people.
    Text,
    /// The answer of the service in JSON.
    Json,
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
    /// What of the reference day every routing solver can express, with its legs: the file of the peer comparison.
    PlainDay(DayArgs),
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
    /// A TRSP instance whose requests become known while the day is driven.
    TrspDynamic(TrspDynamicArgs),
    /// A day file.
    Day(BenchDayArgs),
    /// A plain day of the peer comparison.
    PlainDay(PlainDayArgs),
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
pub(crate) struct PlainDayArgs {
    /// The plain day.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) budget: BudgetArgs,
}

#[derive(Args, Debug)]
pub(crate) struct TrspDynamicArgs {
    /// The instance.
    pub(crate) file: PathBuf,
    /// When each request becomes known: a release-date file of the instance.
    #[arg(long, value_name = "FILE")]
    pub(crate) release: PathBuf,
    /// Wall-clock time to improve the plan each time that requests become known.
    #[arg(long, value_parser = humantime::parse_duration, default_value = "200ms", value_name = "TIME")]
    pub(crate) per_event: Duration,
    /// Wall-clock time for the plan of the requests that are known before the day begins.
    #[arg(long, value_parser = humantime::parse_duration, default_value = "5s", value_name = "TIME")]
    pub(crate) opening: Duration,
    /// So many iterations of the search in place of each of these times; the same seed then gives the same day.
    #[arg(long, value_name = "N")]
    pub(crate) iterations_max: Option<u64>,
    /// Threads to search with.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) threads: usize,
    /// Seed of the random choices.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
    /// What to log on stderr, in the syntax of `tracing`.
    #[arg(long, default_value = "error", env = "JOURNEYMAN_LOG")]
    pub(crate) log: String,
}

#[derive(Args, Debug)]
pub(crate) struct BenchDayArgs {
    /// The day file.
    pub(crate) day: PathBuf,
    /// Say when the gap was first proved to be this small, as a fraction, in one more member: seconds_to_gap.
    #[arg(long, value_name = "FRACTION", value_parser = fraction)]
    pub(crate) gap: Option<f64>,
    #[command(flatten)]
    pub(crate) roads: RoadsArgs,
    #[command(flatten)]
    pub(crate) budget: BudgetArgs,
}

fn fraction(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "a number is needed".to_owned())?;
    if (0.0..=1.0).contains(&number) {
        Ok(number)
    } else {
        Err("a fraction from 0 to 1 is needed".to_owned())
    }
}

/// What a benchmark run may use.
#[derive(Args, Clone, Debug)]
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
    /// What to log on stderr, in the syntax of `tracing`: `journeyman_milp=debug` tells how the proof goes.
    #[arg(long, default_value = "error", env = "JOURNEYMAN_LOG")]
    pub(crate) log: String,
}

#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// Wall-clock limit of the solve.
    #[arg(long, value_parser = humantime::parse_duration, default_value = "5s", value_name = "TIME")]
    pub(crate) time_limit: Duration,
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
    fn the_operations_page_has_every_setting_of_the_server() {
        let page = include_str!("../../../docs/operations.md");
        let command = Cli::command();
        let serve = command.find_subcommand("serve").unwrap();
        for setting in serve.get_arguments() {
            let (flag, variable) =
                (setting.get_long().unwrap(), setting.get_env().unwrap().to_str().unwrap());
            let row = format!("| `--{flag}` | `{variable}` | ");
            let line = page.lines().find(|line| line.starts_with(&row));
            let line = line.unwrap_or_else(|| panic!("{row} is missing"));
            for default in setting.get_default_values() {
                let default = default.to_str().unwrap();
                assert!(line.starts_with(&format!("{row}{default} | ")), "{line} does not say {default}");
            }
        }
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
