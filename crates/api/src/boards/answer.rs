//! Events of a board answered, for `ApplyEvents` and for `Reassign` on a board.

use std::sync::Arc;
use std::time::Duration;

use journeyman_board::{BoardsError, Halt, Moved, QuoteError, Snapshot, Step};
use journeyman_desk::Refusal;
use journeyman_domain::{Problem, Time};
use journeyman_engine::{Control, EngineError, Reply, Wishes};
use journeyman_store::{Request, StoreError};
use tonic::Status;

use super::registry::{Kept, Registry};
use super::requests::Asking;
use super::written::Written;
use crate::cycle::past_the_desk;
use crate::limits::Limits;
use crate::problem::clock::Clock;
use crate::savings::Savings;
use crate::scheduler::{
    board_status, desk_status, engine_status, internal, invalid_status, not_found_status,
    precondition_status, quota_status, store_status, unreadable_status,
};
use crate::under_way::read_improve_for;
use crate::violation::{Field, InvalidRequest, Report, ViolationCode};
use crate::{InexpressibleDay, read_event, wire, write_reply};

/// Why a board does not answer.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum BoardRefused {
    /// There is no such board.
    #[error("there is no board with the id {0:?}")]
    Unknown(String),
    /// It was closed.
    #[error("the board {0:?} is closed")]
    Closed(String),
    /// It is elsewhere.
    #[error(transparent)]
    Moved(#[from] Moved),
    /// It can't be added.
    #[error(transparent)]
    Boards(#[from] BoardsError),
    /// The request breaks rules.
    #[error(transparent)]
    Invalid(#[from] InvalidRequest),
    /// There is no such quote or hold to go on with.
    #[error(transparent)]
    Book(#[from] QuoteError),
    /// A quote or hold does not go with the board as it is.
    #[error(transparent)]
    Quote(#[from] QuoteRefused),
    /// The engine can't.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The service cycle does not allow it.
    #[error(transparent)]
    Desk(Refusal),
    /// An event about something that the service cycle keeps.
    #[error("event {event}: {subject} is kept by the service cycle; use {instead}")]
    PastTheDesk {
        /// Id of the event.
        event: String,
        /// What it is about.
        subject: String,
        /// The call that is meant.
        instead: &'static str,
    },
    /// It moves with the clock on the wall.
    #[error("the board {0:?} moves with the clock on the wall")]
    ClockOfTheWall(String),
    /// The contract has no words for the day, so it can't be written down.
    #[error(transparent)]
    Inexpressible(InexpressibleDay),
    /// Its journal does not read.
    #[error("the journal of the board {0:?} does not read: {1}")]
    Unreadable(String, String),
    /// The store can't.
    #[error(transparent)]
    Store(StoreError),
    /// The request was answered before, so.
    #[error("the request was answered before")]
    Repeated(Vec<u8>),
}

impl From<Halt> for BoardRefused {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Moved(moved) => Self::Moved(moved),
            Halt::Repeated(answer) => Self::Repeated(answer),
            Halt::Store(error) => Self::Store(error),
        }
    }
}

impl From<StoreError> for BoardRefused {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::BoardExists { board } => Self::Boards(BoardsError::Exists(board)),
            StoreError::BoardClosed { board } => Self::Closed(board),
            other => Self::Store(other),
        }
    }
}

/// Why a quote is not held, or a hold not confirmed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum QuoteRefused {
    /// Something has happened, or somebody was faster.
    #[error(
        "the quote {0:?} no longer fits: nobody can serve it in its window for its price without others noticing"
    )]
    NoLongerFits(String),
    /// The call is on the board already.
    #[error("visit {0}: it is on the board already, held or confirmed by another quote")]
    VisitOnBoard(String),
    /// Something that happened has taken the capacity.
    #[error("the hold {0:?} is lost: its visit is not on the plan in its window any more")]
    HoldLost(String),
    /// The work is another one than was quoted.
    #[error("work order {0}: as it is now it cannot be served in the window that is held")]
    OrderDoesNotFit(String),
    /// A confirmed hold is confirmed again, but not with the same work order.
    #[error("the hold {0:?} was confirmed with another work order")]
    ConfirmedOtherwise(String),
}

impl QuoteRefused {
    /// The reason, and what it is about.
    fn reason(&self) -> (&'static str, &str) {
        match self {
            Self::NoLongerFits(quote) => ("QUOTE_NO_LONGER_FITS", quote),
            Self::VisitOnBoard(visit) => ("VISIT_ON_BOARD", visit),
            Self::HoldLost(hold) => ("HOLD_LOST", hold),
            Self::OrderDoesNotFit(order) => ("WORK_ORDER_DOES_NOT_FIT", order),
            Self::ConfirmedOtherwise(hold) => ("HOLD_CONFIRMED", hold),
        }
    }
}

impl BoardRefused {
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::Invalid(invalid) => invalid_status(invalid),
            Self::Engine(error) => engine_status(error),
            Self::Book(error) => book_status(error),
            Self::Quote(refused) => precondition_status(refused, refused.reason()),
            Self::Unknown(id) => board_status(self, ("BOARD_UNKNOWN", id)),
            Self::Closed(id) => precondition_status(self, ("BOARD_CLOSED", id)),
            Self::Moved(moved) => board_status(self, ("BOARD_MOVED", &moved.revision.to_string())),
            Self::Desk(refusal) => desk_status(refusal),
            Self::PastTheDesk { subject, .. } => {
                precondition_status(self, ("KEPT_BY_SERVICE_CYCLE", subject))
            }
            Self::ClockOfTheWall(id) => precondition_status(self, ("CLOCK_OF_THE_WALL", id)),
            Self::Inexpressible(_) => precondition_status(self, ("DAY_NOT_EXPRESSIBLE", "problem")),
            Self::Unreadable(id, _) => unreadable_status(self, id),
            Self::Store(error) => store_status(error),
            Self::Repeated(_) => internal("an answer that was given before was not given again"),
            Self::Boards(BoardsError::Exists(id)) => board_status(self, ("BOARD_EXISTS", id)),
            Self::Boards(BoardsError::TooMany(most)) => {
                board_status(self, ("BOARDS_TOO_MANY", &most.to_string()))
            }
        }
    }
}

fn book_status(error: &QuoteError) -> Status {
    match error {
        QuoteError::UnknownQuote(id) => not_found_status(error, ("QUOTE_UNKNOWN", id)),
        QuoteError::UnknownHold(id) => not_found_status(error, ("HOLD_UNKNOWN", id)),
        QuoteError::QuoteExpired(id) => precondition_status(error, ("QUOTE_EXPIRED", id)),
        QuoteError::HoldExpired(id) => precondition_status(error, ("HOLD_EXPIRED", id)),
        QuoteError::QuoteHeld { quote, .. } => precondition_status(error, ("QUOTE_HELD", quote)),
        QuoteError::TooManyHolds(limit) => quota_status("holds", *limit, error),
    }
}

/// Events for a board, as far as they can be read before their turn.
pub(crate) struct Batch {
    pub(crate) kept: Arc<Kept>,
    expected: Option<i64>,
    events: Vec<wire::Event>,
    /// What lies before this time has happened, if it is said.
    now: Option<wire::Timestamp>,
    pub(crate) improve_for: Duration,
    changes_max: Option<usize>,
    /// Whether changes are priced by solving again.
    pub(crate) savings: Option<Savings>,
    /// The request that is answered, and how.
    answering: Option<Answering>,
}

/// A request with an id, and the words of its answer.
pub(crate) type Answering = (Asking, fn(&Answered, &Batch, &Asking) -> Request);

/// What is asked of a board, from either request.
pub(crate) struct Asked<'a> {
    pub(crate) board: Option<&'a wire::BoardRevision>,
    pub(crate) events: &'a [wire::Event],
    pub(crate) now: Option<wire::Timestamp>,
    pub(crate) improve_for: Option<wire::Duration>,
    pub(crate) changes_max: Option<i32>,
    pub(crate) savings: Option<&'a wire::ResolveSavings>,
    pub(crate) answering: Option<Answering>,
}

/// An answer of a board.
#[derive(Clone)]
pub(crate) struct Answered {
    pub(crate) revision: i64,
    pub(crate) reply: Arc<Reply>,
    pub(crate) events: Vec<String>,
}

impl Answered {
    /// In the words of `Reassign`.
    pub(crate) fn write(&self) -> wire::ReassignResponse {
        let mut written = write_reply(&self.reply, &self.events, &[]);
        written.revision = self.revision;
        if let Some(plan) = &mut written.plan {
            plan.revision = self.revision;
        }
        if let Some(difference) = &mut written.difference {
            (difference.from_revision, difference.to_revision) = (self.revision - 1, self.revision);
        }
        written
    }
}

impl Batch {
    /// Reads what can be read.
    pub(crate) fn read(
        asked: &Asked<'_>,
        (registry, limits): (&Registry, &Limits),
        board_field: &'static str,
    ) -> Result<Self, BoardRefused> {
        let report = Report::new(limits.violations_default);
        let board_at = report.field(board_field);
        let events_at = report.field("events");
        if asked.events.is_empty() {
            events_at.refuse(ViolationCode::Required, "at least one event is needed");
        }
        events_at.at_most(asked.events.len(), limits.events);
        let improve_for = read_improve_for(asked.improve_for, limits, &report.field("improve_for"));
        let changes_max = asked.changes_max.and_then(|most| {
            let most = report.field("changes_max").within(i64::from(most), 0, i64::from(i32::MAX))?;
            usize::try_from(most).ok()
        });
        let id = needed_id(asked.board, &board_at);
        let savings_at = report.field("resolve_savings");
        let savings = Savings::read(asked.savings, limits, &savings_at);
        report.finish()?;
        let kept = registry.get(&id)?;
        if let Some(savings) = &savings {
            // Before anything happens to the board.
            let report = Report::new(limits.violations_default);
            let day = kept.board.snapshot().session;
            savings.refuse_unknown(day.problem(), &report.field("resolve_savings"));
            report.finish()?;
        }
        let expected = asked.board.and_then(|board| board.revision);
        let events = kept.papers.fresh(asked.events);
        let (now, answering) = (asked.now, asked.answering.clone());
        Ok(Self { kept, expected, events, now, improve_for, changes_max, savings, answering })
    }

    /// The events that are new to the board.
    pub(crate) fn events(&self) -> &[wire::Event] {
        &self.events
    }

    /// Applies the events; a batch of which every event is known already changes nothing.
    pub(crate) fn apply(&self, limits: &Limits) -> Result<Answered, BoardRefused> {
        let events: Vec<String> = self.events.iter().map(|event| event.id.clone()).collect();
        let board = &self.kept.board;
        if self.events.is_empty() {
            let since = board.since(i64::MAX);
            return Ok(Answered { revision: since.revision, reply: since.reply, events });
        }
        let before = board.snapshot();
        let now = self.read_now(before.session.problem(), before.now, limits)?;
        let read = |number: usize, problem: &Problem| -> Result<_, BoardRefused> {
            let card = self.kept.papers.rate_card.as_ref();
            Ok(read_event(&self.events[number], (problem, card), limits, number)?)
        };
        let wishes = Wishes { changes_max: self.changes_max, ..Wishes::default() };
        let make = |before: &Snapshot| -> Result<_, BoardRefused> {
            self.refuse_past_the_desk()?;
            let mut next = (*before.session).clone();
            let reply = next.reassign(self.events.len(), read, before.answer_time, wishes)?;
            let answer = |reply: &Reply| Answered {
                revision: before.revision + 1,
                reply: Arc::new(reply.clone()),
                events: events.clone(),
            };
            let request =
                self.answering.as_ref().map(|_| answer(&reply)).and_then(|answer| self.request(&answer));
            let written = Written { events: &self.events, request, ..Written::default() };
            let (entry, record) = written.entry(&self.kept.papers, before, &next);
            Ok(Step { session: next, reply, record, entry })
        };
        let applied = board.write(self.expected, Some(now), make, |_| self.kept.papers.note(&self.events))?;
        Ok(Answered { revision: applied.revision, reply: applied.reply, events })
    }

    /// What the service cycle keeps, is moved by it alone.
    fn refuse_past_the_desk(&self) -> Result<(), BoardRefused> {
        let Some(desk) = self.kept.papers.cycle().desk else { return Ok(()) };
        let past = self.events.iter().find_map(|event| Some((event, past_the_desk(&desk, event)?)));
        past.map_or(Ok(()), |(event, (subject, instead))| {
            Err(BoardRefused::PastTheDesk { event: event.id.clone(), subject, instead })
        })
    }

    /// The request with an answer, if it has an id.
    fn request(&self, answer: &Answered) -> Option<Request> {
        let (asking, write) = self.answering.as_ref()?;
        Some(write(answer, self, asking))
    }

    /// Keeps the answer that the caller gets in the end, if it is a better one than the first.
    pub(crate) async fn keep_answer(&self, first: &Answered, last: &Answered) -> Result<(), BoardRefused> {
        if Arc::ptr_eq(&first.reply, &last.reply) {
            return Ok(());
        }
        let Some(request) = self.request(last) else { return Ok(()) };
        Ok(self.kept.board.journal().amend(&request).await?)
    }

    /// The answer with its changes priced by solving again, if that is asked for. The board goes on meanwhile; where it has
    /// moved on already, they are not.
    ///
    /// # Errors
    /// A cancelled control, a failed check.
    pub(crate) fn weigh(&self, answered: Answered, control: &Control) -> Result<Answered, EngineError> {
        let Some(savings) = &self.savings else { return Ok(answered) };
        let Snapshot { revision, session, .. } = self.kept.board.snapshot();
        if revision != answered.revision {
            return Ok(self.pass_over(answered));
        }
        let mut reply = Reply { statistics: answered.reply.statistics.clone(), ..session.standing() };
        savings.weigh(&session, &mut reply, ((0, 1), control))?;
        Ok(Answered { reply: Arc::new(reply), ..answered })
    }

    /// The answer, saying of its changes that they were not solved without.
    pub(crate) fn pass_over(&self, mut answered: Answered) -> Answered {
        if let Some(savings) = &self.savings {
            savings.pass_over(Arc::make_mut(&mut answered.reply));
        }
        answered
    }

    /// The time of the answer: given, or that of the latest event, and never before the last answer.
    fn read_now(&self, problem: &Problem, last: Time, limits: &Limits) -> Result<Time, BoardRefused> {
        let report = Report::new(limits.violations_default);
        let zone = jiff::tz::TimeZone::get(&problem.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
        let clock = Clock::of(problem, zone);
        let events_at = report.field("events");
        let times = self.events.iter().enumerate().filter_map(|(index, event)| {
            let entry = events_at.index(index);
            clock.needed(&entry.field("event_time"), event.event_time)
        });
        let latest = times.max();
        let given = self.now.and_then(|now| clock.instant(&report.field("now"), Some(now)));
        report.finish()?;
        Ok(given.into_iter().chain(latest).max().unwrap_or(last).max(last))
    }

    /// What stands when the time to wait is over, or as soon as it will not get better by itself.
    pub(crate) async fn wait(&self, first: Answered) -> Answered {
        let mut pulse = self.kept.board.pulse();
        let wait = async {
            loop {
                let since = self.kept.board.since(first.revision);
                if since.revision != first.revision || since.improved || since.closed {
                    return;
                }
                if pulse.changed().await.is_err() {
                    return;
                }
            }
        };
        // Out of time: what stands is the answer.
        let _ = tokio::time::timeout(self.improve_for, wait).await;
        let since = self.kept.board.since(first.revision);
        if since.revision == first.revision { Answered { reply: since.reply, ..first } } else { first }
    }
}

pub(super) fn needed_id(board: Option<&wire::BoardRevision>, at: &Field<'_>) -> String {
    let id = board.map(|board| board.board_id.clone()).unwrap_or_default();
    if id.is_empty() {
        at.field("board_id").refuse(ViolationCode::Required, "needed, the id of a board");
    }
    id
}
