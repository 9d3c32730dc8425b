//! What the service counts and measures, by the names that a metrics page shows. Without a recorder it costs nothing.

use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use tonic::Code;

const CALLS: &str = "journeyman_calls_total";
const RUNNING: &str = "journeyman_solves_running";
const WAITING: &str = "journeyman_calls_waiting";
const SOLVE_SECONDS: &str = "journeyman_solve_seconds";
const PHASE_SECONDS: &str = "journeyman_phase_seconds";

/// Tells the recorder what each of them means; to be called once it is installed.
pub fn describe_metrics() {
    describe_counter!(CALLS, "Calls that were answered, by RPC and gRPC status code.");
    describe_gauge!(RUNNING, "Solves that run now.");
    describe_gauge!(WAITING, "Calls that wait for a worker now.");
    describe_histogram!(SOLVE_SECONDS, "Wall-clock time of a solve.");
    describe_histogram!(PHASE_SECONDS, "Wall-clock time of a part of a solve, by phase.");
    // A page shows them before anything happens.
    gauge!(RUNNING).set(0.0);
    gauge!(WAITING).set(0.0);
}

/// A call got its last answer.
pub(crate) fn call_ended(rpc: &'static str, code: Code) {
    counter!(CALLS, "rpc" => rpc, "code" => format!("{code:?}")).increment(1);
}

/// A solve took so long.
pub(crate) fn solve_took(elapsed: Duration) {
    histogram!(SOLVE_SECONDS).record(elapsed);
}

/// A part of a solve took so long.
pub(crate) fn phase_took(phase: &'static str, elapsed: Duration) {
    histogram!(PHASE_SECONDS, "phase" => phase).record(elapsed);
}

/// Counts something as long as it lives.
pub(crate) struct Present(&'static str);

impl Present {
    pub(crate) fn running() -> Self {
        Self::of(RUNNING)
    }

    pub(crate) fn waiting() -> Self {
        Self::of(WAITING)
    }

    fn of(name: &'static str) -> Self {
        gauge!(name).increment(1.0);
        Self(name)
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        gauge!(self.0).decrement(1.0);
    }
}
