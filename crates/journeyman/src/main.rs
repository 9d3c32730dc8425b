//! The program `journeyman`: a composition root. It reads the command line, wires the rooms together, prints.

mod args;
mod commands;
mod failure;
mod files;
mod geojson;
mod log;
mod progress;
mod roads;
mod table;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::args::{Bench, Cli, Command, Generate, Import, RoadsCommand};
use crate::failure::{Failure, Outcome};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command).and_then(|outcome| io::stdout().flush().map(|()| outcome).map_err(Failure::from)) {
        Ok(outcome) => outcome.exit_code(),
        Err(failure) => failure.report(),
    }
}

fn run(command: Command) -> Result<Outcome, Failure> {
    match command {
        Command::Serve(arguments) => commands::serve::run(&arguments),
        Command::Solve(arguments) => commands::solve::run(&arguments),
        Command::Reassign(arguments) => commands::reassign::run(&arguments),
        Command::Quote(arguments) => commands::quote::run(&arguments),
        Command::WhatIf(arguments) => commands::what_if::run(&arguments),
        Command::Check(arguments) => commands::check::run(&arguments),
        Command::Explain(arguments) => commands::explain::run(&arguments),
        Command::Evaluate(arguments) => commands::evaluate::run(&arguments),
        Command::Import(Import::Permits(arguments)) => commands::scenarios::import_permits(&arguments),
        Command::Generate(Generate::Day(arguments)) => commands::scenarios::generate_day(&arguments),
        Command::Generate(Generate::PlainDay(arguments)) => {
            commands::scenarios::generate_plain_day(&arguments)
        }
        Command::Bench(Bench::Vrptw(arguments)) => commands::bench::vrptw(&arguments),
        Command::Bench(Bench::Trsp(arguments)) => commands::bench::trsp(&arguments),
        Command::Bench(Bench::TrspDynamic(arguments)) => commands::bench_dynamic::trsp_dynamic(&arguments),
        Command::Bench(Bench::Day(arguments)) => commands::bench::day(&arguments),
        Command::Bench(Bench::PlainDay(arguments)) => commands::bench::plain_day(&arguments),
        Command::Simulate(arguments) => commands::simulate::run(&arguments),
        Command::Load(arguments) => commands::load::run(&arguments),
        Command::Journal(command) => commands::journal::run(&command),
        Command::Desk(arguments) => commands::desk::run(&arguments),
        Command::Roads(RoadsCommand::Build(arguments)) => commands::roads::build::run(&arguments),
        Command::Roads(RoadsCommand::Matrix(arguments)) => commands::roads::matrix::run(&arguments),
        Command::Roads(RoadsCommand::Serve(arguments)) => commands::roads::serve::run(&arguments),
        Command::Demo(arguments) => commands::demo::run(&arguments),
    }
}
