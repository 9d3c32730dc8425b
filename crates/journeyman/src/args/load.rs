//! Words of `load`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use journeyman_sim::traffic::Spacing;
use tonic::transport::Uri;

/// Boards that a server keeps at once.
const BOARDS_MAX: u64 = 64;
/// Requests a second, over all boards.
const RATE_MIN: f64 = 0.1;
pub(crate) const RATE_MAX: f64 = 10_000.0;
/// A run lasts so long at most: it begins at nine on the boards' day, and what is reported must lie in the shifts.
const MINUTES_MAX: f64 = 240.0;

/// Sends what a platform sends to boards of a running server, and says how long each answer took.
///
/// The loop is open: each request is due at a moment that the seed has fixed before the first is sent, and its latency
/// counts from then to when its answer is read, so that waiting behind slow answers counts. The client's own work is in it;
/// failed requests are counted apart, by code.
///
/// Makes boards of reference days for it (seed, seed + 1 and so on), on which it is nine in the morning when the run
/// begins; their time goes with the clock on the wall. They are closed at the end. Of 100 requests 40 are calls (new
/// work like that of some visit, at its place, any time of the day), 15 cancellations (of up to three of the calls, the
/// oldest that are more than an hour off), 8 check-ins (a visit under way pauses or goes on), 4 overruns (ten minutes
/// more, then back), 3 absences (a technician is out, then back), 15 quotes (QuoteArrivalWindows at a new place), 10
/// reads (GetBoard with the plan), 5 explanations (Explain). Where nothing is there to cancel or to report, a call is
/// sent in its place, and counted as one.
///
/// Exit status 1: something acknowledged was not on its board at the end.
#[derive(Args, Debug)]
pub(crate) struct LoadArgs {
    /// Address of the server: HOST:PORT or http://HOST:PORT.
    #[arg(
        long,
        default_value = "http://127.0.0.1:50051",
        value_name = "ADDRESS",
        value_parser = address,
        env = "JOURNEYMAN_TARGET"
    )]
    pub(crate) target: Uri,
    /// Boards to make, 1 to 64; with several sizes, of each in turn.
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=BOARDS_MAX))]
    pub(crate) boards: u64,
    /// Requests a second, over all boards together, 0.1 to 10,000; with --saturate those of the first step.
    #[arg(long, default_value_t = 5.0, value_name = "R", allow_negative_numbers = true, value_parser = rate)]
    pub(crate) rate: f64,
    /// How long requests come in, 0.01 to 240.
    #[arg(long, default_value_t = 1.0, value_name = "M", allow_negative_numbers = true, value_parser = minutes, conflicts_with = "saturate")]
    pub(crate) minutes: f64,
    /// Technicians of a board, 1 to 1,000; several sizes with commas.
    #[arg(long, default_value = "20", value_name = "LIST", value_delimiter = ',', value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub(crate) technicians: Vec<u64>,
    /// Visits of a board, 1 to 10,000; as many sizes as technicians.
    #[arg(long, default_value = "100", value_name = "LIST", value_delimiter = ',', value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) visits: Vec<u64>,
    /// How the moments lie at which requests are due.
    #[arg(long, value_enum, default_value_t = SpacingArg::Poisson)]
    pub(crate) spacing: SpacingArg,
    /// Same seed, same days and same requests at the same moments.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
    /// How long the boards are left to get better before the first request, up to 10m.
    #[arg(long, default_value = "10s", value_name = "TIME", value_parser = up_to_ten_minutes)]
    pub(crate) settle: Duration,
    /// How long the server improves a board after each event. Without it, the server's own default.
    #[arg(long, value_name = "TIME", value_parser = some_time)]
    pub(crate) improve: Option<Duration>,
    /// How long an answer may take, up to 10m; then the request has failed.
    #[arg(long, default_value = "30s", value_name = "TIME", value_parser = some_time)]
    pub(crate) timeout: Duration,
    /// Send every change with a request id, as a platform does that would repeat it: the server keeps its answer.
    #[arg(long)]
    pub(crate) request_ids: bool,
    /// Raise the rate step by step, doubling and then bisecting to a tenth, until calls wait too long, the backlog grows (more
    /// requests wait at the end of a step than half-way, by a twentieth of those due in between) or one of 100 fails.
    #[arg(long)]
    pub(crate) saturate: bool,
    /// How long a step lasts, up to 10m.
    #[arg(long, default_value = "20s", value_name = "TIME", value_parser = some_time, requires = "saturate")]
    pub(crate) step: Duration,
    /// A step whose calls take longer than this at the 99th percentile is too much, up to 10m.
    #[arg(long, default_value = "250ms", value_name = "TIME", value_parser = some_time, requires = "saturate")]
    pub(crate) p99_max: Duration,
    /// Leave the boards open at the end.
    #[arg(long)]
    pub(crate) keep_boards: bool,
    /// Also write what was measured to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// No progress on stderr.
    #[arg(long)]
    pub(crate) quiet: bool,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SpacingArg {
    /// As independent callers come: exponential gaps.
    Poisson,
    /// The same gap between any two.
    Even,
}

impl From<SpacingArg> for Spacing {
    fn from(spacing: SpacingArg) -> Self {
        match spacing {
            SpacingArg::Poisson => Self::Poisson,
            SpacingArg::Even => Self::Even,
        }
    }
}

fn address(text: &str) -> Result<Uri, String> {
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let uri: Uri = with_scheme.parse().map_err(|error| format!("{error}"))?;
    match (uri.scheme_str(), uri.port()) {
        (Some("http"), Some(_)) => Ok(uri),
        (Some("http"), None) => Err("a port is needed, as in 127.0.0.1:50051".to_owned()),
        _ => Err("only http is spoken, as in http://127.0.0.1:50051".to_owned()),
    }
}

fn rate(text: &str) -> Result<f64, String> {
    number(text, (RATE_MIN, RATE_MAX))
}

fn minutes(text: &str) -> Result<f64, String> {
    number(text, (0.01, MINUTES_MAX))
}

fn number(text: &str, (least, most): (f64, f64)) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "a number is needed".to_owned())?;
    if (least..=most).contains(&number) {
        Ok(number)
    } else {
        Err(format!("a number from {least} to {most} is needed"))
    }
}

fn up_to_ten_minutes(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if time <= Duration::from_secs(600) { Ok(time) } else { Err("at most 10m".to_owned()) }
}

fn some_time(text: &str) -> Result<Duration, String> {
    match up_to_ten_minutes(text)? {
        Duration::ZERO => Err("more than 0 is needed".to_owned()),
        time => Ok(time),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use journeyman_sim::traffic::Ask;

    use crate::args::Cli;

    #[test]
    fn the_help_states_the_mix_that_is_sent() {
        let mut command = Cli::command();
        let help = command.find_subcommand_mut("load").unwrap().render_long_help().to_string();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for (ask, percent) in Ask::MIX {
            let words = match ask {
                Ask::Call => "calls",
                Ask::Cancellation => "cancellations",
                Ask::CheckIn => "check-ins",
                Ask::Overrun => "overruns",
                Ask::Absence => "absences",
                Ask::Quote => "quotes",
                Ask::Look => "reads",
                Ask::Explanation => "explanations",
            };
            let wanted = [format!("{percent} {words} ("), format!("{percent} are {words} (")];
            assert!(wanted.iter().any(|wanted| help.contains(wanted)), "{wanted:?} in {help}");
        }
    }
}
