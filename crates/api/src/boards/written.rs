//! Boards written down: their steps and states as messages of the contract, in the envelopes of the journal.

use std::sync::Arc;

use journeyman_board::{Entry, Finding, Scribe, Snapshot};
use journeyman_domain::{PlannedRoute, PlannedStop, Problem, StopKind, Time, TravelSpec};
use journeyman_engine::Session;
use journeyman_store::{Record, Request, UnixMicros};
use prost::Message;
use rustc_hash::{FxHashMap, FxHashSet};

use super::papers::Papers;
use crate::cycle::{Round, Turn, write_effect};
use crate::day::Words;
use crate::desk::{tell, write_fact};
use crate::plan::write::write_route;
use crate::quotes::write_holds;
use crate::scheduler::wall_clock;
use crate::{InexpressibleDay, wire, write_day};

/// A board as a whole.
pub(crate) const STATE: &str = "board-state";
/// One step of it.
pub(crate) const STEP: &str = "board-step";
/// What the desk noted with it.
pub(crate) const DESK: &str = "desk-step";
/// The version of them: protobuf's rules keep older ones readable.
pub(crate) const FORMAT: u16 = 1;

/// What a step of a board does, besides what it leaves of the plan.
#[derive(Default)]
pub(crate) struct Written<'w> {
    /// What happened before the last events, where the planner was told in several goes.
    pub(crate) rounds: &'w [Round],
    /// What happened.
    pub(crate) events: &'w [wire::Event],
    /// Holds that were made or have ended.
    pub(crate) holds: Vec<wire::KeptHold>,
    /// The request that is answered.
    pub(crate) request: Option<Request>,
    /// What the desk has done. None: it takes note of the plan only.
    pub(crate) turn: Option<Turn>,
}

impl Written<'_> {
    /// The entry of the step from what was in force to `after`, and all that watchers are told.
    pub(crate) fn entry(
        self,
        papers: &Papers,
        before: &Snapshot,
        after: &Session,
    ) -> (Entry, Vec<wire::Event>) {
        let turn = self.turn.or_else(|| publish(papers, before, after));
        let step = |(from, to): (&Session, &Session), events: Vec<wire::Event>| wire::BoardStep {
            revision: before.revision + 1,
            events,
            now: write_time(to, before.now),
            answer_time: write_time(to, to.now()),
            routes: routes_changed(from, to),
            holds: Vec::new(),
            changes_max: write_changes_max(to),
        };
        let (mut records, mut happened) = (Vec::new(), Vec::new());
        let mut from: &Session = &before.session;
        for Round { events, after } in self.rounds {
            records.push(record(STEP, &step((from, after), events.clone())));
            happened.extend_from_slice(events);
            from = after;
        }
        let mut events = self.events.to_vec();
        if let Some(turn) = &turn {
            events.extend(told(turn, before, happened.len() + events.len()));
        }
        let last = wire::BoardStep { holds: self.holds, ..step((from, after), events.clone()) };
        records.push(record(STEP, &last));
        happened.append(&mut events);
        let entry = Entry { records, request: self.request, ..Entry::default() };
        (with_turn(entry, papers, turn), happened)
    }
}

/// The desk after it has taken note of a plan, if there is a desk and the plan says anything new.
fn publish(papers: &Papers, before: &Snapshot, after: &Session) -> Option<Turn> {
    let mut turn = Turn::resume(papers, after.problem(), papers.clock.now(before))?;
    match turn.publish(after) {
        Ok(_) => (!turn.facts.is_empty()).then_some(turn),
        Err(refusal) => {
            // A defect of ours: the desk goes on with the plan that it knows.
            tracing::error!(board = papers.id, %refusal, "the desk does not take the plan");
            None
        }
    }
}

/// What watchers are told of a turn; what changes the day is told already.
fn told(turn: &Turn, before: &Snapshot, first: usize) -> Vec<wire::Event> {
    let id = |number: usize| format!("desk/{}/{}", before.revision + 1, first + number);
    let facts = turn.facts.iter().enumerate();
    facts.filter_map(|(number, fact)| tell(fact, id(number))).filter(|event| !is_of_the_day(event)).collect()
}

/// An entry with what a turn leaves behind; with it in force, the desk is as the turn has left it.
fn with_turn(mut entry: Entry, papers: &Papers, turn: Option<Turn>) -> Entry {
    let Some(turn) = turn else {
        papers.will_be(None);
        return entry;
    };
    if !turn.facts.is_empty() {
        let facts = wire::DeskStep { facts: turn.facts.iter().map(write_fact).collect() };
        entry.records.push(record(DESK, &facts));
    }
    let (now, wall) = (turn.now(), unix_micros(wall_clock()));
    entry.effects.extend(turn.effects.iter().map(|effect| write_effect(effect, now, wall)));
    entry.cancel.extend(turn.cancel.iter().cloned());
    papers.will_be(Some(turn.into_cycle()));
    entry
}

/// Whether an event changes the day; the others are told to people, and what they change of the day is told beside them.
pub(crate) fn is_of_the_day(event: &wire::Event) -> bool {
    use wire::event::Kind as K;
    matches!(
        event.kind,
        Some(
            K::CallReceived(_)
                | K::Cancelled(_)
                | K::Rescheduled(_)
                | K::SickOut(_)
                | K::ShiftChanged(_)
                | K::TechnicianJoined(_)
                | K::VisitOverran(_)
                | K::VisitFinishedEarly(_)
                | K::TechnicianLocated(_)
                | K::CheckedIn(_)
                | K::PermitFiled(_)
                | K::PermitIssued(_)
                | K::PermitDelayed(_)
                | K::PermitRejected(_)
                | K::PermitExpired(_)
                | K::PermitFinaled(_)
                | K::PartArrived(_)
                | K::PartMissing(_)
                | K::PartDelayed(_)
                | K::Pinned(_)
                | K::Unpinned(_)
                | K::TravelChanged(_)
        )
    )
}

/// Writes down what a board does by itself.
pub(crate) struct BoardScribe(pub(crate) Arc<Papers>);

impl Scribe for BoardScribe {
    fn better_plan(&self, board: &Snapshot, after: &Session, finding: Finding) -> Entry {
        let routes = routes_changed(&board.session, after);
        // Customers hear of what has settled.
        let turn = (finding == Finding::Last).then(|| publish(&self.0, board, after)).flatten();
        if routes.is_empty() && turn.is_none() {
            self.0.will_be(None);
            return Entry::default();
        }
        let step = wire::BoardStep { revision: board.revision, routes, ..wire::BoardStep::default() };
        with_turn(Entry { records: vec![record(STEP, &step)], ..Entry::default() }, &self.0, turn)
    }

    fn in_force(&self) {
        self.0.in_force();
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
    let time = unix_micros(wall_clock());
    Record { kind: kind.to_owned(), format: FORMAT, time, body: message.encode_to_vec() }
}

fn write_changes_max(session: &Session) -> Option<i32> {
    session.wishes().changes_max.map(|most| i32::try_from(most).unwrap_or(i32::MAX))
}

fn unix_micros(time: wire::Timestamp) -> UnixMicros {
    UnixMicros(time.seconds.saturating_mul(1_000_000).saturating_add(i64::from(time.nanos / 1_000)))
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
