//! What every problem of this crate must hold.

use journeyman_domain::{Problem, TravelSpec};
use journeyman_testkit::assert_valid;

/// Asserts that `problem` is what the domain promises, and that people and work can be told apart by label.
pub(crate) fn assert_sound(problem: &Problem) {
    assert_valid(problem);
    assert_unique("place", problem.places.iter().map(|place| place.label.as_str()));
    assert_unique("technician", problem.technicians.iter().map(|t| t.label.as_str()));
    assert_unique("shift", problem.shifts.iter().map(|shift| shift.label.as_str()));
    assert_unique("visit", problem.visits.iter().map(|visit| visit.label.as_str()));
    assert_unique("work order", problem.work_orders.iter().map(String::as_str));
    assert_unique("permit", problem.permits.iter().map(|permit| permit.label.as_str()));
    match &problem.travel {
        TravelSpec::Estimate(_) | TravelSpec::Roads(_) => {
            assert!(problem.places.iter().all(|place| place.point.is_some()));
        }
        TravelSpec::Matrix(matrix) => assert_eq!(matrix.places, problem.place_ids().collect::<Vec<_>>()),
    }
}

fn assert_unique<'a>(noun: &str, labels: impl Iterator<Item = &'a str>) {
    let mut seen = std::collections::BTreeSet::new();
    for label in labels {
        assert!(!label.is_empty() && seen.insert(label), "{noun} {label:?} is empty or not unique");
    }
}
