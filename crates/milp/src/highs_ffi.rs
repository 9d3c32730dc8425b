//! What the `highs` crate lacks of the C interface: stopping from outside, edits of a live program in batches, the
//! basis. The only `unsafe` of the room.
//!
//! Everything here is safe to call with any arguments: lengths are checked here, positions by HiGHS. HiGHS asks
//! whether to stop between nodes and between simplex iterations, not in presolve, so stopping is prompt but not
//! immediate.
#![expect(unsafe_code, reason = "edits, basis and callbacks are reached through the C interface only")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use highs::{ColProblem, HighsModelStatus, HighsOptionValue, Model};
use highs_sys::{
    Highs_addCols, Highs_addRows, Highs_changeColsBoundsBySet, Highs_changeColsCostBySet,
    Highs_changeRowsBoundsBySet, Highs_clearSolver, Highs_deleteColsByMask, Highs_deleteRowsByMask,
    Highs_getBasis, Highs_getDoubleInfoValue, Highs_getDualRay, Highs_getIntInfoValue, Highs_getModelStatus,
    Highs_getSolution, Highs_run, Highs_setBasis, Highs_setCallback, Highs_startCallback,
    Highs_zeroAllClocks, HighsCallbackDataIn, HighsCallbackDataOut, kHighsBasisStatusBasic,
    kHighsBasisStatusNonbasic, kHighsCallbackMipInterrupt, kHighsCallbackSimplexInterrupt, kHighsStatusError,
    kHighsStatusOk,
};

use crate::worker::StopFlag;

/// Keeps the flag alive while a model may ask for it. Drop it after the model.
#[must_use]
pub(crate) struct Interrupt {
    flag: Arc<AtomicBool>,
}

impl Interrupt {
    /// Makes `model` stop soon after `stop` is raised; none when HiGHS refuses the callback.
    pub(crate) fn install(model: &mut Model, stop: &StopFlag) -> Option<Self> {
        let interrupt = Self { flag: Arc::clone(stop.shared()) };
        let data: *const AtomicBool = Arc::as_ptr(&interrupt.flag);
        // SAFETY: the pointer is a live HiGHS instance; `data` points to a flag that the caller keeps alive
        // until the model is gone, and is only ever read as the type it has.
        let set = unsafe { Highs_setCallback(model.as_mut_ptr(), Some(ask), data.cast_mut().cast()) };
        let started = [kHighsCallbackMipInterrupt, kHighsCallbackSimplexInterrupt].map(|kind| {
            // SAFETY: the pointer is a live HiGHS instance.
            unsafe { Highs_startCallback(model.as_mut_ptr(), kind) }
        });
        (set != kHighsStatusError && !started.contains(&kHighsStatusError)).then_some(interrupt)
    }
}

/// Called by HiGHS; must not unwind.
unsafe extern "C" fn ask(
    _kind: c_int,
    _message: *const c_char,
    _state: *const HighsCallbackDataOut,
    input: *mut HighsCallbackDataIn,
    data: *mut c_void,
) {
    if input.is_null() || data.is_null() {
        return;
    }
    // SAFETY: `data` is the flag given when the callback was set, alive as long as HiGHS may call.
    let flag = unsafe { &*data.cast::<AtomicBool>() };
    if flag.load(Ordering::Relaxed) {
        // SAFETY: HiGHS hands over a valid struct for the time of the call.
        unsafe { (*input).user_interrupt = 1 };
    }
}

/// HiGHS did not take what its name says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Refused(pub(crate) &'static str);

/// Entries of several rows or columns, one after the other, as HiGHS takes them in one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    lower: Vec<f64>,
    upper: Vec<f64>,
    starts: Vec<c_int>,
    positions: Vec<c_int>,
    values: Vec<f64>,
}

impl Batch {
    /// Adds a row (entries: column, value) or a column (entries: row, value).
    pub(crate) fn push(&mut self, lower: f64, upper: f64, entries: &[(u32, f64)]) {
        self.lower.push(lower);
        self.upper.push(upper);
        self.starts.push(count(self.positions.len()));
        for &(position, value) in entries {
            self.positions.push(count(position as usize));
            self.values.push(value);
        }
    }
}

/// New values by position of a row or column; no position twice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    positions: Vec<c_int>,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Changes {
    /// Two values for one position; where only one is asked for, the second is not read.
    pub(crate) fn push(&mut self, position: u32, first: f64, second: f64) {
        self.positions.push(count(position as usize));
        self.first.push(first);
        self.second.push(second);
    }
}

/// Of every column and row whether it is basic, else at which bound. HiGHS's own numbers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct BasisStatuses {
    pub(crate) columns: Vec<c_int>,
    pub(crate) rows: Vec<c_int>,
}

impl BasisStatuses {
    pub(crate) const BASIC: c_int = kHighsBasisStatusBasic;
    /// At whichever bound there is.
    pub(crate) const NONBASIC: c_int = kHighsBasisStatusNonbasic;
}

/// Where HiGHS writes a solution.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    pub(crate) columns: Vec<f64>,
    pub(crate) reduced_costs: Vec<f64>,
    pub(crate) rows: Vec<f64>,
    pub(crate) duals: Vec<f64>,
}

/// A minimising HiGHS instance that is edited and run again and again.
pub(crate) struct Instance(Model);

// SAFETY: an instance keeps nothing of the OS thread that used it: HiGHS looks its thread-local scheduler up anew at
// every run and holds no task or lock between calls (checked in the sources of 1.15). `Instance` is not `Sync` and
// gives out no pointer, so one thread at a time has it. That every run of this room asks for one thread is no matter
// of soundness: a thread whose scheduler was set up for another number makes `run` fail, not misbehave.
unsafe impl Send for Instance {}

impl Instance {
    /// Without rows or columns.
    pub(crate) fn new() -> Result<Self, Refused> {
        Model::try_new(ColProblem::default()).map(Self).map_err(|_| Refused("empty program"))
    }

    pub(crate) fn columns(&self) -> usize {
        self.0.num_cols()
    }

    pub(crate) fn rows(&self) -> usize {
        self.0.num_rows()
    }

    pub(crate) fn set_option<V: HighsOptionValue>(&mut self, name: &str, value: V) -> Result<(), Refused> {
        self.0.try_set_option(name, value).map_err(|_| Refused("option"))
    }

    /// Adds columns; `costs` has one number for each. The basis takes them in as nonbasic.
    pub(crate) fn add_columns(&mut self, costs: &[f64], batch: &Batch) -> Result<(), Refused> {
        let Batch { lower, upper, starts, positions, values } = batch;
        if costs.len() != starts.len() {
            return Err(Refused("costs of new columns"));
        }
        // SAFETY: a live instance; the arrays are as long as the counts say, by `Batch::push` and the check above.
        let status = unsafe {
            Highs_addCols(
                self.0.as_mut_ptr(),
                count(starts.len()),
                costs.as_ptr(),
                lower.as_ptr(),
                upper.as_ptr(),
                count(positions.len()),
                starts.as_ptr(),
                positions.as_ptr(),
                values.as_ptr(),
            )
        };
        taken(status, "new columns")
    }

    /// Adds rows. The basis takes them in as basic.
    pub(crate) fn add_rows(&mut self, batch: &Batch) -> Result<(), Refused> {
        let Batch { lower, upper, starts, positions, values } = batch;
        // SAFETY: a live instance; the arrays are as long as the counts say, by `Batch::push`.
        let status = unsafe {
            Highs_addRows(
                self.0.as_mut_ptr(),
                count(starts.len()),
                lower.as_ptr(),
                upper.as_ptr(),
                count(positions.len()),
                starts.as_ptr(),
                positions.as_ptr(),
                values.as_ptr(),
            )
        };
        taken(status, "new rows")
    }

    /// Deletes the columns where `mask` is true; the others keep their order.
    pub(crate) fn delete_columns(&mut self, mask: &[bool]) -> Result<(), Refused> {
        if mask.len() != self.columns() {
            return Err(Refused("mask of columns"));
        }
        let mut mask: Vec<c_int> = mask.iter().map(|&gone| c_int::from(gone)).collect();
        // SAFETY: a live instance; the mask has an entry for each column, and HiGHS may write to it.
        taken(
            unsafe { Highs_deleteColsByMask(self.0.as_mut_ptr(), mask.as_mut_ptr()) },
            "deletion of columns",
        )
    }

    /// Deletes the rows where `mask` is true; the others keep their order.
    pub(crate) fn delete_rows(&mut self, mask: &[bool]) -> Result<(), Refused> {
        if mask.len() != self.rows() {
            return Err(Refused("mask of rows"));
        }
        let mut mask: Vec<c_int> = mask.iter().map(|&gone| c_int::from(gone)).collect();
        // SAFETY: a live instance; the mask has an entry for each row, and HiGHS may write to it.
        taken(unsafe { Highs_deleteRowsByMask(self.0.as_mut_ptr(), mask.as_mut_ptr()) }, "deletion of rows")
    }

    /// Costs of columns, the first value of each change.
    pub(crate) fn change_costs(&mut self, changes: &Changes) -> Result<(), Refused> {
        let Changes { positions, first, .. } = changes;
        let (highs, many) = (self.0.as_mut_ptr(), count(positions.len()));
        // SAFETY: a live instance; both arrays are that long, by `Changes::push`.
        let status = unsafe { Highs_changeColsCostBySet(highs, many, positions.as_ptr(), first.as_ptr()) };
        taken(status, "costs")
    }

    /// Lower and upper bounds of columns.
    pub(crate) fn change_column_bounds(&mut self, changes: &Changes) -> Result<(), Refused> {
        let Changes { positions, first, second } = changes;
        let (highs, many) = (self.0.as_mut_ptr(), count(positions.len()));
        let (set, lower, upper) = (positions.as_ptr(), first.as_ptr(), second.as_ptr());
        // SAFETY: a live instance; the arrays are that long, by `Changes::push`.
        taken(unsafe { Highs_changeColsBoundsBySet(highs, many, set, lower, upper) }, "bounds of columns")
    }

    /// Lower and upper bounds of rows.
    pub(crate) fn change_row_bounds(&mut self, changes: &Changes) -> Result<(), Refused> {
        let Changes { positions, first, second } = changes;
        let (highs, many) = (self.0.as_mut_ptr(), count(positions.len()));
        let (set, lower, upper) = (positions.as_ptr(), first.as_ptr(), second.as_ptr());
        // SAFETY: a live instance; the arrays are that long, by `Changes::push`.
        taken(unsafe { Highs_changeRowsBoundsBySet(highs, many, set, lower, upper) }, "bounds of rows")
    }

    /// Forgets basis, factors and solution.
    pub(crate) fn clear_solver(&mut self) -> Result<(), Refused> {
        // SAFETY: a live instance.
        taken(unsafe { Highs_clearSolver(self.0.as_mut_ptr()) }, "fresh start")
    }

    /// Starts the next run from this basis. HiGHS mends one that is singular or has too few or too many basic.
    pub(crate) fn set_basis(&mut self, basis: &BasisStatuses) -> Result<(), Refused> {
        if (basis.columns.len(), basis.rows.len()) != (self.columns(), self.rows()) {
            return Err(Refused("basis of another size"));
        }
        let (columns, rows) = (basis.columns.as_ptr(), basis.rows.as_ptr());
        // SAFETY: a live instance; one status for each column and row.
        taken(unsafe { Highs_setBasis(self.0.as_mut_ptr(), columns, rows) }, "basis")
    }

    /// Runs until it is done, the option `time_limit` has passed (counted from now) or `stop` is raised.
    pub(crate) fn run(&mut self, stop: &AtomicBool) -> Result<HighsModelStatus, Refused> {
        let highs = self.0.as_mut_ptr();
        let data: *const AtomicBool = stop;
        // SAFETY: a live instance throughout. `stop` is borrowed until the end of this function, where the callback
        // is taken back, and is only ever read as the type it has. Nothing between the calls panics.
        let (armed, ran) = unsafe {
            // Its clock runs on from one run to the next.
            Highs_zeroAllClocks(highs);
            let armed = [
                Highs_setCallback(highs, Some(ask), data.cast_mut().cast()),
                Highs_startCallback(highs, kHighsCallbackSimplexInterrupt),
            ];
            let ran = if armed.contains(&kHighsStatusError) { kHighsStatusError } else { Highs_run(highs) };
            // Makes every callback inactive.
            Highs_setCallback(highs, None, ptr::null_mut());
            (armed, ran)
        };
        if armed.contains(&kHighsStatusError) {
            return Err(Refused("callback"));
        }
        taken(ran, "run")?;
        // SAFETY: a live instance.
        let status = unsafe { Highs_getModelStatus(self.0.as_ptr()) };
        HighsModelStatus::try_from(status).map_err(|_| Refused("status of another version"))
    }

    /// Reads the solution of the run just done: HiGHS has given it the size of the program.
    pub(crate) fn read_values(&self, values: &mut Values) -> Result<(), Refused> {
        for (column, row) in
            [(&mut values.columns, &mut values.rows), (&mut values.reduced_costs, &mut values.duals)]
        {
            column.clear();
            column.resize(self.columns(), f64::NAN);
            row.clear();
            row.resize(self.rows(), f64::NAN);
        }
        // SAFETY: a live instance; HiGHS sizes its solution like the program at the end of every call that edits or
        // runs it, and so are the arrays.
        let status = unsafe {
            Highs_getSolution(
                self.0.as_ptr(),
                values.columns.as_mut_ptr(),
                values.reduced_costs.as_mut_ptr(),
                values.rows.as_mut_ptr(),
                values.duals.as_mut_ptr(),
            )
        };
        taken(status, "solution")
    }

    /// The basis after a run, if it is valid.
    pub(crate) fn basis(&self) -> Option<BasisStatuses> {
        if self.int_info(c"basis_validity") != Some(1) {
            return None;
        }
        let mut basis = BasisStatuses { columns: vec![0; self.columns()], rows: vec![0; self.rows()] };
        let (columns, rows) = (basis.columns.as_mut_ptr(), basis.rows.as_mut_ptr());
        // SAFETY: a live instance; HiGHS sizes its basis like the program, as in `read_values`.
        let status = unsafe { Highs_getBasis(self.0.as_ptr(), columns, rows) };
        (status != kHighsStatusError).then_some(basis)
    }

    /// A proof of infeasibility, by row, if the last run left one.
    pub(crate) fn dual_ray(&self) -> Option<Vec<f64>> {
        let (mut has, mut ray) = (0, vec![0.0; self.rows()]);
        // SAFETY: a live instance; without an array HiGHS only says whether there is a ray.
        let asked = unsafe { Highs_getDualRay(self.0.as_ptr(), &raw mut has, ptr::null_mut()) };
        if asked == kHighsStatusError || has == 0 {
            return None;
        }
        // SAFETY: a live instance; one number for each row.
        let read = unsafe { Highs_getDualRay(self.0.as_ptr(), &raw mut has, ray.as_mut_ptr()) };
        (read != kHighsStatusError && has != 0).then_some(ray)
    }

    /// A number about the last run; none where HiGHS has none.
    pub(crate) fn info(&self, name: &CStr) -> Option<f64> {
        let mut value = f64::NAN;
        // SAFETY: a live instance, a terminated name, and a place for one number.
        let status = unsafe { Highs_getDoubleInfoValue(self.0.as_ptr(), name.as_ptr(), &raw mut value) };
        (status == kHighsStatusOk).then_some(value)
    }

    /// A whole number about the last run; none where HiGHS has none.
    pub(crate) fn int_info(&self, name: &CStr) -> Option<c_int> {
        let mut value = 0;
        // SAFETY: a live instance, a terminated name, and a place for one number.
        let status = unsafe { Highs_getIntInfoValue(self.0.as_ptr(), name.as_ptr(), &raw mut value) };
        (status == kHighsStatusOk).then_some(value)
    }
}

fn taken(status: c_int, what: &'static str) -> Result<(), Refused> {
    if status == kHighsStatusError { Err(Refused(what)) } else { Ok(()) }
}

fn count(number: usize) -> c_int {
    c_int::try_from(number).expect("programs are limited far below 2^31 entries")
}
