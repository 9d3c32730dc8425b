//! A board read again from its journal: the last state that was written down, and every step after it. No solver is asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use journeyman_desk::EventKind;
use journeyman_domain::{PlannedRoute, Problem, Time, VisitId};
use journeyman_engine::{EngineError, Replay, Session, Wishes};
use journeyman_store::{Record, Stored};
use prost::Message;

use super::papers::Papers;
use super::registry::Record as Events;
use super::written::{DESK, FORMAT, STATE, STEP, is_of_the_day, roads_of};
use crate::desk::{Books, read_fact};
use crate::limits::Limits;
use crate::plan::read::read_routes;
use crate::problem::read_under_way;
use crate::quotes::read_hold;
use crate::violation::{InvalidRequest, Report};
use crate::{read_event, wire};

/// Why a journal does not make a board.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RestoreError {
    /// The journal has no record.
    #[error("the journal is empty")]
    Empty,
    /// A record of something else, or of a later version.
    #[error("record {revision} is a {kind:?} of format {format}, which this version does not read")]
    Unknown {
        /// Which record.
        revision: i64,
        /// What it calls itself.
        kind: String,
        /// The version of its form.
        format: u16,
    },
    /// A record that does not read.
    #[error("record {revision} is not a message of the contract: {error}")]
    Garbled {
        /// Which record.
        revision: i64,
        /// What the decoder says.
        error: prost::DecodeError,
    },
    /// A state or step that the rest of the journal contradicts.
    #[error("record {revision}: {error}")]
    Invalid {
        /// Which record.
        revision: i64,
        /// What is wrong with it.
        error: InvalidRequest,
    },
    /// A fact of the service cycle that does not read.
    #[error("record {revision}: {error}")]
    Fact {
        /// Which record.
        revision: i64,
        /// What is wrong with it.
        error: String,
    },
    /// Something that the record speaks of is not on the board.
    #[error("record {revision}: there is no {noun} {label:?} on the board")]
    Missing {
        /// Which record.
        revision: i64,
        /// What it is.
        noun: &'static str,
        /// Its id.
        label: String,
    },
    /// Events that cannot have happened, or a day that cannot stand.
    #[error("record {revision}: {error}")]
    Engine {
        /// Which record.
        revision: i64,
        /// What the engine says.
        error: EngineError,
    },
    /// The board's travel is on roads that are not known here.
    #[error("the board's travel is on roads {wanted:?}, the server has {here:?}: start it with their file")]
    Roads {
        /// The roads of the board; empty for none.
        wanted: String,
        /// The roads that are known here; empty for none.
        here: String,
    },
}

/// A board as its journal has it.
pub(crate) struct Restored {
    pub(crate) papers: Papers,
    pub(crate) session: Session,
    /// What lies before has happened.
    pub(crate) now: Time,
    /// Of the board, as its callers know it.
    pub(crate) revision: i64,
    /// The last batches of events, with the revision after each.
    pub(crate) log: Vec<(i64, Events)>,
}

/// A board that is being read.
pub(crate) struct Restoring<'l> {
    limits: &'l Limits,
    papers: Papers,
    books: Books,
    replay: Replay,
    /// The plan in force: routes by their shifts.
    routes: BTreeMap<String, wire::Route>,
    now: Time,
    revision: i64,
    log: Vec<(i64, Events)>,
    /// The last record that was read.
    record: i64,
}

impl<'l> Restoring<'l> {
    /// From a state: the first record of a journal, or a snapshot.
    pub(crate) fn begin(stored: &Stored, limits: &'l Limits) -> Result<Self, RestoreError> {
        let state: wire::BoardState = decode(stored, STATE)?;
        let record = stored.revision;
        let report = Report::new(limits.violations_default);
        let problem_at = report.field("problem");
        let given = state.problem.clone().unwrap_or_default();
        let accepted = read_under_way(&given, limits, &report, &problem_at);
        report.finish().map_err(|error| RestoreError::Invalid { revision: record, error })?;
        let problem = accepted.expect("a day that is not read has a violation").problem;
        let here = roads_of(&problem).to_owned();
        if here != state.roads {
            return Err(RestoreError::Roads { wanted: state.roads, here });
        }
        let board = state.board.clone().unwrap_or_default();
        let create_time = board.create_time.unwrap_or_default();
        let papers = Papers::of(&board, state.rate_card, state.options, create_time);
        papers.note_ids(state.event_ids);
        let mut paused = Vec::with_capacity(state.paused.len());
        for pause in &state.paused {
            let found = problem.visits.iter().position(|visit| visit.label == pause.visit_id);
            let found = found.ok_or_else(|| missing(record, "visit", &pause.visit_id))?;
            paused.push((VisitId::new(found), instant(&problem, pause.pause_time).unwrap_or(Time::ZERO)));
        }
        let now = instant(&problem, state.now).unwrap_or(Time::MIN);
        let answer_time = instant(&problem, state.answer_time).unwrap_or(Time::MIN);
        for hold in &state.holds {
            read_hold(hold, &papers.quotes, &problem);
        }
        let wishes = Wishes { keep_plan: state.keep_plan, changes_max: read_changes_max(state.changes_max) };
        let routes = state.routes.into_iter().map(|route| (route.shift_id.clone(), route)).collect();
        let replay = Replay::begin(problem, paused, answer_time, wishes)
            .map_err(|error| RestoreError::Engine { revision: record, error })?;
        let books = Books::default();
        Ok(Self {
            limits,
            papers,
            books,
            replay,
            routes,
            now,
            revision: board.revision,
            log: Vec::new(),
            record,
        })
    }

    /// One more record.
    pub(crate) fn step(&mut self, stored: &Stored) -> Result<(), RestoreError> {
        if stored.record.kind == DESK {
            return self.fold(stored);
        }
        let step: wire::BoardStep = decode(stored, STEP)?;
        self.record = stored.revision;
        // A turn of the service cycle may tell the day in several steps of one revision.
        if step.revision != self.revision || !step.events.is_empty() {
            self.tell(&step)?;
        }
        for route in step.routes {
            if route.stops.is_empty() {
                self.routes.remove(&route.shift_id);
            } else {
                self.routes.insert(route.shift_id.clone(), route);
            }
        }
        for hold in &step.holds {
            read_hold(hold, &self.papers.quotes, self.replay.problem());
        }
        Ok(())
    }

    /// Facts of the service cycle, also those from before the state that the day is read from.
    pub(crate) fn fold(&mut self, stored: &Stored) -> Result<(), RestoreError> {
        let step: wire::DeskStep = decode(stored, DESK)?;
        let zone = &self.replay.problem().time_zone;
        let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
        for fact in &step.facts {
            let read = read_fact(fact, &self.books);
            let fact = read.map_err(|error| RestoreError::Fact {
                revision: stored.revision,
                error: error.to_string(),
            })?;
            if let EventKind::RuleBookLoaded(book) = &fact.kind {
                // The same version with another text was refused when it came.
                let _ = self.books.add(Arc::clone(book));
            }
            self.papers.fold(&fact, &zone);
        }
        Ok(())
    }

    /// Tells the events of a step.
    fn tell(&mut self, step: &wire::BoardStep) -> Result<(), RestoreError> {
        let revision = self.record;
        // The others are told to people only.
        let told: Vec<&wire::Event> = step.events.iter().filter(|event| is_of_the_day(event)).collect();
        let (limits, card) = (self.limits, self.papers.rate_card.as_ref());
        let read = |number: usize, problem: &Problem| -> Result<_, Untold> {
            Ok(read_event(told[number], (problem, card), limits, number)?)
        };
        let now = instant(self.replay.problem(), step.answer_time).unwrap_or(Time::MIN);
        let wishes = Wishes { changes_max: read_changes_max(step.changes_max), ..Wishes::default() };
        // A step of the service cycle alone leaves the day as it was answered before.
        if !told.is_empty() {
            let in_force = self.in_force()?;
            self.replay.tell(&in_force, told.len(), read, now, wishes).map_err(|untold| match untold {
                Untold::Invalid(error) => RestoreError::Invalid { revision, error },
                Untold::Engine(error) => RestoreError::Engine { revision, error },
            })?;
        }
        self.now = instant(self.replay.problem(), step.now).unwrap_or(Time::MIN);
        self.revision = step.revision;
        self.papers.note(&step.events);
        match self.log.last_mut() {
            Some((revision, events)) if *revision == step.revision => events.extend_from_slice(&step.events),
            _ => self.log.push((step.revision, step.events.clone())),
        }
        Ok(())
    }

    /// The board as it stands now.
    pub(crate) fn end(self) -> Result<Restored, RestoreError> {
        let (in_force, revision) = (self.in_force()?, self.record);
        let Self { papers, replay, now, revision: of_board, log, .. } = self;
        let session = replay.end(in_force).map_err(|error| RestoreError::Engine { revision, error })?;
        Ok(Restored { papers, session, now, revision: of_board, log })
    }

    /// The routes in force in the ids of the day as it is told now.
    fn in_force(&self) -> Result<Vec<PlannedRoute>, RestoreError> {
        let read = read_routes(self.replay.problem(), self.routes.values(), self.limits);
        read.map_err(|error| RestoreError::Invalid { revision: self.record, error })
    }
}

/// Why an event was not told.
enum Untold {
    Invalid(InvalidRequest),
    Engine(EngineError),
}

impl From<InvalidRequest> for Untold {
    fn from(error: InvalidRequest) -> Self {
        Self::Invalid(error)
    }
}

impl From<EngineError> for Untold {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

fn decode<M: Message + Default>(stored: &Stored, wanted: &str) -> Result<M, RestoreError> {
    let Stored { revision, record: Record { kind, format, body, .. } } = stored;
    if kind != wanted || *format != FORMAT {
        return Err(RestoreError::Unknown { revision: *revision, kind: kind.clone(), format: *format });
    }
    M::decode(body.as_slice()).map_err(|error| RestoreError::Garbled { revision: *revision, error })
}

fn missing(revision: i64, noun: &'static str, label: &str) -> RestoreError {
    RestoreError::Missing { revision, noun, label: label.to_owned() }
}

fn instant(problem: &Problem, instant: Option<wire::Timestamp>) -> Option<Time> {
    instant.map(|instant| Time::from_ticks(instant.seconds.saturating_sub(problem.epoch_seconds)))
}

fn read_changes_max(most: Option<i32>) -> Option<usize> {
    most.map(|most| usize::try_from(most).unwrap_or(0))
}
