//! Names and jurisdictions: what other drafts refer to by label.

use journeyman_domain::{
    EndorsementId, FeatureId, JurisdictionId, PartDemand, PermitId, ShiftId, SkillId, SkuId, TechnicianId,
    ToolId,
};

use super::{ProblemBuilder, Spot, rectangle};

/// Refines a jurisdiction.
pub struct JurisdictionDraft<'a> {
    pub(super) builder: &'a mut ProblemBuilder,
    pub(super) id: JurisdictionId,
}

impl JurisdictionDraft<'_> {
    /// Lies inside another one.
    pub fn within(self, parent: &str) -> Self {
        let parent = self.builder.jurisdiction_id(parent);
        self.builder.problem.jurisdictions[self.id.index()].parent = Some(parent);
        self
    }

    /// Covers a rectangle of the test plane, corners in metres.
    pub fn territory(self, low: Spot, high: Spot) -> Self {
        self.builder.problem.jurisdictions[self.id.index()].territory.push(rectangle(low, high));
        self
    }
}

impl ProblemBuilder {
    pub(super) fn skill(&mut self, label: &str) -> SkillId {
        SkillId::new(intern(&mut self.problem.names.skills, label))
    }

    pub(super) fn endorsement(&mut self, label: &str) -> EndorsementId {
        EndorsementId::new(intern(&mut self.problem.names.endorsements, label))
    }

    pub(super) fn tool(&mut self, label: &str) -> ToolId {
        ToolId::new(intern(&mut self.problem.names.tools, label))
    }

    pub(super) fn feature(&mut self, label: &str) -> FeatureId {
        FeatureId::new(intern(&mut self.problem.names.features, label))
    }

    pub(super) fn sku(&mut self, label: &str) -> SkuId {
        SkuId::new(intern(&mut self.problem.names.skus, label))
    }

    /// The technician with this label, who must have been added.
    pub fn technician_id(&self, label: &str) -> TechnicianId {
        TechnicianId::new(find(self.problem.technicians.iter().map(|t| &t.label), "technician", label))
    }

    /// The shift with this label, which must have been added.
    pub fn shift_id(&self, label: &str) -> ShiftId {
        ShiftId::new(find(self.problem.shifts.iter().map(|s| &s.label), "shift", label))
    }

    pub(super) fn permit_id(&self, label: &str) -> PermitId {
        PermitId::new(find(self.problem.permits.iter().map(|p| &p.label), "permit", label))
    }
}

fn intern(known: &mut Vec<String>, label: &str) -> usize {
    known.iter().position(|k| k == label).unwrap_or_else(|| {
        known.push(label.to_owned());
        known.len() - 1
    })
}

fn find<'a>(mut labels: impl Iterator<Item = &'a String>, noun: &str, label: &str) -> usize {
    labels.position(|known| known == label).unwrap_or_else(|| panic!("no {noun} {label:?} was added yet"))
}

/// Adds to a sorted list without repeating.
pub(super) fn insert_sorted<T: Ord>(list: &mut Vec<T>, item: T) {
    if let Err(at) = list.binary_search(&item) {
        list.insert(at, item);
    }
}

/// Adds to a list of demands sorted by part; a part named twice adds up.
pub(super) fn insert_part(list: &mut Vec<PartDemand>, sku: SkuId, quantity: u32) {
    match list.binary_search_by_key(&sku, |demand| demand.sku) {
        Ok(at) => list[at].quantity += quantity,
        Err(at) => list.insert(at, PartDemand { sku, quantity }),
    }
}
