//! What every problem of this crate must hold: ids in range, lists sorted, windows right way round.

use std::path::PathBuf;

use journeyman_domain::{PermitState, Problem, StockQuantity, TravelSpec};

/// Asserts that `problem` is what `Problem` promises.
pub(crate) fn assert_sound(problem: &Problem) {
    let horizon = problem.horizon_window();
    assert!(problem.horizon.ticks() > 0);
    assert_unique("place", problem.places.iter().map(|place| place.label.as_str()));
    assert_unique("technician", problem.technicians.iter().map(|t| t.label.as_str()));
    assert_unique("shift", problem.shifts.iter().map(|shift| shift.label.as_str()));
    assert_unique("visit", problem.visits.iter().map(|visit| visit.label.as_str()));
    assert_unique("work order", problem.work_orders.iter().map(String::as_str));
    assert_unique("permit", problem.permits.iter().map(|permit| permit.label.as_str()));
    for technician in &problem.technicians {
        assert_increasing(technician.skills.iter().map(|s| s.skill.index()), problem.names.skills.len());
        assert_increasing(technician.van.tools.iter().map(|t| t.index()), problem.names.tools.len());
        assert_increasing(technician.van.stock.iter().map(|p| p.sku.index()), problem.names.skus.len());
        for license in &technician.licenses {
            assert!(license.jurisdiction.index() < problem.jurisdictions.len());
            assert!(license.validity.from < license.validity.until);
            let endorsements = license.endorsements.iter().map(|e| e.index());
            assert_increasing(endorsements, problem.names.endorsements.len());
        }
    }
    for shift in &problem.shifts {
        assert!(shift.technician.index() < problem.technicians.len());
        assert!(shift.start_place.index() < problem.places.len());
        assert!(shift.end_place.index() < problem.places.len());
        assert!(horizon.contains(shift.window.start) && horizon.contains(shift.window.end));
        assert!(shift.window.start <= shift.window.end && shift.window.contains(shift.soft_end));
        assert!(shift.breaks.iter().all(|b| b.start.start <= b.start.end && b.duration.ticks() > 0));
    }
    for visit in &problem.visits {
        assert!(visit.work_order.index() < problem.work_orders.len());
        assert!(visit.place.index() < problem.places.len());
        assert!(visit.duration.ticks() >= 0);
        assert!(!visit.windows.is_empty() && visit.windows.iter().all(|w| w.start <= w.end));
        let requirement = &visit.requirement;
        assert_increasing(requirement.skills.iter().map(|s| s.skill.index()), problem.names.skills.len());
        assert_increasing(requirement.tools.iter().map(|t| t.index()), problem.names.tools.len());
        assert_increasing(requirement.parts.iter().map(|p| p.sku.index()), problem.names.skus.len());
        assert!(requirement.parts.iter().all(|part| part.quantity > 0));
        assert!(visit.permits.iter().all(|permit| permit.index() < problem.permits.len()));
        assert_eq!(visit.crew_size, 1);
    }
    for pickup in &problem.pickups {
        assert!(pickup.place.index() < problem.places.len());
        assert!(!pickup.windows.is_empty());
        assert!(pickup.stock.iter().all(|entry| entry.quantity == StockQuantity::Unlimited));
    }
    for permit in &problem.permits {
        assert!(matches!(
            permit.state,
            PermitState::Issued { .. } | PermitState::Filed { expected: Some(_) }
        ));
    }
    match &problem.travel {
        TravelSpec::Estimate(_) => assert!(problem.places.iter().all(|place| place.point.is_some())),
        TravelSpec::Matrix(matrix) => {
            assert_eq!(matrix.places, problem.place_ids().collect::<Vec<_>>());
            assert_eq!(matrix.durations.len(), matrix.places.len() * matrix.places.len());
            assert_eq!(matrix.distances.len(), matrix.durations.len());
        }
    }
}

/// The folder of the public benchmark data, or nothing, said loudly.
pub(crate) fn data_dir() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "tests are their own composition root")]
    let folder = std::env::var_os("JOURNEYMAN_DATA").map(PathBuf::from);
    if folder.is_none() {
        #[expect(clippy::print_stderr, reason = "a skipped test says so")]
        {
            eprintln!("SKIPPED: JOURNEYMAN_DATA names no folder with the public benchmark data");
        }
    }
    folder
}

fn assert_unique<'a>(noun: &str, labels: impl Iterator<Item = &'a str>) {
    let mut seen = std::collections::BTreeSet::new();
    for label in labels {
        assert!(!label.is_empty() && seen.insert(label), "{noun} {label:?} is empty or not unique");
    }
}

fn assert_increasing(indices: impl Iterator<Item = usize>, length: usize) {
    let indices: Vec<usize> = indices.collect();
    assert!(indices.is_sorted_by(|a, b| a < b), "{indices:?}");
    assert!(indices.last().is_none_or(|&last| last < length), "{indices:?} of {length}");
}
