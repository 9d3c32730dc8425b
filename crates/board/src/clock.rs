//! The time of the world, for leases and for what is written down with its time.

use std::time::{SystemTime, UNIX_EPOCH};

use journeyman_store::UnixMicros;

#[expect(
    clippy::disallowed_methods,
    reason = "leases lapse by the clock, and records say when they were written"
)]
pub(crate) fn unix_micros() -> UnixMicros {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMicros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}
