//! Fixed work that tells how quick a machine is at the moment: what else is timed is divided by it. It must never change: every
//! committed ratio would.

/// 64 KiB of cells: as much as the curves of a day, beyond the first cache and within the second.
const CELLS: usize = 8_192;
const STEPS: u64 = 40_000;

/// What the work goes over.
#[derive(Clone, Debug)]
pub struct Calibration(Vec<i64>);

impl Default for Calibration {
    fn default() -> Self {
        Self((0..CELLS as u64).map(spread).map(|value| i64::try_from(value >> 32).unwrap_or(0)).collect())
    }
}

impl Calibration {
    /// Integers compared, added and stored at places that the values before decide, as joins of curves along a route do.
    /// The same result each time.
    pub fn run(&self) -> i64 {
        let cells = &self.0;
        let mut best = [i64::MAX; 64];
        let (mut at, mut sum) = (1_usize, 0_i64);
        for step in 0..STEPS {
            let (one, other) = (cells[at], cells[(at + 1) % CELLS]);
            let cost = one.max(sum & 0xFFFF_FFFF) + other / 3;
            let slot = usize::try_from(step % 64).unwrap_or(0);
            if cost < best[slot] {
                best[slot] = cost;
            }
            sum = sum.wrapping_add(cost ^ best[(slot + 7) % 64]);
            at = usize::try_from(spread(sum.unsigned_abs() ^ step) % CELLS as u64).unwrap_or(0);
        }
        sum
    }
}

/// SplitMix64's finalizer.
fn spread(value: u64) -> u64 {
    let mut mixed = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_is_the_same_each_time() {
        assert_eq!(Calibration::default().run(), Calibration::default().run());
    }
}
