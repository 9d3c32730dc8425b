//! A server process of its own, for benches that time what a client sees.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

/// A server process, killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Kept open: a server whose output nobody reads must not fail for it.
    _stdout: BufReader<ChildStdout>,
    /// Where it listens, as a URI.
    pub address: String,
}

impl Server {
    /// Starts the program of this build, on a port that the system chooses; its boards are in memory, or kept in the
    /// journal of a folder.
    ///
    /// # Errors
    /// Where it was not built or does not say where it listens.
    pub fn start(journal: Option<&Path>) -> Result<Self, Box<dyn Error>> {
        let bench = std::env::current_exe()?;
        // <target>/release/deps/<bench>
        let folder = bench.ancestors().nth(2).ok_or("benches lie two folders below the target")?;
        let program = folder.join(format!("journeyman{}", std::env::consts::EXE_SUFFIX));
        if !program.is_file() {
            return Err(format!("{} is missing: make build", program.display()).into());
        }
        let mut command = Command::new(program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "error"]);
        if let Some(folder) = journal {
            command.arg("--data").arg(folder);
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut stdout = BufReader::new(child.stdout.take().ok_or("stdout is piped")?);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on ").ok_or("the server says where it listens")?;
        let address = format!("http://{address}");
        Ok(Self { child, _stdout: stdout, address })
    }

    /// What the process has resident, in MiB; none where the system does not say.
    pub fn resident_mib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
        Some(kib / 1_024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
