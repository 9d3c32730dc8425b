//! The table against the laws asked naively, tick by tick, on random days.

use std::collections::BTreeSet;

use journeyman_domain::{
    Awaiting, Ineligibility, JurisdictionId, PermitState, PinTarget, Problem, Release, ShiftId, StockEntry,
    StockQuantity, Stop, Time, VisitId,
};
use journeyman_eligibility::{Eligibility, Verdict, explain, proof_line};
use journeyman_testkit::brute::{fits_van, forbidden, jurisdictions, license_at, may_start, stock_suffices};
use journeyman_testkit::{Shape, cases, random_problem};

struct Day {
    problem: Problem,
    jurisdictions: Vec<Option<JurisdictionId>>,
    table: Eligibility,
}

fn days(default: usize) -> impl Iterator<Item = (u64, Day)> {
    (0..cases(default) as u64).map(|seed| {
        let problem = random_problem(seed, &Shape::default());
        let jurisdictions = jurisdictions(&problem);
        let table = Eligibility::build(&problem, &jurisdictions);
        (seed, Day { problem, jurisdictions, table })
    })
}

impl Day {
    fn pairs(&self) -> impl Iterator<Item = (ShiftId, VisitId)> + use<> {
        let visits: Vec<VisitId> = self.problem.visit_ids().collect();
        self.problem
            .shift_ids()
            .flat_map(move |shift| visits.clone().into_iter().map(move |visit| (shift, visit)))
    }

    /// Starts at which the law allows the service and it alone fits into the shift.
    fn starts(&self, shift: ShiftId, visit: VisitId) -> Vec<i64> {
        let window = self.problem.shift(shift).window;
        let last = window.end.ticks() - self.problem.visit(visit).duration.ticks();
        let allowed =
            |t: &i64| may_start(&self.problem, &self.jurisdictions, shift, visit, Time::from_ticks(*t));
        (window.start.ticks()..=last).filter(allowed).collect()
    }

    /// Whether the van, or the van and one pickup before the visit, supplies it.
    fn supplied(&self, shift: ShiftId, visit: VisitId) -> bool {
        let problem = &self.problem;
        let alone = vec![Stop::Visit(visit)];
        let behind = problem.pickup_ids().map(|pickup| vec![Stop::Pickup(pickup), Stop::Visit(visit)]);
        std::iter::once(alone)
            .chain(behind)
            .any(|stops| fits_van(problem, shift, &stops) && stock_suffices(problem, &[(shift, &stops)]))
    }
}

#[test]
fn a_pair_is_allowed_exactly_when_some_start_satisfies_every_rule() {
    let (mut allowed, mut refused) = (0, 0);
    for (seed, day) in days(300) {
        for (shift, visit) in day.pairs() {
            let expected = !forbidden(&day.problem, shift, visit)
                && day.supplied(shift, visit)
                && !day.starts(shift, visit).is_empty();
            assert_eq!(day.table.allows(shift, visit), expected, "seed {seed}, {shift:?}, {visit:?}");
            let reasons = day.table.all_reasons(&day.problem, shift, visit);
            assert_eq!(reasons.is_empty(), expected, "seed {seed}, {shift:?}, {visit:?}: {reasons:?}");
            *(if expected { &mut allowed } else { &mut refused }) += 1;
        }
    }
    assert!(allowed > 100 && refused > 100, "{allowed} allowed, {refused} refused");
}

#[test]
fn start_windows_hold_exactly_the_lawful_starts() {
    let mut narrowed = 0;
    for (seed, day) in days(300) {
        for (shift, visit) in day.pairs().filter(|&(shift, visit)| day.table.allows(shift, visit)) {
            let windows = day.table.start_windows(shift, visit);
            assert!(windows.is_sorted_by(|a, b| a.end < b.start), "seed {seed}: {windows:?}");
            for t in -50..day.problem.horizon.ticks() + 50 {
                let at = Time::from_ticks(t);
                let lawful = may_start(&day.problem, &day.jurisdictions, shift, visit, at);
                assert_eq!(
                    windows.iter().any(|w| w.contains(at)),
                    lawful,
                    "seed {seed}, {shift:?}, {visit:?}, {t}"
                );
            }
            narrowed += usize::from(day.table.narrows(shift, visit));
        }
    }
    assert!(narrowed > 10, "licenses narrowed {narrowed} pairs only");
}

#[test]
fn a_proof_exists_exactly_at_licensed_starts_and_tells_the_truth() {
    let mut proofs = 0;
    for (seed, day) in days(150) {
        for (shift, visit) in day.pairs() {
            let technician = day.problem.shift(shift).technician;
            for t in (0..day.problem.horizon.ticks()).step_by(7) {
                let at = Time::from_ticks(t);
                let proof = day.table.proof(&day.problem, shift, visit, at);
                let naive = license_at(&day.problem, &day.jurisdictions, technician, visit, at);
                assert_eq!(proof.is_some(), naive.is_some(), "seed {seed}, {shift:?}, {visit:?}, {t}");
                let Some(proof) = proof else { continue };
                proofs += 1;
                let licenses = &day.problem.technician(technician).licenses;
                let license = licenses.iter().find(|l| l.number == proof.number).expect("it is held");
                assert!(license.validity.covers(at) && license.class == proof.class);
                assert_eq!(proof.valid_until, license.validity.last_day);
                assert!(proof_line(&day.problem, &proof).contains(&proof.number));
            }
        }
    }
    assert!(proofs > 100, "{proofs} proofs only");
}

#[test]
fn the_verdict_is_the_first_of_all_reasons_and_lists_agree_with_the_table() {
    for (seed, day) in days(300) {
        for (shift, visit) in day.pairs() {
            let reasons = day.table.all_reasons(&day.problem, shift, visit);
            match day.table.verdict(&day.problem, shift, visit) {
                Verdict::Ineligible(reason) => assert_eq!(Some(&reason), reasons.first(), "seed {seed}"),
                Verdict::Eligible(proof) => {
                    let asked = day.problem.visit(visit).requirement.license;
                    assert_eq!((reasons.len(), proof.is_some()), (0, asked.is_some()), "seed {seed}");
                }
            }
            let allowed = day.table.allows(shift, visit);
            assert_eq!(day.table.shifts_of(visit).contains(&shift), allowed);
            assert_eq!(day.table.visits_of(shift).contains(&visit), allowed);
            let bits = day.table.visit_bits(shift);
            assert_eq!(bits[visit.index() / 64] >> (visit.index() % 64) & 1 == 1, allowed);
            assert!(reasons.iter().all(|reason| !explain(&day.problem, visit, reason).is_empty()));
        }
    }
}

/// Every reason that a person would find by reading the rules one by one, but for tools and parts.
fn reasons_by_reading(day: &Day, shift: ShiftId, visit: VisitId) -> BTreeSet<Ineligibility> {
    let problem = &day.problem;
    let (noun, technician_id) = (problem.visit(visit), problem.shift(shift).technician);
    let (need, technician) = (&noun.requirement, problem.technician(technician_id));
    let mut found = BTreeSet::new();
    for asked in &need.skills {
        match technician.skills.iter().find(|held| held.skill == asked.skill).map(|held| held.level) {
            None => found.insert(Ineligibility::MissingSkill(asked.skill)),
            Some(held) if held < asked.level => found.insert(Ineligibility::SkillLevelTooLow {
                skill: asked.skill,
                required: asked.level,
                held,
            }),
            Some(_) => false,
        };
    }
    for feature in &need.features {
        if !technician.van.features.contains(feature) {
            found.insert(Ineligibility::MissingFeature(*feature));
        }
    }
    if day.problem.shift(shift).out {
        found.insert(Ineligibility::TechnicianOut(technician_id));
    }
    if noun.excluded.contains(&technician_id) {
        found.insert(Ineligibility::Excluded(technician_id));
    }
    if !noun.allowed.is_empty() && !noun.allowed.contains(&technician_id) {
        found.insert(Ineligibility::NotAllowed(technician_id));
    }
    let pinned = match noun.pin.map(|pin| pin.target) {
        Some(PinTarget::Technician(id)) => id != technician_id,
        Some(PinTarget::Shift(id)) => id != shift,
        None => false,
    };
    if pinned {
        found.insert(Ineligibility::PinnedElsewhere);
    }
    for &permit in &noun.permits {
        let issued = matches!(problem.permit(permit).state, PermitState::Issued { .. });
        let expected = matches!(problem.permit(permit).state, PermitState::Filed { expected: Some(_) });
        let planned = issued || (expected && problem.plan_expected_permits);
        if !planned {
            found.insert(Ineligibility::PermitNotIssued(permit));
        }
    }
    if let Some(capacity) = technician.van.load_capacity
        && need.load > capacity
    {
        found.insert(Ineligibility::LoadTooLarge { load: need.load, capacity });
    }
    let window = problem.shift(shift).window;
    let asked = |at: Time| match noun.pin.and_then(|pin| pin.start) {
        Some(start) => start == at,
        None => noun.windows.iter().any(|w| w.contains(at)),
    };
    if !(window.start.ticks()..=window.end.ticks() - noun.duration.ticks())
        .any(|t| asked(Time::from_ticks(t)))
    {
        found.insert(Ineligibility::NoWindowInShift);
    }
    found
}

#[test]
fn reasons_are_those_that_reading_the_rules_finds() {
    let mut seen = BTreeSet::new();
    for (seed, day) in days(300) {
        for (shift, visit) in day.pairs() {
            let reasons = day.table.all_reasons(&day.problem, shift, visit);
            let unordered: BTreeSet<_> = reasons.iter().copied().collect();
            assert_eq!(unordered.len(), reasons.len(), "seed {seed}: {reasons:?}");
            let compared = |reason: &Ineligibility| {
                !matches!(
                    reason,
                    Ineligibility::NoLicenseInJurisdiction { .. }
                        | Ineligibility::LicenseClassTooLow { .. }
                        | Ineligibility::LicenseNotValidThen { .. }
                        | Ineligibility::MissingEndorsement(_)
                        | Ineligibility::MissingTool(_)
                        | Ineligibility::MissingPart(_)
                        | Ineligibility::PermitOutsideShift { .. }
                )
            };
            let found: BTreeSet<_> = unordered.iter().copied().filter(compared).collect();
            assert_eq!(found, reasons_by_reading(&day, shift, visit), "seed {seed}, {shift:?}, {visit:?}");
            let short = reasons
                .iter()
                .any(|r| matches!(r, Ineligibility::MissingTool(_) | Ineligibility::MissingPart(_)));
            let load = reasons.iter().any(|r| matches!(r, Ineligibility::LoadTooLarge { .. }));
            assert_eq!(short || load, !day.supplied(shift, visit), "seed {seed}, {shift:?}, {visit:?}");
            seen.extend(reasons.iter().map(std::mem::discriminant).map(|d| format!("{d:?}")));
        }
    }
    assert_eq!(seen.len(), 17, "every reason occurs: {seen:?}");
}

#[test]
fn awaiting_is_what_would_make_the_visit_possible() {
    let (mut permits, mut parts) = (0, 0);
    for (seed, day) in days(600) {
        for visit in day.problem.visit_ids() {
            match day.table.awaiting(visit) {
                Some(Awaiting::Permit(permit)) => {
                    permits += 1;
                    assert_eq!(day.problem.release(visit), Release::Awaiting(Awaiting::Permit(permit)));
                }
                Some(Awaiting::Part(_)) => {
                    parts += 1;
                    assert!(day.table.shifts_of(visit).is_empty(), "seed {seed}");
                    let mut stocked = day.problem.clone();
                    for part in &day.problem.visit(visit).requirement.parts {
                        for technician in &mut stocked.technicians {
                            technician.van.stock.retain(|held| held.sku != part.sku);
                            technician.van.stock.push(*part);
                            technician.van.stock.sort_by_key(|held| held.sku);
                        }
                        for pickup in stocked.pickups.iter_mut() {
                            let quantity = StockQuantity::Unlimited;
                            pickup.stock.push(StockEntry {
                                sku: part.sku,
                                quantity,
                                available_from: Time::MIN,
                            });
                            pickup.stock.sort_by_key(|entry| entry.sku);
                        }
                    }
                    let table = Eligibility::build(&stocked, &day.jurisdictions);
                    assert!(!table.shifts_of(visit).is_empty(), "seed {seed}: parts alone were missing");
                }
                None => assert!(!matches!(day.problem.release(visit), Release::Awaiting(_)), "seed {seed}"),
            }
        }
    }
    assert!(permits > 10 && parts > 10, "{permits} permits, {parts} parts");
}

#[test]
fn a_part_is_missing_only_where_no_source_alone_has_enough() {
    for (seed, day) in days(300) {
        for (shift, visit) in day.pairs() {
            for reason in day.table.all_reasons(&day.problem, shift, visit) {
                let Ineligibility::MissingPart(sku) = reason else { continue };
                let parts = &day.problem.visit(visit).requirement.parts;
                let asked = parts.iter().find(|p| p.sku == sku).expect("it is asked for").quantity;
                let start = day.problem.shift(shift).stocked_at();
                let held = day.problem.technician_of(shift).van.stock_of(sku) >= asked;
                let shelves = day.problem.pickups.iter().filter_map(|p| p.available(sku, start));
                let fetched = shelves
                    .filter(|&s| match s {
                        StockQuantity::Unlimited => true,
                        StockQuantity::Limited(count) => count >= asked,
                    })
                    .count();
                // One source may have it; then the same source lacks something else that is asked for.
                let alone = day.problem.visit(visit).requirement.tools.is_empty() && parts.len() == 1;
                assert!(!alone || (!held && fetched == 0), "seed {seed}, {shift:?}, {visit:?}");
            }
        }
    }
}

#[test]
fn a_visit_judged_anew_is_judged_as_from_scratch() {
    for (seed, day) in days(100) {
        for visit in day.problem.visit_ids() {
            let mut changed = day.problem.clone();
            let noun = &mut changed.visits[visit.index()];
            noun.requirement.license = None;
            noun.requirement.endorsements.clear();
            noun.requirement.skills.clear();
            noun.windows = vec![day.problem.horizon_window()];
            noun.pin = None;
            let again = day.table.rejudged(&changed, visit);
            assert_eq!(again, Eligibility::build(&changed, &day.jurisdictions), "seed {seed}, {visit:?}");
        }
    }
}
