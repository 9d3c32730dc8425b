//! How long after it was found an improvement reaches the client of `SolveStream`: plans and bounds of a reference day,
//! from a server process over loopback.
//!
//! A message says when, after the begin of the work, its improvement was found. The client counts from the moment at
//! which it sends the request, so that what is printed includes the way of the request: never less than the truth.

#![expect(clippy::print_stdout, reason = "prints its table")]
#![expect(clippy::disallowed_methods, reason = "times what a client sees")]

use std::error::Error;
use std::time::{Duration, Instant};

use journeyman_api::wire::scheduler_client::SchedulerClient;
use journeyman_api::{wire, write_day};
use journeyman_benches::Server;
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::town::Town;

/// Technicians, visits and seconds of a solve.
const DAYS: [(usize, usize, u64); 3] = [(20, 100, 10), (50, 300, 20), (200, 1_200, 30)];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start(None)?;
    let client = SchedulerClient::connect(server.address.clone()).await?;
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
