//! How much the store takes at once; everything above is refused at the door.

use std::time::Duration;

use crate::error::StoreError;

/// The limits of a store. Any value is valid; what was stored under higher limits stays readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a record's, snapshot's, effect's or answer's body. Default 64 MiB: a day of 1,500 visits with its matrix.
    pub body_bytes_max: usize,
    /// Bytes of an id, key, owner or kind. Default 256.
    pub id_bytes_max: usize,
    /// Records in one append. Default 1,024: what `ApplyEvents` takes, and the plan after it.
    pub records_max: usize,
    /// Effects in one append, and cancellations in one append. Default 8,192.
    pub effects_max: usize,
    /// Appends that may wait for the disk, per writer task. Default 1,024.
    pub queued_max: usize,
    /// Appends that share one transaction. Default 128.
    pub batch_max: usize,
    /// Claims of an effect before it becomes a dead letter. Default 20.
    pub attempts_max: u32,
    /// How long one process waits for another that writes to the same database. Default 10 s.
    pub wait_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: 64 << 20,
            id_bytes_max: 256,
            records_max: 1_024,
            effects_max: 8_192,
            queued_max: 1_024,
            batch_max: 128,
            attempts_max: 20,
            wait_max: Duration::from_secs(10),
        }
    }
}

impl Limits {
    pub(crate) fn check_body(&self, what: &'static str, body: &[u8]) -> Result<(), StoreError> {
        check_length(what, body.len(), self.body_bytes_max)
    }

    /// An id, key, owner or kind that must be there.
    pub(crate) fn check_id(&self, what: &'static str, text: &str) -> Result<(), StoreError> {
        if text.is_empty() {
            return Err(StoreError::Empty { what });
        }
        self.check_text(what, text)
    }

    /// A text that may be empty.
    pub(crate) fn check_text(&self, what: &'static str, text: &str) -> Result<(), StoreError> {
        check_length(what, text.len(), self.id_bytes_max)?;
        if text.contains('\0') {
            return Err(StoreError::HoldsNul { what, text: text.to_owned() });
        }
        Ok(())
    }
}

pub(crate) fn check_count(what: &'static str, count: usize, count_max: usize) -> Result<(), StoreError> {
    if count > count_max {
        return Err(StoreError::TooMany { what, count, count_max });
    }
    Ok(())
}

fn check_length(what: &'static str, bytes: usize, bytes_max: usize) -> Result<(), StoreError> {
    if bytes > bytes_max {
        return Err(StoreError::TooLong { what, bytes, bytes_max });
    }
    Ok(())
}
