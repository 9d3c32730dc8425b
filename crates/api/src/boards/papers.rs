//! What is kept of a board beside its day: how it was made, what was offered to callers, which events it has seen.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use journeyman_board::QuoteBook;
use rustc_hash::FxHashSet;

use crate::cycle::{BoardClock, Cycle};
use crate::quotes::Offered;
use crate::wire;

/// Ids of events that are remembered, so that none counts twice; the oldest go first.
const EVENTS_MAX: usize = 100_000;

/// The papers of a board.
pub(crate) struct Papers {
    pub(crate) id: String,
    pub(crate) display_name: String,
    pub(crate) freeze: Option<wire::Duration>,
    /// The prices that the day was read with.
    pub(crate) rate_card: Option<wire::RateCard>,
    /// How its plans are searched for, as it was asked.
    pub(crate) options: Option<wire::SolveOptions>,
    pub(crate) create_time: wire::Timestamp,
    /// What was offered to callers, and what is kept for them.
    pub(crate) quotes: QuoteBook<Offered>,
    /// What moves the board's time.
    pub(crate) clock: BoardClock,
    seen: Mutex<Seen>,
    cycle: Mutex<Cycle>,
    /// The desk as it is once what is being written is in force.
    next_cycle: Mutex<Option<Cycle>>,
    /// When the desk is reminded next of what it does by itself.
    reminder: Mutex<Option<jiff::Timestamp>>,
}

/// Ids of the events that were applied, and when the last of them happened.
#[derive(Default)]
struct Seen {
    events: FxHashSet<String>,
    order: VecDeque<String>,
    latest: Option<wire::Timestamp>,
}

impl Papers {
    /// Of a board as it was asked for.
    pub(crate) fn of(
        board: &wire::Board,
        rate_card: Option<wire::RateCard>,
        options: Option<wire::SolveOptions>,
        create_time: wire::Timestamp,
    ) -> Self {
        let name = if board.display_name.is_empty() { &board.id } else { &board.display_name };
        let seen = Seen { latest: board.update_time, ..Seen::default() };
        Self {
            id: board.id.clone(),
            display_name: name.clone(),
            freeze: board.freeze_duration,
            rate_card,
            options,
            create_time,
            quotes: QuoteBook::default(),
            clock: match board.clock_source() {
                wire::ClockSource::Told => BoardClock::Told,
                wire::ClockSource::Wall | wire::ClockSource::Unspecified => BoardClock::Wall,
            },
            seen: Mutex::new(seen),
            cycle: Mutex::default(),
            next_cycle: Mutex::default(),
            reminder: Mutex::default(),
        }
    }

    /// The service cycle as it stands. Copies are cheap.
    pub(crate) fn cycle(&self) -> Cycle {
        lock(&self.cycle).clone()
    }

    /// What the service cycle is once what is being written is in force; none: what it is now.
    pub(crate) fn will_be(&self, next: Option<Cycle>) {
        *lock(&self.next_cycle) = next;
    }

    /// What was written is in force.
    pub(crate) fn in_force(&self) {
        if let Some(next) = lock(&self.next_cycle).take() {
            *lock(&self.cycle) = next;
        }
    }

    /// A fact of the service cycle that was written down.
    pub(crate) fn fold(&self, fact: &journeyman_desk::DeskEvent, zone: &jiff::tz::TimeZone) {
        lock(&self.cycle).apply(fact, zone);
    }

    /// Whether a reminder at this time is the next one.
    pub(crate) fn is_next_reminder(&self, due: jiff::Timestamp) -> bool {
        let mut reminder = lock(&self.reminder);
        let is_next = reminder.is_none_or(|known| due < known);
        if is_next {
            *reminder = Some(due);
        }
        is_next
    }

    /// The reminder for a time has come.
    pub(crate) fn reminded(&self, due: jiff::Timestamp) {
        let mut reminder = lock(&self.reminder);
        if *reminder == Some(due) {
            *reminder = None;
        }
    }

    /// The events of a batch that were not applied before.
    pub(crate) fn fresh(&self, events: &[wire::Event]) -> Vec<wire::Event> {
        let seen = self.seen();
        let is_new = |event: &&wire::Event| event.id.is_empty() || !seen.events.contains(&event.id);
        events.iter().filter(is_new).cloned().collect()
    }

    /// Takes note of events that were applied.
    pub(crate) fn note(&self, events: &[wire::Event]) {
        let mut seen = self.seen();
        seen.latest = latest(events).into_iter().chain(seen.latest).max_by_key(order);
        drop(seen);
        self.note_ids(events.iter().map(|event| event.id.clone()));
    }

    /// Takes note of ids of events that were applied.
    pub(crate) fn note_ids(&self, ids: impl IntoIterator<Item = String>) {
        let mut seen = self.seen();
        for id in ids.into_iter().filter(|id| !id.is_empty()) {
            if seen.events.insert(id.clone()) {
                seen.order.push_back(id);
            }
            if seen.order.len() > EVENTS_MAX
                && let Some(oldest) = seen.order.pop_front()
            {
                seen.events.remove(&oldest);
            }
        }
    }

    /// Ids of events that are remembered, oldest first.
    pub(crate) fn event_ids(&self) -> Vec<String> {
        self.seen().order.iter().cloned().collect()
    }

    /// The board in the contract's words.
    pub(crate) fn write(&self, revision: i64) -> wire::Board {
        self.write_after(revision, &[])
    }

    /// The same once these events are noted.
    pub(crate) fn write_after(&self, revision: i64, events: &[wire::Event]) -> wire::Board {
        let latest = latest(events).into_iter().chain(self.latest()).max_by_key(order);
        wire::Board {
            id: self.id.clone(),
            display_name: self.display_name.clone(),
            revision,
            etag: revision.to_string(),
            create_time: Some(self.create_time),
            update_time: Some(latest.unwrap_or(self.create_time)),
            freeze_duration: self.freeze,
            clock_source: match self.clock {
                BoardClock::Wall => wire::ClockSource::Unspecified,
                BoardClock::Told => wire::ClockSource::Told,
            }
            .into(),
            close_time: None,
        }
    }

    /// When the last of the events happened, if there was one.
    pub(crate) fn latest(&self) -> Option<wire::Timestamp> {
        self.seen().latest
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        lock(&self.seen)
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

fn latest(events: &[wire::Event]) -> Option<wire::Timestamp> {
    events.iter().filter_map(|event| event.event_time).max_by_key(order)
}

fn order(time: &wire::Timestamp) -> (i64, i32) {
    (time.seconds, time.nanos)
}
