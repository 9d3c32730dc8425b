//! Where the public benchmark data lies, and how a test says that it could not run.

use std::io::Write;
use std::path::PathBuf;

/// The folder of the public benchmark data, or nothing, said loudly.
pub fn benchmark_data() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "test kit: tests read the data in place, never shipped")]
    let folder = std::env::var_os("JOURNEYMAN_DATA").map(PathBuf::from);
    if folder.is_none() {
        skipped("JOURNEYMAN_DATA names no folder with the public benchmark data");
    }
    folder
}

/// Says why the test at hand did nothing, also where the test runner captures what tests print.
pub fn skipped(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    // The stream itself is not captured, only the printing macros are. Nobody may listen.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {why}");
}
