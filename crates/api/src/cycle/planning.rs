//! Between desk and planner: what the planner must hear of the desk's facts, as events of the board, and the plan as the
//! desk takes note of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use journeyman_board::Snapshot;
use journeyman_desk::{
    CheckInKind, Desk, DeskEvent, Permit, PermitState, Planned, Planning, Priority, VisitWork, Window,
    WorkOrder,
};
use journeyman_domain::{LicenseClass, Problem, StopKind, Time};
use journeyman_engine::Session;

use super::stock;
use crate::day::Words;
use crate::wire;
use crate::wire::event::Kind;

/// Facts of the desk as events of the board, in order. `desk` knows them already.
pub(super) struct Telling<'t> {
    pub(super) desk: &'t Desk,
    /// The desk before the facts.
    pub(super) known: &'t Desk,
    pub(super) before: &'t Snapshot,
    pub(super) problem: &'t Problem,
}

impl Telling<'_> {
    /// What the planner must hear of facts; `first` is the number of the first event of the step.
    pub(super) fn events(&self, facts: &[DeskEvent], first: usize) -> Vec<wire::Event> {
        let mut told: Vec<wire::Event> = Vec::new();
        // Permits that come with new work are told as they stand when all of this has happened.
        let mut permits: Vec<String> = Vec::new();
        let planning = facts.iter().filter_map(DeskEvent::planning);
        let kinds: Vec<Kind> = planning.flat_map(|planning| self.kinds(&planning, &mut permits)).collect();
        for kind in kinds.into_iter().chain(self.stock(facts)) {
            let id = format!("desk/{}/{}", self.before.revision + 1, first + told.len());
            let time = Words { problem: self.problem }.instant(self.before.now.max(Time::ZERO));
            told.push(wire::Event { id, event_time: Some(time), kind: Some(kind) });
        }
        told
    }

    /// What the planner must hear of shelves: the difference between what the desk has on them now and what the planner
    /// reckons with. Of a part that nothing in the day asked for before, it knows none.
    fn stock(&self, facts: &[DeskEvent]) -> Vec<Kind> {
        let mut differences = stock::differences(self.known, self.desk, facts);
        let is_known = |sku: &str| self.problem.names.skus.iter().any(|known| known == sku);
        differences.retain(|(_, sku), _| is_known(sku));
        for sku in stock::asked_for(facts).filter(|sku| !is_known(sku)) {
            let shelves = self.desk.stock().lines().filter(|(_, of, line)| *of == sku && line.quantity > 0);
            differences.extend(
                shelves.map(|(location, sku, line)| ((location.clone(), sku.to_owned()), line.quantity)),
            );
        }
        let events = differences.into_iter().filter_map(|((location, sku), pieces)| {
            stock::changed(&location, wire::PartQuantity { sku, quantity: pieces })
        });
        events.collect()
    }

    fn kinds(&self, planning: &Planning<'_>, permits: &mut Vec<String>) -> Vec<Kind> {
        match planning {
            Planning::NewWork { visit, .. } | Planning::NewVisit(visit) => {
                self.new_visit(visit, permits).into_iter().collect()
            }
            Planning::Replaced { visit, by } => {
                let gone = self.knows_visit(visit).then(|| cancelled(visit));
                gone.into_iter().chain(self.new_visit(by, permits)).collect()
            }
            Planning::Cancelled(visit) if self.knows_visit(visit) => vec![cancelled(visit)],
            Planning::Rescheduled { visit, windows } if self.knows_visit(visit) => {
                vec![Kind::Rescheduled(wire::Rescheduled {
                    visit_id: (*visit).to_owned(),
                    time_windows: windows.iter().map(window).collect(),
                    promise: None,
                })]
            }
            Planning::CheckedIn { visit, technician, kind, .. } if self.knows_visit(visit) => {
                let (visit_id, technician_id) = ((*visit).to_owned(), (*technician).to_owned());
                let kind = check_in_kind(*kind).into();
                vec![Kind::CheckedIn(wire::CheckedIn { visit_id, technician_id, kind })]
            }
            Planning::PermitChanged { permit, state, from, expire } => {
                let knows = self.problem.permits.iter().any(|known| known.label == **permit);
                let kind = permit_kind(permit, *state, *from, *expire);
                kind.filter(|_| knows && !permits.iter().any(|told| told == permit)).into_iter().collect()
            }
            Planning::PartExpected { warehouse, sku, expected: Some(expected), .. } => {
                let (warehouse_id, sku) = ((*warehouse).to_owned(), (*sku).to_owned());
                let available_time = Some(instant(*expected));
                vec![Kind::PartDelayed(wire::PartDelayed { warehouse_id, sku, available_time })]
            }
            Planning::Cancelled(_)
            | Planning::Rescheduled { .. }
            | Planning::CheckedIn { .. }
            | Planning::PermitRequired(_)
            // Told by what they leave on the shelves.
            | Planning::PartArrived { .. }
            | Planning::PartCounted { .. }
            | Planning::PartExpected { expected: None, .. } => Vec::new(),
        }
    }

    fn knows_visit(&self, label: &str) -> bool {
        self.problem.visits.iter().any(|visit| visit.label == label)
    }

    /// A visit with its place and permits, as far as the planner does not know them; none where nobody said where it is.
    fn new_visit(&self, work: &VisitWork, told: &mut Vec<String>) -> Option<Kind> {
        let (order, _) = self.desk.visit(&work.id)?;
        let place = place_of(order)?;
        let knows = |label: &str| self.problem.permits.iter().any(|known| known.label == label);
        let mut permits = Vec::new();
        // Permits that were found to be needed after the visit was understood count too.
        let gates: BTreeSet<&String> = work.permit_ids.iter().chain(&order.permit_ids).collect();
        for permit in gates.iter().filter_map(|id| self.desk.permit(id)) {
            if !knows(&permit.id) && !told.contains(&permit.id) {
                told.push(permit.id.clone());
                permits.push(write_permit(permit));
            }
        }
        let places =
            (!self.problem.places.iter().any(|known| known.label == place.id)).then(|| place.clone());
        let work_order = wire::WorkOrder {
            id: order.id.clone(),
            priority: write_priority(order.priority).into(),
            permit_ids: Vec::new(),
            visits: vec![wire::Visit {
                permit_ids: gates.into_iter().cloned().collect(),
                ..write_visit(work, &place.id, &order.jurisdiction)
            }],
        };
        Some(Kind::CallReceived(wire::CallReceived {
            work_order: Some(work_order),
            places: places.into_iter().collect(),
            permits,
        }))
    }
}

/// The plan as the desk takes note of it: every stop that may be dispatched.
pub(super) fn assignments(session: &Session, desk: &Desk) -> Vec<Planned> {
    let (problem, plan) = (session.problem(), session.plan());
    let mut assignments = Vec::new();
    for route in &plan.routes {
        let technician = &problem.technician_of(route.shift).label;
        for stop in route.stops.iter().filter(|stop| !stop.held) {
            let StopKind::Visit(visit) = stop.kind else { continue };
            let label = &problem.visit(visit).label;
            if desk.visit(label).is_none() {
                continue;
            }
            let (start, end) = (timestamp(problem, stop.start), timestamp(problem, stop.end));
            let told = stop.window.map(|told| told.window);
            let window = told.map_or(Window { start, end: start }, |told| Window {
                start: timestamp(problem, told.start),
                end: timestamp(problem, told.end),
            });
            assignments.push(Planned {
                visit: label.clone(),
                technician: technician.clone(),
                start,
                end,
                window,
                entropy: secret(),
            });
        }
    }
    assignments
}

/// Random bytes that nobody can guess, from the operating system.
pub(super) fn secret() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system has random bytes");
    bytes
}

/// A time of the board's day as time of the world.
pub(super) fn timestamp(problem: &Problem, time: Time) -> Timestamp {
    let seconds = problem.epoch_seconds.saturating_add(time.ticks());
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

/// The other way.
pub(super) fn time_of(problem: &Problem, time: Timestamp) -> Time {
    Time::from_ticks(time.as_second().saturating_sub(problem.epoch_seconds))
}

pub(super) fn instant(time: Timestamp) -> wire::Timestamp {
    wire::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond() }
}

pub(super) fn window(window: &Window) -> wire::TimeWindow {
    wire::TimeWindow { start_time: Some(instant(window.start)), end_time: Some(instant(window.end)) }
}

/// Where the work of an order is: a place of the board, or one that comes with it.
fn place_of(order: &WorkOrder) -> Option<wire::Place> {
    let site = order.call.site.as_ref()?;
    let id = if site.place_id.is_empty() { format!("site of {}", order.id) } else { site.place_id.clone() };
    let coordinates = site
        .point
        .map(|point| wire::Coordinates { latitude: point.latitude(), longitude: point.longitude() });
    Some(wire::Place { id, coordinates })
}

/// A visit as the planner gets it.
pub(super) fn write_visit(work: &VisitWork, place_id: &str, jurisdiction: &str) -> wire::Visit {
    let skill = |need: &journeyman_rulebook::SkillNeed| wire::SkillRequirement {
        skill: need.skill.clone(),
        level_min: Some(i32::from(need.level)),
    };
    wire::Visit {
        id: work.id.clone(),
        place_id: place_id.to_owned(),
        jurisdiction_id: jurisdiction.to_owned(),
        service_duration: Some(wire::Duration::from_seconds(work.duration_s)),
        duration_spread: Some(wire::Duration::from_seconds(work.spread_s)),
        time_windows: work.windows.iter().map(window).collect(),
        license_class_min: license_class(work.license).into(),
        endorsements: work.endorsements.clone(),
        skills: work.skills.iter().map(skill).collect(),
        parts: work.parts.iter().map(write_part).collect(),
        permit_ids: work.permit_ids.clone(),
        ..wire::Visit::default()
    }
}

pub(super) fn write_part(part: &journeyman_rulebook::PartNeed) -> wire::PartQuantity {
    wire::PartQuantity { sku: part.sku.clone(), quantity: i64::from(part.quantity) }
}

pub(super) fn write_permit(permit: &Permit) -> wire::Permit {
    let mut written = wire::Permit {
        id: permit.id.clone(),
        kind: permit.kind.clone(),
        jurisdiction_id: permit.jurisdiction.clone(),
        ..wire::Permit::default()
    };
    match permit.state {
        PermitState::Filed => written.expected_time = permit.expected.map(instant),
        PermitState::Issued | PermitState::Finaled => {
            written.issued_time = permit.issued.map(instant);
            written.expire_time = permit.expire.map(instant);
        }
        PermitState::Required | PermitState::Rejected | PermitState::Expired => {}
    }
    written.set_state(permit_state(permit.state));
    written
}

pub(super) fn permit_state(state: PermitState) -> wire::PermitState {
    match state {
        PermitState::Required => wire::PermitState::Required,
        PermitState::Filed => wire::PermitState::Filed,
        PermitState::Issued => wire::PermitState::Issued,
        PermitState::Rejected => wire::PermitState::Rejected,
        PermitState::Expired => wire::PermitState::Expired,
        PermitState::Finaled => wire::PermitState::Finaled,
    }
}

fn permit_kind(
    permit: &str,
    state: PermitState,
    from: Option<Timestamp>,
    expire: Option<Timestamp>,
) -> Option<Kind> {
    let permit_id = permit.to_owned();
    Some(match state {
        PermitState::Filed => {
            Kind::PermitFiled(wire::PermitFiled { permit_id, expected_time: from.map(instant) })
        }
        PermitState::Issued => Kind::PermitIssued(wire::PermitIssued {
            permit_id,
            issued_time: from.map(instant),
            expire_time: expire.map(instant),
        }),
        PermitState::Rejected => {
            Kind::PermitRejected(wire::PermitRejected { permit_id, text: String::new() })
        }
        PermitState::Expired => Kind::PermitExpired(wire::PermitExpired { permit_id }),
        // What is required is told with its work; under a finaled one no work is left.
        PermitState::Required | PermitState::Finaled => return None,
    })
}

fn cancelled(visit: &str) -> Kind {
    let subject = Some(wire::cancelled::Subject::VisitId(visit.to_owned()));
    Kind::Cancelled(wire::Cancelled { subject })
}

pub(super) fn license_class(class: LicenseClass) -> wire::LicenseClass {
    match class {
        LicenseClass::Apprentice => wire::LicenseClass::Apprentice,
        LicenseClass::Journeyman => wire::LicenseClass::Journeyman,
        LicenseClass::Master => wire::LicenseClass::Master,
    }
}

fn write_priority(priority: Priority) -> wire::Priority {
    match priority {
        Priority::Normal => wire::Priority::Normal,
        Priority::High => wire::Priority::High,
        Priority::Emergency => wire::Priority::Emergency,
    }
}

fn check_in_kind(kind: CheckInKind) -> wire::CheckInKind {
    match kind {
        CheckInKind::EnRoute => wire::CheckInKind::EnRoute,
        CheckInKind::OnSite => wire::CheckInKind::OnSite,
        CheckInKind::Started => wire::CheckInKind::Started,
        CheckInKind::Paused => wire::CheckInKind::Paused,
        CheckInKind::Resumed => wire::CheckInKind::Resumed,
        CheckInKind::Done => wire::CheckInKind::Done,
    }
}
