//! Effects: what has to leave the house because of an event, and how far each has come.

use std::time::Duration;

use crate::error::StoreError;
use crate::limits::Limits;
use crate::unix_micros::UnixMicros;

/// A message, webhook or invoice trigger to be delivered at least once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Idempotency key, unique on its board for as long as the effect is kept.
    pub key: String,
    /// Effects of one work order leave one after the other. Empty: those of the board itself.
    pub work_order: String,
    /// What the body is, in the words of whoever encodes it.
    pub kind: String,
    /// Opaque here.
    pub body: Vec<u8>,
    /// Not before this time; it is also the effect's place in the order of its work order. Use the time of the append
    /// for "at once".
    pub due: UnixMicros,
}

/// How far an effect has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectState {
    /// Not delivered yet: not due, in a carrier's hands, or to be tried again.
    Waiting,
    /// A carrier said so.
    Delivered,
    /// Tried too often; it no longer holds up its work order. Only `requeue` gets it out of here.
    Dead,
    /// Taken back before any carrier had it.
    Cancelled,
}

impl EffectState {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Waiting, Self::Delivered, Self::Dead, Self::Cancelled]
            .into_iter()
            .find(|state| state.text() == text)
    }
}

/// An effect with how far it has come, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectStatus {
    /// What it is.
    pub effect: Effect,
    /// Last revision of the append that it came with.
    pub revision: i64,
    /// Where it stands.
    pub state: EffectState,
    /// How often a carrier took it, since it was last queued.
    pub attempts: u32,
    /// What the last carrier said; empty when none failed.
    pub last_error: String,
}

/// What a carrier asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Only effects of boards that this owner has leased, and of closed ones. `None`: of all boards.
    pub leader: Option<String>,
    /// Effects that are due at this time.
    pub now: UnixMicros,
    /// When the carrier did not answer within this time, the effect goes to another.
    pub timeout: Duration,
    /// Most effects to take, each of another work order.
    pub effects_max: usize,
}

/// An effect in a carrier's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedEffect {
    /// Its board.
    pub board: String,
    /// What to deliver.
    pub effect: Effect,
    /// The how-manieth attempt this is, from 1. Shown again to `fail`, so that a carrier that comes too late doesn't
    /// undo what the next one does.
    pub attempt: u32,
}

/// An attempt that did not deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// When to try again, as the carrier's backoff says.
    pub next_attempt: UnixMicros,
    /// What went wrong, for people. Cut at as many characters as an id may have bytes.
    pub error: String,
    /// Now: the time of death, where it was the last attempt.
    pub now: UnixMicros,
}

impl Effect {
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), StoreError> {
        limits.check_id("an effect's key", &self.key)?;
        limits.check_id("an effect's kind", &self.kind)?;
        limits.check_text("an effect's work order", &self.work_order)?;
        limits.check_body("an effect's body", &self.body)
    }
}
