//! What a row's own type and words say about the work: class, endorsement, skill, time on site.
//!
//! The law behind the classes is Texas': electrical work is done by licensed people; an apprentice works under one
//! of them, so alone he only attends. Sign work has its own line of licenses, here an endorsement. Times are the
//! table's, not the file's: it has none.

use journeyman_domain::{Duration, LicenseClass};

use super::rows::PermitRow;

/// A visit is not longer than this; what is left is another day's.
pub(super) const MINUTES_MAX: i64 = 360;

/// The skills that rules ask for, sorted.
pub(super) const SKILLS: [&str; 4] = ["ev-charger", "generator", "pool-bonding", "solar-pv"];
/// The endorsement of sign electricians.
pub(super) const SIGN: &str = "sign";

/// What a permit asks of a visit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Trade {
    pub(super) kind: &'static str,
    pub(super) class: LicenseClass,
    pub(super) sign: bool,
    /// Position in [`SKILLS`].
    pub(super) skill: Option<usize>,
    pub(super) duration: Duration,
    /// The row's words call it an emergency.
    pub(super) emergency: bool,
}

/// Where a rule looks.
#[derive(Clone, Copy)]
enum Match {
    /// The work type is one of these.
    WorkType(&'static [&'static str]),
    /// The sub type starts with one of these.
    SubType(&'static [&'static str]),
    /// The description holds one of these as whole words; a star stands for any ending.
    Words(&'static [&'static str]),
    /// Everything that is left.
    Rest,
}

struct Rule {
    matches: Match,
    kind: &'static str,
    class: LicenseClass,
    skill: Option<&'static str>,
    minutes: i64,
    /// More minutes for each 1,000 square feet that the row adds.
    minutes_per_thousand_feet: i64,
}

/// The first rule that matches counts; special work comes before the kind of building.
const RULES: [Rule; 17] = {
    use LicenseClass::{Apprentice, Journeyman, Master};
    use Match::{Rest, SubType, Words, WorkType};
    [
        // The city's inspector works; someone with a card opens panels for him.
        rule(WorkType(&["Special Inspections Program"]), "inspection attended", Apprentice, 45),
        // Needs the sign line of licenses, whatever the wall.
        rule(WorkType(&["Wall", "Projecting"]), "wall sign", Journeyman, 90),
        rule(SubType(&["Sign"]), "freestanding sign", Journeyman, 150),
        // Parallel to the utility: its agreement names a master.
        rule(Words(&["solar", "photovoltaic*", "pv"]), "solar system", Master, 240).with("solar-pv"),
        rule(Words(&["generator*", "transfer switch"]), "generator", Journeyman, 180).with("generator"),
        rule(Words(&["car charg*", "ev charg*", "electric vehicle*"]), "car charger", Journeyman, 120)
            .with("ev-charger"),
        rule(Words(&["pool*", "spa", "hot tub"]), "pool bonding", Journeyman, 120).with("pool-bonding"),
        // One pole, one meter, no building.
        rule(
            Words(&["loop*", "temp", "temporary", "job trailer", "construction trailer"]),
            "temporary power",
            Journeyman,
            60,
        ),
        // Ahead of the main breaker, with the utility's cut-off: the master of record is there.
        rule(WorkType(&["Upgrade"]), "service upgrade", Master, 180),
        rule(
            Words(&["service*", "meter*", "riser*", "weatherhead", "weather head"]),
            "service equipment",
            Master,
            120,
        ),
        rule(Words(&["panel*", "breaker*", "disconnect*"]), "panel", Journeyman, 150),
        rule(WorkType(&["Auxiliary Power"]), "auxiliary power", Master, 180),
        // A floor's rough-in goes over several days; a visit is one of them.
        rule(SubType(&["C-1001", "C- 1"]), "commercial new work", Journeyman, 240).per_thousand_feet(5),
        rule(WorkType(&["Shell"]), "commercial shell", Master, 300),
        rule(WorkType(&["New", "Addition", "Addition and Remodel"]), "new wiring", Journeyman, 120)
            .per_thousand_feet(45),
        rule(WorkType(&["Remodel"]), "remodel", Journeyman, 135),
        rule(Rest, "repair", Journeyman, 75),
    ]
};

const fn rule(matches: Match, kind: &'static str, class: LicenseClass, minutes: i64) -> Rule {
    Rule { matches, kind, class, skill: None, minutes, minutes_per_thousand_feet: 0 }
}

impl Rule {
    const fn with(self, skill: &'static str) -> Self {
        Self { skill: Some(skill), ..self }
    }

    const fn per_thousand_feet(self, minutes: i64) -> Self {
        Self { minutes_per_thousand_feet: minutes, ..self }
    }

    fn applies(&self, row: &PermitRow, description: &str) -> bool {
        match self.matches {
            Match::WorkType(kinds) => kinds.contains(&row.work_type.as_str()),
            Match::SubType(starts) => starts.iter().any(|start| row.sub_type.starts_with(start)),
            Match::Words(words) => words.iter().any(|word| has_word(description, word)),
            Match::Rest => true,
        }
    }
}

/// What `row` asks of a visit.
pub(super) fn trade(row: &PermitRow) -> Trade {
    let description = row.description.to_lowercase();
    let rule =
        RULES.iter().find(|rule| rule.applies(row, &description)).expect("the last rule takes the rest");
    #[expect(clippy::cast_possible_truncation, reason = "clamped to a few hours")]
    let extra = (row.square_feet / 1000.0 * rule.minutes_per_thousand_feet as f64)
        .clamp(0.0, MINUTES_MAX as f64) as i64;
    // Quarter hours: the table is no finer than that.
    let minutes = (rule.minutes + extra).min(MINUTES_MAX) / 15 * 15;
    Trade {
        kind: rule.kind,
        class: rule.class,
        sign: rule.kind.ends_with("sign"),
        skill: rule.skill.map(|skill| {
            SKILLS.iter().position(|known| *known == skill).expect("rules ask for listed skills")
        }),
        duration: Duration::from_ticks(minutes * 60),
        emergency: has_word(&description, "emergency"),
    }
}

/// Whether `word` stands in `text` as whole words, or, with a star at its end, as their beginning.
fn has_word(text: &str, word: &str) -> bool {
    let stem = word.trim_end_matches('*');
    text.match_indices(stem).any(|(at, _)| {
        let starts = !text[..at].ends_with(char::is_alphanumeric);
        let ends = stem.len() < word.len() || !text[at + stem.len()..].starts_with(char::is_alphanumeric);
        starts && ends
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use journeyman_domain::GeoPoint;

    use super::*;

    fn row(sub_type: &str, work_type: &str, description: &str) -> PermitRow {
        PermitRow {
            number: "2015-000001 EP".to_owned(),
            issued: date(2015, 6, 10),
            sub_type: sub_type.to_owned(),
            work_type: work_type.to_owned(),
            description: description.to_owned(),
            square_feet: 0.0,
            point: GeoPoint::from_degrees(30.27, -97.74).expect("inside"),
        }
    }

    #[test]
    fn real_descriptions_are_read_as_the_trade_reads_them() {
        for (sub_type, work_type, description, kind) in [
            ("Sign Permit", "Wall", "New internally illuminated channel letter wall sign", "wall sign"),
            ("Sign Permit", "Freestanding", "New dual-faced freestanding cabinet sign", "freestanding sign"),
            (
                "Residential",
                "Auxiliary Power",
                "Install new solar system to existing residence",
                "solar system",
            ),
            ("Residential", "Auxiliary Power", "Auxillary Power Only", "auxiliary power"),
            ("Residential", "Upgrade", "Upgrade electrical service to res only.", "service upgrade"),
            ("Residential", "Remodel", "Replace riser to res only.", "service equipment"),
            ("Residential", "Remodel", "Home Builders Loop. EUD.", "temporary power"),
            ("Commercial", "Remodel", "Construction Job Trailer", "temporary power"),
            ("R- 329 Res Structures Other Than Bldg", "New", "New inground gunite pool, spa", "pool bonding"),
            ("Residential", "Repair", "Replace main panel with main breaker only.", "panel"),
            ("R- 101 Single Family Houses", "New", "New 2-story single-family residence", "new wiring"),
            ("C-1000 Commercial Remodel", "Remodel", "Interior Remodel to Existing Admin", "remodel"),
            ("C-1001 Commercial Finish Out", "Remodel", "Tenant Finish out", "commercial new work"),
            ("Commercial", "Special Inspections Program", "door opener", "inspection attended"),
            ("R- 435 Renovations/Remodel", "Repair", "add gfci, replace space heater", "repair"),
        ] {
            assert_eq!(trade(&row(sub_type, work_type, description)).kind, kind, "{description}");
        }
    }

    #[test]
    fn larger_houses_take_longer_up_to_the_cap() {
        let mut house = row("R- 101 Single Family Houses", "New", "New residence");
        assert_eq!(trade(&house).duration, Duration::from_ticks(120 * 60));
        house.square_feet = 2_000.0;
        assert_eq!(trade(&house).duration, Duration::from_ticks(210 * 60));
        house.square_feet = 2_150_640.0;
        assert_eq!(trade(&house).duration, Duration::from_ticks(MINUTES_MAX * 60));
    }
}
