//! Days that are planned in a moment.

use std::path::PathBuf;

use journeyman_api::{wire, write_day};
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::town::Town;

/// The reference day for so many people and visits.
///
/// # Panics
/// Beyond the generator's limits.
pub fn small_day(technicians: usize, visits: usize, seed: u64) -> wire::SolveRequest {
    let scenario = reference_day(technicians, visits, seed, Town::StGeorge).expect("within the limits");
    let problem = write_day(&scenario.problem).expect("the reference day has words for all it holds");
    wire::SolveRequest { problem: Some(problem), ..wire::SolveRequest::default() }
}

/// A day file that ships with the project.
pub fn day_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/days").join(name)
}
