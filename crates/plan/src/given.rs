//! A plan as anybody gives it: shifts and stops in order, and of times, prices and proofs what is given.

use journeyman_domain::{
    ArrivalWindow, Bound, CostBreakdown, Distance, Duration, LicenseProof, Plan, ShiftId, Stop, StopKind,
    Time, TravelSource, VisitId,
};

/// Routes, and what the plan says of itself. Nothing in it need be true.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GivenPlan {
    /// Routes in any order.
    pub routes: Vec<GivenRoute>,
    /// Visits that it says it leaves out. What it neither serves nor names is left out as well.
    pub unassigned: Vec<VisitId>,
    /// Its cost.
    pub cost: Option<CostBreakdown>,
    /// The mandatory visits that it says it leaves out, and its bound.
    pub bound: Option<(u32, Bound)>,
}

/// One route.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GivenRoute {
    /// The shift.
    pub shift: ShiftId,
    /// When the technician leaves the start place.
    pub departure: Option<Time>,
    /// Visits, pickups and breaks in order.
    pub stops: Vec<GivenStop>,
    /// The way to the end place.
    pub last_leg: GivenLeg,
    /// When the technician is back.
    pub return_time: Option<Time>,
    /// Its cost.
    pub cost: Option<CostBreakdown>,
}

/// One stop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GivenStop {
    /// What happens.
    pub kind: StopKind,
    /// The way here.
    pub leg: GivenLeg,
    /// When the technician arrives.
    pub arrival: Option<Time>,
    /// When service or break start.
    pub start: Option<Time>,
    /// When they end.
    pub end: Option<Time>,
    /// What the customer is told.
    pub window: Option<ArrivalWindow>,
    /// Why the technician may do it.
    pub license: Option<LicenseProof>,
    /// Said to wait for a permit that is only expected.
    pub held: bool,
}

/// One way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct GivenLeg {
    /// When driving starts.
    pub departure: Option<Time>,
    /// Driving time.
    pub duration: Option<Duration>,
    /// Distance.
    pub distance: Option<Distance>,
    /// Where the numbers come from.
    pub source: Option<TravelSource>,
}

impl GivenPlan {
    /// Who does what in which order by a plan; nothing else that it says.
    pub fn ordered(plan: &Plan) -> Self {
        let routes = plan.routes.iter().map(|route| GivenRoute {
            shift: route.shift,
            departure: None,
            stops: route.stops.iter().map(|stop| GivenStop::untimed(stop.kind)).collect(),
            last_leg: GivenLeg::default(),
            return_time: None,
            cost: None,
        });
        Self { routes: routes.collect(), ..Self::default() }
    }

    /// Who does what in which order; times are dropped, and breaks with them.
    pub fn sequences(&self) -> Vec<(ShiftId, Vec<Stop>)> {
        self.routes.iter().map(|route| (route.shift, route.sequence())).collect()
    }
}

impl GivenRoute {
    /// Visits and pickups in order.
    pub fn sequence(&self) -> Vec<Stop> {
        self.stops.iter().filter_map(GivenStop::what).collect()
    }

    /// Whether any time is given.
    pub fn is_timed(&self) -> bool {
        self.departure.is_some()
            || self.return_time.is_some()
            || self.last_leg.is_timed()
            || self.stops.iter().any(GivenStop::is_timed)
    }
}

impl GivenStop {
    /// A stop of which only the kind is given.
    pub fn untimed(kind: StopKind) -> Self {
        Self {
            kind,
            leg: GivenLeg::default(),
            arrival: None,
            start: None,
            end: None,
            window: None,
            license: None,
            held: false,
        }
    }

    /// The element of a sequence; none for a break.
    pub fn what(&self) -> Option<Stop> {
        match self.kind {
            StopKind::Visit(visit) => Some(Stop::Visit(visit)),
            StopKind::Pickup(pickup) => Some(Stop::Pickup(pickup)),
            StopKind::Break(_) => None,
        }
    }

    fn is_timed(&self) -> bool {
        self.leg.is_timed() || self.arrival.is_some() || self.start.is_some() || self.end.is_some()
    }
}

impl GivenLeg {
    fn is_timed(&self) -> bool {
        self.departure.is_some() || self.duration.is_some()
    }
}
