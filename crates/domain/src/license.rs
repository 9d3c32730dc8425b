//! Licenses as law: class order, jurisdiction, endorsements, validity, recognition.

use crate::{Date, EndorsementId, JurisdictionId, Ring, Time};

/// The order of the trade: who may do at least what.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LicenseClass {
    /// Works only on what is open to the class.
    Apprentice,
    /// Licensed to work unsupervised.
    Journeyman,
    /// Licensed for work that only a master may do.
    Master,
}

impl LicenseClass {
    /// The word people use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Apprentice => "apprentice",
            Self::Journeyman => "journeyman",
            Self::Master => "master",
        }
    }
}

/// When a license holds: `from` inclusive, `until` exclusive, both within or around the horizon.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Validity {
    /// First moment of validity; [`Time::MIN`] when no first day was given.
    pub from: Time,
    /// First moment after validity; [`Time::MAX`] when no last day was given.
    pub until: Time,
    /// First valid day, as given.
    pub first_day: Option<Date>,
    /// Last valid day, as given.
    pub last_day: Option<Date>,
}

impl Validity {
    /// Whether the license holds at `time`.
    pub fn covers(&self, time: Time) -> bool {
        self.from <= time && time < self.until
    }
}

/// One license of one technician.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct License {
    /// Class.
    pub class: LicenseClass,
    /// Who issued it.
    pub jurisdiction: JurisdictionId,
    /// Endorsements written on it, sorted.
    pub endorsements: Vec<EndorsementId>,
    /// The number on the card; may be empty.
    pub number: String,
    /// When it holds.
    pub validity: Validity,
}

/// A state, county or city that issues licenses or permits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Jurisdiction {
    /// The caller's id.
    pub label: String,
    /// The jurisdiction that contains this one. A license of any ancestor holds here.
    pub parent: Option<JurisdictionId>,
    /// Outlines of the territory; empty when visits always name their jurisdiction.
    pub territory: Vec<Ring>,
}

/// A license of `issued_in` is accepted in `accepted_in`, up to a class. Not transitive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reciprocity {
    /// Where the license comes from.
    pub issued_in: JurisdictionId,
    /// Where it is accepted, with all that `accepted_in` contains.
    pub accepted_in: JurisdictionId,
    /// The highest class that is accepted; a higher license counts as this class.
    pub class_max: LicenseClass,
}

/// How a license comes to hold in the jurisdiction of a visit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recognition {
    /// Issued there.
    Issued,
    /// Issued by a jurisdiction that contains it.
    Containing,
    /// Accepted by reciprocity, counting at most as this class.
    Reciprocity(LicenseClass),
    /// The visit lies in no jurisdiction that licenses, so any counts.
    Anywhere,
}
