//! Boards told again for people: each step, and how the board stands in the end.

use journeyman_store::{Store, Stored};
use prost::Message;
use tokio::runtime::Handle;

use super::load::{LoadError, last_snapshot, restore};
use super::written::{DESK, STATE, STEP, write_state};
use crate::cycle::write_desk;
use crate::limits::Limits;
use crate::{wire, write_plan};

/// One record of a journal, read.
#[derive(Clone, PartialEq, Debug)]
pub struct JournalRecord {
    /// Its number on its board, from 1.
    pub number: i64,
    /// What it says.
    pub content: JournalContent,
}

/// What a record says.
#[derive(Clone, PartialEq, Debug)]
pub enum JournalContent {
    /// The board as a whole.
    State(Box<wire::BoardState>),
    /// A step of it.
    Step(Box<wire::BoardStep>),
    /// What the service cycle noted with the step before it.
    Desk(Box<wire::DeskStep>),
}

/// A board as its journal has it.
#[derive(Clone, PartialEq, Debug)]
pub struct ReplayedBoard {
    /// The board as a whole.
    pub state: wire::BoardState,
    /// The plan in force. Its bound is the one that needs no solver: what was proved is not recorded.
    pub plan: wire::Plan,
    /// The work orders of its service cycle.
    pub work_orders: Vec<wire::WorkOrderRecord>,
    /// Their permits.
    pub permits: Vec<wire::PermitRecord>,
}

/// Why a journal was not read.
pub type JournalError = LoadError;

/// Tells a board again from its first record, and shows each. Waits: not on a thread of the runtime.
///
/// # Errors
/// The first record that does not read, or that the ones before it contradict.
pub fn replay_board(
    (store, runtime): (&Store, &Handle),
    board: &str,
    limits: &Limits,
    tell: &mut dyn FnMut(JournalRecord),
) -> Result<ReplayedBoard, JournalError> {
    runtime.block_on(store.board(board))?;
    replay((store, runtime), (board, None), limits, tell)
}

/// Tells a board again from its first record and, where it has one, from its last snapshot that is whole: whether both say
/// the same. Waits: not on a thread of the runtime.
///
/// # Errors
/// As for [`replay_board`].
pub fn snapshot_agrees(
    (store, runtime): (&Store, &Handle),
    board: &str,
    limits: &Limits,
) -> Result<bool, JournalError> {
    let whole = replay((store, runtime), (board, None), limits, &mut |_| {})?;
    let snapshot = last_snapshot((store, runtime), board)?;
    if snapshot.is_none() {
        return Ok(true);
    }
    let short = replay((store, runtime), (board, snapshot), limits, &mut |_| {})?;
    Ok(facts(whole) == facts(short))
}

fn replay(
    (store, runtime): (&Store, &Handle),
    (board, snapshot): (&str, Option<Stored>),
    limits: &Limits,
    tell: &mut dyn FnMut(JournalRecord),
) -> Result<ReplayedBoard, JournalError> {
    let mut show = |stored: &Stored| read(stored).into_iter().for_each(&mut *tell);
    let (restored, _) = restore((store, runtime), (board, snapshot), limits, &mut show)?;
    let state = write_state(&restored.papers, (restored.revision, restored.now), &restored.session)
        .map_err(|error| LoadError::Inexpressible(error.to_string()))?;
    let reply = restored.session.standing();
    let plan = wire::Plan { revision: restored.revision, ..write_plan(&reply.problem, &reply.plan, &[]) };
    let desk = restored.papers.cycle().desk;
    let (work_orders, permits) = desk.as_ref().map(write_desk).unwrap_or_default();
    Ok(ReplayedBoard { state, plan, work_orders, permits })
}

/// A record that reads; what does not is told by whoever makes a board of it.
fn read(stored: &Stored) -> Option<JournalRecord> {
    let body = stored.record.body.as_slice();
    let content = match stored.record.kind.as_str() {
        STATE => JournalContent::State(Box::new(wire::BoardState::decode(body).ok()?)),
        STEP => JournalContent::Step(Box::new(wire::BoardStep::decode(body).ok()?)),
        DESK => JournalContent::Desk(Box::new(wire::DeskStep::decode(body).ok()?)),
        _ => return None,
    };
    Some(JournalRecord { number: stored.revision, content })
}

/// A board without what depends on how and when it is read: a snapshot has its lists in the order of their ids, and holds
/// last shorter later.
fn facts(board: ReplayedBoard) -> (wire::BoardState, Vec<wire::WorkOrderRecord>, Vec<wire::PermitRecord>) {
    let mut state = board.state;
    for hold in &mut state.holds {
        hold.expire_time = None;
    }
    state.routes.sort_by(|a, b| a.shift_id.cmp(&b.shift_id));
    state.paused.sort_by(|a, b| a.visit_id.cmp(&b.visit_id));
    if let Some(day) = &mut state.problem {
        day.places.sort_by(|a, b| a.id.cmp(&b.id));
        day.technicians.sort_by(|a, b| a.id.cmp(&b.id));
        day.jurisdictions.sort_by(|a, b| a.id.cmp(&b.id));
        day.warehouses.sort_by(|a, b| a.id.cmp(&b.id));
        day.permits.sort_by(|a, b| a.id.cmp(&b.id));
        day.work_orders.sort_by(|a, b| a.id.cmp(&b.id));
        day.pins.sort_by(|a, b| a.visit_id.cmp(&b.visit_id));
        if let Some(plan) = &mut day.baseline_plan {
            plan.routes.sort_by(|a, b| a.shift_id.cmp(&b.shift_id));
        }
    }
    (state, board.work_orders, board.permits)
}
