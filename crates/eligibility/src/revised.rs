//! The table of a day that differs little from one that was judged before.

use journeyman_domain::{JurisdictionId, Problem, ShiftId, VisitId};

use crate::Eligibility;
use crate::bits::BitMatrix;
use crate::license::Law;
use crate::rules::VisitTimes;

/// What is as it was when a table was built, by shift and by visit.
struct Same {
    shifts: Vec<bool>,
    visits: Vec<bool>,
}

impl Eligibility {
    /// The table of `problem`, as [`Self::build`] makes it, by judging anew only pairs with something new about them.
    /// This table is that of `before`.
    ///
    /// O(changed shifts × visits + shifts × changed visits), times rules, besides a copy of the allowed pairs. All pairs
    /// are new where jurisdictions, reciprocity or pickups are others.
    ///
    /// # Panics
    /// When `jurisdictions` has not one entry a visit.
    #[must_use]
    pub fn revised(
        &self,
        before: &Problem,
        problem: &Problem,
        jurisdictions: &[Option<JurisdictionId>],
    ) -> Self {
        assert_eq!(jurisdictions.len(), problem.visits.len(), "one jurisdiction entry a visit");
        let law = Law::of(problem);
        if law != self.law
            || before.pickups != problem.pickups
            || before.plan_expected_permits != problem.plan_expected_permits
        {
            return Self::build(problem, jurisdictions);
        }
        let mut table = Self {
            law,
            jurisdictions: jurisdictions.to_vec(),
            times: problem.visit_ids().map(|visit| VisitTimes::of(problem, visit)).collect(),
            allowed: BitMatrix::new(problem.shifts.len(), problem.visits.len()),
            shifts_of: vec![Vec::new(); problem.visits.len()],
            visits_of: vec![Vec::new(); problem.shifts.len()],
            narrowed: self.narrowed.clone(),
            awaiting: Vec::new(),
        };
        let same = table.same_as(self, before, problem);
        table.narrowed.retain(|&(shift, visit), _| {
            is_in(&same.shifts, shift.index()) && is_in(&same.visits, visit.index())
        });
        let news: Vec<VisitId> = problem.visit_ids().filter(|visit| !same.visits[visit.index()]).collect();
        for shift in problem.shift_ids() {
            let judged: Vec<VisitId> =
                if same.shifts[shift.index()] { news.clone() } else { problem.visit_ids().collect() };
            let kept = if same.shifts[shift.index()] { self.visits_of(shift) } else { &[] };
            table.admit_all(
                problem,
                shift,
                kept.iter().copied().filter(|visit| is_in(&same.visits, visit.index())),
                &judged,
            );
        }
        table.awaiting = problem.visit_ids().map(|visit| table.find_awaiting(problem, visit)).collect();
        table
    }

    /// Admits what was admitted before and those of `judged` that the rules allow, in the problem's order.
    fn admit_all(
        &mut self,
        problem: &Problem,
        shift: ShiftId,
        kept: impl Iterator<Item = VisitId>,
        judged: &[VisitId],
    ) {
        let mut visits = Vec::new();
        for visit in kept {
            self.allowed.set(shift.index(), visit.index());
            self.shifts_of[visit.index()].push(shift);
            visits.push(visit);
        }
        for &visit in judged {
            if self.case(problem, shift, visit).is_allowed() {
                self.admit(problem, shift, visit);
            }
        }
        let admitted = &mut self.visits_of[shift.index()];
        admitted.extend(visits);
        admitted.sort_unstable();
    }

    fn same_as(&self, table: &Self, before: &Problem, problem: &Problem) -> Same {
        let technicians: Vec<bool> =
            before.technicians.iter().zip(&problem.technicians).map(|(one, other)| one == other).collect();
        let shifts = problem.shift_ids().map(|shift| {
            shift.index() < before.shifts.len() && {
                let (one, other) = (before.shift(shift), problem.shift(shift));
                let fields = one.technician == other.technician
                    && one.window == other.window
                    && one.stocked_at() == other.stocked_at()
                    && one.out == other.out;
                // What is frozen matters to who is out.
                fields
                    && is_in(&technicians, one.technician.index())
                    && (!one.out || one.frozen == other.frozen)
            }
        });
        let shifts = shifts.collect();
        let visits = problem.visit_ids().map(|visit| {
            let at = visit.index();
            at < before.visits.len() && {
                let (one, other) = (before.visit(visit), problem.visit(visit));
                let state = |day: &Problem, permit| day.permit(permit).state;
                one.duration == other.duration
                    && one.requirement == other.requirement
                    && one.excluded == other.excluded
                    && one.allowed == other.allowed
                    && one.pin == other.pin
                    && one.permits == other.permits
                    && one.permits.iter().all(|&permit| state(before, permit) == state(problem, permit))
                    && table.times[at] == self.times[at]
                    && table.jurisdictions[at] == self.jurisdictions[at]
            }
        });
        Same { shifts, visits: visits.collect() }
    }
}

fn is_in(flags: &[bool], at: usize) -> bool {
    flags.get(at).copied().unwrap_or(false)
}
