//! Boards written down: their steps and states as messages of the contract, in the envelopes of the journal.

use std::sync::Arc;

use journeyman_board::{Entry, Scribe, Snapshot};
use journeyman_domain::{PlannedRoute, PlannedStop, Problem, StopKind, Time, TravelSpec};
use journeyman_engine::Session;
use journeyman_store::{Record, Request, UnixMicros};
use prost::Message;
use rustc_hash::{FxHashMap, FxHashSet};

use super::papers::Papers;
use crate::day::Words;
use crate::plan::write::write_route;
use crate::quotes::write_holds;
use crate::scheduler::wall_clock;
use crate::{InexpressibleDay, wire, write_day};

/// A board as a whole.
pub(crate) const STATE: &str = "board-state";
/// One step of it.
pub(crate) const STEP: &str = "board-step";
/// The version of both: protobuf's rules keep older ones readable.
pub(crate) const FORMAT: u16 = 1;

/// What a step of a board does, besides what it leaves of the plan.
pub(crate) struct Written<'w> {
    /// What happened.
    pub(crate) events: &'w [wire::Event],
    /// Holds that were made or have ended.
    pub(crate) holds: Vec<wire::KeptHold>,
    /// The request that is answered.
    pub(crate) request: Option<Request>,
}

impl Written<'_> {
    /// The entry of the step from what was in force to `after`.
    pub(crate) fn entry(self, before: &Snapshot, after: &Session) -> Entry {
        let step = wire::BoardStep {
            revision: before.revision + 1,
            events: self.events.to_vec(),
            now: write_time(after, before.now),
            answer_time: write_time(after, after.now()),
            routes: routes_changed(&before.session, after),
            holds: self.holds,
            changes_max: write_changes_max(after),
        };
        Entry { record: Some(record(STEP, &step)), request: self.request, ..Entry::default() }
    }
}

/// Writes down what a board does by itself.
pub(crate) struct BoardScribe(pub(crate) Arc<Papers>);

impl Scribe for BoardScribe {
    fn better_plan(&self, revision: i64, before: &Session, after: &Session) -> Entry {
        let routes = routes_changed(before, after);
        if routes.is_empty() {
            return Entry::default();
        }
        let step = wire::BoardStep { revision, routes, ..wire::BoardStep::default() };
        Entry { record: Some(record(STEP, &step)), ..Entry::default() }
    }

    fn state(&self, board: &Snapshot) -> Option<Record> {
        match write_state(&self.0, (board.revision, board.now), &board.session) {
            Ok(state) => Some(record(STATE, &state)),
            Err(error) => {
                tracing::warn!(board = self.0.id, %error, "no snapshot: the contract has no words for this day");
                None
            }
        }
    }
}

/// A board as a whole.
pub(crate) fn write_state(
    papers: &Papers,
    (revision, now): (i64, Time),
    session: &Session,
) -> Result<wire::BoardState, InexpressibleDay> {
    let known = session.problem();
    let say = Words { problem: known };
    let paused = session.paused().iter().map(|(visit, since)| wire::PausedVisit {
        visit_id: known.visit(*visit).label.clone(),
        pause_time: Some(say.instant(*since)),
    });
    Ok(wire::BoardState {
        board: Some(wire::Board { update_time: papers.latest(), ..papers.write(revision) }),
        problem: Some(write_day(known)?),
        routes: session.plan().routes.iter().map(|route| write_route(&say, route)).collect(),
        keep_plan: session.wishes().keep_plan,
        changes_max: write_changes_max(session),
        rate_card: papers.rate_card.clone(),
        options: papers.options,
        now: write_time(session, now),
        answer_time: write_time(session, session.now()),
        paused: paused.collect(),
        event_ids: papers.event_ids(),
        holds: write_holds(&papers.quotes, known),
        roads: roads_of(known).to_owned(),
    })
}

/// The roads that travel is on; empty where it is on none.
pub(crate) fn roads_of(problem: &Problem) -> &str {
    match &problem.travel {
        TravelSpec::Roads(spec) => spec.roads.source().identity(),
        TravelSpec::Estimate(_) | TravelSpec::Matrix(_) => "",
    }
}

/// A message in its envelope, of now.
pub(crate) fn record(kind: &str, message: &impl Message) -> Record {
    let now = wall_clock();
    let time = UnixMicros(now.seconds.saturating_mul(1_000_000).saturating_add(i64::from(now.nanos / 1_000)));
    Record { kind: kind.to_owned(), format: FORMAT, time, body: message.encode_to_vec() }
}

fn write_changes_max(session: &Session) -> Option<i32> {
    session.wishes().changes_max.map(|most| i32::try_from(most).unwrap_or(i32::MAX))
}

/// Unset for the time before all times.
fn write_time(session: &Session, time: Time) -> Option<wire::Timestamp> {
    (time > Time::MIN).then(|| Words { problem: session.problem() }.instant(time))
}

/// The routes in force after a step that were not so before it; those that are no longer driven are empty.
fn routes_changed(before: &Session, after: &Session) -> Vec<wire::Route> {
    let (old, new) = (before.problem(), after.problem());
    let known: FxHashMap<&str, &PlannedRoute> =
        before.plan().routes.iter().map(|route| (shift_label(old, route), route)).collect();
    let say = Words { problem: new };
    let mut changed = Vec::new();
    let mut driven = FxHashSet::default();
    for route in &after.plan().routes {
        let shift = shift_label(new, route);
        if !known.get(shift).is_some_and(|before| is_same((old, before), (new, route))) {
            changed.push(write_route(&say, route));
        }
        driven.insert(shift);
    }
    let no_longer = before.plan().routes.iter().map(|route| shift_label(old, route));
    let no_longer = no_longer.filter(|shift| !driven.contains(shift));
    changed
        .extend(no_longer.map(|shift| wire::Route { shift_id: shift.to_owned(), ..wire::Route::default() }));
    changed
}

fn shift_label<'p>(problem: &'p Problem, route: &PlannedRoute) -> &'p str {
    &problem.shift(route.shift).label
}

/// Whether two routes say the same, whatever ids their problems have given.
fn is_same((old, before): (&Problem, &PlannedRoute), (new, after): (&Problem, &PlannedRoute)) -> bool {
    if before.stops.len() != after.stops.len() {
        return false;
    }
    let is_same_kind = |(before, after): (&PlannedStop, &PlannedStop)| match (before.kind, after.kind) {
        (StopKind::Visit(before), StopKind::Visit(after)) => {
            old.visit(before).label == new.visit(after).label
        }
        (StopKind::Pickup(before), StopKind::Pickup(after)) => {
            old.pickup(before).label == new.pickup(after).label
        }
        (before, after) => before == after,
    };
    // Everything else is times, money and names that stay.
    let mut renamed = before.clone();
    renamed.shift = after.shift;
    for (stop, like) in renamed.stops.iter_mut().zip(&after.stops) {
        (stop.kind, stop.license) = (like.kind, like.license.clone());
    }
    renamed == *after && before.stops.iter().zip(&after.stops).all(is_same_kind)
}
