//! Day and plan files: the contract's messages in JSON.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use anyhow::Context;
use journeyman_api::json::{from_json, to_json};
use journeyman_api::{AcceptedSolve, InvalidRequest, Limits, accept_solve, wire};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// Bytes of a file; what is longer is refused without being parsed. A day at the limits of a request has a tenth.
const FILE_BYTES_MAX: usize = 512 << 20;

/// Reads a day file; `-` is stdin.
pub(crate) fn read_day(path: &Path) -> Result<wire::SolveRequest, Failure> {
    read_message(path)
}

/// Reads the plan of a plan file.
pub(crate) fn read_plan_file(path: &Path) -> Result<wire::Plan, Failure> {
    let answer: wire::SolveResponse = read_message(path)?;
    answer.plan.ok_or_else(|| Failure::input(format!("{}: it has no plan", path.display())))
}

/// Reads a file of events.
pub(crate) fn read_events(path: &Path) -> Result<wire::ReassignRequest, Failure> {
    read_message(path)
}

/// Reads a file of changes.
pub(crate) fn read_changes(path: &Path) -> Result<wire::WhatIfRequest, Failure> {
    read_message(path)
}

/// Reads what a caller asks for.
pub(crate) fn read_call(path: &Path) -> Result<wire::QuoteArrivalWindowsRequest, Failure> {
    read_message(path)
}

/// Reads what a day file says into the domain, under the limits of the service.
pub(crate) fn accept_day(
    (path, flags): (&Path, &[Origin]),
    day: &wire::SolveRequest,
    limits: &Limits,
) -> Result<AcceptedSolve, Failure> {
    accept_solve(day, limits).map_err(|invalid| refusal(path, flags, &invalid))
}

/// A field of a request that is not from its file, by how its path begins, and where it is from.
pub(crate) type Origin = (&'static str, String);

/// Where the day and the plan of a request are from.
pub(crate) fn origins_of_basis(day: &Path, plan: &Path) -> Vec<Origin> {
    let file = |path: &Path, field: &str| format!("{}: {field}", path.display());
    vec![("basis.day.problem", file(day, "problem")), ("basis.day.plan", file(plan, "plan"))]
}

/// Flags that were given, by the fields that they set.
pub(crate) fn origins_of_flags<const N: usize>(flags: [(&'static str, &str, bool); N]) -> Vec<Origin> {
    let given = flags.into_iter().filter(|(.., is_given)| *is_given);
    given.map(|(field, flag, _)| (field, flag.to_owned())).collect()
}

/// Reads a text file, such as a benchmark.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let bytes = read_bytes(path)?;
    String::from_utf8(bytes).map_err(|_| Failure::input(format!("{}: not a text in UTF-8", path.display())))
}

/// Writes a message to stdout.
pub(crate) fn write_message(message: &impl Serialize) -> Result<(), Failure> {
    let text = to_json(message).map_err(|error| Failure::Internal(error.into()))?;
    writeln!(io::stdout().lock(), "{text}")?;
    Ok(())
}

/// Every field that the contract refuses, a line each. `path` is the request's file.
pub(crate) fn refusal(path: &Path, elsewhere: &[Origin], invalid: &InvalidRequest) -> Failure {
    let path = path.display();
    let origin = |field: &str| {
        let from = |(prefix, origin): &Origin| Some(format!("{origin}{}", field.strip_prefix(prefix)?));
        elsewhere.iter().find_map(from).unwrap_or_else(|| format!("{path}: {field}"))
    };
    let mut lines: Vec<String> = invalid
        .violations
        .iter()
        .map(|violation| {
            format!("{}: {} ({})", origin(&violation.field), violation.text, violation.code.as_str())
        })
        .collect();
    if invalid.more > 0 {
        lines.push(format!("{path}: and {} more", invalid.more));
    }
    Failure::input(lines.join("\n"))
}

fn read_message<M: DeserializeOwned>(path: &Path) -> Result<M, Failure> {
    let bytes = read_bytes(path)?;
    from_json(&bytes, FILE_BYTES_MAX)
        .map_err(|error| Failure::Input(anyhow::Error::new(error).context(path.display().to_string())))
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        // One byte more than allowed shows that there is too much.
        let limit = FILE_BYTES_MAX as u64 + 1;
        if path == Path::new("-") {
            io::stdin().lock().take(limit).read_to_end(&mut bytes)?;
        } else {
            File::open(path)?.take(limit).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    };
    let bytes = read().with_context(|| path.display().to_string()).map_err(Failure::Input)?;
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Failure::input(format!("{}: more than {FILE_BYTES_MAX} bytes", path.display())));
    }
    Ok(bytes)
}
