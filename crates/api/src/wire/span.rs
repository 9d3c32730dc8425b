//! `google.protobuf.Duration` with its JSON form (decimal seconds and an `s`).

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

/// A span of time, as `google.protobuf.Duration` has it on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash, prost::Message)]
pub struct Duration {
    /// Whole seconds, with the sign of the span.
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    /// Nanoseconds besides, with the same sign, less than a second.
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

impl Duration {
    /// Whole seconds.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self { seconds, nanos: 0 }
    }
}

impl From<std::time::Duration> for Duration {
    /// Spans beyond 292 billion years count as that.
    fn from(span: std::time::Duration) -> Self {
        let nanos = i32::try_from(span.subsec_nanos()).expect("less than 10^9");
        Self { seconds: i64::try_from(span.as_secs()).unwrap_or(i64::MAX), nanos }
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (seconds, nanos) = (self.seconds, self.nanos);
        if nanos.unsigned_abs() >= 1_000_000_000 || i64::from(nanos.signum()) * seconds.signum() < 0 {
            return Err(ser::Error::custom(format_args!("{seconds} s and {nanos} ns make no duration")));
        }
        let sign = if seconds < 0 || nanos < 0 { "-" } else { "" };
        let (whole, fraction) = (seconds.unsigned_abs(), nanos.unsigned_abs());
        if fraction == 0 {
            return serializer.collect_str(&format_args!("{sign}{whole}s"));
        }
        // The mapping writes 3, 6 or 9 digits.
        match fraction {
            milli if milli % 1_000_000 == 0 => {
                serializer.collect_str(&format_args!("{sign}{whole}.{:03}s", milli / 1_000_000))
            }
            micro if micro % 1_000 == 0 => {
                serializer.collect_str(&format_args!("{sign}{whole}.{:06}s", micro / 1_000))
            }
            nano => serializer.collect_str(&format_args!("{sign}{whole}.{nano:09}s")),
        }
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let refuse = || de::Error::custom(format_args!("not a duration like \"1800s\": {text:?}"));
        // jiff reads much more ("2h 5m", "3 s ago"); the mapping knows seconds only.
        let seconds = text.strip_suffix('s').ok_or_else(refuse)?;
        if !seconds.ends_with(|c: char| c.is_ascii_digit())
            || seconds.contains(|c: char| !c.is_ascii_digit() && c != '.' && c != '-')
        {
            return Err(refuse());
        }
        let span: jiff::SignedDuration = text.parse().map_err(|_| refuse())?;
        Ok(Self { seconds: span.as_secs(), nanos: span.subsec_nanos() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_is_seconds_with_up_to_nine_digits() {
        let spans = [
            (1_800, 0, "1800s"),
            (0, 0, "0s"),
            (0, 200_000_000, "0.200s"),
            (1, 5_000, "1.000005s"),
            (-3, -7, "-3.000000007s"),
        ];
        for (seconds, nanos, text) in spans {
            let span = Duration { seconds, nanos };
            assert_eq!(serde_json::to_string(&span).unwrap(), format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<Duration>(&format!("\"{text}\"")).unwrap(), span);
        }
    }

    #[test]
    fn what_is_no_duration_is_refused_without_a_panic() {
        let texts = [
            "",
            "s",
            "5",
            "5 s",
            "2h",
            "1m5s",
            "5s ago",
            "--5s",
            "--9223372036854775808s",
            "1e3s",
            "0.1.2s",
            "+5s",
        ];
        for text in texts {
            serde_json::from_str::<Duration>(&format!("\"{text}\"")).unwrap_err();
        }
        serde_json::from_str::<Duration>("5").unwrap_err();
        serde_json::to_string(&Duration { seconds: 1, nanos: -1 }).unwrap_err();
        serde_json::to_string(&Duration { seconds: 1, nanos: i32::MIN }).unwrap_err();
    }
}
