//! The table of all shifts and visits: who may, when, and why not.

use rustc_hash::FxHashMap;

use journeyman_domain::{
    Awaiting, Ineligibility, JurisdictionId, LicenseProof, Problem, Release, ShiftId, Time, TimeWindow,
    VisitId,
};

use crate::bits::BitMatrix;
use crate::license::Law;
use crate::rules::{Case, VisitTimes};
use crate::starts::intersect;

/// Which shift may serve which visit, at which starts.
///
/// Each pair is judged alone: the table is a necessary condition that no route can get around. Answers to `problem`
/// arguments hold for the problem that the table was built from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Eligibility {
    pub(crate) law: Law,
    pub(crate) jurisdictions: Vec<Option<JurisdictionId>>,
    pub(crate) times: Vec<VisitTimes>,
    pub(crate) allowed: BitMatrix,
    pub(crate) shifts_of: Vec<Vec<ShiftId>>,
    pub(crate) visits_of: Vec<Vec<VisitId>>,
    /// Allowed pairs whose starts a license narrows further than the visit's own windows and permits.
    pub(crate) narrowed: FxHashMap<(ShiftId, VisitId), Vec<TimeWindow>>,
    pub(crate) awaiting: Vec<Option<Awaiting>>,
}

/// The most fundamental reason against each pair of a shift and a visit, none where it is allowed, without a table.
/// `jurisdictions` as in [`Eligibility::build`]. O(pairs · rules).
pub fn first_reasons(
    problem: &Problem,
    jurisdictions: &[Option<JurisdictionId>],
    pairs: &[(ShiftId, VisitId)],
) -> Vec<Option<Ineligibility>> {
    let law = Law::of(problem);
    let reason = |&(shift, visit): &(ShiftId, VisitId)| {
        let times = VisitTimes::of(problem, visit);
        let place = jurisdictions[visit.index()];
        Case { problem, law: &law, shift, visit, place, times: &times }.first_reason()
    };
    pairs.iter().map(reason).collect()
}

/// What the law says to one shift and one visit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It may, at some start; with the license that lets it at the first such start, where one is asked for.
    Eligible(Option<LicenseProof>),
    /// It may not: the most fundamental reason.
    Ineligible(Ineligibility),
}

impl Eligibility {
    /// Judges every pair. `jurisdictions` has one entry a visit: whose law holds there, none where nobody's does.
    ///
    /// O(shifts · visits · rules).
    ///
    /// # Panics
    /// When `jurisdictions` has not one entry a visit.
    pub fn build(problem: &Problem, jurisdictions: &[Option<JurisdictionId>]) -> Self {
        assert_eq!(jurisdictions.len(), problem.visits.len(), "one jurisdiction entry a visit");
        let mut table = Self {
            law: Law::of(problem),
            jurisdictions: jurisdictions.to_vec(),
            times: problem.visit_ids().map(|visit| VisitTimes::of(problem, visit)).collect(),
            allowed: BitMatrix::new(problem.shifts.len(), problem.visits.len()),
            shifts_of: vec![Vec::new(); problem.visits.len()],
            visits_of: vec![Vec::new(); problem.shifts.len()],
            narrowed: FxHashMap::default(),
            awaiting: Vec::new(),
        };
        for shift in problem.shift_ids() {
            for visit in problem.visit_ids() {
                if table.case(problem, shift, visit).is_allowed() {
                    table.admit(problem, shift, visit);
                }
            }
        }
        table.awaiting = problem.visit_ids().map(|visit| table.find_awaiting(problem, visit)).collect();
        table
    }

    /// The table with one visit judged anew for every shift; all others stay as they were judged.
    ///
    /// For a problem with the same shifts and visits, changed only in what concerns this visit or allows more than
    /// before: what it says of other visits is then still true, if not complete. O(shifts · rules), besides a copy of
    /// the table.
    #[must_use]
    pub fn rejudged(&self, problem: &Problem, visit: VisitId) -> Self {
        let mut table = self.clone();
        table.rejudge(problem, visit, self.jurisdictions[visit.index()]);
        table
    }

    /// The same in place, with the visit perhaps under another law. O(shifts · rules), besides O(visits of a shift) for
    /// each shift that allows it.
    pub fn rejudge(&mut self, problem: &Problem, visit: VisitId, jurisdiction: Option<JurisdictionId>) {
        self.law = Law::of(problem);
        self.jurisdictions[visit.index()] = jurisdiction;
        self.times[visit.index()] = VisitTimes::of(problem, visit);
        for shift in std::mem::take(&mut self.shifts_of[visit.index()]) {
            self.allowed.clear(shift.index(), visit.index());
            let known = &mut self.visits_of[shift.index()];
            if let Ok(at) = known.binary_search(&visit) {
                known.remove(at);
            }
            self.narrowed.remove(&(shift, visit));
        }
        for shift in problem.shift_ids() {
            if self.case(problem, shift, visit).is_allowed() {
                self.admit(problem, shift, visit);
                // It was added at the end.
                let known = &mut self.visits_of[shift.index()];
                known.pop();
                let at = known.partition_point(|&other| other < visit);
                known.insert(at, visit);
            }
        }
        self.awaiting[visit.index()] = self.find_awaiting(problem, visit);
    }

    /// Whether the shift may serve the visit at some start.
    #[inline]
    pub fn allows(&self, shift: ShiftId, visit: VisitId) -> bool {
        self.allowed.get(shift.index(), visit.index())
    }

    /// The visits that a shift may serve, as words of bits: bit `v % 64` of word `v / 64` is visit `v`.
    pub fn visit_bits(&self, shift: ShiftId) -> &[u64] {
        self.allowed.row(shift.index())
    }

    /// The shifts that may serve a visit, in the problem's order.
    pub fn shifts_of(&self, visit: VisitId) -> &[ShiftId] {
        &self.shifts_of[visit.index()]
    }

    /// The visits that a shift may serve, in the problem's order.
    pub fn visits_of(&self, shift: ShiftId) -> &[VisitId] {
        &self.visits_of[shift.index()]
    }

    /// When service may start on this shift: windows or pinned start, permits, and a valid license, sorted and
    /// disjoint. Not cut to the shift's own window. Empty when the shift may not serve the visit.
    pub fn start_windows(&self, shift: ShiftId, visit: VisitId) -> &[TimeWindow] {
        if !self.allows(shift, visit) {
            return &[];
        }
        self.narrowed.get(&(shift, visit)).unwrap_or(&self.times[visit.index()].open)
    }

    /// Whether the starts of a visit depend on the shift: some license holds only a part of the time.
    pub fn narrows(&self, shift: ShiftId, visit: VisitId) -> bool {
        self.narrowed.contains_key(&(shift, visit))
    }

    /// Every pair of which [`Self::narrows`] is true, with its [`Self::start_windows`]; in no order.
    pub fn narrowed(&self) -> impl Iterator<Item = (ShiftId, VisitId, &[TimeWindow])> {
        self.narrowed.iter().map(|(&(shift, visit), windows)| (shift, visit, windows.as_slice()))
    }

    /// Whose law holds where the visit lies.
    pub fn jurisdiction_of(&self, visit: VisitId) -> Option<JurisdictionId> {
        self.jurisdictions[visit.index()]
    }

    /// What the law says, with the first reason or the license. O(rules).
    pub fn verdict(&self, problem: &Problem, shift: ShiftId, visit: VisitId) -> Verdict {
        match self.case(problem, shift, visit).first_reason() {
            Some(reason) => Verdict::Ineligible(reason),
            None => {
                let span = [problem.shift(shift).window];
                let starts = intersect(self.start_windows(shift, visit), &span);
                let first = starts.first().map(|window| window.start);
                Verdict::Eligible(first.and_then(|start| self.proof(problem, shift, visit, start)))
            }
        }
    }

    /// Every reason against the pair, the most fundamental first; empty when it is allowed.
    pub fn all_reasons(&self, problem: &Problem, shift: ShiftId, visit: VisitId) -> Vec<Ineligibility> {
        self.case(problem, shift, visit).all_reasons()
    }

    /// The license that lets the shift's technician start the visit at `start`: the most directly recognized, then
    /// the one valid longest. None where the visit asks for none, or no license will do.
    pub fn proof(
        &self,
        problem: &Problem,
        shift: ShiftId,
        visit: VisitId,
        start: Time,
    ) -> Option<LicenseProof> {
        let case = self.case(problem, shift, visit);
        self.law.proof(case.technician(), &case.need()?, start)
    }

    /// What keeps a visit out of every plan until it comes: a permit that is not issued; or a part, when shifts
    /// that satisfy every other rule exist and none of them can be supplied with it.
    pub fn awaiting(&self, visit: VisitId) -> Option<Awaiting> {
        self.awaiting[visit.index()]
    }

    pub(crate) fn case<'a>(&'a self, problem: &'a Problem, shift: ShiftId, visit: VisitId) -> Case<'a> {
        let at = visit.index();
        Case { problem, law: &self.law, shift, visit, place: self.jurisdictions[at], times: &self.times[at] }
    }

    pub(crate) fn admit(&mut self, problem: &Problem, shift: ShiftId, visit: VisitId) {
        self.allowed.set(shift.index(), visit.index());
        self.shifts_of[visit.index()].push(shift);
        self.visits_of[shift.index()].push(visit);
        let case = self.case(problem, shift, visit);
        let (Some(need), Some((first, last))) = (case.need(), case.times.ends()) else { return };
        // Nearly always one license lasts all the time.
        if self.law.licenses_throughout(case.technician(), &need, (first, last)) {
            return;
        }
        let licensed = intersect(&case.times.open, &self.law.licensed_times(case.technician(), &need));
        if licensed != case.times.open {
            self.narrowed.insert((shift, visit), licensed);
        }
    }

    pub(crate) fn find_awaiting(&self, problem: &Problem, visit: VisitId) -> Option<Awaiting> {
        if let Release::Awaiting(awaiting) = problem.release(visit) {
            return Some(awaiting);
        }
        if !self.shifts_of(visit).is_empty() || problem.visit(visit).requirement.parts.is_empty() {
            return None;
        }
        problem.shift_ids().find_map(|shift| {
            let reasons = self.all_reasons(problem, shift, visit);
            let missing_part = |reason: &Ineligibility| match *reason {
                Ineligibility::MissingPart(sku) => Some(sku),
                _ => None,
            };
            let parts: Option<Vec<_>> = reasons.iter().map(missing_part).collect();
            parts?.first().map(|&sku| Awaiting::Part(sku))
        })
    }
}
