//! One order for equal problems: every list sorted by label, so that a shuffled request gives the same plan.

use crate::{
    EndorsementId, FeatureId, JurisdictionId, License, PartDemand, PermitId, Pickup, PickupId, Pin,
    PinTarget, PlaceId, Problem, Requirement, Shift, ShiftId, SkillId, SkillLevel, SkuId, Stop, Technician,
    TechnicianId, ToolId, TravelSpec, Visit, VisitId, WorkOrderId,
};

/// Where each old id went.
struct Order(Vec<usize>);

impl Order {
    /// Sorts a list by label; equal labels keep their order.
    fn sort<T>(list: &mut Vec<T>, label: impl Fn(&T) -> &str) -> Self {
        let mut from: Vec<usize> = (0..list.len()).collect();
        from.sort_by(|&a, &b| label(&list[a]).cmp(label(&list[b])));
        let mut to = vec![0; list.len()];
        for (new, &old) in from.iter().enumerate() {
            to[old] = new;
        }
        let mut slots: Vec<Option<T>> = list.drain(..).map(Some).collect();
        list.extend(from.into_iter().filter_map(|old| slots[old].take()));
        Self(to)
    }
}

macro_rules! renumber {
    ($($name:ident: $id:ident),+ $(,)?) => {
        /// The new numbering of every kind of id.
        struct Renumbering { $($name: Order),+ }
        impl Renumbering {
            $(fn $name(&self, id: $id) -> $id {
                $id::new(self.$name.0[id.index()])
            })+
        }
    };
}

renumber!(
    place: PlaceId,
    jurisdiction: JurisdictionId,
    technician: TechnicianId,
    shift: ShiftId,
    pickup: PickupId,
    permit: PermitId,
    work_order: WorkOrderId,
    visit: VisitId,
    skill: SkillId,
    endorsement: EndorsementId,
    tool: ToolId,
    feature: FeatureId,
    sku: SkuId,
);

impl Problem {
    /// The same problem with every list in the order of its labels. Labels are unique within a list, so the order
    /// is one. O(size × log size).
    #[must_use]
    pub fn in_canonical_order(mut self) -> Self {
        let new = Renumbering {
            place: Order::sort(&mut self.places, |place| &place.label),
            jurisdiction: Order::sort(&mut self.jurisdictions, |jurisdiction| &jurisdiction.label),
            technician: Order::sort(&mut self.technicians, |technician| &technician.label),
            shift: Order::sort(&mut self.shifts, |shift| &shift.label),
            pickup: Order::sort(&mut self.pickups, |pickup| &pickup.label),
            permit: Order::sort(&mut self.permits, |permit| &permit.label),
            work_order: Order::sort(&mut self.work_orders, |label| label),
            visit: Order::sort(&mut self.visits, |visit| &visit.label),
            skill: Order::sort(&mut self.names.skills, |name| name),
            endorsement: Order::sort(&mut self.names.endorsements, |name| name),
            tool: Order::sort(&mut self.names.tools, |name| name),
            feature: Order::sort(&mut self.names.features, |name| name),
            sku: Order::sort(&mut self.names.skus, |name| name),
        };
        self.renumber(&new);
        self
    }

    fn renumber(&mut self, new: &Renumbering) {
        for jurisdiction in &mut self.jurisdictions {
            jurisdiction.parent = jurisdiction.parent.map(|id| new.jurisdiction(id));
        }
        for rule in &mut self.reciprocity {
            rule.issued_in = new.jurisdiction(rule.issued_in);
            rule.accepted_in = new.jurisdiction(rule.accepted_in);
        }
        self.reciprocity.sort_unstable_by_key(|rule| (rule.issued_in, rule.accepted_in, rule.class_max));
        for permit in &mut self.permits {
            permit.jurisdiction = permit.jurisdiction.map(|id| new.jurisdiction(id));
        }
        if let TravelSpec::Matrix(matrix) = &mut self.travel {
            matrix.places.iter_mut().for_each(|id| *id = new.place(*id));
        }
        self.technicians.iter_mut().for_each(|technician| new.in_technician(technician));
        self.shifts.iter_mut().for_each(|shift| new.in_shift(shift));
        self.pickups.iter_mut().for_each(|pickup| new.in_pickup(pickup));
        self.visits.iter_mut().for_each(|visit| new.in_visit(visit));
        for dependency in &mut self.dependencies {
            dependency.before = new.visit(dependency.before);
            dependency.after = new.visit(dependency.after);
        }
        self.dependencies.sort_unstable_by_key(|dependency| (dependency.before, dependency.after));
        for route in &mut self.baseline {
            route.shift = new.shift(route.shift);
            route.stops.iter_mut().for_each(|stop| stop.stop = new.in_stop(stop.stop));
        }
        self.baseline.sort_by_key(|route| route.shift);
    }
}

impl Renumbering {
    fn in_technician(&self, technician: &mut Technician) {
        for license in &mut technician.licenses {
            license.jurisdiction = self.jurisdiction(license.jurisdiction);
            resort(&mut license.endorsements, |id| self.endorsement(id));
        }
        // The caller's order of licenses decides nothing.
        technician.licenses.sort_by(|a, b| license_key(a).cmp(&license_key(b)));
        self.in_skills(&mut technician.skills);
        resort(&mut technician.van.tools, |id| self.tool(id));
        resort(&mut technician.van.features, |id| self.feature(id));
        self.in_parts(&mut technician.van.stock);
    }

    fn in_shift(&self, shift: &mut Shift) {
        shift.technician = self.technician(shift.technician);
        shift.start_place = self.place(shift.start_place);
        shift.end_place = self.place(shift.end_place);
        if let Some(frozen) = &mut shift.frozen {
            frozen.stops.iter_mut().for_each(|stop| *stop = self.in_stop(*stop));
        }
    }

    fn in_pickup(&self, pickup: &mut Pickup) {
        pickup.place = self.place(pickup.place);
        resort(&mut pickup.tools, |id| self.tool(id));
        pickup.stock.iter_mut().for_each(|entry| entry.sku = self.sku(entry.sku));
        pickup.stock.sort_by_key(|entry| (entry.sku, entry.available_from));
    }

    fn in_visit(&self, visit: &mut Visit) {
        visit.work_order = self.work_order(visit.work_order);
        visit.place = self.place(visit.place);
        visit.jurisdiction = visit.jurisdiction.map(|id| self.jurisdiction(id));
        self.in_requirement(&mut visit.requirement);
        resort(&mut visit.permits, |id| self.permit(id));
        resort(&mut visit.preferred, |id| self.technician(id));
        resort(&mut visit.excluded, |id| self.technician(id));
        resort(&mut visit.allowed, |id| self.technician(id));
        visit.pin = visit.pin.map(|pin| Pin {
            target: match pin.target {
                PinTarget::Technician(id) => PinTarget::Technician(self.technician(id)),
                PinTarget::Shift(id) => PinTarget::Shift(self.shift(id)),
            },
            start: pin.start,
        });
        if let Some(promise) = &mut visit.promise {
            promise.technician = promise.technician.map(|id| self.technician(id));
        }
    }

    fn in_requirement(&self, requirement: &mut Requirement) {
        resort(&mut requirement.endorsements, |id| self.endorsement(id));
        self.in_skills(&mut requirement.skills);
        resort(&mut requirement.tools, |id| self.tool(id));
        resort(&mut requirement.features, |id| self.feature(id));
        self.in_parts(&mut requirement.parts);
    }

    fn in_skills(&self, skills: &mut [SkillLevel]) {
        skills.iter_mut().for_each(|level| level.skill = self.skill(level.skill));
        skills.sort_unstable_by_key(|level| level.skill);
    }

    fn in_parts(&self, parts: &mut [PartDemand]) {
        parts.iter_mut().for_each(|part| part.sku = self.sku(part.sku));
        parts.sort_unstable_by_key(|part| part.sku);
    }

    fn in_stop(&self, stop: Stop) -> Stop {
        match stop {
            Stop::Visit(id) => Stop::Visit(self.visit(id)),
            Stop::Pickup(id) => Stop::Pickup(self.pickup(id)),
        }
    }
}

fn license_key(license: &License) -> impl Ord + '_ {
    (license.jurisdiction, license.class, license.validity.from, license.validity.until, &license.number)
}

fn resort<I: Copy + Ord>(ids: &mut [I], new: impl Fn(I) -> I) {
    ids.iter_mut().for_each(|id| *id = new(*id));
    ids.sort_unstable();
}
