//! The checkers beside the public benchmark data and beside the peers, which share nothing with us.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The folder of the public benchmark data, or nothing, said loudly.
pub fn data_dir() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "tests are their own composition root")]
    let folder = std::env::var_os("JOURNEYMAN_DATA").map(PathBuf::from);
    if folder.is_none() {
        say("SKIPPED: JOURNEYMAN_DATA names no folder with the public benchmark data");
    }
    folder
}

/// The folder of the peer comparison.
const PEERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../benches/peers");

/// One of the checkers, which are Python programs.
#[derive(Clone, Debug)]
pub struct Checker {
    script: PathBuf,
}

impl Checker {
    /// The checker `name` of the data folder, or nothing, said loudly, where there is no Python.
    pub fn find(data: &Path, name: &str) -> Option<Self> {
        Self::at(data.join("checkers").join(name))
    }

    /// The checker of plain days, or nothing, said loudly, where there is no Python.
    pub fn of_plain_days() -> Option<Self> {
        Self::at(Path::new(PEERS).join("check.py"))
    }

    fn at(script: PathBuf) -> Option<Self> {
        assert!(script.is_file(), "{} is missing", script.display());
        if Command::new("python3").arg("--version").output().is_ok() {
            Some(Self { script })
        } else {
            say("SKIPPED: python3 is not installed, so the benchmark checkers cannot run");
            None
        }
    }

    /// Runs the tests in the module `name` beside the checker.
    ///
    /// # Panics
    /// When one of them fails, with what they say.
    pub fn pass_tests(&self, name: &str) {
        let folder = self.script.parent().expect("a script lies in a folder");
        // -B: leave nothing in the folder.
        let words = ["-B", "-m", "unittest", name];
        let output = Command::new("python3").args(words).current_dir(folder).output().expect("it starts");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && told.contains("\nOK"), "{told}");
    }

    /// The report on a solution of an instance.
    ///
    /// # Panics
    /// When the checker cannot use its input.
    pub fn report(&self, instance: &Path, solution: &Path, more: &[&str]) -> Value {
        let output = Command::new("python3")
            .arg(&self.script)
            .args([instance, solution])
            .args(more)
            .output()
            .expect("the checker starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{}: {error}: {errors}", self.script.display()))
    }
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn say(line: &str) {
    eprintln!("{line}");
}
