//! One board: who writes, who improves, who watches.
//!
//! Its state is an immutable [`Session`] that is replaced as a whole. Events are answered from the one in force, one batch
//! after another, while readers go on; a thread of its own improves what stands, and is told to stop when something
//! happens. What it has found by then is in force already.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use journeyman_domain::Time;
use journeyman_engine::{Control, EngineError, Reply, Session, SolveOptions};
use tokio::sync::watch;

use crate::give_way::give_way;
use crate::journal::{Entry, Finding, Halt, Journal, Scribe};
use crate::permits::Permits;

/// Batches of events that watchers can still be told of; who asks for older ones gets the board as it is.
const LOG_MAX: usize = 1_000;

/// A question that changes nothing may be asked of a plan that was in force so long ago, if nothing has happened since: what
/// is worked out for the questions of one plan is worth something for a while, also while better plans come in.
const ASKED_AGE_MAX: Duration = Duration::from_secs(5);

/// The time for a proof that outlives the next events is one so-manieth of that of an improvement, at least.
const PROOF_PART: u32 = 4;

/// How a board is kept.
#[derive(Clone, Debug)]
pub struct BoardParams {
    /// How it is improved: the time is that after the last event.
    pub options: SolveOptions,
    /// Visits that start sooner than this from now may not change, in ticks of the problem.
    pub freeze: journeyman_domain::Duration,
}

/// What a board begins with.
pub struct Opening<R> {
    /// The day.
    pub session: Session,
    /// What lies before has happened.
    pub now: Time,
    /// Batches of events so far; a new board is at 1.
    pub revision: i64,
    /// The latest of them, with the revision after each.
    pub log: Vec<(i64, R)>,
}

/// A step of a board: the next state, its answer, what watchers are told, and what becomes durable of it.
pub struct Step<R> {
    /// The day after it.
    pub session: Session,
    /// The answer.
    pub reply: Reply,
    /// What watchers are told.
    pub record: R,
    /// What is written down.
    pub entry: Entry,
}

/// A board. `R` is what is kept of a batch of events to tell watchers of.
pub struct Board<R> {
    params: BoardParams,
    journal: Journal,
    scribe: Box<dyn Scribe>,
    /// Held by whoever makes the next state.
    writer: Mutex<()>,
    live: Mutex<Live<R>>,
    /// What questions are asked of, and since when.
    asked: Mutex<Option<(Instant, Snapshot)>>,
    stirred: Condvar,
    pulse: watch::Sender<u64>,
}

/// What is in force.
struct Live<R> {
    /// Batches of events so far.
    revision: i64,
    /// Counts states: a batch of events, a better plan, a better bound.
    sequence: u64,
    session: Arc<Session>,
    /// What lies before this has happened; the next answer freezes what starts soon after it, too.
    now: Time,
    reply: Arc<Reply>,
    log: VecDeque<(i64, Arc<R>)>,
    /// The improvement under way.
    running: Option<Control>,
    /// Batches of events that are being answered or wait for that: they have the processor to themselves.
    answering: usize,
    /// Whether what stands was improved for as long as it shall be.
    improved: bool,
    closed: bool,
}

/// The board is not where the caller thinks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the board is at revision {revision}")]
pub struct Moved {
    /// Where it is.
    pub revision: i64,
}

/// The answer to a batch of events.
#[derive(Clone, Debug)]
pub struct Applied {
    /// Revision of the board with it.
    pub revision: i64,
    /// The answer.
    pub reply: Arc<Reply>,
}

/// What is in force at a moment.
#[derive(Clone)]
pub struct Snapshot {
    /// Where the board is.
    pub revision: i64,
    /// Counts states: with the same one it is the same plan.
    pub sequence: u64,
    /// The session.
    pub session: Arc<Session>,
    /// What lies before this has happened.
    pub now: Time,
    /// The time of the next answer, if nothing happens until then: what starts before it may not change.
    pub answer_time: Time,
    freeze: journeyman_domain::Duration,
}

impl Snapshot {
    /// The same of an answer at `now`.
    pub fn answer_at(&self, now: Time) -> Time {
        self.answer_time.max(frozen_until(now, self.freeze))
    }
}

/// What may not change any more when an answer is given.
fn frozen_until(now: Time, freeze: journeyman_domain::Duration) -> Time {
    // Where nothing has happened yet, nothing is frozen.
    if now == Time::MIN { now } else { now + freeze }
}

/// What came after a revision.
#[derive(Clone, Debug)]
pub struct Since<R> {
    /// Where the board is.
    pub revision: i64,
    /// Counts states: the next call with the same one has nothing new.
    pub sequence: u64,
    /// What happened, oldest first, with the revision after each batch; where the log does not reach so far back, only
    /// what it holds.
    pub records: Vec<(i64, Arc<R>)>,
    /// What stands.
    pub reply: Arc<Reply>,
    /// Whether it will not get better by itself.
    pub improved: bool,
    /// Whether nothing happens to it here any more.
    pub closed: bool,
}

impl<R: Send + Sync + 'static> Board<R> {
    /// A board; its improver waits for a permit before each search.
    pub fn open(
        opening: Opening<R>,
        params: BoardParams,
        permits: &Arc<Permits>,
        (journal, scribe): (Journal, Box<dyn Scribe>),
    ) -> Arc<Self> {
        let Opening { session, now, revision, log } = opening;
        let reply = Arc::new(session.standing());
        let live = Live {
            revision,
            sequence: 1,
            now,
            session: Arc::new(session),
            reply,
            log: log.into_iter().map(|(of, record)| (of, Arc::new(record))).collect(),
            running: None,
            answering: 0,
            improved: false,
            closed: false,
        };
        let (pulse, _) = watch::channel(1);
        let board = Arc::new(Self {
            params,
            journal,
            scribe,
            writer: Mutex::new(()),
            live: Mutex::new(live),
            asked: Mutex::new(None),
            stirred: Condvar::new(),
            pulse,
        });
        let (own, permits) = (Arc::clone(&board), Arc::clone(permits));
        // Without a thread the board is not improved, but it answers.
        let _ = std::thread::Builder::new().name("improve".to_owned()).spawn(move || improve(&own, &permits));
        board
    }

    /// Makes the next state from the one in force, alone: whoever else writes waits. `now` is the time of the answer, where
    /// it is later than the last one's; `make` gets what is in force, and its errors leave the board as it is. Once the step
    /// is durable, it is in force, and `note` is called, before anybody else writes.
    ///
    /// Waits for the disk: not on a thread of the runtime.
    ///
    /// # Errors
    /// `Halt` where the board is elsewhere than expected or the step could not be made durable, and what `make` says.
    pub fn write<E: From<Halt>>(
        &self,
        expected: Option<i64>,
        now: Option<Time>,
        make: impl FnOnce(&Snapshot) -> Result<Step<R>, E>,
        note: impl FnOnce(&Applied),
    ) -> Result<Applied, E> {
        self.refuse_old(expected)?;
        // Before it is our turn: the improver may be the one who writes, and should not have to share the processor then.
        let _quiet = self.quiet();
        let _writing = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut before = self.snapshot();
        let revision = before.revision;
        if expected.is_some_and(|expected| expected != revision) {
            return Err(Halt::from(Moved { revision }).into());
        }
        if let Some(now) = now {
            before.now = before.now.max(now);
            before.answer_time = before.answer_at(now);
        }
        let Step { session, reply, record, entry } = make(&before)?;
        self.journal.append(entry)?;
        self.scribe.in_force();
        let reply = Arc::new(reply);
        let mut live = self.live();
        live.revision += 1;
        live.now = before.now;
        let revision = live.revision;
        live.log.push_back((revision, Arc::new(record)));
        if live.log.len() > LOG_MAX {
            live.log.pop_front();
        }
        live.improved = false;
        self.stand(&mut live, session, Arc::clone(&reply));
        drop(live);
        let applied = Applied { revision, reply };
        note(&applied);
        Ok(applied)
    }

    /// Who is behind does not disturb the improvement. A board never goes back.
    fn refuse_old(&self, expected: Option<i64>) -> Result<(), Halt> {
        let revision = self.live().revision;
        if expected.is_some_and(|expected| expected < revision) {
            return Err(Moved { revision }.into());
        }
        Ok(())
    }

    /// Where its steps go.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// What came after a revision.
    pub fn since(&self, revision: i64) -> Since<R> {
        let live = self.live();
        let after = live.log.iter().filter(|(of, _)| *of > revision);
        Since {
            revision: live.revision,
            sequence: live.sequence,
            records: after.map(|(of, record)| (*of, Arc::clone(record))).collect(),
            reply: Arc::clone(&live.reply),
            improved: live.improved,
            closed: live.closed,
        }
    }

    /// What is in force.
    pub fn snapshot(&self) -> Snapshot {
        let live = self.live();
        let (now, freeze) = (live.now, self.params.freeze);
        let session = Arc::clone(&live.session);
        let answer_time = frozen_until(now, freeze);
        Snapshot { revision: live.revision, sequence: live.sequence, session, now, answer_time, freeze }
    }

    /// What to ask questions of at a moment: what is in force, or was some seconds ago at the same revision.
    pub fn snapshot_to_ask(&self, now: Instant) -> Snapshot {
        let latest = self.snapshot();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, snapshot)) = &*asked
            && snapshot.revision == latest.revision
            && now.saturating_duration_since(*since) < ASKED_AGE_MAX
        {
            return snapshot.clone();
        }
        *asked = Some((now, latest.clone()));
        latest
    }

    /// Changes whenever the board does.
    pub fn pulse(&self) -> watch::Receiver<u64> {
        self.pulse.subscribe()
    }

    /// Nothing is written to it any more, if it is where the caller thinks. Waits for whoever writes: not on a thread of the
    /// runtime.
    ///
    /// # Errors
    /// Where it is, if it is elsewhere.
    pub fn end(&self, expected: Option<i64>) -> Result<(), Moved> {
        let _quiet = self.quiet();
        let _writing = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let revision = self.live().revision;
        if expected.is_some_and(|expected| expected != revision) {
            return Err(Moved { revision });
        }
        self.journal.lose();
        self.close();
        Ok(())
    }

    /// Ends the improvement for good, and tells watchers.
    pub fn close(&self) {
        let mut live = self.live();
        live.closed = true;
        if let Some(running) = live.running.take() {
            running.cancel();
        }
        self.pulse.send_replace(live.sequence);
        self.stirred.notify_all();
    }

    fn live(&self) -> MutexGuard<'_, Live<R>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the improvement under way; none begins until the guard is dropped. What it found is in force already.
    fn quiet(&self) -> Quiet<'_, R> {
        let mut live = self.live();
        live.answering += 1;
        if let Some(running) = live.running.take() {
            running.cancel();
            live.improved = false;
        }
        Quiet(self)
    }

    fn stand(&self, live: &mut Live<R>, session: Session, reply: Arc<Reply>) {
        live.session = Arc::new(session);
        live.reply = reply;
        live.sequence += 1;
        self.pulse.send_replace(live.sequence);
    }

    /// Puts a better plan in force, if nothing has happened since `revision`; whether it is still wanted.
    fn offer(&self, revision: i64, session: &Session, reply: Reply) -> bool {
        // Who writes now, or is about to, makes this one obsolete.
        if self.live().answering > 0 {
            return false;
        }
        let Ok(_writing) = self.writer.try_lock() else { return false };
        if !self.is_at(revision) {
            return false;
        }
        let session = session.with_plan(reply.plan.clone());
        if !self.is_written(&session, Finding::OnTheWay) {
            return false;
        }
        self.stand(&mut self.live(), session, Arc::new(reply));
        true
    }

    /// Whether the plan of a session, which is about to stand, is durable.
    fn is_written(&self, session: &Session, finding: Finding) -> bool {
        let entry = self.scribe.better_plan(&self.snapshot(), session, finding);
        let written = self.journal.append(entry).is_ok();
        if written {
            self.scribe.in_force();
        }
        written
    }

    fn is_at(&self, revision: i64) -> bool {
        let live = self.live();
        live.revision == revision && !live.closed
    }

    /// Waits until something stands that was not improved; none when the board is closed.
    fn next_to_improve(&self) -> Option<(i64, Session, Control)> {
        let live = self.live();
        let idle = |live: &mut Live<R>| (live.improved || live.answering > 0) && !live.closed;
        let mut live = self.stirred.wait_while(live, idle).unwrap_or_else(PoisonError::into_inner);
        if live.closed {
            return None;
        }
        let control = Control::default();
        live.running = Some(control.clone());
        Some((live.revision, (*live.session).clone(), control))
    }

    /// Makes the proof that outlives the next events, in what is left of the time, or a part of it at least. The plan
    /// stands already.
    fn reprove(&self, revision: i64, session: &mut Session, (control, spent): (&Control, Duration)) {
        let limit = self.params.options.time_limit;
        let left = limit.map(|limit| limit.saturating_sub(spent).max(limit / PROOF_PART));
        let options = SolveOptions { time_limit: left, ..self.params.options.clone() };
        // Without a proof there is what is left of the last one.
        let _ = session.reprove(&options, control, &mut |proved| {
            if let Ok(_writing) = self.writer.try_lock() {
                let mut live = self.live();
                if live.revision == revision && !live.closed {
                    live.session = Arc::new(proved.clone());
                }
            }
        });
    }

    /// What was found at the end, with what was proved.
    fn settle(&self, revision: i64, session: Session) {
        let Ok(_writing) = self.writer.try_lock() else { return };
        if !self.is_at(revision) {
            return;
        }
        let durable = self.is_written(&session, Finding::Last);
        let mut live = self.live();
        live.improved = true;
        live.running = None;
        if durable {
            let reply = Arc::new(session.standing());
            self.stand(&mut live, session, reply);
        }
    }

    /// Writes the board down as a whole, if it is time and nobody writes.
    fn write_down(&self) {
        if !self.journal.wants_snapshot() {
            return;
        }
        let Ok(writing) = self.writer.try_lock() else { return };
        let revision = self.journal.revision();
        let state = self.scribe.state(&self.snapshot());
        drop(writing);
        self.journal.keep_snapshot(revision, state);
    }
}

/// While it lives, events are being answered.
struct Quiet<'b, R: Send + Sync + 'static>(&'b Board<R>);

impl<R: Send + Sync + 'static> Drop for Quiet<'_, R> {
    fn drop(&mut self) {
        self.0.live().answering -= 1;
        self.0.stirred.notify_all();
    }
}

/// Improves a board whenever something has happened to it, until it is closed.
fn improve<R: Send + Sync + 'static>(board: &Board<R>, permits: &Permits) {
    give_way();
    while let Some((revision, mut session, control)) = board.next_to_improve() {
        let _permit = permits.take();
        let before = session.clone();
        let improved = session.improve(&board.params.options, &control, &mut |reply| {
            if !board.offer(revision, &before, reply) {
                control.cancel();
            }
        });
        match improved {
            Ok(reply) => {
                let spent = reply.statistics.map_or(Duration::ZERO, |statistics| statistics.elapsed);
                board.reprove(revision, &mut session, (&control, spent));
                board.settle(revision, session);
            }
            // Something has happened, and is next.
            Err(EngineError::Cancelled) => {}
            // What stands, stands; the next event tries again.
            Err(_) => board.settle(revision, before),
        }
        board.write_down();
    }
}
