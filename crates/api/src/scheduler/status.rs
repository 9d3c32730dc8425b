//! Every failure as a gRPC status with `google.rpc` details.

use journeyman_desk::{Refusal, SubjectKind};
use journeyman_engine::{EngineError, EventError};
use journeyman_store::StoreError;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::InvalidRequest;

/// The domain of our reasons in `ErrorInfo`.
const DOMAIN: &str = "journeyman.v1";

/// Bytes of violations in one status. Details travel in a header, and common clients refuse headers of 8 KiB.
const DETAIL_BYTES: usize = 4_096;

/// A request that breaks rules: each of them, with its field, as `BadRequest`.
///
/// INVALID_ARGUMENT; UNIMPLEMENTED where nothing is wrong but that a field is not built yet. What does not fit into a
/// header is counted in the message.
pub fn invalid_status(invalid: &InvalidRequest) -> Status {
    let mut details = ErrorDetails::new();
    let (mut bytes, mut told) = (0, 0);
    for violation in &invalid.violations {
        let text = format!("{}: {}", violation.code, violation.text);
        bytes += violation.field.len() + text.len();
        if bytes > DETAIL_BYTES && told > 0 {
            break;
        }
        details.add_bad_request_violation(short(&violation.field), short(&text));
        told += 1;
    }
    let unimplemented = invalid.is_only_unimplemented();
    let (code, reason) = if unimplemented {
        (Code::Unimplemented, "FIELD_NOT_BUILT_YET")
    } else {
        (Code::InvalidArgument, "INVALID_REQUEST")
    };
    let all = invalid.violations.len() + invalid.more;
    details.set_error_info(reason, DOMAIN, [("violations".to_owned(), all.to_string())]);
    Status::with_error_details(code, short(&invalid.to_string()), details)
}

/// What a recipe could not do.
pub fn engine_status(error: &EngineError) -> Status {
    let text = short(&error.to_string());
    match error {
        EngineError::Options(_) => with_reason(Code::InvalidArgument, "SENSELESS_OPTIONS", text),
        EngineError::Travel(_) => with_reason(Code::InvalidArgument, "NO_TRAVEL", text),
        EngineError::Unsupported { .. } => with_reason(Code::Unimplemented, "FIELD_NOT_BUILT_YET", text),
        EngineError::FrozenStopsDoNotFit { shift } => {
            let mut details = ErrorDetails::new();
            details.set_error_info(
                "FROZEN_STOPS_DO_NOT_FIT",
                DOMAIN,
                [("shift_id".to_owned(), shift.clone())],
            );
            details.add_precondition_failure_violation("FROZEN_STOPS_DO_NOT_FIT", shift, &text);
            Status::with_error_details(Code::FailedPrecondition, text, details)
        }
        EngineError::FrozenVisitForbidden { shift, visit, .. } => {
            let mut details = ErrorDetails::new();
            let ids = [("shift_id".to_owned(), shift.clone()), ("visit_id".to_owned(), visit.clone())];
            details.set_error_info("FROZEN_VISIT_FORBIDDEN", DOMAIN, ids);
            details.add_precondition_failure_violation("FROZEN_VISIT_FORBIDDEN", visit, &text);
            Status::with_error_details(Code::FailedPrecondition, text, details)
        }
        EngineError::Event { event, reason } => {
            let (reason, subject) = match reason {
                EventError::HasStarted { visit } => ("VISIT_HAS_STARTED", visit.as_str()),
                EventError::NotStarted { visit } => ("VISIT_NOT_STARTED", visit.as_str()),
                EventError::EndsBeforeStart { visit } => ("VISIT_ENDS_BEFORE_START", visit.as_str()),
                EventError::NoShift { technician } => ("NO_SHIFT", technician.as_str()),
                EventError::Overlap { shift } => ("SHIFT_OVERLAPS", shift.as_str()),
                EventError::Travel(_) => ("NO_TRAVEL", event.as_str()),
            };
            let mut details = ErrorDetails::new();
            details.set_error_info(reason, DOMAIN, [("event_id".to_owned(), event.clone())]);
            details.add_precondition_failure_violation(reason, subject, &text);
            Status::with_error_details(Code::FailedPrecondition, text, details)
        }
        EngineError::CheckFailed(_) => internal(&text),
        EngineError::Cancelled => with_reason(Code::Cancelled, "CANCELLED", text),
    }
}

/// A board that is not there, moved on, or is one too many: with the reason and what it is about.
pub(crate) fn board_status(text: &dyn std::fmt::Display, (reason, subject): (&str, &str)) -> Status {
    let code = match reason {
        "BOARD_UNKNOWN" => Code::NotFound,
        "BOARD_EXISTS" => Code::AlreadyExists,
        "BOARDS_TOO_MANY" => Code::ResourceExhausted,
        _ => Code::Aborted,
    };
    let name = if code == Code::Aborted { "revision" } else { "board_id" };
    let mut details = ErrorDetails::new();
    details.set_error_info(reason, DOMAIN, [(name.to_owned(), subject.to_owned())]);
    Status::with_error_details(code, short(&text.to_string()), details)
}

/// The state of things forbids it: with the reason and what it is about.
pub(crate) fn precondition_status(text: &dyn std::fmt::Display, (reason, subject): (&str, &str)) -> Status {
    let text = short(&text.to_string());
    let mut details = ErrorDetails::new();
    details.set_error_info(reason, DOMAIN, [("subject".to_owned(), short(subject))]);
    details.add_precondition_failure_violation(reason, short(subject), &text);
    Status::with_error_details(Code::FailedPrecondition, text, details)
}

/// The service cycle does not allow it: with all that is missing.
pub(crate) fn desk_status(refusal: &Refusal) -> Status {
    let text = short(&refusal.to_string());
    let mut details = ErrorDetails::new();
    let named = |id: &String| [("id".to_owned(), short(id))];
    match refusal {
        Refusal::Unknown { kind, id } => {
            details.set_error_info(reason(*kind, "UNKNOWN"), DOMAIN, named(id));
            Status::with_error_details(Code::NotFound, text, details)
        }
        Refusal::Exists { kind, id } => {
            details.set_error_info(reason(*kind, "EXISTS"), DOMAIN, named(id));
            Status::with_error_details(Code::AlreadyExists, text, details)
        }
        Refusal::StaleEtag { kind, id, current, .. } => {
            let fields = [("id".to_owned(), short(id)), ("etag".to_owned(), current.clone())];
            details.set_error_info(reason(*kind, "MOVED"), DOMAIN, fields);
            Status::with_error_details(Code::Aborted, text, details)
        }
        Refusal::IllegalStep { id, state, missing, .. } => {
            details.set_error_info("ILLEGAL_STEP", DOMAIN, [("state".to_owned(), (*state).to_owned())]);
            for missing in missing {
                details.add_precondition_failure_violation("ILLEGAL_STEP", short(id), short(missing));
            }
            Status::with_error_details(Code::FailedPrecondition, text, details)
        }
        Refusal::InvalidField { path, problem } => {
            details.add_bad_request_violation(short(path), short(problem));
            details.set_error_info("INVALID_REQUEST", DOMAIN, []);
            Status::with_error_details(Code::InvalidArgument, text, details)
        }
    }
}

fn reason(kind: SubjectKind, what: &str) -> String {
    format!("{}_{what}", kind.to_string().to_ascii_uppercase().replace(' ', "_"))
}

/// There is nothing with this id.
pub(crate) fn not_found_status(text: &dyn std::fmt::Display, (reason, id): (&str, &str)) -> Status {
    let mut details = ErrorDetails::new();
    details.set_error_info(reason, DOMAIN, [("id".to_owned(), short(id))]);
    Status::with_error_details(Code::NotFound, short(&text.to_string()), details)
}

/// There are as many as there may be.
pub(crate) fn quota_status(subject: &str, limit: usize, text: &dyn std::fmt::Display) -> Status {
    let text = short(&text.to_string());
    let mut details = ErrorDetails::new();
    let reason = format!("{}_TOO_MANY", subject.to_ascii_uppercase());
    details.set_error_info(reason, DOMAIN, [("limit".to_owned(), limit.to_string())]);
    details.add_quota_failure_violation(subject, text.clone());
    Status::with_error_details(Code::ResourceExhausted, text, details)
}

/// The journal of a board makes no board.
pub(crate) fn unreadable_status(text: &dyn std::fmt::Display, board: &str) -> Status {
    let mut details = ErrorDetails::new();
    details.set_error_info("BOARD_UNREADABLE", DOMAIN, [("board_id".to_owned(), short(board))]);
    Status::with_error_details(Code::DataLoss, short(&text.to_string()), details)
}

/// What could not be written down or read. UNAVAILABLE is worth asking again, here or at another process.
pub(crate) fn store_status(error: &StoreError) -> Status {
    let (code, reason) = match error {
        StoreError::RequestReused { .. } => return request_id_reused(),
        StoreError::LeaseHeld { .. } | StoreError::StaleFence { .. } | StoreError::WrongRevision { .. } => {
            (Code::Unavailable, "BOARD_ELSEWHERE")
        }
        StoreError::Overloaded { .. } => (Code::ResourceExhausted, "STORE_BUSY"),
        StoreError::TooLong { .. }
        | StoreError::TooMany { .. }
        | StoreError::Empty { .. }
        | StoreError::HoldsNul { .. } => (Code::InvalidArgument, "NOT_STORABLE"),
        StoreError::Broken { .. } => (Code::DataLoss, "BOARD_UNREADABLE"),
        StoreError::BoardNotFound { .. } => (Code::NotFound, "BOARD_UNKNOWN"),
        _ => (Code::Unavailable, "STORE_UNAVAILABLE"),
    };
    with_reason(code, reason, short(&error.to_string()))
}

/// A board that was followed is not led here any more.
pub(crate) fn left_status(board: &str) -> Status {
    let text = format!("the board {} is not followed here any more: follow it again", short(board));
    with_reason(Code::Unavailable, "BOARD_ELSEWHERE", text)
}

/// The queue has no place left.
pub(crate) fn queue_full(limit: usize) -> Status {
    let text = format!("the queue is full: {limit} calls are waiting already");
    let mut details = ErrorDetails::new();
    details.set_error_info("QUEUE_FULL", DOMAIN, [("limit".to_owned(), limit.to_string())]);
    details.add_quota_failure_violation("queue", text.clone());
    Status::with_error_details(Code::ResourceExhausted, text, details)
}

/// A request id that came with another content before.
pub(crate) fn request_id_reused() -> Status {
    let text = "request_id: used before with another content";
    let mut details = ErrorDetails::with_bad_request_violation("request_id", text);
    details.set_error_info("REQUEST_ID_REUSED", DOMAIN, []);
    Status::with_error_details(Code::InvalidArgument, text, details)
}

/// Broken machinery.
pub(crate) fn internal(text: &str) -> Status {
    with_reason(Code::Internal, "INTERNAL", text)
}

fn with_reason(code: Code, reason: &str, text: impl Into<String>) -> Status {
    let mut details = ErrorDetails::new();
    details.set_error_info(reason, DOMAIN, []);
    Status::with_error_details(code, text, details)
}

/// At most 512 bytes, cut between characters: ids and values of a caller can be long.
fn short(text: &str) -> String {
    const MOST: usize = 512;
    if text.len() <= MOST {
        return text.to_owned();
    }
    let end = (0..=MOST).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    format!("{} …", &text[..end])
}
