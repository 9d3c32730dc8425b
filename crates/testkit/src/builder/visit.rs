//! Drafts of visits.

use journeyman_domain::{
    Cost, CostPerTime, Duration, LicenseClass, Pin, PinTarget, Promise, Requirement, SkillLevel, Time,
    TimeWindow, Unserved, Visit, VisitId, WorkOrderId,
};

use super::resources::{insert_part, insert_sorted};
use super::{ProblemBuilder, Spot, dollars};

/// Refines a visit.
pub struct VisitDraft<'a> {
    builder: &'a mut ProblemBuilder,
    id: VisitId,
    windows_given: bool,
}

pub(super) fn add<'a>(builder: &'a mut ProblemBuilder, label: &str, at: Spot) -> VisitDraft<'a> {
    let place = builder.place(at);
    let problem = &mut builder.problem;
    problem.work_orders.push(format!("WO-{label}"));
    problem.visits.push(Visit {
        label: label.to_owned(),
        work_order: WorkOrderId::new(problem.work_orders.len() - 1),
        place,
        jurisdiction: None,
        duration: Duration::from_ticks(10),
        duration_spread: None,
        windows: vec![problem.horizon_window()],
        soft_end: None,
        lateness: CostPerTime::from_micros(0),
        requirement: Requirement::default(),
        permits: Vec::new(),
        unserved: Unserved::Penalty(dollars(1_000)),
        preferred: Vec::new(),
        preference_missed: Cost::ZERO,
        excluded: Vec::new(),
        allowed: Vec::new(),
        pin: None,
        promise: None,
        card: journeyman_domain::VisitCard::default(),
        crew_size: 1,
        supervision: None,
    });
    let id = VisitId::new(problem.visits.len() - 1);
    VisitDraft { builder, id, windows_given: false }
}

impl VisitDraft<'_> {
    /// Its id.
    pub fn id(&self) -> VisitId {
        self.id
    }

    /// Time on site.
    pub fn duration(mut self, ticks: i64) -> Self {
        self.noun().duration = Duration::from_ticks(ticks);
        self
    }

    /// Starts in `[start, end]`; the first call replaces the default, further ones add, in order.
    pub fn window(mut self, start: i64, end: i64) -> Self {
        if !std::mem::replace(&mut self.windows_given, true) {
            self.noun().windows.clear();
        }
        self.noun().windows.push(window(start, end));
        self
    }

    /// Each tick of start after `at` costs this many micro-dollars.
    pub fn soft_end(mut self, at: i64, micros_per_tick: i64) -> Self {
        self.noun().soft_end = Some(Time::from_ticks(at));
        self.noun().lateness = CostPerTime::from_micros(micros_per_tick);
        self
    }

    /// Price of leaving it unserved, in dollars.
    pub fn penalty(mut self, price: i64) -> Self {
        self.noun().unserved = Unserved::Penalty(dollars(price));
        self
    }

    /// Moves it to the higher tier.
    pub fn mandatory(mut self) -> Self {
        self.noun().unserved = Unserved::Mandatory;
        self
    }

    /// Needs a license of at least this class.
    pub fn needs(mut self, class: LicenseClass) -> Self {
        self.noun().requirement.license = Some(class);
        self
    }

    /// Lies under this law.
    pub fn in_jurisdiction(mut self, label: &str) -> Self {
        let id = self.builder.jurisdiction_id(label);
        self.noun().jurisdiction = Some(id);
        self
    }

    /// Needs an endorsement on that license.
    pub fn endorsement(mut self, label: &str) -> Self {
        let id = self.builder.endorsement(label);
        insert_sorted(&mut self.noun().requirement.endorsements, id);
        self
    }

    /// Needs a skill.
    pub fn skill(mut self, label: &str, level: u8) -> Self {
        let skill = self.builder.skill(label);
        let skills = &mut self.noun().requirement.skills;
        skills.retain(|known| known.skill != skill);
        skills.push(SkillLevel { skill, level });
        skills.sort_by_key(|known| known.skill);
        self
    }

    /// Needs a tool.
    pub fn tool(mut self, label: &str) -> Self {
        let id = self.builder.tool(label);
        insert_sorted(&mut self.noun().requirement.tools, id);
        self
    }

    /// Needs a feature of the vehicle.
    pub fn feature(mut self, label: &str) -> Self {
        let id = self.builder.feature(label);
        insert_sorted(&mut self.noun().requirement.features, id);
        self
    }

    /// Uses parts.
    pub fn part(mut self, sku: &str, quantity: u32) -> Self {
        let id = self.builder.sku(sku);
        insert_part(&mut self.noun().requirement.parts, id, quantity);
        self
    }

    /// Takes load.
    pub fn load(mut self, load: i64) -> Self {
        self.noun().requirement.load = load;
        self
    }

    /// Waits for a permit that was added.
    pub fn permit(mut self, label: &str) -> Self {
        let id = self.builder.permit_id(label);
        self.noun().permits.push(id);
        self
    }

    /// The customer prefers a technician; another one costs this many dollars.
    pub fn prefers(mut self, technician: &str, missed: i64) -> Self {
        let id = self.builder.technician_id(technician);
        insert_sorted(&mut self.noun().preferred, id);
        self.noun().preference_missed = dollars(missed);
        self
    }

    /// The customer refuses a technician.
    pub fn excludes(mut self, technician: &str) -> Self {
        let id = self.builder.technician_id(technician);
        insert_sorted(&mut self.noun().excluded, id);
        self
    }

    /// The customer accepts only this technician, and others named so.
    pub fn allows_only(mut self, technician: &str) -> Self {
        let id = self.builder.technician_id(technician);
        insert_sorted(&mut self.noun().allowed, id);
        self
    }

    /// Bound to a technician.
    pub fn pin_technician(mut self, label: &str) -> Self {
        let target = PinTarget::Technician(self.builder.technician_id(label));
        self.noun().pin = Some(Pin { target, start: None });
        self
    }

    /// Bound to a shift.
    pub fn pin_shift(mut self, label: &str) -> Self {
        let target = PinTarget::Shift(self.builder.shift_id(label));
        self.noun().pin = Some(Pin { target, start: None });
        self
    }

    /// Bound to a start, after [`Self::pin_technician`] or [`Self::pin_shift`].
    pub fn pin_start(mut self, at: i64) -> Self {
        let pin = self.noun().pin.as_mut().expect("pin the technician or the shift first");
        pin.start = Some(Time::from_ticks(at));
        self
    }

    /// Promised to the customer.
    pub fn promise(mut self, start: i64, end: i64) -> Self {
        self.noun().promise =
            Some(Promise { window: window(start, end), technician: None, announced: false });
        self
    }

    /// Promised with a technician, after [`Self::promise`].
    pub fn promise_technician(mut self, label: &str) -> Self {
        let id = self.builder.technician_id(label);
        self.promise_mut().technician = Some(id);
        self
    }

    /// The customer was told the name, after [`Self::promise_technician`].
    pub fn announced(mut self) -> Self {
        self.promise_mut().announced = true;
        self
    }

    fn promise_mut(&mut self) -> &mut Promise {
        self.noun().promise.as_mut().expect("call `promise` before refining it")
    }

    fn noun(&mut self) -> &mut Visit {
        &mut self.builder.problem.visits[self.id.index()]
    }
}

fn window(start: i64, end: i64) -> TimeWindow {
    TimeWindow { start: Time::from_ticks(start), end: Time::from_ticks(end) }
}
