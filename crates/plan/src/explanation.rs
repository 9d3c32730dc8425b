//! Why a visit is where it is, or why it is left out: what the engine finds out and others put into words.

use journeyman_domain::{
    ArrivalWindow, Cost, Duration, EndorsementId, FeatureId, Ineligibility, JurisdictionId, LicenseClass,
    LicenseProof, PermitId, Refusal, ShiftId, SkillId, SkuId, Stop, ToolId, Unassigned, VisitId,
};

use crate::Slot;

/// The answer to "why?" about one visit of one plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// The visit.
    pub visit: VisitId,
    /// Where the plan has it.
    pub standing: Standing,
    /// Other shifts that could serve it in this plan, cheapest first.
    pub alternatives: Vec<Alternative>,
    /// What each shift that could not says.
    pub refusals: Vec<Refusal>,
    /// For a visit left out: single rules that stand in the way, cheapest first.
    pub relaxations: Vec<Relaxation>,
    /// What of the given plan could not stay, so that this speaks of the plan without it.
    pub dropped: Vec<Dropped>,
}

/// Where a plan has a visit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// On a route.
    Served {
        /// Where and when.
        slot: Slot,
        /// What the customer is told.
        window: Option<ArrivalWindow>,
        /// Why the technician may do it; none where no license is asked for.
        license: Option<LicenseProof>,
        /// What its route would cost less without it. None where the route cannot do without it: it is frozen there,
        /// or on a matrix with shortcuts the way without it is too long.
        saving: Option<Cost>,
    },
    /// On none.
    LeftOut(Unassigned),
}

/// Another shift for the visit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Alternative {
    /// Where and when it would stand.
    pub slot: Slot,
    /// What the plan would cost more, all else staying where it is.
    pub extra_cost: Cost,
}

/// One rule without which the visit would be served, proved by serving it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Relaxation {
    /// The rule let go.
    pub rule: Relaxed,
    /// What the shift of the slot says today.
    pub refusal: Refusal,
    /// Where the visit would stand. With [`Relaxed::OneMoreTechnician`]: the shift that the new one is like.
    pub slot: Slot,
    /// The route that serves it, in order.
    pub route: Vec<Stop>,
    /// What the plan would cost more, the penalty saved counted.
    pub extra_cost: Cost,
}

/// A single rule let go. Whose rule it is, where it is a technician's or a shift's, the slot of the relaxation says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Relaxed {
    /// Every window of the visit opens earlier and closes later by this much.
    Window(Duration),
    /// The shift may end later by this much, at its overtime rate.
    Overtime(Duration),
    /// The visit asks for the next lower class; none: for no license.
    LicenseClass {
        /// Asked for today.
        from: LicenseClass,
        /// Asked for then.
        to: Option<LicenseClass>,
    },
    /// Licenses of one jurisdiction are recognized in another, up to any class.
    Recognition {
        /// Whose licenses.
        issued_in: JurisdictionId,
        /// Where the visit lies.
        accepted_in: JurisdictionId,
    },
    /// The technician's licenses are valid throughout.
    Validity,
    /// The visit does without the endorsement.
    Endorsement(EndorsementId),
    /// The visit asks for a lower level of a skill.
    Skill {
        /// The skill.
        skill: SkillId,
        /// Asked for today.
        from: u8,
        /// Asked for then; 0: not at all.
        to: u8,
    },
    /// The visit does without the tool.
    Tool(ToolId),
    /// The visit does without the feature of the vehicle.
    Feature(FeatureId),
    /// The customer no longer excludes the technician.
    Exclusion,
    /// The customer allows everybody whom he does not exclude.
    AllowedList,
    /// The visit's pin is lifted: anybody, at any allowed time.
    Pin,
    /// The permit is issued, and holds at all times.
    Permit(PermitId),
    /// The technician's van carries what the visit needs of the part.
    Part(SkuId),
    /// The technician's van carries any load.
    LoadCapacity,
    /// The shift takes one visit more.
    VisitsMax,
    /// There is one more technician like the shift's, with a shift like it.
    OneMoreTechnician,
}

/// A stop of a given plan that could not stay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dropped {
    /// The shift that it was on.
    pub shift: ShiftId,
    /// The stop.
    pub stop: Stop,
    /// Why.
    pub why: DropReason,
}

/// Why a stop of a given plan could not stay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DropReason {
    /// The plan serves the visit before.
    AlreadyServed,
    /// A rule forbids the shift to serve the visit.
    Forbidden(Ineligibility),
    /// No time, or no room, behind what comes before it.
    DoesNotFit,
}
