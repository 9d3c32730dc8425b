//! A receiver of webhooks as a process of its own, which can be told to behave badly.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver as Receives, sync_channel};

use crate::program;

/// What webhooks to the receiver are signed with.
pub const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// More requests than any test makes.
const LINES_MAX: usize = 100_000;

/// The receiver's process.
#[derive(Debug)]
pub struct Receiver {
    child: Child,
    lines: Receives<String>,
    url: String,
}

impl Receiver {
    /// So many requests are answered 503, never, and twice; those after them well.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(fail: usize, hang: usize, twice: usize) -> Self {
        let counts = [fail, hang, twice].map(|count| count.to_string());
        let mut child = Command::new(program().with_file_name("hook_receiver"))
            .arg(WEBHOOK_SECRET)
            .args(counts)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the receiver starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("it says where it listens");
        let address = line.trim().strip_prefix("listening on ").expect("an address");
        let url = format!("http://{address}/hooks");
        let (said, heard) = sync_channel(LINES_MAX);
        // Read all the time: a receiver whose output nobody takes stops answering.
        std::thread::spawn(move || lines.lines().map_while(Result::ok).try_for_each(|line| said.send(line)));
        let lines = heard;
        Self { child, lines, url }
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits for the next request that it gets: `id`, `body`, whether it was `signed`, and whether it was `accepted`.
    ///
    /// # Panics
    /// When the receiver has ended.
    pub fn request(&self) -> serde_json::Value {
        let line = self.lines.recv().expect("the receiver lives");
        serde_json::from_str(&line).expect("a line of JSON")
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // Both fail only for a process that has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
