//! Holds written down with the steps of their board, and read again.

use std::sync::Arc;
use std::time::Duration;

use journeyman_board::{Hold, HoldState, QuoteBook};
use journeyman_domain::{Cost, Problem, Time, TimeWindow};

use super::offer::{Offered, later};
use crate::day::Words;
use crate::scheduler::{now, wall_clock};
use crate::wire;

/// Every hold that is worth keeping.
pub(crate) fn write_holds(book: &QuoteBook<Offered>, problem: &Problem) -> Vec<wire::KeptHold> {
    book.holds().iter().map(|(id, hold)| write_hold(id, hold, problem)).collect()
}

/// A hold with what was offered.
pub(super) fn write_hold(id: &str, hold: &Hold<Offered>, problem: &Problem) -> wire::KeptHold {
    let Offered { order, places, window, marginal_cost, .. } = &*hold.quote;
    let window = Words { problem }.window(*window);
    // In whole seconds, rather one more than what was told.
    let left = hold.until.saturating_duration_since(now()) + Duration::from_secs(1);
    let quote = wire::Quote {
        id: hold.quote_id.clone(),
        arrival_window: Some(wire::ArrivalWindow { window: Some(window), ..Default::default() }),
        marginal_cost_micros: marginal_cost.micros(),
        ..wire::Quote::default()
    };
    let mut written = wire::KeptHold {
        id: id.to_owned(),
        quote: Some(quote),
        work_order: Some((**order).clone()),
        places: places.to_vec(),
        expire_time: Some(later(wall_clock(), left)),
        ..wire::KeptHold::default()
    };
    let state = match hold.state {
        HoldState::Held => wire::HoldState::Held,
        HoldState::Confirmed { revision, content } => {
            written.confirm_revision = revision;
            written.confirm_digest = content.map(|digest| digest.to_vec()).unwrap_or_default();
            wire::HoldState::Confirmed
        }
        HoldState::Expired => wire::HoldState::Expired,
    };
    written.set_state(state);
    written
}

/// A hold as it was written down.
pub(crate) fn read_hold(written: &wire::KeptHold, book: &QuoteBook<Offered>, problem: &Problem) {
    let quote = written.quote.clone().unwrap_or_default();
    let window = quote.arrival_window.and_then(|told| told.window).unwrap_or_default();
    let instant = |time: Option<wire::Timestamp>| {
        let seconds = time.map_or(problem.epoch_seconds, |time| time.seconds);
        Time::from_ticks(seconds.saturating_sub(problem.epoch_seconds))
    };
    let offered = Offered {
        order: Arc::new(written.work_order.clone().unwrap_or_default()),
        places: Arc::new(written.places.clone()),
        window: TimeWindow { start: instant(window.start_time), end: instant(window.end_time) },
        marginal_cost: Cost::from_micros(quote.marginal_cost_micros),
        sequence: 0,
    };
    let state = match written.state() {
        wire::HoldState::Confirmed => HoldState::Confirmed {
            revision: written.confirm_revision,
            content: <[u8; 32]>::try_from(written.confirm_digest.as_slice()).ok(),
        },
        wire::HoldState::Expired => HoldState::Expired,
        wire::HoldState::Held | wire::HoldState::Unspecified => HoldState::Held,
    };
    let expires = written.expire_time.map_or(0, |time| time.seconds);
    let left = u64::try_from(expires.saturating_sub(wall_clock().seconds)).unwrap_or(0);
    let until = now() + Duration::from_secs(left);
    book.restore(&written.id, Hold { quote: Arc::new(offered), quote_id: quote.id, until, state });
}
