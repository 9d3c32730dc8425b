//! The rule book as written: the TOML form, field for field, before anything is checked.
//! Unknown keys are refused here; what the values mean is checked where each noun lives.

use std::collections::BTreeMap;

use journeyman_domain::LicenseClass;
use serde::Deserialize;

/// The whole text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BookSource {
    pub(crate) version: String,
    pub(crate) company: String,
    pub(crate) shift_minutes_max: u32,
    pub(crate) backordered_parts: PartPolicySource,
    pub(crate) assessment_service: Option<String>,
    pub(crate) labor_rate: BTreeMap<String, LaborRateSource>,
    pub(crate) part: BTreeMap<String, PartPriceSource>,
    pub(crate) qualification: QualificationSource,
    pub(crate) service: Vec<ServiceSource>,
    pub(crate) jurisdiction: Vec<JurisdictionSource>,
    pub(crate) messages: MessagesSource,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PartPolicySource {
    HoldVisit,
    SiteAssessment,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LaborRateSource {
    pub(crate) cents_per_hour: i64,
    pub(crate) minutes_min: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartPriceSource {
    pub(crate) name: String,
    pub(crate) cents: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QualificationSource {
    pub(crate) threshold: f64,
    pub(crate) threshold_no_permit: f64,
    pub(crate) temperature: f64,
    pub(crate) unlisted: i32,
    pub(crate) intake: Vec<FactSource>,
    pub(crate) unlisted_permit_words: BTreeMap<String, i32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceSource {
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) license: ClassSource,
    #[serde(default)]
    pub(crate) commercial_license: bool,
    #[serde(default)]
    pub(crate) skills: BTreeMap<String, u8>,
    #[serde(default)]
    pub(crate) parts: BTreeMap<String, u32>,
    pub(crate) median_minutes: u32,
    pub(crate) spread_permille: u32,
    pub(crate) permit: String,
    pub(crate) labor_rate: String,
    pub(crate) photos: Vec<String>,
    pub(crate) notes: Vec<String>,
    pub(crate) intake: Vec<FactSource>,
    pub(crate) refused: Option<String>,
    #[serde(default)]
    pub(crate) stage: Vec<StageSource>,
    pub(crate) words: BTreeMap<String, i32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StageSource {
    pub(crate) name: String,
    pub(crate) median_minutes: u32,
    pub(crate) inspection_after: Option<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ClassSource {
    Apprentice,
    Journeyman,
    Master,
}

impl From<ClassSource> for LicenseClass {
    fn from(class: ClassSource) -> Self {
        match class {
            ClassSource::Apprentice => Self::Apprentice,
            ClassSource::Journeyman => Self::Journeyman,
            ClassSource::Master => Self::Master,
        }
    }
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FactSource {
    Site,
    Contact,
    Access,
    PanelSize,
    Symptom,
    Urgency,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JurisdictionSource {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) parent: Option<String>,
    pub(crate) supervision: Option<SupervisionSource>,
    #[serde(default)]
    pub(crate) reciprocity: Vec<ReciprocitySource>,
    #[serde(default)]
    pub(crate) permit: Vec<PermitSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SupervisionSource {
    pub(crate) class: ClassSource,
    pub(crate) apprentices_max: u8,
    pub(crate) apprentices_max_residential: Option<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReciprocitySource {
    pub(crate) issued_in: String,
    pub(crate) class_max: ClassSource,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PermitSource {
    pub(crate) kind: String,
    pub(crate) lead_days: LeadSource,
    pub(crate) valid_days: u32,
    pub(crate) filing: FilingSource,
    pub(crate) inspections: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeadSource {
    pub(crate) p50: u32,
    pub(crate) p90: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum FilingSource {
    Digital { adapter: String },
    Manual { documents: Vec<String> },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessagesSource {
    pub(crate) quiet_hours: QuietSource,
    pub(crate) confirmation: String,
    pub(crate) day_before: String,
    pub(crate) moved: String,
    pub(crate) on_the_way: String,
    pub(crate) done: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuietSource {
    pub(crate) from: String,
    pub(crate) until: String,
}
