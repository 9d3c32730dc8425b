//! `demo`: a real server process, the shipped reference day over gRPC, the plan.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use journeyman_api::json::from_json;
use journeyman_api::wire;
use journeyman_api::wire::scheduler_client::SchedulerClient;

use crate::args::DemoArgs;
use crate::failure::{Failure, Outcome};
use crate::table::{bound_line, dollars, write_plan};

/// Inside the program, so that the demo works wherever the program lies.
const DAY: &str = include_str!("../../../../examples/days/st-george-20x100.json");
const DAY_NAME: &str = "examples/days/st-george-20x100.json";

/// Runs the demo.
pub(crate) fn run(arguments: &DemoArgs) -> Result<Outcome, Failure> {
    let mut day: wire::SolveRequest = from_json(DAY.as_bytes(), DAY.len())
        .map_err(|error| Failure::Internal(anyhow::Error::new(error).context(DAY_NAME)))?;
    let options = day.options.get_or_insert_default();
    options.time_limit = Some(arguments.time_limit.into());
    options.threads = Some(2);
    let server = Server::start().map_err(Failure::Internal)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let story = runtime.block_on(tell(&server, day, arguments.time_limit));
    // With the runtime goes the connection, which the server would wait for.
    drop(runtime);
    let stopped = server.stop();
    story?;
    stopped.map_err(Failure::Internal)?;
    writeln!(io::stdout(), "the server has stopped")?;
    Ok(Outcome::Done)
}

/// Sends the day, and prints each better plan and then the last one.
async fn tell(server: &Server, day: wire::SolveRequest, limit: Duration) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let problem = day.problem.clone().unwrap_or_default();
    let visits: usize = problem.work_orders.iter().map(|order| order.visits.len()).sum();
    writeln!(out, "a server listens on {}", server.address)?;
    writeln!(
        out,
        "sending {DAY_NAME}: {} technicians, {visits} visits, {} to plan\n",
        problem.technicians.len(),
        humantime::format_duration(limit)
    )?;
    let failed = |error: anyhow::Error| Failure::Internal(error.context("the server's answer"));
    let mut scheduler = SchedulerClient::connect(format!("http://{}", server.address))
        .await
        .map_err(|error| failed(error.into()))?;
    let request = wire::SolveStreamRequest { solve: Some(day) };
    let mut answers =
        scheduler.solve_stream(request).await.map_err(|error| failed(error.into()))?.into_inner();
    let (mut best, mut told, mut told_bound) = (None, i64::MAX, i64::MIN);
    while let Some(answer) = answers.message().await.map_err(|error| failed(error.into()))? {
        let bound = answer.bound.unwrap_or_default();
        // A line for each percent of cost or bound; there are too many plans to tell them all.
        let percent = told / 100;
        let better = told == i64::MAX
            || bound.cost_micros < told - percent
            || bound.bound_micros > told_bound.saturating_add(percent);
        if answer.r#final || better {
            let elapsed = answer.statistics.unwrap_or_default().elapsed_duration.unwrap_or_default();
            let seconds = format!("{}.{:03} s", elapsed.seconds, elapsed.nanos / 1_000_000);
            writeln!(out, "{seconds:>9}  cost {}  bound {}", dollars(bound.cost_micros), bound_line(&bound))?;
            (told, told_bound) = (bound.cost_micros, bound.bound_micros);
        }
        best = answer.plan.or(best);
    }
    let plan = best.ok_or_else(|| failed(anyhow::anyhow!("no plan came")))?;
    writeln!(out)?;
    write_plan(&mut out, &problem, &plan)?;
    Ok(())
}

/// A server process of the same program on a free port of the loopback; it never outlives the demo.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start() -> anyhow::Result<Self> {
        let program = std::env::current_exe()?;
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "error"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the server")?;
        let stdout = child.stdout.take().context("the server has no output")?;
        let mut server = Self { child, address: String::new() };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        match line.trim().strip_prefix("listening on ") {
            Some(address) => address.clone_into(&mut server.address),
            None => bail!("the server did not start"),
        }
        Ok(server)
    }

    /// Asks the server to stop, and waits until it has.
    fn stop(mut self) -> anyhow::Result<()> {
        terminate(&mut self.child)?;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { bail!("the server ended with {status}") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only for a process that has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
fn terminate(child: &mut Child) -> anyhow::Result<()> {
    let pid = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    let pid = pid.context("a process without an id")?;
    Ok(rustix::process::kill_process(pid, rustix::process::Signal::TERM)?)
}

#[cfg(not(unix))]
fn terminate(child: &mut Child) -> anyhow::Result<()> {
    Ok(child.kill()?)
}
