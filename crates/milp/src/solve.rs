//! Solves the master problem with HiGHS: rows by good_lp, options and start by `highs`, statuses mapped one by one.

use std::num::NonZeroU32;

use good_lp::solvers::highs::highs as highs_backend;
use good_lp::{Expression, ProblemVariables, SolverModel, Variable, constraint, variable};
use highs::{HighsModelStatus, HighsSolutionStatus, Model, SolvedModel};

use crate::deadline::Deadline;
use crate::highs_ffi::Interrupt;
use crate::set_partition::{Form, SetPartition};
use crate::tolerance::{FRACTION_MAX, OBJECTIVE_COEFFICIENT_MAX};
use crate::worker::StopFlag;

/// What the solver chose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Choice {
    /// Positions of the columns.
    pub(crate) chosen: Vec<usize>,
    /// Whether HiGHS calls it optimal, within its own tolerances.
    pub(crate) closed: bool,
}

/// Why the solver gave no choice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SolverTrouble {
    /// HiGHS did not take the model, an option or the callback.
    #[error("HiGHS refused the {0}")]
    Refused(&'static str),
    /// The rows admit nothing, although the start keeps them.
    #[error("HiGHS calls the model infeasible")]
    Infeasible,
    /// The objective has no end, although no coefficient is negative.
    #[error("HiGHS calls the model unbounded")]
    Unbounded,
    /// Out of memory.
    #[error("HiGHS ran out of memory")]
    OutOfMemory,
    /// Stopped before it had any solution, and there was no start.
    #[error("HiGHS stopped without a solution")]
    NoSolution,
    /// An internal error.
    #[error("HiGHS failed: {0}")]
    Broken(&'static str),
    /// A binary variable came back between 0 and 1.
    #[error("HiGHS returned a fractional column")]
    Fractional,
    /// The choice breaks a row when counted in integers.
    #[error("HiGHS returned a choice that breaks a row")]
    RowBroken,
}

/// What is minimised in one run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Tier {
    /// The number of mandatory visits left unserved.
    Mandatory,
    /// Money, with at most this many mandatory visits unserved.
    Money { ceiling: u32 },
}

/// Both tiers, one after the other. Returns the start, if there is one, where nothing better is found.
///
/// The first pass runs only while the start leaves more mandatory visits unserved than proved necessary.
pub(crate) fn by_tiers(
    set: &SetPartition,
    form: Form,
    deadline: Deadline,
    stop: &StopFlag,
) -> Result<Choice, SolverTrouble> {
    let mut start = set.start.clone();
    let mut closed = true;
    let unserved = |chosen: &Vec<usize>| set.mandatory_unserved(chosen);
    if start.as_ref().is_none_or(|start| unserved(start) > set.mandatory_floor) {
        let fewest = run(set, form, Tier::Mandatory, start.as_deref(), (deadline, stop))?;
        closed = fewest.closed;
        if start.as_ref().is_none_or(|start| unserved(&fewest.chosen) < unserved(start)) {
            start = Some(fewest.chosen);
        }
    }
    let start = start.expect("given, or found by the first pass");
    if deadline.has_passed() {
        return Ok(Choice { chosen: start, closed: false });
    }
    let money = Tier::Money { ceiling: unserved(&start) };
    let cheapest = run(set, form, money, Some(&start), (deadline, stop))?;
    Ok(Choice { closed: closed && cheapest.closed, ..cheapest })
}

fn run(
    set: &SetPartition,
    form: Form,
    tier: Tier,
    start: Option<&[usize]>,
    (deadline, stop): (Deadline, &StopFlag),
) -> Result<Choice, SolverTrouble> {
    let mut model = build(set, form, tier)?;
    let time_limit = deadline.remaining().as_secs_f64().min(1e9);
    set_options(&mut model, time_limit)?;
    if let Some(start) = start {
        // A start that HiGHS does not like is a slower run, not a failed one.
        let _ = model.try_set_solution(Some(&start_values(set, start)), None, None, None);
    }
    // Declared before what HiGHS returns, so dropped after it.
    let _interrupt = Interrupt::install(&mut model, stop).ok_or(SolverTrouble::Refused("interrupt"))?;
    let solved = model.try_solve().map_err(|_| SolverTrouble::Broken("run"))?;
    match (read(set, form, &solved)?, start) {
        (Some(choice), _) => Ok(choice),
        (None, Some(start)) => Ok(Choice { chosen: start.to_vec(), closed: false }),
        (None, None) => Err(SolverTrouble::NoSolution),
    }
}

/// Variables in the order columns, visits; rows in the order of [`SetPartition`].
fn build(set: &SetPartition, form: Form, tier: Tier) -> Result<Model, SolverTrouble> {
    let mut variables = ProblemVariables::new();
    let chosen: Vec<Variable> = set.columns.iter().map(|_| variables.add(variable().binary())).collect();
    let unserved: Vec<Variable> =
        set.visits.iter().map(|_| variables.add(variable().min(0.0).max(1.0))).collect();
    let mandatory = || set.visits.iter().zip(&unserved).filter(|(row, _)| row.mandatory).map(|(_, &u)| u);
    let mut objective = Expression::with_capacity(set.columns.len() + set.visits.len());
    match tier {
        Tier::Mandatory => mandatory().for_each(|u| objective.add_mul(1.0, u)),
        Tier::Money { .. } => {
            let unit = objective_unit(set);
            for (column, &x) in set.columns.iter().zip(&chosen) {
                objective.add_mul(in_units(column.cost.micros(), unit), x);
            }
            for (row, &u) in set.visits.iter().zip(&unserved) {
                objective.add_mul(in_units(row.penalty.micros(), unit), u);
            }
        }
    }
    let sum = |columns: &[usize]| -> Expression { columns.iter().map(|&at| chosen[at]).sum() };
    let mut problem = variables.minimise(objective).using(highs_backend);
    for (row, &u) in set.visits.iter().zip(&unserved) {
        let served = sum(&row.served_by) + u;
        problem.add_constraint(match form {
            Form::Cover => constraint!(served >= 1),
            Form::Partition => constraint!(served == 1),
        });
    }
    for row in &set.shifts {
        let used = sum(&row.columns);
        let most = f64::from(u32::try_from(row.most).expect("shifts are limited far below 2^32"));
        problem.add_constraint(if row.begun { constraint!(used == most) } else { constraint!(used <= most) });
    }
    for row in &set.stocks {
        let taken: Expression =
            row.takes.iter().map(|&(at, quantity)| f64::from(quantity) * chosen[at]).sum();
        problem.add_constraint(constraint!(taken <= f64::from(row.most)));
    }
    if mandatory().next().is_some() {
        let missed: Expression = mandatory().sum();
        problem.add_constraint(constraint!(missed.clone() >= f64::from(set.mandatory_floor)));
        if let Tier::Money { ceiling } = tier {
            problem.add_constraint(constraint!(missed <= f64::from(ceiling)));
        }
    }
    problem.try_into_inner().map_err(|_| SolverTrouble::Refused("model"))
}

/// Micro-dollars per unit of the objective: a power of two, so that scaling rounds nothing.
fn objective_unit(set: &SetPartition) -> f64 {
    let costs = set.columns.iter().map(|column| column.cost).chain(set.visits.iter().map(|row| row.penalty));
    let largest = costs.map(|cost| in_units(cost.micros().abs(), 1.0)).fold(1.0, f64::max);
    (largest / OBJECTIVE_COEFFICIENT_MAX).log2().ceil().exp2()
}

#[expect(clippy::cast_precision_loss, reason = "the LP border: costs far below 2^53 micro-dollars")]
fn in_units(micros: i64, unit: f64) -> f64 {
    micros as f64 / unit
}

/// good_lp drops options on the way to [`Model`], so they are set here.
fn set_options(model: &mut Model, time_limit: f64) -> Result<(), SolverTrouble> {
    model.set_threads(NonZeroU32::MIN);
    let refused = |_| SolverTrouble::Refused("option");
    model.try_set_option("parallel", "off").map_err(refused)?;
    model.try_set_option("random_seed", 0).map_err(refused)?;
    model.try_set_option("time_limit", time_limit).map_err(refused)?;
    // Small models only: they are closed, not nearly closed.
    model.try_set_option("mip_rel_gap", 0.0).map_err(refused)?;
    model.try_set_option("mip_abs_gap", 0.0).map_err(refused)
}

fn start_values(set: &SetPartition, start: &[usize]) -> Vec<f64> {
    let picked = set.mask(start);
    let served = |row: &crate::set_partition::VisitRow| row.served_by.iter().any(|&at| picked[at]);
    let values = picked.iter().map(|&picked| f64::from(u8::from(picked)));
    values.chain(set.visits.iter().map(|row| f64::from(u8::from(!served(row))))).collect()
}

fn read(set: &SetPartition, form: Form, solved: &SolvedModel) -> Result<Option<Choice>, SolverTrouble> {
    let closed = is_closed(solved.status())?;
    if solved.primal_solution_status() != HighsSolutionStatus::Feasible {
        return if closed { Err(SolverTrouble::Broken("optimal without a solution")) } else { Ok(None) };
    }
    let solution = solved.get_solution();
    let values = &solution.columns()[..set.columns.len()];
    // Written so that NaN fails too.
    if !values.iter().all(|value| (value - value.round()).abs() <= FRACTION_MAX) {
        return Err(SolverTrouble::Fractional);
    }
    let chosen: Vec<usize> = (0..values.len()).filter(|&at| values[at] > 0.5).collect();
    if !set.admits(&chosen, form) {
        return Err(SolverTrouble::RowBroken);
    }
    Ok(Some(Choice { chosen, closed }))
}

/// Whether HiGHS says that it is done (true) or was stopped, perhaps with a solution (false).
fn is_closed(status: HighsModelStatus) -> Result<bool, SolverTrouble> {
    match status {
        HighsModelStatus::Optimal => Ok(true),
        HighsModelStatus::ReachedTimeLimit
        | HighsModelStatus::ReachedInterrupt
        | HighsModelStatus::ReachedIterationLimit
        | HighsModelStatus::ReachedSolutionLimit
        | HighsModelStatus::ObjectiveBound
        | HighsModelStatus::ObjectiveTarget => Ok(false),
        HighsModelStatus::Infeasible | HighsModelStatus::UnboundedOrInfeasible => {
            Err(SolverTrouble::Infeasible)
        }
        HighsModelStatus::Unbounded => Err(SolverTrouble::Unbounded),
        HighsModelStatus::ReachedMemoryLimit => Err(SolverTrouble::OutOfMemory),
        HighsModelStatus::NotSet => Err(SolverTrouble::Broken("not set")),
        HighsModelStatus::LoadError => Err(SolverTrouble::Broken("load")),
        HighsModelStatus::ModelError => Err(SolverTrouble::Broken("model")),
        HighsModelStatus::PresolveError => Err(SolverTrouble::Broken("presolve")),
        HighsModelStatus::SolveError => Err(SolverTrouble::Broken("solve")),
        HighsModelStatus::PostsolveError => Err(SolverTrouble::Broken("postsolve")),
        HighsModelStatus::ModelEmpty => Err(SolverTrouble::Broken("empty")),
        HighsModelStatus::Unknown => Err(SolverTrouble::Broken("unknown")),
        // The enum may grow; what is not known is not trusted.
        _ => Err(SolverTrouble::Broken("a status of a later version")),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use journeyman_domain::{Cost, Score};
    use journeyman_testkit::cases;
    use rand::{Rng, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    use super::*;
    use crate::contended::StockRow;
    use crate::set_partition::{SetColumn, ShiftRow, VisitRow};

    fn ample() -> Deadline {
        Deadline::after(Duration::from_secs(600))
    }

    /// Random rows; shift 0 may have begun, and some stocks are short.
    fn random_set(seed: u64, columns: usize, visits: usize) -> SetPartition {
        let mut draw = Pcg64Mcg::seed_from_u64(seed);
        let shifts = (columns / 4).max(1);
        let mut set = SetPartition {
            columns: Vec::new(),
            visits: (0..visits)
                .map(|_| VisitRow {
                    penalty: Cost::from_micros(draw.random_range(0..5_000_000)),
                    mandatory: draw.random_ratio(1, 5),
                    served_by: Vec::new(),
                })
                .collect(),
            shifts: vec![ShiftRow { columns: Vec::new(), most: 1, begun: false }; shifts],
            stocks: vec![StockRow { takes: Vec::new(), most: draw.random_range(0..4) }; 1],
            mandatory_floor: 0,
            start: Some(Vec::new()),
        };
        for row in set.visits.iter_mut().filter(|row| row.mandatory) {
            row.penalty = Cost::ZERO;
        }
        for at in 0..columns {
            let serves: Vec<usize> = (0..visits).filter(|_| draw.random_ratio(1, 4)).collect();
            serves.iter().for_each(|&row| set.visits[row].served_by.push(at));
            set.columns.push(SetColumn { cost: Cost::from_micros(draw.random_range(0..9_000_000)), serves });
            set.shifts[at % shifts].columns.push(at);
            if draw.random_ratio(1, 3) {
                set.stocks[0].takes.push((at, draw.random_range(1..3)));
            }
        }
        if draw.random_ratio(1, 3) {
            set.shifts[0].begun = true;
            set.start = None;
        }
        set
    }

    fn score(set: &SetPartition, chosen: &[usize]) -> Score {
        Score { mandatory_unserved: set.mandatory_unserved(chosen), cost: set.cost(chosen) }
    }

    /// The best of all subsets of columns.
    fn by_enumeration(set: &SetPartition, form: Form) -> Option<Score> {
        let subsets = (0_u32..1 << set.columns.len())
            .map(|bits| (0..set.columns.len()).filter(|at| bits >> at & 1 == 1).collect::<Vec<_>>());
        subsets.filter(|chosen| set.admits(chosen, form)).map(|chosen| score(set, &chosen)).min()
    }

    #[test]
    fn both_forms_find_the_best_of_all_subsets() {
        for seed in 0..cases(200) as u64 {
            let set = random_set(seed, 10, 6);
            for form in [Form::Cover, Form::Partition] {
                let choice = by_tiers(&set, form, ample(), &StopFlag::default());
                let found = choice.as_ref().map(|choice| score(&set, &choice.chosen)).ok();
                assert_eq!(found, by_enumeration(&set, form), "seed {seed}, {form:?}: {choice:?}");
                assert!(choice.is_ok_and(|choice| choice.closed) || found.is_none());
            }
        }
    }

    #[test]
    fn rows_that_admit_nothing_are_infeasible() {
        let mut set = random_set(1, 8, 4);
        set.start = None;
        set.shifts[0].begun = true;
        set.stocks =
            vec![StockRow { takes: set.shifts[0].columns.iter().map(|&at| (at, 1)).collect(), most: 0 }];
        let choice = by_tiers(&set, Form::Cover, ample(), &StopFlag::default());
        assert_eq!(choice, Err(SolverTrouble::Infeasible));
    }

    #[test]
    fn a_start_that_cannot_be_improved_in_no_time_is_returned_open() {
        let mut set = random_set(2, 12, 6);
        (set.start, set.mandatory_floor) = (Some(Vec::new()), 6);
        set.shifts[0].begun = false;
        let choice = by_tiers(&set, Form::Cover, Deadline::after(Duration::ZERO), &StopFlag::default());
        assert_eq!(choice, Ok(Choice { chosen: Vec::new(), closed: false }));
    }

    #[test]
    fn a_raised_flag_stops_the_solver() {
        // Hard enough to take seconds.
        let mut set = random_set(3, 240, 40);
        set.stocks.clear();
        set.shifts[0].begun = false;
        set.visits.iter_mut().for_each(|row| row.mandatory = false);
        set.start = Some(Vec::new());
        let stop = StopFlag::default();
        stop.raise();
        let choice = by_tiers(&set, Form::Partition, ample(), &stop);
        assert!(choice.is_ok_and(|choice| !choice.closed), "it ran to the end");
    }

    #[test]
    fn only_one_status_means_done() {
        let closed = |status| is_closed(status);
        assert_eq!(closed(HighsModelStatus::Optimal), Ok(true));
        for stopped in [
            HighsModelStatus::ReachedTimeLimit,
            HighsModelStatus::ReachedInterrupt,
            HighsModelStatus::ReachedIterationLimit,
            HighsModelStatus::ReachedSolutionLimit,
            HighsModelStatus::ObjectiveBound,
            HighsModelStatus::ObjectiveTarget,
        ] {
            assert_eq!(closed(stopped), Ok(false), "{stopped:?}");
        }
        // Not known to be infeasible, yet the start keeps every row: nothing to believe here either.
        assert_eq!(closed(HighsModelStatus::UnboundedOrInfeasible), Err(SolverTrouble::Infeasible));
        assert_eq!(closed(HighsModelStatus::Unbounded), Err(SolverTrouble::Unbounded));
        assert_eq!(closed(HighsModelStatus::ReachedMemoryLimit), Err(SolverTrouble::OutOfMemory));
        for broken in [
            HighsModelStatus::NotSet,
            HighsModelStatus::LoadError,
            HighsModelStatus::ModelError,
            HighsModelStatus::PresolveError,
            HighsModelStatus::SolveError,
            HighsModelStatus::PostsolveError,
            HighsModelStatus::ModelEmpty,
            HighsModelStatus::Unknown,
        ] {
            assert!(matches!(closed(broken), Err(SolverTrouble::Broken(_))), "{broken:?}");
        }
    }
}
