//! Where journals of boards lie, and what `journal` does with them.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use journeyman_store::{EffectState, Location, StoreError};

/// Where the journals of boards are.
#[derive(Args, Debug)]
pub(crate) struct StoreArgs {
    /// The folder of the boards' journals (SQLite), for one process. Without it and without a database, boards last as long
    /// as the process.
    #[arg(long, value_name = "FOLDER", env = "JOURNEYMAN_JOURNAL_DIR", conflicts_with = "database_url")]
    pub(crate) data: Option<PathBuf>,
    /// A PostgreSQL database that any number of processes share, as `postgres://user@host/name`.
    #[arg(long, value_name = "URL", env = "JOURNEYMAN_DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
}

impl StoreArgs {
    /// What the store refuses, with the flag that it is from.
    pub(crate) fn refusal(&self, error: &StoreError) -> String {
        match (&self.data, &self.database_url) {
            (Some(folder), _) => format!("--data {}: {error}", folder.display()),
            (None, Some(_)) => format!("--database-url: {error}"),
            (None, None) => error.to_string(),
        }
    }

    /// Where they are.
    pub(crate) fn location(&self) -> Location {
        match (&self.data, &self.database_url) {
            (Some(folder), _) => Location::Folder(folder.clone()),
            (None, Some(url)) => Location::Postgres(url.clone()),
            (None, None) => Location::Memory,
        }
    }
}

#[derive(Subcommand, Debug)]
pub(crate) enum JournalCommand {
    /// Read every record, and tell every board again: from its beginning and from its snapshot.
    Verify(JournalArgs),
    /// Write the records and effects of a board to stdout, as lines of JSON that `journal import` reads.
    Export(JournalBoardArgs),
    /// Make a board from exported lines on stdin.
    Import(JournalArgs),
    /// List effects: what has to leave the house, and how far each has come.
    Effects(JournalEffectsArgs),
    /// Try a dead letter again.
    Resend(JournalResendArgs),
    /// Tell a board again from its first record: each step, and how it stands in the end. No solver is asked.
    Replay(JournalReplayArgs),
}

#[derive(Args, Debug)]
pub(crate) struct JournalArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(flatten)]
    pub(crate) roads: super::RoadsArgs,
}

#[derive(Args, Debug)]
pub(crate) struct JournalBoardArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// The board.
    #[arg(long, value_name = "ID")]
    pub(crate) board: String,
}

#[derive(Args, Debug)]
pub(crate) struct JournalReplayArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(flatten)]
    pub(crate) roads: super::RoadsArgs,
    /// The board.
    #[arg(long, value_name = "ID")]
    pub(crate) board: String,
    /// Print the board as a whole as JSON (a `BoardState`), and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct JournalEffectsArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// The board.
    #[arg(long, value_name = "ID")]
    pub(crate) board: String,
    /// Only effects in this state.
    #[arg(long, value_enum, default_value_t = StateOfEffect::Dead)]
    pub(crate) state: StateOfEffect,
    /// Print what each says, too.
    #[arg(long)]
    pub(crate) bodies: bool,
}

#[derive(Args, Debug)]
pub(crate) struct JournalResendArgs {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// The board.
    #[arg(long, value_name = "ID")]
    pub(crate) board: String,
    /// Key of the effect.
    #[arg(long)]
    pub(crate) key: String,
}

/// How far an effect has come.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum StateOfEffect {
    /// Not delivered yet.
    Waiting,
    /// Delivered.
    Delivered,
    /// Tried too often.
    Dead,
    /// Taken back before it left.
    Cancelled,
}

impl From<StateOfEffect> for EffectState {
    fn from(state: StateOfEffect) -> Self {
        match state {
            StateOfEffect::Waiting => Self::Waiting,
            StateOfEffect::Delivered => Self::Delivered,
            StateOfEffect::Dead => Self::Dead,
            StateOfEffect::Cancelled => Self::Cancelled,
        }
    }
}
