//! Chores of the workspace that no ready tool does: `tidy` checks the rules of the house.
//! Not part of the product; run by `make lint` and CI.

mod budgets;
mod confinement;
mod crate_map;
mod edges;
mod habits;
mod manifests;
mod names;
mod paths;
mod sources;
mod tidy;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "Chores of the workspace")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Check allowed dependencies, confinement, budgets, habits and the crate map.
    Tidy,
    /// Print the table of allowed dependencies as ARCHITECTURE.md must show it.
    Edges,
}

#[expect(clippy::print_stdout, reason = "a chore reports to whoever ran it")]
fn main() -> Result<ExitCode> {
    match Arguments::parse().chore {
        Chore::Tidy => {
            let report = tidy::run()?;
            print!("{report}");
            Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Chore::Edges => {
            print!("{}", edges::markdown());
            Ok(ExitCode::SUCCESS)
        }
    }
}
