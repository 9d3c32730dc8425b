//! Drafts of technicians.

use journeyman_domain::{
    Duration, License, LicenseClass, SkillLevel, Technician, TechnicianId, Time, Validity, Van,
};

use super::ProblemBuilder;
use super::resources::{insert_part, insert_sorted};

/// Refines a technician.
pub struct TechnicianDraft<'a> {
    builder: &'a mut ProblemBuilder,
    id: TechnicianId,
}

pub(super) fn add<'a>(builder: &'a mut ProblemBuilder, label: &str) -> TechnicianDraft<'a> {
    let technician = Technician {
        label: label.to_owned(),
        name: label.to_owned(),
        licenses: Vec::new(),
        skills: Vec::new(),
        van: Van::default(),
    };
    builder.problem.technicians.push(technician);
    let id = TechnicianId::new(builder.problem.technicians.len() - 1);
    TechnicianDraft { builder, id }
}

impl TechnicianDraft<'_> {
    /// Adds a license that always holds, numbered `<label>-1`, `<label>-2` …
    pub fn license(mut self, class: LicenseClass, jurisdiction: &str) -> Self {
        let jurisdiction = self.builder.jurisdiction_id(jurisdiction);
        let validity = Validity { from: Time::MIN, until: Time::MAX, first_day: None, last_day: None };
        let technician = self.noun();
        let number = format!("{}-{}", technician.label, technician.licenses.len() + 1);
        technician.licenses.push(License { class, jurisdiction, endorsements: Vec::new(), number, validity });
        self
    }

    /// Limits the last license to `[from, until)`.
    pub fn valid(mut self, from: i64, until: i64) -> Self {
        let (from, until) = (Time::from_ticks(from), Time::from_ticks(until));
        let first_day = Some(self.builder.problem.local_day(from));
        let last_day = Some(self.builder.problem.local_day(until - Duration::from_ticks(1)));
        self.last_license().validity = Validity { from, until, first_day, last_day };
        self
    }

    /// Writes an endorsement on the last license.
    pub fn endorsement(mut self, label: &str) -> Self {
        let id = self.builder.endorsement(label);
        insert_sorted(&mut self.last_license().endorsements, id);
        self
    }

    /// Adds a skill.
    pub fn skill(mut self, label: &str, level: u8) -> Self {
        let skill = self.builder.skill(label);
        let skills = &mut self.noun().skills;
        skills.retain(|known| known.skill != skill);
        skills.push(SkillLevel { skill, level });
        skills.sort_by_key(|known| known.skill);
        self
    }

    /// Puts a tool on the van.
    pub fn tool(mut self, label: &str) -> Self {
        let id = self.builder.tool(label);
        insert_sorted(&mut self.noun().van.tools, id);
        self
    }

    /// Gives the vehicle a feature.
    pub fn feature(mut self, label: &str) -> Self {
        let id = self.builder.feature(label);
        insert_sorted(&mut self.noun().van.features, id);
        self
    }

    /// Puts parts on the van.
    pub fn stock(mut self, sku: &str, quantity: u32) -> Self {
        let id = self.builder.sku(sku);
        insert_part(&mut self.noun().van.stock, id, quantity);
        self
    }

    /// Limits the load of a route.
    pub fn load_capacity(mut self, capacity: i64) -> Self {
        self.noun().van.load_capacity = Some(capacity);
        self
    }

    fn noun(&mut self) -> &mut Technician {
        &mut self.builder.problem.technicians[self.id.index()]
    }

    fn last_license(&mut self) -> &mut License {
        self.noun().licenses.last_mut().expect("call `license` before refining it")
    }
}
