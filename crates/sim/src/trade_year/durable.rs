//! A day on a board in a store, as a server keeps it: each answer is durable before it is in force, a request that comes
//! again gets the answer of then, and a server that is started again reads the board from its journal.
//!
//! The store lies in memory: it stands for the disk, which outlives the server. The board improves itself on a thread of
//! its own; whoever tells the next fact waits until it is done, so that the year depends on no clock.

mod written;

use std::sync::Arc;
use std::time::Duration as Span;

use journeyman_board::{
    Board, BoardParams, Entry, Finding, Halt, Journal, Opening, Permits, Scribe, Snapshot, Step as BoardStep,
};
use journeyman_domain::{Duration, Event, Problem, Time};
use journeyman_engine::{EngineError, Replay, Session, Wishes};
use journeyman_store::{
    Append, Fence, Lease, LeaseRequest, Limits, Location, NewBoard, Record, Request, Store, StoreError,
    Stored, UnixMicros,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tokio::runtime::{Builder, Runtime};

use self::written::{Better, Opened, Step, read, written};
use super::day::DayContext;
use super::facts::{Told, event, morning};
use super::planner::{After, Effort, Planner, PlannerError, counted, planned};

/// Kinds of records.
const OPENED: &str = "opened";
const STEP: &str = "step";
const BETTER: &str = "better";
const FORMAT: u16 = 1;
/// How long a lease holds; a server that is started again waits until that of the one before has lapsed.
const LEASE: Span = Span::from_secs(15);
/// How often whoever waits for a board looks whether it was given up.
const LOOK_EVERY: Span = Span::from_millis(50);
/// Records read at once.
const PAGE: usize = 256;

/// Why a board failed.
#[derive(Debug, thiserror::Error)]
pub enum DurableError {
    /// The runtime of the store.
    #[error("no runtime for the store: {0}")]
    Runtime(#[from] std::io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The board.
    #[error(transparent)]
    Board(#[from] Halt),
    /// A record that does not read.
    #[error("record {revision}, a {kind:?}, does not read: {error}")]
    Garbled {
        /// Which.
        revision: i64,
        /// What it calls itself.
        kind: String,
        /// What is wrong with it.
        error: serde_json::Error,
    },
    /// A journal that begins with something else, or with nothing.
    #[error("the journal of {board:?} does not begin with a board")]
    NoBoard {
        /// Whose.
        board: String,
    },
    /// The board was given up, and will not get better.
    #[error("the board was given up")]
    GivenUp,
}

/// The disk of a year, and the runtime that its store works on.
pub(super) struct Disk {
    runtime: Runtime,
    store: Store,
}

impl Disk {
    pub(super) fn new() -> Result<Self, DurableError> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let store = runtime.block_on(Store::open(&Location::Memory, Limits::default()))?;
        Ok(Self { runtime, store })
    }
}

/// A board under way.
pub(super) struct OnBoard<'a> {
    day: DayContext<'a>,
    effort: Effort,
    disk: &'a Disk,
    name: String,
    /// Servers so far.
    servers: usize,
    board: Arc<Board<()>>,
    session: Arc<Session>,
    /// Requests so far.
    asked: Vec<Asked>,
}

/// A request as its client remembers it.
#[derive(Clone)]
struct Asked {
    id: String,
    told: Vec<Told>,
    now: Time,
    answer: Vec<u8>,
}

impl<'a> OnBoard<'a> {
    /// The day planned in the morning, and a board made of it.
    pub(super) fn open(
        day: DayContext<'a>,
        effort: Effort,
        known: &[usize],
        disk: &'a Disk,
    ) -> Result<Self, PlannerError> {
        let session = planned(&day, effort, known)?;
        let opened = Opened { calls: known.to_vec(), routes: written(&session.plan().routes) };
        let name = format!("day-{}", day.day + 1);
        let time = micros(&day, day.opens());
        let first = Append {
            board: name.clone(),
            fence: Fence(0),
            expected_revision: 0,
            time,
            records: vec![record(OPENED, time, &opened)],
            effects: Vec::new(),
            cancel: Vec::new(),
            request: None,
        };
        let made = disk.runtime.block_on(disk.store.create_board(wish(&name, 1, time), first));
        let NewBoard::Created(lease) = made.map_err(DurableError::from)? else {
            return Err(DurableError::NoBoard { board: name }.into());
        };
        let journal = journal(disk, &lease, 1);
        let board = serve(effort, (session, day.opens(), 1), (journal, day));
        let session = board.snapshot().session;
        let mut opened = Self { day, effort, disk, name, servers: 1, board, session, asked: Vec::new() };
        opened.settle()?;
        Ok(opened)
    }

    /// Waits until the board has got as good as it will get by itself.
    fn settle(&mut self) -> Result<(), DurableError> {
        let mut pulse = self.board.pulse();
        while self.effort.iterations.is_some() && !self.board.since(i64::MAX).improved {
            if self.board.journal().is_lost() {
                return Err(DurableError::GivenUp);
            }
            let changed = pulse.changed();
            // A change, or none for a while: both are looked at.
            let _ = self.disk.runtime.block_on(async { tokio::time::timeout(LOOK_EVERY, changed).await });
        }
        self.session = self.board.snapshot().session;
        Ok(())
    }

    /// A request that may have been answered before, told with what it is told as.
    fn ask(&mut self, id: &str, told: &[Told], now: Time) -> Result<Vec<u8>, PlannerError> {
        let digest: [u8; 32] = Sha256::digest(body(&(told, now.ticks()))).into();
        let (disk, day) = (self.disk, self.day);
        let known = disk.runtime.block_on(disk.store.answer(&self.name, id, &digest));
        if let Some(answer) = known.map_err(DurableError::from)? {
            return Ok(answer);
        }
        let mut answer = Vec::new();
        let make = |before: &Snapshot| -> Result<_, PlannerError> {
            let mut session = (*before.session).clone();
            let read = |number: usize, problem: &Problem| -> Result<_, EngineError> {
                Ok(event(&day, problem, (number, told[number]), now))
            };
            let reply = session.reassign(told.len(), read, before.answer_time, Wishes::default())?;
            let routes = written(&reply.plan.routes);
            let step = Step { facts: told.to_vec(), now: before.answer_time.ticks(), routes };
            answer = body(&step.routes);
            let request = Request { id: id.to_owned(), digest, answer: answer.clone() };
            let records = vec![record(STEP, micros(&day, now), &step)];
            let entry = Entry { records, request: Some(request), ..Entry::default() };
            Ok(BoardStep { session, reply, record: (), entry })
        };
        self.board.write(None, Some(now), make, |_| ())?;
        Ok(answer)
    }
}

impl Planner for OnBoard<'_> {
    fn session(&self) -> &Session {
        &self.session
    }

    fn tell(&mut self, told: &[Told], now: Time) -> Result<(), PlannerError> {
        let id = format!("request-{}", self.asked.len() + 1);
        let answer = self.ask(&id, told, now)?;
        self.asked.push(Asked { id, told: told.to_vec(), now, answer });
        Ok(self.settle()?)
    }

    fn tell_again(&mut self, back: usize) -> Result<Option<After>, PlannerError> {
        let last = self.asked.len().checked_sub(1);
        let Some(Asked { id, told, now, answer }) =
            last.map(|last| self.asked[last - back.min(last)].clone())
        else {
            return Ok(None);
        };
        let before = self.board.snapshot();
        let again = self.ask(&id, &told, now)?;
        let after = self.board.snapshot();
        let same_board = before.revision == after.revision && before.sequence == after.sequence;
        Ok(Some(if same_board && again == answer { After::Same } else { After::Other }))
    }

    fn restart(&mut self, now: Time) -> Result<Option<After>, PlannerError> {
        let before = self.session.plan().routes.clone();
        // Whatever the server before still does, it does without a lease.
        self.board.close();
        self.servers += 1;
        let time = micros(&self.day, now).after(LEASE);
        let Disk { runtime, store } = self.disk;
        let lease = runtime.block_on(store.acquire(wish(&self.name, self.servers, time)));
        let lease = lease.map_err(DurableError::from)?;
        let Restored { mut session, revision, records } = self.restored()?;
        let stands = session.plan().routes == before;
        // First of all it looks at the clock: what has begun since the last answer may not be improved away.
        let none = |_: usize, _: &Problem| -> Result<Event, EngineError> { unreachable!("nothing is told") };
        let reply = session.reassign(0, none, now, Wishes::default())?;
        let step = Step { facts: Vec::new(), now: now.ticks(), routes: written(&reply.plan.routes) };
        let append = Append {
            board: self.name.clone(),
            fence: lease.fence,
            expected_revision: records,
            time,
            records: vec![record(STEP, time, &step)],
            effects: Vec::new(),
            cancel: Vec::new(),
            request: None,
        };
        runtime.block_on(store.append(append)).map_err(DurableError::from)?;
        let journal = journal(self.disk, &lease, records + 1);
        self.board = serve(self.effort, (session, now, revision + 1), (journal, self.day));
        self.settle()?;
        Ok(Some(if stands { After::Same } else { After::Other }))
    }
}

impl Drop for OnBoard<'_> {
    fn drop(&mut self) {
        self.board.close();
    }
}

/// A board as its journal has it.
struct Restored {
    session: Session,
    /// Of the board.
    revision: i64,
    /// In the journal.
    records: i64,
}

impl OnBoard<'_> {
    /// The board read again; no solver is asked.
    fn restored(&self) -> Result<Restored, PlannerError> {
        let day = self.day;
        let mut stored = self.records()?.into_iter();
        let no_board = || DurableError::NoBoard { board: self.name.clone() };
        let first = stored.next().filter(|first| first.record.kind == OPENED).ok_or_else(no_board)?;
        let Opened { calls, routes } = unwritten(&first)?;
        let mut in_force = read(routes);
        let (mut revision, mut records) = (1, first.revision);
        let free = Wishes { keep_plan: false, changes_max: None };
        let mut replay = Replay::begin(morning(&day, &calls), Vec::new(), day.opens(), free)?;
        for stored in stored {
            records = stored.revision;
            if stored.record.kind == BETTER {
                let Better { routes } = unwritten(&stored)?;
                in_force = read(routes);
                continue;
            }
            let Step { facts, now, routes } = unwritten(&stored)?;
            let now = Time::from_ticks(now);
            let event = |number: usize, problem: &Problem| -> Result<_, EngineError> {
                Ok(event(&day, problem, (number, facts[number]), now))
            };
            replay.tell(&in_force, facts.len(), event, now, Wishes::default())?;
            in_force = read(routes);
            revision += 1;
        }
        Ok(Restored { session: replay.end(in_force)?, revision, records })
    }

    fn records(&self) -> Result<Vec<Stored>, DurableError> {
        let Disk { runtime, store } = self.disk;
        let mut all: Vec<Stored> = Vec::new();
        loop {
            let after = all.last().map_or(0, |last| last.revision);
            let page = runtime.block_on(store.read(&self.name, after, PAGE))?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }
}

/// Writes down what the board finds by itself.
struct Clerk {
    /// When the board was opened.
    time: UnixMicros,
}

/// A server of the board: where it improves nothing, it is closed for improvement.
fn serve(
    effort: Effort,
    (session, now, revision): (Session, Time, i64),
    (journal, day): (Journal, DayContext<'_>),
) -> Arc<Board<()>> {
    let iterations = effort.iterations.map_or(0, |(_, event)| event);
    let params = BoardParams { options: counted(effort, iterations), freeze: Duration::ZERO };
    let opening = Opening { session, now, revision, log: Vec::new() };
    let scribe = Box::new(Clerk { time: micros(&day, now) });
    let board = Board::open(opening, params, &Arc::new(Permits::new(1)), (journal, scribe));
    if effort.iterations.is_none() {
        board.close();
    }
    board
}

impl Scribe for Clerk {
    fn better_plan(&self, _: &Snapshot, after: &Session, _: Finding) -> Entry {
        let better = Better { routes: written(&after.plan().routes) };
        Entry { records: vec![record(BETTER, self.time, &better)], ..Entry::default() }
    }

    fn in_force(&self) {}

    /// The journal of a day is short: it is read from its beginning.
    fn state(&self, _: &Snapshot) -> Option<Record> {
        None
    }
}

fn journal(disk: &Disk, lease: &Lease, records: i64) -> Journal {
    let _inside = disk.runtime.enter();
    Journal::of(disk.store.clone(), lease, (records, records))
}

fn wish(board: &str, server: usize, now: UnixMicros) -> LeaseRequest {
    LeaseRequest { board: board.to_owned(), owner: format!("server-{server}"), ttl: LEASE, now }
}

fn record(kind: &str, time: UnixMicros, of: &impl Serialize) -> Record {
    Record { kind: kind.to_owned(), format: FORMAT, time, body: body(of) }
}

fn body(of: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(of).expect("numbers and words are JSON")
}

fn unwritten<T: DeserializeOwned>(stored: &Stored) -> Result<T, DurableError> {
    let Stored { revision, record } = stored;
    serde_json::from_slice(&record.body).map_err(|error| DurableError::Garbled {
        revision: *revision,
        kind: record.kind.clone(),
        error,
    })
}

/// The year has no calendar: its first midnight is that of the epoch.
fn micros(day: &DayContext<'_>, time: Time) -> UnixMicros {
    UnixMicros(day.moment(time) * 1_000_000)
}
