//! Day and plan files: the contract's messages in JSON.

use std::io::{self, Write};

use journeyman_api::json::to_json;
use serde::Serialize;

use crate::failure::Failure;

/// Writes a message to stdout.
pub(crate) fn write_message(message: &impl Serialize) -> Result<(), Failure> {
    let text = to_json(message).map_err(|error| Failure::Internal(error.into()))?;
    writeln!(io::stdout().lock(), "{text}")?;
    Ok(())
}
