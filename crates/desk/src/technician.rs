//! Technicians as the desk knows them: names and licenses, and whether a license lets one start a visit.
//!
//! `eligibility` answers the same question over a whole problem with dense ids; the desk asks it of one person and
//! one moment, from the rule book's jurisdictions, at the last chance to stop illegal work.

use jiff::civil::Date;
use journeyman_domain::LicenseClass;
use journeyman_rulebook::RuleBook;

use crate::work_order::VisitWork;

/// A license to practice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct License {
    /// Class.
    pub class: LicenseClass,
    /// Who issued it.
    pub jurisdiction: String,
    /// What is written on it besides.
    pub endorsements: Vec<String>,
    /// The number on the card.
    pub number: String,
    /// First valid day; none: always was.
    pub valid_from: Option<Date>,
    /// Last valid day; none: does not expire.
    pub valid_until: Option<Date>,
}

/// A technician.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Technician {
    /// Id on the board.
    pub id: String,
    /// What customers call him.
    pub name: String,
    /// Licenses.
    pub licenses: Vec<License>,
}

impl Technician {
    /// Whether one license lets him start this work there on that day.
    pub fn is_licensed_for(&self, work: &VisitWork, jurisdiction: &str, day: Date, book: &RuleBook) -> bool {
        self.licenses.iter().any(|license| {
            let valid = license.valid_from.is_none_or(|from| from <= day)
                && license.valid_until.is_none_or(|until| day <= until);
            let endorsed = work.endorsements.iter().all(|needed| license.endorsements.contains(needed));
            let class = license.counts_as(jurisdiction, book);
            valid && endorsed && class.is_some_and(|class| class >= work.license)
        })
    }
}

impl License {
    /// As which class it counts there: as itself where it was issued there or by a container, up to a class where
    /// the place or a container accepts it. Not transitive. In no known jurisdiction any license counts.
    fn counts_as(&self, jurisdiction: &str, book: &RuleBook) -> Option<LicenseClass> {
        if jurisdiction.is_empty() || self.jurisdiction == jurisdiction {
            return Some(self.class);
        }
        let find = |id: &str| book.jurisdiction(id);
        let lineage =
            std::iter::successors(find(jurisdiction), |inner| inner.parent.as_deref().and_then(find));
        let mut accepted = None;
        for level in lineage {
            if level.id == self.jurisdiction {
                return Some(self.class);
            }
            let rules = level.reciprocity.iter().filter(|rule| rule.issued_in == self.jurisdiction);
            accepted = accepted.max(rules.map(|rule| rule.class_max.min(self.class)).max());
        }
        accepted
    }
}
