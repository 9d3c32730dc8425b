//! A table that is revised, against one that is built from scratch.

use journeyman_domain::{
    Duration, PermitState, Pin, PinTarget, Problem, Requirement, ShiftId, TechnicianId, Time, VisitId,
};
use journeyman_eligibility::{Eligibility, Verdict, first_reasons};
use journeyman_testkit::brute::jurisdictions;
use journeyman_testkit::{Shape, cases, random_problem};
use rand::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

fn table(problem: &Problem) -> Eligibility {
    Eligibility::build(problem, &jurisdictions(problem))
}

/// Something about the day becomes another; false where the day has nothing of the kind.
fn change(problem: &mut Problem, draw: &mut Pcg64Mcg) -> bool {
    let visit = VisitId::new(draw.random_range(0..problem.visits.len()));
    let shift = ShiftId::new(draw.random_range(0..problem.shifts.len()));
    let technician = TechnicianId::new(draw.random_range(0..problem.technicians.len()));
    let later = Duration::from_ticks(draw.random_range(1..120));
    match draw.random_range(0..14) {
        0 => problem.visits[visit.index()].duration += later,
        1 => problem.visits[visit.index()].windows.iter_mut().for_each(|window| window.end += later),
        2 => problem.visits[visit.index()].requirement = Requirement::default(),
        3 => problem.visits[visit.index()].pin = Some(Pin { target: PinTarget::Shift(shift), start: None }),
        4 => problem.visits[visit.index()].excluded = vec![technician],
        5 => {
            let copy = problem.visit(visit).clone();
            problem.visits.push(copy);
        }
        6 if problem.visits.len() > 1 => {
            problem.visits.swap_remove(visit.index());
        }
        7 => problem.shifts[shift.index()].window.end += later,
        8 => problem.shifts[shift.index()].out = true,
        9 => {
            let copy = problem.shift(shift).clone();
            problem.shifts.push(copy);
        }
        10 => problem.technicians[technician.index()].licenses.clear(),
        11 if !problem.permits.is_empty() => {
            let permit = draw.random_range(0..problem.permits.len());
            problem.permits[permit].state =
                PermitState::Issued { from: Time::ZERO + later, until: Time::MAX };
        }
        12 if !problem.pickups.is_empty() => problem.pickups[0].stock.clear(),
        13 if !problem.reciprocity.is_empty() => problem.reciprocity.clear(),
        _ => return false,
    }
    true
}

#[test]
fn a_table_that_is_revised_equals_one_that_is_built() {
    let (mut changed, mut revised) = (0, 0);
    for seed in 0..cases(300) as u64 {
        let mut draw = Pcg64Mcg::seed_from_u64(seed);
        let mut problem = random_problem(seed, &Shape::default());
        let mut known = table(&problem);
        for _ in 0..12 {
            let before = problem.clone();
            for _ in 0..draw.random_range(1..=3) {
                changed += u32::from(change(&mut problem, &mut draw));
            }
            let next = known.revised(&before, &problem, &jurisdictions(&problem));
            assert_eq!(next, table(&problem), "seed {seed}");
            revised += u32::from(next != known);
            known = next;
        }
    }
    assert!(changed > 2_000 && revised > 1_000, "{changed} changes, {revised} tables that differ");
}

#[test]
fn a_pair_alone_is_judged_as_in_the_table() {
    for seed in 0..cases(300) as u64 {
        let problem = random_problem(seed, &Shape::default());
        let (table, jurisdictions) = (table(&problem), jurisdictions(&problem));
        let pairs: Vec<(ShiftId, VisitId)> = problem
            .shift_ids()
            .flat_map(|shift| problem.visit_ids().map(move |visit| (shift, visit)))
            .collect();
        for (&(shift, visit), reason) in pairs.iter().zip(first_reasons(&problem, &jurisdictions, &pairs)) {
            match table.verdict(&problem, shift, visit) {
                Verdict::Ineligible(expected) => assert_eq!(reason, Some(expected), "seed {seed}"),
                Verdict::Eligible(_) => assert_eq!(reason, None, "seed {seed}"),
            }
        }
    }
}
