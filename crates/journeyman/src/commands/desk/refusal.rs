//! A status of the server for people: one line, and each violation or missing thing on a line of its own.

use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::failure::Failure;

/// What the server refused, and whose fault that is.
pub(crate) fn refused(status: &Status) -> Failure {
    let error = anyhow::anyhow!(words(status));
    match status.code() {
        Code::InvalidArgument
        | Code::NotFound
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::AlreadyExists => Failure::Input(error),
        _ => Failure::Internal(error),
    }
}

fn words(status: &Status) -> String {
    let details = status.get_error_details();
    let reason =
        details.error_info().map_or_else(|| format!("{:?}", status.code()), |info| info.reason.clone());
    let mut lines = vec![format!("{} ({reason})", status.message())];
    let fields = details.bad_request().into_iter().flat_map(|bad| &bad.field_violations);
    lines.extend(fields.map(|one| format!("  {}: {}", one.field, one.description)));
    let missing = details.precondition_failure().into_iter().flat_map(|failure| &failure.violations);
    lines.extend(missing.map(|one| format!("  {}: {}", one.subject, one.description)));
    let quotas = details.quota_failure().into_iter().flat_map(|failure| &failure.violations);
    lines.extend(quotas.map(|one| format!("  {}: {}", one.subject, one.description)));
    // A single violation that is the message itself is not said twice.
    lines.dedup_by(|line, first| {
        line.split_once(": ")
            .is_some_and(|(_, text)| first.strip_suffix(&format!(" ({reason})")) == Some(text))
    });
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn each_missing_thing_has_its_line() {
        let mut details = ErrorDetails::new();
        details.set_error_info("ILLEGAL_STEP", "journeyman.v1", []);
        for missing in ["photo `panel-after`", "note `cause`"] {
            details.add_precondition_failure_violation("ILLEGAL_STEP", "WO-1", missing);
        }
        let status =
            Status::with_error_details(Code::FailedPrecondition, "work order `WO-1` is COMPLETED", details);
        let wanted = "work order `WO-1` is COMPLETED (ILLEGAL_STEP)\n  WO-1: photo `panel-after`\n  WO-1: note `cause`";
        assert_eq!(words(&status), wanted);
    }

    #[test]
    fn what_is_said_already_is_not_said_again() {
        let mut details = ErrorDetails::new();
        details.set_error_info("CLOCK_OF_THE_WALL", "journeyman.v1", []);
        details.add_precondition_failure_violation("CLOCK_OF_THE_WALL", "north", "it has a clock");
        let status = Status::with_error_details(Code::FailedPrecondition, "it has a clock", details);
        assert_eq!(words(&status), "it has a clock (CLOCK_OF_THE_WALL)");
    }

    #[test]
    fn the_caller_is_told_apart_from_the_machinery() {
        let is_input = |code| matches!(refused(&Status::new(code, "no")), Failure::Input(_));
        for code in [
            Code::InvalidArgument,
            Code::NotFound,
            Code::FailedPrecondition,
            Code::Aborted,
            Code::AlreadyExists,
        ] {
            assert!(is_input(code), "{code:?}");
        }
        for code in [Code::Unavailable, Code::Internal, Code::ResourceExhausted, Code::DataLoss] {
            assert!(!is_input(code), "{code:?}");
        }
        assert_eq!(words(&Status::new(Code::Unavailable, "gone")), "gone (Unavailable)");
    }
}
