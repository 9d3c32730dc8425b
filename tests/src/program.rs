//! The built program and one run of it.

use std::ffi::OsStr;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What a run left behind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// Exit status; none when a signal ended it.
    pub status: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Run {
    /// Whether it ended with success.
    pub fn succeeded(&self) -> bool {
        self.status == Some(0)
    }
}

/// The program of the same build as the running test.
///
/// # Panics
/// When it was not built.
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    // <target>/<profile>/deps/<test>
    let folder =
        test.parent().and_then(|deps| deps.parent()).expect("tests lie two folders below the target");
    let program = folder.join(format!("journeyman{}", std::env::consts::EXE_SUFFIX));
    assert!(program.is_file(), "{} is missing: cargo build --workspace --bins", program.display());
    program
}

/// Runs the program to its end.
///
/// # Panics
/// When it cannot be started.
pub fn run<A: AsRef<OsStr>>(arguments: &[A]) -> Run {
    run_with_input(arguments, "")
}

/// Runs the program to its end with this on its standard input.
///
/// # Panics
/// When it cannot be started.
pub fn run_with_input<A: AsRef<OsStr>>(arguments: &[A], input: &str) -> Run {
    let mut child = Command::new(program())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    // On a thread of its own: the program may write before it has read all.
    let input = input.to_owned();
    // A program that does not want its input closes the pipe; that is no failure of the run.
    let feeder = std::thread::spawn(move || stdin.write_all(input.as_bytes()).is_ok());
    let output = child.wait_with_output().expect("the program ends");
    feeder.join().expect("feeding does not panic");
    Run {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("the program speaks UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("the program speaks UTF-8"),
    }
}
