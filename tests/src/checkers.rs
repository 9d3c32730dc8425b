//! The checkers beside the public benchmark data, which share nothing with us.

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

/// One of the checkers, which are Python programs.
#[derive(Clone, Debug)]
pub struct Checker {
    script: PathBuf,
}

impl Checker {
    /// The checker `name` of the data folder, or nothing, said loudly, where there is no Python.
    pub fn find(data: &Path, name: &str) -> Option<Self> {
        let script = data.join("checkers").join(name);
        assert!(script.is_file(), "{} is missing", script.display());
        if Command::new("python3").arg("--version").output().is_ok() {
            Some(Self { script })
        } else {
            say("SKIPPED: python3 is not installed, so the benchmark checkers cannot run");
            None
        }
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
