//! How the desk stands: `metrics`. Everything is counted from the lists of the server.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use jiff::Timestamp;
use journeyman_api::wire::{self, WorkOrderState};
use serde_json::json;

use super::{Desk, answer, orders, tasks};
use crate::failure::{Failure, Outcome};
use crate::table::{plain_table, right_align, write_table};

/// What is counted.
struct Counts {
    work_orders: BTreeMap<&'static str, usize>,
    not_invoiced: Vec<NotInvoiced>,
    permits_left_open: Vec<String>,
    tasks: BTreeMap<&'static str, usize>,
}

/// Completed work whose invoice the accounting system does not have.
struct NotInvoiced {
    id: String,
    state: &'static str,
    /// Seconds since its last step.
    age_s: u64,
}

impl Desk {
    pub(super) async fn metrics(&self) -> Result<Outcome, Failure> {
        let now = self.now().await?;
        let records = self.work_orders(Vec::new()).await?;
        let permits = self.permits(Vec::new(), true).await?;
        let open = self.open_tasks(Vec::new()).await?;
        let counts = Counts {
            work_orders: counted(records.iter().map(orders::state)),
            not_invoiced: not_invoiced(&records, now),
            permits_left_open: permits.into_iter().filter_map(|record| Some(record.permit?.id)).collect(),
            tasks: counted(open.iter().map(tasks::kind)),
        };
        self.tell(&write_json(&counts), |out| write_words(out, &counts))
    }

    /// The time of the board: that of its last event where its clock is told.
    async fn now(&self) -> Result<Timestamp, Failure> {
        let view = wire::BoardView::Basic.into();
        let request = wire::GetBoardRequest { board_id: self.board.clone(), view };
        let board = answer(self.boards_service().get_board(request).await)?.board.unwrap_or_default();
        let told = board.update_time.and_then(|time| Timestamp::new(time.seconds, time.nanos).ok());
        Ok(match board.clock_source() {
            wire::ClockSource::Told => told.unwrap_or_else(wall_clock),
            wire::ClockSource::Wall | wire::ClockSource::Unspecified => wall_clock(),
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "the clock of whoever sits in front of the screen")]
fn wall_clock() -> Timestamp {
    Timestamp::now()
}

fn not_invoiced(records: &[wire::WorkOrderRecord], now: Timestamp) -> Vec<NotInvoiced> {
    let is_due = |record: &&wire::WorkOrderRecord| {
        matches!(
            record.state(),
            WorkOrderState::Completed | WorkOrderState::FollowUp | WorkOrderState::Closed
        )
    };
    let due = records.iter().filter(is_due).map(|record| {
        let changed = record.update_time.map_or(now.as_second(), |time| time.seconds);
        let age_s = u64::try_from(now.as_second().saturating_sub(changed)).unwrap_or(0);
        NotInvoiced { id: orders::id(record).to_owned(), state: orders::state(record), age_s }
    });
    let mut due: Vec<NotInvoiced> = due.collect();
    due.sort_by(|one, other| other.age_s.cmp(&one.age_s).then_with(|| one.id.cmp(&other.id)));
    due
}

fn counted(words: impl Iterator<Item = &'static str>) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    counts
}

fn write_json(counts: &Counts) -> serde_json::Value {
    let due = counts
        .not_invoiced
        .iter()
        .map(|due| json!({ "workOrderId": due.id, "state": due.state, "ageSeconds": due.age_s }));
    json!({
        "workOrders": counts.work_orders,
        "notInvoiced": due.collect::<Vec<_>>(),
        "permitsLeftOpen": counts.permits_left_open,
        "tasks": counts.tasks,
    })
}

fn write_words(out: &mut dyn Write, counts: &Counts) -> io::Result<()> {
    write_counts(out, "work orders", &counts.work_orders)?;
    writeln!(out, "completed and not invoiced: {}", counts.not_invoiced.len())?;
    if !counts.not_invoiced.is_empty() {
        let mut table = plain_table();
        table.set_header(["", "order", "state", "for"]);
        for due in &counts.not_invoiced {
            // To the minute.
            let age = humantime::format_duration(Duration::from_secs(due.age_s / 60 * 60)).to_string();
            table.add_row([String::new(), due.id.clone(), due.state.to_owned(), age]);
        }
        write_table(out, &table)?;
    }
    writeln!(out, "permits left open: {}", counts.permits_left_open.len())?;
    for permit in &counts.permits_left_open {
        writeln!(out, "  {permit}")?;
    }
    write_counts(out, "open tasks", &counts.tasks)
}

fn write_counts(out: &mut dyn Write, name: &str, counts: &BTreeMap<&'static str, usize>) -> io::Result<()> {
    writeln!(out, "{name}: {}", counts.values().sum::<usize>())?;
    if counts.is_empty() {
        return Ok(());
    }
    let mut table = plain_table();
    for (word, count) in counts {
        table.add_row([String::new(), (*word).to_owned(), count.to_string()]);
    }
    right_align(&mut table, &[2]);
    write_table(out, &table)
}
