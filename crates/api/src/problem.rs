//! The day that a request brings, read into the domain: every violation is collected, nothing is ignored.

mod ceiling;
pub(crate) mod clock;
pub(crate) mod enums;
pub(crate) mod labels;
mod people;
mod permits;
mod pins;
mod places;
mod rates;
mod stock;

pub(crate) mod travel;
mod work;

mod events;

use journeyman_domain::{Names, Problem, TickScale, TravelSpec};

use crate::limits::Limits;
use crate::violation::{Field, InvalidRequest, Report};
use crate::wire;
use clock::Clock;
pub use events::read_event;
pub(crate) use events::{read_call, read_change, read_other_prices};
use labels::{Labels, Words};
pub(crate) use places::place_point;
use rates::Prices;

/// A day that was accepted, in the order of its ids whatever the order of the request, and with what lies before its
/// freeze time locked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accepted {
    /// The day.
    pub problem: Problem,
    /// What was dropped of a baseline plan that no longer fits the day.
    pub dropped: Vec<Dropped>,
    /// Paths of fields of an estimate that say nothing where travel is on roads.
    pub unused: Vec<String>,
}

/// A stop or route of a baseline plan that the day has no place for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dropped {
    /// Path of its id in the request.
    pub field: String,
    /// Id of the shift that it was on, or that the route was of.
    pub shift: String,
    /// Id of the visit; empty for a pickup or a whole route.
    pub visit: String,
    /// A sentence for people.
    pub text: String,
}

impl Accepted {
    /// What was dropped and what was not needed, as warnings of a plan.
    pub fn warnings(&self) -> Vec<wire::Warning> {
        let warning = |dropped: &Dropped| wire::Warning {
            code: "BASELINE_STOP_DROPPED".to_owned(),
            field: dropped.field.clone(),
            text: dropped.text.clone(),
        };
        let roads = |field: &String| wire::Warning {
            code: "ROADS_INSTEAD_OF_ESTIMATE".to_owned(),
            field: field.clone(),
            text: "travel is on the roads that are known here, so this field of an estimate is not used"
                .to_owned(),
        };
        self.dropped.iter().map(warning).chain(self.unused.iter().map(roads)).collect()
    }
}

/// Reads a day. At most `violations_max` violations are put into words, the others are counted.
///
/// Linear in the size of the request, besides sorting.
///
/// # Errors
/// Everything that is wrong with the day.
pub fn accept_problem(
    problem: &wire::Problem,
    limits: &Limits,
    violations_max: usize,
) -> Result<Accepted, InvalidRequest> {
    let report = Report::new(violations_max.max(1));
    let accepted = read_problem(problem, limits, &report, &report.field("problem"));
    report.finish()?;
    Ok(accepted.expect("a problem that is not read has a violation"))
}

/// Reads a day that goes on: its freeze time is kept in mind, but nothing is locked yet, and its baseline may be any plan.
/// `at` is where the day stands in the request.
pub(crate) fn read_under_way(
    problem: &wire::Problem,
    limits: &Limits,
    report: &Report,
    at: &Field<'_>,
) -> Option<Accepted> {
    read(problem, limits, report, (at, Past::Open))
}

/// What becomes of what lies before the freeze time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Past {
    /// It is locked, and so must be complete.
    Locked,
    /// Nothing yet.
    Open,
}

impl TryFrom<&wire::Problem> for Accepted {
    type Error = InvalidRequest;

    /// With the default limits.
    fn try_from(problem: &wire::Problem) -> Result<Self, InvalidRequest> {
        let limits = Limits::default();
        accept_problem(problem, &limits, limits.violations_default)
    }
}

/// What every part of the day is read against.
struct Context<'a> {
    limits: &'a Limits,
    clock: Clock,
    places: Labels<'a>,
    jurisdictions: Labels<'a>,
    technicians: Labels<'a>,
    shifts: Labels<'a>,
    warehouses: Labels<'a>,
    permits: Labels<'a>,
    visits: Labels<'a>,
    words: Words<'a>,
    prices: Prices,
}

impl<'a> Context<'a> {
    fn learn(problem: &'a wire::Problem, limits: &'a Limits, clock: Clock, at: &Field<'_>) -> Self {
        let shift_ids = people::shift_ids(problem, limits, at);
        let visit_ids = work::visit_ids(problem, limits, at);
        let learn = |noun, list, labels: Vec<&'a str>| {
            Labels::learn(noun, labels.into_iter(), limits, |i, code, text| {
                at.entry(list, i).field("id").refuse(code, text);
            })
        };
        let ids = |labels: &mut dyn Iterator<Item = &'a String>| labels.map(String::as_str).collect();
        Self {
            limits,
            places: learn("place", "places", ids(&mut problem.places.iter().map(|p| &p.id))),
            jurisdictions: learn(
                "jurisdiction",
                "jurisdictions",
                ids(&mut problem.jurisdictions.iter().map(|j| &j.id)),
            ),
            technicians: learn(
                "technician",
                "technicians",
                ids(&mut problem.technicians.iter().map(|t| &t.id)),
            ),
            warehouses: learn("warehouse", "warehouses", ids(&mut problem.warehouses.iter().map(|w| &w.id))),
            permits: learn("permit", "permits", ids(&mut problem.permits.iter().map(|p| &p.id))),
            shifts: shift_ids,
            visits: visit_ids,
            words: Words::collect(problem),
            prices: Prices::read(problem.rate_card.as_ref(), limits, &at.field("rate_card")),
            clock,
        }
    }
}

/// Nothing when the report has violations. It reads on after most of them, but not where that would only confuse.
pub(crate) fn read_problem(
    problem: &wire::Problem,
    limits: &Limits,
    report: &Report,
    at: &Field<'_>,
) -> Option<Accepted> {
    read(problem, limits, report, (at, Past::Locked))
}

fn read(
    problem: &wire::Problem,
    limits: &Limits,
    report: &Report,
    (at, past): (&Field<'_>, Past),
) -> Option<Accepted> {
    sizes_fit(problem, limits, at).then_some(())?;
    let clock = Clock::read(problem, limits, at)?;
    let cx = Context::learn(problem, limits, clock, at);

    let (technicians, shifts) = people::read(&cx, problem, at);
    let (work_orders, visits) = work::read(&cx, problem, at);
    let freeze_time = cx.clock.instant(&at.field("freeze_time"), problem.freeze_time);
    let mut dropped = Vec::new();
    let needs_start = past == Past::Locked && problem.freeze_time.is_some();
    let mut read = Problem {
        epoch_seconds: cx.clock.epoch_seconds,
        time_zone: problem.time_zone.clone(),
        horizon: cx.clock.horizon,
        ticks: TickScale::SECONDS_AND_METRES,
        places: places::read(problem, at),
        travel: travel::read(&cx, problem, at),
        jurisdictions: places::jurisdictions(&cx, problem, at),
        reciprocity: places::reciprocity(&cx, problem, at),
        technicians,
        shifts,
        pickups: stock::warehouses(&cx, &problem.warehouses, at),
        permits: permits::read(&cx, problem, at),
        work_orders,
        visits,
        dependencies: Vec::new(),
        rates: cx.prices.card.clone(),
        window_policy: rates::window_policy(problem.arrival_window_policy.as_ref(), at),
        plan_expected_permits: problem.plan_expected_permits,
        baseline: pins::baseline(&cx, (problem, needs_start), at, &mut dropped),
        freeze_time,
        names: Names::default(),
    };
    let pins = pins::read(&cx, problem, at);
    if !report.is_clean() {
        return None;
    }
    for standing in &pins {
        read.visits[standing.visit.index()].pin = Some(standing.pin);
    }
    read.names = Names {
        skills: cx.words.skills.into_names(),
        endorsements: cx.words.endorsements.into_names(),
        tools: cx.words.tools.into_names(),
        features: cx.words.features.into_names(),
        skus: cx.words.skus.into_names(),
    };
    ceiling::check(&read, limits, at);
    if past == Past::Locked {
        pins::freeze(&mut read, &pins, problem, at);
    }
    // A shuffled request is the same problem, and so has the same plan.
    let mut unused = Vec::new();
    if matches!(read.travel, TravelSpec::Roads(_)) {
        let given = (problem.travel.as_ref(), problem.zones.as_slice());
        travel::unused_on_roads(given, at, |field| unused.push(field.to_string()));
    }
    report.is_clean().then(|| Accepted { problem: read.in_canonical_order(), dropped, unused })
}

/// Refuses lists that are too long before any of their entries is looked at.
fn sizes_fit(problem: &wire::Problem, limits: &Limits, at: &Field<'_>) -> bool {
    let shifts = problem.technicians.iter().map(|technician| technician.shifts.len()).sum();
    let visits = problem.work_orders.iter().map(|order| order.visits.len()).sum();
    let lists = [
        ("places", problem.places.len(), limits.places),
        ("technicians", problem.technicians.len(), limits.technicians),
        ("technicians.shifts", shifts, limits.shifts),
        ("jurisdictions", problem.jurisdictions.len(), limits.jurisdictions),
        ("reciprocity", problem.reciprocity.len(), limits.reciprocity),
        ("zones", problem.zones.len(), limits.zones),
        ("warehouses", problem.warehouses.len(), limits.warehouses),
        ("permits", problem.permits.len(), limits.permits),
        ("work_orders", problem.work_orders.len(), limits.work_orders),
        ("work_orders.visits", visits, limits.visits),
        ("pins", problem.pins.len(), limits.visits),
    ];
    // Not `all`, which would stop at the first: every list is judged.
    lists.map(|(name, entries, max)| at.field(name).at_most(entries, max)) == [true; 11]
}
