//! The invariants that the domain's documentation states, as assertions.

use journeyman_domain::{
    Cost, PartDemand, Permit, PermitState, Pickup, PinTarget, Problem, Shift, SkillLevel, SoonPrice, Stop,
    Technician, Time, TimeWindow, TravelSpec, Unserved, Visit,
};

/// Checks every invariant of a [`Problem`] that the rooms rely on.
///
/// # Panics
/// With the noun's label and the broken invariant.
pub fn assert_valid(problem: &Problem) {
    assert!(problem.ticks.time_ticks_per_unit > 0 && problem.ticks.distance_ticks_per_unit > 0, "tick scale");
    assert!(problem.horizon.ticks() > 0, "empty horizon");
    assert!(problem.rates.promise_soon.is_sorted_by(sooner_is_dearer), "soon promises: order");
    jurisdictions_are_trees(problem);
    for row in &problem.reciprocity {
        in_range(row.issued_in.index(), problem.jurisdictions.len(), "reciprocity");
        in_range(row.accepted_in.index(), problem.jurisdictions.len(), "reciprocity");
    }
    problem.technicians.iter().for_each(|technician| technician_is_valid(problem, technician));
    problem.shifts.iter().for_each(|shift| shift_is_valid(problem, shift));
    problem.pickups.iter().for_each(|pickup| pickup_is_valid(problem, pickup));
    problem.permits.iter().for_each(permit_is_valid);
    problem.visits.iter().for_each(|visit| visit_is_valid(problem, visit));
    for stop in problem.shifts.iter().filter_map(|s| s.frozen.as_ref()).flat_map(|f| &f.stops) {
        match *stop {
            Stop::Visit(id) => in_range(id.index(), problem.visits.len(), "frozen visit"),
            Stop::Pickup(id) => in_range(id.index(), problem.pickups.len(), "frozen pickup"),
        }
    }
    travel_is_valid(problem);
    assert!(problem.dependencies.is_empty(), "dependencies between visits are not solved yet");
}

fn sooner_is_dearer(soon: &SoonPrice, later: &SoonPrice) -> bool {
    soon.within < later.within && soon.price >= later.price && later.price >= Cost::ZERO
}

fn jurisdictions_are_trees(problem: &Problem) {
    for jurisdiction in &problem.jurisdictions {
        let (mut at, mut steps) = (jurisdiction.parent, 0);
        while let Some(parent) = at {
            in_range(parent.index(), problem.jurisdictions.len(), &jurisdiction.label);
            steps += 1;
            assert!(steps <= problem.jurisdictions.len(), "{}: it contains itself", jurisdiction.label);
            at = problem.jurisdiction(parent).parent;
        }
        for ring in &jurisdiction.territory {
            assert!(ring.len() >= 3, "{}: a ring has three points or more", jurisdiction.label);
        }
    }
}

fn technician_is_valid(problem: &Problem, technician: &Technician) {
    let label = &technician.label;
    for license in &technician.licenses {
        in_range(license.jurisdiction.index(), problem.jurisdictions.len(), label);
        assert!(license.validity.from < license.validity.until, "{label}: license validity");
        is_sorted(&license.endorsements, label);
        all_in_range(license.endorsements.iter().map(|e| e.index()), problem.names.endorsements.len(), label);
    }
    skills_are_valid(problem, &technician.skills, label);
    is_sorted(&technician.van.tools, label);
    all_in_range(technician.van.tools.iter().map(|t| t.index()), problem.names.tools.len(), label);
    is_sorted(&technician.van.features, label);
    all_in_range(technician.van.features.iter().map(|f| f.index()), problem.names.features.len(), label);
    parts_are_valid(problem, &technician.van.stock, label);
    assert!(technician.van.load_capacity.is_none_or(|capacity| capacity >= 0), "{label}: load capacity");
}

fn shift_is_valid(problem: &Problem, shift: &Shift) {
    let label = &shift.label;
    in_range(shift.technician.index(), problem.technicians.len(), label);
    in_range(shift.start_place.index(), problem.places.len(), label);
    in_range(shift.end_place.index(), problem.places.len(), label);
    window_is_valid(&shift.window, label);
    let horizon = problem.horizon_window();
    assert!(horizon.start <= shift.window.start && shift.window.end <= horizon.end, "{label}: horizon");
    assert!(shift.soft_end <= shift.window.end, "{label}: soft end after the window");
    let moved = problem.freeze_time.is_some();
    assert!(moved || shift.window.start <= shift.soft_end, "{label}: soft end before the window");
    for pause in &shift.breaks {
        window_is_valid(&pause.start, label);
        assert!(pause.duration.ticks() > 0, "{label}: break without length");
    }
    assert!(shift.visits_max.is_none_or(|count| count >= 1), "{label}: visits_max");
    let rates = &shift.rates;
    let prices = [rates.time.micros(), rates.distance.micros(), rates.overtime.micros(), rates.used.micros()];
    assert!(prices.iter().all(|&price| price >= 0), "{label}: negative price");
    if let Some(frozen) = &shift.frozen {
        assert!(!frozen.stops.is_empty(), "{label}: frozen without stops");
        assert!(shift.window.start <= frozen.departure, "{label}: frozen departure before the shift");
    }
}

fn pickup_is_valid(problem: &Problem, pickup: &Pickup) {
    let label = &pickup.label;
    in_range(pickup.place.index(), problem.places.len(), label);
    assert!(pickup.duration.ticks() >= 0, "{label}: negative duration");
    windows_are_valid(&pickup.windows, label);
    is_sorted(&pickup.tools, label);
    all_in_range(pickup.tools.iter().map(|t| t.index()), problem.names.tools.len(), label);
    assert!(pickup.stock.is_sorted_by_key(|entry| entry.sku), "{label}: stock is not sorted");
    all_in_range(pickup.stock.iter().map(|e| e.sku.index()), problem.names.skus.len(), label);
}

fn permit_is_valid(permit: &Permit) {
    if let PermitState::Issued { from, until } = permit.state {
        assert!(from < until, "{}: it expires before it holds", permit.label);
    }
}

fn visit_is_valid(problem: &Problem, visit: &Visit) {
    let label = &visit.label;
    in_range(visit.work_order.index(), problem.work_orders.len(), label);
    in_range(visit.place.index(), problem.places.len(), label);
    all_in_range(visit.jurisdiction.iter().map(|j| j.index()), problem.jurisdictions.len(), label);
    assert!(visit.duration.ticks() >= 0, "{label}: negative duration");
    windows_are_valid(&visit.windows, label);
    assert!(visit.lateness.micros() >= 0, "{label}: negative price of lateness");
    let need = &visit.requirement;
    is_sorted(&need.endorsements, label);
    all_in_range(need.endorsements.iter().map(|e| e.index()), problem.names.endorsements.len(), label);
    assert!(need.endorsements.is_empty() || need.license.is_some(), "{label}: endorsements need a license");
    skills_are_valid(problem, &need.skills, label);
    is_sorted(&need.tools, label);
    all_in_range(need.tools.iter().map(|t| t.index()), problem.names.tools.len(), label);
    is_sorted(&need.features, label);
    all_in_range(need.features.iter().map(|f| f.index()), problem.names.features.len(), label);
    parts_are_valid(problem, &need.parts, label);
    assert!(need.load >= 0, "{label}: negative load");
    all_in_range(visit.permits.iter().map(|p| p.index()), problem.permits.len(), label);
    if let Unserved::Penalty(price) = visit.unserved {
        assert!(price.micros() >= 0, "{label}: negative penalty");
    }
    for people in [&visit.preferred, &visit.excluded, &visit.allowed] {
        is_sorted(people, label);
        all_in_range(people.iter().map(|t| t.index()), problem.technicians.len(), label);
    }
    match visit.pin.map(|pin| pin.target) {
        Some(PinTarget::Technician(id)) => in_range(id.index(), problem.technicians.len(), label),
        Some(PinTarget::Shift(id)) => in_range(id.index(), problem.shifts.len(), label),
        None => {}
    }
    if let Some(promise) = visit.promise {
        window_is_valid(&promise.window, label);
        all_in_range(promise.technician.iter().map(|t| t.index()), problem.technicians.len(), label);
    }
    assert!(visit.crew_size == 1, "{label}: crews are not solved yet");
    assert!(visit.supervision.is_none(), "{label}: supervision is not solved yet");
}

fn travel_is_valid(problem: &Problem) {
    match &problem.travel {
        TravelSpec::Matrix(matrix) => {
            let size = matrix.places.len();
            all_in_range(matrix.places.iter().map(|p| p.index()), problem.places.len(), "matrix");
            assert_eq!(matrix.durations.len(), size * size, "matrix durations");
            assert_eq!(matrix.distances.len(), size * size, "matrix distances");
            assert!(matrix.durations.iter().all(|d| d.ticks() >= 0), "negative travel time");
            assert!(matrix.distances.iter().all(|d| d.ticks() >= 0), "negative distance");
        }
        TravelSpec::Estimate(estimate) => {
            assert!(estimate.speed_meters_per_hour > 0, "no speed");
            assert!(estimate.profile.is_sorted_by_key(|step| step.from), "profile is not sorted");
            let first = estimate.profile.first();
            assert!(first.is_none_or(|step| step.from <= Time::ZERO), "profile starts after time 0");
        }
        TravelSpec::Roads(spec) => {
            assert!(spec.steps.is_sorted_by_key(|step| step.from), "steps are not sorted");
            let first = spec.steps.first();
            assert!(first.is_none_or(|step| step.from <= Time::ZERO), "steps start after time 0");
        }
    }
}

fn skills_are_valid(problem: &Problem, skills: &[SkillLevel], label: &str) {
    assert!(skills.is_sorted_by(|a, b| a.skill < b.skill), "{label}: skills are not sorted and unique");
    all_in_range(skills.iter().map(|s| s.skill.index()), problem.names.skills.len(), label);
    assert!(skills.iter().all(|s| s.level > 0), "{label}: skill levels start at 1");
}

fn parts_are_valid(problem: &Problem, parts: &[PartDemand], label: &str) {
    assert!(parts.is_sorted_by(|a, b| a.sku < b.sku), "{label}: parts are not sorted and unique");
    all_in_range(parts.iter().map(|p| p.sku.index()), problem.names.skus.len(), label);
    assert!(parts.iter().all(|p| p.quantity > 0), "{label}: a part without quantity");
}

fn windows_are_valid(windows: &[TimeWindow], label: &str) {
    assert!(!windows.is_empty(), "{label}: no windows");
    windows.iter().for_each(|window| window_is_valid(window, label));
    assert!(windows.is_sorted_by(|a, b| a.end < b.start), "{label}: windows are not sorted and disjoint");
}

fn window_is_valid(window: &TimeWindow, label: &str) {
    assert!(window.start <= window.end, "{label}: window {window:?} ends before it starts");
}

fn is_sorted<T: Ord>(list: &[T], label: &str) {
    assert!(list.is_sorted_by(|a, b| a < b), "{label}: a list is not sorted and unique");
}

fn all_in_range(mut indices: impl Iterator<Item = usize>, count: usize, label: &str) {
    assert!(indices.all(|index| index < count), "{label}: an id is out of range");
}

fn in_range(index: usize, count: usize, label: &str) {
    assert!(index < count, "{label}: id {index} of {count}");
}
