//! The log on stderr, for the commands that have one.

use std::io;

use anyhow::anyhow;
use tracing_subscriber::EnvFilter;

use crate::args::LogFormat;
use crate::failure::Failure;

/// Starts it; `filter` in the syntax of `tracing`.
pub(crate) fn start_log(filter: &str, format: LogFormat) -> Result<(), Failure> {
    let filter =
        EnvFilter::builder().parse(filter).map_err(|error| Failure::input(format!("--log: {error}")))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match format {
        LogFormat::Text => log.with_ansi(false).try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    }
    .map_err(|error| Failure::Internal(anyhow!("{error}")))
}
