//! How long after it was found an improvement reaches the client of `SolveStream`: plans and bounds of a reference day,
//! from a server process over loopback.
//!
//! A message says when, after the begin of the work, its improvement was found. The client counts from the moment at
//! which it sends the request, so that what is printed includes the way of the request: never less than the truth.

#![expect(clippy::print_stdout, reason = "prints its table")]
#![expect(clippy::disallowed_methods, reason = "times what a client sees")]

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use journeyman_api::wire::scheduler_client::SchedulerClient;
use journeyman_api::{wire, write_day};
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::town::Town;

/// Technicians, visits and seconds of a solve.
const DAYS: [(usize, usize, u64); 3] = [(20, 100, 10), (50, 300, 20), (200, 1_200, 30)];

/// A server process, killed when dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

impl Server {
    /// Starts the program of this build; the server, its output, which must stay open, and its address.
    fn start() -> Result<(Self, BufReader<ChildStdout>, String), Box<dyn Error>> {
        let bench = std::env::current_exe()?;
        // <target>/release/deps/<bench>
        let folder = bench.ancestors().nth(2).ok_or("benches lie two folders below the target")?;
        let program = folder.join(format!("journeyman{}", std::env::consts::EXE_SUFFIX));
        if !program.is_file() {
            return Err(format!("{} is missing: make build", program.display()).into());
        }
        let mut command = Command::new(program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "error"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut stdout = BufReader::new(child.stdout.take().ok_or("stdout is piped")?);
        let server = Self(child);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on ").ok_or("the server says where it listens")?;
        let address = format!("http://{address}");
        Ok((server, stdout, address))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (_server, _stdout, address) = Server::start()?;
    let client = SchedulerClient::connect(address).await?;
    let mut client = client.max_decoding_message_size(64 << 20);
    println!("day         seconds  messages  plans  p50 ms  p99 ms  most ms");
    for (technicians, visits, seconds) in DAYS {
        let day = reference_day(technicians, visits, 1, Town::StGeorge)?;
        let options = wire::SolveOptions {
            time_limit: Some(Duration::from_secs(seconds).into()),
            threads: Some(2),
            ..Default::default()
        };
        let solve = wire::SolveRequest {
            problem: Some(write_day(&day.problem)?),
            options: Some(options),
            ..Default::default()
        };
        let begin = Instant::now();
        let call = wire::SolveStreamRequest { solve: Some(solve) };
        let mut stream = client.solve_stream(call).await?.into_inner();
        let (mut delays, mut plans) = (Vec::new(), 0);
        while let Some(message) = stream.message().await? {
            let received = begin.elapsed();
            if message.r#final {
                break;
            }
            let found = message.statistics.and_then(|statistics| statistics.elapsed_duration);
            let found = found.ok_or("a message says when it was found")?;
            let found = Duration::new(found.seconds.try_into()?, found.nanos.try_into()?);
            delays.push(received.saturating_sub(found));
            plans += usize::from(message.plan.is_some());
        }
        delays.sort_unstable();
        let at =
            |share: usize| delays[(delays.len() * share / 100).min(delays.len() - 1)].as_secs_f64() * 1e3;
        println!(
            "{technicians:>3} x {visits:<5} {seconds:>7} {:>9} {plans:>6} {:>7.1} {:>7.1} {:>8.1}",
            delays.len(),
            at(50),
            at(99),
            at(100)
        );
    }
    Ok(())
}
