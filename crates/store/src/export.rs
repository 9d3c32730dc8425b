//! A board as lines of JSON, for copies, for people and for moving it to another database.
//!
//! One line says which board follows, then one per record and per effect, and a last one with the counts, so that half
//! a file is noticed. Answers to requests, leases and snapshots stay behind: they mean nothing elsewhere or can be made
//! again.

use std::io::{BufRead, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;

use crate::append::insert_record;
use crate::effect::{Effect, EffectState, EffectStatus};
use crate::error::StoreError;
use crate::outbox;
use crate::record::{Record, Stored};
use crate::store::Store;
use crate::unix_micros::UnixMicros;

/// Version of the lines.
pub const FORMAT_OF_EXPORT: u32 = 1;

const PAGE: usize = 1_000;

/// What an import brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The board.
    pub board: String,
    /// Its records.
    pub records: i64,
    /// Its effects.
    pub effects: usize,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    Journal {
        format: u32,
        board: String,
        revision: i64,
        create_us: i64,
        update_us: i64,
        /// Not there where the board is not closed, as in files of version 1 of the tables.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        close_us: Option<i64>,
    },
    Record {
        revision: i64,
        kind: String,
        format: u16,
        time_us: i64,
        body: String,
        checksum: u32,
    },
    Effect(EffectLine),
    End {
        records: i64,
        effects: usize,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EffectLine {
    key: String,
    work_order: String,
    kind: String,
    body: String,
    due_us: i64,
    revision: i64,
    state: String,
    attempts: u32,
    last_error: String,
}

impl Store {
    /// Writes a board's records, and its effects in every state, as lines of JSON with bodies in base64. What is appended
    /// meanwhile is left out.
    ///
    /// # Errors
    /// `BoardNotFound`, `Broken` (nothing is exported that is not what was written), `File`, or a failure.
    pub async fn export(&self, board: &str, output: &mut (impl Write + Send)) -> Result<(), StoreError> {
        let entry = self.board(board).await?;
        let head = Line::Journal {
            format: FORMAT_OF_EXPORT,
            board: entry.board,
            revision: entry.revision,
            create_us: entry.create_time.0,
            update_us: entry.update_time.0,
            close_us: entry.close_time.map(|time| time.0),
        };
        write_line(output, &head)?;
        let mut records = 0;
        while records < entry.revision {
            let page = self.read(board, records, PAGE).await?;
            if page.is_empty() {
                let fault = crate::verify::Fault::Missing;
                return Err(StoreError::Broken { board: board.to_owned(), revision: records + 1, fault });
            }
            for stored in page.iter().take_while(|stored| stored.revision <= entry.revision) {
                write_line(output, &record_line(board, stored))?;
                records = stored.revision;
            }
        }
        let effects = self.export_effects(board, entry.revision, output).await?;
        write_line(output, &Line::End { records, effects })
    }

    async fn export_effects(
        &self,
        board: &str,
        revision_max: i64,
        output: &mut (impl Write + Send),
    ) -> Result<usize, StoreError> {
        let mut count = 0;
        for state in [EffectState::Waiting, EffectState::Dead, EffectState::Delivered, EffectState::Cancelled]
        {
            let mut skip = 0;
            loop {
                let page = self.effects(board, state, skip, PAGE).await?;
                for status in page.iter().filter(|status| status.revision <= revision_max) {
                    write_line(output, &Line::Effect(effect_line(status)))?;
                    count += 1;
                }
                if page.len() < PAGE {
                    break;
                }
                skip += PAGE;
            }
        }
        Ok(count)
    }

    /// Makes a board from exported lines, leased to nobody, all or nothing. An effect that was in a carrier's hands waits
    /// again.
    ///
    /// # Errors
    /// `BoardExists`, `Import` with the line, a limit, `File`, or a failure.
    pub async fn import(&self, input: &mut (impl BufRead + Send)) -> Result<Imported, StoreError> {
        let mut transaction = self.database().write().await?;
        let mut import = Import { store: self, line: 0, head: None, records: 0, effects: 0 };
        let mut text = String::new();
        loop {
            text.clear();
            import.line += 1;
            if input.read_line(&mut text)? == 0 {
                return Err(import.refuse("the file ends before its last line"));
            }
            let line = serde_json::from_str(&text).map_err(|error| import.refuse(error))?;
            if let Some(imported) = import.take(&mut transaction, line).await? {
                transaction.commit().await?;
                return Ok(imported);
            }
        }
    }
}

/// An import under way.
struct Import<'a> {
    store: &'a Store,
    line: usize,
    head: Option<(String, i64)>,
    records: i64,
    effects: usize,
}

impl Import<'_> {
    fn refuse(&self, problem: impl ToString) -> StoreError {
        StoreError::Import { line: self.line, problem: problem.to_string() }
    }

    /// Writes one line; the last one gives the answer.
    async fn take(
        &mut self,
        connection: &mut AnyConnection,
        line: Line,
    ) -> Result<Option<Imported>, StoreError> {
        let Some((board, revision)) = self.head.clone() else {
            self.head = Some(self.begin(connection, line).await?);
            return Ok(None);
        };
        match line {
            Line::Journal { .. } => Err(self.refuse("a second board in one file")),
            Line::Record { revision, kind, format, time_us, body, checksum } => {
                if revision != self.records + 1 {
                    return Err(self.refuse(format!("revision {revision} after {}", self.records)));
                }
                let record = Record { kind, format, time: UnixMicros(time_us), body: self.decode(&body)? };
                record.check(self.store.limits())?;
                if record.checksum(&board, revision) != checksum {
                    return Err(self.refuse(format!("checksum {checksum} does not fit")));
                }
                insert_record(connection, &board, revision, &record).await?;
                self.records = revision;
                Ok(None)
            }
            Line::Effect(effect) => {
                self.take_effect(connection, &board, effect).await?;
                Ok(None)
            }
            Line::End { records, effects } => {
                if (records, effects) != (self.records, self.effects) || records != revision {
                    return Err(self.refuse(format!(
                        "{} records and {} effects came, {records} and {effects} were said, and revision {revision}",
                        self.records, self.effects
                    )));
                }
                Ok(Some(Imported { board, records, effects }))
            }
        }
    }

    async fn begin(&self, connection: &mut AnyConnection, line: Line) -> Result<(String, i64), StoreError> {
        let Line::Journal { format, board, revision, create_us, update_us, close_us } = line else {
            return Err(self.refuse("the first line must say which board follows"));
        };
        if format != FORMAT_OF_EXPORT {
            return Err(self.refuse(format!("format {format} is not known, only {FORMAT_OF_EXPORT}")));
        }
        self.store.limits().check_id("a board's id", &board)?;
        let sql =
            "INSERT INTO boards (board, revision, create_us, update_us, lease_owner, lease_until_us, fence, close_us)
            VALUES ($1, $2, $3, $4, '', 0, 0, $5) ON CONFLICT (board) DO NOTHING";
        let query = sqlx::query(sql)
            .bind(board.as_str())
            .bind(revision)
            .bind(create_us)
            .bind(update_us)
            .bind(close_us.unwrap_or(0));
        if query.execute(connection).await?.rows_affected() == 0 {
            return Err(StoreError::BoardExists { board });
        }
        Ok((board, revision))
    }

    async fn take_effect(
        &mut self,
        connection: &mut AnyConnection,
        board: &str,
        line: EffectLine,
    ) -> Result<(), StoreError> {
        let effect = Effect {
            key: line.key,
            work_order: line.work_order,
            kind: line.kind,
            body: self.decode(&line.body)?,
            due: UnixMicros(line.due_us),
        };
        effect.check(self.store.limits())?;
        let Some(state) = EffectState::parse(&line.state) else {
            return Err(self.refuse(format!("{:?} is no state of an effect", line.state)));
        };
        // The lines come in the order in which effects leave.
        let position = i64::try_from(self.effects).expect("a file has fewer lines than i64::MAX");
        outbox::insert(connection, board, (line.revision, position), &effect).await?;
        let sql = "UPDATE outbox SET state = $1, attempts = $2, last_error = $3 WHERE board = $4 AND effect_key = $5";
        sqlx::query(sql)
            .bind(state.text())
            .bind(i64::from(line.attempts))
            .bind(line.last_error)
            .bind(board)
            .bind(effect.key.as_str())
            .execute(connection)
            .await?;
        self.effects += 1;
        Ok(())
    }

    fn decode(&self, body: &str) -> Result<Vec<u8>, StoreError> {
        STANDARD.decode(body).map_err(|error| self.refuse(error))
    }
}

fn record_line(board: &str, stored: &Stored) -> Line {
    let Stored { revision, record } = stored;
    Line::Record {
        revision: *revision,
        kind: record.kind.clone(),
        format: record.format,
        time_us: record.time.0,
        body: STANDARD.encode(&record.body),
        checksum: record.checksum(board, *revision),
    }
}

fn effect_line(status: &EffectStatus) -> EffectLine {
    let effect = &status.effect;
    EffectLine {
        key: effect.key.clone(),
        work_order: effect.work_order.clone(),
        kind: effect.kind.clone(),
        body: STANDARD.encode(&effect.body),
        due_us: effect.due.0,
        revision: status.revision,
        state: status.state.text().to_owned(),
        attempts: status.attempts,
        last_error: status.last_error.clone(),
    }
}

fn write_line(output: &mut impl Write, line: &Line) -> Result<(), StoreError> {
    serde_json::to_writer(&mut *output, line).map_err(std::io::Error::from)?;
    Ok(output.write_all(b"\n")?)
}
