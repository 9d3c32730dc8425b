//! What the examples share: a server of their own, and a planned day to tell stories about.

mod branch;
mod story;

pub use branch::{BRANCH, Branch, state_of};
pub use story::{Story, bound_of, dollars, visits};

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A running server; it stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    _child: Child,
    /// Where it listens, as a URI.
    pub uri: String,
}

/// Starts the server that was built beside the running example, on a port that the system chooses.
///
/// # Errors
/// When it was not built, or does not start.
pub async fn start_server() -> anyhow::Result<Server> {
    start_server_with(&[]).await
}

/// The program that was built beside the running example.
///
/// # Errors
/// When it was not built.
pub fn program() -> anyhow::Result<PathBuf> {
    let example = std::env::current_exe()?;
    // <target>/release/examples/<example>
    let folder =
        example.parent().and_then(|examples| examples.parent()).context("the example has no folder")?;
    let program = folder.join(format!("journeyman{}", std::env::consts::EXE_SUFFIX));
    if !program.is_file() {
        bail!("{} is missing; `make build` builds it", program.display());
    }
    Ok(program)
}

/// The same with more arguments.
///
/// # Errors
/// When it was not built, or does not start.
pub async fn start_server_with(arguments: &[&str]) -> anyhow::Result<Server> {
    let mut child = Command::new(program()?)
        .args(["serve", "--listen", "127.0.0.1:0", "--log", "error"])
        .args(arguments)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let stdout = child.stdout.take().context("the server has no output")?;
    let line = BufReader::new(stdout).lines().next_line().await?.unwrap_or_default();
    let address = line.strip_prefix("listening on ").with_context(|| format!("the server said {line:?}"))?;
    Ok(Server { _child: child, uri: format!("http://{address}") })
}
