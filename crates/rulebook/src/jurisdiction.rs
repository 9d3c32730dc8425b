//! Jurisdictions: how permits are filed and how long they take, who inspects, whose licenses count.

use std::collections::BTreeSet;

use journeyman_domain::LicenseClass;

use crate::error::Findings;
use crate::source::{FilingSource, JurisdictionSource, PermitSource};

/// What a service writes in place of a kind of permit.
pub(crate) const NO_PERMIT: &str = "none";

/// A state, county or city that licenses or permits.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Jurisdiction {
    /// Its id on the board.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The jurisdiction that contains it: what it does not rule itself, that one rules.
    pub parent: Option<String>,
    /// How many apprentices one licensee may supervise, where it rules that itself.
    pub supervision: Option<SupervisionRatio>,
    /// Licenses of others that it accepts.
    pub reciprocity: Vec<ReciprocityRule>,
    /// Permits it issues, in the book's order.
    pub permits: Vec<PermitRule>,
}

/// How many apprentices may work under one licensee.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SupervisionRatio {
    /// Least class of who supervises.
    pub class: LicenseClass,
    /// Most apprentices per supervisor.
    pub apprentices_max: u8,
    /// The same on residential work, where the law makes a difference; else it is `apprentices_max`.
    pub apprentices_max_residential: u8,
}

/// A license of another jurisdiction is accepted, up to a class. Not transitive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReciprocityRule {
    /// Where the license comes from; need not be in the book.
    pub issued_in: String,
    /// The highest class that is accepted.
    pub class_max: LicenseClass,
}

/// How one kind of permit is obtained.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct PermitRule {
    /// What services ask for.
    pub kind: String,
    /// From filing to issue.
    pub lead_time: LeadTime,
    /// Days after its issue during which work may start.
    pub valid_days: u32,
    /// Who files it, and with what.
    pub filing: Filing,
    /// Inspections before it is closed, in their order; the last one closes it.
    pub inspections: Vec<String>,
}

/// Calendar days from filing to issue, by quantile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LeadTime {
    /// Half of them are issued by then.
    pub days_p50: u32,
    /// Nine of ten are.
    pub days_p90: u32,
}

/// How an application reaches the jurisdiction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Filing {
    /// An effect that this adapter carries.
    Digital {
        /// Name of the adapter in the configuration.
        adapter: String,
    },
    /// A task for a person.
    Manual {
        /// What has to be handed in.
        documents: Vec<String>,
    },
}

/// Checks all of them together: parents must exist and may not form a ring.
pub(crate) fn check_all(sources: &[JurisdictionSource], findings: &mut Findings) -> Vec<Jurisdiction> {
    if sources.is_empty() {
        findings.refuse("jurisdiction", "is empty; permits need one");
    }
    findings.unique("jurisdiction", sources.iter().map(|source| source.id.as_str()));
    let jurisdictions: Vec<_> = sources.iter().map(|source| check(source, findings)).collect();
    for jurisdiction in &jurisdictions {
        check_ancestry(jurisdiction, &jurisdictions, findings);
    }
    jurisdictions
}

/// The jurisdiction with this id and those that contain it, from the inside out. It ends even where parents
/// form a ring (a book with one is refused), one step after it closed.
pub(crate) fn lineage<'a>(
    id: &str,
    all: &'a [Jurisdiction],
) -> impl Iterator<Item = &'a Jurisdiction> + use<'a> {
    let find = move |id: &str| all.iter().find(|jurisdiction| jurisdiction.id == id);
    let steps = std::iter::successors(find(id), move |inner| inner.parent.as_deref().and_then(find));
    steps.take(all.len() + 1)
}

fn check_ancestry(jurisdiction: &Jurisdiction, all: &[Jurisdiction], findings: &mut Findings) {
    let path = format!("jurisdiction[{}].parent", jurisdiction.id);
    let mut seen = BTreeSet::new();
    for ancestor in lineage(&jurisdiction.id, all) {
        if !seen.insert(&ancestor.id) {
            return findings.refuse(path, format!("leads back to `{}`", ancestor.id));
        }
        let parent = ancestor.parent.as_ref();
        let unknown = parent.filter(|parent| !all.iter().any(|other| other.id == **parent));
        if let Some(parent) = unknown.filter(|_| ancestor.id == jurisdiction.id) {
            findings.refuse(path.clone(), format!("`{parent}` is no jurisdiction of this book"));
        }
    }
}

fn check(source: &JurisdictionSource, findings: &mut Findings) -> Jurisdiction {
    let path = format!("jurisdiction[{}]", source.id);
    findings.text(format!("{path}.id"), &source.id, 60);
    findings.text(format!("{path}.name"), &source.name, 100);
    let supervision = source.supervision.as_ref().map(|ratio| SupervisionRatio {
        class: ratio.class.into(),
        apprentices_max: ratio.apprentices_max,
        apprentices_max_residential: ratio.apprentices_max_residential.unwrap_or(ratio.apprentices_max),
    });
    if let Some(ratio) = supervision {
        for (key, count) in [
            ("apprentices_max", ratio.apprentices_max),
            ("apprentices_max_residential", ratio.apprentices_max_residential),
        ] {
            findings.within(format!("{path}.supervision.{key}"), i64::from(count), (0, 20));
        }
        if ratio.class == LicenseClass::Apprentice {
            findings.refuse(format!("{path}.supervision.class"), "an apprentice supervises nobody");
        }
    }
    findings.unique(&format!("{path}.permit"), source.permit.iter().map(|permit| permit.kind.as_str()));
    for (index, rule) in source.reciprocity.iter().enumerate() {
        let key = format!("{path}.reciprocity[{index}].issued_in");
        findings.text(key.clone(), &rule.issued_in, 60);
        if rule.issued_in == source.id {
            findings.refuse(key, "is this jurisdiction, whose licenses count anyway");
        }
    }
    let issuers = source.reciprocity.iter().map(|rule| rule.issued_in.as_str());
    findings.unique(&format!("{path}.reciprocity"), issuers);
    let reciprocity = source
        .reciprocity
        .iter()
        .map(|rule| ReciprocityRule { issued_in: rule.issued_in.clone(), class_max: rule.class_max.into() });
    Jurisdiction {
        id: source.id.clone(),
        name: source.name.clone(),
        parent: source.parent.clone(),
        supervision,
        reciprocity: reciprocity.collect(),
        permits: source.permit.iter().map(|permit| check_permit(permit, &path, findings)).collect(),
    }
}

fn check_permit(source: &PermitSource, jurisdiction: &str, findings: &mut Findings) -> PermitRule {
    let path = format!("{jurisdiction}.permit[{}]", source.kind);
    findings.text(format!("{path}.kind"), &source.kind, 60);
    let (p50, p90) = (source.lead_days.p50, source.lead_days.p90);
    findings.within(format!("{path}.lead_days.p90"), i64::from(p90), (0, 730));
    if p50 > p90 {
        findings.refuse(format!("{path}.lead_days.p50"), format!("{p50} is above p90, which is {p90}"));
    }
    findings.within(format!("{path}.valid_days"), i64::from(source.valid_days), (1, 3_650));
    if source.kind == NO_PERMIT {
        findings.refuse(format!("{path}.kind"), "\"none\" is what services write that need no permit");
    }
    if source.inspections.is_empty() {
        findings.refuse(format!("{path}.inspections"), "is empty; the last inspection closes the permit");
    }
    findings.texts(&format!("{path}.inspections"), &source.inspections, 60);
    let filing = match &source.filing {
        FilingSource::Digital { adapter } => {
            findings.text(format!("{path}.filing.digital.adapter"), adapter, 60);
            Filing::Digital { adapter: adapter.clone() }
        }
        FilingSource::Manual { documents } => {
            let key = format!("{path}.filing.manual.documents");
            if documents.is_empty() {
                findings.refuse(key.clone(), "is empty; a person needs to know what to hand in");
            }
            findings.texts(&key, documents, 100);
            Filing::Manual { documents: documents.clone() }
        }
    };
    PermitRule {
        kind: source.kind.clone(),
        lead_time: LeadTime { days_p50: p50, days_p90: p90 },
        valid_days: source.valid_days,
        filing,
        inspections: source.inspections.clone(),
    }
}
