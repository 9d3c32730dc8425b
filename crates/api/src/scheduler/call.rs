//! What a call brings besides its message: a deadline, and the right to be given up.

use std::time::{Duration, Instant};

use journeyman_engine::Control;
use tonic::metadata::MetadataMap;

/// Kept of a deadline for writing and sending the answer: a fiftieth, at least this and at most ten times it.
const SENDING_LEAST: Duration = Duration::from_millis(10);

/// Cancels the work when the call is dropped: the client went away, or its deadline passed.
pub(crate) struct CancelOnDrop(pub(crate) Control);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// When an answer must be ready so that it arrives by the call's deadline; none without one.
pub(crate) fn answer_by(metadata: &MetadataMap) -> Option<Instant> {
    let timeout = timeout(metadata.get("grpc-timeout")?.to_str().ok()?)?;
    let sending = (timeout / 50).clamp(SENDING_LEAST, SENDING_LEAST * 10);
    now().checked_add(timeout.saturating_sub(sending))
}

/// The header of the gRPC protocol: up to eight digits and a unit. The transport refuses malformed ones.
fn timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let count: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count.checked_mul(3_600)?)),
        "M" => Some(Duration::from_secs(count.checked_mul(60)?)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

#[expect(clippy::disallowed_methods, reason = "a deadline is met on the clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The time of the world, for what happens when it is told.
#[expect(clippy::disallowed_methods, reason = "a call that comes now, comes when the clock says")]
pub(crate) fn wall_time() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// The time of the world, for what is only shown.
#[expect(clippy::disallowed_methods, reason = "when something was made is what the clock says")]
pub(crate) fn wall_clock() -> crate::wire::Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    crate::wire::Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_in_every_unit_of_the_protocol() {
        for (text, millis) in [("1H", 3_600_000), ("2M", 120_000), ("3S", 3_000), ("40m", 40), ("5000u", 5)] {
            assert_eq!(timeout(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for broken in ["", "S", "1x", "-1S", "1.5S"] {
            assert_eq!(timeout(broken), None, "{broken}");
        }
    }
}
