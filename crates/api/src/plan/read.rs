//! Anybody's plan of a known problem: what a file or a client says, to be checked and priced by others.

use journeyman_domain::{
    ArrivalWindow, Awaiting, Bound, Certainty, Cost, CostBreakdown, CostTerm, Date, Distance, Duration,
    JurisdictionId, Leg, LicenseClass, LicenseProof, OutbidBasis, PermitId, PickupId, Plan, PlannedRoute,
    PlannedStop, Problem, Proof, Recognition, ShiftId, SkuId, StopKind, Time, TimeWindow, TravelSource,
    TravelSpec, Unassigned, VisitId,
};

use super::reason::read_reason;
use crate::limits::Limits;
use crate::problem::clock::{date, moment};
use crate::problem::enums;
use crate::problem::labels::Labels;
use crate::violation::{Field, InvalidRequest, Report, ViolationCode};
use crate::wire;

/// Reads a plan of `problem`. Whether it keeps the rules is the checker's business: here everything must only be
/// there and known. Sentences for people and what the contract marks "output only" are not read.
///
/// # Errors
/// Everything that is missing or unknown, by field.
pub fn read_plan(problem: &Problem, plan: &wire::Plan, limits: &Limits) -> Result<Plan, InvalidRequest> {
    let report = Report::new(limits.violations_default);
    let at = report.field("plan");
    let known = Known::of(problem);
    let read = read(&known, plan, limits, &at);
    report.finish()?;
    Ok(read.expect("a plan that is not read has a violation"))
}

/// The ids and names of a problem.
pub(crate) struct Known<'p> {
    pub(crate) problem: &'p Problem,
    pub(crate) shifts: Labels<'p>,
    pub(super) jurisdictions: Labels<'p>,
    pub(super) permits: Labels<'p>,
    pub(super) skills: Labels<'p>,
    pub(super) endorsements: Labels<'p>,
    pub(super) tools: Labels<'p>,
    pub(super) features: Labels<'p>,
    pub(super) skus: Labels<'p>,
    pub(crate) visits: Labels<'p>,
    pub(crate) pickups: Labels<'p>,
}

impl<'p> Known<'p> {
    pub(crate) fn of(problem: &'p Problem) -> Self {
        let names = &problem.names;
        Self {
            problem,
            shifts: Labels::known("shift", problem.shifts.iter().map(|shift| &shift.label)),
            jurisdictions: Labels::known("jurisdiction", problem.jurisdictions.iter().map(|j| &j.label)),
            permits: Labels::known("permit", problem.permits.iter().map(|permit| &permit.label)),
            skills: Labels::known("skill", &names.skills),
            endorsements: Labels::known("endorsement", &names.endorsements),
            tools: Labels::known("tool", &names.tools),
            features: Labels::known("vehicle feature", &names.features),
            skus: Labels::known("part", &names.skus),
            visits: Labels::known("visit", problem.visits.iter().map(|visit| &visit.label)),
            pickups: Labels::known("warehouse", problem.pickups.iter().map(|pickup| &pickup.label)),
        }
    }

    /// A value that must be given.
    pub(super) fn needed<T>(&self, at: &Field<'_>, given: Option<T>) -> Option<T> {
        if given.is_none() {
            at.refuse(ViolationCode::Required, "needed");
        }
        given
    }

    fn instant(&self, at: &Field<'_>, given: Option<wire::Timestamp>) -> Option<Time> {
        moment(at, Some(self.needed(at, given)?), self.problem.epoch_seconds)
    }

    fn window(&self, at: &Field<'_>, given: Option<&wire::TimeWindow>) -> Option<TimeWindow> {
        let given = self.needed(at, given)?;
        let end_at = at.field("end_time");
        let start = self.instant(&at.field("start_time"), given.start_time);
        let end = self.instant(&end_at, given.end_time);
        let window = TimeWindow::new(start?, end?);
        if window.is_none() {
            end_at.refuse(ViolationCode::EndBeforeStart, "the window ends before it starts");
        }
        window
    }
}

/// Reads routes that were written by this program, of a problem that knows all they speak of.
///
/// # Errors
/// Everything that is missing or unknown, by field.
pub(crate) fn read_routes<'r>(
    problem: &Problem,
    routes: impl Iterator<Item = &'r wire::Route>,
    limits: &Limits,
) -> Result<Vec<PlannedRoute>, InvalidRequest> {
    let report = Report::new(limits.violations_default);
    let (known, at) = (Known::of(problem), report.field("routes"));
    let read: Vec<Option<PlannedRoute>> =
        routes.enumerate().map(|(i, route)| read_route(&known, route, limits, &at.index(i))).collect();
    report.finish()?;
    let mut routes: Vec<PlannedRoute> = read.into_iter().flatten().collect();
    routes.sort_by_key(|route| route.shift);
    Ok(routes)
}

fn read(known: &Known<'_>, plan: &wire::Plan, limits: &Limits, at: &Field<'_>) -> Option<Plan> {
    let routes_at = at.field("routes");
    let unassigned_at = at.field("unassigned");
    if !routes_at.at_most(plan.routes.len(), limits.shifts)
        || !unassigned_at.at_most(plan.unassigned.len(), limits.visits)
    {
        return None;
    }
    // Every entry is looked at, whatever is wrong with those before it.
    let routes: Vec<Option<PlannedRoute>> = plan
        .routes
        .iter()
        .enumerate()
        .map(|(i, route)| read_route(known, route, limits, &routes_at.index(i)))
        .collect();
    let unassigned: Vec<Option<Unassigned>> = plan
        .unassigned
        .iter()
        .enumerate()
        .map(|(i, left_out)| read_unassigned(known, left_out, &unassigned_at.index(i)))
        .collect();
    let bound = read_bound(plan.bound.as_ref(), &at.field("bound"));
    let cost = read_cost(known, plan.cost.as_ref(), limits, &at.field("cost"));
    let of_routes: i128 = routes.iter().flatten().map(|route| i128::from(route.total().micros())).sum();
    if of_routes > i128::from(limits.cost_micros) {
        let text =
            format_args!("the routes cost {of_routes} micro-dollars; the limit is {}", limits.cost_micros);
        routes_at.refuse(ViolationCode::CostTooLarge, text);
    }
    let (mandatory_unserved, bound) = bound?;
    Some(Plan {
        routes: routes.into_iter().collect::<Option<_>>()?,
        unassigned: unassigned.into_iter().collect::<Option<_>>()?,
        cost: cost?,
        mandatory_unserved,
        bound,
    })
}

fn read_route(
    known: &Known<'_>,
    route: &wire::Route,
    limits: &Limits,
    at: &Field<'_>,
) -> Option<PlannedRoute> {
    at.field("stops").at_most(route.stops.len(), limits.visits).then_some(())?;
    let shift = ShiftId::new(known.shifts.find(&at.field("shift_id"), &route.shift_id)?);
    let departure = known.instant(&at.field("departure_time"), route.departure_time);
    let return_time = known.instant(&at.field("return_time"), route.return_time);
    let last_leg = read_leg(known, route.return_leg.as_ref(), &at.field("return_leg"));
    let cost = read_cost(known, route.cost.as_ref(), limits, &at.field("cost"));
    let stops: Vec<Option<PlannedStop>> = route
        .stops
        .iter()
        .enumerate()
        .map(|(i, stop)| read_stop(known, stop, shift, &at.entry("stops", i)))
        .collect();
    Some(PlannedRoute {
        shift,
        departure: departure?,
        stops: stops.into_iter().collect::<Option<_>>()?,
        last_leg: last_leg?,
        return_time: return_time?,
        cost: cost?,
    })
}

fn read_leg(known: &Known<'_>, leg: Option<&wire::Leg>, at: &Field<'_>) -> Option<Leg> {
    let leg = known.needed(at, leg)?;
    let source_at = at.field("source");
    let source = match enums::value(&source_at, leg.source)? {
        wire::LegSource::Unspecified => {
            source_at.refuse(ViolationCode::Required, "needed");
            None
        }
        wire::LegSource::Estimate => Some(TravelSource::Estimate),
        wire::LegSource::Matrix => Some(TravelSource::Matrix),
        wire::LegSource::Road => Some(TravelSource::Roads),
    };
    let departure = known.instant(&at.field("departure_time"), leg.departure_time);
    let duration = read_span(known, leg.duration, &at.field("duration"));
    Some(Leg {
        departure: departure?,
        duration: duration?,
        distance: Distance::from_ticks(at.field("distance_meters").within(leg.distance_meters, 0, MUCH)?),
        source: source?,
    })
}

/// A plan's numbers add up without overflow.
const MUCH: i64 = 1_000_000_000_000;

fn read_span(known: &Known<'_>, span: Option<wire::Duration>, at: &Field<'_>) -> Option<Duration> {
    crate::problem::clock::duration(at, Some(known.needed(at, span)?), 0, MUCH)
}

fn read_stop(known: &Known<'_>, stop: &wire::Stop, shift: ShiftId, at: &Field<'_>) -> Option<PlannedStop> {
    let arrival = known.instant(&at.field("arrival_time"), stop.arrival_time);
    let start = known.instant(&at.field("start_time"), stop.start_time);
    let end = known.instant(&at.field("end_time"), stop.end_time);
    let leg_at = at.field("leg");
    let mut read = PlannedStop {
        kind: StopKind::Break(0),
        leg: still(known.problem, arrival?),
        arrival: arrival?,
        start: start?,
        end: end?,
        window: None,
        license: None,
        held: false,
    };
    match &stop.kind {
        None => {
            at.field("visit").refuse(ViolationCode::Required, "needed, or `pickup`, or `shift_break`");
            return None;
        }
        Some(wire::stop::Kind::ShiftBreak(pause)) => {
            let breaks = &known.problem.shift(shift).breaks;
            let breaks = Labels::known("break of the shift", breaks.iter().map(|pause| &pause.label));
            let break_at = at.field("shift_break");
            read.kind = StopKind::Break(breaks.find(&break_at.field("break_id"), &pause.break_id)?);
        }
        Some(wire::stop::Kind::Pickup(pickup)) => {
            let pickup_at = at.field("pickup");
            let found = known.pickups.find(&pickup_at.field("warehouse_id"), &pickup.warehouse_id);
            read.leg = read_leg(known, stop.leg.as_ref(), &leg_at)?;
            read.kind = StopKind::Pickup(PickupId::new(found?));
        }
        Some(wire::stop::Kind::Visit(visit)) => {
            let visit_at = at.field("visit");
            let found = known.visits.find(&visit_at.field("visit_id"), &visit.visit_id);
            let told = visit.arrival_window.as_ref();
            let proof = visit.license_proof.as_ref();
            read.leg = read_leg(known, stop.leg.as_ref(), &leg_at)?;
            read.kind = StopKind::Visit(VisitId::new(found?));
            read.window = read_all(told, |told| read_told(known, told, &visit_at.field("arrival_window")))?;
            read.license =
                read_all(proof, |proof| read_proof(known, proof, &visit_at.field("license_proof")))?;
            read.held = visit.held;
        }
    }
    Some(read)
}

/// The leg of a break: nobody drives.
fn still(problem: &Problem, since: Time) -> Leg {
    let source = match problem.travel {
        TravelSpec::Estimate(_) => TravelSource::Estimate,
        TravelSpec::Matrix(_) => TravelSource::Matrix,
        TravelSpec::Roads(_) => TravelSource::Roads,
    };
    Leg { departure: since, duration: Duration::ZERO, distance: Distance::ZERO, source }
}

/// What is not given is not there; what is given must be right.
fn read_all<T, R>(given: Option<T>, read: impl FnOnce(T) -> Option<R>) -> Option<Option<R>> {
    match given {
        None => Some(None),
        Some(given) => read(given).map(Some),
    }
}

/// An arrival window.
pub(crate) fn read_told(
    known: &Known<'_>,
    told: &wire::ArrivalWindow,
    at: &Field<'_>,
) -> Option<ArrivalWindow> {
    let window = known.window(&at.field("window"), told.window.as_ref());
    let permille = at.field("on_time_permille").within(i64::from(told.on_time_permille), 0, 1_000);
    Some(ArrivalWindow { window: window?, probability_permille: u16::try_from(permille?).ok()? })
}

/// A license proof.
pub(crate) fn read_proof(
    known: &Known<'_>,
    proof: &wire::LicenseProof,
    at: &Field<'_>,
) -> Option<LicenseProof> {
    let class =
        |name, number| -> Option<LicenseClass> { enums::needed_license_class(&at.field(name), number) };
    let recognition_at = at.field("recognition");
    let recognition = match enums::value(&recognition_at, proof.recognition)? {
        wire::Recognition::Unspecified => {
            recognition_at.refuse(ViolationCode::Required, "needed");
            None
        }
        wire::Recognition::Issued => Some(Recognition::Issued),
        wire::Recognition::Containing => Some(Recognition::Containing),
        wire::Recognition::Anywhere => Some(Recognition::Anywhere),
        wire::Recognition::Reciprocity => {
            class("recognized_class_max", proof.recognized_class_max).map(Recognition::Reciprocity)
        }
    };
    let valid_until: Option<Date> = match proof.valid_until.as_str() {
        "" => None,
        text => Some(date(&at.field("valid_until"), text)?),
    };
    let issued_in = known.jurisdictions.find(&at.field("issued_in_id"), &proof.issued_in_id);
    Some(LicenseProof {
        required: class("license_class_min", proof.license_class_min)?,
        class: class("license_class", proof.license_class)?,
        jurisdiction: JurisdictionId::new(issued_in?),
        number: proof.license_number.clone(),
        valid_until,
        recognition: recognition?,
    })
}

fn read_unassigned(known: &Known<'_>, left_out: &wire::Unassigned, at: &Field<'_>) -> Option<Unassigned> {
    let visit = known.visits.find(&at.field("visit_id"), &left_out.visit_id);
    let certainty_at = at.field("certainty");
    let certainty = match enums::value(&certainty_at, left_out.certainty)? {
        wire::Certainty::Unspecified => {
            certainty_at.refuse(ViolationCode::Required, "needed");
            None
        }
        wire::Certainty::ProvedIneligible => Some(Certainty::ProvedIneligible),
        wire::Certainty::ProvedInfeasible => Some(Certainty::ProvedInfeasible),
        wire::Certainty::NotFoundInTime => Some(Certainty::NotFoundInTime),
        wire::Certainty::Outbid => read_outbid(known, left_out, at),
        wire::Certainty::Awaiting => read_awaiting(known, left_out, at).map(Certainty::Awaiting),
    };
    let reason = |(i, reason)| read_reason(known, reason, &at.entry("reasons", i));
    let refusals: Vec<_> = left_out.reasons.iter().enumerate().map(reason).collect();
    Some(Unassigned {
        visit: VisitId::new(visit?),
        certainty: certainty?,
        refusals: refusals.into_iter().collect::<Option<_>>()?,
    })
}

fn read_outbid(known: &Known<'_>, left_out: &wire::Unassigned, at: &Field<'_>) -> Option<Certainty> {
    let price = known.needed(&at.field("price_micros"), left_out.price_micros);
    let basis_at = at.field("price_basis");
    let basis = match enums::value(&basis_at, left_out.price_basis)? {
        // Plans of before carry none.
        wire::PriceBasis::Unspecified | wire::PriceBasis::Insertion => OutbidBasis::Insertion,
        wire::PriceBasis::Proved => OutbidBasis::ProvedPlan,
        wire::PriceBasis::Resolved => {
            basis_at.refuse(ViolationCode::Conflict, "the price of a visit left out is INSERTION or PROVED");
            return None;
        }
    };
    Some(Certainty::Outbid { price: Cost::from_micros(price?), basis })
}

fn read_awaiting(known: &Known<'_>, left_out: &wire::Unassigned, at: &Field<'_>) -> Option<Awaiting> {
    let permit_at = at.field("awaiting_permit_id");
    match known.needed(&permit_at, left_out.awaiting.as_ref())? {
        wire::unassigned::Awaiting::AwaitingPermitId(permit) => {
            Some(Awaiting::Permit(PermitId::new(known.permits.find(&permit_at, permit)?)))
        }
        wire::unassigned::Awaiting::AwaitingSku(sku) => {
            Some(Awaiting::Part(SkuId::new(known.skus.find(&at.field("awaiting_sku"), sku)?)))
        }
    }
}

/// Cost by term; the terms must add up.
pub(crate) fn read_cost(
    known: &Known<'_>,
    cost: Option<&wire::Cost>,
    limits: &Limits,
    at: &Field<'_>,
) -> Option<CostBreakdown> {
    let cost = known.needed(at, cost)?;
    let terms = [
        (CostTerm::PaidTime, "paid_time_micros", cost.paid_time_micros),
        (CostTerm::Distance, "distance_micros", cost.distance_micros),
        (CostTerm::Overtime, "overtime_micros", cost.overtime_micros),
        (CostTerm::ShiftUsed, "shift_used_micros", cost.shift_used_micros),
        (CostTerm::Lateness, "lateness_micros", cost.lateness_micros),
        (CostTerm::Disruption, "disruption_micros", cost.disruption_micros),
        (CostTerm::Preference, "preference_micros", cost.preference_micros),
        (CostTerm::Unserved, "unserved_micros", cost.unserved_micros),
    ];
    let mut read = CostBreakdown::default();
    for (term, name, micros) in terms {
        let inside = at.field(name).within(micros, 0, limits.cost_micros)?;
        read.add(term, Cost::from_micros(inside));
    }
    let total = read.total().micros();
    if cost.total_micros != total {
        let text = format_args!("{} is not the sum of the terms, {total}", cost.total_micros);
        at.field("total_micros").refuse(ViolationCode::Conflict, text);
    }
    Some(read)
}

/// What the plan says of itself in the higher tier, and the bound.
pub(crate) fn read_bound(bound: Option<&wire::Bound>, at: &Field<'_>) -> Option<(u32, Bound)> {
    if bound.is_none() {
        at.refuse(ViolationCode::Required, "needed");
    }
    let bound = bound?;
    let optimality_at = at.field("optimality");
    let proof = match enums::value(&optimality_at, bound.optimality)? {
        wire::Optimality::Unspecified => {
            optimality_at.refuse(ViolationCode::Required, "needed");
            None
        }
        wire::Optimality::Bounded => Some(Proof::Bounded),
        wire::Optimality::ToTolerance => Some(Proof::OptimalToSolverTolerance),
        wire::Optimality::Proved => Some(Proof::ProvedOptimal),
    };
    let count = |name, number: i32| {
        u32::try_from(at.field(name).within(i64::from(number), 0, i64::from(i32::MAX))?).ok()
    };
    let served = count("mandatory_unserved", bound.mandatory_unserved);
    let bounded = count("mandatory_unserved_bound", bound.mandatory_unserved_bound);
    let limit = Cost::MAX.micros();
    let cost = at.field("bound_micros").within(bound.bound_micros, -limit, limit);
    let bound = Bound { mandatory_unserved: bounded?, cost: Cost::from_micros(cost?), proof: proof? };
    Some((served?, bound))
}
