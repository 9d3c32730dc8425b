//! A plain day: technicians' work in terms that every routing solver knows, so that all can be compared on it.
//!
//! People have a shift, a start, an end and skills; visits have a window, a length, skills and a price of leaving them
//! out; legs are given. A plan costs its driving and what it leaves out, in whole hundredths of a cent, and nothing else:
//! no breaks, overtime, licenses, parts or promises. `benches/peers/README.md` tells the file's members.

mod drawn;
mod problem;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::benchmark::NODES_MAX;
use crate::reference_day::ReferenceDayError;

pub use problem::{NamedRoute, PlainRoute};

/// Micro-dollars of a unit of cost, a hundredth of a cent: the largest in which the reference day's prices are whole.
pub const MICROS_PER_UNIT: i64 = 100;

/// Seconds and meters of a leg, and seconds since midnight, are at most this.
const TICKS_MAX: u64 = 10_000_000;
/// A second or a meter costs at most this ($10), so that costs stay far inside 64 bits.
const PRICE_MAX: u64 = 100_000;
/// A visit left out costs at most this ($1,000,000).
const PENALTY_MAX: u64 = 10_000_000_000;

/// A checked plain day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlainDay {
    name: String,
    prices: Prices,
    technicians: Vec<Technician>,
    visits: Vec<Visit>,
    /// Square, over places 0 to n − 1; row by row.
    seconds: Vec<Vec<u32>>,
    meters: Vec<Vec<u32>>,
}

/// Units a second and a meter of driving.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Prices {
    second: u32,
    meter: u32,
}

/// Leaves `start` no earlier than the shift begins and is at `end` no later than it ends.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Technician {
    label: String,
    start: usize,
    end: usize,
    shift: [u32; 2],
    skills: BTreeSet<String>,
}

/// Begins inside its window; who serves it has all of its skills.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Visit {
    label: String,
    place: usize,
    window: [u32; 2],
    service: u32,
    skills: BTreeSet<String>,
    penalty: u64,
}

/// A plain day that cannot be read or drawn.
#[derive(Debug, thiserror::Error)]
pub enum PlainDayError {
    /// Not the members of a plain day.
    #[error("not a plain day: {0}")]
    Json(#[from] serde_json::Error),
    /// More than a matrix of the comparison holds.
    #[error("{found} {what}; at most {limit}")]
    TooMany {
        /// What was counted.
        what: &'static str,
        /// How many.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// A number is too large.
    #[error("{field}: {value} is more than {limit}")]
    OutOfRange {
        /// Where it stands.
        field: String,
        /// The number.
        value: u64,
        /// The most it can be.
        limit: u64,
    },
    /// A matrix does not have a column for each place.
    #[error("{field}: {found} entries; there are {places} places")]
    NotSquare {
        /// Which list.
        field: String,
        /// Its length.
        found: usize,
        /// Rows of `seconds`.
        places: usize,
    },
    /// A place is not its own neighbor at no distance.
    #[error("{field}: {value} from a place to itself; 0 is needed")]
    DiagonalNotZero {
        /// Which entry.
        field: String,
        /// What stands there.
        value: u32,
    },
    /// A window ends before it begins.
    #[error("{field}: ends at {end} before it begins at {start}")]
    WindowInverted {
        /// Which window.
        field: String,
        /// Begin.
        start: u32,
        /// End.
        end: u32,
    },
    /// Routes name people and visits by label.
    #[error("{field}: the label {label:?} is there twice")]
    LabelTwice {
        /// The later one.
        field: String,
        /// The label.
        label: String,
    },
    /// The reference day that it is drawn from.
    #[error(transparent)]
    Drawing(#[from] ReferenceDayError),
}

impl PlainDay {
    /// Reads a plain day.
    ///
    /// # Errors
    /// [`PlainDayError`] with the member that cannot be used and its limit.
    pub fn read(text: &str) -> Result<Self, PlainDayError> {
        let day: Self = serde_json::from_str(text)?;
        day.check_matrix("seconds", &day.seconds)?;
        day.check_matrix("meters", &day.meters)?;
        within("prices.second", day.prices.second.into(), PRICE_MAX)?;
        within("prices.meter", day.prices.meter.into(), PRICE_MAX)?;
        day.check_technicians()?;
        day.check_visits()?;
        Ok(day)
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn check_matrix(&self, name: &str, rows: &[Vec<u32>]) -> Result<(), PlainDayError> {
        let places = self.seconds.len();
        at_most("places", places, NODES_MAX)?;
        let square = |field: String, found: usize| match found == places {
            true => Ok(()),
            false => Err(PlainDayError::NotSquare { field, found, places }),
        };
        square(name.to_owned(), rows.len())?;
        for (from, row) in rows.iter().enumerate() {
            square(format!("{name}[{from}]"), row.len())?;
            for (to, &leg) in row.iter().enumerate() {
                if u64::from(leg) > TICKS_MAX || (from == to && leg != 0) {
                    let field = format!("{name}[{from}][{to}]");
                    within(&field, leg.into(), TICKS_MAX)?;
                    return Err(PlainDayError::DiagonalNotZero { field, value: leg });
                }
            }
        }
        Ok(())
    }

    fn check_technicians(&self) -> Result<(), PlainDayError> {
        at_most("technicians", self.technicians.len(), NODES_MAX)?;
        let mut labels = BTreeSet::new();
        for (index, technician) in self.technicians.iter().enumerate() {
            let field = |member: &str| format!("technicians[{index}].{member}");
            fresh(&mut labels, &technician.label, field("label"))?;
            self.check_place(&field("start"), technician.start)?;
            self.check_place(&field("end"), technician.end)?;
            check_window(field("shift"), technician.shift)?;
        }
        Ok(())
    }

    fn check_visits(&self) -> Result<(), PlainDayError> {
        at_most("visits", self.visits.len(), NODES_MAX)?;
        let mut labels = BTreeSet::new();
        for (index, visit) in self.visits.iter().enumerate() {
            let field = |member: &str| format!("visits[{index}].{member}");
            fresh(&mut labels, &visit.label, field("label"))?;
            self.check_place(&field("place"), visit.place)?;
            check_window(field("window"), visit.window)?;
            within(&field("service"), visit.service.into(), TICKS_MAX)?;
            within(&field("penalty"), visit.penalty, PENALTY_MAX)?;
        }
        Ok(())
    }

    /// A place is a row of the matrices.
    fn check_place(&self, field: &str, place: usize) -> Result<(), PlainDayError> {
        let Some(last) = self.seconds.len().checked_sub(1) else {
            return Err(PlainDayError::NotSquare { field: field.to_owned(), found: place, places: 0 });
        };
        within(field, place as u64, last as u64)
    }
}

fn at_most(what: &'static str, found: usize, limit: usize) -> Result<(), PlainDayError> {
    if found > limit { Err(PlainDayError::TooMany { what, found, limit }) } else { Ok(()) }
}

fn within(field: &str, value: u64, limit: u64) -> Result<(), PlainDayError> {
    if value > limit {
        Err(PlainDayError::OutOfRange { field: field.to_owned(), value, limit })
    } else {
        Ok(())
    }
}

fn check_window(field: String, [start, end]: [u32; 2]) -> Result<(), PlainDayError> {
    within(&field, end.into(), TICKS_MAX)?;
    if end < start { Err(PlainDayError::WindowInverted { field, start, end }) } else { Ok(()) }
}

fn fresh<'a>(labels: &mut BTreeSet<&'a str>, label: &'a str, field: String) -> Result<(), PlainDayError> {
    if labels.insert(label) {
        Ok(())
    } else {
        Err(PlainDayError::LabelTwice { field, label: label.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn small() -> Value {
        json!({
            "name": "small",
            "prices": { "second": 1, "meter": 2 },
            "technicians": [{ "label": "t", "start": 0, "end": 1, "shift": [0, 100], "skills": ["x"] }],
            "visits": [{ "label": "v", "place": 1, "window": [5, 9], "service": 3, "skills": ["x"], "penalty": 7 }],
            "seconds": [[0, 4], [4, 0]],
            "meters": [[0, 6], [6, 0]],
        })
    }

    /// The complaint about a small day with one member changed.
    fn complaint(pointer: &str, value: Value) -> String {
        let mut day = small();
        *day.pointer_mut(pointer).expect("a member") = value;
        PlainDay::read(&day.to_string()).expect_err("it cannot be used").to_string()
    }

    #[test]
    fn a_day_is_read_and_written_alike() {
        let day = PlainDay::read(&small().to_string()).expect("whole");
        assert_eq!(day.name(), "small");
        assert_eq!(serde_json::to_value(day).expect("writable"), small());
    }

    #[test]
    fn what_cannot_be_used_is_named_with_its_limit() {
        for (pointer, value, wanted) in [
            ("/seconds/1", json!([4]), "seconds[1]: 1 entries; there are 2 places"),
            ("/meters", json!([]), "meters: 0 entries; there are 2 places"),
            ("/seconds/0/1", json!(10_000_001), "seconds[0][1]: 10000001 is more than 10000000"),
            ("/meters/1/1", json!(1), "meters[1][1]: 1 from a place to itself; 0 is needed"),
            ("/prices/meter", json!(100_001), "prices.meter: 100001 is more than 100000"),
            ("/technicians/0/end", json!(2), "technicians[0].end: 2 is more than 1"),
            ("/technicians/0/shift", json!([9, 3]), "technicians[0].shift: ends at 3 before it begins at 9"),
            ("/visits/0/place", json!(2), "visits[0].place: 2 is more than 1"),
            (
                "/visits/0/penalty",
                json!(10_000_000_001_u64),
                "visits[0].penalty: 10000000001 is more than 10000000000",
            ),
        ] {
            assert_eq!(complaint(pointer, value), wanted);
        }
        let twice = json!([small()["visits"][0], small()["visits"][0]]);
        assert_eq!(complaint("/visits", twice), "visits[1].label: the label \"v\" is there twice");
        let negative = complaint("/visits/0/service", json!(-1));
        assert!(negative.starts_with("not a plain day: invalid value: integer `-1`"), "{negative}");
    }

    #[test]
    fn an_unknown_member_is_refused() {
        let mut day = small();
        day["breaks"] = json!([]);
        let error = PlainDay::read(&day.to_string()).expect_err("there are none").to_string();
        assert!(error.starts_with("not a plain day: unknown field `breaks`"), "{error}");
    }
}
