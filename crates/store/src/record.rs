//! The envelope around what is kept, and its checksum.

use crc32fast::Hasher;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::error::StoreError;
use crate::limits::Limits;
use crate::unix_micros::UnixMicros;
use crate::verify::Fault;

/// What is kept at one revision: an event, a plan, a snapshot. The store gives none of it a meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What the body is, in the words of whoever encodes it.
    pub kind: String,
    /// Version of the body's format.
    pub format: u16,
    /// When it happened or was made, as the caller says.
    pub time: UnixMicros,
    /// Opaque here.
    pub body: Vec<u8>,
}

/// A record with its place on its board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Counted from 1, without gaps.
    pub revision: i64,
    /// What was kept.
    pub record: Record,
}

impl Record {
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), StoreError> {
        limits.check_id("a record's kind", &self.kind)?;
        limits.check_body("a record's body", &self.body)
    }

    /// Covers the place as well, so that a record is also broken when it is another one's.
    pub(crate) fn checksum(&self, board: &str, revision: i64) -> u32 {
        let mut hasher = Hasher::new();
        for text in [board.as_bytes(), self.kind.as_bytes(), &self.body] {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text);
        }
        hasher.update(&revision.to_le_bytes());
        hasher.update(&self.format.to_le_bytes());
        hasher.update(&self.time.0.to_le_bytes());
        hasher.finalize()
    }
}

/// The columns of a stored record, in the order that `read_row` expects.
macro_rules! record_columns {
    () => {
        "revision, kind, format, time_us, body, checksum"
    };
}
pub(crate) use record_columns;

/// A row of records or snapshots, its checksum verified.
pub(crate) fn read_row(board: &str, row: &AnyRow) -> Result<Stored, StoreError> {
    let revision: i64 = row.try_get(0)?;
    let broken = |fault| StoreError::Broken { board: board.to_owned(), revision, fault };
    let format: i64 = row.try_get(2)?;
    let record = Record {
        kind: row.try_get(1)?,
        format: u16::try_from(format).map_err(|_| broken(Fault::Format { found: format }))?,
        time: UnixMicros(row.try_get(3)?),
        body: row.try_get(4)?,
    };
    let (expected, found) = (row.try_get::<i64, _>(5)?, record.checksum(board, revision));
    if expected != i64::from(found) {
        return Err(broken(Fault::Checksum { expected, found }));
    }
    Ok(Stored { revision, record })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_covers_every_field_and_the_place() {
        let record = Record { kind: "event".into(), format: 1, time: UnixMicros(7), body: vec![1, 2, 3] };
        let sum = record.checksum("north", 4);
        let other = |change: fn(&mut Record)| {
            let mut changed = record.clone();
            change(&mut changed);
            changed.checksum("north", 4)
        };
        let changed = [
            other(|record| record.kind.push('s')),
            other(|record| record.format = 2),
            other(|record| record.time = UnixMicros(8)),
            other(|record| record.body[1] = 3),
            record.checksum("north", 5),
            record.checksum("nort", 4),
        ];
        assert!(changed.iter().all(|&found| found != sum), "{sum}: {changed:?}");
        // The border between two texts counts too.
        let moved = Record { kind: "hevent".into(), ..record.clone() };
        assert_ne!(moved.checksum("nort", 4), sum);
    }
}
