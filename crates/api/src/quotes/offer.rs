//! Windows offered: the engine asked, the answer in the contract's words, and on a board remembered for a while.

use std::sync::Arc;
use std::time::Duration;

use journeyman_domain::{ArrivalWindow, Cost, Problem, Time, TimeWindow, VisitId};
use journeyman_engine::{Quote, Quotes, Session};

use super::read::{check_order, read, read_options};
use crate::boards::{BoardRefused, Registry, still_at};
use crate::day::Words;
use crate::limits::Limits;
use crate::plan::reason::write_reason;
use crate::plan::write::write_window;
use crate::reassign::Refused;
use crate::scheduler::{now, wall_clock};
use crate::wire;

/// How long a quote can be taken.
const QUOTE_TTL: Duration = Duration::from_secs(15 * 60);

/// What a board remembers of a quote.
#[derive(Debug)]
pub(crate) struct Offered {
    pub(super) order: Arc<wire::WorkOrder>,
    pub(super) places: Arc<Vec<wire::Place>>,
    pub(super) window: TimeWindow,
    /// What the visit adds to the plan.
    pub(super) marginal_cost: Cost,
    /// The state of the board that it was made on; 0 where the board was read again since.
    pub(super) sequence: u64,
}

/// What a question was answered with.
pub(super) struct Told {
    pub(super) response: wire::QuoteArrivalWindowsResponse,
    quotes: Vec<Quote>,
}

/// Asks a session; `answer_at` says what may not change any more when the question is asked, or by default.
pub(super) fn quote_in(
    session: &Session,
    answer_at: impl FnOnce(Option<Time>) -> Time,
    request: &wire::QuoteArrivalWindowsRequest,
    (card, limits): (Option<&wire::RateCard>, &Limits),
) -> Result<Told, Refused> {
    check_order(request.work_order.as_ref(), limits)?;
    let (options, now) = read_options(request, session.problem(), limits)?;
    let order = request.work_order.as_ref().expect("an order that is not given is refused");
    let read = |problem: &Problem| -> Result<_, Refused> {
        Ok(read(order, &request.places, (problem, card), limits)?)
    };
    session.quote(answer_at(now), read, &options, write)
}

fn write(problem: &Problem, visit: VisitId, found: &Quotes) -> Told {
    let say = Words { problem };
    let quotes = found.quotes.iter().map(|quote| write_quote(&say, quote)).collect();
    let reasons = found.refusals.iter().map(|refusal| write_reason(&say, visit, refusal)).collect();
    let response = wire::QuoteArrivalWindowsResponse { revision: 0, quotes, reasons };
    Told { response, quotes: found.quotes.clone() }
}

/// A quote without its id.
pub(super) fn write_quote(say: &Words<'_>, quote: &Quote) -> wire::Quote {
    let Quote { window, probability_permille, shift, marginal_cost, .. } = *quote;
    wire::Quote {
        id: String::new(),
        arrival_window: Some(write_window(say, &ArrivalWindow { window, probability_permille })),
        technician_id: say.problem.technician_of(shift).label.clone(),
        shift_id: say.problem.shift(shift).label.clone(),
        marginal_cost_micros: marginal_cost.micros(),
        expire_time: None,
    }
}

/// Windows for a call on a board: with ids, for a while.
pub(crate) fn quote_on_board(
    request: &wire::QuoteArrivalWindowsRequest,
    registry: &Registry,
    limits: &Limits,
) -> Result<wire::QuoteArrivalWindowsResponse, BoardRefused> {
    let board = match request.basis.as_ref().and_then(|basis| basis.basis.as_ref()) {
        Some(wire::plan_basis::Basis::Board(board)) => board.clone(),
        Some(wire::plan_basis::Basis::Day(_)) | None => wire::BoardRevision::default(),
    };
    let kept = registry.asked(&board)?;
    let snapshot = kept.board.snapshot_to_ask(now());
    still_at(&board, &snapshot)?;
    let asked = (kept.papers.rate_card.as_ref(), limits);
    let answer_at = |now: Option<Time>| now.map_or(snapshot.answer_time, |now| snapshot.answer_at(now));
    let mut told = quote_in(&snapshot.session, answer_at, request, asked)?;
    let order = Arc::new(request.work_order.clone().unwrap_or_default());
    let places = Arc::new(request.places.clone());
    let offered = told.quotes.iter().map(|quote| Offered {
        order: Arc::clone(&order),
        places: Arc::clone(&places),
        window: quote.window,
        marginal_cost: quote.marginal_cost,
        sequence: snapshot.sequence,
    });
    let ids = kept.papers.quotes.add(offered, now() + QUOTE_TTL);
    let expires = later(wall_clock(), QUOTE_TTL);
    for (quote, id) in told.response.quotes.iter_mut().zip(ids) {
        (quote.id, quote.expire_time) = (id, Some(expires));
    }
    told.response.revision = snapshot.revision;
    Ok(told.response)
}

/// So much later.
pub(super) fn later(time: wire::Timestamp, span: Duration) -> wire::Timestamp {
    let seconds = i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
    wire::Timestamp::from_seconds(time.seconds.saturating_add(seconds))
}

impl From<Refused> for BoardRefused {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Invalid(invalid) => Self::Invalid(invalid),
            Refused::Engine(error) => Self::Engine(error),
        }
    }
}
