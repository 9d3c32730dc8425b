//! Random edits against the same program from scratch, and the life of a program that is stopped.

use std::time::Duration;

use journeyman_testkit::cases;
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::*;

static NO_STOP: AtomicBool = AtomicBool::new(false);

/// The program as plain data, edited beside the real one.
#[derive(Clone, Default)]
struct Twin {
    rows: Vec<RowBounds>,
    columns: Vec<TwinColumn>,
}

#[derive(Clone)]
struct TwinColumn {
    cost: f64,
    lower: f64,
    upper: f64,
    entries: Vec<(u32, f64)>,
}

impl TwinColumn {
    fn as_new(&self) -> NewColumn<'_> {
        NewColumn { cost: self.cost, lower: self.lower, upper: self.upper, entries: &self.entries }
    }
}

fn at_least(lower: f64) -> RowBounds {
    RowBounds { lower, upper: f64::INFINITY }
}

fn at_most(upper: f64) -> RowBounds {
    RowBounds { lower: f64::NEG_INFINITY, upper }
}

impl Twin {
    /// Visits to cover, each with a column that leaves it unserved, and shifts to use once.
    fn covering(draw: &mut Pcg64Mcg, visits: u32, shifts: u32) -> Self {
        let rows = (0..visits).map(|_| at_least(1.0)).chain((0..shifts).map(|_| at_most(1.0))).collect();
        let mut unserved = |visit: u32| TwinColumn {
            cost: f64::from(draw.random_range(50..500)),
            lower: 0.0,
            upper: 1.0,
            entries: vec![(visit, 1.0)],
        };
        Self { rows, columns: (0..visits).map(&mut unserved).collect() }
    }

    fn route(draw: &mut Pcg64Mcg, visits: u32, shifts: u32) -> TwinColumn {
        let served = (0..visits).filter(|_| draw.random_ratio(1, 4)).map(|visit| (visit, 1.0));
        let mut entries: Vec<(u32, f64)> = served.collect();
        let cost = f64::from(draw.random_range(10..60) * u32::try_from(entries.len() + 1).unwrap());
        entries.push((visits + draw.random_range(0..shifts), 1.0));
        TwinColumn { cost, lower: 0.0, upper: f64::INFINITY, entries }
    }

    fn routes(draw: &mut Pcg64Mcg, many: usize, (visits, shifts): (u32, u32)) -> Vec<TwinColumn> {
        (0..many).map(|_| Self::route(draw, visits, shifts)).collect()
    }

    /// Rows such as cuts, over columns that are there.
    fn add_row(&mut self, bounds: RowBounds, entries: &[(u32, f64)]) {
        let row = u32::try_from(self.rows.len()).unwrap();
        self.rows.push(bounds);
        entries.iter().for_each(|&(column, value)| self.columns[column as usize].entries.push((row, value)));
    }

    fn delete_rows(&mut self, gone: &[bool]) {
        let mut next = 0;
        let moved: Vec<Option<u32>> = gone.iter().map(|&gone| (!gone).then(|| (next, next += 1).0)).collect();
        for column in &mut self.columns {
            let kept = |(row, value): &(u32, f64)| Some((moved[*row as usize]?, *value));
            column.entries = column.entries.iter().filter_map(kept).collect();
        }
        let mut gone = gone.iter();
        self.rows.retain(|_| !gone.next().unwrap());
    }

    fn build(&self) -> LinearProgram {
        let mut program = LinearProgram::new(&self.rows).unwrap();
        let columns: Vec<NewColumn<'_>> = self.columns.iter().map(TwinColumn::as_new).collect();
        program.add_columns(&columns).unwrap();
        program
    }

    /// Asserts what makes a solution optimal: both sides feasible, and of one value.
    fn assert_optimal(&self, program: &LinearProgram, objective: f64) {
        let (x, duals, reduced) = (program.primal(), program.duals(), program.reduced_costs());
        assert_eq!((x.len(), reduced.len()), (self.columns.len(), self.columns.len()));
        assert_eq!(duals.len(), self.rows.len());
        let mut rows = vec![0.0; self.rows.len()];
        let (mut primal, mut dual) = (0.0, 0.0);
        let at_bound = |price: f64, lower: f64, upper: f64| {
            let bound = if price > 0.0 { lower } else { upper };
            if price.abs() <= 1e-9 { 0.0 } else { price * bound }
        };
        for ((column, &x), &reduced) in self.columns.iter().zip(x).zip(reduced) {
            assert!(column.lower - 1e-6 <= x && x <= column.upper + 1e-6, "{x}");
            let priced: f64 = column.entries.iter().map(|&(row, value)| duals[row as usize] * value).sum();
            assert!((column.cost - priced - reduced).abs() <= 1e-6, "{priced} {reduced}");
            column.entries.iter().for_each(|&(row, value)| rows[row as usize] += value * x);
            primal += column.cost * x;
            dual += at_bound(reduced, column.lower, column.upper);
        }
        for ((bounds, value), &dual_of_row) in self.rows.iter().zip(rows).zip(duals) {
            assert!(bounds.lower - 1e-6 <= value && value <= bounds.upper + 1e-6, "{value}");
            dual += at_bound(dual_of_row, bounds.lower, bounds.upper);
        }
        let scale = 1.0 + objective.abs();
        assert!((primal - objective).abs() <= 1e-6 * scale, "{primal} {objective}");
        assert!((dual - objective).abs() <= 1e-6 * scale, "{dual} {objective}");
    }
}

fn solve(program: &mut LinearProgram) -> Solved {
    program.solve(Deadline::never(), &NO_STOP).unwrap()
}

fn optimum(program: &mut LinearProgram) -> f64 {
    let solved = solve(program);
    let Solved::Optimal { objective } = solved else { panic!("{solved:?}") };
    objective
}

/// One edit of each program, the same.
fn edit(draw: &mut Pcg64Mcg, program: &mut LinearProgram, twin: &mut Twin, size: (u32, u32)) {
    let columns = u32::try_from(twin.columns.len()).unwrap();
    match draw.random_range(0..7) {
        0 | 1 => {
            let new = Twin::routes(draw, 4, size);
            let news: Vec<NewColumn<'_>> = new.iter().map(TwinColumn::as_new).collect();
            program.add_columns(&news).unwrap();
            twin.columns.extend(new);
        }
        2 => {
            // Any of the routes, basic or not; the columns of unserved visits stay.
            let gone: Vec<bool> = (0..columns).map(|at| at >= size.0 && draw.random_ratio(1, 5)).collect();
            program.delete_columns(&gone).unwrap();
            let mut gone = gone.iter();
            twin.columns.retain(|_| !gone.next().unwrap());
        }
        3 => {
            let over: Vec<(u32, f64)> =
                (size.0..columns).filter(|_| draw.random_ratio(1, 3)).map(|at| (at, 1.0)).collect();
            let bounds = at_most(f64::from(draw.random_range(1..3)));
            program.add_rows(&[NewRow { bounds, entries: &over }]).unwrap();
            twin.add_row(bounds, &over);
        }
        4 => {
            // Any of the rows added since.
            let first = (size.0 + size.1) as usize;
            let gone: Vec<bool> =
                (0..twin.rows.len()).map(|at| at >= first && draw.random_ratio(1, 2)).collect();
            program.delete_rows(&gone).unwrap();
            twin.delete_rows(&gone);
        }
        5 => {
            let (at, upper) = (draw.random_range(size.0..columns.max(size.0 + 1)), draw.random_range(0..2));
            if let Some(column) = twin.columns.get_mut(at as usize) {
                column.upper = f64::from(upper);
                column.cost += 3.0;
                program.set_column_bounds(&[(at, 0.0, column.upper)]).unwrap();
                program.set_column_costs(&[(at, column.cost)]).unwrap();
            }
        }
        _ => {
            let row = draw.random_range(0..size.0);
            let bounds = at_least(f64::from(draw.random_range(0..2)));
            program.set_row_bounds(&[(row, bounds)]).unwrap();
            twin.rows[row as usize] = bounds;
        }
    }
}

/// A program after some edits, solved after each; the duals seen on the way.
fn edited(seed: u64, check: impl Fn(&Twin, &LinearProgram, f64)) -> Vec<u64> {
    let mut draw = Pcg64Mcg::seed_from_u64(seed);
    let size = (draw.random_range(2..20), draw.random_range(1..6));
    let mut twin = Twin::covering(&mut draw, size.0, size.1);
    let first = Twin::routes(&mut draw, 20, size);
    twin.columns.extend(first);
    let mut program = twin.build();
    let mut seen = Vec::new();
    for _ in 0..12 {
        edit(&mut draw, &mut program, &mut twin, size);
        if draw.random_ratio(1, 4) {
            continue;
        }
        let objective = optimum(&mut program);
        check(&twin, &program, objective);
        seen.extend(program.duals().iter().map(|dual| dual.to_bits()));
    }
    seen
}

#[test]
fn warm_answers_equal_those_from_scratch_and_prove_themselves() {
    for seed in 0..cases(200) as u64 {
        edited(seed, |twin, program, objective| {
            twin.assert_optimal(program, objective);
            let fresh = optimum(&mut twin.build());
            let close = (objective - fresh).abs() <= 1e-6 * (1.0 + fresh.abs());
            assert!(close, "seed {seed}: {objective} warm, {fresh} fresh");
        });
    }
}

#[test]
fn the_same_edits_give_the_same_bits() {
    for seed in 0..cases(20) as u64 {
        assert_eq!(edited(seed, |_, _, _| ()), edited(seed, |_, _, _| ()), "seed {seed}");
    }
}

#[test]
fn a_basis_spares_iterations_in_another_program() {
    let mut draw = Pcg64Mcg::seed_from_u64(7);
    let size = (40, 8);
    let mut twin = Twin::covering(&mut draw, size.0, size.1);
    twin.columns.extend(Twin::routes(&mut draw, 400, size));
    let mut first = twin.build();
    let objective = optimum(&mut first);
    let iterations = |program: &LinearProgram| program.instance.int_info(c"simplex_iteration_count");
    assert!(iterations(&first) > Some(20), "{:?}", iterations(&first));
    let mut second = twin.build();
    second.set_basis(first.basis().expect("solved")).unwrap();
    assert!((optimum(&mut second) - objective).abs() <= 1e-6 * objective);
    assert_eq!(iterations(&second), Some(0));
    // Columns and rows that the basis does not know.
    let more = Twin::routes(&mut draw, 3, size);
    let news: Vec<NewColumn<'_>> = more.iter().map(TwinColumn::as_new).collect();
    let mut third = twin.build();
    third.add_columns(&news).unwrap();
    third.add_rows(&[NewRow { bounds: at_most(2.0), entries: &[(45, 1.0)] }]).unwrap();
    third.set_basis(first.basis().expect("solved")).unwrap();
    assert!(optimum(&mut third) <= objective + 1e-6);
    assert!(iterations(&third) < Some(20), "{:?}", iterations(&third));
}

#[test]
fn deleting_nonbasic_columns_and_adding_others_keeps_the_basis() {
    let mut draw = Pcg64Mcg::seed_from_u64(8);
    let size = (40, 8);
    let mut twin = Twin::covering(&mut draw, size.0, size.1);
    twin.columns.extend(Twin::routes(&mut draw, 400, size));
    let mut program = twin.build();
    let objective = optimum(&mut program);
    let gone: Vec<bool> = program.reduced_costs().iter().map(|&reduced| reduced > 1e-3).collect();
    assert!(gone.iter().filter(|&&gone| gone).count() > 100);
    program.delete_columns(&gone).unwrap();
    assert!((optimum(&mut program) - objective).abs() <= 1e-6 * objective);
    assert_eq!(program.instance.int_info(c"simplex_iteration_count"), Some(0));
}

#[test]
fn rows_that_admit_nothing_are_infeasible_and_the_ray_says_why() {
    let (mut infeasible, many) = (0, cases(50));
    for seed in 0..many as u64 {
        let mut draw = Pcg64Mcg::seed_from_u64(seed);
        let size = (8, 2);
        let mut twin = Twin::covering(&mut draw, size.0, size.1);
        twin.columns.extend(Twin::routes(&mut draw, 30, size));
        let mut program = twin.build();
        optimum(&mut program);
        // Every visit must be served, by two routes at most.
        let unserved: Vec<(u32, f64, f64)> = (0..size.0).map(|visit| (visit, 0.0, 0.0)).collect();
        program.set_column_bounds(&unserved).unwrap();
        twin.columns[..8].iter_mut().for_each(|column| column.upper = 0.0);
        if solve(&mut program) != Solved::Infeasible {
            continue;
        }
        infeasible += 1;
        assert_eq!(solve(&mut twin.build()), Solved::Infeasible);
        assert!(program.duals().is_empty());
        let ray = program.dual_ray().expect("the dual simplex ends with one");
        let asked: f64 = twin
            .rows
            .iter()
            .zip(ray)
            .map(
                |(row, &y)| {
                    if y.abs() <= 1e-9 { 0.0 } else { y * if y > 0.0 { row.lower } else { row.upper } }
                },
            )
            .sum();
        let given: f64 = twin
            .columns
            .iter()
            .map(|column| {
                let sum: f64 = column.entries.iter().map(|&(row, value)| ray[row as usize] * value).sum();
                if sum <= 1e-9 { 0.0 } else { sum * column.upper }
            })
            .sum();
        assert!(given + 1e-6 < asked, "seed {seed}: {given} {asked}");
        // And back again.
        let served: Vec<(u32, f64, f64)> = (0..size.0).map(|visit| (visit, 0.0, 1.0)).collect();
        program.set_column_bounds(&served).unwrap();
        assert!(matches!(solve(&mut program), Solved::Optimal { .. }));
    }
    assert!(infeasible > many / 2, "{infeasible} of {many}");
}

#[test]
fn a_raised_flag_or_a_passed_deadline_interrupts_and_the_next_solve_goes_on() {
    let mut draw = Pcg64Mcg::seed_from_u64(9);
    let size = (60, 10);
    let mut twin = Twin::covering(&mut draw, size.0, size.1);
    twin.columns.extend(Twin::routes(&mut draw, 800, size));
    let mut program = twin.build();
    let raised = AtomicBool::new(true);
    assert_eq!(program.solve(Deadline::never(), &raised), Ok(Solved::Interrupted));
    // Past our own look at the flag: HiGHS asks too.
    assert_eq!(program.instance.run(&raised), Ok(HighsModelStatus::ReachedInterrupt));
    let passed = Deadline::after(Duration::ZERO);
    assert_eq!(program.solve(passed, &NO_STOP), Ok(Solved::Interrupted));
    assert!(program.duals().is_empty());
    let objective = optimum(&mut program);
    twin.assert_optimal(&program, objective);
}

#[test]
fn trouble_is_named_and_can_be_mended() {
    let mut program = LinearProgram::new(&[at_least(1.0)]).unwrap();
    assert_eq!(program.solve(Deadline::never(), &NO_STOP), Err(LpTrouble::Empty));
    let endless = NewColumn { cost: -1.0, lower: 0.0, upper: f64::INFINITY, entries: &[(0, 1.0)] };
    program.add_columns(&[endless]).unwrap();
    assert_eq!(program.solve(Deadline::never(), &NO_STOP), Err(LpTrouble::Unbounded));
    program.set_column_bounds(&[(0, 0.0, 3.0)]).unwrap();
    assert_eq!(solve(&mut program), Solved::Optimal { objective: -3.0 });
}

#[test]
fn edits_that_do_not_fit_are_refused_and_change_nothing() {
    let mut program = LinearProgram::new(&[at_least(1.0)]).unwrap();
    let column = NewColumn { cost: 1.0, lower: 0.0, upper: 1.0, entries: &[(0, 1.0)] };
    program.add_columns(&[column]).unwrap();
    let strange = NewColumn { entries: &[(1, 1.0)], ..column };
    assert_eq!(program.add_columns(&[strange]), Err(LpTrouble::Refused("new columns")));
    let twice = NewColumn { entries: &[(0, 1.0), (0, 1.0)], ..column };
    assert_eq!(program.add_columns(&[twice]), Err(LpTrouble::Refused("new columns")));
    let row = NewRow { bounds: at_least(1.0), entries: &[(1, 1.0)] };
    assert_eq!(program.add_rows(&[row]), Err(LpTrouble::Refused("new rows")));
    assert_eq!(program.delete_columns(&[]), Err(LpTrouble::Refused("mask of columns")));
    assert_eq!(program.delete_rows(&[]), Err(LpTrouble::Refused("mask of rows")));
    assert!(program.set_column_costs(&[(1, 1.0)]).is_err());
    assert!(program.set_row_bounds(&[(1, at_least(0.0))]).is_err());
    assert_eq!((program.columns(), program.rows()), (1, 1));
    assert_eq!(solve(&mut program), Solved::Optimal { objective: 1.0 });
}

#[test]
fn only_one_status_means_optimal() {
    assert_eq!(ended(HighsModelStatus::Optimal), Ok(Ended::Optimal));
    assert_eq!(ended(HighsModelStatus::Infeasible), Ok(Ended::Infeasible));
    for stopped in [HighsModelStatus::ReachedTimeLimit, HighsModelStatus::ReachedInterrupt] {
        assert_eq!(ended(stopped), Ok(Ended::Stopped), "{stopped:?}");
    }
    for trouble in [
        HighsModelStatus::Unbounded,
        HighsModelStatus::UnboundedOrInfeasible,
        HighsModelStatus::ReachedMemoryLimit,
        HighsModelStatus::ReachedIterationLimit,
        HighsModelStatus::ReachedSolutionLimit,
        HighsModelStatus::ObjectiveBound,
        HighsModelStatus::ObjectiveTarget,
        HighsModelStatus::ModelEmpty,
        HighsModelStatus::NotSet,
        HighsModelStatus::LoadError,
        HighsModelStatus::ModelError,
        HighsModelStatus::PresolveError,
        HighsModelStatus::SolveError,
        HighsModelStatus::PostsolveError,
        HighsModelStatus::Unknown,
    ] {
        assert!(ended(trouble).is_err(), "{trouble:?}");
    }
}

#[test]
fn it_moves_between_threads() {
    let mut draw = Pcg64Mcg::seed_from_u64(10);
    let mut twin = Twin::covering(&mut draw, 10, 3);
    twin.columns.extend(Twin::routes(&mut draw, 40, (10, 3)));
    let mut program = twin.build();
    let here = optimum(&mut program);
    let cheaper = NewColumn { cost: 0.5, lower: 0.0, upper: 1.0, entries: &[(0, 1.0), (1, 1.0)] };
    program.add_columns(&[cheaper]).unwrap();
    let there = std::thread::spawn(move || optimum(&mut program)).join().unwrap();
    assert!(there < here, "{there} {here}");
}
