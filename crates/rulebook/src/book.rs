//! The rule book: one version, checked as a whole, never changed afterwards.

use std::collections::BTreeMap;

use crate::catalogue::Entry;
use crate::error::{Findings, RuleBookError};
use crate::intake::CallFacts;
use crate::jurisdiction::{self, Jurisdiction, PermitRule, SupervisionRatio, lineage};
use crate::message::{self, MessageKind, QuietHours, Template};
use crate::qualification::{self, Classifier, Qualification};
use crate::rates::{self, Cents, LaborRate, PartPrice};
use crate::reading;
use crate::service::{self, Service, Shelves, WorkSpan};
use crate::source::{BookSource, PartPolicySource};

/// Longest text, as the contract says.
const BYTES_MAX: usize = 1 << 20;
/// Most services of one book.
const SERVICES_MAX: usize = 500;

/// What becomes of a visit whose part is backordered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PartPolicy {
    /// It waits for the part.
    HoldVisit,
    /// It is served now as this service, which needs no part: somebody looks and measures.
    SiteAssessment {
        /// Code of the service that takes its place.
        service_code: String,
    },
}

/// One version of the rules a board works by.
#[derive(Clone, PartialEq, Debug)]
pub struct RuleBook {
    /// What it was read from; books of other wording are other books.
    text: String,
    version: String,
    company: String,
    part_policy: PartPolicy,
    /// Sorted by code.
    services: Vec<Service>,
    part_prices: BTreeMap<String, PartPrice>,
    labor_rates: BTreeMap<String, LaborRate>,
    jurisdictions: Vec<Jurisdiction>,
    /// In the order of `MessageKind::ALL`.
    templates: Vec<Template>,
    quiet_hours: QuietHours,
    classifier: Classifier,
}

impl RuleBook {
    /// Reads and checks a book; an error lists everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, RuleBookError> {
        if text.len() > BYTES_MAX {
            return Err(RuleBookError::TooLong { bytes: text.len(), limit: BYTES_MAX });
        }
        Self::check(reading::read(text)?, text)
    }

    /// The TOML text that it was read from, as [`Self::parse`] takes it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its name.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The company's name, as customers know it.
    pub fn company(&self) -> &str {
        &self.company
    }

    /// What becomes of a visit whose part is backordered.
    pub fn part_policy(&self) -> &PartPolicy {
        &self.part_policy
    }

    /// Every service, sorted by code.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// One service.
    pub fn service(&self, code: &str) -> Option<&Service> {
        let at = self.services.binary_search_by(|service| service.code.as_str().cmp(code)).ok()?;
        Some(&self.services[at])
    }

    /// What a part costs the customer.
    pub fn part_price(&self, sku: &str) -> Option<Cents> {
        self.part(sku).map(|part| part.each)
    }

    /// A part with its name on the invoice.
    pub fn part(&self, sku: &str) -> Option<&PartPrice> {
        self.part_prices.get(sku)
    }

    /// An hourly rate by its name.
    pub fn labor_rate(&self, name: &str) -> Option<&LaborRate> {
        self.labor_rates.get(name)
    }

    /// Every jurisdiction, in the book's order.
    pub fn jurisdictions(&self) -> &[Jurisdiction] {
        &self.jurisdictions
    }

    /// One jurisdiction.
    pub fn jurisdiction(&self, id: &str) -> Option<&Jurisdiction> {
        self.jurisdictions.iter().find(|jurisdiction| jurisdiction.id == id)
    }

    /// Who issues permits of this kind for a site in a jurisdiction, and how: the innermost that rules on it.
    pub fn permit_rule(&self, jurisdiction_id: &str, kind: &str) -> Option<(&Jurisdiction, &PermitRule)> {
        lineage(jurisdiction_id, &self.jurisdictions).find_map(|jurisdiction| {
            let rule = jurisdiction.permits.iter().find(|rule| rule.kind == kind)?;
            Some((jurisdiction, rule))
        })
    }

    /// How many apprentices may work under one licensee there: as the innermost jurisdiction rules.
    pub fn supervision(&self, jurisdiction_id: &str) -> Option<SupervisionRatio> {
        lineage(jurisdiction_id, &self.jurisdictions).find_map(|jurisdiction| jurisdiction.supervision)
    }

    /// The template of a message.
    pub fn message(&self, kind: MessageKind) -> &Template {
        let template = self.templates.iter().find(|template| template.kind() == kind);
        template.expect("a checked book has a template of every kind")
    }

    /// When nobody is written to.
    pub fn quiet_hours(&self) -> QuietHours {
        self.quiet_hours
    }

    /// What work a call means by the words of its symptom.
    pub fn qualify(&self, facts: &CallFacts) -> Qualification<'_> {
        qualification::qualify(self, facts)
    }

    pub(crate) fn classifier(&self) -> &Classifier {
        &self.classifier
    }

    fn check(mut source: BookSource, text: &str) -> Result<Self, RuleBookError> {
        let mut findings = Findings::default();
        findings.text("version", &source.version, 60);
        findings.text("company", &source.company, 100);
        findings.within("shift_minutes_max", i64::from(source.shift_minutes_max), (60, 960));
        let labor_rates = rates::labor_rates(source.labor_rate, &mut findings);
        let part_prices = rates::part_prices(source.part, &mut findings);
        if source.service.is_empty() || source.service.len() > SERVICES_MAX {
            let problem = format!("has {} entries, 1 to {SERVICES_MAX} are allowed", source.service.len());
            findings.refuse("service", problem);
        }
        findings.unique("service", source.service.iter().map(|service| service.code.as_str()));
        source.service.sort_by(|a, b| a.code.cmp(&b.code));
        let shelves = Shelves {
            labor_rates: &labor_rates,
            part_prices: &part_prices,
            shift_minutes_max: source.shift_minutes_max,
        };
        let (mut services, mut entries) = (Vec::new(), Vec::new());
        for written in &source.service {
            services.extend(service::check(written, &shelves, &mut findings));
            let path = format!("service[{}].words", written.code);
            entries.push(Entry::check(&path, &written.words, &mut findings));
        }
        let classifier = Classifier::check(&source.qualification, entries, &mut findings);
        let jurisdictions = jurisdiction::check_all(&source.jurisdiction, &mut findings);
        let (templates, quiet_hours) = message::check(&source.messages, &mut findings);
        let policy = (source.backordered_parts, source.assessment_service);
        let part_policy = check_part_policy(policy, &services, &mut findings);
        check_permits(&services, &jurisdictions, &mut findings);
        let (version, company) = (source.version, source.company);
        findings.conclude(Self {
            text: text.to_owned(),
            version,
            company,
            part_policy,
            services,
            part_prices,
            labor_rates,
            jurisdictions,
            templates,
            quiet_hours,
            classifier,
        })
    }
}

/// An assessment must be a service that can be sent out at once: without parts, permit or stages.
fn check_part_policy(
    policy: (PartPolicySource, Option<String>),
    services: &[Service],
    findings: &mut Findings,
) -> PartPolicy {
    let path = "assessment_service";
    match policy {
        (PartPolicySource::HoldVisit, None) => PartPolicy::HoldVisit,
        (PartPolicySource::HoldVisit, Some(_)) => {
            findings.refuse(path, "is given, but `backordered_parts` is \"hold-visit\"");
            PartPolicy::HoldVisit
        }
        (PartPolicySource::SiteAssessment, None) => {
            findings.refuse(path, "is missing; `backordered_parts` is \"site-assessment\"");
            PartPolicy::HoldVisit
        }
        (PartPolicySource::SiteAssessment, Some(service_code)) => {
            match services.iter().find(|service| service.code == service_code) {
                None => findings.refuse(path, format!("`{service_code}` is no service of this book")),
                Some(service)
                    if !service.requirement.parts.is_empty()
                        || service.permit_kind.is_some()
                        || service.span != WorkSpan::OneVisit =>
                {
                    findings
                        .refuse(path, format!("`{service_code}` needs parts, a permit or several visits"));
                }
                Some(_) => {}
            }
            PartPolicy::SiteAssessment { service_code }
        }
    }
}

/// Every permit that a service asks for can be had wherever the book reaches, and with it the inspections
/// that its stages wait for.
fn check_permits(services: &[Service], jurisdictions: &[Jurisdiction], findings: &mut Findings) {
    let is_parent = |id: &str| jurisdictions.iter().any(|inner| inner.parent.as_deref() == Some(id));
    // Sites lie in the innermost jurisdictions and in those that issue permits themselves.
    let has_sites = |level: &&Jurisdiction| !is_parent(&level.id) || !level.permits.is_empty();
    for service in services {
        let Some(kind) = &service.permit_kind else {
            for (key, inspection) in awaited(service) {
                findings.refuse(key, format!("`{inspection}` is waited for without a permit"));
            }
            continue;
        };
        for inner in jurisdictions.iter().filter(has_sites) {
            let mut rules = lineage(&inner.id, jurisdictions).flat_map(|level| &level.permits);
            let Some(rule) = rules.find(|rule| rule.kind == *kind) else {
                let problem = format!("`{kind}` is no permit in jurisdiction `{}`", inner.id);
                findings.refuse(format!("service[{}].permit", service.code), problem);
                continue;
            };
            for (key, inspection) in awaited(service) {
                if !rule.inspections.iter().any(|name| name == inspection) {
                    let problem = format!("`{inspection}` is no inspection of `{kind}` in `{}`", inner.id);
                    findings.refuse(key, problem);
                }
            }
        }
    }
}

/// The inspections that stages of a service wait for, each with its key.
fn awaited(service: &Service) -> Vec<(String, &str)> {
    let WorkSpan::Stages(stages) = &service.span else { return Vec::new() };
    let key = |index| format!("service[{}].stage[{index}].inspection_after", service.code);
    let stages = stages.iter().enumerate();
    stages.filter_map(|(index, stage)| Some((key(index), stage.inspection_after.as_deref()?))).collect()
}
