//! Why travel cannot be built: each names the place, zone or step and the limit.

/// What is wrong with the travel of a problem.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TravelError {
    /// The table of legs would not fit.
    #[error("{count} places; travel holds at most {limit}")]
    TooManyPlaces {
        /// Places given.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// A place in use has no coordinates, and no matrix gives its travel.
    #[error("place {place:?} has no coordinates, which estimates of travel and roads need")]
    NoPoint {
        /// Its label.
        place: String,
    },
    /// A place in use is missing in the matrix.
    #[error("place {place:?} is used but is not in the travel matrix")]
    NotInMatrix {
        /// Its label.
        place: String,
    },
    /// A place is listed twice in the matrix.
    #[error("place {place:?} is twice in the travel matrix")]
    TwiceInMatrix {
        /// Its label.
        place: String,
    },
    /// The matrix has not the square of its places in entries.
    #[error(
        "{expected} durations and distances expected; {durations} durations and {distances} distances given"
    )]
    MatrixSize {
        /// The square of the places.
        expected: usize,
        /// Durations given.
        durations: usize,
        /// Distances given.
        distances: usize,
    },
    /// A place lies at a distance from itself.
    #[error("the matrix gives travel from place {place:?} to itself; it must be 0")]
    DiagonalNotZero {
        /// Its label.
        place: String,
    },
    /// A leg is negative or too long.
    #[error("travel from {from:?} to {to:?} is not within 0 and {limit} ticks")]
    LegOutOfRange {
        /// Label of the start.
        from: String,
        /// Label of the end.
        to: String,
        /// The most ticks of time or of distance.
        limit: u32,
    },
    /// The matrix says that its entries lie below the truth.
    #[error("rounding of {ticks} ticks; it must not be negative")]
    RoundingNegative {
        /// What was given.
        ticks: i64,
    },
    /// Nothing moves in a zone, or, where none is named, outside them.
    #[error("the speed {} is 0", zone.as_ref().map_or("outside every zone".to_owned(), |z| format!("in zone {z:?}")))]
    SpeedZero {
        /// Label of the zone.
        zone: Option<String>,
    },
    /// Roads of no length.
    #[error("the circuity is 0")]
    CircuityZero,
    /// A factor of the profile is out of range.
    #[error("step {step} of the profile has the factor {factor_permille} permille; 1 to {limit} are allowed")]
    FactorOutOfRange {
        /// Position in the profile.
        step: usize,
        /// What was given.
        factor_permille: u32,
        /// The limit.
        limit: u32,
    },
    /// The steps of the profile are not in rising order, or the first starts after time 0.
    #[error("step {step} of the profile starts too late or not after the one before it")]
    ProfileOrder {
        /// Position in the profile.
        step: usize,
    },
    /// A step of the profile names a period that the roads do not know.
    #[error("step {step} of the profile names period {period} of the roads, which know {count}")]
    PeriodUnknown {
        /// Position in the profile.
        step: usize,
        /// What was given.
        period: usize,
        /// How many there are.
        count: usize,
    },
    /// Places can be added or moved only where travel is estimated or driven on roads.
    #[error("travel is given as a matrix; place {place:?} cannot be added or moved without its rows")]
    MatrixCannotGrow {
        /// Its label.
        place: String,
    },
    /// A place is too far from every road.
    #[error(
        "place {place:?} lies {} from the nearest road; the limit is {limit} m",
        meters.map_or("too far".to_owned(), |meters| format!("{meters} m"))
    )]
    OffRoads {
        /// Its label.
        place: String,
        /// How far, where it is known.
        meters: Option<u64>,
        /// The limit in meters.
        limit: u32,
    },
    /// The roads have no way between two places.
    #[error("no road leads from place {from:?} to place {to:?}")]
    NoWay {
        /// Label of the start.
        from: String,
        /// Label of the end.
        to: String,
    },
    /// Whoever knows the roads did not answer as it should.
    #[error("roads: {0}")]
    RoadService(String),
}
