//! The engine's one look at the clock.

use std::time::Instant;

#[expect(clippy::disallowed_methods, reason = "budgets end on the clock; everything else is told the time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
