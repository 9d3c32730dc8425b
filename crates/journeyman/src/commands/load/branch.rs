//! A board as the platform knows that feeds it: what it has told and been answered, and the words of its next request.
//! Nothing is sent here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use journeyman_api::wire;
use journeyman_sim::traffic::Ask;

use super::tally::Kind;

/// Calls that one cancellation takes back at most: cancellations are fewer than calls, and boards stay as large as they are.
const TAKEN_BACK_MAX: usize = 3;
/// A call that starts sooner than this from now is not taken back: somebody may be on the way.
const SETTLED_S: i64 = 3_600;
/// By how much a visit overruns.
const OVERRUN_S: i64 = 600;
/// A visit that ends sooner than this from now is not reported on any more.
const NEARLY_DONE_S: i64 = 60;

/// One board.
pub(super) struct Branch {
    /// Its id on the server.
    pub(super) id: String,
    /// Which of the sizes it has.
    pub(super) size: usize,
    problem: wire::Problem,
    known: Known,
    told: u64,
    request_ids: bool,
}

/// What the server has answered.
#[derive(Default)]
struct Known {
    revision: i64,
    stops: Vec<Planned>,
    /// Acknowledged calls that nobody has taken back, oldest first, as far as they are not about to start.
    open: VecDeque<String>,
    /// Of every call that was acknowledged: whether it is still wanted.
    acknowledged: BTreeMap<String, Wanted>,
    reports: BTreeMap<String, Report>,
    absent: Option<Absent>,
}

/// Whether a visit must be on the board.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Yes,
    /// Its cancellation was acknowledged.
    No,
    /// Its cancellation was sent, and nobody knows.
    Unsure,
}

/// A visit of the plan in force.
struct Planned {
    visit: String,
    technician: String,
    start: i64,
    end: i64,
}

/// What was last reported from a visit under way.
#[derive(Clone, Copy)]
struct Report {
    paused: bool,
    late: bool,
    /// The end that was planned before anything was reported.
    end: i64,
    /// A report is on its way, or was refused: no other follows.
    silent: bool,
}

/// Who is out.
struct Absent {
    technician: usize,
    /// Not while the news is on its way.
    known: bool,
}

/// The next request.
pub(super) enum Asked {
    /// `ApplyEvents`, and what it tells.
    Apply(wire::ApplyEventsRequest, Told),
    /// `QuoteArrivalWindows`.
    Quote(wire::QuoteArrivalWindowsRequest),
    /// `GetBoard` with the plan.
    Look(wire::GetBoardRequest),
    /// `Explain`.
    Explanation(wire::ExplainRequest),
}

/// What a batch of events tells.
pub(super) enum Told {
    Called(String),
    TakenBack(Vec<String>),
    CheckedIn(String),
    Overran(String),
    Out,
    Back,
}

/// How a batch of events was answered.
pub(super) enum Heard<'a> {
    /// It has happened.
    Applied(&'a wire::Plan),
    /// It has not.
    Refused,
    /// Nobody knows.
    Unanswered,
}

impl Asked {
    /// What it is counted as.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Apply(_, Told::Called(_)) => Kind::Call,
            Self::Apply(_, Told::TakenBack(_)) => Kind::Cancellation,
            Self::Apply(_, Told::CheckedIn(_)) => Kind::CheckIn,
            Self::Apply(_, Told::Overran(_)) => Kind::Overrun,
            Self::Apply(_, Told::Out) => Kind::SickOut,
            Self::Apply(_, Told::Back) => Kind::Return,
            Self::Quote(_) => Kind::Quote,
            Self::Look(_) => Kind::Look,
            Self::Explanation(_) => Kind::Explanation,
        }
    }
}

impl Branch {
    /// A board of a day, which has a visit and a technician at least.
    pub(super) fn new((id, size): (String, usize), problem: wire::Problem, request_ids: bool) -> Self {
        Self { id, size, problem, known: Known::default(), told: 0, request_ids }
    }

    /// The day that it is made of.
    pub(super) fn problem(&self) -> &wire::Problem {
        &self.problem
    }

    /// What is asked at `now`, in seconds of the epoch; `draw` decides what is left open.
    pub(super) fn next(&mut self, ask: Ask, draw: u64, now: i64) -> Asked {
        match ask {
            Ask::Call => self.call(draw, now),
            Ask::Cancellation => self.cancellation(now).unwrap_or_else(|| self.call(draw, now)),
            Ask::CheckIn => self.check_in(draw, now).unwrap_or_else(|| self.call(draw, now)),
            Ask::Overrun => self.overrun(draw, now).unwrap_or_else(|| self.call(draw, now)),
            Ask::Absence => self.absence(draw, now).unwrap_or_else(|| self.call(draw, now)),
            Ask::Quote => Asked::Quote(self.quote(draw, now)),
            Ask::Look => Asked::Look(wire::GetBoardRequest {
                board_id: self.id.clone(),
                view: wire::BoardView::Plan.into(),
            }),
            Ask::Explanation => Asked::Explanation(wire::ExplainRequest {
                basis: Some(self.basis()),
                visit_id: self.visit_like(draw).id.clone(),
                alternatives_max: None,
            }),
        }
    }

    /// Takes note of a plan in force.
    pub(super) fn learn(&mut self, plan: &wire::Plan) {
        if plan.revision < self.known.revision {
            return;
        }
        self.known.revision = plan.revision;
        self.known.stops = plan.routes.iter().flat_map(planned).collect();
    }

    /// Takes note of the answer to a batch of events.
    pub(super) fn hear(&mut self, told: Told, heard: &Heard<'_>) {
        let known = &mut self.known;
        match told {
            Told::Called(visit) => {
                if matches!(heard, Heard::Applied(_)) {
                    known.open.push_back(visit.clone());
                    known.acknowledged.insert(visit, Wanted::Yes);
                }
            }
            Told::TakenBack(visits) => {
                let wanted = match heard {
                    Heard::Applied(_) => Wanted::No,
                    Heard::Refused => Wanted::Yes,
                    Heard::Unanswered => Wanted::Unsure,
                };
                known.acknowledged.extend(visits.into_iter().map(|visit| (visit, wanted)));
            }
            Told::CheckedIn(visit) => known.reported(&visit, heard, |report| report.paused = !report.paused),
            Told::Overran(visit) => known.reported(&visit, heard, |report| report.late = !report.late),
            Told::Out => match (heard, &mut known.absent) {
                (Heard::Applied(_), Some(absent)) => absent.known = true,
                (Heard::Refused, absent) => *absent = None,
                _ => {}
            },
            Told::Back => match (heard, &mut known.absent) {
                (Heard::Applied(_), absent) => *absent = None,
                (_, Some(absent)) => absent.known = true,
                (_, None) => {}
            },
        }
        if let Heard::Applied(plan) = heard {
            self.learn(plan);
        }
    }

    /// How many calls were acknowledged.
    pub(super) fn acknowledged(&self) -> usize {
        self.known.acknowledged.len()
    }

    /// Acknowledged calls that the board lacks, and acknowledged cancellations that it does not know of.
    pub(super) fn lost(&self, board: &wire::Problem) -> Vec<&str> {
        let visits = board.work_orders.iter().flat_map(|order| &order.visits);
        let there: BTreeSet<&str> = visits.map(|visit| visit.id.as_str()).collect();
        let lost = |visit: &str, wanted: Wanted| match wanted {
            Wanted::Yes => !there.contains(visit),
            Wanted::No => there.contains(visit),
            Wanted::Unsure => false,
        };
        let acknowledged = self.known.acknowledged.iter().map(|(visit, &wanted)| (visit.as_str(), wanted));
        acknowledged.filter(|&(visit, wanted)| lost(visit, wanted)).map(|(visit, _)| visit).collect()
    }

    fn call(&mut self, draw: u64, now: i64) -> Asked {
        let id = format!("{}-call-{}", self.id, self.told);
        let visit = wire::Visit { id: id.clone(), time_windows: Vec::new(), ..self.visit_like(draw).clone() };
        let order = wire::WorkOrder { id: id.clone(), visits: vec![visit], ..Default::default() };
        let call = wire::CallReceived { work_order: Some(order), ..Default::default() };
        self.apply(now, vec![wire::event::Kind::CallReceived(call)], Told::Called(id))
    }

    fn cancellation(&mut self, now: i64) -> Option<Asked> {
        let mut visits = Vec::new();
        while visits.len() < TAKEN_BACK_MAX {
            let Some(visit) = self.known.open.pop_front() else { break };
            let mut stops = self.known.stops.iter();
            let start = stops.find(|stop| stop.visit == visit).map(|stop| stop.start);
            // Who is served soon stays a visit like any other.
            if start.is_none_or(|start| start > now + SETTLED_S) {
                visits.push(visit);
            }
        }
        let kinds: Vec<wire::event::Kind> = visits
            .iter()
            .map(|visit| {
                let subject = wire::cancelled::Subject::VisitId(visit.clone());
                wire::event::Kind::Cancelled(wire::Cancelled { subject: Some(subject) })
            })
            .collect();
        self.known.acknowledged.extend(visits.iter().map(|visit| (visit.clone(), Wanted::Unsure)));
        (!visits.is_empty()).then(|| self.apply(now, kinds, Told::TakenBack(visits)))
    }

    fn check_in(&mut self, draw: u64, now: i64) -> Option<Asked> {
        let (visit, technician_id, report) = self.known.under_way(draw, now)?;
        let kind = if report.paused { wire::CheckInKind::Resumed } else { wire::CheckInKind::Paused };
        self.known.reports.insert(visit.clone(), Report { silent: true, ..report });
        let kind = wire::CheckedIn { visit_id: visit.clone(), technician_id, kind: kind.into() };
        Some(self.apply(now, vec![wire::event::Kind::CheckedIn(kind)], Told::CheckedIn(visit)))
    }

    fn overrun(&mut self, draw: u64, now: i64) -> Option<Asked> {
        let (visit, _, report) = self.known.under_way(draw, now)?;
        self.known.reports.insert(visit.clone(), Report { silent: true, ..report });
        let end = if report.late { report.end } else { report.end + OVERRUN_S };
        let kind = wire::VisitOverran { visit_id: visit.clone(), expected_end_time: Some(instant(end)) };
        Some(self.apply(now, vec![wire::event::Kind::VisitOverran(kind)], Told::Overran(visit)))
    }

    /// One at a time: who is out comes back before the next one is out.
    fn absence(&mut self, draw: u64, now: i64) -> Option<Asked> {
        let people = &self.problem.technicians;
        if let Some(absent) = &mut self.known.absent {
            if !absent.known {
                return None;
            }
            absent.known = false;
            let technician = &people[absent.technician];
            let (technician_id, shift) = (technician.id.clone(), technician.shifts.first().cloned());
            let kind = wire::event::Kind::ShiftChanged(wire::ShiftChanged { technician_id, shift });
            return Some(self.apply(now, vec![kind], Told::Back));
        }
        let technician = place(draw, people.len());
        let technician_id = people[technician].id.clone();
        self.known.absent = Some(Absent { technician, known: false });
        let kind = wire::SickOut { technician_id, ..Default::default() };
        Some(self.apply(now, vec![wire::event::Kind::SickOut(kind)], Told::Out))
    }

    /// Work like that of some visit, at a place between two others.
    fn quote(&self, draw: u64, now: i64) -> wire::QuoteArrivalWindowsRequest {
        let places = &self.problem.places;
        let at = |draw: u64| places[place(draw, places.len())].coordinates.unwrap_or_default();
        let (one, other) = (at(draw.rotate_left(16)), at(draw.rotate_left(32)));
        let coordinates = wire::Coordinates {
            latitude: f64::midpoint(one.latitude, other.latitude),
            longitude: f64::midpoint(one.longitude, other.longitude),
        };
        let place = wire::Place { id: "caller".to_owned(), coordinates: Some(coordinates) };
        let visit = wire::Visit {
            id: String::new(),
            place_id: place.id.clone(),
            time_windows: Vec::new(),
            ..self.visit_like(draw).clone()
        };
        wire::QuoteArrivalWindowsRequest {
            basis: Some(self.basis()),
            work_order: Some(wire::WorkOrder { visits: vec![visit], ..Default::default() }),
            places: vec![place],
            now: Some(instant(now)),
            ..Default::default()
        }
    }

    fn apply(&mut self, now: i64, kinds: Vec<wire::event::Kind>, told: Told) -> Asked {
        let request_id = format!("{}-{}", self.id, self.told);
        let events = kinds.into_iter().map(|kind| {
            self.told += 1;
            let id = format!("{}-event-{}", self.id, self.told);
            wire::Event { id, event_time: Some(instant(now)), kind: Some(kind) }
        });
        let events = events.collect();
        let request = wire::ApplyEventsRequest {
            request_id: if self.request_ids { request_id } else { String::new() },
            board: Some(self.at_any_revision()),
            events,
            ..Default::default()
        };
        Asked::Apply(request, told)
    }

    fn at_any_revision(&self) -> wire::BoardRevision {
        wire::BoardRevision { board_id: self.id.clone(), revision: None }
    }

    fn basis(&self) -> wire::PlanBasis {
        wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Board(self.at_any_revision())) }
    }

    /// A visit that the day began with; none of them is ever cancelled.
    fn visit_like(&self, draw: u64) -> &wire::Visit {
        let orders = &self.problem.work_orders;
        &orders[place(draw, orders.len())].visits[0]
    }
}

impl Known {
    /// A visit that goes on at `now` and is not spoken of at this moment: its technician, and what was last reported.
    fn under_way(&self, draw: u64, now: i64) -> Option<(String, String, Report)> {
        let silent = |stop: &Planned| self.reports.get(&stop.visit).is_some_and(|report| report.silent);
        let going_on = |stop: &&Planned| stop.start < now && stop.end > now + NEARLY_DONE_S && !silent(stop);
        let stops: Vec<&Planned> = self.stops.iter().filter(going_on).collect();
        let stop = stops.get(place(draw, stops.len().max(1)))?;
        let first = Report { paused: false, late: false, end: stop.end, silent: false };
        let report = self.reports.get(&stop.visit).copied().unwrap_or(first);
        let worth_it = report.end > now + NEARLY_DONE_S;
        worth_it.then(|| (stop.visit.clone(), stop.technician.clone(), report))
    }

    fn reported(&mut self, visit: &str, heard: &Heard<'_>, change: impl FnOnce(&mut Report)) {
        if let (Heard::Applied(_), Some(report)) = (heard, self.reports.get_mut(visit)) {
            change(report);
            report.silent = false;
        }
    }
}

/// The visits of a route.
fn planned(route: &wire::Route) -> Vec<Planned> {
    let seconds = |time: Option<wire::Timestamp>| time.map_or(0, |time| time.seconds);
    let visit = |stop: &wire::Stop| match &stop.kind {
        Some(wire::stop::Kind::Visit(visit)) => Some(Planned {
            visit: visit.visit_id.clone(),
            technician: route.technician_id.clone(),
            start: seconds(stop.start_time),
            end: seconds(stop.end_time),
        }),
        _ => None,
    };
    route.stops.iter().filter_map(visit).collect()
}

fn instant(seconds: i64) -> wire::Timestamp {
    wire::Timestamp { seconds, nanos: 0 }
}

/// One of `count` places, by chance.
fn place(draw: u64, count: usize) -> usize {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    usize::try_from(draw % count).unwrap_or(0)
}
