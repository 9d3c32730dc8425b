//! Commands of the service cycle on a board: one step each, durable before it is answered.

use std::cell::Cell;
use std::sync::Arc;

use jiff::Timestamp;
use journeyman_board::{Snapshot, Step, Timers};
use journeyman_desk::{Command, Desk, Refusal};
use journeyman_domain::{Problem, Time};
use prost::Message;

use super::planning::{time_of, timestamp};
use super::turn::Turn;
use crate::boards::{Asking, BoardRefused, Kept, Papers, Written};
use crate::limits::Limits;
use crate::scheduler::wall_time;

/// The shortest time to a reminder.
const REMINDER_MIN: std::time::Duration = std::time::Duration::from_secs(1);

/// What a step of the desk is answered from.
pub(super) struct Done<'d> {
    pub(super) desk: &'d Desk,
    /// Revision of the board with it.
    pub(super) revision: i64,
}

/// Carries a command out on a board, as one step, and answers. `answer` is called before the step is durable: its answer is
/// kept with it.
pub(super) fn act<M: Message>(
    kept: &Arc<Kept>,
    command: &Command,
    asked: (&Limits, Option<&Asking>),
    answer: impl FnOnce(&Done<'_>) -> M,
) -> Result<M, BoardRefused> {
    let now = kept.papers.clock.advance(&kept.board.snapshot());
    act_at(kept, command, now, asked, answer)
}

/// The same at a time of the board's day; none: where its clock stands.
pub(super) fn act_at<M: Message>(
    kept: &Arc<Kept>,
    command: &Command,
    now: Option<Time>,
    (limits, asking): (&Limits, Option<&Asking>),
    answer: impl FnOnce(&Done<'_>) -> M,
) -> Result<M, BoardRefused> {
    let papers = &kept.papers;
    let answered = Cell::new(None);
    let noted = Cell::new(Vec::new());
    kept.board.write::<BoardRefused>(
        None,
        now,
        |before| {
            let mut turn = Turn::begin(papers, before.session.problem(), papers.clock.now(before));
            let planned = turn.plan(command, before, (papers, limits))?;
            let revision = before.revision + 1;
            let told = answer(&Done { desk: turn.desk(), revision });
            let written = Written {
                rounds: &planned.rounds,
                events: &planned.events,
                request: asking.map(|asking| asking.answered(&told)),
                turn: Some(turn),
                ..Written::default()
            };
            let (entry, events) = written.entry(papers, before, &planned.session);
            answered.set(Some(told));
            noted.set(events.clone());
            Ok(Step { session: planned.session, reply: planned.reply, record: events, entry })
        },
        |_| papers.note(&noted.take()),
    )?;
    Ok(answered.take().expect("what was written was answered"))
}

/// The board's own clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BoardClock {
    /// That of the wall.
    Wall,
    /// It stands where the last event or `AdvanceClock` has put it.
    Told,
}

impl BoardClock {
    /// The time of a step that begins with `before`.
    pub(crate) fn now(self, before: &Snapshot) -> Timestamp {
        match self {
            // The planner counts whole seconds, so what the desk dates by itself must have none of their parts.
            Self::Wall => Timestamp::from_second(wall_time().as_second()).unwrap_or(Timestamp::MAX),
            Self::Told => timestamp(before.session.problem(), before.now.max(Time::ZERO)),
        }
    }

    /// What a step of now makes of the board's time: later, but never past its horizon.
    fn advance(self, before: &Snapshot) -> Option<Time> {
        let problem: &Problem = before.session.problem();
        match self {
            Self::Wall => {
                let now = time_of(problem, wall_time());
                (now >= Time::ZERO).then(|| now.min(Time::ZERO + problem.horizon))
            }
            Self::Told => None,
        }
    }
}

/// Sees to it that the desk does in time what it does by itself.
pub(crate) fn remind(kept: &Arc<Kept>, limits: &Limits, timers: &Timers) {
    let due = kept.papers.cycle().desk.as_ref().and_then(Desk::next_due);
    let Some(due) = due.filter(|_| kept.papers.clock == BoardClock::Wall) else { return };
    if !kept.papers.is_next_reminder(due) {
        return;
    }
    // What could not be done when it was due is not tried in a hurry.
    let wait = std::time::Duration::try_from(due - wall_time()).unwrap_or_default().max(REMINDER_MIN);
    let (kept, limits, again) = (Arc::clone(kept), limits.clone(), timers.clone());
    timers.after(wait, move || {
        kept.papers.reminded(due);
        if let Err(refused) = tick(&kept, &limits) {
            tracing::warn!(board = kept.papers.id, %refused, "what the desk does by itself is not done");
        }
        if !kept.board.journal().is_lost() {
            remind(&kept, &limits, &again);
        }
    });
}

/// The times up to `until` at which the desk has something to do by itself, as far as it knows now.
pub(super) fn tick_times(kept: &Arc<Kept>, until: Time) -> impl Iterator<Item = Time> {
    let kept = Arc::clone(kept);
    let mut last = kept.board.snapshot().now;
    // What is done at one time may bring the next one.
    std::iter::from_fn(move || {
        let due = kept.papers.cycle().desk.as_ref().and_then(Desk::next_due)?;
        let session = kept.board.snapshot().session;
        // To the whole second after it, and always on.
        let due = time_of(session.problem(), due) + journeyman_domain::Duration::from_ticks(1);
        let due = due.max(last + journeyman_domain::Duration::from_ticks(1));
        last = due;
        (due < until).then_some(due)
    })
}

/// Has the desk do whatever is due.
pub(super) fn tick(kept: &Arc<Kept>, limits: &Limits) -> Result<(), BoardRefused> {
    act(kept, &Command::Tick, (limits, None), |_| ())
}

impl From<Refusal> for BoardRefused {
    fn from(refusal: Refusal) -> Self {
        Self::Desk(refusal)
    }
}

/// The desk of a board for questions; none where nobody has used it yet.
pub(super) fn desk_of(papers: &Papers) -> Option<Desk> {
    papers.cycle().desk
}
