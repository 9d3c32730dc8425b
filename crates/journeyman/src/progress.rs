//! The progress bar on stderr: time against its limit, cost, bound, gap. It hides where stderr is no terminal.

use std::fmt::Write as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

const CELLS: u32 = 24;
const REDRAW_EVERY: Duration = Duration::from_millis(100);

/// A bar that fills with the time of a solve.
pub(crate) struct SolveBar {
    bar: ProgressBar,
}

impl SolveBar {
    /// A bar for a solve of at most `limit`; none is drawn when `quiet`.
    pub(crate) fn new(limit: Duration, quiet: bool) -> Self {
        let style = ProgressStyle::with_template("{time} {msg}").expect("the template is valid");
        let style = style.with_key("time", move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            // Writing to the screen's buffer does not fail.
            let _ = out.write_str(&filled(state.elapsed(), limit));
        });
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        bar.set_style(style);
        bar.enable_steady_tick(REDRAW_EVERY);
        Self { bar }
    }

    /// Shows how good the best plan is.
    pub(crate) fn show(&self, message: String) {
        self.bar.set_message(message);
    }

    /// Takes the bar away.
    pub(crate) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

/// `[======>                 ] 2.5 s`.
fn filled(elapsed: Duration, limit: Duration) -> String {
    let permille = elapsed.as_millis() * 1000 / limit.as_millis().max(1);
    let done = usize::try_from(permille * u128::from(CELLS) / 1000).unwrap_or(usize::MAX).min(CELLS as usize);
    let mut shown = format!("[{:<width$}]", "=".repeat(done), width = CELLS as usize);
    let tenths = elapsed.as_millis() / 100;
    write!(shown, " {}.{} s", tenths / 10, tenths % 10).expect("writing to a string does not fail");
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills_with_the_time_and_no_further() {
        let limit = Duration::from_secs(10);
        assert_eq!(filled(Duration::ZERO, limit), "[                        ] 0.0 s");
        assert_eq!(filled(Duration::from_millis(5_040), limit), "[============            ] 5.0 s");
        assert_eq!(filled(Duration::from_secs(70), limit), "[========================] 70.0 s");
        assert_eq!(filled(Duration::from_secs(1), Duration::ZERO), "[========================] 1.0 s");
    }
}
