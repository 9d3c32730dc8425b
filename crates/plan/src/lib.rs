//! From routes to what is promised: the plan's nouns, arrival windows, why visits are left out, numbers, words.
//!
//! Called by the engine when a search has routes. It holds no search of its own: at most one insertion a shift and
//! visit, to say what a visit that was left out would have cost; and no more than 100,000 of them a plan. The visits
//! after those are left out with `NotFoundInTime` and only the refusals that rules give: no price, no proof.

mod scenarios;
mod starts;
mod uncertain;

mod simulate;

mod local_grid;
mod window_choice;

mod outlook;

mod offered_windows;

mod arrival_window;

mod planned_route;
mod pricing;

mod infeasibility;
mod left_out;

mod assemble;

mod difference;
mod explanation;
mod given;
mod metrics;
mod words;

pub use arrival_window::WindowCutter;
pub use assemble::assemble;
pub use difference::{Change, Slot, difference};
pub use explanation::{Alternative, DropReason, Dropped, Explanation, Relaxation, Relaxed, Standing};
pub use given::{GivenLeg, GivenPlan, GivenRoute, GivenStop};
pub use left_out::{Inquiry, refusal_without_room};
pub use metrics::{Metrics, metrics};
pub use offered_windows::offered_windows;
pub use outlook::{Outlook, Punctuality};
pub use planned_route::{planned_route, scheduled_route};
pub use pricing::cost_by_term;
pub use words::{dropped_line, license_line, refusal_line, relaxation_line, unassigned_line};
