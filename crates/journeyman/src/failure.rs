//! How a command ends: its exit status, and one clear line for what went wrong.

use std::io;
use std::process::ExitCode;

use journeyman_engine::EngineError;

/// A command that did its work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// Done.
    Done,
    /// `check`, `evaluate`, `simulate` or `load` found violations.
    Violations,
}

impl Outcome {
    pub(crate) fn exit_code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::Violations => ExitCode::from(1),
        }
    }
}

/// A command that could not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Arguments or files that cannot be used.
    Input(anyhow::Error),
    /// Something that should have worked did not.
    Internal(anyhow::Error),
    /// Whoever read the output went away, as `head` does.
    OutputClosed,
}

impl Failure {
    /// Input that cannot be used, in one sentence.
    pub(crate) fn input(message: impl std::fmt::Display) -> Self {
        Self::Input(anyhow::anyhow!("{message}"))
    }

    /// The same failure, said to be one of something that went on around it.
    pub(crate) fn context(self, around: String) -> Self {
        match self {
            Self::Input(error) => Self::Input(error.context(around)),
            Self::Internal(error) => Self::Internal(error.context(around)),
            Self::OutputClosed => Self::OutputClosed,
        }
    }

    /// Prints the failure to stderr.
    pub(crate) fn report(self) -> ExitCode {
        let (status, error) = match self {
            Self::Input(error) => (2, error),
            Self::Internal(error) => (3, error),
            Self::OutputClosed => return ExitCode::SUCCESS,
        };
        tell(&format!("journeyman: {error:#}"));
        ExitCode::from(status)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Options(_)
            | EngineError::Travel(_)
            | EngineError::Unsupported { .. }
            | EngineError::FrozenStopsDoNotFit { .. }
            | EngineError::FrozenVisitForbidden { .. }
            | EngineError::Event { .. } => Self::Input(error.into()),
            EngineError::CheckFailed(_) | EngineError::Cancelled => Self::Internal(error.into()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::Internal(error.into()),
        }
    }
}

/// Says something to the person in front of the screen.
#[expect(clippy::print_stderr, reason = "the one place where the program speaks on stderr")]
pub(crate) fn tell(line: &str) {
    eprintln!("{line}");
}
