//! The JSON form of messages (protobuf's JSON mapping): day files and plan files.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why a text is not the JSON form of a message.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// More bytes than the limit.
    #[error("the file has {bytes} bytes; the limit is {limit}")]
    TooLarge {
        /// Bytes given.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// A field is unknown, double, or not what the contract says.
    #[error("{field}: {wrong}")]
    Field {
        /// Path of the field in the contract's names, such as `problem.technicians[3].display_name`;
        /// `.` for the message itself.
        field: String,
        /// What is wrong, with line and column. Part of this error's own words, so not its source: who prints the
        /// chain of errors would say it twice.
        wrong: serde_json::Error,
    },
}

/// Reads one message. Field names in lowerCamelCase and in the contract's own spelling are both understood,
/// unknown ones are refused.
///
/// # Errors
/// [`JsonError`]; nothing is ever skipped.
pub fn from_json<M: DeserializeOwned>(text: &[u8], bytes_max: usize) -> Result<M, JsonError> {
    if text.len() > bytes_max {
        return Err(JsonError::TooLarge { bytes: text.len(), limit: bytes_max });
    }
    let mut reader = serde_json::Deserializer::from_slice(text);
    let message = serde_path_to_error::deserialize(&mut reader).map_err(|error| JsonError::Field {
        field: contract_path(&error.path().to_string()),
        wrong: error.into_inner(),
    })?;
    reader.end().map_err(|wrong| JsonError::Field { field: ".".to_owned(), wrong })?;
    Ok(message)
}

/// Writes one message, indented for people.
///
/// # Errors
/// When an instant or duration lies outside what the mapping can write.
pub fn to_json<M: Serialize>(message: &M) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(message)
}

/// `problem.workOrders[1]` as `problem.work_orders[1]`, the way violations name fields.
fn contract_path(json_path: &str) -> String {
    let mut path = String::with_capacity(json_path.len() + 8);
    for letter in json_path.chars() {
        if letter.is_ascii_uppercase() {
            path.push('_');
        }
        path.push(letter.to_ascii_lowercase());
    }
    // The name of a field may be empty in a damaged file.
    if path.is_empty() { ".".to_owned() } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::SolveRequest;

    fn refusal(text: &str) -> (String, String) {
        match from_json::<SolveRequest>(text.as_bytes(), 1 << 20) {
            Err(JsonError::Field { field, wrong }) => (field, wrong.to_string()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn wrong_value_is_refused_with_its_path() {
        let (field, text) =
            refusal(r#"{"problem": {"workOrders": [{"visits": [{}, {"serviceDuration": "an hour"}]}]}}"#);
        assert_eq!(field, "problem.work_orders[0].visits[1].service_duration");
        assert!(text.contains("an hour"), "{text}");
    }

    #[test]
    fn unknown_field_is_refused_by_name() {
        let (field, text) = refusal(r#"{"problem": {"technicians": [{"id": "T-1", "homePlace": "x"}]}}"#);
        assert!(field.starts_with("problem.technicians[0]"), "{field}");
        assert!(text.contains("unknown field `homePlace`"), "{text}");
    }

    #[test]
    fn double_field_is_refused_by_name() {
        let (_, text) = refusal(r#"{"requestId": "a", "request_id": "b"}"#);
        assert!(text.contains("duplicate field `requestId`"), "{text}");
    }

    #[test]
    fn text_after_the_message_is_refused() {
        assert_eq!(refusal("{} {}").0, ".");
    }

    #[test]
    fn position_is_said_once() {
        let error = from_json::<SolveRequest>(br#"{"problem": {"places": 7}}"#, 1 << 20).unwrap_err();
        assert!(std::error::Error::source(&error).is_none());
        assert_eq!(error.to_string().matches("line 1 column").count(), 1, "{error}");
    }

    #[test]
    fn size_limit_is_named() {
        let error = from_json::<SolveRequest>(b"{}    ", 4).unwrap_err();
        assert_eq!(error.to_string(), "the file has 6 bytes; the limit is 4");
    }
}
