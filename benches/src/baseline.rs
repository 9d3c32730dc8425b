//! Times of the bench `kernels` as ratios to its calibration, and the ratios that are committed: a kernel that became
//! slower shows on a machine of any speed. Criterion measures; this reads what it wrote.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The calibration is timed before, between and after the kernels: a machine that was busy for a while shows.
pub const CALIBRATIONS: [&str; 3] = ["calibration 1", "calibration 2", "calibration 3"];

/// The kernels, in the order in which they are timed.
pub const KERNELS: [&str; 8] = [
    "segment merge",
    "insertion scan",
    "ruin and recreate, 256 steps",
    "pricing, first round",
    "master re-solve with its closing pass, 10x40",
    "trivial bound",
    "wire to problem",
    "checker",
];

/// What is committed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Where, when and under which load it was measured.
    pub measured: String,
    /// A ratio may be so many times the committed one.
    pub tolerance: f64,
    /// By kernel: its time divided by that of the calibration.
    pub ratios: BTreeMap<String, f64>,
}

/// One run of the bench.
#[derive(Clone, PartialEq, Debug)]
pub struct Measured {
    /// Times of the calibration in nanoseconds.
    pub calibrations: [f64; 3],
    /// By kernel, in its order: nanoseconds of its quickest sample. What else the machine does only makes it slower, on a
    /// machine of two shared cores by half and more, so that medians of two runs say little.
    pub times: Vec<(&'static str, f64)>,
}

/// One kernel against the baseline.
#[derive(Clone, PartialEq, Debug)]
pub struct Comparison {
    /// The kernel.
    pub kernel: String,
    /// Its committed ratio; none: it is new.
    pub was: Option<f64>,
    /// Its ratio now; none: it is gone.
    pub is: Option<f64>,
}

/// Why there is nothing to compare.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// A file is not there or does not read.
    #[error("{}: {error}; run the bench first: cargo bench --workspace --bench kernels", path.display())]
    NotMeasured {
        /// Where it should be.
        path: PathBuf,
        /// What is wrong with it.
        error: String,
    },
}

/// As far as criterion's file is read: of each sample how many runs it had and how many nanoseconds they took.
#[derive(Deserialize)]
struct Samples {
    iters: Vec<f64>,
    times: Vec<f64>,
}

impl Measured {
    /// Reads what criterion has left in its folder, most often `<target>/criterion`.
    ///
    /// # Errors
    /// The first file that is missing or does not read.
    pub fn read(criterion: &Path) -> Result<Self, BaselineError> {
        let time = |name: &str| quickest(&criterion.join(name).join("new").join("sample.json"));
        let [first, second, third] = CALIBRATIONS;
        let calibrations = [time(first)?, time(second)?, time(third)?];
        let times: Result<Vec<_>, _> = KERNELS.iter().map(|&name| Ok((name, time(name)?))).collect();
        Ok(Self { calibrations, times: times? })
    }

    /// The median of the calibration's three times, in nanoseconds.
    pub fn calibration(&self) -> f64 {
        let mut sorted = self.calibrations;
        sorted.sort_by(f64::total_cmp);
        sorted[1]
    }

    /// How much the machine's speed changed meanwhile: the slowest calibration divided by the quickest.
    pub fn drift(&self) -> f64 {
        let most = self.calibrations.iter().copied().fold(f64::MIN, f64::max);
        most / self.calibrations.iter().copied().fold(f64::MAX, f64::min)
    }

    /// By kernel: its time divided by that of the calibration.
    pub fn ratios(&self) -> BTreeMap<String, f64> {
        let calibration = self.calibration();
        self.times.iter().map(|&(name, time)| (name.to_owned(), time / calibration)).collect()
    }
}

impl Baseline {
    /// Every kernel of either side, those of the run first and in their order.
    pub fn compare(&self, run: &Measured) -> Vec<Comparison> {
        let ratios = run.ratios();
        let of_run = run.times.iter().map(|&(name, _)| Comparison {
            kernel: name.to_owned(),
            was: self.ratios.get(name).copied(),
            is: ratios.get(name).copied(),
        });
        let gone = self.ratios.iter().filter(|(name, _)| !ratios.contains_key(*name));
        let gone = gone.map(|(name, &was)| Comparison { kernel: name.clone(), was: Some(was), is: None });
        of_run.chain(gone).collect()
    }
}

impl Comparison {
    /// The ratio now divided by the committed one; none where there is only one of them.
    pub fn change(&self) -> Option<f64> {
        Some(self.is? / self.was?)
    }

    /// Why it does not pass; none where it does.
    pub fn complaint(&self, tolerance: f64) -> Option<&'static str> {
        match (self.was, self.is) {
            (None, _) => Some("not in the baseline: --write"),
            (_, None) => Some("not measured any more: --write"),
            _ => self.change().filter(|&change| change > tolerance).map(|_| "slower"),
        }
    }
}

fn quickest(path: &Path) -> Result<f64, BaselineError> {
    let refused = |error: String| BaselineError::NotMeasured { path: path.to_owned(), error };
    let text = fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    let Samples { iters, times } = serde_json::from_str(&text).map_err(|error| refused(error.to_string()))?;
    let quickest = times.iter().zip(&iters).map(|(time, runs)| time / runs).fold(f64::INFINITY, f64::min);
    if quickest > 0.0 && quickest.is_finite() {
        Ok(quickest)
    } else {
        Err(refused(format!("a quickest sample of {quickest} ns")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(factor: f64) -> Measured {
        let times = KERNELS.iter().zip(1..).map(|(&name, at)| (name, factor * 1_000.0 * f64::from(at)));
        Measured { calibrations: [factor * 99.0, factor * 100.0, factor * 130.0], times: times.collect() }
    }

    fn baseline(tolerance: f64) -> Baseline {
        Baseline { measured: String::new(), tolerance, ratios: run(1.0).ratios() }
    }

    fn complaints(baseline: &Baseline, run: &Measured) -> Vec<(String, &'static str)> {
        let compared = baseline.compare(run).into_iter();
        let found = |one: Comparison| Some((one.kernel.clone(), one.complaint(baseline.tolerance)?));
        compared.filter_map(found).collect()
    }

    #[test]
    fn a_machine_of_half_the_speed_has_the_same_ratios() {
        let baseline = baseline(1.05);
        assert_eq!(complaints(&baseline, &run(2.0)), Vec::new());
        let changes: Vec<f64> = baseline.compare(&run(2.0)).iter().map(|one| one.change().unwrap()).collect();
        assert!(changes.iter().all(|change| (change - 1.0).abs() < 1e-9), "{changes:?}");
    }

    #[test]
    fn a_kernel_beyond_the_tolerance_is_named_and_one_within_it_is_not() {
        let mut run = run(1.0);
        run.times[2].1 *= 1.31;
        run.times[3].1 *= 1.29;
        assert_eq!(complaints(&baseline(1.3), &run), [(KERNELS[2].to_owned(), "slower")]);
    }

    #[test]
    fn kernels_that_only_one_side_knows_do_not_pass() {
        let mut baseline = baseline(1.3);
        let ratio = baseline.ratios.remove(KERNELS[0]).unwrap();
        baseline.ratios.insert("former".to_owned(), ratio);
        let found = complaints(&baseline, &run(1.0));
        let names: Vec<&str> = found.iter().map(|(kernel, _)| kernel.as_str()).collect();
        assert_eq!(names, [KERNELS[0], "former"]);
    }

    #[test]
    fn drift_is_that_of_the_calibration() {
        assert!((run(1.0).drift() - 130.0 / 99.0).abs() < 1e-9);
        assert!((run(3.0).calibration() - 300.0).abs() < 1e-9);
    }

    #[test]
    fn what_criterion_wrote_is_read_and_what_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let names = CALIBRATIONS.iter().chain(&KERNELS);
        for (name, at) in names.zip(1..) {
            let new = folder.path().join(name).join("new");
            fs::create_dir_all(&new).unwrap();
            let (first, second) = (1.5 * f64::from(at), 2.0 * f64::from(at));
            let text = format!(
                r#"{{"sampling_mode": "Linear", "iters": [1.0, 2.0], "times": [{first}, {second}]}}"#
            );
            fs::write(new.join("sample.json"), text).unwrap();
        }
        let read = Measured::read(folder.path()).unwrap();
        assert_eq!(read.calibrations, [1.0, 2.0, 3.0]);
        assert_eq!(read.times.first(), Some(&(KERNELS[0], 4.0)));
        fs::remove_dir_all(folder.path().join(KERNELS[7])).unwrap();
        let error = Measured::read(folder.path()).unwrap_err().to_string();
        assert!(error.contains(KERNELS[7]) && error.contains("--bench kernels"), "{error}");
    }
}
