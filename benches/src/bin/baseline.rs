//! `make baseline`: the last run of the bench `kernels` against the committed ratios. Status 1 where a kernel became slower than
//! the tolerance allows, 2 where there is nothing to compare; `--write` commits the run in place of comparing it.

#![expect(clippy::print_stdout, reason = "prints its table")]
#![expect(clippy::print_stderr, reason = "says why there is none")]

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use comfy_table::{CellAlignment, Table, presets};
use journeyman_benches::{Baseline, Comparison, Measured};

/// Calibrations that differ by more than this: the machine was busy for a while, and ratios say little.
const DRIFT_MAX: f64 = 1.1;

/// Compares the last run of `cargo bench --bench kernels` with the committed baseline.
#[derive(Parser)]
struct Arguments {
    /// Write the run to the baseline in place of comparing it, with these words about the machine and its load.
    #[arg(long, value_name = "WORDS")]
    write: Option<String>,
    /// The baseline.
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/baseline.json"))]
    file: PathBuf,
    /// Criterion's folder. Without it, that of the build folder of this program.
    #[arg(long, value_name = "FOLDER")]
    criterion: Option<PathBuf>,
    /// A ratio may be so many times the committed one, 1 to 10. Without it, what the baseline says.
    #[arg(long, value_name = "FACTOR", value_parser = factor)]
    tolerance: Option<f64>,
}

/// Where a baseline is written for the first time.
const TOLERANCE: f64 = 1.3;

fn main() -> ExitCode {
    run(&Arguments::parse()).unwrap_or_else(|error| {
        eprintln!("baseline: {error}");
        ExitCode::from(2)
    })
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let folder = match &arguments.criterion {
        Some(folder) => folder.clone(),
        // <target>/release/baseline
        None => std::env::current_exe()?
            .ancestors()
            .nth(2)
            .ok_or("programs lie below the target")?
            .join("criterion"),
    };
    let run = Measured::read(&folder)?;
    let drift = run.drift();
    if drift > DRIFT_MAX {
        println!(
            "the machine's speed changed by a factor of {drift:.2} meanwhile: run it again when it is quiet"
        );
    }
    if let Some(words) = &arguments.write {
        let before = read(&arguments.file).ok();
        let kept = before.map_or(TOLERANCE, |before| before.tolerance);
        let baseline = Baseline {
            measured: words.clone(),
            tolerance: arguments.tolerance.unwrap_or(kept),
            ratios: run.ratios().into_iter().map(|(name, ratio)| (name, rounded(ratio))).collect(),
        };
        fs::write(&arguments.file, serde_json::to_string_pretty(&baseline)? + "\n")?;
        println!("{} is written", arguments.file.display());
        return Ok(ExitCode::SUCCESS);
    }
    let baseline = read(&arguments.file)?;
    let tolerance = arguments.tolerance.unwrap_or(baseline.tolerance);
    let compared = baseline.compare(&run);
    println!(
        "ratios to the calibration, {:.1} µs now; baseline: {}",
        run.calibration() / 1e3,
        baseline.measured
    );
    tell(&compared, &run, tolerance);
    let complaints = compared.iter().filter(|one| one.complaint(tolerance).is_some()).count();
    println!(
        "{complaints} of {} kernels beyond {tolerance} times their baseline, or unknown to it",
        compared.len()
    );
    Ok(if complaints == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(file: &PathBuf) -> Result<Baseline, Box<dyn Error>> {
    let text = fs::read_to_string(file);
    let text = text.map_err(|error| format!("{}: {error}; --write makes one", file.display()))?;
    Ok(serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?)
}

fn tell(compared: &[Comparison], run: &Measured, tolerance: f64) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["kernel", "µs", "was", "is", "is / was", ""]);
    for one in compared {
        let time = run.times.iter().find(|(name, _)| *name == one.kernel);
        let number =
            |number: Option<f64>| number.map_or_else(|| "-".to_owned(), |number| format!("{number:.4}"));
        table.add_row([
            one.kernel.clone(),
            time.map_or_else(|| "-".to_owned(), |(_, time)| format!("{:.1}", time / 1e3)),
            number(one.was),
            number(one.is),
            one.change().map_or_else(|| "-".to_owned(), |change| format!("{change:.2}")),
            one.complaint(tolerance).unwrap_or_default().to_owned(),
        ]);
    }
    for column in 1..5 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for line in table.lines() {
        println!("{}", line.trim_end());
    }
}

/// Four significant digits.
fn rounded(ratio: f64) -> f64 {
    format!("{ratio:.3e}").parse().unwrap_or(ratio)
}

fn factor(text: &str) -> Result<f64, String> {
    let factor: f64 = text.parse().map_err(|_| "a number is needed".to_owned())?;
    if (1.0..=10.0).contains(&factor) {
        Ok(factor)
    } else {
        Err("a factor from 1 to 10 is needed".to_owned())
    }
}
