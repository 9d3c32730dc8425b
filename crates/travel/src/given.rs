//! Travel that the caller gives as a matrix, brought into the problem's order of places.

use journeyman_domain::{MatrixSpec, Place};

use crate::error::TravelError;
use crate::leg_table::{LEG_TICKS_MAX, LegTable, PackedLeg};

/// Fills a table from a matrix over some or all of `places`. Places it does not list stay unknown.
pub(crate) fn table_from_matrix(spec: &MatrixSpec, places: &[Place]) -> Result<LegTable, TravelError> {
    let size = spec.places.len();
    if spec.durations.len() != size * size || spec.distances.len() != size * size {
        return Err(TravelError::MatrixSize {
            expected: size * size,
            durations: spec.durations.len(),
            distances: spec.distances.len(),
        });
    }
    if spec.rounding_ticks < 0 {
        return Err(TravelError::RoundingNegative { ticks: spec.rounding_ticks });
    }
    let label = |row: usize| places[spec.places[row].index()].label.clone();
    let mut listed = vec![false; places.len()];
    for row in 0..size {
        if std::mem::replace(&mut listed[spec.places[row].index()], true) {
            return Err(TravelError::TwiceInMatrix { place: label(row) });
        }
    }
    let mut table = LegTable::unknown(places.len());
    for row in 0..size {
        let from = spec.places[row].index();
        for column in 0..size {
            let at = row * size + column;
            let leg = packed(spec.durations[at].ticks(), spec.distances[at].ticks()).ok_or_else(|| {
                TravelError::LegOutOfRange { from: label(row), to: label(column), limit: LEG_TICKS_MAX }
            })?;
            if row == column && leg != PackedLeg::NONE {
                return Err(TravelError::DiagonalNotZero { place: label(row) });
            }
            table.set(from, spec.places[column].index(), leg);
        }
    }
    Ok(table)
}

fn packed(duration: i64, distance: i64) -> Option<PackedLeg> {
    let ticks = |count: i64| u32::try_from(count).ok().filter(|&count| count <= LEG_TICKS_MAX);
    Some(PackedLeg { duration: ticks(duration)?, distance: ticks(distance)? })
}
