//! Stops a running HiGHS from outside: the callback that `highs` lacks.
//!
//! The only `unsafe` of the room. HiGHS asks between nodes and in the simplex, not in presolve, so stopping is
//! prompt but not immediate.
#![expect(unsafe_code, reason = "callbacks are reached through the C interface only")]

use std::ffi::{c_char, c_int, c_void};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use highs_sys::{
    Highs_setCallback, Highs_startCallback, HighsCallbackDataIn, HighsCallbackDataOut,
    kHighsCallbackMipInterrupt, kHighsCallbackSimplexInterrupt, kHighsStatusError,
};

use crate::worker::StopFlag;

/// Keeps the flag alive while a model may ask for it. Drop it after the model.
#[must_use]
pub(crate) struct Interrupt {
    flag: Arc<AtomicBool>,
}

impl Interrupt {
    /// Makes `model` stop soon after `stop` is raised; none when HiGHS refuses the callback.
    pub(crate) fn install(model: &mut highs::Model, stop: &StopFlag) -> Option<Self> {
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
    // SAFETY: `data` is the pointer given in `install`, valid as long as the model.
    let flag = unsafe { &*data.cast::<AtomicBool>() };
    if flag.load(Ordering::Relaxed) {
        // SAFETY: HiGHS hands over a valid struct for the time of the call.
        unsafe { (*input).user_interrupt = 1 };
    }
}
