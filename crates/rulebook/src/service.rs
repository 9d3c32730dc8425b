//! A service of the catalogue: who may do it, how long it takes, what it needs, what papers close it.

use std::collections::BTreeMap;

use journeyman_domain::{Duration, LicenseClass};

use crate::error::{Findings, LIST_MAX, key};
use crate::intake::{self, Fact};
use crate::jurisdiction::NO_PERMIT;
use crate::rates::{LaborRate, PartPrice};
use crate::source::{ServiceSource, StageSource};

/// Longest service in minutes: 100 working days of ten hours.
const MINUTES_MAX: i64 = 60_000;

/// What a customer can buy.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Service {
    /// Its code, unique in the book.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// What who serves it must have and bring.
    pub requirement: ServiceRequirement,
    /// How long it takes on site, all stages together.
    pub duration: DurationDistribution,
    /// One visit, several, or none.
    pub span: WorkSpan,
    /// Kind of permit it waits for; none: no permit is needed.
    pub permit_kind: Option<String>,
    /// What an hour of it costs the customer.
    pub labor_rate: LaborRate,
    /// What must be there before it can be closed out.
    pub close_out: CloseOut,
    /// What intake must know, in the order of asking.
    pub intake: Vec<Fact>,
}

/// What a technician must have and bring. Names are the board's, not dense ids of one problem.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct ServiceRequirement {
    /// Least license class.
    pub license: LicenseClass,
    /// What else the license must say.
    pub endorsement: Option<Endorsement>,
    /// Skills with their least levels, sorted by name.
    pub skills: Vec<SkillNeed>,
    /// Parts used, sorted by SKU.
    pub parts: Vec<PartNeed>,
}

/// What a license must carry besides its class.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Endorsement {
    /// Commercial work: a license limited to dwellings does not do.
    Commercial,
}

impl Endorsement {
    /// The name it has on a board's licenses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Commercial => "commercial",
        }
    }
}

/// A skill and its least level.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SkillNeed {
    /// Its name on the board.
    pub skill: String,
    /// Least level, from 1 up.
    pub level: u8,
}

/// A part and how many of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartNeed {
    /// The part; it has a price in the same book.
    pub sku: String,
    /// How many; positive.
    pub quantity: u32,
}

/// Time on site as a lognormal distribution, given by its median and by its standard deviation
/// as a share of its mean: the share in which `WindowPolicy::duration_spread_permille` gives spreads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DurationDistribution {
    median_minutes: u32,
    spread_permille: u32,
}

impl DurationDistribution {
    /// Half of the jobs take less.
    pub fn median(self) -> Duration {
        Duration::from_ticks(i64::from(self.median_minutes) * 60)
    }

    /// The mean in seconds, rounded: the time to plan with.
    ///
    /// With c the standard deviation over the mean, a lognormal has σ² = ln(1 + c²), so its mean is
    /// median · exp(σ²/2) = median · √(1 + c²): a square root, the same on every machine.
    pub fn mean(self) -> Duration {
        let share = f64::from(self.spread_permille) / 1_000.0;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "below 60,000 min · √(1 + 3²) · 60: exact in i64"
        )]
        let seconds = (f64::from(self.median_minutes) * 60.0 * (1.0 + share * share).sqrt()).round() as i64;
        Duration::from_ticks(seconds)
    }

    /// The standard deviation in seconds, as `Visit::duration_spread` takes it.
    pub fn deviation(self) -> Duration {
        Duration::from_ticks(self.mean().ticks() * i64::from(self.spread_permille) / 1_000)
    }
}

/// How the work divides into visits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WorkSpan {
    /// One visit does it.
    OneVisit,
    /// Visits one after another; each fits a shift. Never empty.
    Stages(Vec<Stage>),
    /// Not dispatched, for this reason; it is recognized so that the caller can be told.
    Refused(String),
}

/// One visit of work that is longer than a shift.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Stage {
    /// What it is ("rough-in").
    pub name: String,
    /// How long it takes, with the service's spread.
    pub duration: DurationDistribution,
    /// The inspection that must pass before the next stage starts.
    pub inspection_after: Option<String>,
}

/// What must be there before a work order can be closed out.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct CloseOut {
    /// Kinds of photos.
    pub photos: Vec<String>,
    /// Kinds of notes.
    pub notes: Vec<String>,
}

impl CloseOut {
    /// The kinds that are not among `given`, photos first.
    pub fn missing<'a>(&'a self, given: &[&str]) -> Vec<&'a str> {
        let asked = self.photos.iter().chain(&self.notes);
        asked.map(String::as_str).filter(|kind| !given.contains(kind)).collect()
    }
}

/// What a service may refer to.
pub(crate) struct Shelves<'a> {
    pub(crate) labor_rates: &'a BTreeMap<String, LaborRate>,
    pub(crate) part_prices: &'a BTreeMap<String, PartPrice>,
    pub(crate) shift_minutes_max: u32,
}

/// Checks one service; a rate that is not known is noted and the service left out.
pub(crate) fn check(source: &ServiceSource, shelves: &Shelves, findings: &mut Findings) -> Option<Service> {
    let path = format!("service[{}]", source.code);
    findings.text(format!("{path}.code"), &source.code, 60);
    findings.text(format!("{path}.name"), &source.name, 100);
    findings.within(format!("{path}.median_minutes"), i64::from(source.median_minutes), (5, MINUTES_MAX));
    findings.within(format!("{path}.spread_permille"), i64::from(source.spread_permille), (0, 3_000));
    let labor_rate = shelves.labor_rates.get(&source.labor_rate).cloned();
    if labor_rate.is_none() {
        let problem = format!("`{}` is no rate under `labor_rate`", source.labor_rate);
        findings.refuse(format!("{path}.labor_rate"), problem);
    }
    if source.permit.trim().is_empty() {
        findings.refuse(format!("{path}.permit"), "is empty; write \"none\" where no permit is needed");
    }
    let duration = distribution(source.median_minutes, source.spread_permille);
    let requirement = requirement(source, &path, shelves, findings);
    let span = span(source, &path, shelves.shift_minutes_max, findings);
    let close_out = close_out(source, &path, findings);
    let intake = intake::check_list(&format!("{path}.intake"), &source.intake, findings);
    Some(Service {
        code: source.code.clone(),
        name: source.name.clone(),
        requirement,
        duration,
        span,
        permit_kind: (source.permit != NO_PERMIT).then(|| source.permit.clone()),
        labor_rate: labor_rate?,
        close_out,
        intake,
    })
}

fn distribution(median_minutes: u32, spread_permille: u32) -> DurationDistribution {
    DurationDistribution { median_minutes, spread_permille }
}

fn requirement(
    source: &ServiceSource,
    path: &str,
    shelves: &Shelves,
    findings: &mut Findings,
) -> ServiceRequirement {
    for (name, entries) in [("parts", source.parts.len()), ("skills", source.skills.len())] {
        if entries > LIST_MAX {
            findings.refuse(
                format!("{path}.{name}"),
                format!("has {entries} entries, at most {LIST_MAX} are allowed"),
            );
        }
    }
    for (sku, quantity) in &source.parts {
        let key = format!("{path}.parts.{}", key(sku));
        findings.within(key.clone(), i64::from(*quantity), (1, 1_000));
        if !shelves.part_prices.contains_key(sku) {
            findings.refuse(key, "has no price under `part`");
        }
    }
    for (skill, level) in &source.skills {
        findings.within(format!("{path}.skills.{}", key(skill)), i64::from(*level), (1, 10));
    }
    let part = |(sku, quantity): (&String, &u32)| PartNeed { sku: sku.clone(), quantity: *quantity };
    let skill = |(skill, level): (&String, &u8)| SkillNeed { skill: skill.clone(), level: *level };
    ServiceRequirement {
        license: source.license.into(),
        endorsement: source.commercial_license.then_some(Endorsement::Commercial),
        skills: source.skills.iter().map(skill).collect(),
        parts: source.parts.iter().map(part).collect(),
    }
}

fn span(source: &ServiceSource, path: &str, shift_max: u32, findings: &mut Findings) -> WorkSpan {
    if let Some(reason) = &source.refused {
        findings.text(format!("{path}.refused"), reason, 300);
        if !source.stage.is_empty() {
            findings.refuse(format!("{path}.stage"), "is given for a service that is refused");
        }
        return WorkSpan::Refused(reason.clone());
    }
    if source.stage.is_empty() {
        let duration = distribution(source.median_minutes, source.spread_permille);
        let key = format!("{path}.median_minutes");
        refuse_longer_than_shift(duration, key, shift_max, "; give it stages or refuse it", findings);
        return WorkSpan::OneVisit;
    }
    if source.stage.len() > LIST_MAX {
        let problem = format!("has {} entries, at most {LIST_MAX} are allowed", source.stage.len());
        findings.refuse(format!("{path}.stage"), problem);
    }
    let stages = source.stage.iter().enumerate().map(|(index, stage)| {
        let duration = distribution(stage.median_minutes, source.spread_permille);
        check_stage(stage, duration, (&format!("{path}.stage[{index}]"), shift_max), findings)
    });
    let stages: Vec<Stage> = stages.collect();
    if source.stage.last().is_some_and(|last| last.inspection_after.is_some()) {
        let key = format!("{path}.stage[{}].inspection_after", source.stage.len() - 1);
        findings.refuse(key, "is given for the last stage, which no other waits for");
    }
    let total: u32 = source.stage.iter().fold(0, |sum, stage| sum.saturating_add(stage.median_minutes));
    if total != source.median_minutes {
        let problem = format!("is {}, but the stages take {total}", source.median_minutes);
        findings.refuse(format!("{path}.median_minutes"), problem);
    }
    WorkSpan::Stages(stages)
}

fn refuse_longer_than_shift(
    duration: DurationDistribution,
    key: String,
    shift_max: u32,
    advice: &str,
    findings: &mut Findings,
) {
    let minutes = duration.mean().ticks() / 60;
    if minutes > i64::from(shift_max) {
        findings.refuse(key, format!("takes {minutes} minutes on average, a shift {shift_max}{advice}"));
    }
}

fn check_stage(
    source: &StageSource,
    duration: DurationDistribution,
    (path, shift_max): (&str, u32),
    findings: &mut Findings,
) -> Stage {
    findings.text(format!("{path}.name"), &source.name, 60);
    let key = format!("{path}.median_minutes");
    findings.within(key.clone(), i64::from(source.median_minutes), (5, MINUTES_MAX));
    refuse_longer_than_shift(duration, key, shift_max, "", findings);
    Stage { name: source.name.clone(), duration, inspection_after: source.inspection_after.clone() }
}

fn close_out(source: &ServiceSource, path: &str, findings: &mut Findings) -> CloseOut {
    for (key, kinds) in [("photos", &source.photos), ("notes", &source.notes)] {
        findings.texts(&format!("{path}.{key}"), kinds, 60);
    }
    // One kind names one piece of evidence, photo or note.
    for kind in source.notes.iter().filter(|kind| source.photos.contains(kind)) {
        findings.refuse(format!("{path}.notes"), format!("`{kind}` is a kind of photo too"));
    }
    CloseOut { photos: source.photos.clone(), notes: source.notes.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lognormal_is_planned_by_its_mean_above_the_median() {
        let hour = distribution(60, 750);
        assert_eq!((hour.median().ticks(), hour.mean().ticks()), (3_600, 4_500));
        assert_eq!(hour.deviation().ticks(), 3_375);
    }
}
