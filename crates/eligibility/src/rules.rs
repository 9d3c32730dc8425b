//! The rules, one function each, in the order in which a person would name them.

use journeyman_domain::{
    Frozen, Ineligibility, JurisdictionId, PermitId, PermitState, PinTarget, Problem, ShiftId, Stop,
    Technician, TechnicianId, Time, TimeWindow, Visit, VisitId,
};

use crate::license::{Law, Need};
use crate::starts::{intersect, meets, open_until};
use crate::supply::{is_supplied, shortages};

/// One shift and one visit before the law.
pub(crate) struct Case<'a> {
    pub(crate) problem: &'a Problem,
    pub(crate) law: &'a Law,
    pub(crate) shift: ShiftId,
    pub(crate) visit: VisitId,
    /// Whose law holds where the visit lies.
    pub(crate) place: Option<JurisdictionId>,
    /// What the windows and permits of the visit leave open, whoever serves it.
    pub(crate) times: &'a VisitTimes,
}

/// When one visit may start, whoever serves it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct VisitTimes {
    /// Its windows, or its pinned start.
    pub(crate) asked: Vec<TimeWindow>,
    /// What its permits leave open; unlimited while one is not issued, since then another rule forbids it.
    pub(crate) permitted: Option<TimeWindow>,
    /// The limits of its permits, as given.
    permit_limits: (Time, Time),
    /// What both leave open.
    pub(crate) open: Vec<TimeWindow>,
}

impl VisitTimes {
    pub(crate) fn of(problem: &Problem, visit: VisitId) -> Self {
        let noun = problem.visit(visit);
        let asked = match noun.pin.and_then(|pin| pin.start) {
            Some(start) => vec![TimeWindow { start, end: start }],
            None => noun.windows.clone(),
        };
        let (from, until) = permit_limits(problem, noun);
        let permitted = open_until(from, until);
        let open = permitted.map_or(Vec::new(), |window| intersect(&asked, &[window]));
        Self { asked, permitted, permit_limits: (from, until), open }
    }

    /// The first and the last moment that is open.
    pub(crate) fn ends(&self) -> Option<(Time, Time)> {
        Some((self.open.first()?.start, self.open.last()?.end))
    }
}

/// `[from, until)` of all permits that have limits, whether or not another one is still awaited.
fn permit_limits(problem: &Problem, visit: &Visit) -> (Time, Time) {
    visit.permits.iter().fold((Time::MIN, Time::MAX), |(from, until), &id| match problem.permit(id).state {
        PermitState::Issued { from: issued, until: expires } => (from.max(issued), until.min(expires)),
        PermitState::Filed { expected: Some(expected) } if problem.plan_expected_permits => {
            (from.max(expected), until)
        }
        _ => (from, until),
    })
}

/// A rule: adds its reasons, if it forbids.
type Rule = fn(&Case<'_>, &mut Vec<Ineligibility>);

/// All rules. The first that forbids gives the reason that is shown; the order follows [`Ineligibility`].
const RULES: [Rule; 11] =
    [license, skills, vehicle, out, customer, pin, permits_issued, permit_dates, parts, load, windows];

impl<'a> Case<'a> {
    /// Whether no rule forbids: [`Self::first_reason`] finds none. The cheapest questions first, since most pairs are
    /// asked for nothing else.
    pub(crate) fn is_allowed(&self) -> bool {
        let (visit, shift, technician) = (self.noun(), self.problem.shift(self.shift), self.technician());
        let requirement = &visit.requirement;
        let span = self.span();
        let has_time = || span.is_some_and(|span| meets(&self.times.open, &span));
        let is_wanted = || {
            visit.excluded.binary_search(&shift.technician).is_err()
                && (visit.allowed.is_empty() || visit.allowed.binary_search(&shift.technician).is_ok())
        };
        let is_skilled =
            || requirement.skills.iter().all(|asked| technician.level(asked.skill) >= asked.level);
        let is_loadable = || technician.van.load_capacity.is_none_or(|capacity| requirement.load <= capacity);
        let has_features =
            || requirement.features.iter().all(|id| technician.van.features.binary_search(id).is_ok());
        let is_licensed = || {
            self.need().is_none_or(|need| {
                let open = span.into_iter().flat_map(|span| {
                    self.times.open.iter().filter_map(move |window| window.intersection(&span))
                });
                self.law.licenses_some(technician, &need, open)
            })
        };
        has_time()
            && is_wanted()
            && self.is_bound_here()
            && self.is_present()
            && is_skilled()
            && is_loadable()
            && has_features()
            && self.awaited_permits().next().is_none()
            && is_supplied(self.problem, self.shift, self.visit)
            && is_licensed()
    }

    /// The most fundamental reason why the shift may not serve the visit.
    pub(crate) fn first_reason(&self) -> Option<Ineligibility> {
        let mut reasons = Vec::new();
        RULES.iter().find_map(|rule| {
            rule(self, &mut reasons);
            reasons.first().copied()
        })
    }

    /// Every reason, in the order of the rules.
    pub(crate) fn all_reasons(&self) -> Vec<Ineligibility> {
        let mut reasons = Vec::new();
        RULES.iter().for_each(|rule| rule(self, &mut reasons));
        reasons
    }

    /// What the visit asks of a license, if it asks for one.
    pub(crate) fn need(&self) -> Option<Need<'a>> {
        let requirement = &self.problem.visit(self.visit).requirement;
        requirement.license.map(|required| Need { required, requirement, place: self.place })
    }

    pub(crate) fn technician(&self) -> &'a Technician {
        self.problem.technician_of(self.shift)
    }

    fn technician_id(&self) -> TechnicianId {
        self.problem.shift(self.shift).technician
    }

    fn noun(&self) -> &'a Visit {
        self.problem.visit(self.visit)
    }

    fn is_present(&self) -> bool {
        let shift = self.problem.shift(self.shift);
        let is_frozen = |frozen: &Frozen| frozen.stops.contains(&Stop::Visit(self.visit));
        !shift.out || shift.frozen.as_ref().is_some_and(is_frozen)
    }

    fn is_bound_here(&self) -> bool {
        match self.noun().pin.map(|pin| pin.target) {
            None => true,
            Some(PinTarget::Technician(technician)) => technician == self.technician_id(),
            Some(PinTarget::Shift(shift)) => shift == self.shift,
        }
    }

    fn awaited_permits(&self) -> impl Iterator<Item = PermitId> {
        let planned = self.problem.plan_expected_permits;
        let awaited = move |state: PermitState| match state {
            PermitState::Issued { .. } => false,
            PermitState::Filed { expected } => expected.is_none() || !planned,
            PermitState::Required | PermitState::Rejected | PermitState::Expired => true,
        };
        let permits = self.noun().permits.iter().copied();
        permits.filter(move |&id| awaited(self.problem.permit(id).state))
    }

    /// Starts at which the service alone fits into the shift; none when it is longer than the shift.
    fn span(&self) -> Option<TimeWindow> {
        let window = self.problem.shift(self.shift).window;
        TimeWindow::new(window.start, window.end - self.noun().duration)
    }

    /// The starts of `windows` inside the shift.
    fn within_shift(&self, windows: &[TimeWindow]) -> Vec<TimeWindow> {
        self.span().map_or(Vec::new(), |span| intersect(windows, &[span]))
    }

    /// The starts at which a license is asked for: as far as windows, permits and shift leave any; where they do
    /// not, the license is judged over the whole shift, so that its own reason is still told rightly.
    fn judged_times(&self) -> Vec<TimeWindow> {
        let shift = vec![self.problem.shift(self.shift).window];
        let narrower = [self.within_shift(&self.times.open), self.within_shift(&self.times.asked)];
        narrower.into_iter().find(|windows| !windows.is_empty()).unwrap_or(shift)
    }
}

fn license(case: &Case<'_>, reasons: &mut Vec<Ineligibility>) {
    if let Some(need) = case.need() {
        reasons.extend(case.law.denials(case.technician(), &need, &case.judged_times()));
    }
}

fn skills(case: &Case<'_>, reasons: &mut Vec<Ineligibility>) {
    let technician = case.technician();
    for asked in &case.noun().requirement.skills {
        let held = technician.level(asked.skill);
        if held == 0 {
            reasons.push(Ineligibility::MissingSkill(asked.skill));
        } else if held < asked.level {
            let (skill, required) = (asked.skill, asked.level);
            reasons.push(Ineligibility::SkillLevelTooLow { skill, required, held });
        }
    }
}

fn vehicle(case: &Case<'_>, reasons: &mut Vec<Ineligibility>) {
    let van = &case.technician().van;
    let shortages = shortages(case.problem, case.shift, case.visit);
    reasons.extend(shortages.into_iter().filter(|reason| !matches!(reason, Ineligibility::MissingPart(_))));
    let features = case.noun().requirement.features.iter();
    let missing = features.filter(|id| van.features.binary_search(id).is_err());
    reasons.extend(missing.map(|&id| Ineligibility::MissingFeature(id)));
}

fn out(case: &Case<'_>, reasons: &mut Vec<Ineligibility>) {
    if !case.is_present() {
        reasons.push(Ineligibility::TechnicianOut(case.technician_id()));
    }
}

fn customer(case: &Case<'_>, reasons: &mut Vec<Ineligibility>) {
    let (visit, technician) = (case.noun(), case.technician_id());
    if visit.excluded.binary_search(&technician).is_ok() {
        reasons.push(Ineligibility::Excluded(technician));
    }
    if !visit.allowed.is_empty() && visit.allowed.binary_search(&technician).is_err() {
        reasons.push(Ineligibility::NotAllowed(technician));
    }
}

fn pin(case: &Case<'_>, reasons: &mut Vec<Ineligibility>) {
    if !case.is_bound_here() {
        reasons.push(Ineligibility::PinnedElsewhere);
    }
}

fn permits_issued(case: &Case<'_>, reasons: &mut Vec<Ineligibility>) {
    reasons.extend(case.awaited_permits().map(Ineligibility::PermitNotIssued));
}

fn permit_dates(case: &Case<'_>, reasons: &mut Vec<Ineligibility>) {
    let Some(span) = case.span() else { return };
    let asked = case.within_shift(&case.times.asked);
    let asked = if asked.is_empty() { vec![span] } else { asked };
    let fits = case.times.permitted.is_some_and(|permitted| meets(&asked, &permitted));
    if !fits {
        let (from, until) = case.times.permit_limits;
        reasons.push(Ineligibility::PermitOutsideShift { from, until });
    }
}

fn parts(case: &Case<'_>, reasons: &mut Vec<Ineligibility>) {
    let shortages = shortages(case.problem, case.shift, case.visit);
    reasons.extend(shortages.into_iter().filter(|reason| matches!(reason, Ineligibility::MissingPart(_))));
}

fn load(case: &Case<'_>, reasons: &mut Vec<Ineligibility>) {
    let load = case.noun().requirement.load;
    if let Some(capacity) = case.technician().van.load_capacity.filter(|&capacity| load > capacity) {
        reasons.push(Ineligibility::LoadTooLarge { load, capacity });
    }
}

fn windows(case: &Case<'_>, reasons: &mut Vec<Ineligibility>) {
    if case.within_shift(&case.times.asked).is_empty() {
        reasons.push(Ineligibility::NoWindowInShift);
    }
}
