//! Quotes: arrival windows offered to callers, kept for them, and promised.
//!
//! On a day that the caller gives nothing is kept. On a board a quote has an id for a while; a hold is a visit on the
//! board's plan that must be served in its window, and leaves it when its time is over.

mod confirm;
mod hold;
mod offer;
mod read;
mod written;

use journeyman_domain::Time;
use journeyman_engine::Session;

use crate::limits::Limits;
use crate::reassign::Refused;
use crate::under_way::read_basis;
use crate::violation::Report;
use crate::wire;

pub(crate) use confirm::confirm;
pub(crate) use hold::{end_holds_in_time, hold};
pub(crate) use offer::{Offered, quote_on_board};
pub(crate) use written::{read_hold, write_holds};

/// Windows for a call on a day and its plan, as the request gives them. Nothing is kept: quotes have no ids and do not
/// expire.
///
/// # Errors
/// Everything that is wrong with the request, a day that cannot be kept as its plan has it.
pub fn quote(
    request: &wire::QuoteArrivalWindowsRequest,
    limits: &Limits,
) -> Result<wire::QuoteArrivalWindowsResponse, Refused> {
    let report = Report::new(limits.violations_default);
    let day = read_basis(request.basis.as_ref(), limits, &report, &report.field("basis"));
    report.finish()?;
    let day = day.expect("a day that is not read has a violation");
    let card = day.rate_card;
    // Without a freeze time nothing has happened yet.
    let begin = day.problem.freeze_time.unwrap_or(Time::MIN);
    let (session, _) = Session::open(day.problem, begin)?;
    let answer_at = |now: Option<Time>| now.map_or(begin, |now| now.max(begin));
    let told = offer::quote_in(&session, answer_at, request, (card.as_ref(), limits))?;
    Ok(told.response)
}
