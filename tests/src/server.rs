//! A server process of its own, on a port that the system chose.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use journeyman_api::wire::scheduler_client::SchedulerClient;
use tonic::transport::Channel;

use crate::program;

/// A running `journeyman serve`; it is killed when it is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Kept open: a server whose output nobody reads must not fail for it.
    stdout: BufReader<ChildStdout>,
    address: String,
}

impl Server {
    /// Starts a server with more arguments, and waits until it listens.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(arguments: &[&str]) -> Self {
        Self::run(&[&["serve", "--listen", "127.0.0.1:0", "--log", "error"], arguments].concat())
    }

    /// Starts any verb that serves, and waits until it listens.
    ///
    /// # Panics
    /// When it does not start.
    pub fn run(arguments: &[&str]) -> Self {
        let mut child = Command::new(program())
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("the server says where it listens");
        let address = line.trim().strip_prefix("listening on ").map(str::to_owned);
        let address = address.unwrap_or_else(|| panic!("the server says {line:?}, not where it listens"));
        Self { child, stdout, address }
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A new connection.
    ///
    /// # Panics
    /// When nobody answers.
    pub async fn channel(&self) -> Channel {
        let endpoint = Channel::from_shared(format!("http://{}", self.address)).expect("an address is a URI");
        endpoint.connect().await.expect("the server answers")
    }

    /// A client of the scheduler on a connection of its own.
    pub async fn scheduler(&self) -> SchedulerClient<Channel> {
        SchedulerClient::new(self.channel().await).max_decoding_message_size(64 << 20)
    }

    /// The next line of the server's output; empty at its end.
    ///
    /// # Panics
    /// When the output is not text.
    pub fn next_line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("the server speaks UTF-8");
        line
    }

    /// Asks the server to stop, as a service manager does.
    ///
    /// # Panics
    /// When the process is gone.
    #[cfg(unix)]
    pub fn terminate(&self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        let pid = pid.expect("a running process has an id");
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("the process runs");
    }

    /// Waits until the process has ended.
    ///
    /// # Panics
    /// When it cannot be waited for.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("the process can be waited for")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only for a process that has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
