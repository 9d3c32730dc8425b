//! How a simulated board is written down: the facts that it was told, and routes in the ids of the day.
//!
//! The product writes its boards in the words of its contract, which are not known here; what is kept is the same.

use jiff::civil::date;
use journeyman_domain::{
    ArrivalWindow, Cost, CostBreakdown, CostTerm, Distance, Duration, JurisdictionId, Leg, LicenseClass,
    LicenseProof, PickupId, PlannedRoute, PlannedStop, Recognition, ShiftId, StopKind, Time, TimeWindow,
    TravelSource, VisitId,
};
use serde::{Deserialize, Serialize};

use crate::trade_year::facts::Told;

/// The first record of a board.
#[derive(Serialize, Deserialize)]
pub(super) struct Opened {
    /// Calls that are known in the morning.
    pub(super) calls: Vec<usize>,
    pub(super) routes: Vec<Route>,
}

/// Facts with the first answer to them.
#[derive(Serialize, Deserialize)]
pub(super) struct Step {
    pub(super) facts: Vec<Told>,
    /// Time of the answer.
    pub(super) now: i64,
    pub(super) routes: Vec<Route>,
}

/// A better plan.
#[derive(Serialize, Deserialize)]
pub(super) struct Better {
    pub(super) routes: Vec<Route>,
}

/// [`PlannedRoute`].
#[derive(Serialize, Deserialize)]
pub(super) struct Route {
    shift: usize,
    departure: i64,
    stops: Vec<Stop>,
    last_leg: Way,
    back: i64,
    /// By term, in the order of [`CostTerm::ALL`].
    cost: Vec<i64>,
}

#[derive(Serialize, Deserialize)]
struct Stop {
    kind: Kind,
    leg: Way,
    arrival: i64,
    start: i64,
    end: i64,
    /// Start, end and probability.
    window: Option<(i64, i64, u16)>,
    license: Option<License>,
    held: bool,
}

#[derive(Serialize, Deserialize)]
enum Kind {
    Visit(usize),
    Pickup(usize),
    Break(usize),
}

/// Departure, duration, distance; a year drives by estimate.
#[derive(Serialize, Deserialize)]
struct Way(i64, i64, i64);

#[derive(Serialize, Deserialize)]
struct License {
    required: Class,
    class: Class,
    jurisdiction: usize,
    number: String,
    /// Year, month, day.
    valid_until: Option<(i16, i8, i8)>,
    recognition: Recognized,
}

#[derive(Serialize, Deserialize)]
enum Class {
    Apprentice,
    Journeyman,
    Master,
}

#[derive(Serialize, Deserialize)]
enum Recognized {
    Issued,
    Containing,
    Reciprocity(Class),
    Anywhere,
}

pub(super) fn written(routes: &[PlannedRoute]) -> Vec<Route> {
    let route = |route: &PlannedRoute| Route {
        shift: route.shift.index(),
        departure: route.departure.ticks(),
        stops: route.stops.iter().map(Stop::of).collect(),
        last_leg: Way::of(&route.last_leg),
        back: route.return_time.ticks(),
        cost: CostTerm::ALL.map(|term| route.cost.get(term).micros()).to_vec(),
    };
    routes.iter().map(route).collect()
}

pub(super) fn read(routes: Vec<Route>) -> Vec<PlannedRoute> {
    let route = |route: Route| {
        let mut cost = CostBreakdown::default();
        for (term, micros) in CostTerm::ALL.into_iter().zip(route.cost) {
            cost.add(term, Cost::from_micros(micros));
        }
        PlannedRoute {
            shift: ShiftId::new(route.shift),
            departure: Time::from_ticks(route.departure),
            stops: route.stops.into_iter().map(Stop::read).collect(),
            last_leg: route.last_leg.read(),
            return_time: Time::from_ticks(route.back),
            cost,
        }
    };
    routes.into_iter().map(route).collect()
}

impl Stop {
    fn of(stop: &PlannedStop) -> Self {
        Self {
            kind: match stop.kind {
                StopKind::Visit(visit) => Kind::Visit(visit.index()),
                StopKind::Pickup(pickup) => Kind::Pickup(pickup.index()),
                StopKind::Break(number) => Kind::Break(number),
            },
            leg: Way::of(&stop.leg),
            arrival: stop.arrival.ticks(),
            start: stop.start.ticks(),
            end: stop.end.ticks(),
            window: stop
                .window
                .map(|told| (told.window.start.ticks(), told.window.end.ticks(), told.probability_permille)),
            license: stop.license.as_ref().map(License::of),
            held: stop.held,
        }
    }

    fn read(self) -> PlannedStop {
        let time = Time::from_ticks;
        PlannedStop {
            kind: match self.kind {
                Kind::Visit(visit) => StopKind::Visit(VisitId::new(visit)),
                Kind::Pickup(pickup) => StopKind::Pickup(PickupId::new(pickup)),
                Kind::Break(number) => StopKind::Break(number),
            },
            leg: self.leg.read(),
            arrival: time(self.arrival),
            start: time(self.start),
            end: time(self.end),
            window: self.window.map(|(start, end, probability_permille)| ArrivalWindow {
                window: TimeWindow { start: time(start), end: time(end) },
                probability_permille,
            }),
            license: self.license.map(License::read),
            held: self.held,
        }
    }
}

impl Way {
    fn of(leg: &Leg) -> Self {
        Self(leg.departure.ticks(), leg.duration.ticks(), leg.distance.ticks())
    }

    fn read(self) -> Leg {
        Leg {
            departure: Time::from_ticks(self.0),
            duration: Duration::from_ticks(self.1),
            distance: Distance::from_ticks(self.2),
            source: TravelSource::Estimate,
        }
    }
}

impl License {
    fn of(proof: &LicenseProof) -> Self {
        Self {
            required: Class::of(proof.required),
            class: Class::of(proof.class),
            jurisdiction: proof.jurisdiction.index(),
            number: proof.number.clone(),
            valid_until: proof.valid_until.map(|last| (last.year(), last.month(), last.day())),
            recognition: match proof.recognition {
                Recognition::Issued => Recognized::Issued,
                Recognition::Containing => Recognized::Containing,
                Recognition::Reciprocity(most) => Recognized::Reciprocity(Class::of(most)),
                Recognition::Anywhere => Recognized::Anywhere,
            },
        }
    }

    fn read(self) -> LicenseProof {
        LicenseProof {
            required: self.required.read(),
            class: self.class.read(),
            jurisdiction: JurisdictionId::new(self.jurisdiction),
            number: self.number,
            valid_until: self.valid_until.map(|(year, month, day)| date(year, month, day)),
            recognition: match self.recognition {
                Recognized::Issued => Recognition::Issued,
                Recognized::Containing => Recognition::Containing,
                Recognized::Reciprocity(most) => Recognition::Reciprocity(most.read()),
                Recognized::Anywhere => Recognition::Anywhere,
            },
        }
    }
}

impl Class {
    fn of(class: LicenseClass) -> Self {
        match class {
            LicenseClass::Apprentice => Self::Apprentice,
            LicenseClass::Journeyman => Self::Journeyman,
            LicenseClass::Master => Self::Master,
        }
    }

    fn read(self) -> LicenseClass {
        match self {
            Self::Apprentice => LicenseClass::Apprentice,
            Self::Journeyman => LicenseClass::Journeyman,
            Self::Master => LicenseClass::Master,
        }
    }
}
