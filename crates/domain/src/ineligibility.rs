//! The exact rule that forbids a shift to serve a visit.

use crate::{
    EndorsementId, FeatureId, JurisdictionId, LicenseClass, PermitId, SkillId, SkuId, TechnicianId, Time,
    ToolId,
};

/// Why one shift may not serve one visit. Each variant is one rule, with what it asks and what it found.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Ineligibility {
    /// No license is recognized where the visit lies.
    NoLicenseInJurisdiction {
        /// Least class asked for.
        required: LicenseClass,
        /// Where; absent when the visit lies in no known jurisdiction.
        jurisdiction: Option<JurisdictionId>,
    },
    /// A license is recognized there, but its class is too low.
    LicenseClassTooLow {
        /// Least class asked for.
        required: LicenseClass,
        /// The best class held there.
        held: LicenseClass,
    },
    /// The class is there, but not valid at any time at which the shift could serve the visit.
    LicenseNotValidThen {
        /// First moment of validity.
        from: Time,
        /// First moment after validity.
        until: Time,
    },
    /// A valid license lacks an endorsement.
    MissingEndorsement(EndorsementId),
    /// The technician lacks a skill.
    MissingSkill(SkillId),
    /// The skill is there at too low a level.
    SkillLevelTooLow {
        /// The skill.
        skill: SkillId,
        /// Least level asked for.
        required: u8,
        /// Level held.
        held: u8,
    },
    /// A tool is neither on the van nor lent by any pickup.
    MissingTool(ToolId),
    /// The vehicle lacks a feature.
    MissingFeature(FeatureId),
    /// The technician is out for the shift.
    TechnicianOut(TechnicianId),
    /// The customer excludes the technician.
    Excluded(TechnicianId),
    /// The customer allows only others.
    NotAllowed(TechnicianId),
    /// A pin binds the visit to someone else.
    PinnedElsewhere,
    /// A permit is not issued.
    PermitNotIssued(PermitId),
    /// The permits hold at no time at which the shift could serve the visit.
    PermitOutsideShift {
        /// First moment at which work may start.
        from: Time,
        /// First moment too late.
        until: Time,
    },
    /// Neither the van nor any pickup has enough of a part for this shift.
    MissingPart(SkuId),
    /// The visit's load exceeds the van's capacity by itself.
    LoadTooLarge {
        /// Load of the visit.
        load: i64,
        /// Capacity of the van.
        capacity: i64,
    },
    /// No window of the visit meets the shift.
    NoWindowInShift,
}
