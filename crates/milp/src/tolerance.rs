//! Every tolerance of the room, with its reason. Nothing here decides what is true: selections are re-costed in
//! integers, and bounds never come from floats.

/// Largest objective coefficient handed to HiGHS. Its absolute tolerances lie at 1e-7 … 1e-6, so a micro-dollar
/// stays visible beside routes of up to about ten thousand dollars.
pub(crate) const OBJECTIVE_COEFFICIENT_MAX: f64 = 1e5;

/// HiGHS returns binaries within 1e-6 of an integer; one farther off than this means that something is broken.
pub(crate) const FRACTION_MAX: f64 = 1e-3;

/// HiGHS holds rows, bounds and reduced costs of an LP within 1e-7; a solution that breaks one by more than this
/// after unscaling is solved again from scratch.
pub(crate) const LP_RESIDUAL_MAX: f64 = 1e-6;
