//! What a plan can do wrong, one variant a rule, with what was found and what was asked.

use journeyman_domain::{Cost, CostTerm, Distance, Duration, LicenseClass, Time};

/// A broken rule and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// Label of the shift; absent where the rule is the plan's.
    pub shift: Option<String>,
    /// Label of the visit; absent where the rule is the route's or the plan's.
    pub visit: Option<String>,
    /// The rule.
    pub breach: Breach,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(shift) = &self.shift {
            write!(f, "shift {shift}: ")?;
        }
        if let Some(visit) = &self.visit {
            write!(f, "visit {visit}: ")?;
        }
        write!(f, "{}", self.breach)
    }
}

/// A rule that a plan breaks. Labels are the caller's; times are ticks since the start of the horizon.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the sentence of each variant says what its fields are")]
pub enum Breach {
    // The plan as a whole.
    #[error("the plan names {noun} number {index}, and the problem has {count}")]
    UnknownId { noun: &'static str, index: usize, count: usize },
    #[error("there is more than one route")]
    SecondRoute,
    #[error("routes are not in the order of their shifts")]
    RouteOrder,
    #[error("the route has no stop; an unused shift has no route")]
    EmptyRoute,
    #[error("it is served {times} times")]
    ServedTwice { times: usize },
    #[error("it is served and also listed as unassigned")]
    ServedAndUnassigned,
    #[error("it is listed as unassigned more than once")]
    UnassignedTwice,
    #[error("it is neither served nor listed as unassigned")]
    NotAccounted,
    #[error("unassigned visits are not in the order of the problem")]
    UnassignedOrder,
    #[error("it is said to wait for {subject}, and it does not")]
    FalseAwaiting { subject: String },
    #[error("leaving it out is said to be proved right, and the plan is not proved optimal")]
    PriceOverstated,
    #[error("{given} mandatory visits are said to be unserved, and {expected} are")]
    MandatoryCount { given: u32, expected: u32 },
    #[error("the bound leaves {bound} mandatory visits unserved, and the plan only {plan}")]
    BoundTier { bound: u32, plan: u32 },
    #[error("the bound of {bound} micro-dollars exceeds the cost {cost}")]
    BoundAboveCost { bound: i128, cost: i128 },
    #[error("the plan is said to be optimal, and its bound does not reach as far")]
    ProofOverstated,

    // Money.
    #[error("the term {term:?} is {given} micro-dollars, and the schedule costs {expected}", given = .given.micros(), expected = .expected.micros())]
    RouteCost { term: CostTerm, given: Cost, expected: Cost },
    #[error("the term {term:?} of the plan is {given} micro-dollars, and it adds up to {expected}", given = .given.micros(), expected = .expected.micros())]
    PlanCost { term: CostTerm, given: Cost, expected: Cost },

    // Times of a route.
    #[error("the time {} lies outside the horizon", .time.ticks())]
    TimeOutsideHorizon { time: Time },
    #[error("departure at {}, and the shift lasts from {} to {}", .departure.ticks(), .start.ticks(), .end.ticks())]
    DepartureOutsideShift { departure: Time, start: Time, end: Time },
    #[error("departure at {}, and the first leg starts at {}", .departure.ticks(), .leg.ticks())]
    DepartureNotFirstLeg { departure: Time, leg: Time },
    #[error("the leg starts at {}, and the technician is free at {}", .leaves.ticks(), .free.ticks())]
    LegBeforeFree { leaves: Time, free: Time },
    #[error("the leg takes {} and travel says {}", .given.ticks(), .expected.ticks())]
    LegDuration { given: Duration, expected: Duration },
    #[error("the leg is {} long and travel says {}", .given.ticks(), .expected.ticks())]
    LegDistance { given: Distance, expected: Distance },
    #[error("the leg names another source of travel than the problem has")]
    LegSource,
    #[error("arrival at {}, and the leg ends at {}", .given.ticks(), .expected.ticks())]
    Arrival { given: Time, expected: Time },
    #[error("start at {}, and the technician is there and free at {}", .start.ticks(), .free.ticks())]
    StartBeforeFree { start: Time, free: Time },
    #[error("end at {}, and start and duration give {}", .given.ticks(), .expected.ticks())]
    End { given: Time, expected: Time },
    #[error("return at {}, and the last leg ends at {}", .given.ticks(), .expected.ticks())]
    Return { given: Time, expected: Time },
    #[error("return at {}, and the shift ends at {}", .given.ticks(), .end.ticks())]
    ReturnTooLate { given: Time, end: Time },

    // Breaks.
    #[error("break number {index} does not exist")]
    UnknownBreak { index: usize },
    #[error("breaks are not taken in their order, each once")]
    BreakOrder,
    #[error("break {label} starts at {}, and its window is {} to {}", .start.ticks(), .earliest.ticks(), .latest.ticks())]
    BreakOutsideWindow { label: String, start: Time, earliest: Time, latest: Time },
    #[error("break {label} is taken on the way")]
    BreakWhileDriving { label: String },
    #[error("break {label} is listed with a leg of its own")]
    BreakMoves { label: String },
    #[error("break {label} is not listed and fits neither before the departure nor after the return")]
    BreakNotTaken { label: String },

    // Visits.
    #[error("start at {} lies in none of its windows", .start.ticks())]
    OutsideWindows { start: Time },
    #[error("start at {}, and it is pinned to {}", .start.ticks(), .pinned.ticks())]
    PinnedStart { start: Time, pinned: Time },
    #[error("a pin binds it to someone else")]
    PinnedElsewhere,
    #[error("permit {permit} is not issued")]
    PermitNotIssued { permit: String },
    #[error("start at {}, and permit {permit} holds from {} until {}", .start.ticks(), .from.ticks(), .until.ticks())]
    PermitDate { permit: String, start: Time, from: Time, until: Time },
    #[error("the mark HELD is {given}, and by its permits it should be {}", !given)]
    HeldMark { given: bool },
    #[error("no license of {technician} is recognized there, and {} is needed", .required.name())]
    NoLicense { technician: String, required: LicenseClass },
    #[error("the best license of {technician} counts as {}, and {} is needed", .held.name(), .required.name())]
    ClassTooLow { technician: String, held: LicenseClass, required: LicenseClass },
    #[error("no license of {technician} is valid at the start {}", .start.ticks())]
    LicenseNotValid { technician: String, start: Time },
    #[error("no valid license of {technician} carries every endorsement; {endorsement} is missing")]
    MissingEndorsement { technician: String, endorsement: String },
    #[error("the license that lets the technician serve it is not named")]
    NoProof,
    #[error("the license that is named is not one that lets the technician serve it")]
    FalseProof,
    #[error("a license is named where none is asked for")]
    NeedlessProof,
    #[error("skill {skill} is held at level {held}, and {required} is needed")]
    MissingSkill { skill: String, required: u8, held: u8 },
    #[error("tool {tool} is neither on the van nor lent by an earlier pickup")]
    MissingTool { tool: String },
    #[error("the vehicle lacks {feature}")]
    MissingFeature { feature: String },
    #[error("{technician} is out for the shift")]
    TechnicianOut { technician: String },
    #[error("the customer excludes {technician}")]
    Excluded { technician: String },
    #[error("the customer does not allow {technician}")]
    NotAllowed { technician: String },
    #[error("an arrival window is told for a stop that is no visit")]
    WindowOfNoVisit,
    #[error("the arrival window ends at {} before it starts at {}", .end.ticks(), .start.ticks())]
    WindowInverted { start: Time, end: Time },
    #[error("the arrival window {} to {} misses the planned arrival {} and start {}", .start.ticks(), .end.ticks(), .arrival.ticks(), .service.ticks())]
    WindowMissesVisit { start: Time, end: Time, arrival: Time, service: Time },
    #[error("the probability {permille} per thousand exceeds 1,000")]
    Probability { permille: u16 },

    // Pickups, parts, load.
    #[error("there is more than one pickup")]
    SecondPickup,
    #[error("pickup {pickup} is not open at {}", .start.ticks())]
    PickupClosed { pickup: String, start: Time },
    #[error("a pickup or a break is marked HELD")]
    HeldNoVisit,
    #[error("{count} visits, and the shift takes at most {limit}")]
    TooManyVisits { count: usize, limit: u32 },
    #[error("load {load}, and the van carries {capacity}")]
    Overload { load: i64, capacity: i64 },
    #[error("{used} of part {sku} are used from the van of {technician}, which has {held}")]
    VanStock { technician: String, sku: String, used: u64, held: u64 },
    #[error("{used} of part {sku} are drawn at pickup {pickup}, which has {held} by the start of the shift")]
    PickupStock { pickup: String, sku: String, used: u64, held: u64 },

    // The freeze.
    #[error("the route does not start with what is frozen: stop number {position} differs")]
    FrozenStops { position: usize },
    #[error("departure at {}, and it is frozen to {}", .departure.ticks(), .frozen.ticks())]
    FrozenDeparture { departure: Time, frozen: Time },
    #[error("the leg after what is frozen starts at {}, before {}", .leaves.ticks(), .until.ticks())]
    FrozenLeave { leaves: Time, until: Time },
    #[error("there is no route, and what is frozen could be kept")]
    FrozenDropped,
}

impl Breach {
    /// The rule's stable code: its name in UPPER_SNAKE.
    pub fn code(&self) -> String {
        let debug = format!("{self:?}");
        let name = debug.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let mut code = String::with_capacity(name.len() + 4);
        for letter in name.chars() {
            if letter.is_ascii_uppercase() && !code.is_empty() {
                code.push('_');
            }
            code.push(letter.to_ascii_uppercase());
        }
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_names_in_upper_snake() {
        assert_eq!(Breach::SecondRoute.code(), "SECOND_ROUTE");
        assert_eq!(Breach::MandatoryCount { given: 1, expected: 2 }.code(), "MANDATORY_COUNT");
    }

    #[test]
    fn a_violation_says_where_and_what_with_labels_and_numbers() {
        let violation = Violation {
            shift: Some("ana/1".to_owned()),
            visit: Some("v7".to_owned()),
            breach: Breach::End { given: Time::from_ticks(5), expected: Time::from_ticks(6) },
        };
        assert_eq!(violation.to_string(), "shift ana/1: visit v7: end at 5, and start and duration give 6");
    }
}
