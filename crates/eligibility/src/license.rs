//! Licensing law: where a license holds, as which class, and which one lets a technician start a visit.

use journeyman_domain::{
    Ineligibility, JurisdictionId, License, LicenseClass, LicenseProof, Problem, Reciprocity, Recognition,
    Requirement, Technician, Time, TimeWindow,
};

use crate::starts::{meets, open_until, union};

/// The recognition rules of a problem, by issuer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Law {
    /// The container of each jurisdiction.
    parents: Vec<Option<JurisdictionId>>,
    /// Reciprocity rows by the jurisdiction that issued the license.
    accepted: Vec<Vec<Reciprocity>>,
}

/// A license that is recognized at a place.
struct Recognized<'a> {
    license: &'a License,
    how: Recognition,
    /// The class that it counts as there.
    counts_as: LicenseClass,
}

/// What a visit asks of a license.
pub(crate) struct Need<'a> {
    pub(crate) required: LicenseClass,
    pub(crate) requirement: &'a Requirement,
    /// Whose law holds.
    pub(crate) place: Option<JurisdictionId>,
}

impl Law {
    pub(crate) fn of(problem: &Problem) -> Self {
        let mut accepted = vec![Vec::new(); problem.jurisdictions.len()];
        for row in &problem.reciprocity {
            accepted[row.issued_in.index()].push(*row);
        }
        Self { parents: problem.jurisdictions.iter().map(|j| j.parent).collect(), accepted }
    }

    /// How a license of `issuer` and `class` holds at `place`, and as which class. The strongest way counts:
    /// issued there, issued by a container, reciprocity with the place or a container of it (not transitive).
    fn recognition(
        &self,
        issuer: JurisdictionId,
        class: LicenseClass,
        place: Option<JurisdictionId>,
    ) -> Option<(Recognition, LicenseClass)> {
        let Some(place) = place else { return Some((Recognition::Anywhere, class)) };
        if issuer == place {
            return Some((Recognition::Issued, class));
        }
        if self.contains(issuer, place) {
            return Some((Recognition::Containing, class));
        }
        let rows = self.accepted[issuer.index()].iter();
        let holding = rows.filter(|row| row.accepted_in == place || self.contains(row.accepted_in, place));
        let class_max = holding.map(|row| row.class_max).max()?;
        Some((Recognition::Reciprocity(class_max), class.min(class_max)))
    }

    /// Whether `outer` is a proper ancestor of `inner`.
    fn contains(&self, outer: JurisdictionId, inner: JurisdictionId) -> bool {
        // Validation refuses circles; the limit keeps a broken problem from hanging.
        std::iter::successors(self.parents[inner.index()], |id| self.parents[id.index()])
            .take(self.parents.len())
            .any(|ancestor| ancestor == outer)
    }

    fn recognized<'a>(
        &self,
        technician: &'a Technician,
        place: Option<JurisdictionId>,
    ) -> impl Iterator<Item = Recognized<'a>> {
        technician.licenses.iter().filter_map(move |license| {
            let (how, counts_as) = self.recognition(license.jurisdiction, license.class, place)?;
            Some(Recognized { license, how, counts_as })
        })
    }

    /// Licenses that satisfy the need at the moments at which they are valid.
    fn sufficient<'a>(
        &self,
        technician: &'a Technician,
        need: &Need<'_>,
    ) -> impl Iterator<Item = Recognized<'a>> {
        self.recognized(technician, need.place).filter(|found| {
            found.counts_as >= need.required && missing_endorsements(need, found.license).next().is_none()
        })
    }

    /// The rule that denies the technician every license for the need at every moment of `possible`; for
    /// endorsements one reason each. Nothing where some license satisfies it.
    pub(crate) fn denials(
        &self,
        technician: &Technician,
        need: &Need<'_>,
        possible: &[TimeWindow],
    ) -> Vec<Ineligibility> {
        let required = need.required;
        let recognized: Vec<Recognized<'_>> = self.recognized(technician, need.place).collect();
        let Some(held) = recognized.iter().map(|found| found.counts_as).max() else {
            return vec![Ineligibility::NoLicenseInJurisdiction { required, jurisdiction: need.place }];
        };
        if held < required {
            return vec![Ineligibility::LicenseClassTooLow { required, held }];
        }
        let high =
            || recognized.iter().filter(|found| found.counts_as >= required).map(|found| found.license);
        let valid = || high().filter(|license| valid_at_some(license, possible));
        // The license with the fewest endorsements missing is the one to speak of.
        match valid().min_by_key(|license| missing_endorsements(need, license).count()) {
            Some(best) => missing_endorsements(need, best).collect(),
            None => {
                // The license that ran out last, or comes last: the one that a person would look at.
                let last = high().map(|license| license.validity).max_by_key(|validity| validity.until);
                let validity = last.expect("a license of the class is held");
                vec![Ineligibility::LicenseNotValidThen { from: validity.from, until: validity.until }]
            }
        }
    }

    /// Whether some license satisfies the need at some moment of `possible`: there are no [`Self::denials`] then.
    pub(crate) fn licenses_some(
        &self,
        technician: &Technician,
        need: &Need<'_>,
        possible: impl Iterator<Item = TimeWindow> + Clone,
    ) -> bool {
        self.sufficient(technician, need).any(|found| {
            let validity = found.license.validity;
            let valid = open_until(validity.from, validity.until);
            valid.is_some_and(|valid| possible.clone().any(|window| window.intersection(&valid).is_some()))
        })
    }

    /// Whether one license satisfies the need from the first to the last moment.
    pub(crate) fn licenses_throughout(
        &self,
        technician: &Technician,
        need: &Need<'_>,
        (first, last): (Time, Time),
    ) -> bool {
        let throughout = |found: Recognized<'_>| {
            found.license.validity.covers(first) && found.license.validity.covers(last)
        };
        self.sufficient(technician, need).any(throughout)
    }

    /// The moments at which some license satisfies the need, sorted and disjoint.
    pub(crate) fn licensed_times(&self, technician: &Technician, need: &Need<'_>) -> Vec<TimeWindow> {
        union(self.sufficient(technician, need).map(|found| found.license.validity))
    }

    /// The license that satisfies the need at `at`: the most direct recognition first, then the one that is valid
    /// longest, then the caller's order.
    pub(crate) fn proof(&self, technician: &Technician, need: &Need<'_>, at: Time) -> Option<LicenseProof> {
        let holding = self.sufficient(technician, need).filter(|found| found.license.validity.covers(at));
        // `min_by_key` keeps the first of equals.
        let best = holding
            .min_by_key(|found| (directness(found.how), std::cmp::Reverse(found.license.validity.until)))?;
        Some(LicenseProof {
            required: need.required,
            class: best.license.class,
            jurisdiction: best.license.jurisdiction,
            number: best.license.number.clone(),
            valid_until: best.license.validity.last_day,
            recognition: best.how,
        })
    }
}

fn missing_endorsements(need: &Need<'_>, license: &License) -> impl Iterator<Item = Ineligibility> {
    let missing = |id: &&_| license.endorsements.binary_search(id).is_err();
    need.requirement.endorsements.iter().filter(missing).map(|&id| Ineligibility::MissingEndorsement(id))
}

fn valid_at_some(license: &License, possible: &[TimeWindow]) -> bool {
    open_until(license.validity.from, license.validity.until).is_some_and(|valid| meets(possible, &valid))
}

fn directness(how: Recognition) -> u8 {
    match how {
        Recognition::Issued => 0,
        Recognition::Containing => 1,
        Recognition::Anywhere => 2,
        Recognition::Reciprocity(_) => 3,
    }
}
