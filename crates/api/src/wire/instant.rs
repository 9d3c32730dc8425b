//! `google.protobuf.Timestamp` with its JSON form (RFC 3339).

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

/// An instant, as `google.protobuf.Timestamp` has it on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash, prost::Message)]
pub struct Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z.
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    /// Nanoseconds after them, 0 to 999,999,999.
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

impl Timestamp {
    /// A whole second.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self { seconds, nanos: 0 }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let instant = jiff::Timestamp::new(self.seconds, self.nanos).map_err(ser::Error::custom)?;
        serializer.collect_str(&instant)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let instant: jiff::Timestamp = text.parse().map_err(|error| {
            de::Error::custom(format_args!("not an instant like \"2027-03-01T08:00:00-07:00\": {error}"))
        })?;
        Ok(Self { seconds: instant.as_second(), nanos: instant.subsec_nanosecond() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_is_rfc_3339_in_any_offset() {
        let instant: Timestamp = serde_json::from_str("\"2027-03-01T08:00:00-07:00\"").unwrap();
        assert_eq!(instant, Timestamp::from_seconds(1_803_913_200));
        assert_eq!(serde_json::to_string(&instant).unwrap(), "\"2027-03-01T15:00:00Z\"");
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in ["\"\"", "\"2027-03-01\"", "\"2027-02-30T00:00:00Z\"", "\"2027-03-01T08:00:00\"", "17"] {
            serde_json::from_str::<Timestamp>(text).unwrap_err();
        }
        serde_json::to_string(&Timestamp::from_seconds(i64::MAX)).unwrap_err();
    }
}
