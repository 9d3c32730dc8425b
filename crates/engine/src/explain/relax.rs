//! One rule let go: the problem as it would be without it.

use journeyman_domain::{
    Duration, PartDemand, PermitState, Problem, Reciprocity, ShiftId, SkillLevel, SkuId, TechnicianId, Time,
    TimeWindow, Validity, VisitId,
};
use journeyman_plan::Relaxed;

/// The problem without a rule that concerns `visit`; none where that changes nothing.
///
/// Rules of a shift or its technician are let go for `shift`, or without one for every shift at once, which is the
/// same for whoever asks each shift alone. With [`Relaxed::OneMoreTechnician`] the new technician and shift, like
/// those of `shift`, are the last ones. Nothing opens before a freeze time. O(size of the problem) for the copy.
pub fn relax(problem: &Problem, visit: VisitId, rule: Relaxed, shift: Option<ShiftId>) -> Option<Problem> {
    let mut relaxed = problem.clone();
    let scope = Scope::of(problem, shift);
    let changed = match rule {
        Relaxed::Window(by) => widen(&mut relaxed, visit, by),
        Relaxed::Overtime(by) => extend(&mut relaxed, &scope, by),
        Relaxed::Recognition { issued_in, accepted_in } => {
            let class_max = journeyman_domain::LicenseClass::Master;
            relaxed.reciprocity.push(Reciprocity { issued_in, accepted_in, class_max });
            true
        }
        Relaxed::Permit(permit) => {
            let always = PermitState::Issued { from: Time::MIN, until: Time::MAX };
            std::mem::replace(&mut relaxed.permits[permit.index()].state, always) != always
        }
        Relaxed::Part(sku) => stock(&mut relaxed, visit, &scope, sku),
        Relaxed::Validity => renew(&mut relaxed, &scope),
        Relaxed::LoadCapacity => unload(&mut relaxed, &scope),
        Relaxed::VisitsMax => take_one_more(&mut relaxed, &scope),
        Relaxed::OneMoreTechnician => shift.is_some_and(|like| add_like(&mut relaxed, like)),
        Relaxed::LicenseClass { .. }
        | Relaxed::Endorsement(_)
        | Relaxed::Skill { .. }
        | Relaxed::Tool(_)
        | Relaxed::Feature(_) => ask_less(&mut relaxed, visit, rule),
        Relaxed::Exclusion | Relaxed::AllowedList | Relaxed::Pin => {
            let noun = &mut relaxed.visits[visit.index()];
            match rule {
                Relaxed::Exclusion => noun.excluded.retain(|id| !scope.technicians.contains(id)),
                Relaxed::AllowedList => noun.allowed.clear(),
                _ => noun.pin = None,
            }
            *noun != problem.visits[visit.index()]
        }
    };
    changed.then_some(relaxed)
}

/// Whose rules are let go.
struct Scope {
    shifts: Vec<ShiftId>,
    /// Sorted, each once.
    technicians: Vec<TechnicianId>,
}

impl Scope {
    fn of(problem: &Problem, shift: Option<ShiftId>) -> Self {
        let shifts: Vec<ShiftId> = shift.map_or_else(|| problem.shift_ids().collect(), |shift| vec![shift]);
        let mut technicians: Vec<TechnicianId> =
            shifts.iter().map(|&shift| problem.shift(shift).technician).collect();
        technicians.sort_unstable();
        technicians.dedup();
        Self { shifts, technicians }
    }
}

/// Opens every window of the visit wider, inside the horizon and after the freeze.
fn widen(problem: &mut Problem, visit: VisitId, by: Duration) -> bool {
    let horizon = problem.horizon_window();
    let first = problem.freeze_time.unwrap_or(horizon.start).max(horizon.start);
    let noun = &mut problem.visits[visit.index()];
    // A pinned start overrides the windows, and one that has passed stands behind the horizon.
    let fixed = noun.pin.is_some_and(|pin| pin.start.is_some());
    if fixed || noun.windows.iter().any(|window| window.start > horizon.end) {
        return false;
    }
    let mut wider: Vec<TimeWindow> = Vec::with_capacity(noun.windows.len());
    for window in &noun.windows {
        let start = (window.start - by).max(first).min(window.start);
        let end = (window.end + by).min(horizon.end).max(window.end);
        match wider.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ => wider.push(TimeWindow { start, end }),
        }
    }
    std::mem::replace(&mut noun.windows, wider) != noun.windows
}

/// Lets shifts end later, but for the horizon and the technician's own next shift.
fn extend(problem: &mut Problem, scope: &Scope, by: Duration) -> bool {
    let horizon = problem.horizon_window();
    let mut changed = false;
    for &id in &scope.shifts {
        let (technician, end) = (problem.shift(id).technician, problem.shift(id).window.end);
        let others = problem.shifts.iter().enumerate().filter(|(at, _)| *at != id.index());
        let own = others.filter(|(_, other)| other.technician == technician);
        let next = own.map(|(_, other)| other.window.start).filter(|&start| start >= end).min();
        let latest = next.unwrap_or(horizon.end).min(horizon.end);
        let passed = problem.freeze_time.is_some_and(|freeze| end < freeze);
        let later = (end + by).min(latest);
        if later > end && !passed {
            problem.shifts[id.index()].window.end = later;
            changed = true;
        }
    }
    changed
}

/// Puts what the visit needs of a part on the vans, on top of what they carry.
fn stock(problem: &mut Problem, visit: VisitId, scope: &Scope, sku: SkuId) -> bool {
    let asked = problem.visit(visit).requirement.parts.iter().find(|part| part.sku == sku).copied();
    let Some(PartDemand { quantity, .. }) = asked else { return false };
    for id in &scope.technicians {
        let stock = &mut problem.technicians[id.index()].van.stock;
        match stock.binary_search_by_key(&sku, |held| held.sku) {
            Ok(at) => stock[at].quantity = stock[at].quantity.saturating_add(quantity),
            Err(at) => stock.insert(at, PartDemand { sku, quantity }),
        }
    }
    true
}

/// Lets vans carry any load.
fn unload(problem: &mut Problem, scope: &Scope) -> bool {
    let mut changed = false;
    for id in &scope.technicians {
        changed |= problem.technicians[id.index()].van.load_capacity.take().is_some();
    }
    changed
}

/// Lets shifts take one visit more.
fn take_one_more(problem: &mut Problem, scope: &Scope) -> bool {
    let mut changed = false;
    for id in &scope.shifts {
        if let Some(most) = &mut problem.shifts[id.index()].visits_max {
            *most = most.saturating_add(1);
            changed = true;
        }
    }
    changed
}

/// Makes licenses hold at all times.
fn renew(problem: &mut Problem, scope: &Scope) -> bool {
    let always = Validity { from: Time::MIN, until: Time::MAX, first_day: None, last_day: None };
    let mut changed = false;
    for id in &scope.technicians {
        for license in &mut problem.technicians[id.index()].licenses {
            changed |= std::mem::replace(&mut license.validity, always) != always;
        }
    }
    changed
}

/// Takes one demand off the visit, or lowers it.
fn ask_less(problem: &mut Problem, visit: VisitId, rule: Relaxed) -> bool {
    let need = &mut problem.visits[visit.index()].requirement;
    let before = need.clone();
    match rule {
        // Endorsements stand on a license: without one, two rules would go.
        Relaxed::LicenseClass { to: None, .. } if !need.endorsements.is_empty() => {}
        Relaxed::LicenseClass { to, .. } => need.license = to,
        Relaxed::Endorsement(id) => need.endorsements.retain(|&asked| asked != id),
        Relaxed::Skill { skill, to, .. } => {
            need.skills.retain(|asked| asked.skill != skill || to > 0);
            for asked in need.skills.iter_mut().filter(|asked| asked.skill == skill) {
                *asked = SkillLevel { skill, level: to };
            }
        }
        Relaxed::Tool(id) => need.tools.retain(|&asked| asked != id),
        Relaxed::Feature(id) => need.features.retain(|&asked| asked != id),
        _ => {}
    }
    *need != before
}

/// Adds a technician like that of a shift, with a shift like it from the freeze on; customers treat both alike.
fn add_like(problem: &mut Problem, like: ShiftId) -> bool {
    let mut shift = problem.shift(like).clone();
    if let (Some(_), Some(freeze)) = (shift.frozen.take(), problem.freeze_time) {
        shift.window.start = shift.window.start.max(freeze);
        shift.breaks.retain(|pause| pause.start.end >= freeze);
    }
    if shift.window.start > shift.window.end {
        return false;
    }
    let (template, id) = (shift.technician, TechnicianId::new(problem.technicians.len()));
    let mut technician = problem.technician(template).clone();
    technician.label.push_str(" (one more)");
    technician.name.push_str(" (one more)");
    shift.label.push_str(" (one more)");
    shift.technician = id;
    problem.technicians.push(technician);
    problem.shifts.push(shift);
    for visit in &mut problem.visits {
        // The new id is the greatest, so that lists stay sorted.
        for people in [&mut visit.preferred, &mut visit.excluded, &mut visit.allowed] {
            if people.contains(&template) {
                people.push(id);
            }
        }
    }
    true
}
